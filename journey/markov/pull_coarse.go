package markov

import (
	"math"
	"math/bits"
	"slices"

	"github.com/cjm-go/cjm/internal/gth"
)

// coarse corrects what sweeps are slow at: errors that many rows share. It has
// one unknown for each group of rows, to be added to all of them, and one
// equation, the sum of theirs (Galerkin). It covers the cyclic part of a problem,
// lane by lane.
type coarse struct {
	factors [width]*gth.Factors // nil where there is no correction
	sums    []lanes             // residual by group
	add     []lanes             // correction by group
	sides   []float64           // positive and negative part of a residual
}

// aggregate sums up the cyclic part by group: what leaves each group, and what of
// that goes to each other. The matrix of that, or the transposed one, is that of
// a chain, as for the system.
func (s *pullSystem) aggregate() {
	n := s.groups
	s.inCycle = make([]bool, len(s.diag))
	s.leaving, s.between = make([]float64, n), make([]float64, n*n)
	for _, j := range s.cyclic {
		s.inCycle[j] = true
		s.leaving[s.group[j]] += s.diag[j]
	}
	for _, j := range s.cyclic {
		for e := s.ptr[j]; e < s.ptr[j+1]; e++ {
			if i := s.idx[e]; s.inCycle[i] {
				s.between[s.pair(i, j)] += s.count[e]
			}
		}
	}
}

// pair returns the place of a coefficient of row j, at the unknown of row i, in
// the matrix of groups.
func (s *pullSystem) pair(i, j int32) int {
	if s.rowsOfChain {
		i, j = j, i
	}
	return int(s.group[i])*s.groups + int(s.group[j])
}

func (p *pullProblem) newCoarse() *coarse {
	n := p.groups
	c := &coarse{sums: make([]lanes, n), add: make([]lanes, n), sides: make([]float64, 2*n)}
	between, leaving := make([][]float64, p.used), make([][]float64, p.used)
	for l := range between {
		between[l], leaving[l] = slices.Clone(p.between), slices.Clone(p.leaving)
	}
	// Take out the fixed rows of each lane, of which there are few.
	for _, j := range p.cyclic {
		if p.diagOf != nil {
			for l := range leaving {
				leaving[l][p.group[j]] += p.diagOf[j][l] - p.diag[j]
			}
		}
		for fixed := p.fixed[j]; fixed != 0; fixed &= fixed - 1 {
			if l := bits.TrailingZeros8(fixed); l < p.used {
				leaving[l][p.group[j]] -= p.diagonal(j)[l]
			}
		}
		for e := p.ptr[j]; e < p.ptr[j+1]; e++ {
			i := p.idx[e]
			fixed := p.fixed[i] | p.fixed[j]
			if fixed == 0 || !p.inCycle[i] {
				continue
			}
			at := p.pair(i, j)
			for ; fixed != 0; fixed &= fixed - 1 {
				if l := bits.TrailingZeros8(fixed); l < p.used {
					between[l][at] -= p.count[e]
				}
			}
		}
	}
	for l, off := range between {
		exit := leaving[l]
		for g := range n {
			if exit[g] <= 0 { // no row of the group takes part
				exit[g] = 1
				continue
			}
			for _, inside := range off[g*n : g*n+n] {
				exit[g] -= inside
			}
			exit[g] = max(0, exit[g])
		}
		if f, err := gth.Factorize(n, off, exit); err == nil {
			c.factors[l] = f
		}
	}
	return c
}

// correct solves for the residuals of the groups and adds the corrections.
func (c *coarse) correct(p *pullProblem) {
	clear(c.add)
	for l, f := range c.factors {
		if f == nil {
			continue
		}
		for g := range c.sums {
			c.sides[2*g], c.sides[2*g+1] = max(0, c.sums[g][l]), max(0, -c.sums[g][l])
		}
		solve := f.SolveTransposed
		if p.rowsOfChain {
			solve = f.Solve
		}
		if solve(c.sides, 2) != nil {
			continue
		}
		for g := range c.add {
			c.add[g][l] = c.sides[2*g] - c.sides[2*g+1]
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
		fixed := p.fixed[j]
		if fixed == allLanes {
			continue
		}
		s, x, sums, w := p.row(j), &p.x[j], &c.sums[p.group[j]], weight[j]
		if p.diagOf != nil {
			d := &p.diagOf[j]
			for l := range s {
				s[l] -= d[l] * x[l]
			}
		} else {
			d := p.diag[j]
			for l := range s {
				s[l] -= d * x[l]
			}
		}
		for l := range s {
			r := s[l] * free[fixed>>l&1]
			sums[l] += r
			total[l] += w * math.Abs(r)
		}
	}
	return total
}

// free is by a bit of fixed.
var free = [2]float64{1, 0}
