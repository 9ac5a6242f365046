package markov

import (
	"math"
	"slices"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/touchpoint"
)

const (
	countsName    = "cjm/journey/markov.Counts"
	countsVersion = 1
)

// MarshalBinary returns the counts as bytes. Equal counts give equal bytes,
// whatever the order in which they came together.
//
// After the header and the [Nulls] option come the names of the channels seen,
// the numbers of journeys, of open and of excluded ones, then for Start and each
// channel in order: conversions, losses, value, and the channels that followed
// with their counts.
func (c *Counts) MarshalBinary() ([]byte, error) {
	numbers := c.seen()
	names := make([]touchpoint.Channel, 0, len(numbers))
	rank := make([]int, len(c.ends))
	for i, s := range numbers {
		if name, ok := c.stateOf(s).Channel(); ok {
			names = append(names, name)
		}
		rank[s] = i
	}
	b := wire.AppendHeader(nil, countsName, countsVersion)
	b = wire.AppendUint(b, uint64(c.options.Nulls))
	b = wire.AppendNames(b, names)
	b = wire.AppendCount(b, c.journeys)
	b = wire.AppendCount(b, c.opens)
	b = wire.AppendCount(b, c.excluded)

	type step struct {
		pair
		n int64
	}
	var steps []step
	for p, n := range c.cells.all() {
		steps = append(steps, step{pair{rank[p.from], rank[p.to]}, n})
	}
	slices.SortFunc(steps, func(a, b step) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return a.to - b.to
	})
	for i, s := range numbers {
		e := &c.ends[s]
		b = wire.AppendCount(b, e.converted)
		b = wire.AppendCount(b, e.lost)
		var err error
		if b, err = e.value.AppendBinary(b); err != nil {
			return nil, err
		}
		n := 0
		for n < len(steps) && steps[n].from == i {
			n++
		}
		b = wire.AppendUint(b, uint64(n))
		for _, s := range steps[:n] {
			b = wire.AppendUint(b, uint64(s.to))
			b = wire.AppendCount(b, s.n)
		}
		steps = steps[n:]
	}
	return b, nil
}

// UnmarshalBinary replaces the counts and the [Nulls] option by what
// [Counts.MarshalBinary] wrote. It accepts nothing else: on an error nothing has
// changed.
func (c *Counts) UnmarshalBinary(b []byte) error {
	d := wire.NewDecoder(b)
	d.Header(countsName, countsVersion)
	n := Counts{options: Options{Nulls: Nulls(d.Index(len(nullsNames))), Closed: c.options.Closed}}
	names := wire.Names[touchpoint.Channel](d)
	n.journeys, n.opens, n.excluded = d.Count(), d.Count(), d.Count()
	if n.options.Nulls == IncludeNulls && n.excluded != 0 {
		d.Fail()
	}
	if n.journeys == 0 {
		if len(names) > 0 || n.opens > 0 {
			d.Fail()
		}
		return c.replace(&n, d)
	}

	// The matrix is not made before all is known to be right.
	type step struct {
		pair
		n int64
	}
	var steps []step
	n.ends = make([]ending, len(names)+1)
	left := make([]int64, len(n.ends)) // journeys that left each state
	came := make([]int64, len(n.ends)) // journeys that came there
	came[0] = n.journeys
	count := func() int64 {
		v := d.Count()
		if v > math.MaxInt64-n.total {
			d.Fail()
			return 0
		}
		n.total += v
		return v
	}
	for s := range n.ends {
		e := &n.ends[s]
		e.converted, e.lost = count(), count()
		d.Sum(&e.value)
		if e.value.Float64() < 0 || e.converted == 0 && !e.value.IsZero() ||
			n.options.Nulls == ExcludeNulls && e.lost > 0 {
			d.Fail()
		}
		left[s] = e.converted + e.lost
		previous := 0
		for range d.Len() {
			t := step{pair{s, d.Index(len(n.ends))}, count()}
			if t.to <= previous || t.n == 0 {
				d.Fail()
				break
			}
			previous = t.to
			left[s] += t.n
			came[t.to] += t.n
			steps = append(steps, t)
		}
	}
	if opens := n.stayed(left, came); opens != n.opens || opens > math.MaxInt64-n.total ||
		n.options.Nulls == ExcludeNulls && opens > 0 {
		d.Fail()
	}
	if d.Err() == nil {
		n.total += n.opens
		for _, name := range names {
			n.dict().Code(name)
		}
		n.cells.grow(len(n.ends))
		for _, t := range steps {
			n.cells.add(t.from, t.to, t.n)
		}
	}
	return c.replace(&n, d)
}

// stayed returns how many journeys came to a state and did not leave it: the
// open ones. It is -1 where more left than came, or none came to a state.
func (c *Counts) stayed(left, came []int64) int64 {
	opens := int64(0)
	for s := range left {
		if came[s] == 0 || left[s] > came[s] {
			return -1
		}
		opens += came[s] - left[s]
	}
	return opens
}

func (c *Counts) replace(n *Counts, d *wire.Decoder) error {
	if err := d.Finish(); err != nil {
		return err
	}
	*c = *n
	return nil
}
