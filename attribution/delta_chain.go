package attribution

import (
	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

// chainDelta are the tables of a Markov model with what the delta method needs
// beside the counts: the worth of the conversions by last channel.
type chainDelta struct {
	closedSpec
	*removalTables
	last  []worth // by code
	empty worth   // of conversions without a touch
}

// worth is what conversions were worth together, and the sum of the squares of what
// each was.
type worth struct{ value, squares exact.Sum }

func (w *worth) add(p *journey.Counted) {
	if p.Value > 0 {
		w.value.Add(p.Value)
		w.squares.Add(p.Value * (p.Value / float64(p.Conversions)))
	}
}

func (w *worth) merge(other *worth) {
	w.value.Merge(&other.value)
	w.squares.Merge(&other.squares)
}

func (w *worth) append(dst []byte) ([]byte, error) {
	dst, err := w.value.AppendBinary(dst)
	if err != nil {
		return nil, err
	}
	return w.squares.AppendBinary(dst)
}

func (w *worth) decode(d *wire.Decoder) {
	decodePositive(d, &w.value)
	decodePositive(d, &w.squares)
}

func (s *chainDelta) fresh() tables {
	return &chainDelta{closedSpec: s.closedSpec, removalTables: s.removalTables.fresh().(*removalTables)}
}

func (s *chainDelta) ready(p *journey.Counted) error {
	if err := checkSquare(p); err != nil {
		return err
	}
	return s.removalTables.ready(p)
}

func (s *chainDelta) count(t *tally, p *journey.Counted, codes []journey.Code) {
	s.removalTables.count(t, p, codes)
	s.grow(t)
	if len(codes) == 0 {
		s.empty.add(p)
	} else {
		s.last[codes[len(codes)-1]].add(p)
	}
}

func (s *chainDelta) grow(t *tally) {
	if n := t.size() - len(s.last); n > 0 {
		s.last = append(s.last, make([]worth, n)...)
	}
}

func (s *chainDelta) merge(t *tally, other tables, to []journey.Code) {
	o := other.(*chainDelta)
	s.removalTables.merge(t, o.removalTables, to)
	s.grow(t)
	for c := range o.last {
		s.last[to[c]].merge(&o.last[c])
	}
	s.empty.merge(&o.empty)
}

func (s *chainDelta) append(t *tally, dst []byte) ([]byte, error) {
	dst, err := s.removalTables.append(t, dst)
	if err != nil {
		return nil, err
	}
	s.grow(t)
	for _, c := range t.dict().Sorted() {
		if dst, err = s.last[c].append(dst); err != nil {
			return nil, err
		}
	}
	return s.empty.append(dst)
}

func (s *chainDelta) decode(t *tally, d *wire.Decoder) {
	s.removalTables.decode(t, d)
	s.grow(t)
	for c := range s.last {
		s.last[c].decode(d)
	}
	s.empty.decode(d)
}

// uncertainty takes every step that was counted for a draw of its own.
func (s *chainDelta) uncertainty(t *tally, r *Result) (*Uncertainty, error) {
	s.grow(t)
	v, f, err := newChainVariance(t, s.chain)
	if err != nil {
		return nil, err
	}
	worths := make([]*worth, f.k) // by state
	value := make([]float64, f.k)
	worths[0] = &s.empty
	for i, code := range v.codes {
		worths[i+1] = &s.last[code]
		value[i+1] = worths[i+1].value.Float64()
	}
	// What journeys in each state bring from channels on.
	converted := append([]float64{0}, f.converted[1:]...)
	conversions, err := f.expected(converted)
	if err != nil {
		return nil, err
	}
	if value, err = f.expected(value); err != nil {
		return nil, err
	}
	journeys := float64(s.chain.Journeys())
	u := chainUnit{conversions: v.newInfluence(), value: v.newInfluence()}
	slope := v.newInfluence()
	for i := range f.k {
		// An outcome moves a total by what it brings less what was expected.
		begin := func(n, touched, touchedValue float64) {
			clear(u.conversions.effect)
			clear(u.value.effect)
			u.n, u.slope = n, nil
			u.conversions.touched, u.value.touched = touched-conversions[i], touchedValue-value[i]
			u.conversions.none, u.value.none = 0, 0
			if i == 0 {
				u.conversions.none, u.value.none = -f.converted[0]/journeys, -v.noneValue/journeys
			}
		}
		for j := 1; j < f.k; j++ {
			if n := f.steps[i*f.k+j]; n > 0 {
				begin(n, conversions[j], value[j])
				v.step(&u, i, j)
				v.add(&u)
			}
		}
		begin(f.opened[i], 0, 0)
		v.add(&u)
		begin(f.lost[i], 0, 0)
		v.end(&u, i)
		v.add(&u)

		begin(f.converted[i], 0, 0)
		v.convert(&u, &slope, i)
		u.w, u.s = worths[i].value.Float64(), worths[i].squares.Float64()
		v.add(&u)
	}
	if v.excluded {
		v.spreadConversions(r)
	}
	return normalUncertainty(t, r, &s.touched, v.variances, s.method, s.level, t.all.journeys(), 0)
}
