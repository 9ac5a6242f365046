package touchpoint

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"

	"github.com/cjm-go/cjm/internal/wire"
)

// Answers counts the answers to one question, each a point of its scale: all that a
// [Metric] needs. It is an accumulator: Add answers, Merge those of other shards, then
// ask for a [Answers.Score] or write the bytes. The order and the sharding change
// nothing.
//
// The zero value has no scale yet: it takes that of the first Answers merged into it.
type Answers struct {
	scale  Scale
	counts map[int]int64 // by the steps from the lower end
	n      int64
}

// ErrOverflow says that a count exceeds 2^63-1.
var ErrOverflow = errors.New("touchpoint: count overflows 2^63-1")

// NewAnswers returns an empty accumulator for answers on the scale. The error is that
// of [Scale.Validate].
func NewAnswers(scale Scale) (*Answers, error) {
	if err := scale.Validate(); err != nil {
		return nil, err
	}
	return &Answers{scale: scale}, nil
}

// Scale returns the scale of the question.
func (a *Answers) Scale() Scale { return a.scale }

// N returns the number of answers.
func (a *Answers) N() int64 { return a.n }

// Add counts an answer. One that is no point of the scale is an error, [ErrRange];
// nothing has changed then.
func (a *Answers) Add(answer float64) error {
	i, err := a.scale.index(answer)
	if err != nil {
		return err
	}
	return a.add(int(i), 1)
}

func (a *Answers) add(i int, n int64) error {
	if n > math.MaxInt64-a.n {
		return ErrOverflow
	}
	if a.counts == nil {
		a.counts = make(map[int]int64)
	}
	a.counts[i] += n
	a.n += n
	return nil
}

// Merge adds what other counted; other stays as it is. The error is [ErrScale] if the
// scales differ in more than their names, or [ErrOverflow]; nothing has changed then.
func (a *Answers) Merge(other *Answers) error {
	switch {
	case other.scale == Scale{}:
		return nil
	case other.n > math.MaxInt64-a.n:
		return ErrOverflow
	case a.scale == Scale{}:
		a.scale = other.scale
	case !a.scale.same(other.scale):
		return fmt.Errorf("%w: the answers are on different scales", ErrScale)
	}
	for i, n := range maps.Clone(other.counts) { // other may be a
		if err := a.add(i, n); err != nil {
			return err // not reached
		}
	}
	return nil
}

// same reports whether the scales have the same points with the same meaning.
func (s Scale) same(t Scale) bool {
	s.Name, t.Name = "", ""
	s.Step, t.Step = s.step(), t.step()
	return s == t
}

// All yields the points that were answered, in ascending order, and how often each was.
func (a *Answers) All() iter.Seq2[float64, int64] {
	return func(yield func(float64, int64) bool) {
		for _, i := range slices.Sorted(maps.Keys(a.counts)) {
			if !yield(a.scale.at(float64(i)), a.counts[i]) {
				return
			}
		}
	}
}

const (
	answersName    = "cjm/touchpoint.Answers"
	answersVersion = 1
)

// MarshalBinary returns the answers as bytes. Equal answers give equal bytes, whatever
// the order in which they came together. The error is always nil.
//
// After the header comes the scale, then the number of points that were answered, then
// for each the steps from the lower end and how often it was answered.
func (a *Answers) MarshalBinary() ([]byte, error) {
	b := appendScale(wire.AppendHeader(nil, answersName, answersVersion), a.scale)
	return a.appendCounts(b), nil
}

func (a *Answers) appendCounts(b []byte) []byte {
	b = wire.AppendUint(b, uint64(len(a.counts)))
	for _, i := range slices.Sorted(maps.Keys(a.counts)) {
		b = wire.AppendCount(wire.AppendUint(b, uint64(i)), a.counts[i])
	}
	return b
}

// UnmarshalBinary replaces the answers by what [Answers.MarshalBinary] wrote. It accepts
// nothing else: on an error nothing has changed.
func (a *Answers) UnmarshalBinary(data []byte) error {
	d := wire.NewDecoder(data)
	d.Header(answersName, answersVersion)
	v := Answers{scale: readScale(d)}
	v.readCounts(d)
	if err := d.Finish(); err != nil {
		return fmt.Errorf("touchpoint: answers: %w", err)
	}
	*a = v
	return nil
}

func (a *Answers) readCounts(d *wire.Decoder) {
	points, last := a.scale.Len(), -1
	for range d.Len() {
		i, n := d.Index(points), d.Count()
		if i <= last || n == 0 || d.Err() != nil || a.add(i, n) != nil {
			d.Fail()
			return
		}
		last = i
	}
}

// appendScale appends the scale: its name, whether it is reversed, and the bits of the
// other fields.
func appendScale(b []byte, s Scale) []byte {
	b = wire.AppendString(b, s.Name)
	b = appendBool(b, s.Reversed)
	for _, x := range [...]float64{s.Min, s.Max, s.Step} {
		b = wire.AppendUint(b, math.Float64bits(x+0))
	}
	return b
}

// readScale reads a scale, which is valid or zero.
func readScale(d *wire.Decoder) Scale {
	s := Scale{Name: d.String(), Reversed: d.Index(2) == 1}
	for _, x := range [...]*float64{&s.Min, &s.Max, &s.Step} {
		bits := d.Uint()
		if *x = math.Float64frombits(bits); *x == 0 && bits != 0 {
			d.Fail() // the negative zero is never written
		}
	}
	if s != (Scale{}) && s.Validate() != nil {
		d.Fail()
	}
	return s
}
