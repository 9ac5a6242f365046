package stat_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/cjm-go/cjm/internal/stat"
)

// TestChiSquarePublished: heart attacks with placebo and with aspirin, Agresti, "An
// introduction to categorical data analysis" (2nd ed. 2007), section 2.4: 25.0.
func TestChiSquarePublished(t *testing.T) {
	x, p, ok := stat.ChiSquare2x2(189, 11034, 104, 11037)
	require.True(t, ok)
	assert.InDelta(t, 25.0, x, .05)
	assert.Less(t, p, 1e-4)
}

// TestChiSquareExact: the sum of (observed - expected)^2 / expected over the four
// cells, as a rational number.
func TestChiSquareExact(t *testing.T) {
	r := newRand(4)
	rat := func(a, b int64) *big.Rat { return big.NewRat(a, b) }
	tested := 0
	for range 3000 {
		k1, n1, k2, n2 := proportions(r, []int64{20, 5000, 1e9}[r.IntN(3)])
		x, p, ok := stat.ChiSquare2x2(k1, n1, k2, n2)
		k, n := k1+k2, n1+n2
		if k == 0 || k == n {
			assert.False(t, ok)
			continue
		}
		require.True(t, ok)
		tested++
		want := new(big.Rat)
		for _, cell := range [][3]int64{{k1, n1, k}, {k2, n2, k}, {n1 - k1, n1, n - k}, {n2 - k2, n2, n - k}} {
			expected := new(big.Rat).Mul(rat(cell[1], n), rat(cell[2], 1))
			d := new(big.Rat).Sub(rat(cell[0], 1), expected)
			d.Mul(d, d)
			want.Add(want, d.Quo(d, expected))
		}
		exact, _ := want.Float64()
		assert.InDelta(t, exact, x, 2e-15*exact, "%d of %d, %d of %d", k1, n1, k2, n2)
		if exact < 100 {
			assert.InDelta(t, distuv.ChiSquared{K: 1}.Survival(exact), p, 1e-12)
		}
		same, samep, _ := stat.ChiSquare2x2(k2, n2, k1, n1)
		assert.InDelta(t, x, same, 1e-15*x)
		assert.InDelta(t, p, samep, 1e-12*p)
	}
	assert.Greater(t, tested, 2000)
}

func TestChiSquareEnds(t *testing.T) {
	for _, c := range [][4]int64{{0, 0, 1, 2}, {1, 2, 0, 0}, {0, 5, 0, 5}, {5, 5, 7, 7}} {
		_, _, ok := stat.ChiSquare2x2(c[0], c[1], c[2], c[3])
		assert.False(t, ok, "%v", c)
	}
	// Equal proportions of numbers whose products exceed int64.
	x, p, ok := stat.ChiSquare2x2(1<<60, 1<<61, 3, 6)
	assert.True(t, ok)
	assert.Zero(t, x)
	assert.EqualValues(t, 1, p)
	// The far tail: two groups of a million without a success in common.
	x, p, ok = stat.ChiSquare2x2(0, 300, 300, 300)
	assert.True(t, ok)
	assert.InEpsilon(t, 600, x, 1e-15)
	assert.InEpsilon(t, math.Erfc(math.Sqrt(300)), p, 1e-12)
}
