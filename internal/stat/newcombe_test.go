package stat_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cjm-go/cjm/internal/stat"
)

// TestNewcombePublished: the eight examples of Newcombe's paper, table II, method 10,
// at the level .95.
func TestNewcombePublished(t *testing.T) {
	for _, c := range []struct {
		k2, n2, k1, n1 int64 // the first minus the second
		lo, hi         float64
	}{
		{56, 70, 48, 80, .0524, .3339},
		{9, 10, 3, 10, .1705, .8090},
		{6, 7, 2, 7, .0582, .8062},
		{5, 56, 0, 29, -.0381, .1926},
		{0, 10, 0, 20, -.1611, .2775},
		{0, 10, 0, 10, -.2775, .2775},
		{10, 10, 0, 20, .6791, 1},
		{10, 10, 0, 10, .6075, 1},
	} {
		lo, hi := stat.Newcombe(c.k1, c.n1, c.k2, c.n2, .95)
		assert.InDelta(t, c.lo, lo, 5e-5, "%+v", c)
		assert.InDelta(t, c.hi, hi, 5e-5, "%+v", c)
	}
}

func TestNewcombeExact(t *testing.T) {
	r := newRand(2)
	for range 2000 {
		k1, n1, k2, n2 := proportions(r, []int64{20, 5000, 1e9}[r.IntN(3)])
		l1, u1 := bigWilson(k1, n1, z95)
		l2, u2 := bigWilson(k2, n2, z95)
		p1, p2 := quo(bigInt(k1), bigInt(n1)), quo(bigInt(k2), bigInt(n2))
		d := sub(p2, p1)
		root := func(x, y *big.Float) *big.Float { return sqrt(add(mul(x, x), mul(y, y))) }
		lo, hi := stat.Newcombe(k1, n1, k2, n2, .95)
		assert.InDelta(t, float(sub(d, root(sub(p2, l2), sub(u1, p1)))), lo, 2e-15)
		assert.InDelta(t, float(add(d, root(sub(u2, p2), sub(p1, l1)))), hi, 2e-15)
		assert.True(t, -1 <= lo && lo <= float(d) && float(d) <= hi && hi <= 1)

		// Exchanged, it is turned round to the last bit.
		turnedLo, turnedHi := stat.Newcombe(k2, n2, k1, n1, .95)
		assert.Equal(t, -hi, turnedLo)
		assert.Equal(t, -lo, turnedHi)
	}
}

func ExampleNewcombe() {
	// 48 of 80 against 56 of 70: 20 points more, and how sure.
	lo, hi := stat.Newcombe(48, 80, 56, 70, 0.95)
	fmt.Printf("%+.4f to %+.4f\n", lo, hi)

	// Output:
	// +0.0524 to +0.3339
}
