package stage

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestModelText(t *testing.T) {
	for _, test := range []struct {
		model Model
		want  string
	}{
		{Five(), "five = pre-purchase: awareness, consideration; purchase: purchase; post-purchase: retention, advocacy"},
		{Three(), "three = pre-purchase: awareness, consideration, decision"},
		{b2b(), "b2b = pre-purchase: lead, demo; purchase: deal; lost; post-purchase: renewal"},
		{Model{Name: "no phases", Steps: []Step{{Stage: "a b"}, {Stage: "c"}}}, "no phases = a b, c"},
	} {
		text, err := test.model.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, test.want, string(text))
	}
}

func TestModelTextRoundTrip(t *testing.T) {
	models := []Model{b2b()}
	for _, m := range Presets() {
		models = append(models, m)
	}
	for _, m := range models {
		text, err := m.MarshalText()
		require.NoError(t, err)
		var back Model
		require.NoError(t, back.UnmarshalText(text))
		for i := range m.Steps {
			m.Steps[i].Labels = nil // the text holds none
		}
		assert.Equal(t, m, back)
	}
}

func TestModelTextIsLenientWithSpace(t *testing.T) {
	var m Model
	require.NoError(t, m.UnmarshalText([]byte("  b2b=pre-purchase:lead ,\tdemo ;\n lost")))
	assert.Equal(t, Model{Name: "b2b", Steps: []Step{
		{Stage: "lead", Phase: PrePurchase}, {Stage: "demo", Phase: PrePurchase}, {Stage: "lost"},
	}}, m)
}

func TestModelTextErrors(t *testing.T) {
	for text, want := range map[string]error{
		"":                                ErrSyntax,
		"no equals sign":                  ErrSyntax,
		"m =":                             ErrName,
		"= a":                             ErrName,
		"m = a,,b":                        ErrName,
		"m = a;":                          ErrName,
		"m = a = b":                       ErrName,
		"m = pre-purchase: a: b":          ErrName,
		"m = before: a":                   ErrPhase,
		"m = a, a":                        ErrDuplicate,
		"m = purchase: a; pre-purchase:b": ErrOrder,
		"m = \xff":                        ErrName,
	} {
		m := Three()
		require.ErrorIs(t, m.UnmarshalText([]byte(text)), want, "%q", text)
		assert.Equal(t, Three(), m, "unchanged on error")
	}
}

func TestModelMarshalRefusesInvalid(t *testing.T) {
	_, err := Model{}.MarshalText()
	require.ErrorIs(t, err, ErrNoSteps)
	_, err = Model{}.MarshalJSON()
	require.ErrorIs(t, err, ErrNoSteps)
}

// What can be read is valid, and is written and read again unchanged.
func FuzzModelUnmarshalText(f *testing.F) {
	for _, m := range Presets() {
		text, _ := m.MarshalText()
		f.Add(text)
	}
	f.Add([]byte("m = a; purchase: b, c; d"))
	f.Add([]byte("m = : a"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var m, back Model
		if m.UnmarshalText(text) != nil {
			return
		}
		require.NoError(t, m.Validate())
		written, err := m.MarshalText()
		require.NoError(t, err)
		require.NoError(t, back.UnmarshalText(written))
		require.Equal(t, m, back)
	})
}
