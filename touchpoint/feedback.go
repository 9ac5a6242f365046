package touchpoint

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"

	"github.com/cjm-go/cjm/stage"
)

// FeedbackOptions say where the answers of a [Feedback] come from.
type FeedbackOptions struct {
	// Scale is the one on which the question is asked.
	Scale Scale
	// Property is the name of the property that holds the answer, a number. If it is
	// empty the answer is the point of the scale nearest to [Touchpoint.Emotion].
	Property string
}

// FeedbackKey says about what an answer was given.
type FeedbackKey struct {
	Stage   stage.Stage
	Channel Channel
	Kind    Kind
}

// Feedback counts the answers that touchpoints carry, by stage, channel and kind, in
// one pass for all of them. It is an accumulator: Add touchpoints, Merge the Feedback
// of other shards, then ask for the answers or write the bytes. The order and the
// sharding change nothing. A touchpoint that is delivered twice counts twice.
//
// The zero value has no options yet: it takes those of the first Feedback merged into
// it.
type Feedback struct {
	options FeedbackOptions
	answers map[FeedbackKey]*Answers
	n       int64
	without int64
}

// NewFeedback returns an empty accumulator. The error is that of [Scale.Validate].
func NewFeedback(o FeedbackOptions) (*Feedback, error) {
	if err := o.Scale.Validate(); err != nil {
		return nil, err
	}
	return &Feedback{options: o}, nil
}

// Options returns the options.
func (f *Feedback) Options() FeedbackOptions { return f.options }

// N returns the number of answers.
func (f *Feedback) N() int64 { return f.n }

// Without returns the number of touchpoints that carry no answer.
func (f *Feedback) Without() int64 { return f.without }

// Add counts the answer of the touchpoint, if it carries one. The error is [ErrFormat] if
// the property is not a number, [ErrRange] if it is no point of the scale, and [ErrScale]
// if there are no options yet; nothing has changed then.
func (f *Feedback) Add(t *Touchpoint) error {
	if f.options == (FeedbackOptions{}) {
		return fmt.Errorf("%w: the feedback has no options", ErrScale)
	}
	answer, ok, err := f.answer(t)
	if err != nil {
		return err
	}
	if !ok {
		f.without++
		return nil
	}
	i, err := f.options.Scale.index(answer)
	if err != nil {
		return err
	}
	if f.n == math.MaxInt64 {
		return ErrOverflow
	}
	f.n++
	return f.at(FeedbackKey{t.Stage, t.Channel, t.Kind}).add(int(i), 1)
}

// answer returns what the touchpoint answers, and whether it does.
func (f *Feedback) answer(t *Touchpoint) (float64, bool, error) {
	if f.options.Property == "" {
		if _, given := t.Emotion.Score(); !given {
			return 0, false, nil
		}
		x, err := f.options.Scale.FromEmotion(t.Emotion)
		return x, err == nil, err
	}
	text := trimSpace([]byte(t.Properties[f.options.Property]))
	if len(text) == 0 {
		return 0, false, nil
	}
	x, err := parseNumber(text)
	if err != nil {
		return 0, false, fmt.Errorf("touchpoint: answer: %w", err)
	}
	return x, true, nil
}

// at returns the answers under the key, made if need be.
func (f *Feedback) at(key FeedbackKey) *Answers {
	a := f.answers[key]
	if a == nil {
		if f.answers == nil {
			f.answers = make(map[FeedbackKey]*Answers)
		}
		a = &Answers{scale: f.options.Scale}
		f.answers[key] = a
	}
	return a
}

// Merge adds what other counted; other stays as it is. The error is [ErrScale] if the
// options differ in more than the name of the scale, or [ErrOverflow]; nothing has
// changed then.
func (f *Feedback) Merge(other *Feedback) error {
	switch {
	case other.options == FeedbackOptions{}:
		return nil
	case other.n > math.MaxInt64-f.n || other.without > math.MaxInt64-f.without:
		return ErrOverflow
	case f.options == FeedbackOptions{}:
		f.options = other.options
	case !f.options.Scale.same(other.options.Scale) || f.options.Property != other.options.Property:
		return fmt.Errorf("%w: the answers are on different scales or from different properties", ErrScale)
	}
	f.n += other.n
	f.without += other.without
	for key, a := range other.answers {
		if err := f.at(key).Merge(a); err != nil {
			return err // not reached: the scales are the same and the total fits
		}
	}
	return nil
}

// Total returns all answers together.
func (f *Feedback) Total() *Answers {
	for _, a := range f.By() {
		return a
	}
	return &Answers{scale: f.options.Scale}
}

// By yields the answers for each combination of the dimensions that has any, in the
// order of stage, channel and kind; the other fields of the key are empty. Without
// dimensions it yields all answers together. The answers are the caller's to keep.
func (f *Feedback) By(dimensions ...Dimension) iter.Seq2[FeedbackKey, *Answers] {
	return func(yield func(FeedbackKey, *Answers) bool) {
		groups := Feedback{options: f.options}
		for key, a := range f.answers {
			if !slices.Contains(dimensions, ByStage) {
				key.Stage = ""
			}
			if !slices.Contains(dimensions, ByChannel) {
				key.Channel = ""
			}
			if !slices.Contains(dimensions, ByKind) {
				key.Kind = ""
			}
			_ = groups.at(key).Merge(a) // the scales are the same and the total fits
		}
		for _, key := range groups.keys() {
			if !yield(key, groups.answers[key]) {
				return
			}
		}
	}
}

// keys returns the keys in order.
func (f *Feedback) keys() []FeedbackKey { return slices.SortedFunc(maps.Keys(f.answers), compareKeys) }

func compareKeys(a, b FeedbackKey) int {
	return cmp.Or(cmp.Compare(a.Stage, b.Stage), cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Kind, b.Kind))
}
