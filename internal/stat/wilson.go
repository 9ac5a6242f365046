package stat

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Wilson returns Wilson's score interval of a probability of which k of n trials
// are the evidence (Wilson, "Probable inference, the law of succession, and
// statistical inference", Journal of the American Statistical Association 22
// (1927) 209-212): the values x for which
//
//	|k/n - x| <= z sqrt(x(1-x)/n)
//
// where z is the normal quantile of (1+level)/2. It has no continuity correction.
// The lower bound is exactly 0 if k = 0, the upper exactly 1 if k = n. Without
// trials every probability is possible, and the interval is 0 to 1.
func Wilson(k, n int64, level float64) (lo, hi float64) {
	if n == 0 {
		return 0, 1
	}
	z := NormalQuantile(level)
	lo = wilsonLower(k, n, z)
	// By symmetry. The difference rounds below k/n only where it equals it to
	// the last bits.
	hi = 1 - wilsonLower(n-k, n, z)
	p := float64(k) / float64(n)
	return min(lo, p), max(hi, p)
}

// wilsonLower returns the smaller root of (1+zz) x^2 - (2p+zz) x + p^2, zz = z^2/n,
// as p^2 over the sum that makes the other root: without a cancellation.
func wilsonLower(k, n int64, z float64) float64 {
	trials := float64(n)
	p, q := float64(k)/trials, float64(n-k)/trials
	zz := z * z / trials
	return p * p / (p + zz/2 + z*math.Sqrt(p*q/trials+zz/(4*trials)))
}

// NormalQuantile returns how many standard errors an interval of the level reaches to
// each side: the normal quantile of (1+level)/2.
func NormalQuantile(level float64) float64 { return distuv.UnitNormal.Quantile((1 + level) / 2) }
