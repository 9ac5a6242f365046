package markov

import "github.com/cjm-go/cjm/journey"

// reduce returns the chain of a lower order of the same journeys. Its counts are
// sums of those of this chain, and of the states that were dropped.
func (c *WindowChain) reduce(order int) (*WindowChain, error) {
	counts, err := NewWindowCounts(order, c.options)
	if err != nil {
		return nil, err
	}
	if c.all != nil {
		counts.take(c.all)
		counts.journeys, counts.opens = c.all.journeys, c.all.opens
		return counts.Fit()
	}
	dict := counts.recoder.Dictionary()
	for _, channel := range c.channels {
		dict.Code(channel)
	}
	counts.states.begin()
	counts.edges.reserve(len(c.pred)+c.States(), &counts.states)
	// Breadth first from the start, so that a state comes after one before it.
	ptr, next, from := c.successors()
	to := make([]uint32, c.States())
	seen := make([]bool, c.States())
	seen[0] = true
	queue := []int32{0}
	for k := 0; k < len(queue); k++ {
		i := queue[k]
		for e := ptr[i]; e < ptr[i+1]; e++ {
			j := next[e]
			code := journey.Code(c.last[j])
			edge := counts.edges.find(to[i], code, &counts.states)
			if edge.n == 0 {
				*edge = windowEdge{from: to[i], to: counts.states.next(to[i], code, int(c.depth[j]), order)}
				counts.edges.used++
			}
			edge.n += int64(c.count[from[e]])
			if !seen[j] {
				seen[j] = true
				to[j] = edge.to
				queue = append(queue, j)
			}
		}
		if n := int64(c.loop[i]); n > 0 {
			counts.edges.add(to[i], to[i], n, &counts.states)
		}
		counts.states.end(to[i], int64(c.convert[i]), int64(c.lose[i]), c.worth[i]*c.unit)
	}
	counts.journeys = c.journeys
	if !c.complete {
		counts.opens = 1
	}
	return counts.Fit()
}

// successors returns the transitions by the state they come from: from state i
// to next[ptr[i]:ptr[i+1]], and where each is among those by target.
func (c *WindowChain) successors() (ptr []int, next []int32, at []int) {
	n := c.States()
	ptr = make([]int, n+1)
	for _, i := range c.pred {
		ptr[i+1]++
	}
	for i := range n {
		ptr[i+1] += ptr[i]
	}
	next, at = make([]int32, len(c.pred)), make([]int, len(c.pred))
	fill := make([]int, n)
	copy(fill, ptr)
	for j := range n {
		for e := c.ptr[j]; e < c.ptr[j+1]; e++ {
			i := c.pred[e]
			next[fill[i]], at[fill[i]] = int32(j), e
			fill[i]++
		}
	}
	return ptr, next, at
}
