package journey

import (
	"context"
	"time"
)

// Erasure says what was removed of a customer. It holds nothing of the customer
// itself, so it may be logged.
type Erasure struct {
	// Evidence is how many pieces there were, of touchpoints from First to Last;
	// the zero times if there were none.
	Evidence int       `json:"evidence"`
	First    time.Time `json:"first,omitzero"`
	Last     time.Time `json:"last,omitzero"`
	// Orders is how many pieces had an order number.
	Orders int `json:"orders"`
}

// Erase removes every trace of the customer from the store and says what that was.
// A customer that is not known is no error. Nothing is kept by which a touchpoint
// that is delivered again could be told: it makes a new customer.
func (t *Tracker) Erase(ctx context.Context, customer string) (Erasure, error) {
	gone, err := t.store.Erase(ctx, customer)
	if err != nil || len(gone) == 0 {
		return Erasure{}, err
	}
	e := Erasure{Evidence: len(gone), First: gone[0].Time, Last: gone[len(gone)-1].Time}
	for i := range gone {
		if gone[i].Order != "" {
			e.Orders++
		}
	}
	return e, nil
}
