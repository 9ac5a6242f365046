package attribution

import (
	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

// touched counts, for each channel, the conversions whose journeys touched it, and
// what they were worth.
type touched struct {
	conversions []int64
	value       []exact.Sum
	seen        marks
}

func (s *touched) grow(t *tally) {
	if n := t.size() - len(s.conversions); n > 0 {
		s.conversions = append(s.conversions, make([]int64, n)...)
		s.value = append(s.value, make([]exact.Sum, n)...)
	}
}

func (s *touched) count(t *tally, p *journey.Counted, codes []journey.Code) {
	if p.Conversions == 0 {
		return
	}
	s.grow(t)
	s.seen.begin(t.size())
	for _, c := range codes {
		if !s.seen.first(c) {
			continue
		}
		s.conversions[c] += p.Conversions
		if p.Value != 0 {
			s.value[c].Add(p.Value)
		}
	}
}

func (s *touched) merge(t *tally, other *touched, to []journey.Code) {
	s.grow(t)
	for c := range other.conversions {
		s.conversions[to[c]] += other.conversions[c]
		s.value[to[c]].Merge(&other.value[c])
	}
}

func (s *touched) append(t *tally, dst []byte) ([]byte, error) {
	s.grow(t)
	for _, c := range t.dict().Sorted() {
		dst = wire.AppendCount(dst, s.conversions[c])
		var err error
		if dst, err = s.value[c].AppendBinary(dst); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

func (s *touched) decode(t *tally, d *wire.Decoder) {
	s.grow(t)
	for c := range s.conversions {
		s.conversions[c] = d.Count()
		d.Sum(&s.value[c])
		if s.conversions[c] > t.all.conversions || s.conversions[c] == 0 && !s.value[c].IsZero() {
			d.Fail()
		}
	}
}

// share returns the part of all conversions whose journeys touched the channel.
func (s *touched) share(t *tally, c journey.Code) float64 {
	return float64(s.conversions[c]) / float64(t.all.conversions)
}
