package journey

import "github.com/cjm-go/cjm/internal/enum"

// Policy says whether new evidence can take a customer of a [Tracker] back to an
// earlier stage. With either, [TrackerOptions.DormantAfter] adds decay.
type Policy uint8

const (
	// HighWater never goes back: the stage is the furthest one that there is
	// evidence of. Evidence of an earlier one is kept, and keeps the customer
	// awake. HubSpot's lifecycle stages work like this. The zero value.
	HighWater Policy = iota
	// Latest goes where the latest evidence says. A step to an earlier stage is
	// marked [FellBack].
	Latest
)

var policyNames = []string{HighWater: "high-water", Latest: "latest"}

// String returns "high-water" or "latest".
func (p Policy) String() string { return enum.String("Policy", policyNames, p) }

// MarshalText returns the text of [Policy.String].
func (p Policy) MarshalText() ([]byte, error) { return enum.Text("journey", "policy", policyNames, p) }

// UnmarshalText is the inverse of [Policy.MarshalText].
func (p *Policy) UnmarshalText(text []byte) error {
	return enum.Parse("journey", "policy", policyNames, text, p)
}
