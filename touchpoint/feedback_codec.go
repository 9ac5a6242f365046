package touchpoint

import (
	"fmt"
	"math"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/stage"
)

const (
	feedbackName    = "cjm/touchpoint.Feedback"
	feedbackVersion = 1
)

// MarshalBinary returns the feedback as bytes. Equal feedback gives equal bytes, whatever
// the order in which it came together. The error is always nil.
//
// After the header come the scale, the property, the number of touchpoints without an
// answer, and the number of keys; then each key in order, with its answers as in
// [Answers.MarshalBinary].
func (f *Feedback) MarshalBinary() ([]byte, error) {
	b := appendScale(wire.AppendHeader(nil, feedbackName, feedbackVersion), f.options.Scale)
	b = wire.AppendString(b, f.options.Property)
	b = wire.AppendCount(b, f.without)
	b = wire.AppendUint(b, uint64(len(f.answers)))
	for _, key := range f.keys() {
		b = wire.AppendString(b, string(key.Stage))
		b = wire.AppendString(b, string(key.Channel))
		b = wire.AppendString(b, string(key.Kind))
		b = f.answers[key].appendCounts(b)
	}
	return b, nil
}

// UnmarshalBinary replaces the feedback by what [Feedback.MarshalBinary] wrote. It accepts
// nothing else: on an error nothing has changed.
func (f *Feedback) UnmarshalBinary(data []byte) error {
	d := wire.NewDecoder(data)
	d.Header(feedbackName, feedbackVersion)
	v := Feedback{options: FeedbackOptions{Scale: readScale(d), Property: d.String()}, without: d.Count()}
	if v.options.Scale == (Scale{}) && (v.options.Property != "" || v.without > 0) {
		d.Fail()
	}
	var last FeedbackKey
	for i := range d.Len() {
		key := FeedbackKey{stage.Stage(d.String()), Channel(d.String()), Kind(d.String())}
		if d.Err() != nil || i > 0 && compareKeys(last, key) >= 0 {
			d.Fail()
			break
		}
		last = key
		a := v.at(key)
		a.readCounts(d)
		if a.n == 0 || a.n > math.MaxInt64-v.n {
			d.Fail()
			break
		}
		v.n += a.n
	}
	if err := d.Finish(); err != nil {
		return fmt.Errorf("touchpoint: feedback: %w", err)
	}
	*f = v
	return nil
}
