package attribution

import (
	"cmp"
	"encoding/binary"
	"slices"
	"time"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

// distinctPaths holds paths, each channel sequence once, and sums over the journeys
// along it. Sequences with other ages, where ages are kept, are other paths.
type distinctPaths struct {
	index map[string]int
	list  []distinctPath
	key   []byte // scratch
}

// distinctPath is a path with the journeys counted along it.
type distinctPath struct {
	codes []journey.Code
	ages  []time.Duration // nil where not known
	outcomes
	squares exact.Sum // of the worth of each conversion
}

// find returns the index of the path, adding it if need be.
func (s *distinctPaths) find(codes []journey.Code, ages []time.Duration) int {
	s.key = s.key[:0]
	for _, c := range codes {
		s.key = binary.AppendUvarint(s.key, uint64(c)+1)
	}
	if ages != nil {
		s.key = append(s.key, 0)
		for _, age := range ages {
			s.key = binary.AppendVarint(s.key, int64(age))
		}
	}
	i, ok := s.index[string(s.key)]
	if !ok {
		if s.index == nil {
			s.index = make(map[string]int)
		}
		i = len(s.list)
		s.index[string(s.key)] = i
		s.list = append(s.list, distinctPath{codes: slices.Clone(codes), ages: slices.Clone(ages)})
	}
	return i
}

// add counts the journeys of a path, whose channels have the given codes.
func (s *distinctPaths) add(p *journey.Counted, codes []journey.Code, ages []time.Duration) {
	d := &s.list[s.find(codes, ages)]
	d.outcomes.add(p)
	if p.Value > 0 {
		d.squares.Add(p.Value * (p.Value / float64(p.Conversions)))
	}
}

// journeys returns how many journeys were added.
func (s *distinctPaths) journeys() (n int64) {
	for i := range s.list {
		n += s.list[i].journeys()
	}
	return n
}

// merge adds other and returns, for each of its paths, the index in s.
func (s *distinctPaths) merge(other *distinctPaths, to []journey.Code) []int {
	var codes []journey.Code
	places := make([]int, len(other.list))
	for i := range other.list {
		o := &other.list[i]
		codes = codes[:0]
		for _, c := range o.codes {
			codes = append(codes, to[c])
		}
		places[i] = s.find(codes, o.ages)
		d := &s.list[places[i]]
		d.outcomes.merge(&o.outcomes)
		d.squares.Merge(&o.squares)
	}
	return places
}

// sorted returns the indices of the paths in the order of their channel names, then
// of their ages.
func (s *distinctPaths) sorted(ranks []int) []int {
	order := make([]int, len(s.list))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return s.list[a].compare(&s.list[b], ranks) })
	return order
}

func (d *distinctPath) compare(other *distinctPath, ranks []int) int {
	byName := slices.CompareFunc(d.codes, other.codes, func(a, b journey.Code) int { return cmp.Compare(ranks[a], ranks[b]) })
	if byName != 0 || (d.ages == nil) != (other.ages == nil) {
		return cmp.Or(byName, cmp.Compare(len(d.ages), len(other.ages)))
	}
	return slices.Compare(d.ages, other.ages)
}

// append writes the paths in their order.
func (s *distinctPaths) append(dst []byte, order, ranks []int) ([]byte, error) {
	dst = wire.AppendUint(dst, uint64(len(order)))
	for _, i := range order {
		d := &s.list[i]
		dst = wire.AppendUint(dst, uint64(len(d.codes)))
		for _, c := range d.codes {
			dst = wire.AppendUint(dst, uint64(ranks[c]))
		}
		aged := uint64(0)
		if d.ages != nil {
			aged = 1
		}
		dst = wire.AppendUint(dst, aged)
		for _, age := range d.ages {
			dst = wire.AppendUint(dst, zigzag(age))
		}
		var err error
		if dst, err = d.outcomes.append(dst); err != nil {
			return nil, err
		}
		if dst, err = d.squares.AppendBinary(dst); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

// decode reads paths whose codes are ranks.
func (s *distinctPaths) decode(d *wire.Decoder, t *tally) {
	*s = distinctPaths{}
	ranks := t.dict().Ranks()
	var all outcomes
	for i := range d.Len() {
		var p distinctPath
		for range d.Len() {
			p.codes = append(p.codes, journey.Code(d.Index(t.size())))
		}
		if d.Index(2) == 1 {
			p.ages = make([]time.Duration, 0, len(p.codes))
			for range p.codes {
				p.ages = append(p.ages, unzigzag(d.Uint()))
			}
		}
		p.outcomes.decode(d)
		decodePositive(d, &p.squares)
		if p.conversions > t.all.conversions-all.conversions || p.nulls > t.all.nulls-all.nulls || p.opens > t.all.opens-all.opens ||
			i > 0 && s.list[i-1].compare(&p, ranks) >= 0 || d.Err() != nil {
			d.Fail()
			return
		}
		all.merge(&p.outcomes)
		if s.find(p.codes, p.ages) != i {
			d.Fail()
			return
		}
		s.list[i] = p
	}
}

// zigzag maps durations to small numbers where they are near zero.
func zigzag(d time.Duration) uint64 { return uint64(d)<<1 ^ uint64(d>>63) }

func unzigzag(n uint64) time.Duration { return time.Duration(n>>1) ^ -time.Duration(n&1) }
