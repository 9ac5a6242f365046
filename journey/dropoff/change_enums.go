package dropoff

import "github.com/cjm-go/cjm/internal/enum"

// Adjustment says how p-values are adjusted because several steps are tested.
type Adjustment uint8

const (
	// Holm keeps the probability of any false alarm among the steps at the level,
	// however the tests depend on each other (Holm 1979).
	Holm Adjustment = iota
	// BenjaminiHochberg keeps the expected part of false alarms among all alarms at
	// the level, if the tests are independent or positively dependent (Benjamini
	// and Hochberg 1995). It finds more than Holm.
	BenjaminiHochberg
)

var adjustmentNames = []string{Holm: "holm", BenjaminiHochberg: "benjamini-hochberg"}

// String returns "holm" or "benjamini-hochberg".
func (a Adjustment) String() string { return enum.String("Adjustment", adjustmentNames, a) }

// MarshalText returns the text of [Adjustment.String].
func (a Adjustment) MarshalText() ([]byte, error) {
	return enum.Text("dropoff", "adjustment", adjustmentNames, a)
}

// UnmarshalText is the inverse of [Adjustment.MarshalText].
func (a *Adjustment) UnmarshalText(text []byte) error {
	return enum.Parse("dropoff", "adjustment", adjustmentNames, text, a)
}

// Test is a test of whether two rates are equal.
type Test uint8

const (
	// NoTest: there is nothing to test.
	NoTest Test = iota
	// ChiSquare is Pearson's test without continuity correction, used where every
	// expected count is at least 5.
	ChiSquare
	// FisherExact is Fisher's exact test, two-sided, used elsewhere.
	FisherExact
)

var testNames = []string{NoTest: "none", ChiSquare: "chi-square", FisherExact: "fisher"}

// String returns "none", "chi-square" or "fisher".
func (t Test) String() string { return enum.String("Test", testNames, t) }

// MarshalText returns the text of [Test.String].
func (t Test) MarshalText() ([]byte, error) {
	return enum.Text("dropoff", "test", testNames, t)
}

// UnmarshalText is the inverse of [Test.MarshalText].
func (t *Test) UnmarshalText(text []byte) error {
	return enum.Parse("dropoff", "test", testNames, text, t)
}

// Side is one of the two groups that are compared.
type Side uint8

const (
	// Before is the first group: the earlier period, or the control arm.
	Before Side = iota
	// After is the second: the later period, or the arm with the change.
	After
)

var sideNames = []string{Before: "before", After: "after"}

// String returns "before" or "after".
func (s Side) String() string { return enum.String("Side", sideNames, s) }

// MarshalText returns the text of [Side.String].
func (s Side) MarshalText() ([]byte, error) {
	return enum.Text("dropoff", "side", sideNames, s)
}

// UnmarshalText is the inverse of [Side.MarshalText].
func (s *Side) UnmarshalText(text []byte) error {
	return enum.Parse("dropoff", "side", sideNames, text, s)
}
