package journey

import (
	"errors"
	"fmt"
	"time"
)

// Errors of a [Tracker].
var (
	// ErrUnknownCustomer says that there is no evidence of the customer, or
	// none up to the time asked for.
	ErrUnknownCustomer = errors.New("journey: unknown customer")
	// ErrNoDormancy says that a question about dormant customers was put to a
	// tracker for which nobody is ever dormant.
	ErrNoDormancy = errors.New("journey: TrackerOptions.DormantAfter is 0")
	// ErrFuture says that a touchpoint happened after it was received.
	ErrFuture = errors.New("in the future")
	// ErrTooLong says that a text is longer than a [Tracker] keeps.
	ErrTooLong = errors.New("longer than 1024 bytes")
)

const (
	// DefaultMaxAhead is how far the Time of a touchpoint may lie after its
	// Received where [TrackerOptions.MaxAhead] is 0: clocks differ.
	DefaultMaxAhead = time.Hour
	// AnyAhead switches the check for touchpoints from the future off.
	AnyAhead time.Duration = -1
	// MaxKey is how long the name of a customer and an order number may be for
	// a [Tracker], in bytes.
	MaxKey = 1024
)

// TrackerOptions are the settings of a [Tracker]. Rules are needed.
type TrackerOptions struct {
	// Rules say what a touchpoint means. The stage is settled when it is
	// observed: rules that change later do not change what is in the store.
	Rules Rules
	// Policy says whether a customer can go back to an earlier stage. The zero
	// value is [HighWater].
	Policy Policy
	// DormantAfter makes a customer dormant from the moment on that is this
	// long after the latest evidence. 0 means that nobody ever is.
	DormantAfter time.Duration
	// MaxAhead is how far the Time of a touchpoint may lie after its Received;
	// beyond it the touchpoint is refused with [ErrFuture]. 0 means
	// [DefaultMaxAhead]; [AnyAhead] means that none is refused.
	MaxAhead time.Duration
	// Now stands in for a Received that is not known. Nil means that such
	// touchpoints are not checked. It is the only clock there is.
	Now func() time.Time
}

// Validate reports what is wrong with the settings, all at once.
func (o TrackerOptions) Validate() error {
	var errs []error
	bad := func(is bool, field, reason string) {
		if is {
			errs = append(errs, fmt.Errorf("journey: TrackerOptions.%s: %s", field, reason))
		}
	}
	bad(int(o.Policy) >= len(policyNames), "Policy", "no such policy")
	bad(o.DormantAfter < 0, "DormantAfter", "negative")
	bad(o.MaxAhead < 0 && o.MaxAhead != AnyAhead, "MaxAhead", "negative")
	return errors.Join(o.Rules.Validate(), errors.Join(errs...))
}

// Tracker says which stage each customer is in, since when, and why, as
// touchpoints come in. It is safe for concurrent use.
//
// # What the answer depends on
//
// A [Rule] turns a touchpoint into [Evidence], which goes into the [Store]. Every
// answer is made of the set of evidence that a customer has up to the time asked
// for, in order of time, and of nothing else. So touchpoints may come late,
// twice and in any order, in any number of processes that share a store, and the
// answers are those of the sorted stream. Nothing that happened after the time
// asked for has any bearing.
//
// Two touchpoints with the same ID are one: of two that differ, the one that
// [Evidence.Compare] puts first counts. The ID counts within its customer.
//
// # What evidence does
//
// "Before" and "earlier" are by the order of the model.
//
//	evidence of                    HighWater           Latest
//	a later stage                  Entered             Entered
//	the same stage                 nothing             nothing
//	an earlier stage               nothing             FellBack
//	a stage of no phase            Entered             Entered
//	after that, an earlier stage   nothing             FellBack
//	  than before that
//	the first purchase             Entered             Entered
//	another purchase               Repeated; goes up   Repeated; goes there
//	                               or stays
//	a purchase that is known       nothing             nothing
//	  by the effect Reports        nothing             as of any stage
//	a refund                       Refunded, to where the other evidence leads
//	activity                       nothing             nothing
//	anything after DormantAfter    Slept and Woke, then as above
//
// A purchase is evidence of a stage of phase [stage.AtPurchase]. A new one is never
// a fall back. It is another one if the customer has one that is not undone, or has
// come to a stage of that phase or after it. It is known if one with the same order
// number is there and not undone or, by the effect [Reports] and without a number,
// if any is.
//
// A refund undoes the purchase of its order number; one without a number, the
// latest not yet undone; it undoes nothing if there is none before it. From its
// time on, that purchase does not count, nor does other evidence before it of the
// same order number in a stage from the purchase on. Where the rule of a refund
// has a stage, that counts as evidence after it.
//
// A customer is dormant from DormantAfter past the latest evidence up to the next,
// and stays in the stage meanwhile.
//
// # What it costs
//
// On a [MemoryStore] a touchpoint that is the latest of its customer takes
// constant time, unless a purchase is undone. Otherwise the time grows with the
// customer's evidence, as it does for every question about a customer.
type Tracker struct {
	options TrackerOptions
	matcher *matcher
	machine *machine
	rules   []trackerRule
	store   Store
	// The store, if it is one in memory, and the machine in there.
	memory   *MemoryStore
	inMemory memoryMachine
}

// trackerRule is what a [Tracker] looks up once for each rule.
type trackerRule struct {
	to int32  // position of its stage
	id uint32 // its number in the MemoryStore
}

// NewTracker returns a tracker over the store, or over a new [MemoryStore] if the
// store is nil. Several trackers may share one. The error is that of
// [TrackerOptions.Validate].
func NewTracker(o TrackerOptions, s Store) (*Tracker, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if s == nil {
		s = new(MemoryStore)
	}
	o.Rules.Model.Steps = append(o.Rules.Model.Steps[:0:0], o.Rules.Model.Steps...)
	t := &Tracker{
		options: o, store: s,
		matcher: newMatcher(o.Rules.Rules),
		machine: newMachine(o.Rules.Model, o.Policy, o.DormantAfter),
	}
	if memory, ok := s.(*MemoryStore); ok {
		t.memory, t.inMemory = memory, memory.register(t.machine)
	}
	for i := range t.matcher.rules {
		rule := &t.matcher.rules[i]
		r, err := t.rule(&Evidence{Rule: rule.Name, Stage: rule.To, Effect: rule.Effect})
		if err != nil {
			return nil, err
		}
		t.rules = append(t.rules, r)
	}
	return t, nil
}

func (t *Tracker) rule(e *Evidence) (r trackerRule, err error) {
	r.to, err = t.machine.position(e)
	if t.memory != nil && err == nil {
		r.id = t.memory.rules.idOf(e)
	}
	return r, err
}
