package dropoff

import (
	"math"
	"math/bits"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/markov"
)

// DwellCounts holds how long journeys stayed in each state before each transition
// out of it: from a touch to the next one, and from the last touch to the end. It is
// an accumulator for the journeys that [markov.Counts] counts: Add paths, Merge, then
// hand it to [NewLeaks]. Sums are exact. The zero value is empty and ready.
//
// Only paths with ages of all their touches add dwell times, and only where these
// ages descend and none is negative: the touches are in order and the end comes after
// them. Others are counted by [DwellCounts.Untimed]. The last touch of an open
// journey has no dwell time yet. For paths of a [journey.Builder] a journey that is
// lost ends at its last touch, so that touch takes no time.
//
// Paths may come with different dictionaries. DwellCounts is not safe for concurrent
// use.
type DwellCounts struct {
	recoder journey.Recoder
	index   map[dwellKey]int
	cells   []dwellCell

	journeys, untimed int64
	// total is the sum of all n. It bounds each of them.
	total int64
}

// dwellKey is a transition: from a channel, in the upper half, to a channel or an end.
// It sorts like its parts.
type dwellKey uint64

// What is before the channels in the lower half of a dwellKey.
const (
	dwellConverted = iota
	dwellLost
	dwellEnds // what is added to the code of a channel
)

func newDwellKey(from, to int) dwellKey { return dwellKey(from)<<32 | dwellKey(to) }

func (k dwellKey) from() int { return int(k >> 32) }
func (k dwellKey) to() int   { return int(uint32(k)) }

// dwellCell is the sum of n dwell times. It is below n*2^63, so 128 bits hold it.
type dwellCell struct {
	key    dwellKey
	n      int64
	hi, lo uint64 // nanoseconds
}

func (c *dwellCell) add(n int64, d time.Duration) {
	hi, lo := bits.Mul64(uint64(n), uint64(d))
	c.merge(&dwellCell{n: n, hi: hi, lo: lo})
}

func (c *dwellCell) merge(other *dwellCell) {
	c.n += other.n
	var carry uint64
	c.lo, carry = bits.Add64(c.lo, other.lo, 0)
	c.hi, _ = bits.Add64(c.hi, other.hi, carry)
}

// mean returns the whole nanoseconds of the mean, and the rest in (0, 1).
func (c *dwellCell) mean() (whole int64, rest float64) {
	q, r := bits.Div64(c.hi, c.lo, uint64(c.n)) // hi < n
	return int64(q), float64(r) / float64(c.n)
}

// Add adds the dwell times of the path, once for each of its journeys.
//
// The error is that of [journey.Counted.Validate], [journey.ErrUnknownCode], or
// [journey.ErrOverflow] where the journeys or the dwell times would be more than
// 2^63-1. On an error nothing has changed.
func (c *DwellCounts) Add(p *journey.Counted) error {
	if err := p.Validate(); err != nil {
		return err
	}
	journeys, err := p.Journeys()
	if err != nil {
		return err
	}
	touches := len(p.Channels)
	hi, stays := bits.Mul64(uint64(journeys), uint64(touches))
	if hi > 0 || stays > math.MaxInt64 || journeys > math.MaxInt64-c.journeys {
		return journey.ErrOverflow
	}
	timed := p.Timed()
	if touches > 0 && timed {
		stays -= uint64(p.Opens)
		if int64(stays) > math.MaxInt64-c.total {
			return journey.ErrOverflow
		}
	}
	codes, err := c.recoder.Codes(p)
	if err != nil {
		return err
	}
	c.journeys += journeys
	if !timed {
		c.untimed += journeys
		return nil
	}
	if touches == 0 || journeys == 0 {
		return nil
	}
	c.total += int64(stays)
	last := touches - 1
	for i, code := range codes[:last] {
		c.stay(newDwellKey(int(code), int(codes[i+1])+dwellEnds), journeys, p.Ages[i]-p.Ages[i+1])
	}
	from := int(codes[last])
	c.stay(newDwellKey(from, dwellConverted), p.Conversions, p.Ages[last])
	c.stay(newDwellKey(from, dwellLost), p.Nulls, p.Ages[last])
	return nil
}

// stay counts n journeys that stayed for d.
func (c *DwellCounts) stay(key dwellKey, n int64, d time.Duration) {
	if n > 0 {
		c.cell(key).add(n, d)
	}
}

// cell returns the cell of a transition, valid until the next call.
func (c *DwellCounts) cell(key dwellKey) *dwellCell {
	i, ok := c.index[key]
	if !ok {
		if c.index == nil {
			c.index = make(map[dwellKey]int)
		}
		i = len(c.cells)
		c.index[key] = i
		c.cells = append(c.cells, dwellCell{key: key})
	}
	return &c.cells[i]
}

// Merge adds what other holds; other stays as it is. Channels are matched by name.
// The error is [journey.ErrOverflow]; nothing has changed then.
func (c *DwellCounts) Merge(other *DwellCounts) error {
	if other.journeys > math.MaxInt64-c.journeys || other.total > math.MaxInt64-c.total {
		return journey.ErrOverflow
	}
	names := other.recoder.Dictionary()
	all := &journey.Counted{Dictionary: names, Channels: make([]journey.Code, names.Len())}
	for i := range all.Channels {
		all.Channels[i] = journey.Code(i)
	}
	codes, err := c.recoder.Codes(all)
	if err != nil {
		return err
	}
	c.journeys += other.journeys
	c.untimed += other.untimed
	c.total += other.total
	for i := range other.cells {
		o := &other.cells[i]
		to := o.key.to()
		if to >= dwellEnds {
			to = int(codes[to-dwellEnds]) + dwellEnds
		}
		c.cell(newDwellKey(int(codes[o.key.from()]), to)).merge(o)
	}
	return nil
}

// Journeys returns the number of journeys added, open ones among them.
func (c *DwellCounts) Journeys() int64 { return c.journeys }

// Untimed returns how many of them have no dwell times.
func (c *DwellCounts) Untimed() int64 { return c.untimed }

// Mean returns how long journeys stayed in a channel before they went on to another
// one or to an end, on average, rounded to nanoseconds. It returns false where no
// journey with known times went that way.
func (c *DwellCounts) Mean(from, to markov.State) (time.Duration, bool) {
	cell := c.find(from, to)
	if cell == nil {
		return 0, false
	}
	whole, rest := cell.mean()
	if rest >= 0.5 {
		whole++
	}
	return time.Duration(whole), true
}

// find returns the cell of a transition, or nil.
func (c *DwellCounts) find(from, to markov.State) *dwellCell {
	f, ok := c.lookup(from)
	if !ok {
		return nil
	}
	var t int
	switch to {
	case markov.Converted:
		t = dwellConverted
	case markov.Lost:
		t = dwellLost
	default:
		if t, ok = c.lookup(to); !ok {
			return nil
		}
		t += dwellEnds
	}
	i, ok := c.index[newDwellKey(f, t)]
	if !ok {
		return nil
	}
	return &c.cells[i]
}

// lookup returns the code of a state that is a channel.
func (c *DwellCounts) lookup(s markov.State) (int, bool) {
	channel, ok := s.Channel()
	if !ok {
		return 0, false
	}
	code, ok := c.recoder.Dictionary().Lookup(channel)
	return int(code), ok
}

// states is the inverse of find.
func (c *DwellCounts) states(key dwellKey) (from, to markov.State) {
	at := func(code int) markov.State {
		return markov.At(c.recoder.Dictionary().Name(journey.Code(code)))
	}
	switch key.to() {
	case dwellConverted:
		to = markov.Converted
	case dwellLost:
		to = markov.Lost
	default:
		to = at(key.to() - dwellEnds)
	}
	return at(key.from()), to
}
