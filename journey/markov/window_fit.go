package markov

import (
	"math"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/touchpoint"
)

// Fit returns the maximum likelihood chain of what has been counted so far. More
// paths may be added afterwards; they do not change the chain.
//
// The error is [ErrNoJourneys], or [ErrOverflow] where the value exceeds the
// largest float64, or a [*ClosedWindowError] where open journeys leave states
// without an end and [RefuseClosed] is set, or even Start has none.
func (c *WindowCounts) Fit() (*WindowChain, error) {
	if c.journeys == 0 {
		return nil, ErrNoJourneys
	}
	if math.IsInf(c.Value(), 0) {
		return nil, ErrOverflow
	}
	b := windowBuilder{counts: c, states: c.sorted()}
	chain := b.build()
	open := chain.open()
	if open == nil {
		return chain.finish()
	}
	if c.options.Closed == RefuseClosed || !open[0] {
		return nil, chain.closedError(open)
	}
	// Without the transitions into closed states every other state still has
	// its way to an end and from the start, which leads through none of them.
	all := chain.channels
	kept := b.states[:0]
	for i, s := range b.states {
		if open[i] {
			kept = append(kept, s)
		}
	}
	b.states = kept
	rest := b.build()
	rest.droppedStates = chain.States() - rest.States()
	rest.all = c.clone()
	for _, channel := range all {
		if _, ok := rest.channelIndex(channel); !ok {
			rest.dropped = append(rest.dropped, channel)
		}
	}
	return rest.finish()
}

// clone returns a copy.
func (c *WindowCounts) clone() *WindowCounts {
	n := &WindowCounts{order: c.order, options: c.options}
	n.take(c)
	n.journeys, n.opens, n.excluded, n.total = c.journeys, c.opens, c.excluded, c.total
	return n
}

// windowBuilder makes a chain of some of the counted states.
type windowBuilder struct {
	counts *WindowCounts
	states []uint32 // in the order of the chain
}

func (b *windowBuilder) build() *WindowChain {
	c := b.counts
	n := len(b.states)
	chain := &WindowChain{
		order:    c.Order(),
		options:  c.options,
		journeys: c.journeys,
		complete: c.opens == 0,
		last:     make([]int32, n),
		depth:    make([]int32, n),
		leave:    make([]float64, n),
		loop:     make([]float64, n),
		convert:  make([]float64, n),
		lose:     make([]float64, n),
		worth:    make([]float64, n),
	}
	place := b.places()
	b.channels(chain)
	depths := c.states.depths(c.Order())
	left := make([]int64, n)
	chain.unit = valueUnit(c.Value())
	var value exact.Sum
	for i, s := range b.states {
		e := &c.states.ends[s]
		chain.depth[i] = depths[s]
		chain.convert[i], chain.lose[i] = float64(e.converted), float64(e.lost)
		chain.converted += e.converted
		chain.lost += e.lost
		left[i] = e.converted + e.lost
		if e.value > 0 {
			sum := &c.states.values[e.value-1]
			chain.worth[i] = sum.Float64() / chain.unit
			value.Merge(sum)
		}
	}
	chain.value = value.Float64() / chain.unit
	b.edges(chain, place, left)
	for i, l := range left {
		chain.leave[i] = float64(l)
	}
	return chain
}

// valueUnit returns the unit in which values are computed: a power of two that
// makes room for intermediate results where they are very large.
func valueUnit(total float64) float64 {
	const large, scale = 0x1p800, 0x1p300
	if total < large {
		return 1
	}
	return scale
}

// places returns the index of each counted state in the chain, or -1.
func (b *windowBuilder) places() []int32 {
	place := make([]int32, b.counts.states.len())
	for s := range place {
		place[s] = -1
	}
	for i, s := range b.states {
		place[s] = int32(i)
	}
	return place
}

// channels sets the channels of the chain, sorted by name, and the last one of
// each state.
func (b *windowBuilder) channels(chain *WindowChain) {
	dict := b.counts.recoder.Dictionary()
	used := make([]bool, dict.Len())
	for _, s := range b.states {
		if s != 0 {
			used[b.counts.states.last[s]] = true
		}
	}
	index := make([]int32, dict.Len())
	for _, code := range dict.Sorted() {
		if used[code] {
			index[code] = int32(len(chain.channels))
			chain.channels = append(chain.channels, dict.Name(code))
		}
	}
	for i, s := range b.states {
		chain.last[i] = -1
		if s != 0 {
			chain.last[i] = index[b.counts.states.last[s]]
		}
	}
}

// edges sets the transitions among the states, by the state they lead to, those
// of one state by the state they come from. It adds those from a state to another
// one to what left it.
func (b *windowBuilder) edges(chain *WindowChain, place []int32, left []int64) {
	n := len(b.states)
	slots := b.counts.edges.slots
	out := make([]int, n+1)
	chain.ptr = make([]int, n+1)
	for _, e := range slots {
		i, j := place[e.from], place[e.to]
		if e.n == 0 || i < 0 || j < 0 {
			continue
		}
		if i == j {
			chain.loop[i] = float64(e.n)
			continue
		}
		left[i] += e.n
		out[i+1]++
		chain.ptr[j+1]++
	}
	for i := range n {
		out[i+1] += out[i]
		chain.ptr[i+1] += chain.ptr[i]
	}
	// Sorted by the state left, then, which keeps that order, by the other.
	bySource := make([]int32, out[n])
	for k, e := range slots {
		i, j := place[e.from], place[e.to]
		if e.n != 0 && i >= 0 && j >= 0 && i != j {
			bySource[out[i]] = int32(k)
			out[i]++
		}
	}
	chain.pred = make([]int32, len(bySource))
	chain.count = make([]float64, len(bySource))
	fill := make([]int, n)
	copy(fill, chain.ptr)
	for _, k := range bySource {
		e := &slots[k]
		j := place[e.to]
		chain.pred[fill[j]] = place[e.from]
		chain.count[fill[j]] = float64(e.n)
		fill[j]++
	}
}

// channelIndex returns the index of a channel.
func (c *WindowChain) channelIndex(channel touchpoint.Channel) (int, bool) {
	lo, hi := 0, len(c.channels)
	for lo < hi {
		m := (lo + hi) / 2
		if c.channels[m] < channel {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo, lo < len(c.channels) && c.channels[lo] == channel
}

// open reports for each state whether an end can be reached from it; nil if so it
// is for all.
func (c *WindowChain) open() []bool {
	open := make([]bool, len(c.last))
	queue := make([]int32, 0, len(c.last))
	for i := range open {
		if c.convert[i]+c.lose[i] > 0 {
			open[i] = true
			queue = append(queue, int32(i))
		}
	}
	for k := 0; k < len(queue); k++ {
		j := queue[k]
		for _, i := range c.pred[c.ptr[j]:c.ptr[j+1]] {
			if !open[i] {
				open[i] = true
				queue = append(queue, i)
			}
		}
	}
	if len(queue) == len(open) {
		return nil
	}
	return open
}
