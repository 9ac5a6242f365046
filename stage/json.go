package stage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"
)

type modelJSON struct {
	Name  string     `json:"name"`
	Steps []stepJSON `json:"steps"`
}

type stepJSON struct {
	Stage  Stage             `json:"stage"`
	Phase  Phase             `json:"phase,omitzero"`
	Labels map[string]string `json:"labels,omitempty"`
}

// MarshalJSON writes the whole model, labels included:
//
//	{"name":"b2b","steps":[{"stage":"lead","phase":"pre-purchase","labels":{"en":"Lead"}}]}
//
// A model that [Model.Validate] refuses is an error.
func (m Model) MarshalJSON() ([]byte, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	v := modelJSON{Name: m.Name, Steps: make([]stepJSON, len(m.Steps))}
	for i, s := range m.Steps {
		v.Steps[i] = stepJSON(s)
	}
	return json.Marshal(v)
}

// UnmarshalJSON reads the form that [Model.MarshalJSON] writes. A field that is
// not part of it is an error, so that a misspelt name is noticed. The result is
// valid: the error is [ErrSyntax], [ErrPhase] or one of [Model.Validate].
func (m *Model) UnmarshalJSON(data []byte) error {
	if !utf8.Valid(data) {
		return fmt.Errorf("%w: not valid UTF-8", ErrSyntax)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var v modelJSON
	if err := dec.Decode(&v); err != nil {
		return fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("%w: text after the model", ErrSyntax)
	}
	model := Model{Name: v.Name}
	for _, s := range v.Steps {
		model.Steps = append(model.Steps, Step(s))
	}
	if err := model.Validate(); err != nil {
		return err
	}
	*m = model
	return nil
}
