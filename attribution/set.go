package attribution

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

// Set counts paths for several models in one pass. It is an accumulator itself:
// Add · Merge · Results, and it works with [journey.Fold].
type Set struct {
	models       []Model
	accumulators []Accumulator // of each model

	// Those of this package share a tally; others stand alone.
	tally *tally
	ours  []*accumulator
	other []int // indices of the others in accumulators
}

// NewSet returns an empty set of the models. The error says what is wrong with the
// configuration of any of them, or that two have the same name.
func NewSet(models ...Model) (*Set, error) {
	var errs []error
	names := make(map[string]bool)
	for _, m := range models {
		errs = append(errs, m.Validate())
		if names[m.Name()] {
			errs = append(errs, fmt.Errorf("%w: two models are called %q", ErrConfig, m.Name()))
		}
		names[m.Name()] = true
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return (&Set{models: models}).New(), nil
}

// New returns an empty set of the same models.
func (s *Set) New() *Set {
	n := &Set{models: s.models, tally: new(tally)}
	for i, m := range s.models {
		a := m.NewAccumulator()
		n.accumulators = append(n.accumulators, a)
		if ours, ok := a.(*accumulator); ok {
			ours.tally = n.tally
			n.ours = append(n.ours, ours)
		} else {
			n.other = append(n.other, i)
		}
	}
	return n
}

// Add counts a path for every model. On an error of one of the models of this
// package nothing has changed. After an error of a model of your own the set is of
// no more use: other models may have counted the path.
func (s *Set) Add(p *journey.Counted) error {
	if err := addShared(s.tally, p, s.ours...); err != nil {
		return err
	}
	for _, i := range s.other {
		if err := s.accumulators[i].Add(p); err != nil {
			return s.of(i, err)
		}
	}
	return nil
}

// Merge adds what other counted for the same models.
func (s *Set) Merge(other *Set) error {
	if len(other.accumulators) != len(s.accumulators) || len(other.ours) != len(s.ours) {
		return fmt.Errorf("%w: the other set has other models", ErrModel)
	}
	for i, a := range s.ours {
		if a.identity != other.ours[i].identity {
			return fmt.Errorf("%w: %s and %s", ErrModel, a.header(), other.ours[i].header())
		}
	}
	if err := mergeShared(s.tally, other.tally, s.ours, other.ours); err != nil {
		return err
	}
	for _, i := range s.other {
		if err := s.accumulators[i].Merge(other.accumulators[i]); err != nil {
			return s.of(i, err)
		}
	}
	return nil
}

// Results returns the result of each model, in the order of the models.
func (s *Set) Results() ([]*Result, error) {
	var results []*Result
	for i, a := range s.accumulators {
		r, err := a.Result()
		if errors.Is(err, ErrNoJourneys) || errors.Is(err, ErrNoConversions) {
			return nil, err // true of every model
		}
		if err != nil {
			return nil, s.of(i, err)
		}
		results = append(results, r)
	}
	return results, nil
}

func (s *Set) of(i int, err error) error {
	return fmt.Errorf("model %s: %w", s.models[i].Name(), err)
}

const setVersion = 1

// header is the name under which the set's bytes are written: that of each model
// of this package is a part of it.
func (s *Set) header() string {
	var b strings.Builder
	b.WriteString("cjm/attribution.Set")
	for _, a := range s.ours {
		b.WriteByte(' ')
		b.WriteString(a.header())
	}
	return b.String()
}

// MarshalBinary returns the state of all models as bytes.
func (s *Set) MarshalBinary() ([]byte, error) {
	dst, err := appendShared(s.tally, wire.AppendHeader(nil, s.header(), setVersion), s.ours)
	if err != nil {
		return nil, err
	}
	dst = wire.AppendUint(dst, uint64(len(s.other)))
	for _, i := range s.other {
		b, err := s.accumulators[i].MarshalBinary()
		if err != nil {
			return nil, s.of(i, err)
		}
		dst = wire.AppendString(dst, string(b))
	}
	return dst, nil
}

// UnmarshalBinary replaces the state by one that MarshalBinary wrote for a set of
// the same models.
func (s *Set) UnmarshalBinary(b []byte) error {
	n := s.New()
	d := wire.NewDecoder(b)
	d.Header(n.header(), setVersion)
	t, read := decodeShared(d, n.ours)
	if d.Uint() != uint64(len(n.other)) {
		d.Fail()
	}
	var errs []error
	for _, i := range n.other {
		if b := d.String(); d.Err() == nil {
			if err := n.accumulators[i].UnmarshalBinary([]byte(b)); err != nil {
				errs = append(errs, s.of(i, err))
			}
		}
	}
	if err := d.Finish(); err != nil {
		return fmt.Errorf("attribution: bytes of a set: %w", err)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	n.tally = t
	for i, a := range read {
		*n.ours[i] = *a
	}
	*s = *n
	return nil
}

// Attribute counts the paths for the models in one pass and returns the result of
// each, in the order of the models. The first error among the paths ends it; to
// skip bad rows, or to use more than one goroutine, see [journey.Fold].
func Attribute(paths iter.Seq2[*journey.Counted, error], models ...Model) ([]*Result, error) {
	set, err := NewSet(models...)
	if err != nil {
		return nil, err
	}
	for p, err := range paths {
		if err != nil {
			return nil, err
		}
		if err := set.Add(p); err != nil {
			return nil, err
		}
	}
	return set.Results()
}
