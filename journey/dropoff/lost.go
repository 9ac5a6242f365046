package dropoff

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// ErrStep says that nobody can be lost at a step: there is none of the number, or it
// is the first, which who does not do has not entered, or it is optional, so that
// who ends there is lost at the next one that is not.
var ErrStep = errors.New("dropoff: nobody can be lost at this step")

// LostCustomer is a customer who came to a step of a [Funnel] and did not do it, for
// whatever reason: lost, timed out, interrupted, or stopped by an exclusion.
type LostCustomer struct {
	// Customer is who was lost.
	Customer string
	// Step is the number of the step, from 1, that the customer came to and did
	// not do.
	Step int
	// Attempt says how far the customer came, by which touches, and why no further.
	Attempt Attempt
	// Last is the customer's last touch, up to AsOf.
	Last touchpoint.Touchpoint
	// Next are the touches after the last one that counted, up to AsOf: what the
	// customer did instead. It is nil if there are none, or if a tool that the
	// funnel is [Like] does not say which touch was the last to count.
	Next []touchpoint.Touchpoint
}

// LostAt yields those who were lost at the step with the number, from 1, or at any
// step if it is 0: the Lost of [StepRow], one by one. With [EveryEntry] it yields
// every lost attempt of a customer. Whom an exclusion with Drop took out of the
// funnel was not lost in it. What it yields is the receiver's own, but for
// the Properties of touches, which are those of the paths.
//
// The errors of in pass through, and the stream goes on after them; errors of
// [Funnel.Validate], and [ErrStep], come first and end it.
func (f Funnel) LostAt(step int, in iter.Seq2[journey.Path, error]) iter.Seq2[LostCustomer, error] {
	return func(yield func(LostCustomer, error) bool) {
		evaluator, err := NewEvaluator(f)
		if err == nil {
			err = f.checkLostAt(step)
		}
		if err != nil {
			yield(LostCustomer{}, err)
			return
		}
		l := layoutOf(&f)
		var attempts []Attempt
		for p, err := range in {
			if err != nil {
				if !yield(LostCustomer{}, err) {
					return
				}
				continue
			}
			attempts = evaluator.Evaluate(&p, attempts[:0])
			for i := range attempts {
				a := &attempts[i]
				at, ok := l.lostAt(a)
				if !ok || step != 0 && at != step {
					continue
				}
				if !yield(lostCustomer(&p, a, at, f.AsOf, l), nil) {
					return
				}
			}
		}
	}
}

func (f *Funnel) checkLostAt(step int) error {
	switch {
	case step == 0:
		return nil
	case step < 0 || step > len(f.Steps):
		return fmt.Errorf("%w: %d of %d", ErrStep, step, len(f.Steps))
	case step == 1:
		return fmt.Errorf("%w: the first", ErrStep)
	case f.Steps[step-1].Optional:
		return fmt.Errorf("%w: %d, %q, is optional", ErrStep, step, f.Steps[step-1].Name)
	}
	return nil
}

func lostCustomer(p *journey.Path, a *Attempt, at int, asOf time.Time, l *layout) LostCustomer {
	lost := LostCustomer{Customer: p.Customer, Step: at, Attempt: *a}
	lost.Attempt.Hits = slices.Clone(a.Hits)
	last, traced := l.lastHit(a)
	for i := range p.Touchpoints {
		t := &p.Touchpoints[i]
		if !exists(t.Time, asOf) {
			continue
		}
		lost.Last = *t
		if traced && i > last {
			lost.Next = append(lost.Next, *t)
		}
	}
	return lost
}

// lastHit returns the index of the last touch that counted, and whether it is known:
// some tools do not say.
func (l *layout) lastHit(a *Attempt) (int, bool) {
	n := len(a.Hits)
	if n == 0 || !l.anyOrder && a.Hits[n-1].Step != a.Reached || l.anyOrder && n != a.Reached {
		return 0, false
	}
	return lastIndex(a.Hits), true
}

// lastIndex returns the index of the last of the touches in the path. Where those of
// one instant may follow each other in any order, it may not be the last hit.
func lastIndex(hits []Hit) int {
	last := 0
	for i := range hits {
		last = max(last, hits[i].Index)
	}
	return last
}
