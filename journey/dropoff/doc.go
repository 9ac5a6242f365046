// Package dropoff says where journeys end, what that costs, and why it changed.
//
// # Funnels
//
//  1. A [Funnel] names the steps that customers are to do, and says what counts:
//     the order, the entries, windows, exclusions, ties. Where tools disagree each
//     choice has a name, and [Like] counts as a named tool does.
//  2. An [Evaluator] tells what became of one customer: an [Attempt] with its
//     status, the reason in one word, and the touches that count. It is exact: equal
//     to trying every choice of touches, also where one touchpoint matches several
//     steps and times tie.
//  3. [Counts] adds up many customers, merges with other shards, and gives a
//     [Report]: entered, reached, lost and open at each step, rates with their
//     intervals, exact times between steps, the same by any [Group].
//  4. [Funnel.LostAt] streams who was lost at a step; [NextCounts] counts what they
//     did next instead.
//
// [StageCounts] asks the same of the stages of a [github.com/cjm-go/cjm/stage.Model].
//
// # The chain
//
// [NewLeaks] finds the leaks of a Markov chain of channels or stages: how many are
// lost at each state, and the upside, how many more would convert if nobody dropped
// there. It is the ranking to act on.
//
// # Time
//
// [Spells] holds how long journeys took until they converted, were lost, or were
// last seen. [Spells.KaplanMeier], [Spells.AalenJohansen] and [LogRank] are the
// estimators that know an open journey from a lost one. [Gaps] finds from the data
// after which silence a journey counts as lost.
//
// # Change
//
// [Compare] sets two reports side by side: differences with intervals, tests,
// p-values adjusted for their number. [ExplainSteps], [ExplainSegments] and
// [ExplainChain] split the change of the conversion into parts that sum to it.
//
// # Lost and open
//
// Who has not converted yet is not lost. A customer is open while the windows
// allow, or until silent for LostAfter, and is then counted neither as lost nor as
// converted. Without windows, LostAfter and AsOf there is nothing to tell the two
// apart by: whoever did not complete is then lost.
package dropoff
