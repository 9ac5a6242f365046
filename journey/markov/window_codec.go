package markov

import (
	"math"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

const (
	windowCountsName    = "cjm/journey/markov.WindowCounts"
	windowCountsVersion = 1
)

// MarshalBinary returns the counts as bytes. Equal counts give equal bytes,
// whatever the order in which they came together.
//
// After the header, the [Nulls] option and the order come the names of the
// channels seen, the numbers of journeys, of open and of excluded ones, then the
// states, Start first, the others as the transitions written before first led to
// them: conversions, losses, value, and the channels that followed, in their
// order, with their counts. The windows follow from that.
func (c *WindowCounts) MarshalBinary() ([]byte, error) {
	dict := c.recoder.Dictionary()
	b := wire.AppendHeader(nil, windowCountsName, windowCountsVersion)
	b = wire.AppendUint(b, uint64(c.options.Nulls))
	b = wire.AppendUint(b, uint64(c.Order()))
	b = wire.AppendNames(b, dict.SortedNames())
	b = wire.AppendCount(b, c.journeys)
	b = wire.AppendCount(b, c.opens)
	b = wire.AppendCount(b, c.excluded)
	if c.states.len() == 0 {
		return b, nil
	}
	ranks := dict.Ranks()
	ptr, edges := c.bySource(ranks)
	queue, seen := []uint32{0}, make([]bool, c.states.len())
	for k := 0; k < len(queue); k++ {
		s := queue[k]
		e := &c.states.ends[s]
		b = wire.AppendCount(b, e.converted)
		b = wire.AppendCount(b, e.lost)
		var err error
		if b, err = c.states.worth(e).AppendBinary(b); err != nil {
			return nil, err
		}
		out := edges[ptr[s]:ptr[s+1]]
		b = wire.AppendUint(b, uint64(len(out)))
		for _, i := range out {
			e := &c.edges.slots[i]
			b = wire.AppendUint(b, uint64(ranks[c.states.last[e.to]]))
			b = wire.AppendCount(b, e.n)
			if !seen[e.to] {
				seen[e.to] = true
				queue = append(queue, e.to)
			}
		}
	}
	return b, nil
}

// bySource returns the slots of the edges that leave state s, in the order of the
// channels they lead to: edges[ptr[s]:ptr[s+1]].
func (c *WindowCounts) bySource(ranks []int) (ptr []int, edges []int32) {
	// Counting sort, by channel first, then, keeping that, by state.
	slots, last := c.edges.slots, c.states.last
	byChannel := make([]int32, c.edges.used)
	starts := make([]int, len(ranks)+1)
	for _, e := range slots {
		if e.n != 0 {
			starts[ranks[last[e.to]]+1]++
		}
	}
	accumulate(starts)
	for i, e := range slots {
		if e.n != 0 {
			r := ranks[last[e.to]]
			byChannel[starts[r]] = int32(i)
			starts[r]++
		}
	}
	ptr = make([]int, c.states.len()+1)
	for _, i := range byChannel {
		ptr[slots[i].from+1]++
	}
	accumulate(ptr)
	fill := append([]int(nil), ptr...)
	edges = make([]int32, len(byChannel))
	for _, i := range byChannel {
		s := slots[i].from
		edges[fill[s]] = i
		fill[s]++
	}
	return ptr, edges
}

// accumulate makes counts, of which that of i stands at i+1, the places at which
// the runs begin.
func accumulate(counts []int) {
	for i := range counts[1:] {
		counts[i+1] += counts[i]
	}
}

// UnmarshalBinary replaces the counts, their order and the [Nulls] option by what
// [WindowCounts.MarshalBinary] wrote. It accepts nothing else: on an error
// nothing has changed.
func (c *WindowCounts) UnmarshalBinary(b []byte) error {
	d := wire.NewDecoder(b)
	d.Header(windowCountsName, windowCountsVersion)
	n := WindowCounts{options: Options{Nulls: Nulls(d.Index(len(nullsNames))), Closed: c.options.Closed}}
	n.order = d.Index(math.MaxInt)
	names := wire.Names[touchpoint.Channel](d)
	n.journeys, n.opens, n.excluded = d.Count(), d.Count(), d.Count()
	if n.order < 1 || n.options.Nulls == IncludeNulls && n.excluded != 0 {
		d.Fail()
	}
	if n.journeys == 0 {
		if len(names) > 0 || n.opens > 0 {
			d.Fail()
		}
	} else if d.Err() == nil {
		for _, name := range names {
			n.recoder.Dictionary().Code(name)
		}
		n.decodeStates(d, len(names))
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*c = n
	return nil
}

// decodeStates reads the states. As many journeys come to a state as leave it, end
// there or are open.
func (c *WindowCounts) decodeStates(d *wire.Decoder, channels int) {
	c.states.begin()
	order := c.Order()
	depths := []int{0}
	came := []int64{c.journeys}
	used := make([]bool, channels)
	count := func() int64 {
		v := d.Count()
		if v > math.MaxInt64-c.total {
			d.Fail()
			return 0
		}
		c.total += v
		return v
	}
	opens := int64(0)
	for s := 0; s < c.states.len() && d.Err() == nil; s++ {
		e := windowEnding{converted: count(), lost: count()}
		left := e.converted + e.lost
		var value exact.Sum
		d.Sum(&value)
		if value.Float64() < 0 || e.converted == 0 && !value.IsZero() ||
			c.options.Nulls == ExcludeNulls && e.lost > 0 {
			d.Fail()
		}
		if !value.IsZero() {
			c.states.sum(&e).Merge(&value)
		}
		c.states.ends[s] = e
		previous := -1
		for range d.Len() {
			channel, steps := d.Index(channels), count()
			if channel <= previous || steps == 0 || c.states.len() == maxStates {
				d.Fail()
				break
			}
			previous = channel
			used[channel] = true
			left += steps
			depth := min(order, depths[s]+1)
			to := c.states.next(uint32(s), journey.Code(channel), depth, order)
			if int(to) == len(came) {
				came = append(came, 0)
				depths = append(depths, depth)
			}
			came[to] += steps
			c.edges.reserve(1, &c.states)
			c.edges.add(uint32(s), to, steps, &c.states)
		}
		if d.Err() != nil {
			return
		}
		// came of a state is complete when all states have been read.
		came[s] -= left
	}
	for _, open := range came {
		if open < 0 || open > math.MaxInt64-opens {
			d.Fail()
			return
		}
		opens += open
	}
	for _, u := range used {
		if !u {
			d.Fail()
		}
	}
	if opens != c.opens || opens > math.MaxInt64-c.total || c.options.Nulls == ExcludeNulls && opens > 0 {
		d.Fail()
		return
	}
	c.total += opens
}
