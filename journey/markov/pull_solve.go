package markov

import (
	"context"
	"math"
)

const (
	// directRows is the size of the cyclic part up to which it is eliminated at
	// once, fallbackRows that up to which it is where iterating is slow.
	directRows, fallbackRows = 64, 1024
	// slowCycles is how many cycles may pass before iterating is slow, maxCycles
	// before it is given up.
	slowCycles, maxCycles = 50, 5000
	// sweeps is how many follow a correction.
	sweeps = 3
	// idleCycles is how many cycles may pass without progress: after the first
	// number only rounding errors may be left, after the second it is given up.
	idleCycles, lostCycles = 3, 40
)

// solve solves the problem such that the certified error of every goal is within
// the tolerance in every lane, if that can be reached. It returns the bounds of
// the goals, and the number of passes over the cyclic part. A solution that
// rounding limits is refined as long as that halves the error.
func (p *pullProblem) solve(ctx context.Context, goals []goal, tolerance float64) (bounds []lanes, passes int, err error) {
	s := &pullSolver{ctx: ctx, goals: goals, tolerance: tolerance, weight: combine(goals)}
	s.approximateAll(p)
	p.clamp()
	bounds = p.bound(goals)
	excess := s.excess(p, bounds)
	for previous := math.Inf(1); excess > 1 && s.err == nil && excess < previous/2; {
		previous = excess
		p.refine(s.approximateAll)
		bounds = p.bound(goals)
		excess = s.excess(p, bounds)
	}
	return bounds, s.passes, s.err
}

// pullSolver keeps what several right-hand sides of one problem share.
type pullSolver struct {
	ctx       context.Context
	goals     []goal
	weight    []float64 // of all goals, in their units
	tolerance float64
	coarse    *coarse
	direct    *direct
	passes    int
	err       error
}

// combine returns weights which are as large as those of each goal.
func combine(goals []goal) []float64 {
	weight := make([]float64, len(goals[0].weight))
	for _, g := range goals {
		for j, w := range g.weight {
			weight[j] = max(weight[j], w/g.total)
		}
	}
	return weight
}

// excess returns the largest quotient of a bound and what is allowed.
func (s *pullSolver) excess(p *pullProblem, bounds []lanes) float64 {
	worst := 0.0
	for g := range s.goals {
		value := s.goals[g].evaluate(p)
		for l := range p.used {
			worst = max(worst, quotient(bounds[g][l], s.goals[g].allowed(value[l], s.tolerance)))
		}
	}
	return worst
}

// clamp raises negative unknowns to 0, which brings them nearer to the solution.
func (p *pullProblem) clamp() {
	for j := range p.x {
		x := &p.x[j]
		for l := range x {
			x[l] = max(0, x[l])
		}
	}
}

// approximateAll solves all rows, with an error that is bounded elsewhere.
func (s *pullSolver) approximateAll(p *pullProblem) {
	p.sweep(p.first)
	s.approximate(p)
	p.sweep(p.last)
}

// approximate solves the cyclic part, the first being solved.
func (s *pullSolver) approximate(p *pullProblem) {
	if len(p.cyclic) == 0 { // a tree
		return
	}
	if s.direct == nil && len(p.cyclic) <= directRows {
		s.direct = p.newDirect()
	}
	if s.direct != nil && s.direct.solve(p) {
		s.passes++
		return
	}
	if !s.iterate(p) && s.err == nil && len(p.cyclic) <= fallbackRows {
		if s.direct = p.newDirect(); s.direct != nil {
			s.direct.solve(p)
		}
	}
}

// iterate repeats a cycle: residual, correction by the coarse system, sweeps. A
// lane whose residual has not fallen by a tenth is corrected no more: sweeps
// alone always converge. It reports whether that has come to an end, and was not
// slow.
func (s *pullSolver) iterate(p *pullProblem) bool {
	if s.coarse == nil {
		s.coarse = p.newCoarse()
	}
	var first, previous lanes
	best, idle := math.Inf(1), 0
	for cycle := range maxCycles {
		if s.err = s.ctx.Err(); s.err != nil {
			return false
		}
		errors := p.residual(s.coarse, s.weight)
		s.passes++
		if cycle == 0 {
			first = errors
		}
		worst := 0.0
		for l, allowed := range s.allowed(p, first) {
			if l < p.used && errors[l] > allowed {
				worst = max(worst, errors[l]/allowed)
			}
			if cycle > 0 && errors[l] > 0.9*previous[l] {
				s.coarse.factors[l] = nil
			}
		}
		previous = errors
		if worst == 0 {
			return true
		}
		if worst < 0.9*best {
			best, idle = worst, 0
		} else {
			idle++
		}
		if idle >= idleCycles && s.onlyRounding(p, errors) {
			return true
		}
		if idle == lostCycles {
			return false
		}
		if cycle == slowCycles && len(p.cyclic) <= fallbackRows {
			return false
		}
		s.coarse.correct(p)
		for range sweeps {
			p.sweep(p.cyclic)
		}
		s.passes += sweeps
	}
	return false
}

// allowed returns the weighted residual at which a lane is done: half of what
// all goals allow, as far as their values are known; for a correction, a part of
// the residual at first.
func (s *pullSolver) allowed(p *pullProblem, first lanes) (allowed lanes) {
	if p.correction {
		for l, e := range first {
			allowed[l] = 1e-9 * e
		}
		return allowed
	}
	for l := range allowed {
		allowed[l] = math.Inf(1)
	}
	for g := range s.goals {
		value := s.goals[g].estimate(p)
		for l := range allowed {
			allowed[l] = min(allowed[l], s.goals[g].allowed(value[l], s.tolerance)/2)
		}
	}
	return allowed
}

// onlyRounding reports whether the residuals are what rounding alone makes of
// zeros.
func (s *pullSolver) onlyRounding(p *pullProblem, errors lanes) bool {
	var floor lanes
	for _, j := range p.cyclic {
		x, d, fixed := &p.x[j], p.diagonal(j), p.fixed[j]
		w := s.weight[j] * unit * float64(p.ptr[j+1]-p.ptr[j]+4)
		for l := range x {
			if fixed>>l&1 == 0 {
				floor[l] += w * math.Abs(d[l]*x[l])
			}
		}
	}
	for l := range p.used {
		if errors[l] > floor[l] {
			return false
		}
	}
	return true
}
