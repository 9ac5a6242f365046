package markov

import (
	"context"

	"github.com/cjm-go/cjm/touchpoint"
)

// ConvertWithin returns the probability that a journey converts, and the value it
// is expected to bring, where every transition into a channel that is not
// allowed is redirected to [Lost]: what the allowed channels bring by themselves.
// Both are accurate to 1e-14 of what they are with all channels, or better. The
// error is a [*NotConvergedError] where that cannot be reached.
func (c *WindowChain) ConvertWithin(allowed func(touchpoint.Channel) bool) (conversion, value float64, err error) {
	w := c.within()
	may := make([]bool, len(c.channels))
	for i, channel := range c.channels {
		may[i] = allowed(channel)
	}
	w.reach(c, may)
	if !w.iterate(c) {
		if err := w.solve(c); err != nil {
			return 0, 0, err
		}
	}
	for _, j := range w.rows {
		conversion += c.convert[j] * w.x[j]
		value += c.worth[j] * w.x[j]
	}
	return min(conversion/c.leave[0], 1), value / c.leave[0] * c.unit, nil
}

// windowWithin is the chain restricted to the windows of allowed channels.
type windowWithin struct {
	rows  []int32   // in the order of solution
	x     []float64 // visits by state, divided by leave
	goals []goal
}

const withinTolerance = 1e-14

func (c *WindowChain) within() *windowWithin {
	return &windowWithin{x: make([]float64, c.States()), goals: c.gains()}
}

// reach collects the states whose windows are allowed.
func (w *windowWithin) reach(c *WindowChain, may []bool) {
	for _, part := range [][]int32{c.system.first, c.system.cyclic, c.system.last} {
	states:
		for _, j := range part {
			at := j
			for range c.depth[j] {
				if !may[c.last[at]] {
					continue states
				}
				at = c.back(at)
			}
			w.rows = append(w.rows, j)
		}
	}
}

// iterate sweeps over the rows, which are few most of the time. It reports
// whether that has been enough.
func (w *windowWithin) iterate(c *WindowChain) bool {
	const most = 200
	w.x[0] = 1
	for range most {
		changes := [2]float64{}
		for _, j := range w.rows {
			if j == 0 {
				continue
			}
			sum := 0.0
			for e := c.ptr[j]; e < c.ptr[j+1]; e++ {
				sum += c.count[e] * w.x[c.pred[e]]
			}
			residual := max(0, sum-c.leave[j]*w.x[j])
			for g := range w.goals {
				changes[g] += w.goals[g].weight[j] * residual
			}
			w.x[j] = sum / c.leave[j]
		}
		done := true
		for g := range w.goals {
			done = done && changes[g] <= withinTolerance/4*w.goals[g].total
		}
		if done {
			return true
		}
	}
	return false
}

// solve is for what iterate cannot solve.
func (w *windowWithin) solve(c *WindowChain) error {
	p := c.system.problem(1)
	for j := range p.fixed {
		p.fix(int32(j), 0, 0)
	}
	for _, j := range w.rows {
		p.fixed[j] = 0
	}
	p.fix(0, 0, 1)
	goals := make([]goal, len(w.goals))
	copy(goals, w.goals)
	for g := range goals {
		goals[g].floor = 1
	}
	bounds, passes, err := p.solve(context.Background(), goals, withinTolerance)
	if err != nil {
		return err
	}
	for g := range bounds {
		if !(bounds[g][0] <= withinTolerance) {
			return &NotConvergedError{Tolerance: withinTolerance, Reached: bounds[g][0], Iterations: passes}
		}
	}
	for j := range w.x {
		w.x[j] = p.x[j][0]
	}
	return nil
}
