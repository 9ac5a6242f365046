package attribution

import (
	"encoding/binary"
	"slices"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

// pathGroups counts the journeys that have ended by their channels. Journeys
// without a touch are not among them, nor are open ones.
type pathGroups struct {
	by     grouping
	index  map[string]int // of a key in groups
	groups []pathGroup

	seen  marks
	codes []journey.Code // scratch
	key   []byte         // scratch
}

// grouping says which journeys are counted together.
type grouping uint8

const (
	bySet   grouping = iota // those that touched the same channels
	byFirst                 // and touched them for the first time in the same order
	byPath                  // those of the same path
)

// pathGroup is a group of journeys.
type pathGroup struct {
	key                string // the codes of its channels
	conversions, nulls int64
	value              exact.Sum
}

// rate returns the part of the journeys that converted.
func (g *pathGroup) rate() float64 {
	return float64(g.conversions) / float64(g.conversions+g.nulls)
}

// appendKey appends codes as uvarints.
func appendKey(dst []byte, codes ...journey.Code) []byte {
	for _, c := range codes {
		dst = binary.AppendUvarint(dst, uint64(c))
	}
	return dst
}

// keyCodes appends the codes of a key.
func keyCodes(dst []journey.Code, key string) []journey.Code {
	for i := 0; i < len(key); {
		code, shift := journey.Code(0), 0
		for ; key[i] >= 0x80; i++ {
			code |= journey.Code(key[i]&0x7f) << shift
			shift += 7
		}
		dst = append(dst, code|journey.Code(key[i])<<shift)
		i++
	}
	return dst
}

func (s *pathGroups) count(t *tally, p *journey.Counted, codes []journey.Code) {
	if p.Conversions == 0 && p.Nulls == 0 || len(codes) == 0 {
		return
	}
	g := s.group(s.identify(t, codes))
	g.conversions += p.Conversions
	g.nulls += p.Nulls
	if p.Value != 0 {
		g.value.Add(p.Value)
	}
}

// identify returns the codes that tell the group of a path, valid until the next
// call.
func (s *pathGroups) identify(t *tally, codes []journey.Code) []journey.Code {
	if s.by == byPath {
		return codes
	}
	s.seen.begin(t.size())
	s.codes = s.codes[:0]
	for _, c := range codes {
		if s.seen.first(c) {
			s.codes = append(s.codes, c)
		}
	}
	if s.by == bySet {
		slices.Sort(s.codes)
	}
	return s.codes
}

// group returns the group of a key, a new one if need be.
func (s *pathGroups) group(codes []journey.Code) *pathGroup {
	s.key = appendKey(s.key[:0], codes...)
	i, ok := s.index[string(s.key)]
	if !ok {
		if s.index == nil {
			s.index = make(map[string]int)
		}
		key := string(s.key)
		i = len(s.groups)
		s.index[key] = i
		s.groups = append(s.groups, pathGroup{key: key})
	}
	return &s.groups[i]
}

func (s *pathGroups) merge(other *pathGroups, to []journey.Code) {
	for i := range other.groups {
		o := &other.groups[i]
		s.codes = keyCodes(s.codes[:0], o.key)
		for j, c := range s.codes {
			s.codes[j] = to[c]
		}
		if s.by == bySet {
			slices.Sort(s.codes)
		}
		g := s.group(s.codes)
		g.conversions += o.conversions
		g.nulls += o.nulls
		g.value.Merge(&o.value)
	}
}

// snapshot returns a copy that does not change with s.
func (s *pathGroups) snapshot(t *tally) *pathGroups {
	c := &pathGroups{by: s.by}
	same := make([]journey.Code, t.size())
	for i := range same {
		same[i] = journey.Code(i)
	}
	c.merge(s, same)
	return c
}

// rankedGroup is a group with its channels as places in the order of the names.
type rankedGroup struct {
	*pathGroup
	ranks []int
}

// sorted returns the groups in the order of their ranks: one that the order of
// arrival has no part in.
func (s *pathGroups) sorted(t *tally) []rankedGroup {
	ranks := t.dict().Ranks()
	all := make([]rankedGroup, len(s.groups))
	var codes []journey.Code
	var arena []int
	for i := range s.groups {
		g := &s.groups[i]
		codes = keyCodes(codes[:0], g.key)
		from := len(arena)
		for _, c := range codes {
			arena = append(arena, ranks[c])
		}
		own := arena[from:len(arena):len(arena)]
		if s.by == bySet {
			slices.Sort(own)
		}
		all[i] = rankedGroup{g, own}
	}
	slices.SortFunc(all, func(a, b rankedGroup) int { return slices.Compare(a.ranks, b.ranks) })
	return all
}

func (s *pathGroups) append(t *tally, dst []byte) ([]byte, error) {
	dst = wire.AppendUint(dst, uint64(len(s.groups)))
	for _, g := range s.sorted(t) {
		dst = wire.AppendUint(dst, uint64(len(g.ranks)))
		for _, rank := range g.ranks {
			dst = wire.AppendUint(dst, uint64(rank))
		}
		dst = wire.AppendCount(dst, g.conversions)
		dst = wire.AppendCount(dst, g.nulls)
		var err error
		if dst, err = g.value.AppendBinary(dst); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

func (s *pathGroups) decode(t *tally, d *wire.Decoder) {
	// What the groups must add up to.
	conversions, nulls := t.all.conversions-t.none.conversions, t.all.nulls-t.none.nulls
	var value exact.Sum
	value.Merge(&t.none.value)
	var last []journey.Code
	for range d.Len() {
		// The names have come in their order, so ranks and codes are the same.
		codes := make([]journey.Code, d.Len())
		for i := range codes {
			codes[i] = journey.Code(d.Index(t.size()))
		}
		if d.Err() != nil || len(codes) == 0 || slices.Compare(codes, last) <= 0 || !slices.Equal(s.identify(t, codes), codes) {
			d.Fail()
			return
		}
		last = codes
		g := s.group(codes)
		g.conversions, g.nulls = d.Count(), d.Count()
		d.Sum(&g.value)
		if g.conversions > conversions || g.nulls > nulls || g.conversions == 0 && (g.nulls == 0 || !g.value.IsZero()) || g.value.Float64() < 0 {
			d.Fail()
			return
		}
		conversions -= g.conversions
		nulls -= g.nulls
		value.Merge(&g.value)
	}
	if conversions != 0 || nulls != 0 || !sameSum(&value, &t.all.value) {
		d.Fail()
	}
}

// sameSum reports whether two sums are equal.
func sameSum(a, b *exact.Sum) bool { return a.Rat(nil).Cmp(b.Rat(nil)) == 0 }
