package attribution

import (
	"fmt"
	"slices"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

var _ Model = DP6Shapley{}

// DP6Shapley is what the Python package Marketing-Attribution-Models by DP6 calls
// Shapley value. It is here for comparison with it.
//
// Each set T of channels on converting journeys is a game of its own, in which a
// part of T is worth the rate at which journeys with exactly these channels
// converted, 0 where there are none; the Shapley values of its players, divided by
// their sum, share the conversions and the value of the journeys with T.
//
// It is not the Shapley value of one game over all channels: journeys with more
// channels than T play no part in the game of T, nor do journeys with a part of
// it count towards a larger part, as they do in [RateShapley]. Credits can be
// negative. And only Size channels of a journey count at all: in the
// default form the last in the alphabet, so that the names of the channels decide
// who gets credit on journeys with more. That a channel's name may be a part of
// another's confuses the package; such mistakes are not repeated here.
//
// Open journeys do not count.
type DP6Shapley struct {
	// Size is how many channels of a journey count, at most 12: the last ones.
	// 0 means 4, DP6's default. The work for each set doubles with each.
	Size int
	// Order tells journeys apart that touched the same channels for the first
	// time in another order, so that the last channels are those that came
	// last. By default they are sorted by name.
	Order bool
}

const (
	defaultDP6Size = 4
	maxDP6Size     = 12
)

// Name returns "dp6-shapley", or "dp6-shapley-ordered".
func (m DP6Shapley) Name() string {
	if m.Order {
		return "dp6-shapley-ordered"
	}
	return "dp6-shapley"
}

// Validate reports a Size out of range.
func (m DP6Shapley) Validate() error {
	if m.Size < 0 || m.Size > maxDP6Size {
		return configError(m.Name(), fmt.Sprintf("Size is not from 0 to %d", maxDP6Size))
	}
	return nil
}

// NewAccumulator implements [Model]. The model must be valid.
func (m DP6Shapley) NewAccumulator() Accumulator {
	s := &setRates{size: m.Size, sets: pathGroups{by: bySet}}
	if m.Size == 0 {
		s.size = defaultDP6Size
	}
	if m.Order {
		s.sets.by = byFirst
	}
	return newAccumulator(identity{name: m.Name(), config: fmt.Sprint(s.size)}, s)
}

// setRates counts the journeys of each set of channels, in whatever order or in
// that of their first touches.
type setRates struct {
	size int
	sets pathGroups
}

func (s *setRates) fresh() tables {
	return &setRates{size: s.size, sets: pathGroups{by: s.sets.by}}
}

func (*setRates) ready(*journey.Counted) error { return nil }

func (s *setRates) count(t *tally, p *journey.Counted, codes []journey.Code) {
	s.sets.count(t, p, codes)
}

func (s *setRates) merge(_ *tally, other tables, to []journey.Code) {
	s.sets.merge(&other.(*setRates).sets, to)
}

// shortSets are the sets of channels that count, with their shares.
type shortSets struct {
	size   int
	ranks  []int // by code; nil where channels keep their order
	sets   pathGroups
	shares [][]float64 // of each set: nil without a conversion
}

// cut returns the channels that count, in their order. It may reorder codes.
func (s *shortSets) cut(codes []journey.Code) []journey.Code {
	if s.ranks != nil {
		slices.SortFunc(codes, func(a, b journey.Code) int { return s.ranks[a] - s.ranks[b] })
	}
	return codes[max(0, len(codes)-s.size):]
}

// solve plays the game of each set.
func (s *setRates) solve(t *tally) *shortSets {
	short := &shortSets{size: s.size, sets: pathGroups{by: byPath}}
	if s.sets.by == bySet {
		short.ranks = t.dict().Ranks()
	}
	var codes []journey.Code
	for i := range s.sets.groups {
		g := &s.sets.groups[i]
		codes = keyCodes(codes[:0], g.key)
		to := short.sets.group(short.cut(codes))
		to.conversions += g.conversions
		to.nulls += g.nulls
		to.value.Merge(&g.value)
	}
	short.shares = make([][]float64, len(short.sets.groups))
	rates := make([]float64, 1<<s.size)
	for i := range short.sets.groups {
		g := &short.sets.groups[i]
		if g.conversions == 0 {
			continue
		}
		codes = keyCodes(codes[:0], g.key)
		table := rates[:1<<len(codes)]
		short.rates(table, codes)
		shares := solveGame(table, len(codes))
		for j := range shares {
			shares[j] /= g.rate()
		}
		short.shares[i] = shares
	}
	return short
}

// rates sets the table to the rates of the parts of a set.
func (s *shortSets) rates(table []float64, codes []journey.Code) {
	var key []byte
	for set := range table {
		key = key[:0]
		for i, c := range codes {
			if set>>i&1 == 1 {
				key = appendKey(key, c)
			}
		}
		table[set] = 0
		if i, ok := s.sets.index[string(key)]; ok {
			table[set] = s.sets.groups[i].rate()
		}
	}
}

func (s *setRates) credit(t *tally, r *Result) (func(journey.Code) Credit, error) {
	short := s.solve(t)
	sums := newCreditSums(t)
	var codes []journey.Code
	for i, shares := range short.shares {
		if shares == nil {
			continue
		}
		g := &short.sets.groups[i]
		codes = keyCodes(codes[:0], g.key)
		value := g.value.Float64()
		for j, c := range codes {
			if err := sums.add(c, shares[j], g.conversions, value); err != nil {
				return nil, err
			}
		}
	}
	r.warnings = append(r.warnings, gameWarnings(t, nil, sums.credit)...)
	return sums.credit, nil
}

// creditPath credits the channels of the path by the shares of its set, and the
// touches of a channel equally. On a set that never converted the channels that
// count share equally.
func (s *setRates) creditPath(t *tally) (pathRule, error) {
	short := s.solve(t)
	own := pathGroups{by: s.sets.by} // with scratch memory of its own
	share := make([]float64, t.size())
	var times occurrences
	return func(p *journey.Counted, codes []journey.Code, conversions, value []float64) error {
		if p.Conversions == 0 || len(codes) == 0 {
			return nil
		}
		set := short.cut(own.identify(t, codes))
		own.key = appendKey(own.key[:0], set...)
		i, ok := short.sets.index[string(own.key)]
		for j, c := range set {
			if ok && short.shares[i] != nil {
				share[c] = short.shares[i][j]
			} else {
				share[c] = 1 / float64(len(set))
			}
		}
		times.count(codes)
		for j, c := range codes {
			conversions[j], value[j] = float64(p.Conversions)*share[c]/times.of(c), p.Value*share[c]/times.of(c)
		}
		times.reset(codes)
		for _, c := range set {
			share[c] = 0
		}
		return nil
	}, nil
}

func (s *setRates) append(t *tally, dst []byte) ([]byte, error) { return s.sets.append(t, dst) }

func (s *setRates) decode(t *tally, d *wire.Decoder) { s.sets.decode(t, d) }
