package markov

import (
	"fmt"
	"iter"
	"math"
	"math/bits"
	"slices"
	"time"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// PaceCounts holds how long journeys were silent after a touch of each channel
// before they went on: to the next touch, or to the conversion. It is an accumulator
// for the journeys that [Counts] counts: Add paths, Merge, then hand it to
// [NewPredictor]. It keeps each silence exactly. The zero value is empty and ready.
//
// Only paths with ages of all their touches add to it, and only where these descend
// and none is negative; others are counted by [PaceCounts.Untimed]. The silence at
// the end of a journey that is open or lost is not among those that ended: where
// many journeys are open, long silences are missing more often than short ones.
//
// Paths may come with different dictionaries. PaceCounts is not safe for concurrent
// use.
type PaceCounts struct {
	recoder           journey.Recoder
	gaps              []journey.Durations // by code
	journeys, untimed int64
	// total is the number of all silences. It bounds that of each channel.
	total int64
}

// Add adds the silences of the path, once for each of its journeys. The error is
// that of [journey.Counted.Validate], [journey.ErrUnknownCode], or
// [journey.ErrOverflow]; nothing has changed then.
func (c *PaceCounts) Add(p *journey.Counted) error {
	if err := p.Validate(); err != nil {
		return err
	}
	n, err := p.Journeys()
	if err != nil {
		return err
	}
	hi, gaps := bits.Mul64(uint64(n), uint64(len(p.Channels)))
	if n > math.MaxInt64-c.journeys || hi > 0 || gaps > uint64(maxPace-c.total) {
		return journey.ErrOverflow
	}
	codes, err := c.recoder.Codes(p)
	if err != nil {
		return err
	}
	c.grow()
	c.journeys += n
	if !p.Timed() {
		c.untimed += n
		return nil
	}
	for i, code := range codes {
		gap, times := p.Ages[i], n
		if i+1 < len(codes) {
			gap -= p.Ages[i+1]
		} else {
			times = p.Conversions
		}
		if err := c.gaps[code].AddN(gap, times); err != nil {
			return err
		}
		c.total += times
	}
	return nil
}

// maxPace is how many silences there may be: as many as [journey.Durations] hold.
const maxPace int64 = 1 << 62

func (c *PaceCounts) grow() {
	if n := c.recoder.Dictionary().Len() - len(c.gaps); n > 0 {
		c.gaps = append(c.gaps, make([]journey.Durations, n)...)
	}
}

// Merge adds what other counted; other stays as it is. The error is
// [journey.ErrOverflow]; nothing has changed then.
func (c *PaceCounts) Merge(other *PaceCounts) error {
	if other.journeys > math.MaxInt64-c.journeys || other.total > maxPace-c.total {
		return journey.ErrOverflow
	}
	to := c.recoder.Dictionary().Translate(other.recoder.Dictionary())
	c.grow()
	for i := range other.gaps {
		if err := c.gaps[to[i]].Merge(&other.gaps[i]); err != nil {
			return err
		}
	}
	c.total += other.total
	c.journeys += other.journeys
	c.untimed += other.untimed
	return nil
}

// Journeys returns the number of journeys, the untimed ones among them.
func (c *PaceCounts) Journeys() int64 { return c.journeys }

// Untimed returns the number of journeys whose times are not known or not in
// order.
func (c *PaceCounts) Untimed() int64 { return c.untimed }

// Gaps returns the silences after touches of the channel in ascending order, and how
// often there was each.
func (c *PaceCounts) Gaps(channel touchpoint.Channel) iter.Seq2[time.Duration, int64] {
	code, ok := c.recoder.Dictionary().Lookup(channel)
	if !ok || int(code) >= len(c.gaps) {
		return func(func(time.Duration, int64) bool) {}
	}
	return c.gaps[code].All()
}

const (
	paceName    = "cjm/journey/markov.PaceCounts"
	paceVersion = 1
)

// MarshalBinary returns the counts as bytes. Equal counts give equal bytes,
// whatever the order in which they came together.
//
// After the header come the numbers of journeys and of untimed ones, the names of
// the channels that have silences, and for each of them its [journey.Durations].
func (c *PaceCounts) MarshalBinary() ([]byte, error) {
	dict := c.recoder.Dictionary()
	b := wire.AppendHeader(nil, paceName, paceVersion)
	b = wire.AppendCount(b, c.journeys)
	b = wire.AppendCount(b, c.untimed)
	var names []touchpoint.Channel
	var gaps []*journey.Durations
	for _, code := range dict.Sorted() {
		if int(code) < len(c.gaps) && c.gaps[code].Len() > 0 {
			names = append(names, dict.Name(code))
			gaps = append(gaps, &c.gaps[code])
		}
	}
	b = wire.AppendNames(b, names)
	for _, g := range gaps {
		data, err := g.MarshalBinary()
		if err != nil {
			return nil, err
		}
		b = wire.AppendString(b, string(data))
	}
	return b, nil
}

// UnmarshalBinary replaces the counts by those that [PaceCounts.MarshalBinary]
// wrote. It accepts nothing else: on an error nothing has changed.
func (c *PaceCounts) UnmarshalBinary(data []byte) error {
	d := wire.NewDecoder(data)
	d.Header(paceName, paceVersion)
	u := PaceCounts{journeys: d.Count(), untimed: d.Count()}
	names := wire.Names[touchpoint.Channel](d)
	for _, name := range names {
		u.recoder.Dictionary().Code(name)
	}
	u.gaps = make([]journey.Durations, len(names))
	for i := range u.gaps {
		text := d.String()
		if d.Err() != nil {
			break
		}
		err := u.gaps[i].UnmarshalBinary([]byte(text))
		n := u.gaps[i].Len()
		if shortest, _ := u.gaps[i].Quantile(0); err != nil || n == 0 || n > maxPace-u.total || shortest < 0 {
			d.Fail()
			break
		}
		u.total += n
	}
	if u.untimed > u.journeys {
		d.Fail()
	}
	if err := d.Finish(); err != nil {
		return fmt.Errorf("markov: pace counts: %w", err)
	}
	*c = u
	return nil
}

// tail is a distribution of silences, made for looking up.
type tail struct {
	gaps []time.Duration // distinct, ascending
	// from has, for each gap and one beyond, how many silences are that long or
	// longer, and sum their sum in nanoseconds.
	from []int64
	sum  []float64
}

func newTail(all iter.Seq2[time.Duration, int64]) tail {
	var t tail
	var counts []int64
	for gap, n := range all {
		t.gaps = append(t.gaps, gap)
		counts = append(counts, n)
	}
	t.from = make([]int64, len(t.gaps)+1)
	t.sum = make([]float64, len(t.gaps)+1)
	for i := len(counts) - 1; i >= 0; i-- {
		t.from[i] = t.from[i+1] + counts[i]
		t.sum[i] = t.sum[i+1] + float64(counts[i])*float64(t.gaps[i])
	}
	return t
}

// beyond returns how many silences there are, how many of them are longer than s, and
// the mean of what these have left after s.
func (t *tail) beyond(s time.Duration) (all, longer int64, left float64) {
	i, _ := slices.BinarySearchFunc(t.gaps, s, func(gap, s time.Duration) int {
		if gap <= s {
			return -1
		}
		return 1
	})
	all, longer = t.from[0], t.from[i]
	if longer > 0 {
		left = t.sum[i]/float64(longer) - float64(s)
	}
	return all, longer, left
}
