package journey

import "github.com/cjm-go/cjm/internal/enum"

// Effect says what a touchpoint that a [Rule] matches does to the stage of its
// customer.
type Effect uint8

const (
	// Enters takes the customer to the stage, as far as the [Policy] allows. If
	// the stage is of phase [stage.AtPurchase], it is a purchase. The zero
	// value.
	Enters Effect = iota
	// Reports says that the customer is in the stage, as a field of a CRM does
	// each time that the record is saved. It differs from Enters in one point:
	// to say again that somebody bought is not a second purchase.
	Reports
	// Refunds undoes a purchase: that of the same order or, if the touchpoint
	// has no order number, the latest one not yet undone. From then on that
	// purchase does not count.
	Refunds
	// Activity keeps the customer awake and changes nothing else.
	Activity
)

var effectNames = []string{Enters: "enters", Reports: "reports", Refunds: "refunds", Activity: "activity"}

// String returns "enters", "reports", "refunds" or "activity".
func (e Effect) String() string { return enum.String("Effect", effectNames, e) }

// MarshalText returns the text of [Effect.String].
func (e Effect) MarshalText() ([]byte, error) { return enum.Text("journey", "effect", effectNames, e) }

// UnmarshalText is the inverse of [Effect.MarshalText].
func (e *Effect) UnmarshalText(text []byte) error {
	return enum.Parse("journey", "effect", effectNames, text, e)
}
