package main

// Fay checked out more than a week after her visit, so the window took her. Kim may
// still buy.
func Example() {
	main()
	// Output:
	// visit     14 came, 14 did it, 0 lost, 0 open: 100 % (100 to 100)
	// cart      14 came, 11 did it, 2 lost, 1 open:  79 % (52 to 92)
	// checkout  11 came,  8 did it, 3 lost, 0 open:  73 % (43 to 90)
	// purchase   8 came,  4 did it, 3 lost, 1 open:  50 % (22 to 78)
	// dan is lost (window), last seen with "call"
	// gus is lost (window), last seen with "open"
	// max is lost (window), last seen with "coupon_error"
}
