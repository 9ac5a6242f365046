// Package attributiontest checks that an [attribution.Model], of this library or
// of your own, keeps the promises that the rest of the library builds on.
//
//	func TestMyModel(t *testing.T) {
//		attributiontest.Run(t, MyModel{}, attributiontest.Options{})
//	}
//
// # How it works
//
//  1. A seeded generator makes small random tables of journeys: repeated channels,
//     names that a careless model takes for something else, empty paths, channels
//     that never converted, long paths, values that do not add up exactly in
//     float64, counts in the millions.
//  2. Each check, a subtest of [Run], feeds every table to the model in two ways
//     that must come to the same thing, or compares a result with what is known of
//     the table.
//  3. When a table fails, the check removes rows and touches as long as it goes on
//     failing, and reports what is left.
//
// [Check] does the same without a [testing.T] and returns an error.
//
// # What is checked
//
//   - configuration: it is valid, the model has a name, and accumulators are
//     independent of each other.
//   - set: in an [attribution.Set] the model gives what it gives alone.
//   - totals: the result says what was counted and lists the channels seen.
//   - efficiency: credits, that of [journey.None] among them, add up to the
//     conversions and values to the value; a share is a part of the conversions.
//   - null player: a channel on no converting path gets exactly 0.
//   - symmetry: channels by other names get the same.
//   - order of rows, split rows, dictionary: how the paths come does not matter,
//     nor does the memory they come in.
//   - scale: k times the journeys, the same shares.
//   - ages: they do not matter to a model that does not look at times.
//   - merge, merge copies, merge with an empty one, merge with itself, merge with
//     others: sharding does not matter, down to the bytes; two accumulators that
//     were merged share nothing; one of another model is refused.
//   - parallelism: accumulators work on goroutines of their own, and with
//     [github.com/cjm-go/cjm/journey.Fold].
//   - snapshot: a result does not change afterwards, and asking changes nothing.
//   - json: the JSON form says what the accessors say.
//   - bytes, foreign bytes: they restore the state; bytes that are cut short,
//     longer, or of another model are refused.
//   - degenerate input: nothing, no conversions, empty paths only, one channel, no
//     value, huge counts, reserved names.
//   - refused input: negative, not finite, overflowing or inconsistent paths are
//     errors of the documented class and change nothing.
//   - credit per path, unknown channels: where the model credits single paths
//     ([attribution.PathCrediter]), they add up to the channels; a channel that
//     was not counted is refused.
//
// What does not hold for a model is waived in [Options], by name.
package attributiontest
