// Package attribution credits conversions, and their value, to the channels that
// the journeys went over.
//
// # Pipeline
//
//  1. Paths come as [journey.Counted]: from a path table, from a
//     [journey.Builder], or from a loop of your own.
//  2. A [Set] counts them for any number of models in one pass; sets of shards are
//     merged. [Attribute] does it for a stream of paths, [journey.Fold] for files
//     on several goroutines.
//  3. Each model gives a [Result]: the [Credit] of each channel, the totals it
//     was computed from, and warnings.
//
// # Models
//
// With n touches on a converting path:
//
//   - [FirstTouch], [LastTouch]: all to one touch. [LastNonDirect] passes over
//     touches of channels that count as direct.
//   - [Linear]: 1/n to each touch, or equal parts to each distinct channel.
//   - [PositionBased]: 40 % to the first, 40 % to the last, the rest between.
//   - [TimeDecay]: half as much for each half-life before the conversion.
//   - [Weighted]: by a weight function of yours.
//   - [Markov]: by removal effects of the absorbing chain, of any order, fitted on
//     all journeys.
//   - [Shapley], [MarkovShapley], [RateShapley]: by Shapley values of three games,
//     which differ in what a coalition of channels is worth.
//   - [DP6Shapley], [Fractribution]: what other tools compute under the name, for
//     comparison; their comments say what they are not.
//
// A model of your own is anything that implements [Model]; package
// [github.com/cjm-go/cjm/attribution/attributiontest] tests that it keeps the
// promises below.
//
// # Beside the credit
//
//   - [Delta], [Sandwich] and [Bootstrap] give intervals: in closed form where
//     journeys or customers are independent, by resampling for any model.
//   - A [Crediter] credits the touches of single paths; over all paths they add up
//     to the result.
//   - A [Scorer] tells how likely a journey is to convert from where it stands, and
//     which next touch raises that most.
//   - [Spend] gives the return on what channels cost, [Compare] and [Change] set
//     results side by side.
//
// # What holds for every model
//
// Credits add up to the conversions of the input and values to its value.
// Journeys without a touch are reported under [journey.None], not spread. A
// channel on no converting path gets exactly 0; for a chain that is a channel from
// which no way leads to a conversion. Without a conversion there is nothing to
// credit, and the error is [ErrNoConversions].
//
// The order of the paths, the sharding and the number of goroutines do not change
// a bit of a result: counts are integers, sums of money are exact, and elimination
// runs over channels in the order of their names.
//
// # What attribution is not
//
// These models describe how credit can be shared among the channels that
// converting customers met. None of them measures what a channel causes; that
// takes an experiment.
package attribution
