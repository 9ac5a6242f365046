package dropoff

import (
	"fmt"
	"slices"
	"strings"
)

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

var adjustmentNames = [...]string{Holm: "holm", BenjaminiHochberg: "benjamini-hochberg"}

// String returns "holm" or "benjamini-hochberg".
func (a Adjustment) String() string { return changeName(adjustmentNames[:], "Adjustment", uint8(a)) }

// MarshalText returns the text of [Adjustment.String]. A value that is none of the
// constants is an error.
func (a Adjustment) MarshalText() ([]byte, error) {
	return marshalChangeName(adjustmentNames[:], "Adjustment", uint8(a))
}

// UnmarshalText is the inverse of [Adjustment.MarshalText].
func (a *Adjustment) UnmarshalText(text []byte) error {
	return unmarshalChangeName(adjustmentNames[:], "Adjustment", text, (*uint8)(a))
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

var testNames = [...]string{NoTest: "none", ChiSquare: "chi-square", FisherExact: "fisher"}

// String returns "none", "chi-square" or "fisher".
func (t Test) String() string { return changeName(testNames[:], "Test", uint8(t)) }

// MarshalText returns the text of [Test.String]. A value that is none of the
// constants is an error.
func (t Test) MarshalText() ([]byte, error) {
	return marshalChangeName(testNames[:], "Test", uint8(t))
}

// UnmarshalText is the inverse of [Test.MarshalText].
func (t *Test) UnmarshalText(text []byte) error {
	return unmarshalChangeName(testNames[:], "Test", text, (*uint8)(t))
}

// Side is one of the two groups that are compared.
type Side uint8

const (
	// Before is the first group: the earlier period, or the control arm.
	Before Side = iota
	// After is the second: the later period, or the arm with the change.
	After
)

var sideNames = [...]string{Before: "before", After: "after"}

// String returns "before" or "after".
func (s Side) String() string { return changeName(sideNames[:], "Side", uint8(s)) }

// MarshalText returns the text of [Side.String]. A value that is none of the
// constants is an error.
func (s Side) MarshalText() ([]byte, error) {
	return marshalChangeName(sideNames[:], "Side", uint8(s))
}

// UnmarshalText is the inverse of [Side.MarshalText].
func (s *Side) UnmarshalText(text []byte) error {
	return unmarshalChangeName(sideNames[:], "Side", text, (*uint8)(s))
}

func changeName(names []string, typ string, c uint8) string {
	if int(c) >= len(names) {
		return fmt.Sprintf("%s(%d)", typ, c)
	}
	return names[c]
}

func marshalChangeName(names []string, typ string, c uint8) ([]byte, error) {
	if int(c) >= len(names) {
		return nil, fmt.Errorf("dropoff: no such %s: %d", typ, c)
	}
	return []byte(names[c]), nil
}

func unmarshalChangeName(names []string, typ string, text []byte, c *uint8) error {
	i := slices.Index(names, string(text))
	if i < 0 {
		return fmt.Errorf("dropoff: no such %s, want %s", typ, strings.Join(names, ", "))
	}
	*c = uint8(i)
	return nil
}
