package touchpoint

import (
	"fmt"
	"strconv"
)

// Emotion is how a customer felt about an interaction: a score from -1 (as bad
// as can be) over 0 (indifferent) to 1 (as good as can be), or nothing at all.
// The zero value means that no emotion is given, which is not the same as the
// score 0. Emotions can be compared with ==.
type Emotion struct {
	score float64
	given bool
}

// NewEmotion returns the emotion with the given score. A score outside [-1, 1]
// or not a number is an error, [ErrRange].
func NewEmotion(score float64) (Emotion, error) {
	if !(score >= -1 && score <= 1) {
		return Emotion{}, fmt.Errorf("touchpoint: emotion: %w", errEmotionRange)
	}
	// Adding 0 turns -0 into 0, so that == sees one zero.
	return Emotion{score: score + 0, given: true}, nil
}

// Score returns the score, and whether one is given.
func (e Emotion) Score() (score float64, ok bool) { return e.score, e.given }

// String returns the score in its shortest form, "" if none is given.
func (e Emotion) String() string {
	if !e.given {
		return ""
	}
	return strconv.FormatFloat(e.score, 'g', -1, 64)
}

// MarshalText returns the text of [Emotion.String].
func (e Emotion) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText reads a number from -1 to 1; the empty text means that none is
// given. The error is [ErrFormat] or [ErrRange].
func (e *Emotion) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*e = Emotion{}
		return nil
	}
	score, err := parseNumber(text)
	if err != nil {
		return fmt.Errorf("touchpoint: emotion: %w", err)
	}
	v, err := NewEmotion(score)
	if err != nil {
		return err
	}
	*e = v
	return nil
}

// MarshalJSON returns the score as a number, or null if none is given.
func (e Emotion) MarshalJSON() ([]byte, error) {
	if !e.given {
		return []byte("null"), nil
	}
	return []byte(e.String()), nil
}

// UnmarshalJSON reads a number from -1 to 1, or null for none. A score in a
// JSON string is an error.
func (e *Emotion) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*e = Emotion{}
		return nil
	}
	if len(data) == 0 || data[0] == '"' {
		return fmt.Errorf("touchpoint: emotion: %w: want a number or null", ErrFormat)
	}
	return e.UnmarshalText(data)
}
