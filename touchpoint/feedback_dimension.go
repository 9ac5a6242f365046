package touchpoint

import (
	"fmt"
	"strconv"
)

// Dimension is one of the fields by which a [Feedback] can be told apart.
type Dimension uint8

const (
	// ByStage tells answers apart by [Touchpoint.Stage].
	ByStage Dimension = iota
	// ByChannel tells answers apart by [Touchpoint.Channel].
	ByChannel
	// ByKind tells answers apart by [Touchpoint.Kind].
	ByKind
	numDimensions
)

var dimensionNames = [numDimensions]string{"stage", "channel", "kind"}

// String returns "stage", "channel" or "kind", and "Dimension(7)" for a value that is none
// of the constants.
func (v Dimension) String() string {
	if v >= numDimensions {
		return "Dimension(" + strconv.Itoa(int(v)) + ")"
	}
	return dimensionNames[v]
}

// MarshalText returns the text of [Dimension.String]. A value that is none of the
// constants is an error, [ErrRange].
func (v Dimension) MarshalText() ([]byte, error) {
	if v >= numDimensions {
		return nil, fmt.Errorf("touchpoint: dimension: %w", ErrRange)
	}
	return []byte(v.String()), nil
}

// UnmarshalText reads one of the names, in any case. Any other text is an error,
// [ErrFormat].
func (v *Dimension) UnmarshalText(text []byte) error {
	for w := range numDimensions {
		if equalFold(text, dimensionNames[w]) {
			*v = w
			return nil
		}
	}
	return fmt.Errorf("touchpoint: dimension: %w: want stage, channel or kind", ErrFormat)
}
