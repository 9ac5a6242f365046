package attribution

import (
	"math/big"

	"github.com/cjm-go/cjm/journey"
)

var _ Model = Shapley{}

// Shapley credits each channel with its Shapley value in the game of sums: a set
// of channels is worth the conversions of the journeys that touched no others
// (Zhao, Mahboobi and Bagheri, "Shapley value methods for attribution modeling in
// online advertising", arXiv:1804.05327, 2018; Google's Ads Data Hub calls it
// simplified Shapley).
//
//	v(S)  = sum over T within S of conv(T)
//	phi_c = sum over T with c of conv(T) / |T|
//
// T is the set of channels of a journey and conv(T) the conversions of the journeys
// with just this set. The sum over sets is the closed form of the mean over all
// orders of the channels: the dividend of T in this game is conv(T) itself, and
// the Shapley value shares dividends equally (Harsanyi 1963). So it costs a pass
// over the journeys, for any number of channels, and is the same as [Linear] per
// distinct channel. The credits are the exact rational numbers, rounded once; value
// goes by the same rule. Lost journeys play no part: compare [RateShapley].
type Shapley struct {
	// Ordered says what a path's credit is on its touches, see [Crediter]. The
	// game knows no positions, so by default the share of a channel is on its
	// first touch, by which it joined. Ordered splits it equally over the
	// positions where the channel occurs, so that they can be compared: the
	// ordered method of Zhao and others, with parts that add up to the whole also
	// where a channel is touched twice. The credit of a channel is the same.
	Ordered bool
}

// Name returns "shapley", or "shapley-ordered".
func (m Shapley) Name() string {
	if m.Ordered {
		return "shapley-ordered"
	}
	return "shapley"
}

// Validate returns nil.
func (Shapley) Validate() error { return nil }

// NewAccumulator implements [Model].
func (m Shapley) NewAccumulator() Accumulator {
	return newAccumulator(identity{name: m.Name()}, newSumGame(m.Ordered))
}

// sumGame holds the conversions of each channel by the number of distinct channels
// of their journeys.
type sumGame struct {
	*equalSplit
	ordered bool
}

func newSumGame(ordered bool) *sumGame {
	return &sumGame{&equalSplit{pick: (*equalSplit).distinct}, ordered}
}

func (s *sumGame) fresh() tables { return newSumGame(s.ordered) }

func (s *sumGame) merge(t *tally, other tables, to []journey.Code) {
	s.equalSplit.merge(t, other.(*sumGame).equalSplit, to)
}

func (s *sumGame) credit(t *tally, _ *Result) (func(journey.Code) Credit, error) {
	rows := s.rows()
	// All fractions get the same denominator.
	common := big.NewInt(1)
	for _, n := range rows {
		n := big.NewInt(int64(n))
		common.Mul(common, n.Div(n, new(big.Int).GCD(nil, nil, common, n)))
	}
	factors := make([]*big.Int, len(rows))
	for i, n := range rows {
		factors[i] = new(big.Int).Div(common, big.NewInt(int64(n)))
	}
	return func(c journey.Code) Credit {
		var conversions, product big.Int
		var value, part big.Rat
		for i, n := range rows {
			row := s.row(n, t.size())
			if row.conversions[c] == 0 {
				continue
			}
			conversions.Add(&conversions, product.Mul(factors[i], product.SetInt64(row.conversions[c])))
			if row.value[c].Rat(&part).Sign() != 0 {
				value.Add(&value, part.Mul(&part, new(big.Rat).SetInt(factors[i])))
			}
		}
		return Credit{
			Conversions: nearest(new(big.Rat).SetFrac(&conversions, common)),
			Value:       nearest(value.Quo(&value, new(big.Rat).SetInt(common))),
		}
	}, nil
}

// nearest returns the float64 nearest to r.
func nearest(r *big.Rat) float64 {
	f, _ := r.Float64()
	return f
}

// creditPath credits the first touches of the channels, or all their touches.
func (s *sumGame) creditPath(t *tally) (pathRule, error) {
	if s.ordered {
		return s.equalSplit.creditPath(t)
	}
	var seen marks
	return func(p *journey.Counted, codes []journey.Code, conversions, value []float64) error {
		if p.Conversions == 0 {
			return nil
		}
		distinct := 0
		seen.begin(t.size())
		for _, c := range codes {
			if seen.first(c) {
				distinct++
			}
		}
		seen.begin(t.size())
		for i, c := range codes {
			if seen.first(c) {
				conversions[i], value[i] = float64(p.Conversions)/float64(distinct), p.Value/float64(distinct)
			}
		}
		return nil
	}, nil
}
