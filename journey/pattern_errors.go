package journey

import (
	"errors"
	"fmt"
)

// ErrPattern says that a text or parts do not make a [Pattern].
var ErrPattern = errors.New("journey: bad pattern")

// PatternError says where and why a text is not a [Pattern]. It is an
// [ErrPattern].
type PatternError struct {
	// Offset is the place of the fault in the text, in bytes from 0. It is the
	// length of the text where something is missing at its end.
	Offset int
	// Reason says what is wrong there.
	Reason string
}

// Error gives the place and the reason.
func (e *PatternError) Error() string {
	return fmt.Sprintf("%v: offset %d: %s", ErrPattern, e.Offset, e.Reason)
}

// Unwrap returns [ErrPattern].
func (e *PatternError) Unwrap() error { return ErrPattern }
