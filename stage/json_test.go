package stage

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestModelJSON(t *testing.T) {
	data, err := json.Marshal(b2b())
	require.NoError(t, err)
	assert.Equal(t, `{"name":"b2b","steps":[`+
		`{"stage":"lead","phase":"pre-purchase","labels":{"de":"Neuer Kontakt","en":"Fresh lead"}},`+
		`{"stage":"demo","phase":"pre-purchase"},`+
		`{"stage":"deal","phase":"purchase"},`+
		`{"stage":"lost"},`+
		`{"stage":"renewal","phase":"post-purchase"}]}`, string(data))

	var back Model
	require.NoError(t, json.Unmarshal(data, &back))
	assert.Equal(t, b2b(), back)
}

func TestModelJSONPresets(t *testing.T) {
	for name, m := range Presets() {
		data, err := json.Marshal(m)
		require.NoError(t, err, name)
		var back Model
		require.NoError(t, json.Unmarshal(data, &back), name)
		assert.Equal(t, m, back, name)
	}
}

func TestModelJSONErrors(t *testing.T) {
	for data, want := range map[string]error{
		`{`:                                     ErrSyntax,
		`[]`:                                    ErrSyntax,
		`{"name":"m","steps":[{"stage":1}]}`:    ErrSyntax,
		`{"name":"m","steps":[],"step":[]}`:     ErrSyntax,
		`{"name":"m","steps":[{"lables":{}}]}`:  ErrSyntax,
		`{"name":"m","steps":[{"stage":"a"}]}x`: ErrSyntax,
		"{\"name\":\"m\xff\",\"steps\":[{\"stage\":\"a\"}]}":   ErrSyntax,
		`{"name":"m","steps":[{"stage":"a","phase":"later"}]}`: ErrPhase,
		`{"name":"m","steps":[]}`:                              ErrNoSteps,
		`{"steps":[{"stage":"a"}]}`:                            ErrName,
		`null`:                                                 ErrNoSteps,
	} {
		m := Three()
		require.ErrorIs(t, m.UnmarshalJSON([]byte(data)), want, data)
		assert.Equal(t, Three(), m, "unchanged on error")
	}
}

func FuzzModelUnmarshalJSON(f *testing.F) {
	data, _ := b2b().MarshalJSON()
	f.Add(data)
	f.Add([]byte(`{"name":"m","steps":[{"stage":"a","labels":{"EN":"x","en":"y"}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var m, back Model
		if m.UnmarshalJSON(data) != nil {
			return
		}
		written, err := m.MarshalJSON()
		require.NoError(t, err)
		require.NoError(t, back.UnmarshalJSON(written))
		rewritten, err := back.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, written, rewritten)
	})
}
