package gth

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSolveAgainstRational(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	weight := func() float64 { return float64(1 + r.IntN(50)) }
	for range 1000 {
		n, cols := 1+r.IntN(7), 1+r.IntN(6)
		off, exit := chain(r, n, weight, func() float64 { return weight() * math.Pow10(-r.IntN(15)) })
		f, err := Factorize(n, off, exit)
		require.NoError(t, err)
		b := make([]float64, n*cols)
		for i := range b {
			b[i] = float64(r.IntN(5))
		}
		x := append([]float64(nil), b...)
		require.NoError(t, f.Solve(x, cols))
		xt := append([]float64(nil), b...)
		require.NoError(t, f.SolveTransposed(xt, cols))

		inv := exactInverse(n, off, exit)
		var term big.Rat
		for i := range n {
			for c := range cols {
				want, wantT := new(big.Rat), new(big.Rat)
				for j := range n {
					v := new(big.Rat).SetFloat64(b[j*cols+c])
					want.Add(want, term.Mul(inv[i*n+j], v))
					wantT.Add(wantT, term.Mul(inv[j*n+i], v))
				}
				require.LessOrEqual(t, relativeError(want, x[i*cols+c]), 1e-13)
				require.LessOrEqual(t, relativeError(wantT, xt[i*cols+c]), 1e-13)
			}
		}
	}
}

func TestSolveInput(t *testing.T) {
	f, err := Factorize(2, []float64{0, 1, 1, 0}, []float64{1, 0})
	require.NoError(t, err)
	for _, bad := range []float64{-1, math.NaN(), math.Inf(1)} {
		x := []float64{1, 2, 3, bad}
		for _, solve := range []func([]float64, int) error{f.Solve, f.SolveTransposed} {
			err := solve(x, 2)
			require.ErrorIs(t, err, ErrInput)
			assert.ErrorContains(t, err, "row 1")
			assert.Equal(t, []float64{1, 2, 3}, x[:3], "right-hand sides changed")
		}
	}
	assert.Panics(t, func() { _ = f.Solve(make([]float64, 3), 1) })
	assert.NoError(t, f.Solve(nil, 0))
}

func TestSolveOverflow(t *testing.T) {
	f, err := Factorize(1, []float64{0}, []float64{1e-300})
	require.NoError(t, err)
	assert.ErrorIs(t, f.Solve([]float64{1e300}, 1), ErrRange)
	assert.ErrorIs(t, f.SolveTransposed([]float64{1e300}, 1), ErrRange)
	x := []float64{3e-300}
	require.NoError(t, f.Solve(x, 1))
	assert.InDelta(t, 3, x[0], 1e-14)
}
