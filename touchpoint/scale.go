package touchpoint

import (
	"errors"
	"fmt"
	"iter"
	"math"
)

// Scale is a scale on which people are asked how they feel: evenly spaced numbers
// from Min to Max. It maps each to an [Emotion] and back without loss: the ends are
// -1 and 1, the others lie evenly between. The functions [Stars] to [Thumbs] return
// the common ones.
type Scale struct {
	// Name is for people; it has no meaning.
	Name string
	// Min and Max are the ends, Min below Max.
	Min, Max float64
	// Step is the distance between two points; 0 means 1.
	Step float64
	// Reversed says that Min is the best answer and Max the worst.
	Reversed bool
}

// Stars returns the scale of one to five stars.
func Stars() Scale { return Scale{Name: "stars", Min: 1, Max: 5} }

// OneToSeven returns the scale from 1 to 7, on which Customer Effort Scores are asked.
func OneToSeven() Scale { return Scale{Name: "1-7", Min: 1, Max: 7} }

// ZeroToTen returns the scale from 0 to 10, on which Net Promoter Scores are asked.
func ZeroToTen() Scale { return Scale{Name: "0-10", Max: 10} }

// ZeroToHundred returns the scale of whole numbers from 0 to 100.
func ZeroToHundred() Scale { return Scale{Name: "0-100", Max: 100} }

// ThreeSmileys returns the scale of three faces: 1 sad, 2 neutral, 3 happy.
func ThreeSmileys() Scale { return Scale{Name: "3 smileys", Min: 1, Max: 3} }

// FiveSmileys returns the scale of five faces: 1 very sad, 3 neutral, 5 very happy.
func FiveSmileys() Scale { return Scale{Name: "5 smileys", Min: 1, Max: 5} }

// Thumbs returns the scale of two thumbs: 0 down, 1 up.
func Thumbs() Scale { return Scale{Name: "thumbs", Max: 1} }

// ErrScale means that a [Scale] is none, or not the one that a score needs.
var ErrScale = errors.New("touchpoint: scale")

var (
	errBeyondScale   = fmt.Errorf("touchpoint: answer: %w: beyond the ends of the scale", ErrRange)
	errBetweenPoints = fmt.Errorf("touchpoint: answer: %w: between two points of the scale", ErrRange)
	errNoEmotion     = fmt.Errorf("touchpoint: answer: %w: no emotion is given", ErrMissing)
)

// finest bounds how small a step may be next to the ends: float64 must tell the
// points apart well, so that each comes back from its emotion.
const finest = 1 << 20

// Validate reports what is wrong with the scale, [ErrScale]: ends that are not finite or
// not in order, a step that is not positive, does not lead from one end to the other,
// or is below 2^-20 of an end.
func (s Scale) Validate() error {
	step := s.step()
	switch {
	case !finite(s.Min) || !finite(s.Max) || !finite(step):
		return fmt.Errorf("%w: the ends and the step must be finite", ErrScale)
	case s.Min >= s.Max:
		return fmt.Errorf("%w: the lower end is not below the upper", ErrScale)
	case step < 0:
		return fmt.Errorf("%w: the step is negative", ErrScale)
	case max(math.Abs(s.Min), math.Abs(s.Max))/finest > step:
		return fmt.Errorf("%w: the step is too small", ErrScale)
	}
	steps := (s.Max - s.Min) / step
	if n := math.Round(steps); n < 1 || !(math.Abs(steps-n) <= slack) || !finite((s.Max-s.Min)*n) {
		return fmt.Errorf("%w: the step does not lead from one end to the other", ErrScale)
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// slack is by how much of a step a number may miss a point, for 0.1 has no exact
// float64.
const slack = 1e-6

func (s Scale) step() float64 {
	if s.Step == 0 {
		return 1
	}
	return s.Step
}

// steps returns how many steps lead from Min to Max.
func (s Scale) steps() float64 { return math.Round((s.Max - s.Min) / s.step()) }

// at returns the i-th point from Min. The last may round to just above Max.
func (s Scale) at(i float64) float64 { return min(s.Min+i*(s.Max-s.Min)/s.steps(), s.Max) }

// Len returns the number of points, 0 if the scale is not valid.
func (s Scale) Len() int {
	if s.Validate() != nil {
		return 0
	}
	return int(s.steps()) + 1
}

// Points yields the points from Min to Max, none if the scale is not valid.
func (s Scale) Points() iter.Seq[float64] {
	return func(yield func(float64) bool) {
		for i := range s.Len() {
			if !yield(s.at(float64(i))) {
				return
			}
		}
	}
}

// index returns the number of steps from Min to the point x.
func (s Scale) index(x float64) (float64, error) {
	if err := s.Validate(); err != nil {
		return 0, err
	}
	if !(x >= s.Min && x <= s.Max) {
		return 0, errBeyondScale
	}
	steps := (x - s.Min) / s.step()
	i := math.Round(steps)
	if math.Abs(steps-i) > slack {
		return 0, errBetweenPoints
	}
	return min(i, s.steps()), nil
}

// ToEmotion returns the emotion of an answer, which is a point of the scale: the i-th of
// n steps from the worst is
//
//	(2i - n) / n
//
// An answer beyond the ends, between two points, or not a number is an error,
// [ErrRange].
func (s Scale) ToEmotion(x float64) (Emotion, error) {
	i, err := s.index(x)
	if err != nil {
		return Emotion{}, err
	}
	n := s.steps()
	if s.Reversed {
		i = n - i
	}
	return NewEmotion((2*i - n) / n)
}

// FromEmotion returns the answer whose emotion is nearest, the better one of two at
// the same distance. It is the answer itself where the emotion came from one by
// [Scale.ToEmotion]. An emotion that is not given is an error, [ErrMissing].
func (s Scale) FromEmotion(e Emotion) (float64, error) {
	if err := s.Validate(); err != nil {
		return 0, err
	}
	score, ok := e.Score()
	if !ok {
		return 0, errNoEmotion
	}
	n := s.steps()
	i := math.Floor((score+1)*n/2 + 0.5)
	if s.Reversed {
		i = n - i
	}
	return s.at(i), nil
}
