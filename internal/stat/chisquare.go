package stat

import (
	"math"
	"math/bits"
)

// ChiSquare2x2 returns Pearson's statistic of the 2x2 table of k1 successes in n1
// trials and k2 in n2,
//
//	N (k1 (n2-k2) - k2 (n1-k1))^2 / (n1 n2 K (N-K)),   N = n1+n2, K = k1+k2,
//
// without continuity correction, and its upper tail p under chi-squared with one
// degree of freedom, which is that of the two-sided z test with the pooled
// variance. It reports false where a margin of the table is 0, so that there is
// nothing to compare.
func ChiSquare2x2(k1, n1, k2, n2 int64) (statistic, p float64, ok bool) {
	successes, failures := k1+k2, n1-k1+n2-k2
	if n1 == 0 || n2 == 0 || successes == 0 || failures == 0 {
		return 0, 0, false
	}
	// k1 (n2-k2) - k2 (n1-k1) = k1 n2 - k2 n1, exact in 128 bits.
	d := productDifference(k1, n2, k2, n1)
	a, b := float64(n1), float64(n2)
	statistic = d / a * (d / b) / float64(successes) * ((a + b) / float64(failures))
	return statistic, math.Erfc(math.Sqrt(statistic / 2)), true
}

// productDifference returns a*b - c*d, rounded once, of non-negative factors.
func productDifference(a, b, c, d int64) float64 {
	xh, xl := bits.Mul64(uint64(a), uint64(b))
	yh, yl := bits.Mul64(uint64(c), uint64(d))
	sign := 1.0
	if xh < yh || xh == yh && xl < yl {
		xh, xl, yh, yl = yh, yl, xh, xl
		sign = -1
	}
	lo, borrow := bits.Sub64(xl, yl, 0)
	hi, _ := bits.Sub64(xh, yh, borrow)
	return sign * (math.Ldexp(float64(hi), 64) + float64(lo))
}
