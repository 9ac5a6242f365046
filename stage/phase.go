package stage

import (
	"errors"
	"fmt"
	"strconv"
)

// Phase tells where a stage lies relative to the purchase.
type Phase uint8

const (
	// UnknownPhase: the stage stands outside the way to the purchase and from
	// it, as a lost deal does, or nobody has said. It is the zero value.
	UnknownPhase Phase = iota
	// PrePurchase: before the purchase.
	PrePurchase
	// AtPurchase: the purchase itself. Its text is "purchase".
	AtPurchase
	// PostPurchase: after the purchase.
	PostPurchase
)

// ErrPhase means that a phase is none of the constants, or that a text names
// none.
var ErrPhase = errors.New("stage: unknown phase")

// String returns "", "pre-purchase", "purchase" or "post-purchase", and
// "Phase(7)" for a value that is none of the constants.
func (p Phase) String() string {
	switch p {
	case UnknownPhase:
		return ""
	case PrePurchase:
		return "pre-purchase"
	case AtPurchase:
		return "purchase"
	case PostPurchase:
		return "post-purchase"
	}
	return "Phase(" + strconv.Itoa(int(p)) + ")"
}

// MarshalText returns the text of [Phase.String]. A value that is none of the
// constants is an error, [ErrPhase].
func (p Phase) MarshalText() ([]byte, error) {
	if p > PostPurchase {
		return nil, fmt.Errorf("%w: %d", ErrPhase, p)
	}
	return []byte(p.String()), nil
}

// UnmarshalText reads the text that [Phase.MarshalText] writes. Any other text
// is an error, [ErrPhase].
func (p *Phase) UnmarshalText(text []byte) error {
	for v := UnknownPhase; v <= PostPurchase; v++ {
		if v.String() == string(text) {
			*p = v
			return nil
		}
	}
	return fmt.Errorf("%w: %q, want %s, %s or %s", ErrPhase, text, PrePurchase, AtPurchase, PostPurchase)
}
