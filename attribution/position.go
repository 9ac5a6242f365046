package attribution

import (
	"fmt"
	"math"
	"time"

	"github.com/cjm-go/cjm/journey"
)

// PositionBased gives fixed parts of a converting path to its first and its last
// touch and shares the rest equally among those between.
//
// The only touch of a path gets all of it. Of two touches each gets its part as
// First is to Last: half each by default.
type PositionBased struct {
	// First and Last are parts in [0, 1] that add up to at most 1. If both are
	// 0 they are 0.4 each: the usual 40/20/40.
	First, Last float64
}

// Name returns "position".
func (PositionBased) Name() string { return "position" }

// Validate reports parts outside of [0, 1] or above 1 together.
func (m PositionBased) Validate() error {
	if !(m.First >= 0 && m.Last >= 0 && m.First+m.Last <= 1) {
		return configError(m.Name(), "First and Last must be parts that add up to at most 1")
	}
	return nil
}

// NewAccumulator implements [Model].
func (m PositionBased) NewAccumulator() Accumulator {
	first, last := m.First, m.Last
	if first == 0 && last == 0 {
		first, last = 0.4, 0.4
	}
	return newAccumulator(
		identity{name: m.Name(), config: fmt.Sprintf("%v,%v", first, last)},
		&weightedSplit{weigh: func(dst []float64, _ *journey.Counted) error {
			n := len(dst)
			if n == 1 {
				dst[0] = 1
				return nil
			}
			for i := 1; i < n-1; i++ {
				dst[i] = max(0, 1-first-last) / float64(n-2)
			}
			dst[0], dst[n-1] = first, last
			return nil
		}},
	)
}

// DefaultHalfLife is the half-life of [TimeDecay] where none is set.
const DefaultHalfLife = 7 * 24 * time.Hour

// TimeDecay weighs a touch by how long before the conversion it happened: one
// half-life earlier, half the weight. Only real times will do; a converting path
// without them is [ErrNoTimes].
type TimeDecay struct {
	// HalfLife is the time in which a touch loses half of its weight. 0 means
	// seven days.
	HalfLife time.Duration
}

// Name returns "time-decay".
func (TimeDecay) Name() string { return "time-decay" }

// Validate reports a negative half-life.
func (m TimeDecay) Validate() error {
	if m.HalfLife < 0 {
		return configError(m.Name(), "the half-life is negative")
	}
	return nil
}

// NewAccumulator implements [Model].
func (m TimeDecay) NewAccumulator() Accumulator {
	half := m.HalfLife
	if half == 0 {
		half = DefaultHalfLife
	}
	return newAccumulator(
		identity{name: m.Name(), config: half.String()},
		&weightedSplit{weigh: func(dst []float64, p *journey.Counted) error {
			if p.Ages == nil {
				return ErrNoTimes
			}
			// Relative to the latest touch no weight of a long path vanishes.
			latest := p.Ages[0]
			for _, age := range p.Ages {
				latest = min(latest, age)
			}
			for i, age := range p.Ages {
				dst[i] = math.Exp2((float64(latest) - float64(age)) / float64(half))
			}
			return nil
		}},
	)
}

// Weighted is a model of your own, given by the weights of a path's touches.
type Weighted struct {
	// Label is the name of the model in results. It also tells one weighted
	// model from another when accumulators are merged.
	Label string
	// Weights sets dst[i] to the weight of the i-th touch of p, relative to the
	// other touches: finite, not negative, not all zero. dst has one element a
	// touch and comes in as zeros; p must not be changed or kept. The result
	// must depend on nothing but p.
	Weights func(dst []float64, p *journey.Counted)
}

// Name returns the label, "weighted" if there is none.
func (m Weighted) Name() string {
	if m.Label == "" {
		return "weighted"
	}
	return m.Label
}

// Validate reports a missing function.
func (m Weighted) Validate() error {
	if m.Weights == nil {
		return configError(m.Name(), "Weights is nil")
	}
	return nil
}

// NewAccumulator implements [Model].
func (m Weighted) NewAccumulator() Accumulator {
	return newAccumulator(
		identity{name: m.Name(), config: "weights"},
		&weightedSplit{weigh: func(dst []float64, p *journey.Counted) error {
			m.Weights(dst, p)
			return nil
		}},
	)
}

func configError(model, problem string) error {
	return fmt.Errorf("%w: %s: %s", ErrConfig, model, problem)
}
