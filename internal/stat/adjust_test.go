package stat_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cjm-go/cjm/internal/stat"
)

// TestAdjustPublished: the 15 endpoints of Benjamini and Hochberg's paper, section
// 3.2. At .05 Bonferroni and Holm reject three, theirs four.
func TestAdjustPublished(t *testing.T) {
	p := []float64{
		.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1,
	}
	rejected := func(adjusted []float64) (n int) {
		for _, q := range adjusted {
			if q <= .05 {
				n++
			}
		}
		return n
	}
	assert.Equal(t, 3, rejected(stat.Holm(p)))
	assert.Equal(t, 4, rejected(stat.BenjaminiHochberg(p)))
}

func TestAdjustByHand(t *testing.T) {
	p := []float64{.5, .01, .04, .02, .04}
	inEpsilon(t, []float64{.5, .05, .12, .08, .12}, stat.Holm(p), 1e-15)
	inEpsilon(t, []float64{.5, .05, .05, .05, .05}, stat.BenjaminiHochberg(p), 1e-15)
	inEpsilon(t, []float64{1, 1}, stat.Holm([]float64{.6, .7}), 1e-15)
	inEpsilon(t, []float64{.7, .7}, stat.BenjaminiHochberg([]float64{.6, .7}), 1e-15)
	for _, adjust := range []func([]float64) []float64{stat.Holm, stat.BenjaminiHochberg} {
		assert.Equal(t, []float64{.3}, adjust([]float64{.3}))
		assert.Equal(t, []float64{0, 0, 1}, adjust([]float64{0, 0, 1}))
		assert.Empty(t, adjust(nil))
	}
}

func inEpsilon(t *testing.T, want, got []float64, epsilon float64) {
	t.Helper()
	assert.Len(t, got, len(want))
	for i := range want {
		assert.InEpsilon(t, want[i], got[i], epsilon, "%d", i)
	}
}

// pValues draws up to 8 p-values, ties among them.
func pValues(r *rand.Rand) []float64 {
	p := make([]float64, 1+r.IntN(8))
	for i := range p {
		p[i] = float64(1+r.IntN(40)) / 40
		if r.IntN(2) == 0 {
			p[i] /= 100
		}
	}
	return p
}

// TestHolmClosure: Holm's method is the closure of Bonferroni's tests: the adjusted
// p-value of a hypothesis is the largest of min(1, |S| min p) over all sets S of
// hypotheses that it is in.
func TestHolmClosure(t *testing.T) {
	r := newRand(5)
	for range 300 {
		p := pValues(r)
		before := slices.Clone(p)
		want := make([]float64, len(p))
		for set := 1; set < 1<<len(p); set++ {
			size, least := 0.0, 1.0
			for i := range p {
				if set>>i&1 == 1 {
					size++
					least = min(least, p[i])
				}
			}
			for i := range p {
				if set>>i&1 == 1 {
					want[i] = max(want[i], min(1, size*least))
				}
			}
		}
		inEpsilon(t, want, stat.Holm(p), 1e-15)
		assert.Equal(t, before, p)
	}
}

// TestBenjaminiHochbergSteps: the adjusted p-value is the least level at which the
// procedure rejects: it finds the largest i with p_(i) <= i/m level and rejects all
// up to p_(i).
func TestBenjaminiHochbergSteps(t *testing.T) {
	r := newRand(6)
	rejects := func(p []float64, i int, level float64) bool {
		sorted := slices.Sorted(slices.Values(p))
		for at, q := range slices.Backward(sorted) {
			if q*float64(len(p)) <= float64(at+1)*level {
				return p[i] <= q
			}
		}
		return false
	}
	for range 300 {
		p := pValues(r)
		before := slices.Clone(p)
		for i, q := range stat.BenjaminiHochberg(p) {
			assert.True(t, q == 1 || rejects(p, i, q*(1+1e-12)), "%v %d", p, i)
			assert.False(t, rejects(p, i, q*(1-1e-12)), "%v %d", p, i)
		}
		assert.Equal(t, before, p)
	}
}
