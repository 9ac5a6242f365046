package journey

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"time"
)

// Counted is the lean form of a journey, or of several that went over the same
// channels: what attribution models and chains count. It holds nothing of a
// customer but a hash.
//
// A Counted is often a view on memory that its source uses again: keep a
// [Counted.Clone], not the value itself.
type Counted struct {
	// Dictionary names the codes in Channels.
	Dictionary *Dictionary
	// Channels are the codes of the touches in order. Empty for a journey
	// without a touch.
	Channels []Code
	// Ages, where times are known, say how long before the end of the journey
	// each touch happened; same length as Channels. Nil where times are not
	// known.
	Ages []time.Duration
	// Conversions, Nulls and Opens count the journeys by outcome: converted,
	// lost, not ended yet. None is negative.
	Conversions, Nulls, Opens int64
	// Value is the worth of all Conversions together. It is finite, not
	// negative, and 0 where Conversions is 0.
	Value float64
	// Customer is a hash of the customer; 0 if not known.
	Customer uint64
}

// Errors of a [Counted].
var (
	// ErrNegative says that a count or a value is below zero.
	ErrNegative = errors.New("journey: negative")
	// ErrNotFinite says that a value is infinite or not a number.
	ErrNotFinite = errors.New("journey: not a finite number")
	// ErrValueWithoutConversion says that a value is given where nothing converted. No
	// channel could be credited with it.
	ErrValueWithoutConversion = errors.New("journey: value without conversion")
	// ErrOverflow says that a count exceeds 2^63-1.
	ErrOverflow = errors.New("journey: count overflows 2^63-1")
	// ErrAges says that there are ages, but not one a touch.
	ErrAges = errors.New("journey: not one age a touch")
)

// Journeys returns how many journeys the path stands for. The error is
// [ErrOverflow] where that exceeds 2^63-1.
func (p *Counted) Journeys() (int64, error) {
	n, carry := bits.Add64(uint64(p.Conversions), uint64(p.Nulls), 0)
	n, carry2 := bits.Add64(n, uint64(p.Opens), 0)
	if carry+carry2 > 0 || n > math.MaxInt64 {
		return 0, ErrOverflow
	}
	return int64(n), nil
}

// Validate reports what is wrong with the path, all at once.
func (p *Counted) Validate() error {
	if p.Conversions >= 0 && p.Nulls >= 0 && p.Opens >= 0 && p.Value >= 0 && p.Value <= math.MaxFloat64 &&
		(p.Conversions > 0 || p.Value == 0) && (p.Ages == nil || len(p.Ages) == len(p.Channels)) {
		return nil
	}
	var errs []error
	for _, c := range [...]struct {
		name  string
		count int64
	}{{"conversions", p.Conversions}, {"nulls", p.Nulls}, {"opens", p.Opens}} {
		if c.count < 0 {
			errs = append(errs, fmt.Errorf("%w: %s", ErrNegative, c.name))
		}
	}
	switch {
	case math.IsNaN(p.Value) || math.IsInf(p.Value, 0):
		errs = append(errs, fmt.Errorf("%w: value", ErrNotFinite))
	case p.Value < 0:
		errs = append(errs, fmt.Errorf("%w: value", ErrNegative))
	case p.Value > 0 && p.Conversions == 0:
		errs = append(errs, ErrValueWithoutConversion)
	}
	if p.Ages != nil && len(p.Ages) != len(p.Channels) {
		errs = append(errs, ErrAges)
	}
	return errors.Join(errs...)
}

// Timed reports whether the ages of all touches are known and make sense: none is
// negative, and they descend, so the touches are in order and the end comes after
// them. It is true of a path without touches.
func (p *Counted) Timed() bool {
	if len(p.Ages) != len(p.Channels) {
		return false
	}
	for i, age := range p.Ages {
		if age < 0 || i > 0 && age > p.Ages[i-1] {
			return false
		}
	}
	return true
}

// Clone returns a copy that shares no memory with p but the Dictionary.
func (p *Counted) Clone() *Counted {
	q := *p
	q.Channels = append([]Code(nil), p.Channels...)
	if p.Ages != nil {
		q.Ages = append(make([]time.Duration, 0, len(p.Ages)), p.Ages...)
	}
	return &q
}
