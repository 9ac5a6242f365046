package markov

import "context"

// avoid sets the effects of the variants that ask for the conversion rate
// without some states, of which each has a bit for every lane: visits x of
// journeys that have not been there. The effect is 1 minus the rate that is left
// over the rate of all.
func (s *removalSystem) avoid(ctx context.Context, states []uint8, effects []WindowEffect) (int, error) {
	p := s.system.problem(len(effects))
	renormalise := s.options.Variant == Renormalise
	if renormalise {
		p.diagOf = s.renormalised(states, len(effects))
	}
	ends := s.endsAvoiding(states)
	for j := range states {
		for l := range effects {
			if states[j]>>l&1 != 0 || ends[j]>>l&1 == 0 {
				p.fix(int32(j), l, 0)
			}
		}
	}
	for l := range effects {
		switch {
		case ends[0]>>l&1 == 0: // no journey gets to an end
		case renormalise:
			p.fix(0, l, s.leave[0]/p.diagOf[0][l])
		default:
			p.fix(0, l, 1)
		}
	}
	goals := s.avoidGoals()
	bounds, passes, err := p.solve(ctx, goals, s.options.tolerance()/8)
	if err != nil {
		return passes, err
	}
	values := make([]lanes, len(goals))
	for g := range goals {
		values[g] = goals[g].evaluate(p)
		for l := range bounds[g] {
			bounds[g][l] += rounding*values[g][l] + s.visitsPart(g)
		}
	}
	last := len(goals) - 1
	for l := range effects {
		e := &effects[l]
		whole, wholeBound := 1.0, 0.0 // part of the journeys that the rate is of
		if !renormalise {
			whole, wholeBound = values[last][l], bounds[last][l]
		}
		e.Conversion, e.ConversionBound = lostRate(values[0][l], bounds[0][l], whole, wholeBound)
		if s.value > 0 {
			e.Value, e.ValueBound = lostRate(values[1][l], bounds[1][l], whole, wholeBound)
		}
		if err := s.check(e, passes); err != nil {
			return passes, err
		}
	}
	return passes, nil
}

// visitsPart returns what the error of the visits can mean for a total.
func (s *removalSystem) visitsPart(goal int) float64 {
	if goal >= len(s.goals) {
		return 0
	}
	return s.visitsBounds[goal] / s.goals[goal].total
}

// lostRate returns 1 - part/whole and its bound. Where there is no whole, nothing
// is left.
func lostRate(part, partBound, whole, wholeBound float64) (effect, bound float64) {
	if whole == 0 {
		return 1, 0
	}
	left := part / whole
	return 1 - left, (partBound+left*wholeBound)/(whole-wholeBound) + 2*unit*(1+left)
}

// avoidGoals returns the goals, of which the first two are as elsewhere.
func (s *removalSystem) avoidGoals() []goal {
	const floor = 1e-9 // of a part that may be 0
	goals := append([]goal(nil), s.goals...)
	for g := range goals {
		goals[g].floor = floor
	}
	if s.options.Variant == Renormalise {
		// Rates change, so all that is known of them is the largest.
		for g := range goals {
			goals[g].floor = 1
			most := s.mostPerConversion(goals[g].of)
			goals[g].weight = s.mayReach(goals[g].of)
			for j := range goals[g].weight {
				goals[g].weight[j] *= most
			}
		}
		return goals
	}
	return append(goals, s.ended())
}

// ended returns the goal that counts the journeys which end.
func (s *removalSystem) ended() goal {
	g := goal{of: make([]float64, s.States()), weight: make([]float64, s.States())}
	for j := range g.of {
		g.of[j] = s.convert[j] + s.lose[j]
		g.weight[j] = 1
	}
	g.total = s.total(g.of)
	return g
}

// renormalised returns how often each state is left but for the states in
// question.
func (s *removalSystem) renormalised(states []uint8, used int) []lanes {
	d := make([]lanes, len(states))
	for j := range d {
		for l := range d[j] {
			d[j][l] = s.leave[j]
		}
	}
	for j, has := range states {
		if has == 0 {
			continue
		}
		for e := s.ptr[j]; e < s.ptr[j+1]; e++ {
			for l := range used {
				if has>>l&1 != 0 {
					d[s.pred[e]][l] -= s.count[e]
				}
			}
		}
	}
	return d
}

// endsAvoiding returns for each state the lanes in which an end can be reached
// from it without coming to the states in question.
func (s *removalSystem) endsAvoiding(states []uint8) []uint8 {
	reach := make([]uint8, len(states))
	var queue []int32
	for j, has := range states {
		if s.convert[j]+s.lose[j] > 0 && has != allLanes {
			reach[j] = ^has
			queue = append(queue, int32(j))
		}
	}
	for k := 0; k < len(queue); k++ {
		j := queue[k]
		for _, i := range s.pred[s.ptr[j]:s.ptr[j+1]] {
			if more := reach[j] &^ states[i] &^ reach[i]; more != 0 {
				reach[i] |= more
				queue = append(queue, i)
			}
		}
	}
	return reach
}
