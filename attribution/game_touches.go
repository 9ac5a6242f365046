package attribution

import (
	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

// touches counts what is needed to spread the credit of a channel over the paths:
// the conversions that it touched and all its touches.
type touches struct {
	touched
	visits []int64 // by code: touches, whatever became of the journeys
}

func (s *touches) grow(t *tally) {
	s.touched.grow(t)
	if n := t.size() - len(s.visits); n > 0 {
		s.visits = append(s.visits, make([]int64, n)...)
	}
}

func (s *touches) count(t *tally, p *journey.Counted, codes []journey.Code) {
	s.grow(t)
	s.touched.count(t, p, codes)
	journeys := p.Conversions + p.Nulls + p.Opens // checked by the tally
	for _, c := range codes {
		s.visits[c] += journeys
	}
}

func (s *touches) merge(t *tally, other *touches, to []journey.Code) {
	s.grow(t)
	s.touched.merge(t, &other.touched, to)
	for c, n := range other.visits {
		s.visits[to[c]] += n
	}
}

func (s *touches) append(t *tally, dst []byte) ([]byte, error) {
	s.grow(t)
	dst, err := s.touched.append(t, dst)
	if err != nil {
		return nil, err
	}
	for _, c := range t.dict().Sorted() {
		dst = wire.AppendCount(dst, s.visits[c])
	}
	return dst, nil
}

func (s *touches) decode(t *tally, d *wire.Decoder) {
	s.grow(t)
	s.touched.decode(t, d)
	rest := t.units - t.all.journeys() // a journey has one step more than touches
	for c := range s.visits {
		s.visits[c] = d.Count()
		if s.visits[c] < s.conversions[c] || s.visits[c] > rest {
			d.Fail()
			return
		}
		rest -= s.visits[c]
	}
	if rest != 0 {
		d.Fail()
	}
}

// spread returns the rule for paths, see the function of that name.
func (s *touches) spread(t *tally, credit func(journey.Code) Credit) pathRule {
	s.grow(t)
	return spread(t, credit, s.of, func(c journey.Code) int64 { return s.visits[c] })
}
