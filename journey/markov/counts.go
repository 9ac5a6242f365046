package markov

import (
	"math"
	"slices"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/journey"
)

// Counts holds how often journeys went from each state to each other: all that
// the chain needs to know of them. It is an accumulator: Add paths, Merge the
// Counts of other shards, then Fit. Counts are checked integers and values are
// summed exactly. The zero value is empty and ready, with the zero [Options].
//
// Paths may come with different dictionaries. Counts is not safe for concurrent
// use.
type Counts struct {
	options Options
	recoder journey.Recoder
	cells   cells    // by state: 0 is Start, 1+code a channel
	ends    []ending // by state

	journeys, opens, excluded int64
	// total is the sum of all cells, endings and opens. It bounds each of them.
	total int64
}

// dict returns the names of the channels.
func (c *Counts) dict() *journey.Dictionary { return c.recoder.Dictionary() }

// ending counts the journeys whose last state was a given one.
type ending struct {
	converted, lost int64
	value           exact.Sum
}

// NewCounts returns empty counts with the given options. The error is that of
// [Options.Validate].
func NewCounts(o Options) (*Counts, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	return &Counts{options: o}, nil
}

// Options returns the options that the counts were made with.
func (c *Counts) Options() Options { return c.options }

// Add counts the journeys of the path: the transition from [Start] to its first
// channel, those from channel to channel, and the ends. Open journeys have no
// end. With [ExcludeNulls], only its conversions are counted.
//
// The error is that of [journey.Counted.Validate], or [journey.ErrOverflow] where
// the transitions counted would exceed 2^63-1, or [journey.ErrUnknownCode]. On an error
// nothing has changed. A path of which no journey is counted adds nothing.
func (c *Counts) Add(p *journey.Counted) error {
	a, err := admit(p, c.options.Nulls, c.total, c.excluded)
	if err != nil {
		return err
	}
	if a.journeys == 0 {
		c.excluded += a.excluded
		return nil
	}
	codes, err := c.recoder.Codes(p)
	if err != nil {
		return err
	}
	c.grow()
	c.excluded += a.excluded
	c.total += a.steps
	c.journeys += a.journeys
	c.opens += a.opens
	e := &c.ends[c.walk(codes, a.journeys)]
	e.converted += p.Conversions
	e.lost += a.nulls
	if p.Value != 0 {
		e.value.Add(p.Value)
	}
	return nil
}

// grow makes room for the states of all channels.
func (c *Counts) grow() {
	if n := c.dict().Len() + 1; n > len(c.ends) {
		c.ends = append(c.ends, make([]ending, n-len(c.ends))...)
		c.cells.grow(n)
	}
}

// walk counts n journeys along the channels and returns the state it came to.
func (c *Counts) walk(codes []journey.Code, n int64) (last int) {
	dense, shift := c.cells.dense, c.cells.shift
	if dense == nil {
		for _, code := range codes {
			to := int(code) + 1
			c.cells.add(last, to, n)
			last = to
		}
		return last
	}
	for _, code := range codes {
		to := int(code) + 1
		dense[last<<(shift&63)|to] += n
		last = to
	}
	return last
}

// Merge adds what other counted; other stays as it is. Channels are matched by
// name. The error is [ErrMismatch] or [journey.ErrOverflow]; nothing has changed
// then.
func (c *Counts) Merge(other *Counts) error {
	if other.options.Nulls != c.options.Nulls {
		return ErrMismatch
	}
	if other.total > math.MaxInt64-c.total || other.excluded > math.MaxInt64-c.excluded {
		return journey.ErrOverflow
	}
	c.total += other.total
	c.excluded += other.excluded
	c.journeys += other.journeys
	c.opens += other.opens
	if len(other.ends) == 0 {
		return nil
	}
	to := make([]int, len(other.ends))
	for i, code := range c.dict().Translate(other.dict()) {
		to[i+1] = int(code) + 1
	}
	c.grow()
	for p, w := range other.cells.all() {
		c.cells.add(to[p.from], to[p.to], w)
	}
	for s := range other.ends {
		e, o := &c.ends[to[s]], &other.ends[s]
		e.converted += o.converted
		e.lost += o.lost
		e.value.Merge(&o.value)
	}
	return nil
}

// Journeys returns the number of journeys counted, open ones among them.
func (c *Counts) Journeys() int64 { return c.journeys }

// Steps returns the number of steps counted: a journey of n touches takes n+1, the
// last of which is its end, or stands for the end that is still open.
func (c *Counts) Steps() int64 { return c.total }

// Opens returns the number of open journeys counted.
func (c *Counts) Opens() int64 { return c.opens }

// Excluded returns the number of journeys left out because of [ExcludeNulls].
func (c *Counts) Excluded() int64 { return c.excluded }

// Conversions returns the number of conversions counted.
func (c *Counts) Conversions() int64 {
	n := int64(0)
	for i := range c.ends {
		n += c.ends[i].converted
	}
	return n
}

// Nulls returns the number of lost journeys counted.
func (c *Counts) Nulls() int64 {
	n := int64(0)
	for i := range c.ends {
		n += c.ends[i].lost
	}
	return n
}

// Value returns the worth of all conversions counted, correctly rounded;
// infinite if that exceeds the largest float64.
func (c *Counts) Value() float64 {
	sum := c.value()
	return sum.Float64()
}

func (c *Counts) value() *exact.Sum {
	sum := new(exact.Sum)
	for i := range c.ends {
		sum.Merge(&c.ends[i].value)
	}
	return sum
}

// Transitions returns how often a journey went from one state to the next. It
// is 0 for states not seen.
func (c *Counts) Transitions(from, to State) int64 {
	f, ok := c.find(from)
	if !ok {
		return 0
	}
	switch to {
	case Converted:
		return c.ends[f].converted
	case Lost:
		return c.ends[f].lost
	case Start:
		return 0
	}
	t, ok := c.find(to)
	if !ok {
		return 0
	}
	return c.cells.at(f, t)
}

// find returns the number of a state before an end.
func (c *Counts) find(s State) (int, bool) {
	if s.IsEnd() || len(c.ends) == 0 {
		return 0, false
	}
	channel, ok := s.Channel()
	if !ok {
		return 0, true
	}
	code, ok := c.dict().Lookup(channel)
	return int(code) + 1, ok
}

// Distinct returns the number of distinct transitions seen between states before
// an end.
func (c *Counts) Distinct() int {
	n := 0
	for range c.cells.all() {
		n++
	}
	return n
}

// States returns the states seen before an end: Start, if there are journeys,
// and the channels in the order of their names.
func (c *Counts) States() []State {
	numbers := c.seen()
	states := make([]State, len(numbers))
	for i, s := range numbers {
		states[i] = c.stateOf(s)
	}
	return states
}

// stateOf is the inverse of find.
func (c *Counts) stateOf(number int) State {
	if number == 0 {
		return Start
	}
	return At(c.dict().Name(journey.Code(number - 1)))
}

// seen returns the numbers of the states that journeys were in, Start first,
// then by name. A channel that was in refused paths only is not among them.
func (c *Counts) seen() []int {
	if c.journeys == 0 {
		return nil
	}
	in := make([]bool, len(c.ends))
	for p := range c.cells.all() {
		in[p.to] = true
	}
	numbers := []int{0}
	for _, code := range c.dict().Sorted() {
		if s := int(code) + 1; in[s] {
			numbers = append(numbers, s)
		}
	}
	return slices.Clip(numbers)
}
