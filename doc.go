// Package cjm is the overview of a library for customer journey modelling: from
// raw touchpoints, online and offline, to stages, paths, exact channel attribution
// and drop-off. It has no code of its own; the packages below it have.
//
// # The way data takes
//
//	rows (CSV, JSON lines, Segment, CloudEvents, SQL)
//	  └ touchpoint decoder ─► touchpoint.Touchpoint ─► journey.Builder ─► journey.Path
//	                                  └─► journey.Tracker                   │  └─► dropoff.Counts, journey.Flow ─► Result
//	                                                                        │ Count
//	path table ─► journey.PathTable ──────────────────► journey.Counted ◄───┘
//	                                                        └─► attribution.Set, markov.Counts, dropoff.Leaks ─► Result
//
// Package [github.com/cjm-go/cjm/touchpoint] reads one interaction of one customer
// a row, and reports each row that it cannot read with its line and field.
//
// Package [github.com/cjm-go/cjm/journey] makes journeys of them. Its Builder puts
// a customer's touchpoints in order, drops those delivered twice, and ends a path
// at a conversion, or when the customer has been silent too long. A Path is rich:
// it holds the touchpoints themselves. A Counted path is lean: the codes of the
// channels and how many journeys went that way. The path table is the file format
// for counted paths.
//
// Package [github.com/cjm-go/cjm/attribution] credits conversions and their value
// to channels: first, last and linear touch, position and time weights, your own
// weights, and the Markov chain of package
// [github.com/cjm-go/cjm/journey/markov], all in one pass.
//
// Package [github.com/cjm-go/cjm/journey/dropoff] says where journeys end: funnels with
// exact semantics, the lost one by one, leaks of the chain and what mending them is
// worth, time to conversion with open journeys left open, and what explains a change.
//
// The Tracker of package journey says which stage one customer is in now, since when
// and why; [github.com/cjm-go/cjm/journey/journeysql] keeps its evidence in a database.
// Identity makes one customer of many ids.
//
// Package [github.com/cjm-go/cjm/stage] names the stages of a journey, from
// awareness to advocacy, in three languages.
//
// Package [github.com/cjm-go/cjm/journey/journeytest] writes journeys in one line,
// for tests.
//
// # Add · Merge · Result
//
// Every analysis is an accumulator: Add a path, Merge what another accumulator
// has counted, ask for the Result; it marshals to bytes. So the same code runs in
// a loop, on several goroutines, and on shards in different processes. Counts are
// checked integers and sums of money are exact, so the order of the rows, the
// number of shards and the number of goroutines do not change a bit of a result.
//
// # Errors
//
// Input that cannot be read is an error with its place, never a panic, and the
// caller decides whether to stop or to skip and count. What is undefined, such as
// credit without a conversion, is an error too, never NaN and never a silent 0.
// No error holds a customer's data.
//
// # Start here
//
// The command in cmd/cjm does the main job without a line of code; the programs in
// examples do it in ten.
package cjm
