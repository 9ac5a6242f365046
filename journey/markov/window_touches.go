package markov

import "github.com/cjm-go/cjm/touchpoint"

// Touches returns how often the journeys counted came to the channel.
func (c *WindowCounts) Touches(channel touchpoint.Channel) int64 {
	code, ok := c.recoder.Dictionary().Lookup(channel)
	if !ok {
		return 0
	}
	n := int64(0) // at most c.total
	for _, e := range c.edges.slots {
		if e.n != 0 && c.states.last[e.to] == code {
			n += e.n
		}
	}
	return n
}
