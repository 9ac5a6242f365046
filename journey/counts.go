package journey

import (
	"encoding/binary"
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/touchpoint"
)

// Counts holds how often each distinct channel sequence converted, was lost and
// is open, and what its conversions were worth: the table from which every model
// but those that look at times can be computed. Ages and customers are not kept.
//
// It is an accumulator: Add paths, Merge the Counts of other shards, then read
// All or write the bytes. Counts are checked integers and values are summed
// exactly, so the order of the rows and the sharding change nothing. Memory is
// proportional to the number of distinct sequences. The zero value is empty and
// ready.
type Counts struct {
	recoder Recoder
	paths   map[string]*sequence // by the varints of the codes
	total   int64                // journeys; bounds every count
	key     []byte               // scratch
}

type sequence struct {
	conversions, nulls, opens int64
	value                     exact.Sum
}

// Len returns the number of distinct sequences.
func (c *Counts) Len() int { return len(c.paths) }

// Add counts the path. On an error, of [Counted.Validate], [ErrOverflow] or
// [ErrUnknownCode], nothing has changed.
func (c *Counts) Add(p *Counted) error {
	if err := p.Validate(); err != nil {
		return err
	}
	n, err := p.Journeys()
	if err != nil {
		return err
	}
	if n > math.MaxInt64-c.total {
		return ErrOverflow
	}
	if n == 0 {
		return nil
	}
	s, err := c.sequence(p)
	if err != nil {
		return err
	}
	c.total += n
	s.conversions += p.Conversions
	s.nulls += p.Nulls
	s.opens += p.Opens
	s.value.Add(p.Value)
	return nil
}

// sequence returns the entry of the path's channels, made if need be.
func (c *Counts) sequence(p *Counted) (*sequence, error) {
	codes, err := c.recoder.Codes(p)
	if err != nil {
		return nil, err
	}
	if c.paths == nil {
		c.paths = make(map[string]*sequence)
	}
	c.key = c.key[:0]
	for _, code := range codes {
		c.key = binary.AppendUvarint(c.key, uint64(code))
	}
	s := c.paths[string(c.key)]
	if s == nil {
		s = new(sequence)
		c.paths[string(c.key)] = s
	}
	return s, nil
}

// Merge adds what other counted. other stays as it is. On an error nothing has
// changed.
func (c *Counts) Merge(other *Counts) error {
	if other.total > math.MaxInt64-c.total {
		return ErrOverflow
	}
	if other == c {
		other = c.clone()
	}
	c.total += other.total
	for p, s := range other.sequences() {
		t, err := c.sequence(p)
		if err != nil {
			return err // not reached: other has names for its codes
		}
		t.conversions += s.conversions
		t.nulls += s.nulls
		t.opens += s.opens
		t.value.Merge(&s.value)
	}
	return nil
}

func (c *Counts) clone() *Counts {
	d := new(Counts)
	_ = d.Merge(c) // into an empty one nothing overflows
	return d
}

// sequences yields the entries in no order, with their channels.
func (c *Counts) sequences() iter.Seq2[*Counted, *sequence] {
	return func(yield func(*Counted, *sequence) bool) {
		p := &Counted{Dictionary: c.recoder.Dictionary()}
		for key, s := range c.paths {
			p.Channels = p.Channels[:0]
			for b := []byte(key); len(b) > 0; {
				code, n := binary.Uvarint(b)
				p.Channels, b = append(p.Channels, Code(code)), b[n:]
			}
			if !yield(p, s) {
				return
			}
		}
	}
}

// All yields the distinct sequences in the order of their channel names, with
// the sum of their values rounded once. The paths are the caller's to keep.
func (c *Counts) All() iter.Seq[*Counted] {
	return func(yield func(*Counted) bool) {
		for _, e := range c.sorted() {
			if !yield(e.counted()) {
				return
			}
		}
	}
}

type entry struct {
	path *Counted
	*sequence
}

func (e entry) counted() *Counted {
	p := e.path
	p.Conversions, p.Nulls, p.Opens, p.Value = e.conversions, e.nulls, e.opens, e.value.Float64()
	return p
}

// sorted returns the entries in the order of their channel names.
func (c *Counts) sorted() []entry {
	all := make([]entry, 0, len(c.paths))
	dict := c.recoder.Dictionary()
	for p, s := range c.sequences() {
		all = append(all, entry{p.Clone(), s})
	}
	slices.SortFunc(all, func(a, b entry) int {
		return slices.CompareFunc(a.path.Channels, b.path.Channels, func(x, y Code) int {
			return strings.Compare(string(dict.Name(x)), string(dict.Name(y)))
		})
	})
	return all
}

const (
	countsName    = "cjm/journey.Counts"
	countsVersion = 1
)

// MarshalBinary returns the counts as bytes. Equal counts give equal bytes,
// whatever the order in which they came together.
func (c *Counts) MarshalBinary() ([]byte, error) {
	dict := c.recoder.Dictionary()
	b := wire.AppendNames(wire.AppendHeader(nil, countsName, countsVersion), dict.SortedNames())
	rank := dict.Ranks()
	all := c.sorted()
	b = wire.AppendUint(b, uint64(len(all)))
	for _, e := range all {
		b = wire.AppendUint(b, uint64(len(e.path.Channels)))
		for _, code := range e.path.Channels {
			b = wire.AppendUint(b, uint64(rank[code]))
		}
		b = wire.AppendCount(b, e.conversions)
		b = wire.AppendCount(b, e.nulls)
		b = wire.AppendCount(b, e.opens)
		var err error
		if b, err = e.value.AppendBinary(b); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// UnmarshalBinary replaces c by what [Counts.MarshalBinary] wrote.
func (c *Counts) UnmarshalBinary(b []byte) error {
	d := wire.NewDecoder(b)
	d.Header(countsName, countsVersion)
	names := NewDictionary(wire.Names[touchpoint.Channel](d)...)
	var n Counts
	var last []Code
	for i := range d.Len() {
		p := &Counted{Dictionary: names}
		for range d.Len() {
			p.Channels = append(p.Channels, Code(d.Index(names.Len())))
		}
		// The codes are ranks, so comparing them compares the names.
		if i > 0 && slices.Compare(last, p.Channels) >= 0 {
			d.Fail()
		}
		last = p.Channels
		s := sequence{conversions: d.Count(), nulls: d.Count(), opens: d.Count()}
		d.Sum(&s.value)
		p.Conversions, p.Nulls, p.Opens = s.conversions, s.nulls, s.opens
		journeys, err := p.Journeys()
		if err != nil || journeys == 0 || journeys > math.MaxInt64-n.total ||
			s.conversions == 0 && !s.value.IsZero() {
			d.Fail()
		}
		if d.Err() != nil {
			break
		}
		t, err := n.sequence(p)
		if err != nil {
			return err // not reached: the codes are below the number of names
		}
		n.total += journeys
		*t = s
	}
	if n.recoder.Dictionary().Len() != names.Len() {
		d.Fail() // a name that no path uses
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*c = n
	return nil
}
