package markov

import (
	"context"
	"math"
	"slices"

	"github.com/cjm-go/cjm/internal/gth"
)

// removalSystem is the chain seen from its ends, which gives the effects of all
// channels. Let x_j be the visits to state j of journeys that have touched the
// channel, divided by how often j is left as counted. Then
//
//	C_j x_j = sum over i of C_ij x_i
//
// for the states whose window lacks the channel, and x_j = visits_j for the
// others. Conversions of journeys over the channel are sum R_j x_j, their value
// is sum W_j x_j: sums of positive terms, in which a small effect is as accurate
// as a large one, and one solution gives both. Where no journey is open, x_j is
// the probability that the chain reversed in time, which leads from j back to
// Start, comes over the channel.
//
// The visits of journeys that have not touched the channel satisfy the same
// equations, with x = 0 for the states whose window has it and x = 1 at Start.
// They serve the other variants.
//
// An error of r_j in the equation of j changes the conversions by r_j times the
// probability to convert from j without touching the channel, which is at most
// the probability to convert. So residuals bound the error of any approximation.
type removalSystem struct {
	*WindowChain
	options RemovalOptions
	goals   []goal
}

// goals returns the journeys that convert and, where there is any, their value.
func (c *WindowChain) goals() []goal {
	goals := []goal{c.goal(c.convert)}
	if c.value > 0 {
		goals = append(goals, c.goal(c.worth))
	}
	return goals
}

// mostPerConversion returns the largest part of a goal that a conversion has.
func (c *WindowChain) mostPerConversion(of []float64) float64 {
	most := 0.0
	for j, w := range of {
		if w > 0 {
			most = max(most, w/c.convert[j])
		}
	}
	return most * slack
}

// goal returns the functional that counts what ends in the states, with weights
// that are upper bounds of what is expected of it from each state on. Small
// chains are eliminated, which leaves a relative error of a few n^3 roundings
// (O'Cinneide, "Entrywise perturbation theory and error analysis for Markov
// chains", Numerische Mathematik 65 (1993) 109-120). Otherwise weights come
// from stepping downwards from what a conversion brings at most.
func (c *WindowChain) goal(of []float64) goal {
	const small = 256
	if c.States() <= small {
		if weight := c.eliminate(of); weight != nil {
			return goal{of: of, weight: weight, total: 1}
		}
	}
	g := goal{of: of, weight: c.mayReach(of), total: 1}
	most := c.mostPerConversion(of)
	for j := range g.weight {
		g.weight[j] *= most
	}
	next := make([]float64, len(of))
	previous := math.Inf(1)
	const maxSteps, enough = 500, 0.99
	for range maxSteps {
		copy(next, of)
		for j, w := range g.weight {
			if w == 0 {
				continue
			}
			for e := c.ptr[j]; e < c.ptr[j+1]; e++ {
				next[c.pred[e]] += c.count[e] * w
			}
		}
		sum := 0.0
		for j := range next {
			// A row sums up to 1 before rounding, of each term at most.
			g.weight[j] = min(g.weight[j], next[j]/c.leave[j]*(1+1e-9))
			sum += c.leave[j] * g.weight[j]
		}
		if sum >= enough*previous {
			break
		}
		previous = sum
	}
	return g
}

// eliminate returns what is expected from each state on, rounded up; nil where
// that is out of range.
func (c *WindowChain) eliminate(of []float64) []float64 {
	n := c.States()
	off, exit, x := make([]float64, n*n), make([]float64, n), slices.Clone(of)
	for j := range n {
		exit[j] = c.convert[j] + c.lose[j]
		for e := c.ptr[j]; e < c.ptr[j+1]; e++ {
			off[int(c.pred[e])*n+j] = c.count[e]
		}
	}
	f, err := gth.Factorize(n, off, exit)
	if err != nil || f.Solve(x, 1) != nil {
		return nil
	}
	for j := range x {
		x[j] *= slack
	}
	return x
}

// mayReach returns 1 for the states from which one where something is gained can
// be reached, else 0.
func (c *WindowChain) mayReach(gain []float64) []float64 {
	reach := make([]float64, len(gain))
	var queue []int32
	for j, g := range gain {
		if g > 0 {
			reach[j] = 1
			queue = append(queue, int32(j))
		}
	}
	for k := 0; k < len(queue); k++ {
		j := queue[k]
		for _, i := range c.pred[c.ptr[j]:c.ptr[j+1]] {
			if reach[i] == 0 {
				reach[i] = 1
				queue = append(queue, i)
			}
		}
	}
	return reach
}

func (c *WindowChain) newRemovalSystem(o RemovalOptions) *removalSystem {
	return &removalSystem{WindowChain: c, options: o, goals: c.gains()}
}

// total returns what a goal is for all journeys.
func (c *WindowChain) total(of []float64) float64 {
	var sum, low twofold
	for j, f := range of {
		sum.add(f, c.visits[j])
		low.add(f, c.visitsLow[j])
	}
	return sum.high + (sum.low + low.high)
}

// remove sets the effects of at most width sets of channels and returns the
// number of passes.
func (s *removalSystem) remove(ctx context.Context, sets [][]int32, effects []WindowEffect) (int, error) {
	if s.options.Variant == Redirect {
		return s.redirect(ctx, s.having(sets), effects)
	}
	return s.avoid(ctx, s.having(sets), effects)
}

// redirected returns the problem of the visits after the states, of which each has
// a bit for every lane.
func (s *removalSystem) redirected(states []uint8, used int) *pullProblem {
	p := s.system.problem(used)
	if !s.complete {
		p.low = make([]lanes, len(states))
	}
	for j, has := range states {
		for l := range used {
			if has>>l&1 != 0 {
				p.fix(int32(j), l, s.visits[j])
				if p.low != nil {
					p.low[j][l] = s.visitsLow[j]
				}
			}
		}
	}
	return p
}

// redirect sets the effects of losing all journeys that come to the states.
func (s *removalSystem) redirect(ctx context.Context, states []uint8, effects []WindowEffect) (int, error) {
	p := s.redirected(states, len(effects))
	bounds, passes, err := p.solve(ctx, s.goals, s.options.tolerance())
	if err != nil {
		return passes, err
	}
	var values [2]lanes
	for g := range s.goals {
		values[g] = s.goals[g].evaluate(p)
	}
	for l := range effects {
		e := &effects[l]
		e.Conversion, e.ConversionBound = s.part(values[0][l], bounds[0][l], 0)
		if len(s.goals) > 1 {
			e.Value, e.ValueBound = s.part(values[1][l], bounds[1][l], 1)
		}
		if err := s.check(e, passes); err != nil {
			return passes, err
		}
	}
	return passes, nil
}

// part returns a goal, which is a part of the whole, with its bound: of the
// solution, of the visits, which the value has as boundary values, and of
// rounding both.
func (s *removalSystem) part(value, bound float64, goal int) (float64, float64) {
	if value == 0 && bound == 0 {
		return 0, 0 // nothing is gained after the channels
	}
	return min(value, 1), bound + 2*s.visitsBounds[goal]/s.goals[goal].total + rounding*value
}

// check returns a [*NotConvergedError] unless the effect is within the tolerance.
func (s *removalSystem) check(e *WindowEffect, passes int) error {
	tolerance := s.options.tolerance()
	if reached := e.certificate(s.options.Variant); !(reached <= tolerance) {
		return &NotConvergedError{Tolerance: tolerance, Reached: reached, Iterations: passes}
	}
	return nil
}

// having returns for each state a bit for every set of which a channel is in its
// window.
func (s *removalSystem) having(sets [][]int32) []uint8 {
	of := make([]uint8, len(s.channels)+1)
	for l, set := range sets {
		for _, channel := range set {
			of[channel+1] |= 1 << l
		}
	}
	has := make([]uint8, s.States())
	for j := range has {
		at := int32(j)
		for range s.depth[j] {
			has[j] |= of[s.last[at]+1]
			at = s.back(at)
		}
	}
	return has
}
