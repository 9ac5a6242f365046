package journey

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cjm-go/cjm/stage"
)

// Evidence is what a [Store] keeps of a touchpoint that a [Rule] matched: all
// that a [Tracker] needs in order to say which stage a customer is in, and why.
// It holds no text of the customer but the order number.
type Evidence struct {
	// ID is the touchpoint's.
	ID uuid.UUID `json:"id"`
	// Time is when the interaction happened, in UTC, to the nanosecond, within
	// the years 1 to 9999.
	Time time.Time `json:"time"`
	// Seq orders evidence of the same time.
	Seq int64 `json:"seq,omitzero"`
	// Rule is the name of the rule that matched.
	Rule string `json:"rule"`
	// Stage is the rule's To; empty if it has none.
	Stage stage.Stage `json:"stage,omitempty"`
	// Effect is the rule's.
	Effect Effect `json:"effect"`
	// Order is the order number; empty if there is none.
	Order string `json:"order,omitempty"`
}

// Compare puts the evidence of one customer in order: by Time, Seq and ID, as
// [github.com/cjm-go/cjm/touchpoint.Touchpoint.Compare] does, then by the other
// fields. Only what is the same in every field compares equal.
func (e *Evidence) Compare(f *Evidence) int {
	if c := e.Time.Compare(f.Time); c != 0 {
		return c
	}
	if c := cmp.Compare(e.Seq, f.Seq); c != 0 {
		return c
	}
	if c := bytes.Compare(e.ID[:], f.ID[:]); c != 0 {
		return c
	}
	return cmp.Or(
		strings.Compare(e.Rule, f.Rule),
		cmp.Compare(e.Stage, f.Stage),
		cmp.Compare(e.Effect, f.Effect),
		strings.Compare(e.Order, f.Order),
	)
}

// CustomerEvidence is all evidence of one customer, in order.
type CustomerEvidence struct {
	Customer string
	Evidence []Evidence
}

// Store keeps the evidence of customers for a [Tracker]: for each customer a set
// of [Evidence] with distinct IDs, ordered by [Evidence.Compare]. Package
// [github.com/cjm-go/cjm/journey/journeytest] has the tests that a Store must
// pass.
//
// A Store is safe for concurrent use, also by several processes where it is
// shared by them. The caller does not change a slice that it gets, nor does the
// Store afterwards. Customers are compared and sorted byte by byte. An error
// holds nothing of a customer.
type Store interface {
	// Add puts e into the evidence of the customer as [InsertEvidence] does, in
	// one transaction, and returns the evidence before (nil for a new customer)
	// and after. When it returns without an error, the change is durable. After
	// an error it either happened or not; to call it again is safe. Concurrent
	// calls for one customer take effect one after the other.
	Add(ctx context.Context, customer string, e Evidence) (was, now []Evidence, err error)
	// Evidence returns the evidence of the customer, nil if there is none.
	Evidence(ctx context.Context, customer string) ([]Evidence, error)
	// Quiet yields, sorted, the customers whose latest evidence has its Time in
	// [from, to). A zero from means from the beginning, a zero to without end.
	// After an error the sequence ends. The body of the loop does not call the
	// Store, which may hold a connection meanwhile.
	Quiet(ctx context.Context, from, to time.Time) iter.Seq2[string, error]
	// All yields every customer that has evidence, sorted. A customer that
	// changes meanwhile is yielded as before or as after. Otherwise as Quiet.
	All(ctx context.Context) iter.Seq2[CustomerEvidence, error]
	// Erase removes every trace of the customer and returns the evidence that
	// it had, nil if there was none.
	Erase(ctx context.Context, customer string) ([]Evidence, error)
}

// InsertEvidence returns the set with e in its place, for those who write a
// [Store]. If the set has evidence with the ID of e already, the lesser of the
// two by [Evidence.Compare] is kept: a touchpoint that is delivered twice is
// kept once, and one of which the deliveries differ, say by a corrected time, is
// the same whichever came first. The set was stays as it is; changed is false,
// and now is was, if there is nothing to do.
func InsertEvidence(was []Evidence, e Evidence) (now []Evidence, changed bool) {
	old := slices.IndexFunc(was, func(x Evidence) bool { return x.ID == e.ID })
	if old >= 0 && was[old].Compare(&e) <= 0 {
		return was, false
	}
	at, _ := slices.BinarySearchFunc(was, e, func(x, e Evidence) int { return x.Compare(&e) })
	now = make([]Evidence, 0, len(was)+1)
	now = append(append(now, was[:at]...), e)
	if old < 0 {
		return append(now, was[at:]...), true
	}
	return append(append(now, was[at:old]...), was[old+1:]...), true // e is less, so at <= old
}
