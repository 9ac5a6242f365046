package main

// The numbers of the chain agree with exact rational arithmetic.
func Example() {
	main()
	// Output:
	// first   display   13.00 conversions   1000.00 value
	// first   email      8.00 conversions    520.00 value
	// first   search    23.00 conversions   1510.00 value
	// first   social    11.00 conversions    880.00 value
	// first   store     21.00 conversions   1890.00 value
	// last    display    1.00 conversions     40.00 value
	// last    email      0.00 conversions      0.00 value
	// last    search    27.00 conversions   1530.00 value
	// last    social     0.00 conversions      0.00 value
	// last    store     48.00 conversions   4230.00 value
	// markov  display   11.84 conversions    808.93 value
	// markov  email      9.90 conversions    793.17 value
	// markov  search    25.06 conversions   1744.13 value
	// markov  social     5.01 conversions    367.51 value
	// markov  store     24.17 conversions   2086.26 value
}
