package journey

import (
	"time"

	"github.com/cjm-go/cjm/internal/enum"

	"github.com/google/uuid"

	"github.com/cjm-go/cjm/stage"
)

// TransitionKind says what happened in a [Transition].
type TransitionKind uint8

const (
	// Entered: the customer came to the stage To, from none or an earlier one,
	// or from or to one outside of the way to the purchase. The zero value.
	Entered TransitionKind = iota
	// FellBack: the customer came to a stage earlier than the one before.
	FellBack
	// Repeated: a customer bought again. From and To differ only where the
	// policy takes the customer to another stage.
	Repeated
	// Refunded: a purchase was undone. From and To may be equal.
	Refunded
	// Slept: the customer became dormant, DormantAfter past the latest
	// evidence, which is the one named. From and To are equal.
	Slept
	// Woke: the customer came back. From and To are equal.
	Woke
)

var transitionNames = []string{
	Entered: "entered", FellBack: "fell-back", Repeated: "repeated",
	Refunded: "refunded", Slept: "slept", Woke: "woke",
}

// String returns "entered", "fell-back", "repeated", "refunded", "slept" or
// "woke".
func (k TransitionKind) String() string { return enum.String("TransitionKind", transitionNames, k) }

// MarshalText returns the text of [TransitionKind.String].
func (k TransitionKind) MarshalText() ([]byte, error) {
	return enum.Text("journey", "kind of transition", transitionNames, k)
}

// UnmarshalText is the inverse of [TransitionKind.MarshalText].
func (k *TransitionKind) UnmarshalText(text []byte) error {
	return enum.Parse("journey", "kind of transition", transitionNames, text, k)
}

// Transition is one event in the life of a customer, with the rule and the
// touchpoint that are the reason for it. It can be compared with ==.
type Transition struct {
	// At is when it happened, in UTC.
	At   time.Time      `json:"at"`
	Kind TransitionKind `json:"kind"`
	// From is empty where there was no stage before, To where there is none
	// any more: after the refund of a purchase that was all that is known.
	From       stage.Stage `json:"from,omitempty"`
	To         stage.Stage `json:"to,omitempty"`
	Rule       string      `json:"rule"`
	Touchpoint uuid.UUID   `json:"touchpoint"`
}

// missing returns, in order, the transitions of all that are not in these, which
// are both histories of one customer.
func missing(all, these []Transition) []Transition {
	var out []Transition
	start := 0 // of these, the first as late as the next of all
next:
	for _, t := range all {
		for start < len(these) && these[start].At.Before(t.At) {
			start++
		}
		for _, u := range these[start:] {
			if u.At.After(t.At) {
				break
			}
			if u == t {
				continue next
			}
		}
		out = append(out, t)
	}
	return out
}
