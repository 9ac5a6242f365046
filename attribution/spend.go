package attribution

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// ErrSpend says that a cost cannot be: it is negative or not finite, or there is
// no channel that it is for.
var ErrSpend = errors.New("attribution: bad spend")

// SpendError reports the cost that [Spend.Add] refused.
type SpendError struct {
	// Channel is what the cost was for. It is not in the message.
	Channel touchpoint.Channel
	// Err is the reason.
	Err error
}

// Error tells the reason.
func (e *SpendError) Error() string { return ErrSpend.Error() + ": " + e.Err.Error() }

// Unwrap returns [ErrSpend] and the reason.
func (e *SpendError) Unwrap() []error { return []error{ErrSpend, e.Err} }

// Spend is what each channel cost, in the currency in which conversions are valued.
// The zero value is empty and ready. Costs are summed exactly, so their order does
// not matter. A Spend must not be copied after the first Add, and is not safe for
// concurrent use while it changes.
type Spend struct {
	costs map[touchpoint.Channel]*exact.Sum
	total exact.Sum
}

var (
	errNoChannel    = fmt.Errorf("%w: no channel", touchpoint.ErrMissing)
	errNoneChannel  = fmt.Errorf("%w: %s stands for journeys without a touch", touchpoint.ErrRange, journey.None)
	errCostNegative = fmt.Errorf("%w: negative", touchpoint.ErrRange)
	errCostInfinite = fmt.Errorf("%w: not finite", touchpoint.ErrRange)
	errCostTooLarge = fmt.Errorf("%w: all costs together are too large", touchpoint.ErrRange)
)

// Add adds a cost of the channel to those added before, one a day or campaign for
// instance. A cost of 0 says that the channel is known to be free. The error is a
// [*SpendError], of the class [ErrSpend]; nothing has changed then.
func (s *Spend) Add(channel touchpoint.Channel, cost float64) error {
	if err := s.add(channel, cost); err != nil {
		return &SpendError{Channel: channel, Err: err}
	}
	return nil
}

func (s *Spend) add(channel touchpoint.Channel, cost float64) error {
	switch {
	case channel == "":
		return errNoChannel
	case channel == journey.None:
		return errNoneChannel
	case math.IsNaN(cost) || math.IsInf(cost, 0):
		return errCostInfinite
	case cost < 0:
		return errCostNegative
	}
	s.total.Add(cost)
	if math.IsInf(s.total.Float64(), 0) {
		s.total.Add(-cost)
		return errCostTooLarge
	}
	if s.costs == nil {
		s.costs = make(map[touchpoint.Channel]*exact.Sum)
	}
	sum := s.costs[channel]
	if sum == nil {
		sum = new(exact.Sum)
		s.costs[channel] = sum
	}
	sum.Add(cost)
	return nil
}

// Cost returns what the channel cost and whether anything was added for it.
func (s *Spend) Cost(channel touchpoint.Channel) (float64, bool) {
	sum, ok := s.costs[channel]
	if !ok {
		return 0, false
	}
	return sum.Float64(), true
}

// Total returns what all channels cost together.
func (s *Spend) Total() float64 { return s.total.Float64() }

// Len returns the number of channels.
func (s *Spend) Len() int { return len(s.costs) }

// All yields the channels and their costs in the order of their names.
func (s *Spend) All() iter.Seq2[touchpoint.Channel, float64] {
	return func(yield func(touchpoint.Channel, float64) bool) {
		for _, channel := range slices.Sorted(maps.Keys(s.costs)) {
			if !yield(channel, s.costs[channel].Float64()) {
				return
			}
		}
	}
}
