package dropoff

import (
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"
)

// randomFactors draws factors, of which each is zero with the probability given.
func randomFactors(r *rand.Rand, n int, zero float64) []factor {
	one := func() float64 {
		switch {
		case r.Float64() < zero:
			return 0
		case r.IntN(8) == 0:
			return 1
		case r.IntN(8) == 0:
			return r.Float64() / 1e6
		}
		return 1 - r.Float64()
	}
	factors := make([]factor, n)
	for i := range factors {
		factors[i] = factor{before: one(), after: one()}
		if r.IntN(4) == 0 {
			factors[i].after = factors[i].before
		}
	}
	return factors
}

func productsOf(factors []factor) (before, after float64) {
	before, after = 1, 1
	for _, f := range factors {
		before *= f.before
		after *= f.after
	}
	return before, after
}

func sumOf(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s
}

// TestNodes: the rule is exact for all powers that the longest funnel needs.
func TestNodes(t *testing.T) {
	var at, weight [MaxSteps / 2]float64
	quad.Legendre{}.FixedLocations(at[:], weight[:], 0, 1)
	for power := range MaxSteps {
		up, down := 0.0, 0.0
		for i, x := range at {
			up += weight[i] * math.Pow(x, float64(power))
			down += weight[i] * math.Pow(1-x, float64(power))
		}
		assert.InDelta(t, 1/float64(power+1), up, 3e-16, "t^%d", power)
		assert.InDelta(t, 1/float64(power+1), down, 3e-16, "(1-t)^%d", power)
	}
}

// exactShapley returns the Shapley value as the mean over all sets, in rationals.
func exactShapley(factors []factor) []*big.Rat {
	n := len(factors)
	rats := make([][2]*big.Rat, n)
	for i, f := range factors {
		rats[i] = [2]*big.Rat{new(big.Rat).SetFloat64(f.before), new(big.Rat).SetFloat64(f.after)}
	}
	parts := make([]*big.Rat, n)
	for k := range parts {
		parts[k] = new(big.Rat)
		for set := range uint(1 << n) {
			if set>>k&1 == 1 {
				continue
			}
			size := bits.OnesCount(set)
			gain := new(big.Rat).Sub(rats[k][1], rats[k][0])
			for j := range rats {
				if j != k {
					gain.Mul(gain, rats[j][set>>j&1])
				}
			}
			// size! (n-1-size)! / n! = 1 / (n C(n-1, size))
			orders := new(big.Int).Binomial(int64(n-1), int64(size))
			weight := new(big.Rat).SetFrac(big.NewInt(1), orders.Mul(orders, big.NewInt(int64(n))))
			parts[k].Add(parts[k], gain.Mul(gain, weight))
		}
	}
	return parts
}

// TestShapleyExact: each part is accurate in proportion to itself.
func TestShapleyExact(t *testing.T) {
	r := newChangeRand(2)
	for range 80 {
		factors := randomFactors(r, 1+r.IntN(7), .2)
		want := exactShapley(factors)
		for k, part := range splitShapley(factors) {
			exact, _ := want[k].Float64()
			assert.InDelta(t, exact, part, 3e-15*math.Abs(exact), "%v: %d", factors, k)
		}
	}
}

// TestShapleySum: the parts of up to 64 steps sum to the change.
func TestShapleySum(t *testing.T) {
	r := newChangeRand(3)
	worst := 0.0
	for range 800 {
		factors := randomFactors(r, 1+r.IntN(MaxSteps), []float64{0, .02, .3}[r.IntN(3)])
		if r.IntN(2) == 0 {
			// Rates near 1, so that the product of many is not tiny.
			for i := range factors {
				factors[i].before, factors[i].after = 1-factors[i].before/40, 1-factors[i].after/40
			}
		}
		before, after := productsOf(factors)
		parts := splitShapley(factors)
		d := math.Abs(sumOf(parts) - (after - before))
		require.LessOrEqual(t, d, 1e-13)
		worst = max(worst, d)
		checkSplit(t, factors, parts, splitShapley)
	}
	t.Logf("largest error of a sum: %.2g", worst)
}

// checkSplit checks what holds for any split: what did not change has no part,
// exchanged groups turn the signs round, and the order of the steps does not count.
func checkSplit(t *testing.T, factors []factor, parts []float64, split func([]factor) []float64) {
	t.Helper()
	n := len(factors)
	exchanged, reversed := make([]factor, n), make([]factor, n)
	for i, f := range factors {
		exchanged[i] = factor{before: f.after, after: f.before}
		reversed[n-1-i] = f
	}
	back, turned := split(exchanged), split(reversed)
	for i, part := range parts {
		near := 1e-13 * math.Abs(part)
		assert.InDelta(t, part, -back[i], near)
		assert.InDelta(t, part, turned[n-1-i], near)
		switch f := factors[i]; {
		case f.before == f.after:
			assert.Zero(t, part)
		case f.after > f.before:
			assert.GreaterOrEqual(t, part, 0.)
		default:
			assert.LessOrEqual(t, part, 0.)
		}
	}
}

func logMeanParts(factors []factor) []float64 {
	parts, _ := splitLogMean(factors)
	return parts
}

// TestLogMeanSum: the parts of up to 64 steps sum to the change, also where the
// changes of the steps offset each other.
func TestLogMeanSum(t *testing.T) {
	r := newChangeRand(4)
	worst := 0.0
	for range 800 {
		factors := randomFactors(r, 1+r.IntN(MaxSteps), 0)
		switch r.IntN(3) {
		case 0:
			for i := range factors {
				factors[i].before, factors[i].after = 1-factors[i].before/40, 1-factors[i].after/40
			}
		case 1:
			// The steps change places: the product stays but for rounding.
			for i := range factors {
				factors[i].after = factors[(i+1)%len(factors)].before
			}
		}
		before, after := productsOf(factors)
		parts := logMeanParts(factors)
		d := math.Abs(sumOf(parts) - (after - before))
		require.LessOrEqual(t, d, 1e-13)
		worst = max(worst, d)
		checkSplit(t, factors, parts, logMeanParts)
	}
	t.Logf("largest error of a sum: %.2g", worst)
}

// TestLogMeanIntegral: the logarithmic mean is the integral of R0^(1-t) R1^t over t
// from 0 to 1, here by 40 nodes.
func TestLogMeanIntegral(t *testing.T) {
	r := newChangeRand(5)
	for range 300 {
		factors := randomFactors(r, 1+r.IntN(6), 0)
		if r.IntN(2) == 0 {
			for i := range factors { // nearly unchanged, the mean by its series
				factors[i].after = factors[i].before * (1 - 1e-5*r.Float64())
			}
		}
		before, after := productsOf(factors)
		mean := quad.Fixed(func(t float64) float64 {
			return math.Pow(before, 1-t) * math.Pow(after, t)
		}, 0, 1, 40, quad.Legendre{}, 1)
		for k, part := range logMeanParts(factors) {
			f := factors[k]
			want := mean * math.Log(f.after/f.before)
			if d := (f.after - f.before) / f.before; math.Abs(d) < .5 {
				want = mean * math.Log1p(d)
			}
			assert.InDelta(t, want, part, 1e-12*math.Abs(want), "%v", factors)
		}
	}
}

// TestLogMeanSE: against derivatives by differences of the parts themselves.
func TestLogMeanSE(t *testing.T) {
	r := newChangeRand(6)
	for range 200 {
		factors := randomFactors(r, 1+r.IntN(5), 0)
		for i := range factors {
			f := &factors[i]
			f.before = max(f.before, .05)
			f.after = max(f.after, .05)
			f.varBefore, f.varAfter = r.Float64()/100, r.Float64()/100
			if i == 0 {
				f.after = f.before * (1 + float64(r.IntN(3)-1)*1e-4)
			}
		}
		_, se := splitLogMean(factors)
		want := make([]float64, len(factors))
		const h = 1e-4
		for j := range factors {
			for side := range 2 {
				at := func(h float64) []float64 {
					moved := append([]factor(nil), factors...)
					if side == 0 {
						moved[j].before *= math.Exp(h)
					} else {
						moved[j].after *= math.Exp(h)
					}
					return logMeanParts(moved)
				}
				up, down := at(h), at(-h)
				variance := []float64{factors[j].varBefore, factors[j].varAfter}[side]
				for k := range want {
					slope := (up[k] - down[k]) / (2 * h)
					want[k] += slope * slope * variance
				}
			}
		}
		for k := range want {
			assert.InEpsilon(t, math.Sqrt(want[k]), se[k], 1e-6)
		}
	}
}

// TestSeries: the series meet the formulas where they take over.
func TestSeries(t *testing.T) {
	for _, x := range []float64{seriesBelow * (1 - 1e-9), seriesBelow * (1 + 1e-9)} {
		for _, x := range []float64{x, -x} {
			// sinh(x)/x and its kin in 200 bits.
			b := new(big.Float).SetPrec(200).SetFloat64(x)
			even, odd, term := big.NewFloat(0).SetPrec(200), big.NewFloat(0).SetPrec(200), big.NewFloat(1).SetPrec(200)
			for n := 1; n < 40; n++ {
				if n%2 == 1 {
					even.Add(even, term)
				} else {
					odd.Add(odd, term)
				}
				term = new(big.Float).Quo(new(big.Float).Mul(term, b), big.NewFloat(float64(n)))
			}
			ratio := new(big.Float).Quo(odd, b) // sinh(x)/x
			want, _ := ratio.Float64()
			assert.InEpsilon(t, want, sinhc(x), 3e-16)
			e := new(big.Float).Add(even, odd)
			e.Sub(e, ratio).Quo(e, b)
			want, _ = e.Float64()
			assert.InEpsilon(t, want/2, meanSlope(x), 2e-13)
		}
	}
	assert.EqualValues(t, 1, sinhc(0))
	assert.EqualValues(t, .5, meanSlope(0))
}
