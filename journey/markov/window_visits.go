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
	}
	// By the oldest channel of the window: it is what the states share from
	// which a state is come to.
	s.groupBy(len(c.channels), func(j int32) int32 {
		for range c.depth[j] - 1 {
			j = c.back(j)
		}
		return c.last[j]
	})
	return s
}

// groupBy aggregates the rows by a channel of each, -1 for none. Groups are
// limited in number: they take cubic time.
func (s *pullSystem) groupBy(channels int, channelOf func(row int32) int32) {
	const most = 255
	s.groups = 1 + min(channels, most)
	s.group = make([]int32, len(s.diag))
	for j := range s.group {
		g := int(channelOf(int32(j)))
		if channels > most {
			g = g * most / channels
		}
		s.group[j] = int32(g + 1)
	}
	s.aggregate()
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
