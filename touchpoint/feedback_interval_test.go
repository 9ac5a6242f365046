package touchpoint

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/cjm-go/cjm/internal/stat"
)

// On two points the interval is that of Wilson.
func TestScoreOfMeanIsWilson(t *testing.T) {
	for n := int64(1); n <= 20; n++ {
		for k := range n + 1 {
			for _, level := range []float64{0.5, 0.95, 0.999} {
				lo, hi := scoreOfMean([]float64{0, 1}, []int64{n - k, k}, level)
				wantLo, wantHi := stat.Wilson(k, n, level)
				require.InDelta(t, wantLo, lo, 1e-13, "%d of %d", k, n)
				require.InDelta(t, wantHi, hi, 1e-13, "%d of %d", k, n)
			}
		}
	}
}

// tangoUpper returns the upper bound of Tango's interval of (b-c)/n by his closed
// form of the constrained estimate (Statistics in Medicine 17 (1998), equation 5).
func tangoUpper(b, c, n, z float64) float64 {
	lo, hi := (b-c)/n, 1.0
	for range 200 {
		d := (lo + hi) / 2
		// The estimate q of the smaller cell solves 2n q^2 + B q + C = 0.
		B := -b - c + (2*n-b+c)*d
		C := -c * d * (1 - d)
		q := (math.Sqrt(B*B-8*n*C) - B) / (4 * n)
		if math.Abs(b-c-n*d) <= z*math.Sqrt(n*(2*q+d*(1-d))) {
			lo = d
		} else {
			hi = d
		}
	}
	return lo
}

// On the three points of the Net Promoter Score the interval is that of Tango.
func TestScoreOfMeanIsTango(t *testing.T) {
	z := distuv.UnitNormal.Quantile(0.975)
	points := []float64{-1, 0, 1}
	for p := range 9 {
		for q := range 9 {
			for d := range 9 {
				n := p + q + d
				if n == 0 {
					continue
				}
				lo, hi := scoreOfMean(points, []int64{int64(d), int64(q), int64(p)}, 0.95)
				require.InDelta(t, tangoUpper(float64(p), float64(d), float64(n), z), hi, 1e-12, "%d %d %d", p, q, d)
				require.InDelta(t, -tangoUpper(float64(d), float64(p), float64(n), z), lo, 1e-12, "%d %d %d", p, q, d)
			}
		}
	}
}

// Airway hyper-responsiveness before and after a transplantation: 1 of 21 children got
// better, 7 worse. Fagerland, Lydersen and Laake, "Recommended tests and confidence
// intervals for paired binomial proportions", Statistics in Medicine 33 (2014)
// 2850-2875, give -0.517 to -0.026 as Tango's interval. Complete response to a therapy
// before and after: 6 of 161 and 16 of them; the R package contingencytables gives
// -0.1240 to -0.0054.
func TestScoreOfMeanPublished(t *testing.T) {
	lo, hi := scoreOfMean([]float64{-1, 0, 1}, []int64{7, 13, 1}, 0.95)
	assert.InDelta(t, -0.517, lo, 0.0005)
	assert.InDelta(t, -0.026, hi, 0.0005)
	lo, hi = scoreOfMean([]float64{-1, 0, 1}, []int64{16, 139, 6}, 0.95)
	assert.InDelta(t, -0.1240, lo, 0.00005)
	assert.InDelta(t, -0.0054, hi, 0.00005)
}

// profile returns the probabilities that maximise the likelihood of the counts under a
// given mean of four points, by brute force: two are free, and a grid that is refined
// around its best point finds them.
func profile(points []float64, counts []int64, mean float64) []float64 {
	// Begin with what was observed, mixed with enough of the upper end.
	n, m := 0.0, meanOf(points, counts)
	for _, c := range counts {
		n += float64(c)
	}
	w := (mean - m) / (points[3] - m)
	at := []float64{(1 - w) * float64(counts[1]) / n, (1 - w) * float64(counts[2]) / n}
	best := math.Inf(-1)
	var found []float64
	likelihood := func(p1, p2 float64) (float64, []float64) {
		// p0 and p3 follow from the sum and the mean.
		p3 := (mean - points[0] - p1*(points[1]-points[0]) - p2*(points[2]-points[0])) / (points[3] - points[0])
		p := []float64{1 - p1 - p2 - p3, p1, p2, p3}
		sum := 0.0
		for i, c := range counts {
			if p[i] < -1e-15 {
				return math.Inf(-1), nil
			}
			if c > 0 {
				sum += float64(c) * math.Log(p[i])
			}
		}
		return sum, p
	}
	for width := 0.5; width > 1e-9; width *= 0.7 {
		x, y := at[0], at[1]
		for i := -8; i <= 8; i++ {
			for k := -8; k <= 8; k++ {
				p1, p2 := x+width*float64(i)/8, y+width*float64(k)/8
				if p1 < 0 || p2 < 0 {
					continue
				}
				if l, p := likelihood(p1, p2); l > best {
					best, at, found = l, []float64{p1, p2}, p
				}
			}
		}
	}
	return found
}

// Pearson's statistic by Lagrange is that of the likeliest distribution found by brute
// force, unobserved points included.
func TestPearsonByBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	points := []float64{1, 2, 4, 5}
	for range 25 {
		counts := make([]int64, 4)
		for i := range counts {
			counts[i] = rng.Int64N(6)
		}
		counts[1]++
		m := meanOf(points, counts)
		u := m + (5-m)*(0.1+0.8*rng.Float64())
		p, n := profile(points, counts, u), 0.0
		for _, c := range counts {
			n += float64(c)
		}
		want := 0.0
		for i, c := range counts {
			if p[i] > 1e-12 {
				want += (float64(c) - n*p[i]) * (float64(c) - n*p[i]) / (n * p[i])
			}
		}
		// The likelihood is flat at its top: the grid knows p to about 1e-8.
		require.InEpsilon(t, want, pearson(points, counts, u), 1e-5, "%v %v", counts, u)
	}
}

func TestScoreOfMeanProperties(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	points := []float64{1, 2, 3, 4, 5, 6, 7}
	for range 60 {
		counts, total := make([]int64, len(points)), int64(0)
		for i := range counts {
			if rng.IntN(2) == 0 {
				counts[i] = rng.Int64N(20)
			}
			total += counts[i]
		}
		if total == 0 {
			counts[rng.IntN(len(counts))] = 1 + rng.Int64N(3)
		}
		m := meanOf(points, counts)
		lo, hi := scoreOfMean(points, counts, 0.95)
		require.True(t, 1 <= lo && lo <= m && m <= hi && hi <= 7, "%v", counts)
		require.Greater(t, hi-lo, 0.0, "even if all answers are the same")

		wideLo, wideHi := scoreOfMean(points, counts, 0.99)
		require.True(t, wideLo <= lo && hi <= wideHi, "a higher level is wider")

		// The statistic grows, so what the search finds is the one end.
		last := 0.0
		for i := 1; i < 50 && m < 7; i++ {
			x := pearson(points, counts, m+(7-m)*float64(i)/50)
			require.GreaterOrEqual(t, x, last*(1-1e-12), "%v", counts)
			last = x
		}
	}
}
