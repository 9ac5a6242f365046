package journey

import "fmt"

// Outcome is how a journey ended. The zero value is [Open].
type Outcome uint8

const (
	// Open: not ended yet at the time the analysis looks from; what comes
	// after is unknown (right-censored).
	Open Outcome = iota
	// Converted: ended in the conversion that the analysis counts.
	Converted
	// Lost: ended without conversion; a null journey.
	Lost
)

var outcomeNames = [...]string{Open: "open", Converted: "converted", Lost: "lost"}

// String returns the lower-case name of the outcome.
func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return fmt.Sprintf("Outcome(%d)", uint8(o))
}

// MarshalText returns the lower-case name of the outcome.
func (o Outcome) MarshalText() ([]byte, error) {
	if int(o) >= len(outcomeNames) {
		return nil, fmt.Errorf("journey: no such outcome: %d", uint8(o))
	}
	return []byte(outcomeNames[o]), nil
}

// UnmarshalText is the inverse of [Outcome.MarshalText].
func (o *Outcome) UnmarshalText(text []byte) error {
	for i, name := range outcomeNames {
		if string(text) == name {
			*o = Outcome(i)
			return nil
		}
	}
	return fmt.Errorf("journey: no such outcome: %q", text)
}
