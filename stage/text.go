package stage

import (
	"errors"
	"fmt"
	"strings"
)

// ErrSyntax means that a text or JSON form of a model cannot be read.
var ErrSyntax = errors.New("stage: bad syntax")

// MarshalText writes the model as one line: its name, then a group of stages
// for each phase.
//
//	five = pre-purchase: awareness, consideration; purchase: purchase; post-purchase: retention, advocacy
//
// A group without a phase holds stages of [UnknownPhase]. Labels are not
// written. A model that [Model.Validate] refuses is an error.
func (m Model) MarshalText() ([]byte, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	text := append([]byte(m.Name), " = "...)
	for i, s := range m.Steps {
		switch {
		case i > 0 && s.Phase == m.Steps[i-1].Phase:
			text = append(text, ", "...)
		default:
			if i > 0 {
				text = append(text, "; "...)
			}
			if s.Phase != UnknownPhase {
				text = append(append(text, s.Phase.String()...), ": "...)
			}
		}
		text = append(text, s.Stage...)
	}
	return text, nil
}

// UnmarshalText reads the form that [Model.MarshalText] writes. Space around
// names does not matter. The result has no labels and is valid: the error is
// [ErrSyntax], [ErrPhase] or one of [Model.Validate].
func (m *Model) UnmarshalText(text []byte) error {
	name, groups, ok := strings.Cut(string(text), "=")
	if !ok {
		return fmt.Errorf("%w: want name = phase: stage, stage; phase: stage", ErrSyntax)
	}
	v := Model{Name: strings.TrimSpace(name)}
	for group := range strings.SplitSeq(groups, ";") {
		var phase Phase
		if before, after, ok := strings.Cut(group, ":"); ok {
			if err := phase.UnmarshalText([]byte(strings.TrimSpace(before))); err != nil {
				return err
			}
			group = after
		}
		for s := range strings.SplitSeq(group, ",") {
			v.Steps = append(v.Steps, Step{Stage: Stage(strings.TrimSpace(s)), Phase: phase})
		}
	}
	if err := v.Validate(); err != nil {
		return err
	}
	*m = v
	return nil
}
