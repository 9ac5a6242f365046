package journey

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/cjm-go/cjm/stage"
)

// Current returns where the customer stood at the time, by the evidence up to and
// including it. The error is [ErrUnknownCustomer] if there is none,
// [ErrUnknownStage] if there is some of a stage that the model lacks, or one of
// the store.
func (t *Tracker) Current(ctx context.Context, customer string, at time.Time) (Standing, error) {
	r, err := t.replay(ctx, customer, at)
	if err != nil {
		return Standing{}, err
	}
	return r.where(customer), nil
}

// History returns the transitions of the customer up to and including the time,
// in order. It is empty for a customer of whom only activity is known. Errors are
// those of [Tracker.Current].
func (t *Tracker) History(ctx context.Context, customer string, at time.Time) ([]Transition, error) {
	r, err := t.replay(ctx, customer, at)
	if err != nil {
		return nil, err
	}
	return r.made, nil
}

// TimeIn returns how long the customer was in each stage up to the time, in the
// order of the model, without those that the customer never was in. Errors are
// those of [Tracker.Current].
func (t *Tracker) TimeIn(ctx context.Context, customer string, at time.Time) ([]StageTime, error) {
	r, err := t.replay(ctx, customer, at)
	if err != nil {
		return nil, err
	}
	return r.times(at), nil
}

func (t *Tracker) replay(ctx context.Context, customer string, at time.Time) (*replay, error) {
	evidence, err := t.store.Evidence(ctx, customer)
	if err != nil {
		return nil, err
	}
	if len(evidence) == 0 || evidence[0].Time.After(at) {
		return nil, ErrUnknownCustomer
	}
	return t.machine.run(evidence, at)
}

// LostAt yields, sorted by customer, those who became dormant in the stage within
// [from, to) and still were at the time at. A zero from means from the beginning,
// a zero to without end. So this is who was lost in the cart this week, when
// DormantAfter is 30 days and the last sign of them is 30 to 37 days old:
//
//	tracker.LostAt(ctx, stage.Decision, now.AddDate(0, 0, -7), now, now)
//
// The last error of the sequence is [ErrNoDormancy], [ErrUnknownStage] or one as
// of [Tracker.Current].
func (t *Tracker) LostAt(ctx context.Context, s stage.Stage, from, to, at time.Time) iter.Seq2[Standing, error] {
	return func(yield func(Standing, error) bool) {
		customers, err := t.silent(ctx, s, from, to, at)
		for _, customer := range customers {
			r, err := t.replay(ctx, customer, at)
			if err == ErrUnknownCustomer {
				continue // not known yet at the time, or erased meanwhile
			}
			if err != nil {
				yield(Standing{}, err)
				return
			}
			where := r.where(customer)
			if where.Stage != s || !where.Dormant || where.DormantSince.Before(from) ||
				!to.IsZero() && !where.DormantSince.Before(to) {
				continue
			}
			if !yield(where, nil) {
				return
			}
		}
		if err != nil {
			yield(Standing{}, err)
		}
	}
}

// silent returns, sorted, all customers whom LostAt can yield, and some more.
func (t *Tracker) silent(ctx context.Context, s stage.Stage, from, to, at time.Time) ([]string, error) {
	after := t.options.DormantAfter
	if after == 0 {
		return nil, ErrNoDormancy
	}
	if _, ok := t.machine.index[s]; !ok {
		return nil, fmt.Errorf("%w %q", ErrUnknownStage, s)
	}
	end := at.Add(1)
	var customers []string
	gather := func(from, to time.Time) error {
		for customer, err := range t.store.Quiet(ctx, from, to) {
			if err != nil {
				return err
			}
			customers = append(customers, customer)
		}
		return nil
	}
	// Those who are still silent today.
	first, last := from, end
	if !to.IsZero() && to.Before(end) {
		last = to
	}
	if first, last = earlier(first, after), earlier(last, after); first.Before(last) {
		if err := gather(first, last); err != nil {
			return nil, err
		}
	}
	// Those who have come back since, of whom the store only tells the latest.
	if err := gather(end, time.Time{}); err != nil {
		return nil, err
	}
	slices.Sort(customers)
	return slices.Compact(customers), nil
}

// earlier returns the time d before t, the zero time if that is before all times.
func earlier(t time.Time, d time.Duration) time.Time {
	if t = t.Add(-d); t.Before(time.Time{}) {
		return time.Time{}
	}
	return t
}
