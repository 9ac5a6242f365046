package attribution

import "fmt"

// SpendStatus says whether the money for a channel and its touches go together.
type SpendStatus uint8

const (
	// Matched: the channel has a cost and was touched.
	Matched SpendStatus = iota
	// Untouched: the channel has a cost, but no journey touched it. Perhaps it
	// brought nobody, perhaps it has another name in the journeys.
	Untouched
	// Unpaid: the channel was touched, but no cost is known for it. It need not
	// have been free: that is a cost of 0.
	Unpaid
	// NoTouch: the line of journeys without a touch, which nothing was spent on.
	NoTouch
)

var spendStatuses = [...]string{Matched: "matched", Untouched: "untouched", Unpaid: "unpaid", NoTouch: "no-touch"}

// String returns "matched", "untouched", "unpaid" or "no-touch".
func (s SpendStatus) String() string {
	if int(s) >= len(spendStatuses) {
		return fmt.Sprintf("SpendStatus(%d)", uint8(s))
	}
	return spendStatuses[s]
}

// MarshalText returns the text of [SpendStatus.String].
func (s SpendStatus) MarshalText() ([]byte, error) {
	return marshalEnum(uint8(s), spendStatuses[:], "SpendStatus")
}

// UnmarshalText is the inverse of [SpendStatus.MarshalText].
func (s *SpendStatus) UnmarshalText(text []byte) error {
	return unmarshalEnum((*uint8)(s), text, spendStatuses[:], "SpendStatus")
}
