package attribution

import (
	"encoding"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/markov"
)

// walkTables holds the transition counts of the chain of a [MarkovShapley] and what
// it takes to spread its credits.
type walkTables struct {
	order    int
	options  markov.Options
	maxExact int
	sampling orderSampling

	chain   walkCounts
	last    []exact.Sum // by code: the value of the conversions whose last touch it was
	touches touches
}

// walkCounts are the transition counts: a [*markov.Counts] for order 1, else a
// [*markov.WindowCounts].
type walkCounts interface {
	Add(p *journey.Counted) error
	Options() markov.Options
	Journeys() int64
	Excluded() int64
	Steps() int64
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

func (s *walkTables) fresh() tables {
	var chain walkCounts
	var err error
	if s.order == 1 {
		chain, err = markov.NewCounts(s.options)
	} else {
		chain, err = markov.NewWindowCounts(s.order, s.options)
	}
	if err != nil {
		panic(err) // the model is not valid
	}
	return &walkTables{order: s.order, options: s.options, maxExact: s.maxExact, sampling: s.sampling, chain: chain}
}

func (*walkTables) ready(*journey.Counted) error { return nil }

func (s *walkTables) grow(t *tally) {
	if n := t.size() - len(s.last); n > 0 {
		s.last = append(s.last, make([]exact.Sum, n)...)
	}
}

func (s *walkTables) count(t *tally, p *journey.Counted, codes []journey.Code) {
	if err := s.chain.Add(p); err != nil {
		panic(err) // the tally's checks are at least as strict
	}
	s.grow(t)
	if n := len(codes); n > 0 && p.Value != 0 {
		s.last[codes[n-1]].Add(p.Value)
	}
	s.touches.count(t, p, codes)
}

func (s *walkTables) merge(t *tally, other tables, to []journey.Code) {
	o := other.(*walkTables)
	var err error
	switch chain := s.chain.(type) {
	case *markov.Counts:
		err = chain.Merge(o.chain.(*markov.Counts))
	case *markov.WindowCounts:
		err = chain.Merge(o.chain.(*markov.WindowCounts))
	}
	if err != nil {
		panic(err) // the tally's checks are at least as strict
	}
	s.grow(t)
	for c := range o.last {
		s.last[to[c]].Merge(&o.last[c])
	}
	s.touches.merge(t, &o.touches, to)
}

func (s *walkTables) credits(t *tally) (*Game, []error, func(journey.Code) Credit, error) {
	game, warnings, err := s.solve(t)
	if err != nil {
		return nil, nil, nil, err
	}
	var sum GameValue
	for _, v := range game.players {
		sum.Conversion += v.Conversion
		sum.Value += v.Value
	}
	conversions, value := float64(t.all.conversions-t.none.conversions), t.touchedValue()
	ranks := t.dict().Ranks()
	return game, warnings, func(c journey.Code) (credit Credit) {
		v := game.players[ranks[c]]
		if v.Conversion > 0 {
			credit.Conversions = conversions * (v.Conversion / sum.Conversion)
		}
		if v.Value > 0 {
			credit.Value = value * (v.Value / sum.Value)
		}
		return credit
	}, nil
}

func (s *walkTables) credit(t *tally, r *Result) (func(journey.Code) Credit, error) {
	game, warnings, credit, err := s.credits(t)
	if err != nil {
		return nil, err
	}
	r.warnings = append(append(r.warnings, warnings...), gameWarnings(t, game, credit)...)
	return credit, nil
}

func (s *walkTables) creditPath(t *tally) (pathRule, error) {
	_, _, credit, err := s.credits(t)
	if err != nil {
		return nil, err
	}
	return s.touches.spread(t, credit), nil
}

func (s *walkTables) append(t *tally, dst []byte) ([]byte, error) {
	s.grow(t)
	dst, err := s.touches.append(t, dst)
	if err != nil {
		return nil, err
	}
	for _, c := range t.dict().Sorted() {
		if dst, err = s.last[c].AppendBinary(dst); err != nil {
			return nil, err
		}
	}
	chain, err := s.chain.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return wire.AppendString(dst, string(chain)), nil
}

func (s *walkTables) decode(t *tally, d *wire.Decoder) {
	s.grow(t)
	s.touches.decode(t, d)
	var value exact.Sum
	value.Merge(&t.none.value)
	for c := range s.last {
		d.Sum(&s.last[c])
		value.Merge(&s.last[c])
	}
	chain := d.String()
	if d.Err() != nil {
		return
	}
	// The tally must go on bounding the chain.
	if s.chain.UnmarshalBinary([]byte(chain)) != nil || s.chain.Options() != s.options || !sameSum(&value, &t.all.value) ||
		s.chain.Steps() > t.units || s.chain.Journeys()+s.chain.Excluded() != t.all.journeys() {
		d.Fail()
	}
	if windows, ok := s.chain.(*markov.WindowCounts); ok && windows.Order() != s.order {
		d.Fail()
	}
}
