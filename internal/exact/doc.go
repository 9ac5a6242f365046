// Package exact adds float64 values without rounding.
//
// A [Sum] holds the real number that its values add up to, not an
// approximation of it. It therefore does not depend on the order in which the
// values come, nor on how they are spread over several sums that are merged
// later; it is rounded once, when it is read:
//
//	var a, b exact.Sum
//	a.Add(0.1)
//	b.Add(0.2)
//	a.Merge(&b)
//	a.Float64()           // the float64 nearest to fl(0.1) + fl(0.2)
//	a.AppendBinary(nil)   // the same bytes for every order and sharding
//
// The number is kept in fixed point, in digits of 32 bits. Each digit lies in
// an int64, so that hundreds of additions fit before carries must be propagated. Only the digits between the smallest and the largest value
// seen are stored: four or five for amounts of money, 68 for the whole range of
// float64. This is the small superaccumulator of Neal, "Fast exact summation
// using small and large superaccumulators", arXiv:1505.05571, with a window.
package exact
