package attribution

import (
	"errors"
	"fmt"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/markov"
)

// Markov credits each channel in proportion to its removal effect: the part of
// the conversions that would be lost if everyone who comes to the channel were
// lost there, in the first-order absorbing chain fitted on the journeys (Anderl,
// Becker, von Wangenheim and Schumann 2016). Conversions and value each go by
// their own removal effects.
//
//	A_c = conversions * RE_c / (sum over k of RE_k)
//
// The effects are exact, all from one elimination without subtraction, see
// [markov.Chain.Removal]. Conversions of journeys without a touch are not spread
// over the channels: they stay in the line [journey.None].
//
// Touches of an open journey count as transitions; that it has not ended is not
// taken for a loss. A channel from which no journey has ended yet cannot be
// judged: it gets no credit, and the result warns of it ([ErrUnjudged]).
type Markov struct {
	// Nulls says whether the journeys that were lost, or are open, take part in
	// the chain.
	Nulls Nulls
}

// Nulls says whether journeys without conversion take part in a chain.
type Nulls = markov.Nulls

const (
	// IncludeNulls counts them: a channel on many lost journeys is worth less.
	// The default, and what ChannelAttribution does where it is given them.
	IncludeNulls = markov.IncludeNulls
	// ExcludeNulls leaves them out: every journey of the chain converts.
	ExcludeNulls = markov.ExcludeNulls
)

// ErrUnjudged says that a channel was seen on open journeys only, none of which went on to
// an end, so the chain says nothing about it.
var ErrUnjudged = errors.New("attribution: only on journeys that are still open")

// Name returns "markov".
func (Markov) Name() string { return "markov" }

func (m Markov) options() markov.Options {
	return markov.Options{Nulls: m.Nulls, Closed: markov.CensorClosed}
}

// Validate reports a Nulls that does not exist.
func (m Markov) Validate() error {
	if m.options().Validate() != nil {
		return configError(m.Name(), "no such Nulls")
	}
	return nil
}

// NewAccumulator implements [Model]. The model must be valid.
func (m Markov) NewAccumulator() Accumulator {
	id := identity{name: m.Name()}
	if m.Nulls == ExcludeNulls {
		id.config = "nulls excluded"
	}
	return newAccumulator(id, (&removalTables{options: m.options()}).fresh())
}

// removalTables holds the transition counts of the chain and how many journeys
// touched each channel.
type removalTables struct {
	options markov.Options
	chain   *markov.Counts
	touched touched
}

func (s *removalTables) fresh() tables {
	chain, err := markov.NewCounts(s.options)
	if err != nil {
		panic(err) // the model is not valid
	}
	return &removalTables{options: s.options, chain: chain}
}

func (*removalTables) ready(*journey.Counted) error { return nil }

func (s *removalTables) count(t *tally, p *journey.Counted, codes []journey.Code) {
	if err := s.chain.Add(p); err != nil {
		panic(err) // the tally's checks are at least as strict
	}
	s.touched.count(t, p, codes)
}

func (s *removalTables) merge(t *tally, other tables, to []journey.Code) {
	o := other.(*removalTables)
	if err := s.chain.Merge(o.chain); err != nil {
		panic(err) // the tally's checks are at least as strict
	}
	s.touched.merge(t, &o.touched, to)
}

func (s *removalTables) credit(t *tally, r *Result) (func(journey.Code) Credit, error) {
	chain, err := s.chain.Fit()
	if err != nil {
		return nil, err
	}
	removal, err := chain.Removal()
	if err != nil {
		return nil, err
	}
	for _, state := range chain.Dropped() {
		r.warnings = append(r.warnings, fmt.Errorf("%w: channel %s", ErrUnjudged, state))
	}
	s.touched.grow(t)
	sum := removal.Sum()
	conversions := float64(t.all.conversions - t.none.conversions)
	value := t.touchedValue()
	return func(c journey.Code) Credit {
		e := removal.Effect(t.dict().Name(c))
		credit := Credit{Removal: &Removal{
			Effect: e.Conversion, ValueEffect: e.Value,
			TouchingShare: s.touched.share(t, c),
		}}
		if e.Conversion > 0 {
			credit.Conversions = conversions * (e.Conversion / sum.Conversion)
		}
		if e.Value > 0 {
			credit.Value = value * (e.Value / sum.Value)
		}
		return credit
	}, nil
}

func (s *removalTables) append(t *tally, dst []byte) ([]byte, error) {
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

func (s *removalTables) decode(t *tally, d *wire.Decoder) {
	s.touched.decode(t, d)
	chain := d.String()
	if d.Err() != nil {
		return
	}
	// The tally must go on bounding the chain.
	if s.chain.UnmarshalBinary([]byte(chain)) != nil || s.chain.Options() != s.options ||
		s.chain.Steps() > t.units || s.chain.Journeys()+s.chain.Excluded() != t.all.journeys() {
		d.Fail()
	}
}
