package attribution

import (
	"errors"
	"fmt"
	"math"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

var _ Model = RateShapley{}

// RateShapley credits each channel with its Shapley value in the game of cumulative
// conversion rates: a set of channels is worth the rate at which journeys that
// touched no others converted.
//
//	v(S) = (sum over T within S of conv(T)) / (sum over T within S of tot(T))
//
// conv(T) are the conversions of the journeys whose set of channels is T, tot(T)
// those and the lost ones; v is 0 where there are none. So, unlike in [Shapley], a
// channel that is on many lost journeys lowers what it joins. Its credit can be
// negative (the result then warns with [ErrNegativeCredit]), and a channel on no
// converting journey can have some. Only one that never changes v has exactly 0.
//
// The Shapley values add up to the conversion rate. Multiplied by the number of
// journeys they are the credits, which add up to the conversions. Value goes by
// the game of value a journey instead of conversions. [NewGame] gives the Shapley
// values themselves.
//
// Journeys without a touch have no part in the game: they would be in every
// coalition, the empty one too, and touch data know them, if at all, only where
// they converted. Their conversions stay in the line [journey.None], and
// [Game.Baseline] has their rate. Open journeys do not count: that they have not
// ended is not taken for a loss.
//
// Exposure stops at the conversion, so sets of many channels are those of journeys
// that took long to convert or never did. The game does not measure what channels
// cause.
type RateShapley struct {
	// MaxExact is up to how many channels the Shapley values are exact, at
	// most and by default [MaxPlayers]. It takes O(n 2^n) time and, for 24
	// channels, 256 MiB; four channels fewer, a sixteenth. With more channels
	// they are estimated from random orders of the channels.
	MaxExact int
	// Permutations is how many orders are sampled, at least 4 and an even
	// number: half of them are the reverse of the others. 0 means 1024. One
	// takes about 5 ns for each distinct set of channels.
	Permutations int
	// Seed selects the orders.
	Seed uint64
	// Parallelism is the number of goroutines that sample: 0 means GOMAXPROCS.
	// It does not change the result.
	Parallelism int
}

// Name returns "shapley-rate".
func (RateShapley) Name() string { return "shapley-rate" }

func (m RateShapley) sampling() orderSampling {
	return orderSampling{orders: m.Permutations, seed: m.Seed, parallelism: m.Parallelism}
}

// Validate reports a MaxExact outside of 0 to [MaxPlayers], too few Permutations and
// a negative Parallelism.
func (m RateShapley) Validate() error {
	errs := m.sampling().validate(m.Name())
	if m.MaxExact < 0 || m.MaxExact > MaxPlayers {
		errs = append(errs, configError(m.Name(), fmt.Sprintf("MaxExact is not from 0 to %d", MaxPlayers)))
	}
	return errors.Join(errs...)
}

// NewAccumulator implements [Model]. The model must be valid.
func (m RateShapley) NewAccumulator() Accumulator {
	s := &rateTables{maxExact: m.MaxExact, sampling: m.sampling()}
	if s.maxExact == 0 {
		s.maxExact = MaxPlayers
	}
	config := fmt.Sprintf("exact to %d, %d pairs, seed %d", s.maxExact, s.sampling.pairs(), s.sampling.seed)
	return newAccumulator(identity{name: m.Name(), config: config}, s.fresh())
}

// rateTables counts the journeys by the set of channels that they touched.
type rateTables struct {
	maxExact int
	sampling orderSampling

	sets    pathGroups
	touches touches
}

func (s *rateTables) fresh() tables {
	return &rateTables{maxExact: s.maxExact, sampling: s.sampling, sets: pathGroups{by: bySet}}
}

func (*rateTables) ready(*journey.Counted) error { return nil }

func (s *rateTables) count(t *tally, p *journey.Counted, codes []journey.Code) {
	s.sets.count(t, p, codes)
	s.touches.count(t, p, codes)
}

func (s *rateTables) merge(t *tally, other tables, to []journey.Code) {
	o := other.(*rateTables)
	s.sets.merge(&o.sets, to)
	s.touches.merge(t, &o.touches, to)
}

// journeys returns the number of journeys in the game.
func (s *rateTables) journeys(t *tally) float64 {
	return float64(t.all.conversions - t.none.conversions + t.all.nulls - t.none.nulls)
}

// game solves the game.
func (s *rateTables) game(t *tally) (*Game, error) {
	game := newGame(t)
	r := newRateGame(s.sets.sorted(t), t.size(), t.touchedValue())
	values := make([]GameValue, r.n)
	if r.n <= s.maxExact {
		r.exact(values)
	} else {
		var err error
		if values, err = s.sampling.run(r.n, r.pair); err != nil {
			return nil, err
		}
		game.orders, game.seed = 2*s.sampling.pairs(), s.sampling.seed
	}
	for i, v := range values {
		v.Value, v.ValueSE = r.unscale(v.Value), r.unscale(v.ValueSE)
		game.players[r.ranks[i]] = v
	}
	if journeys := s.journeys(t); journeys > 0 {
		game.everyone = Worth{
			Conversion: float64(t.all.conversions-t.none.conversions) / journeys,
			Value:      t.touchedValue() / journeys,
		}
	}
	return game, nil
}

func (s *rateTables) credits(t *tally) (*Game, func(journey.Code) Credit, error) {
	game, err := s.game(t)
	if err != nil {
		return nil, nil, err
	}
	journeys := s.journeys(t)
	ranks := t.dict().Ranks()
	credits := make([]Credit, len(ranks))
	for c := range credits {
		v := game.players[ranks[c]]
		credits[c] = Credit{Conversions: v.Conversion * journeys, Value: v.Value * journeys}
		if math.IsInf(credits[c].Value, 0) {
			return nil, nil, ErrOverflow
		}
	}
	return game, func(c journey.Code) Credit { return credits[c] }, nil
}

func (s *rateTables) credit(t *tally, r *Result) (func(journey.Code) Credit, error) {
	game, credit, err := s.credits(t)
	if err != nil {
		return nil, err
	}
	r.warnings = append(r.warnings, gameWarnings(t, game, credit)...)
	return credit, nil
}

func (s *rateTables) creditPath(t *tally) (pathRule, error) {
	_, credit, err := s.credits(t)
	if err != nil {
		return nil, err
	}
	return s.touches.spread(t, credit), nil
}

func (s *rateTables) append(t *tally, dst []byte) ([]byte, error) {
	dst, err := s.sets.append(t, dst)
	if err != nil {
		return nil, err
	}
	return s.touches.append(t, dst)
}

func (s *rateTables) decode(t *tally, d *wire.Decoder) {
	s.sets.decode(t, d)
	s.touches.decode(t, d)
}
