package markov

import "slices"

// sorted returns the states in the order of their windows: lexicographic by the
// names of the channels, oldest first, a window before those that it begins.
// Successors of a state are then near each other, and the order does not depend
// on that of arrival.
func (c *WindowCounts) sorted() []uint32 {
	s := &c.states
	if s.len() == 0 {
		return nil
	}
	ranks := c.recoder.Dictionary().Ranks()
	depths := s.depths(c.Order())
	byDepth := make([][]uint32, slices.Max(depths)+1)
	for at, d := range depths {
		byDepth[d] = append(byDepth[d], uint32(at))
	}
	// Radix sort by the places of the window, the last one first. A window
	// joins in when its own last place has come; before that it would be
	// first in any case. There its place is that of its state, before it that
	// of the state before, and so on.
	place := make([]uint32, s.len())
	for at := range place {
		place[at] = uint32(at)
	}
	var list, next []uint32
	starts := make([]int, len(ranks)+1)
	for d := len(byDepth) - 1; d > 0; d-- {
		list = append(slices.Clone(byDepth[d]), list...)
		clear(starts)
		for _, at := range list {
			starts[ranks[s.last[place[at]]]+1]++
		}
		for r := range ranks {
			starts[r+1] += starts[r]
		}
		next = append(next[:0], list...)
		for _, at := range list {
			r := ranks[s.last[place[at]]]
			next[starts[r]] = at
			starts[r]++
			place[at] = s.prev[place[at]]
		}
		list, next = next, list
	}
	return slices.Concat(byDepth[0], list)
}
