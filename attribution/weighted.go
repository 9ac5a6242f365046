package attribution

import (
	"fmt"
	"math"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

// weightedSplit serves the models that share the conversions and value of a
// converting path among its touches by weights. The weights of a path are rounded,
// once; all that follows is exact, so neither the order of the paths matters nor
// how many journeys a path stands for.
type weightedSplit struct {
	// weigh sets dst, one element a touch and all zero, to the weights.
	weigh func(dst []float64, p *journey.Counted) error

	conversions, value []exact.Sum // by code
	weights            []float64   // of the path that is ready
}

func (s *weightedSplit) fresh() tables { return &weightedSplit{weigh: s.weigh} }

// ready sets s.weights to the weights of the path, which add up to 1.
func (s *weightedSplit) ready(p *journey.Counted) error {
	n := len(p.Channels)
	if p.Conversions == 0 || n == 0 {
		return nil
	}
	if cap(s.weights) < n {
		s.weights = make([]float64, n)
	}
	s.weights = s.weights[:n]
	clear(s.weights)
	if err := s.weigh(s.weights, p); err != nil {
		return err
	}
	largest := 0.0
	for i, w := range s.weights {
		if !(w >= 0) || math.IsInf(w, 0) {
			return fmt.Errorf("%w: the weight of touch %d of %d is negative or not finite", ErrWeights, i+1, n)
		}
		largest = max(largest, w)
	}
	if largest == 0 {
		return fmt.Errorf("%w: the weights of a path of %d touches are all zero", ErrWeights, n)
	}
	sum := 0.0
	for i, w := range s.weights {
		s.weights[i] = w / largest // their sum cannot overflow
		sum += s.weights[i]
	}
	for i := range s.weights {
		s.weights[i] /= sum
	}
	return nil
}

func (s *weightedSplit) count(t *tally, p *journey.Counted, codes []journey.Code) {
	if p.Conversions == 0 {
		return
	}
	s.grow(t)
	for i, c := range codes {
		if w := s.weights[i]; w > 0 {
			s.conversions[c].AddProduct(w, p.Conversions)
			product := p.Value * w
			s.value[c].Add(product)
			s.value[c].Add(math.FMA(p.Value, w, -product))
		}
	}
}

func (s *weightedSplit) grow(t *tally) {
	if n := t.size() - len(s.conversions); n > 0 {
		s.conversions = append(s.conversions, make([]exact.Sum, n)...)
		s.value = append(s.value, make([]exact.Sum, n)...)
	}
}

func (s *weightedSplit) merge(t *tally, other tables, to []journey.Code) {
	s.grow(t)
	o := other.(*weightedSplit)
	for c := range o.conversions {
		s.conversions[to[c]].Merge(&o.conversions[c])
		s.value[to[c]].Merge(&o.value[c])
	}
}

func (s *weightedSplit) credit(t *tally, _ *Result) (func(journey.Code) Credit, error) {
	s.grow(t)
	return func(c journey.Code) Credit {
		return Credit{Conversions: s.conversions[c].Float64(), Value: s.value[c].Float64()}
	}, nil
}

func (s *weightedSplit) append(t *tally, dst []byte) ([]byte, error) {
	s.grow(t)
	for _, c := range t.dict().Sorted() {
		var err error
		if dst, err = s.conversions[c].AppendBinary(dst); err != nil {
			return nil, err
		}
		if dst, err = s.value[c].AppendBinary(dst); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

func (s *weightedSplit) decode(t *tally, d *wire.Decoder) {
	s.grow(t)
	for c := range s.conversions {
		d.Sum(&s.conversions[c])
		d.Sum(&s.value[c])
	}
}
