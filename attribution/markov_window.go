package attribution

import (
	"context"
	"fmt"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/markov"
	"github.com/cjm-go/cjm/touchpoint"
)

// windowTables is what removalTables is, for chains of any order and all variants.
type windowTables struct {
	model   Markov // valid, the order positive
	chain   *markov.WindowCounts
	touched touched
}

func (s *windowTables) fresh() tables {
	chain, err := markov.NewWindowCounts(s.model.Order, s.model.options())
	if err != nil {
		panic(err) // the model is not valid
	}
	return &windowTables{model: s.model, chain: chain}
}

func (*windowTables) ready(*journey.Counted) error { return nil }

func (s *windowTables) count(t *tally, p *journey.Counted, codes []journey.Code) {
	if err := s.chain.Add(p); err != nil {
		panic(err) // the tally's checks are at least as strict
	}
	s.touched.count(t, p, codes)
}

func (s *windowTables) merge(t *tally, other tables, to []journey.Code) {
	o := other.(*windowTables)
	if err := s.chain.Merge(o.chain); err != nil {
		panic(err) // the tally's checks are at least as strict
	}
	s.touched.merge(t, &o.touched, to)
}

func (s *windowTables) credit(t *tally, r *Result) (func(journey.Code) Credit, error) {
	chain, err := s.chain.Fit()
	if err != nil {
		return nil, err
	}
	removal, err := chain.Removal(context.Background(), s.model.removal())
	if err != nil {
		return nil, err
	}
	for _, channel := range chain.Dropped() {
		r.warnings = append(r.warnings, fmt.Errorf("%w: channel %s", ErrUnjudged, channel))
	}
	if longest := chain.LongestWindow(); longest < s.model.Order {
		r.warnings = append(r.warnings, fmt.Errorf("%w: order %d, longest path %d", ErrOrder, s.model.Order, longest))
	}
	sum := removal.Sum()
	r.fit = &Fit{
		Order: s.model.Order, Variant: s.model.Variant, States: chain.States(), Transitions: chain.Transitions(),
		Iterations: removal.Iterations(), Certificate: removal.Certificate(), Sum: sum.Conversion,
	}
	return removalCredit(t, &s.touched, sum.Conversion, sum.Value, func(c touchpoint.Channel) (conversion, value float64) {
		e := removal.Effect(c)
		return e.Conversion, e.Value
	})
}

func (s *windowTables) creditPath(t *tally) (pathRule, error) {
	credit, err := s.credit(t, new(Result))
	if err != nil {
		return nil, err
	}
	return spread(t, credit, s.touched.of, func(c journey.Code) int64 {
		return s.chain.Touches(t.dict().Name(c))
	}), nil
}

// windows implements chained.
func (s *windowTables) windows() (windows, error) { return s.chain.Fit() }

func (s *windowTables) append(t *tally, dst []byte) ([]byte, error) {
	dst, err := s.touched.append(t, dst)
	if err != nil {
		return nil, err
	}
	chain, err := s.chain.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return wire.AppendString(dst, string(chain)), nil
}

func (s *windowTables) decode(t *tally, d *wire.Decoder) {
	s.touched.decode(t, d)
	chain := d.String()
	if d.Err() != nil {
		return
	}
	// The tally must go on bounding the chain.
	if s.chain.UnmarshalBinary([]byte(chain)) != nil || s.chain.Order() != s.model.Order || s.chain.Options() != s.model.options() ||
		s.chain.Steps() > t.units || s.chain.Journeys()+s.chain.Excluded() != t.all.journeys() {
		d.Fail()
	}
}
