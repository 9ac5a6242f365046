package journey

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/cjm-go/cjm/touchpoint"
)

// Change is what a touchpoint changed.
type Change struct {
	// Rule is the name of the rule that matched, empty if none did. In that
	// case nothing was kept.
	Rule string `json:"rule,omitempty"`
	// Duplicate: the touchpoint was known already, and nothing changed.
	Duplicate bool `json:"duplicate,omitzero"`
	// Made are the transitions that are in the customer's history now and were
	// not before, Revoked those that were and are no longer: a touchpoint that
	// comes late may change what came after it. Both are in order. The
	// histories are those up to the latest evidence, so the end of dormancy
	// brings its beginning along.
	Made    []Transition `json:"made,omitempty"`
	Revoked []Transition `json:"revoked,omitempty"`
}

// Observe takes in a touchpoint and returns what it changed. The touchpoint is
// not changed; one without ID has its [touchpoint.Touchpoint.ContentID]. When
// Observe returns without an error, the store has made it durable.
//
// A touchpoint that cannot be used is a [*touchpoint.RowError], tested for by
// [errors.As], and to try it again is of no use: [touchpoint.Touchpoint.Validate]
// refuses it (without a customer or time it is [touchpoint.ErrMissing], with a
// negative value [touchpoint.ErrRange]); it is more than MaxAhead in the future
// ([ErrFuture]); its customer or order number is too long ([ErrTooLong]). How long
// ago it happened does not matter.
//
// Any other error is one of the store or of ctx, and to observe the touchpoint
// again is safe; or [ErrUnknownStage], if the store has evidence of a stage that
// the model lacks.
func (t *Tracker) Observe(ctx context.Context, touch *touchpoint.Touchpoint) (Change, error) {
	if err := ctx.Err(); err != nil {
		return Change{}, err
	}
	if err := t.check(touch); err != nil {
		return Change{}, err
	}
	i := t.matcher.match(touch)
	if i < 0 {
		return Change{}, nil
	}
	rule := &t.matcher.rules[i]
	e := Evidence{
		ID: touch.ID, Time: touch.Time.Round(0).UTC(), Seq: touch.Seq,
		Rule: rule.Name, Stage: rule.To, Effect: rule.Effect,
	}
	if rule.Order != "" {
		e.Order = touch.Properties[rule.Order]
		if len(e.Order) > MaxKey {
			return Change{}, &touchpoint.RowError{Field: "properties." + rule.Order, Err: ErrTooLong}
		}
	}
	if e.ID == uuid.Nil {
		e.ID = touch.ContentID()
	}
	o, err := t.add(ctx, touch.Customer, &e, t.rules[i])
	if err != nil {
		return Change{}, err
	}
	return Change{Rule: rule.Name, Duplicate: !o.added, Made: o.made, Revoked: o.revoked}, nil
}

// check returns why the touchpoint cannot be used, nil if it can.
func (t *Tracker) check(touch *touchpoint.Touchpoint) error {
	if len(touch.Customer) > MaxKey {
		return &touchpoint.RowError{Field: "customer", Err: ErrTooLong}
	}
	if err := touch.Validate(); err != nil {
		return &touchpoint.RowError{Err: err}
	}
	ahead := t.options.MaxAhead
	switch ahead {
	case AnyAhead:
		return nil
	case 0:
		ahead = DefaultMaxAhead
	}
	received := touch.Received
	if received.IsZero() {
		if t.options.Now == nil {
			return nil
		}
		received = t.options.Now()
	}
	if touch.Time.After(received.Add(ahead)) {
		return &touchpoint.RowError{Field: "time", Err: ErrFuture}
	}
	return nil
}

// add puts the evidence of the rule into the store.
func (t *Tracker) add(ctx context.Context, customer string, e *Evidence, r trackerRule) (observed, error) {
	if t.memory != nil {
		return t.memory.observe(t.inMemory, customer, e, r)
	}
	was, now, err := t.store.Add(ctx, customer, *e)
	if err != nil {
		return observed{}, err
	}
	if slices.EqualFunc(was, now, func(a, b Evidence) bool { return a.Compare(&b) == 0 }) {
		return observed{}, nil
	}
	o, _, err := t.machine.compare(was, now)
	return o, err
}
