package markov

import (
	"context"
	"math"
)

// windowForward holds what is expected from each state on.
type windowForward struct {
	convert, value []float64
}

// solveForward solves
//
//	C_i b_i = R_i + sum over j of C_ij b_j
//
// and the same with the value for R. The two-level iteration brings what many
// states share, sweeps then make each state accurate to about 1e-13.
func (c *WindowChain) solveForward() (*windowForward, error) {
	n := c.States()
	ptr, next, at := c.successors()
	s := &pullSystem{
		ptr: ptr, idx: next, count: make([]float64, len(at)), diag: c.leave,
		topological: sortTopologically(ptr, next),
		rowsOfChain: true,
	}
	for e, k := range at {
		s.count[e] = c.count[k]
	}
	s.groupBy(len(c.channels), func(i int32) int32 { return c.last[i] })
	p := s.problem(2)
	p.rhs = make([]lanes, n)
	for i := range p.rhs {
		p.rhs[i][0], p.rhs[i][1] = c.convert[i], c.worth[i]
	}
	// By the flow, all states together are worth what their visits are.
	goals := make([]goal, 1)
	goals[0] = goal{of: c.leave, weight: make([]float64, n), total: 1}
	for i := range goals[0].weight {
		goals[0].weight[i] = 1
	}
	if _, _, err := p.solve(context.Background(), goals, 1e-12); err != nil {
		return nil, err
	}
	if err := p.polish(); err != nil {
		return nil, err
	}
	f := &windowForward{convert: make([]float64, n), value: make([]float64, n)}
	for i, x := range p.x {
		f.convert[i], f.value[i] = min(x[0], 1), x[1]
	}
	if c.complete {
		f.convert[0] = ratio(c.converted, c.journeys)
		f.value[0] = c.value / float64(c.journeys)
	}
	return f, nil
}

// polish sweeps until no unknown changes by more than rounding.
func (p *pullProblem) polish() error {
	const most, enough, poor = 1000, 4e-15, 1e-11
	worst := 0.0
	before := make([]lanes, len(p.x))
	for range most {
		copy(before, p.x)
		p.sweep(p.first)
		p.sweep(p.cyclic)
		p.sweep(p.last)
		worst = 0
		for j := range p.x {
			for l := range p.used {
				if d := math.Abs(p.x[j][l] - before[j][l]); d > 0 {
					worst = max(worst, d/p.x[j][l])
				}
			}
		}
		if worst <= enough {
			return nil
		}
	}
	if worst > poor {
		return &NotConvergedError{Tolerance: poor, Reached: worst, Iterations: most}
	}
	return nil
}
