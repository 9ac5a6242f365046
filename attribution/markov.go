package attribution

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/markov"
	"github.com/cjm-go/cjm/touchpoint"
)

// Markov credits each channel in proportion to its removal effect: the part of
// the conversions that would be lost if everyone who comes to the channel were
// lost there, in the absorbing chain fitted on the journeys (Anderl, Becker, von
// Wangenheim and Schumann 2016). Conversions and value each go by their own removal
// effects.
//
//	A_c = conversions * RE_c / (sum over k of RE_k)
//
// A chain of order k remembers the last k touches. An order at or above the longest
// path makes the effect the part of the conversions that touched the channel; see
// [Removal.TouchingShare].
//
// The effects are exact: for order 1 all from one elimination without subtraction,
// see [markov.Chain.Removal]; for higher orders to a certified Tolerance, see
// [markov.WindowChain.Removal] and [Result.Fit]. Conversions of journeys without a
// touch are not spread over the channels: they stay in the line [journey.None]. A
// channel from which no way of the chain leads to a conversion gets exactly 0.
//
// Touches of an open journey count as transitions; that it has not ended is not
// taken for a loss. A channel from which no journey has ended yet cannot be
// judged: it gets no credit, and the result warns of it ([ErrUnjudged]).
type Markov struct {
	// Nulls says whether the journeys that were lost, or are open, take part in
	// the chain.
	Nulls Nulls
	// Order is how many touches the chain remembers. 0 means 1.
	Order int
	// Variant says what becomes of the transitions into a removed channel. With
	// the variants other than Redirect effects may be negative, and so may
	// credits; where they do not add up to something positive, the error is
	// [ErrSigned].
	Variant Variant
	// Tolerance is the certified accuracy of the effects of orders above 1: the
	// largest relative error for Redirect, the largest absolute one for the
	// other variants. 0 means 1e-12. If it cannot be reached, the error is
	// [markov.ErrNotConverged].
	Tolerance float64
	// Parallelism is how many goroutines solve a chain of order above 1: 0 as
	// many as GOMAXPROCS says, 1 only that of the caller. The result does not
	// depend on it.
	Parallelism int
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

// Variant says what becomes of the transitions into a removed channel.
type Variant = markov.Variant

const (
	// Redirect sends them to the loss: the default, and what the literature does.
	Redirect = markov.Redirect
	// Renormalise lets the other transitions of the same state take their place.
	Renormalise = markov.Renormalise
	// NeverTouch compares with the journeys that never come to the channel.
	NeverTouch = markov.NeverTouch
)

// ErrSigned says that removal effects with signs add up to nothing positive, so that
// conversions cannot be credited in proportion to them.
var ErrSigned = errors.New("attribution: removal effects do not add up to something positive")

// ErrOrder is the warning that the order exceeds the longest path: the chain is then
// the journeys themselves.
var ErrOrder = errors.New("attribution: the order exceeds the longest path")

// ErrUnjudged says that a channel was seen on open journeys only, none of which went on to
// an end, so the chain says nothing about it.
var ErrUnjudged = errors.New("attribution: only on journeys that are still open")

// Name returns "markov".
func (Markov) Name() string { return "markov" }

func (m Markov) options() markov.Options {
	return markov.Options{Nulls: m.Nulls, Closed: markov.CensorClosed}
}

func (m Markov) removal() markov.RemovalOptions {
	return markov.RemovalOptions{Variant: m.Variant, Tolerance: m.Tolerance, Parallelism: m.Parallelism}
}

// Validate reports all that is wrong with the options.
func (m Markov) Validate() error {
	var errs []error
	for _, err := range []error{m.options().Validate(), m.removal().Validate()} {
		if err != nil {
			errs = append(errs, fmt.Errorf("%w: %s: %w", ErrConfig, m.Name(), err))
		}
	}
	if m.Order < 0 {
		errs = append(errs, configError(m.Name(), "the order is negative"))
	}
	return errors.Join(errs...)
}

// NewAccumulator implements [Model]. The model must be valid.
func (m Markov) NewAccumulator() Accumulator {
	m.Order = max(m.Order, 1)
	var config []string
	if m.Nulls == ExcludeNulls {
		config = append(config, "nulls excluded")
	}
	if m.Order == 1 && m.Variant == Redirect {
		return newAccumulator(identity{name: m.Name(), config: strings.Join(config, ",")}, (&removalTables{options: m.options()}).fresh())
	}
	config = append(config, fmt.Sprintf("order %d,%v,%v", m.Order, m.Variant, m.Tolerance))
	return newAccumulator(identity{name: m.Name(), config: strings.Join(config, ",")}, (&windowTables{model: m}).fresh())
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
	sum := removal.Sum()
	r.fit = &Fit{Order: 1, States: len(chain.States()), Transitions: s.chain.Distinct(), Sum: sum.Conversion}
	return removalCredit(t, &s.touched, sum.Conversion, sum.Value, func(c touchpoint.Channel) (conversion, value float64) {
		e := removal.Effect(c)
		return e.Conversion, e.Value
	})
}

// removalCredit returns the function that credits in proportion to removal effects
// with the given sums. The sum of those on the value is 0 where there is none.
func removalCredit(
	t *tally, touched *touched, conversionSum, valueSum float64, effect func(touchpoint.Channel) (conversion, value float64),
) (func(journey.Code) Credit, error) {
	conversions := float64(t.all.conversions - t.none.conversions)
	value := t.touchedValue()
	// Without a touch before any conversion there is nothing to share.
	if conversions > 0 && conversionSum <= 0 || value > 0 && valueSum <= 0 {
		return nil, ErrSigned
	}
	touched.grow(t)
	return func(c journey.Code) Credit {
		conversionEffect, valueEffect := effect(t.dict().Name(c))
		credit := Credit{Removal: &Removal{
			Effect: conversionEffect, ValueEffect: valueEffect, TouchingShare: touched.share(t, c),
		}}
		if conversionEffect != 0 && conversions > 0 {
			credit.Conversions = conversions * (conversionEffect / conversionSum)
		}
		if valueEffect != 0 && value > 0 {
			credit.Value = value * (valueEffect / valueSum)
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
