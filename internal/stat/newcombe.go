package stat

import "math"

// Newcombe returns an interval for the difference k2/n2 - k1/n1 of two independent
// probabilities, both n positive: method 10, the hybrid of the score intervals
// without continuity correction, of Newcombe, "Interval estimation for the
// difference between independent proportions: comparison of eleven methods",
// Statistics in Medicine 17 (1998) 873-890. With p = k/n and Wilson's interval
// [l, u] of each:
//
//	(p2-p1) - sqrt((p2-l2)^2 + (u1-p1)^2)  to  (p2-p1) + sqrt((u2-p2)^2 + (p1-l1)^2)
//
// It lies within -1 to 1. Exchanging the two turns it round exactly.
func Newcombe(k1, n1, k2, n2 int64, level float64) (lo, hi float64) {
	p1, p2 := float64(k1)/float64(n1), float64(k2)/float64(n2)
	l1, u1 := Wilson(k1, n1, level)
	l2, u2 := Wilson(k2, n2, level)
	d := p2 - p1
	lo = d - math.Hypot(p2-l2, u1-p1)
	hi = d + math.Hypot(u2-p2, p1-l1)
	return max(lo, -1), min(hi, 1)
}
