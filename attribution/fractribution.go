package attribution

import (
	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

var _ Model = Fractribution{}

// Fractribution weighs the touches of a converting path by how much more often it
// converted than the path without the touch, as the programs of that name by
// Google and Snowplow do. It is here for comparison with them.
//
//	w_i = max(0, p(path) - p(path without touch i)),  p = conversions/(conversions + lost)
//
// The weights of a path are divided by their sum; where all are 0, the last touch
// gets all of it. A path that was not counted has p = 0. The only touch of a path
// gets all of it.
//
// It is not a Shapley value, though Snowplow's package calls it "shapley": it takes
// one marginal contribution, that to the whole path, instead of the mean over all
// coalitions, cuts negative ones off at 0 and rescales the rest. Most paths of many
// touches are rare, so their rates are 0 or 1 by chance; apply a path transform
// such as [journey.Exposure] first, as these programs do.
//
// Open journeys do not count.
type Fractribution struct{}

// Name returns "fractribution".
func (Fractribution) Name() string { return "fractribution" }

// Validate returns nil.
func (Fractribution) Validate() error { return nil }

// NewAccumulator implements [Model].
func (m Fractribution) NewAccumulator() Accumulator {
	return newAccumulator(identity{name: m.Name()}, new(pathRates).fresh())
}

// pathRates counts the journeys of each path.
type pathRates struct{ pathGroups }

func (*pathRates) fresh() tables { return &pathRates{pathGroups{by: byPath}} }

func (*pathRates) ready(*journey.Counted) error { return nil }

func (s *pathRates) merge(_ *tally, other tables, to []journey.Code) {
	s.pathGroups.merge(&other.(*pathRates).pathGroups, to)
}

// weigh returns the weights of the touches of a path that is not empty. It uses
// the memory of weights and key, and returns key for the next call.
func (s *pathRates) weigh(weights []float64, key []byte, codes []journey.Code) ([]float64, []byte) {
	weights = zeros(weights, len(codes))
	rate := func() float64 {
		if i, ok := s.index[string(key)]; ok {
			return s.groups[i].rate()
		}
		return 0
	}
	last := len(codes) - 1
	if last == 0 {
		weights[0] = 1
		return weights, key
	}
	key = appendKey(key[:0], codes...)
	p := rate()
	sum := 0.0
	for i := range codes {
		key = appendKey(appendKey(key[:0], codes[:i]...), codes[i+1:]...)
		weights[i] = max(0, p-rate())
		sum += weights[i]
	}
	if sum == 0 {
		weights[last] = 1
		return weights, key
	}
	for i := range weights {
		weights[i] /= sum
	}
	return weights, key
}

func (s *pathRates) credit(t *tally, _ *Result) (func(journey.Code) Credit, error) {
	sums := newCreditSums(t)
	var (
		codes   []journey.Code
		weights []float64
		key     []byte
	)
	for i := range s.groups {
		g := &s.groups[i]
		if g.conversions == 0 {
			continue
		}
		codes = keyCodes(codes[:0], g.key)
		weights, key = s.weigh(weights, key, codes)
		value := g.value.Float64()
		for j, c := range codes {
			if err := sums.add(c, weights[j], g.conversions, value); err != nil {
				return nil, err
			}
		}
	}
	return sums.credit, nil
}

func (s *pathRates) creditPath(t *tally) (pathRule, error) {
	own := &pathRates{*s.snapshot(t)}
	var (
		weights []float64
		key     []byte
	)
	return func(p *journey.Counted, codes []journey.Code, conversions, value []float64) error {
		if p.Conversions == 0 || len(codes) == 0 {
			return nil
		}
		weights, key = own.weigh(weights, key, codes)
		for i, w := range weights {
			conversions[i], value[i] = float64(p.Conversions)*w, p.Value*w
		}
		return nil
	}, nil
}

func (s *pathRates) append(t *tally, dst []byte) ([]byte, error) { return s.pathGroups.append(t, dst) }

func (s *pathRates) decode(t *tally, d *wire.Decoder) { s.pathGroups.decode(t, d) }
