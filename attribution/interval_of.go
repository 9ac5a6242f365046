package attribution

import (
	"context"
	"errors"
	"fmt"
)

// estimating are tables that can say how uncertain their credits are.
type estimating interface {
	tables
	// uncertainty returns it for the result r of the same tables.
	uncertainty(t *tally, r *Result) (*Uncertainty, error)
}

// UncertaintyOf returns how uncertain the result of the accumulator is. The
// accumulator is one of [Delta], [Sandwich] or [Bootstrap]; for any other the error
// is [ErrNoIntervals]. It is [ErrUnits] where there is one journey or customer
// only, an error of [Accumulator], or that of ctx.
func UncertaintyOf(ctx context.Context, a Accumulator) (*Uncertainty, error) {
	switch a := a.(type) {
	case *accumulator:
		e, ok := a.tables.(estimating)
		if !ok {
			break
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r, err := a.Result()
		if err != nil {
			return nil, err
		}
		return e.uncertainty(a.tally, r)
	case *bootstrap:
		return a.uncertainty(ctx)
	}
	return nil, ErrNoIntervals
}

// Uncertainties returns the uncertainty of each model, in the order of the models;
// nil for those without intervals.
func (s *Set) Uncertainties(ctx context.Context) ([]*Uncertainty, error) {
	var all []*Uncertainty
	for i, a := range s.accumulators {
		u, err := UncertaintyOf(ctx, a)
		if err != nil && !errors.Is(err, ErrNoIntervals) {
			return nil, fmt.Errorf("model %s: %w", s.models[i].Name(), err)
		}
		all = append(all, u)
	}
	return all, nil
}
