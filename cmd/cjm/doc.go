// Command cjm turns files of customer journeys into channel credit, funnels and
// leaks.
//
//	cjm demo                       shows it on a sample that is built in
//	cjm attribute FILE...          credits channels, from events or a path table
//	cjm order FILE...              compares Markov chains of different orders
//	cjm score FILE... --paths NEW  says how likely journeys along paths are to convert
//	cjm dropoff EVENTS...          says where customers are lost, and what that costs
//	cjm compare BEFORE AFTER       says how two groups differ, and what explains it
//	cjm flow EVENTS...             says which ways journeys go
//	cjm paths EVENTS...            counts the paths in events as a path table
//	cjm version                    prints the version
//
// Each command explains its flags and shows examples with --help.
//
// Results go to standard output; progress, warnings and reports to standard
// error. The exit code is 0 on success, 1 if the work failed and 2 if the
// command line makes no sense.
package main
