package gth

import (
	"math"
	"math/big"
	"math/rand/v2"
)

// exactInverse inverts A by fraction-free Gauss-Jordan elimination of big
// integers (Bareiss). All weights are finite; A is not singular.
func exactInverse(n int, off, exit []float64) []*big.Rat {
	// The weights times 2^shift are integers.
	shift := 0
	for _, w := range append(append([]float64(nil), off...), exit...) {
		if _, e := math.Frexp(w); w != 0 {
			shift = max(shift, 53-e)
		}
	}
	integer := func(w float64) *big.Int {
		x, e := math.Frexp(w)
		v := big.NewInt(int64(math.Ldexp(x, 53)))
		if e += shift - 53; e >= 0 {
			return v.Lsh(v, uint(e))
		}
		return v.Rsh(v, uint(-e))
	}
	m := make([][]*big.Int, n)
	for i := range m {
		m[i] = make([]*big.Int, 2*n)
		diag := integer(exit[i])
		for j := range n {
			m[i][n+j] = new(big.Int)
			if j != i {
				w := integer(off[i*n+j])
				diag.Add(diag, w)
				m[i][j] = w.Neg(w)
			}
		}
		m[i][i] = diag
		m[i][n+i].Lsh(big.NewInt(1), uint(shift))
	}
	previous := big.NewInt(1)
	var t big.Int
	for k := range n {
		// An M-matrix that is not singular has positive leading minors.
		for i := range n {
			if i == k {
				continue
			}
			factor := new(big.Int).Set(m[i][k])
			for j := range 2 * n {
				v := m[i][j]
				v.Mul(v, m[k][k])
				v.Sub(v, t.Mul(factor, m[k][j]))
				v.Quo(v, previous)
			}
		}
		previous = new(big.Int).Set(m[k][k])
	}
	inv := make([]*big.Rat, 0, n*n)
	for i := range n {
		for j := range n {
			inv = append(inv, new(big.Rat).SetFrac(m[i][n+j], m[i][i]))
		}
	}
	return inv
}

// relativeError is |got-want|/|want|; 0 if both are 0, infinite if only want
// is.
func relativeError(want *big.Rat, got float64) float64 {
	if want.Sign() == 0 {
		if got == 0 {
			return 0
		}
		return math.Inf(1)
	}
	d := new(big.Rat).SetFloat64(got)
	if d == nil {
		return math.Inf(1)
	}
	d.Sub(d, want)
	d.Quo(d, want)
	e, _ := d.Abs(d).Float64()
	return e
}

// chain returns the weights of a random chain with no closed states. About half
// of the transitions are absent; each state has an exit with probability 1/2.
func chain(r *rand.Rand, n int, weight, leak func() float64) (off, exit []float64) {
	for {
		off, exit = make([]float64, n*n), make([]float64, n)
		for i := range off {
			if r.IntN(2) == 0 {
				off[i] = weight()
			}
		}
		for i := range exit {
			if r.IntN(2) == 0 {
				exit[i] = leak()
			}
		}
		if Closed(n, off, exit) == nil {
			return off, exit
		}
	}
}

// plainInverse is elimination and substitution written straight from the
// formulas, row by row.
func plainInverse(n int, off, exit []float64) []float64 {
	q := append([]float64(nil), off...)
	e := append([]float64(nil), exit...)
	piv := make([]float64, n)
	x := make([]float64, n*n)
	for k := range n {
		x[k*n+k] = 1
		piv[k] = e[k]
		for j := k + 1; j < n; j++ {
			piv[k] += q[k*n+j]
		}
		for i := k + 1; i < n; i++ {
			l := q[i*n+k] / piv[k]
			for j := k + 1; j < n; j++ {
				q[i*n+j] += l * q[k*n+j]
			}
			e[i] += l * e[k]
			q[i*n+k] = l
		}
	}
	for j := range n {
		for i := range n {
			for k := range i {
				x[i*n+j] += q[i*n+k] * x[k*n+j]
			}
		}
		for i := n - 1; i >= 0; i-- {
			for k := i + 1; k < n; k++ {
				x[i*n+j] += q[i*n+k] * x[k*n+j]
			}
			x[i*n+j] /= piv[i]
		}
	}
	return x
}
