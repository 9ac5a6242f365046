package stat_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cjm-go/cjm/internal/stat"
)

// z95 and z99 are the normal quantiles of .975 and .995.
const (
	z95 = 1.959963984540054
	z99 = 2.5758293035489004
)

// TestWilsonPublished: the level .95 of Newcombe, "Two-sided confidence intervals for
// the single proportion", Statistics in Medicine 17 (1998) 857-872, table I, method 3.
func TestWilsonPublished(t *testing.T) {
	for _, c := range []struct {
		k, n   int64
		lo, hi float64
	}{{81, 263, .2553, .3662}, {15, 148, .0624, .1605}, {0, 20, 0, .1611}, {1, 29, .0061, .1718}} {
		lo, hi := stat.Wilson(c.k, c.n, .95)
		assert.InDelta(t, c.lo, lo, 5e-5)
		assert.InDelta(t, c.hi, hi, 5e-5)
	}
}

// TestWilsonExact: the lower bound is accurate in proportion to itself, even where it
// is tiny, and so is the distance of the upper bound from 1.
func TestWilsonExact(t *testing.T) {
	r := newRand(1)
	for range 3000 {
		k, n, _, _ := proportions(r, []int64{20, 5000, 1e9, 1e15}[r.IntN(4)])
		level, z := .95, z95
		if r.IntN(2) == 0 {
			level, z = .99, z99
		}
		lo, hi := stat.Wilson(k, n, level)
		wantLo, wantHi := bigWilson(k, n, z)
		assert.InDelta(t, float(wantLo), lo, 4e-15*float(wantLo), "%d of %d", k, n)
		assert.InDelta(t, float(wantHi), hi, 1e-15, "%d of %d", k, n)
		p := float64(k) / float64(n)
		assert.True(t, 0 <= lo && lo <= p && p <= hi && hi <= 1, "%d of %d", k, n)

		mirroredLo, mirroredHi := stat.Wilson(n-k, n, level)
		assert.InDelta(t, 1-hi, mirroredLo, 3e-16)
		assert.InDelta(t, 1-lo, mirroredHi, 3e-16)
	}
}

func TestWilsonEnds(t *testing.T) {
	for _, n := range []int64{1, 2, 17, 1e6, math.MaxInt64} {
		lo, hi := stat.Wilson(0, n, .95)
		assert.Zero(t, lo)
		// The bound is zz/(1+zz), zz = z^2/n.
		zz := z95 * z95 / float64(n)
		assert.InDelta(t, zz/(1+zz), hi, 2e-16)
		lo, hi = stat.Wilson(n, n, .95)
		assert.InDelta(t, 1/(1+zz), lo, 5e-16) // half a dozen roundings
		assert.EqualValues(t, 1, hi)
	}
	lo, hi := stat.Wilson(0, 0, .95)
	assert.Zero(t, lo)
	assert.EqualValues(t, 1, hi)
}

func TestNormalQuantile(t *testing.T) {
	assert.InEpsilon(t, z95, stat.NormalQuantile(.95), 1e-15)
	assert.InEpsilon(t, z99, stat.NormalQuantile(.99), 1e-15)
}

func ExampleWilson() {
	lo, hi := stat.Wilson(81, 263, 0.95)
	fmt.Printf("%.4f to %.4f\n", lo, hi)

	// Output:
	// 0.2553 to 0.3662
}
