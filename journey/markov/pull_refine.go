package markov

import "math"

// exactResidual returns what is missing on the left of row j, for the solution
// x + low, in twice the precision of float64 before it is rounded.
func (p *pullProblem) exactResidual(j int32) (r lanes) {
	d := p.diagonal(j)
	for l := range p.used {
		var s twofold
		if p.rhs != nil {
			s.high = p.rhs[j][l]
		}
		for e := p.ptr[j]; e < p.ptr[j+1]; e++ {
			i := p.idx[e]
			s.add(p.count[e], p.x[i][l])
			s.add(p.count[e], p.low[i][l])
		}
		s.add(-d[l], p.x[j][l])
		s.add(-d[l], p.low[j][l])
		r[l] = s.high + s.low
	}
	return r
}

// twofold is an unevaluated sum of two float64.
type twofold struct{ high, low float64 }

// add adds a product (Ogita, Rump and Oishi, "Accurate sum and dot product", SIAM
// Journal on Scientific Computing 26 (2005) 1955-1988, algorithm Dot2).
func (s *twofold) add(a, b float64) {
	product := float64(a * b) // not fused with the sum below
	lost := math.FMA(a, b, -product)
	sum := s.high + product
	back := sum - s.high
	lost += (s.high - (sum - back)) + (product - back)
	s.high = sum
	s.low += lost
}

// refine adds to low what solve finds for the exact residual.
func (p *pullProblem) refine(solve func(*pullProblem)) {
	q := p.problem(p.used)
	q.fixed, q.diagOf, q.rhs, q.correction = p.fixed, p.diagOf, make([]lanes, len(p.diag)), true
	if p.low == nil {
		p.low = make([]lanes, len(p.diag))
	}
	for j := range q.rhs {
		if p.fixed[j] != allLanes {
			q.rhs[j] = p.exactResidual(int32(j))
		}
	}
	solve(q)
	for j := range q.x {
		for l := range q.x[j] {
			if p.fixed[j]>>l&1 == 0 {
				// Keep x the float64 nearest to x + low, and not negative, as
				// the solution is.
				x, v := p.x[j][l], p.low[j][l]+q.x[j][l]
				p.x[j][l] = max(0, x+v)
				p.low[j][l] = v - (p.x[j][l] - x)
			}
		}
	}
}
