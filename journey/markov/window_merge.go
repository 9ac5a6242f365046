package markov

import (
	"math"

	"github.com/cjm-go/cjm/journey"
)

// Merge adds what other counted; other stays as it is. Channels are matched by
// name. The error is [ErrMismatch] where the orders or the [Nulls] differ, or
// [journey.ErrOverflow]; nothing has changed then.
func (c *WindowCounts) Merge(other *WindowCounts) error {
	if other.options.Nulls != c.options.Nulls || other.Order() != c.Order() {
		return ErrMismatch
	}
	if other.total > math.MaxInt64-c.total || other.excluded > math.MaxInt64-c.excluded ||
		other.states.len() > maxStates-c.states.len() {
		return journey.ErrOverflow
	}
	total, journeys, opens := other.total, other.journeys, other.opens
	c.excluded += other.excluded
	if other.states.len() > 0 {
		c.take(other)
	}
	c.total += total
	c.journeys += journeys
	c.opens += opens
	return nil
}

// take adds the states, endings and edges of other, whose order is the same or
// higher.
func (c *WindowCounts) take(other *WindowCounts) {
	codes := c.recoder.Dictionary().Translate(other.recoder.Dictionary())
	c.states.begin()
	c.edges.reserve(other.edges.used, &c.states)

	// A state comes after the one that first led to it.
	order := c.Order()
	depths := other.states.depths(order)
	to := make([]uint32, len(depths))
	for s := 1; s < len(to); s++ {
		from, code := to[other.states.prev[s]], codes[other.states.last[s]]
		if e := c.edges.find(from, code, &c.states); e.n != 0 {
			to[s] = e.to
			continue
		}
		to[s] = c.states.next(from, code, int(depths[s]), order)
	}
	for _, e := range other.edges.slots {
		if e.n != 0 {
			c.edges.add(to[e.from], to[e.to], e.n, &c.states)
		}
	}
	for s, e := range other.states.ends {
		mine := &c.states.ends[to[s]]
		mine.converted += e.converted
		mine.lost += e.lost
		if e.value != 0 {
			c.states.sum(mine).Merge(&other.states.values[e.value-1])
		}
	}
}
