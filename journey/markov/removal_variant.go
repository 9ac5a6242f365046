package markov

import "fmt"

// Variant says what becomes of the transitions into a channel that is removed.
type Variant uint8

const (
	// Redirect sends them to [Lost]: the effect is the part of the conversions
	// on journeys that went over the channel. What the literature and
	// ChannelAttribution do; never negative.
	Redirect Variant = iota
	// Renormalise leaves them out and lets the others of the same state take
	// their place in proportion, as if journeys had chosen again. A state that
	// then leads to no end counts as lost. The effect may be negative: without
	// a channel on many lost journeys more journeys convert.
	Renormalise
	// NeverTouch asks for the conversion rate of the journeys that never come to
	// the channel (the chain conditioned on that, Doob's transform) and compares
	// it with the rate of all. The effect may be negative.
	NeverTouch
)

var variantNames = [...]string{Redirect: "redirect", Renormalise: "renormalise", NeverTouch: "never-touch"}

// String returns "redirect", "renormalise" or "never-touch".
func (v Variant) String() string { return enumString(variantNames[:], "Variant", uint8(v)) }

// MarshalText returns "redirect", "renormalise" or "never-touch".
func (v Variant) MarshalText() ([]byte, error) {
	return enumText(variantNames[:], "Variant", uint8(v))
}

// UnmarshalText is the inverse of [Variant.MarshalText]. It refuses "bypass", by
// which a journey that comes to the channel goes on as the chain does from
// there: as many journeys convert as before, so every effect is 0.
func (v *Variant) UnmarshalText(text []byte) error {
	if string(text) == "bypass" {
		return fmt.Errorf("%w: variant \"bypass\": a journey that goes on from the channel converts as before, so every effect would be 0", ErrOption)
	}
	n, err := enumParse(variantNames[:], "Variant", text)
	if err == nil {
		*v = Variant(n)
	}
	return err
}
