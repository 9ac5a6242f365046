package journey

import (
	"github.com/cjm-go/cjm/internal/enum"
)

// Order says in which order the touchpoints come to a [Builder].
type Order uint8

const (
	// Unordered: the touchpoints come in any order and are collected until the
	// input ends. The zero value.
	Unordered Order = iota
	// Grouped: all touchpoints of a customer come one after the other, in any
	// order among themselves, as after ORDER BY customer. Memory is bounded by
	// the largest customer.
	Grouped
)

// Split says what a [Builder] makes of a customer who converts more than once.
type Split uint8

const (
	// SplitAtConversion: each conversion ends a path, and the next touch
	// begins the next one. What attribution counts; the zero value.
	SplitAtConversion Split = iota
	// OnePerCustomer: one path a customer, with all touches and all
	// conversions, touches after the last conversion included.
	OnePerCustomer
)

// UnknownPolicy says what a [Builder] does with a touch whose channel is empty
// or not among those that it knows.
type UnknownPolicy uint8

const (
	// KeepUnknown: the touch keeps its channel; an empty one becomes
	// [UnknownChannel]. The zero value.
	KeepUnknown UnknownPolicy = iota
	// MergeUnknown: the channel becomes [UnknownChannel].
	MergeUnknown
	// DropUnknown: the touch is left out. If it is also a conversion, the
	// conversion stays.
	DropUnknown
	// RefuseUnknown: the touchpoint is left out, conversion and all, and an
	// [ErrUnknownChannel] is yielded for it.
	RefuseUnknown
)

var (
	orderNames   = []string{Unordered: "unordered", Grouped: "grouped"}
	splitNames   = []string{SplitAtConversion: "at-conversion", OnePerCustomer: "one-per-customer"}
	unknownNames = []string{KeepUnknown: "keep", MergeUnknown: "merge", DropUnknown: "drop", RefuseUnknown: "refuse"}
)

// String returns "unordered" or "grouped".
func (o Order) String() string { return enum.String("Order", orderNames, o) }

// MarshalText returns the text of [Order.String].
func (o Order) MarshalText() ([]byte, error) { return enum.Text("journey", "order", orderNames, o) }

// UnmarshalText is the inverse of [Order.MarshalText].
func (o *Order) UnmarshalText(text []byte) error {
	return enum.Parse("journey", "order", orderNames, text, o)
}

// String returns "at-conversion" or "one-per-customer".
func (s Split) String() string { return enum.String("Split", splitNames, s) }

// MarshalText returns the text of [Split.String].
func (s Split) MarshalText() ([]byte, error) { return enum.Text("journey", "split", splitNames, s) }

// UnmarshalText is the inverse of [Split.MarshalText].
func (s *Split) UnmarshalText(text []byte) error {
	return enum.Parse("journey", "split", splitNames, text, s)
}

// String returns "keep", "merge", "drop" or "refuse".
func (u UnknownPolicy) String() string { return enum.String("UnknownPolicy", unknownNames, u) }

// MarshalText returns the text of [UnknownPolicy.String].
func (u UnknownPolicy) MarshalText() ([]byte, error) {
	return enum.Text("journey", "policy for unknown channels", unknownNames, u)
}

// UnmarshalText is the inverse of [UnknownPolicy.MarshalText].
func (u *UnknownPolicy) UnmarshalText(text []byte) error {
	return enum.Parse("journey", "policy for unknown channels", unknownNames, text, u)
}
