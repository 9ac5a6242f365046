// Package journey turns touchpoints into journeys and journeys into counts.
//
// # Pipeline
//
//  1. A decoder of package [github.com/cjm-go/cjm/touchpoint] yields touchpoints in
//     any order. An [Identity] may first give them their customers, out of anonymous
//     ids, devices and e-mails.
//  2. A [Builder] groups them by customer, orders them, drops what was delivered
//     twice, and ends a [Path] at each conversion. It knows whether a path without
//     conversion is [Lost] or still [Open], and reports all that it left out.
//     A [Flow] counts which ways paths take: variants, transitions, repetitions. A
//     [Pattern] finds paths.
//  3. [Path.Count] makes the lean form, a [Counted] path: codes of a [Dictionary]
//     instead of names, ages instead of times, counts instead of customers.
//     A [PathTable] reads counted paths from a file, where each row may stand for
//     many journeys.
//  4. [Transforms] rewrite the channel sequence, for instance by collapsing
//     repeated touches.
//  5. An accumulator counts them: [Counts] keeps each distinct sequence; package
//     [github.com/cjm-go/cjm/journey/markov] keeps transitions, package
//     [github.com/cjm-go/cjm/attribution] what its models need.
//
// [Fold] does steps 3 to 5 for path tables on several goroutines.
//
// # Stages
//
// [Rules] say what a touchpoint means for the stage of a customer. A [Tracker] takes
// touchpoints one by one, late, twice or out of order, and answers which stage a
// customer is in, since when, by which rule and touchpoint; its [Store] is in memory,
// or a database by package [github.com/cjm-go/cjm/journey/journeysql].
//
// # Rich and lean
//
// A Path holds the touchpoints themselves, one customer at a time: for questions
// about a customer. A Counted path holds nothing of a customer but a hash: for
// models over millions of journeys. There is a way from the first to the second
// and none back.
//
// # Empty paths
//
// A journey may have no touch: someone bought without a trace before. It is
// counted, and results show it as a line of its own, [None].
package journey
