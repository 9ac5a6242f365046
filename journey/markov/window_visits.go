package markov

import "context"

// visitsTolerance is the accuracy of visits, for which rounding errors are
// refined away.
const visitsTolerance = 0x1p-80

// system returns the equations of the visits of journeys to each state, divided
// by how often it is left:
//
//	C_j x_j = sum over i of C_ij x_i
//
// where C_j are the steps that leave j. Start, into which no step leads, has to
// be fixed.
func (c *WindowChain) newSystem() *pullSystem {
	s := &pullSystem{
		ptr: c.ptr, idx: c.pred, count: c.count, diag: c.leave,
		topological: sortTopologically(c.ptr, c.pred),
		group:       make([]int32, c.States()),
		groups:      len(c.channels) + 1,
	}
	// Groups by the oldest channel of the window: it is what the states share
	// from which a state is come to.
	for j := range s.group {
		at := int32(j)
		for range c.depth[j] - 1 {
			at = c.back(at)
		}
		s.group[j] = c.last[at] + 1
	}
	return s
}

// solveVisits finds how often a state is come to, divided by how often it is
// left as counted: 1 where no journey is open. The error of that changes the goals
// by visitsBounds at most.
func (c *WindowChain) solveVisits() error {
	c.visits, c.visitsLow = make([]float64, c.States()), make([]float64, c.States())
	if c.complete {
		for j := range c.visits {
			c.visits[j] = 1
		}
		return nil
	}
	p := c.system.problem(1)
	p.fix(0, 0, 1)
	goals := c.goals()
	bounds, _, err := p.solve(context.Background(), goals, visitsTolerance)
	if err != nil {
		return err
	}
	for j := range c.visits {
		c.visits[j] = p.x[j][0]
		if p.low != nil {
			c.visitsLow[j] = p.low[j][0]
		}
	}
	for g := range bounds {
		c.visitsBounds[g] = bounds[g][0]
	}
	return nil
}
