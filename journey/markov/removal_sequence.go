package markov

import (
	"context"
	"fmt"
	"math"

	"github.com/cjm-go/cjm/touchpoint"
)

// RemovalOfSequence returns the part of the conversions of the chain on journeys
// that came to the channels one directly after the other in this order, and that
// part of the value. For a sequence of one channel it is the removal effect of
// that channel. Only [Redirect] has a meaning here.
//
// Where the chain remembers as many touches, it is a matter of the windows that
// have the sequence. A sequence x1..xm longer than the order k is found by the
// times it occurs, which are expected to be
//
//	E = V(s, x1..xk) p,   p = product over i = k+1..m of P(xi | k before it)
//
// from Start, and 1 + V(y, x1..xk) p + sum over b of p_b after an occurrence,
// itself included, where y is the window of the last k channels, b > k are the
// lengths less than m at which the sequence begins as it ends, and p_b is the
// product from b+1 on. By the strong Markov property the quotient is the
// probability that the sequence occurs, and times P(convert | y) that it occurs
// on a journey that converts.
//
// The error is [ErrOption] for an empty sequence or another variant, an
// [*UnknownChannelError], or as for [WindowChain.Removal].
func (c *WindowChain) RemovalOfSequence(ctx context.Context, o RemovalOptions, channels ...touchpoint.Channel) (WindowEffect, error) {
	if err := o.Validate(); err != nil {
		return WindowEffect{}, err
	}
	if o.Variant != Redirect {
		return WindowEffect{}, fmt.Errorf("%w: variant %v of a sequence", ErrOption, o.Variant)
	}
	if len(channels) == 0 {
		return WindowEffect{}, fmt.Errorf("%w: empty sequence", ErrOption)
	}
	sequence, err := c.indices(channels)
	if err != nil {
		return WindowEffect{}, err
	}
	if c.converted == 0 {
		return WindowEffect{}, ErrNoConversions
	}
	s := c.newRemovalSystem(o)
	if len(sequence) > c.order {
		return s.longSequence(ctx, sequence)
	}
	effects := make([]WindowEffect, 1)
	_, err = s.redirect(ctx, s.containing(sequence), effects)
	return effects[0], err
}

// containing returns a bit for each state whose window has the sequence.
func (s *removalSystem) containing(sequence []int32) []uint8 {
	has := make([]uint8, s.States())
	for j := range has {
		at := int32(j)
		for rest := int(s.depth[j]); rest >= len(sequence) && has[j] == 0; rest-- {
			if s.endsIn(at, sequence) {
				has[j] = 1
			}
			at = s.back(at)
		}
	}
	return has
}

// endsIn reports whether the window of the state, which is long enough, ends in
// the sequence.
func (s *removalSystem) endsIn(state int32, sequence []int32) bool {
	for i := len(sequence) - 1; i >= 0; i-- {
		if s.last[state] != sequence[i] {
			return false
		}
		state = s.back(state)
	}
	return true
}

// longSequence is for a sequence that no window can hold.
func (s *removalSystem) longSequence(ctx context.Context, sequence []int32) (WindowEffect, error) {
	k, m := s.order, len(sequence)
	last, ok := s.search(sequence[m-k:])
	if !ok {
		return WindowEffect{}, nil
	}
	// products[b] is the probability of the steps after the first b channels.
	products := make([]float64, m+1)
	products[m] = 1
	first := last // window of k channels that end at b
	for b := m - 1; b >= k; b-- {
		from, ok := s.search(sequence[b-k : b])
		if !ok {
			return WindowEffect{}, nil
		}
		n := s.steps(from, first)
		if n == 0 {
			return WindowEffect{}, nil
		}
		products[b] = products[b+1] * (n / (s.leave[from] + s.loop[from]))
		first = from
	}
	repeats := 0.0
	for b := k + 1; b < m; b++ {
		if hasBorder(sequence, b) {
			repeats += products[b]
		}
	}

	again, err := s.visitsAfter(ctx, last, first)
	if err != nil {
		return WindowEffect{}, err
	}
	occurrences := s.visits[first] * (s.leave[first] + s.loop[first]) * products[k]
	after := 1 + again.visits*products[k] + repeats
	relative := again.visitsBound*products[k]/after + float64(4*m+16)*unit
	var e WindowEffect
	set := func(gained, bound, total float64) (float64, float64) {
		if gained == 0 {
			return 0, 0
		}
		v := min(occurrences/after*(gained/total), 1)
		return v, v * (relative + bound/gained) * slack
	}
	e.Conversion, e.ConversionBound = set(again.converted, again.convertedBound, s.goals[0].total)
	if s.value > 0 {
		e.Value, e.ValueBound = set(again.valued, again.valuedBound, s.goals[1].total)
	}
	return e, s.check(&e, again.passes)
}

// steps returns how often a step led from one state to another.
func (c *WindowChain) steps(from, to int32) float64 {
	if from == to {
		return c.loop[from]
	}
	for e := c.ptr[to]; e < c.ptr[to+1]; e++ {
		if c.pred[e] == from {
			return c.count[e]
		}
	}
	return 0
}

// hasBorder reports whether the sequence begins as it ends, for a length of b.
func hasBorder(sequence []int32, b int) bool {
	for i := range b {
		if sequence[i] != sequence[len(sequence)-b+i] {
			return false
		}
	}
	return true
}

// after is what is expected of a journey that is in a state: how often it will be
// in another one, the present visit included, conversions, and value.
type after struct {
	visits, visitsBound       float64
	converted, convertedBound float64
	valued, valuedBound       float64
	passes                    int
}

func (s *removalSystem) visitsAfter(ctx context.Context, from, to int32) (after, error) {
	p := s.system.problem(1)
	p.fix(0, 0, 0)
	p.rhs = make([]lanes, s.States())
	p.rhs[from][0] = 1
	goals := append([]goal(nil), s.goals...)
	for g := range goals {
		goals[g].total = 1
	}
	visits := goal{of: make([]float64, s.States()), weight: make([]float64, s.States()), total: 1, floor: 1}
	visits.of[to] = s.leave[to] + s.loop[to]
	most, err := s.mostVisits(ctx, to)
	if err != nil {
		return after{}, err
	}
	for j := range visits.weight {
		visits.weight[j] = most
	}
	goals = append(goals, visits)
	bounds, passes, err := p.solve(ctx, goals, s.options.tolerance()/4)
	if err != nil {
		return after{}, err
	}
	a := after{passes: passes}
	a.converted, a.convertedBound = goals[0].evaluate(p)[0], bounds[0][0]
	if s.value > 0 {
		a.valued, a.valuedBound = goals[1].evaluate(p)[0], bounds[1][0]
	}
	n := len(goals) - 1
	a.visits, a.visitsBound = goals[n].evaluate(p)[0], bounds[n][0]
	return a, nil
}

// mostVisits returns an upper bound of the visits to a state that are expected
// from any state: those from itself. They are the visits from Start divided by
// the probability to come there.
func (s *removalSystem) mostVisits(ctx context.Context, state int32) (float64, error) {
	p := s.system.problem(1)
	p.fix(state, 0, s.visits[state])
	goals := []goal{s.ended()}
	const rough = 1e-3
	bounds, _, err := p.solve(ctx, goals, rough)
	if err != nil {
		return 0, err
	}
	come := goals[0].evaluate(p)[0] - bounds[0][0]
	if !(come > 0) {
		return math.Inf(1), nil
	}
	visits := s.visits[state] * (s.leave[state] + s.loop[state]) / s.leave[0]
	return visits / come * slack, nil
}
