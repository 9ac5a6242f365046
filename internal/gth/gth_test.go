package gth

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func TestInverseAgainstRational(t *testing.T) {
	const tol = 1e-13
	r := rand.New(rand.NewPCG(1, 1))
	worst := 0.0
	for trial := range 4000 {
		n := 1 + r.IntN(8)
		weight := func() float64 { return float64(1 + r.IntN(50)) }
		if trial%3 == 0 {
			weight = func() float64 { return math.Ldexp(1+r.Float64(), -r.IntN(30)) }
		}
		off, exit := chain(r, n, weight, func() float64 { return weight() * math.Pow10(-r.IntN(15)) })
		f, err := Factorize(n, off, exit)
		require.NoError(t, err)
		require.Equal(t, n, f.N())
		inv, err := f.Inverse()
		require.NoError(t, err)
		for i, want := range exactInverse(n, off, exit) {
			e := relativeError(want, inv[i])
			worst = max(worst, e)
			require.LessOrEqual(t, e, tol, "n=%d entry %d: want %s, got %g", n, i, want.FloatString(20), inv[i])
		}
	}
	t.Logf("worst relative error of an entry: %.1e", worst)
}

// The smaller the exits, the closer I-Q is to a singular matrix. An inverse by
// LU loses as many digits as the condition number has; elimination without
// subtraction loses none.
func TestLeaksAgainstLU(t *testing.T) {
	const n, trials = 8, 25
	r := rand.New(rand.NewPCG(2, 2))
	for _, leak := range []float64{1e-2, 1e-6, 1e-10, 1e-14} {
		var worstGTH, worstLU float64
		for range trials {
			off, exit := make([]float64, n*n), make([]float64, n)
			for i := range n {
				sum := 0.0
				for j := range n {
					if j != i {
						off[i*n+j] = r.Float64()
						sum += off[i*n+j]
					}
				}
				for j := range n {
					off[i*n+j] *= (1 - leak) / sum
				}
				exit[i] = leak
			}
			f, err := Factorize(n, off, exit)
			require.NoError(t, err)
			inv, err := f.Inverse()
			require.NoError(t, err)

			a := mat.NewDense(n, n, nil)
			for i := range n {
				sum := exit[i]
				for j := range n {
					if j != i {
						a.Set(i, j, -off[i*n+j])
						sum += off[i*n+j]
					}
				}
				a.Set(i, i, sum)
			}
			var lu mat.Dense
			require.NoError(t, lu.Inverse(a))

			for i, want := range exactInverse(n, off, exit) {
				worstGTH = max(worstGTH, relativeError(want, inv[i]))
				worstLU = max(worstLU, relativeError(want, lu.At(i/n, i%n)))
			}
		}
		t.Logf("leak %.0e: worst relative error GTH %.1e, LU %.1e", leak, worstGTH, worstLU)
		assert.LessOrEqual(t, worstGTH, 1e-13)
		if leak == 1e-14 {
			assert.Greater(t, worstLU, 1e-4)
		}
	}
}

// Sizes around the blocks, dense and sparse.
func TestBlocksAgainstPlain(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for _, n := range []int{0, 1, 3, 4, 5, 7, 8, 9, 12, 31, 63, 64, 65, 130} {
		for _, density := range []float64{0.05, 1} {
			off, exit := make([]float64, n*n), make([]float64, n)
			for i := range off {
				if r.Float64() < density {
					off[i] = float64(r.IntN(100))
				}
			}
			for i := range exit {
				exit[i] = math.Ldexp(1, -r.IntN(20))
			}
			f, err := Factorize(n, off, exit)
			require.NoError(t, err)
			inv, err := f.Inverse()
			require.NoError(t, err)
			require.Len(t, inv, n*n)
			for i, want := range plainInverse(n, off, exit) {
				require.Equal(t, want == 0, inv[i] == 0)
				if want != 0 {
					require.InEpsilon(t, want, inv[i], 1e-12, "n=%d entry %d", n, i)
				}
			}
		}
	}
}

func TestDiagonalIsIgnored(t *testing.T) {
	off, exit := []float64{math.NaN(), 1, 2, -7}, []float64{1, 1}
	f, err := Factorize(2, off, exit)
	require.NoError(t, err)
	inv, err := f.Inverse()
	require.NoError(t, err)
	// A = [2 -1; -2 3], det 4.
	assert.InDeltaSlice(t, []float64{0.75, 0.25, 0.5, 0.5}, inv, 1e-15)
	assert.True(t, math.IsNaN(off[0]))
	assert.Equal(t, []float64{1, 1}, exit)
}

// Multiplying a row by a power of two divides a column of the inverse by it,
// exactly, as far as float64 reaches.
func TestExtremeScales(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for range 300 {
		n := 1 + r.IntN(8)
		weight := func() float64 { return 1 + r.Float64() }
		off, exit := chain(r, n, weight, func() float64 { return weight() * 1e-6 })
		f, err := Factorize(n, off, exit)
		require.NoError(t, err)
		want, err := f.Inverse()
		require.NoError(t, err)

		exps := make([]int, n)
		for i := range n {
			exps[i] = r.IntN(1960) - 980 // 1e-295 to 1e295
			for j := range n {
				off[i*n+j] = math.Ldexp(off[i*n+j], exps[i])
			}
			exit[i] = math.Ldexp(exit[i], exps[i])
		}
		f, err = Factorize(n, off, exit)
		require.NoError(t, err)
		got, err := f.Inverse()
		require.NoError(t, err)
		for i := range want {
			require.Equal(t, math.Ldexp(want[i], -exps[i%n]), got[i])
		}
	}
}

// Weights of any size, mixed: a result is right or an error, never infinite.
func TestNeverInfinite(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	outcomes := map[bool]int{}
	for range 3000 {
		n := 1 + r.IntN(6)
		weight := func() float64 { return math.Ldexp(1+r.Float64(), r.IntN(2097)-1074) }
		off, exit := chain(r, n, weight, weight)
		x := make([]float64, n)
		for i := range x {
			x[i] = weight()
		}
		check := func(v []float64, err error) {
			outcomes[err == nil]++
			if err != nil {
				require.ErrorIs(t, err, ErrRange)
				return
			}
			for _, v := range v {
				require.True(t, finite(v), "%g", v)
			}
		}
		f, err := Factorize(n, off, exit)
		if err != nil {
			check(nil, err)
			continue
		}
		check(f.Inverse())
		y := append([]float64(nil), x...)
		check(y, f.Solve(y, 1))
		check(x, f.SolveTransposed(x, 1))
	}
	assert.Greater(t, outcomes[true], 100)
	assert.Greater(t, outcomes[false], 100)
}

func TestInputErrors(t *testing.T) {
	for _, c := range []struct {
		name      string
		off, exit []float64
	}{
		{"negative weight", []float64{0, 1, -1, 0}, []float64{1, 1}},
		{"NaN weight", []float64{0, 1, math.NaN(), 0}, []float64{1, 1}},
		{"infinite weight", []float64{0, 1, math.Inf(1), 0}, []float64{1, 1}},
		{"negative exit", []float64{0, 1, 1, 0}, []float64{1, -1}},
		{"NaN exit", []float64{0, 1, 1, 0}, []float64{1, math.NaN()}},
	} {
		_, err := Factorize(2, c.off, c.exit)
		require.ErrorIs(t, err, ErrInput, c.name)
		assert.ErrorContains(t, err, "row 1", c.name)
	}
	assert.Panics(t, func() { Factorize(2, nil, nil) })
	assert.Panics(t, func() { Factorize(-1, nil, nil) })
}

func chainOf(b *testing.B, n int) (off, exit []float64) {
	b.Helper()
	r := rand.New(rand.NewPCG(6, 6))
	off, exit = make([]float64, n*n), make([]float64, n)
	for i := range off {
		off[i] = float64(r.IntN(1000))
	}
	for i := range exit {
		exit[i] = float64(1 + r.IntN(100))
	}
	return off, exit
}

func BenchmarkInverse(b *testing.B) {
	for _, n := range []int{50, 200, 1000} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			off, exit := chainOf(b, n)
			for b.Loop() {
				f, err := Factorize(n, off, exit)
				require.NoError(b, err)
				_, err = f.Inverse()
				require.NoError(b, err)
			}
		})
	}
}

func BenchmarkFactorize(b *testing.B) {
	for _, n := range []int{50, 200, 1000} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			off, exit := chainOf(b, n)
			for b.Loop() {
				_, err := Factorize(n, off, exit)
				require.NoError(b, err)
			}
		})
	}
}
