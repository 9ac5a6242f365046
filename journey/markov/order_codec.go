package markov

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

const (
	orderCountsName    = "cjm/journey/markov.OrderCounts"
	orderCountsVersion = 1
)

// MarshalBinary returns the counts as bytes. Equal counts give equal bytes,
// whatever the order in which they came together.
//
// After the header come Nulls, FoldBy, Folds and Seed, the names of the channels,
// the number of excluded journeys and that of the paths; then for each path, in the
// order of its names, its channels, its fold plus one or 0, conversions, losses and
// open journeys.
func (c *OrderCounts) MarshalBinary() ([]byte, error) {
	o := c.options.withDefaults()
	b := wire.AppendHeader(nil, orderCountsName, orderCountsVersion)
	b = wire.AppendUint(b, uint64(o.Nulls))
	b = wire.AppendUint(b, uint64(o.FoldBy))
	b = wire.AppendUint(b, uint64(o.Folds))
	b = wire.AppendUint(b, o.Seed)
	b = wire.AppendNames(b, c.recoder.Dictionary().SortedNames())
	b = wire.AppendCount(b, c.excluded)
	b = wire.AppendUint(b, uint64(len(c.paths)))
	for _, e := range c.sorted() {
		b = wire.AppendUint(b, uint64(len(e.ranks)))
		for _, rank := range e.ranks {
			b = wire.AppendUint(b, uint64(rank))
		}
		b = wire.AppendUint(b, e.mark)
		b = wire.AppendCount(b, e.conversions)
		b = wire.AppendCount(b, e.nulls)
		b = wire.AppendCount(b, e.opens)
	}
	return b, nil
}

// orderEntry is a path with its channels as places in the order of their names.
type orderEntry struct {
	ranks []journey.Code
	mark  uint64
	*orderPath
}

func (e orderEntry) compare(f orderEntry) int {
	return cmp.Or(slices.Compare(e.ranks, f.ranks), cmp.Compare(e.mark, f.mark))
}

func (c *OrderCounts) sorted() []orderEntry {
	ranks := c.recoder.Dictionary().Ranks()
	entries := make([]orderEntry, len(c.paths))
	for i := range c.paths {
		e := &entries[i]
		e.orderPath = &c.paths[i]
		e.mark, e.ranks = e.decode(nil)
		for j, code := range e.ranks {
			e.ranks[j] = journey.Code(ranks[code])
		}
	}
	slices.SortFunc(entries, orderEntry.compare)
	return entries
}

// UnmarshalBinary replaces the counts, and the options but MaxOrder and Criterion,
// by what [OrderCounts.MarshalBinary] wrote. It accepts nothing else: on an error
// nothing has changed.
func (c *OrderCounts) UnmarshalBinary(b []byte) error {
	d := wire.NewDecoder(b)
	d.Header(orderCountsName, orderCountsVersion)
	n := OrderCounts{options: OrderOptions{
		MaxOrder: c.options.MaxOrder, Criterion: c.options.Criterion,
		Nulls: Nulls(d.Index(len(nullsNames))), FoldBy: FoldBy(d.Index(len(foldByNames))),
		Folds: d.Index(maxFolds + 1), Seed: d.Uint(),
	}}
	if n.options.Folds < 2 {
		d.Fail()
	}
	names := wire.Names[touchpoint.Channel](d)
	for _, name := range names {
		n.recoder.Dictionary().Code(name)
	}
	n.excluded = d.Count()
	if n.options.Nulls == IncludeNulls && n.excluded > 0 {
		d.Fail()
	}
	used := make([]bool, len(names))
	var previous orderEntry
	for i := range d.Len() {
		e := n.decodeEntry(d, used)
		if d.Err() != nil || i > 0 && e.compare(previous) <= 0 {
			d.Fail()
			break
		}
		previous = e
	}
	if slices.Contains(used, false) {
		d.Fail()
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*c = n
	return nil
}

// decodeEntry reads a path and counts it.
func (c *OrderCounts) decodeEntry(d *wire.Decoder, used []bool) orderEntry {
	e := orderEntry{ranks: make([]journey.Code, d.Len())}
	for i := range e.ranks {
		rank := d.Index(len(used))
		if d.Err() != nil {
			return e
		}
		used[rank] = true
		e.ranks[i] = journey.Code(rank)
	}
	e.mark = uint64(d.Index(c.options.Folds + 1))
	p := journey.Counted{Conversions: d.Count(), Nulls: d.Count(), Opens: d.Count()}
	journeys, err := p.Journeys()
	hi, steps := bits.Mul64(uint64(journeys), uint64(len(e.ranks))+1)
	if err != nil || journeys == 0 || hi > 0 || steps > uint64(math.MaxInt64-c.total) ||
		e.mark > 0 && c.options.FoldBy != ByCustomer ||
		c.options.Nulls == ExcludeNulls && p.Nulls+p.Opens > 0 {
		d.Fail()
	}
	if d.Err() != nil {
		return e
	}
	c.total += int64(steps)
	c.journeys += journeys
	q := c.path(e.mark, e.ranks)
	q.conversions, q.nulls, q.opens = p.Conversions, p.Nulls, p.Opens
	return e
}
