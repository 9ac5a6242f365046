package markov

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// coarse corrects what sweeps are slow at: errors that many rows share. It has
// one unknown for each group of rows, to be added to all of them, and one
// equation, the sum of theirs (Galerkin). It covers the cyclic part of a problem,
// lane by lane.
type coarse struct {
	factors [width]*mat.LU // nil where there is no correction
	sums    []lanes        // residual by group
	add     []lanes        // correction by group
}

func (p *pullProblem) newCoarse() *coarse {
	n := p.groups
	c := &coarse{sums: make([]lanes, n), add: make([]lanes, n)}
	data := make([][]float64, p.used)
	for l := range data {
		data[l] = make([]float64, n*n)
	}
	cyclic := make([]bool, len(p.diag))
	for _, j := range p.cyclic {
		cyclic[j] = true
	}
	for _, j := range p.cyclic {
		row, d := int(p.group[j])*n, p.diagonal(j)
		for l := range data {
			if p.fixed[j]>>l&1 == 0 {
				data[l][row+row/n] += d[l]
			}
		}
		for e := p.ptr[j]; e < p.ptr[j+1]; e++ {
			i := p.idx[e]
			if !cyclic[i] {
				continue
			}
			fixed, at := p.fixed[i]|p.fixed[j], row+int(p.group[i])
			for l := range data {
				if fixed>>l&1 == 0 {
					data[l][at] -= p.count[e]
				}
			}
		}
	}
	for l, a := range data {
		for g := range n {
			if a[g*n+g] == 0 { // no row of the group takes part
				a[g*n+g] = 1
			}
		}
		lu := new(mat.LU)
		lu.Factorize(mat.NewDense(n, n, a))
		if !math.IsInf(lu.Cond(), 1) {
			c.factors[l] = lu
		}
	}
	return c
}

// correct solves for the residuals of the groups and adds the corrections.
func (c *coarse) correct(p *pullProblem) {
	n := len(c.sums)
	rhs, z := mat.NewVecDense(n, nil), mat.NewVecDense(n, nil)
	for l, lu := range c.factors {
		for g := range c.add {
			c.add[g][l] = 0
			rhs.SetVec(g, c.sums[g][l])
		}
		if lu == nil {
			continue
		}
		// A large condition number makes a poor correction, not a wrong one.
		var condition mat.Condition
		if err := lu.SolveVecTo(z, false, rhs); err != nil && !errors.As(err, &condition) {
			continue
		}
		for g := range c.add {
			c.add[g][l] = z.AtVec(g)
		}
	}
	for _, j := range p.cyclic {
		a, x, fixed := &c.add[p.group[j]], &p.x[j], p.fixed[j]
		if fixed == 0 {
			for l := range x {
				x[l] += a[l]
			}
			continue
		}
		for l := range x {
			if fixed>>l&1 == 0 {
				x[l] += a[l]
			}
		}
	}
}

// residual sets the residuals of the groups and returns the sum of their
// absolute values, weighted, over the cyclic part.
func (p *pullProblem) residual(c *coarse, weight []float64) (total lanes) {
	clear(c.sums)
	for _, j := range p.cyclic {
		s, d, x, w := p.row(j), p.diagonal(j), &p.x[j], weight[j]
		sums, fixed := &c.sums[p.group[j]], p.fixed[j]
		for l := range s {
			if fixed>>l&1 == 0 {
				r := s[l] - d[l]*x[l]
				sums[l] += r
				total[l] += w * math.Abs(r)
			}
		}
	}
	return total
}
