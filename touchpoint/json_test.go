package touchpoint

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAppendJSON(t *testing.T) {
	emotion, _ := NewEmotion(-0.5)
	consent, _ := NewConsent(map[string]bool{"b": false, "a\"": true})
	full := Touchpoint{
		ID:       uuid.MustParse("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
		Customer: "c1", Time: time.Date(2026, 1, 31, 10, 30, 0, 5e8, time.FixedZone("", 3600)),
		Received: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), Seq: -1, Channel: "email", Setting: Online, Kind: "visit", Stage: "awareness",
		Campaign:   Campaign{"s", "m", "n", "c", "t", "o"},
		Conversion: true, Value: 1234567.5, Currency: "EUR", Cost: 1e-7, Emotion: emotion, Consent: consent,
		Properties: map[string]string{"z": "1", "a": "\"\n\u2028<&>\x01\x7f", "": ""},
	}
	for _, test := range []struct {
		name string
		tp   Touchpoint
		want string
	}{
		{"full", full, `{"id":"f81d4fae-7dec-11d0-a765-00a0c91e6bf6","customer":"c1","time":"2026-01-31T09:30:00.5Z","received":"2026-02-01T00:00:00Z",` +
			`"seq":-1,"channel":"email","setting":"online","kind":"visit","stage":"awareness",` +
			`"campaign":{"source":"s","medium":"m","name":"n","content":"c","term":"t","code":"o"},` +
			`"conversion":true,"value":1234567.5,"currency":"EUR","cost":1e-07,"emotion":-0.5,` +
			`"consent":{"a\"":true,"b":false},"properties":{"":"","a":"\"\n\u2028<&>\u0001` + "\x7f" + `","z":"1"}}`},
		{"zero", Touchpoint{}, `{"customer":"","channel":""}`},
		{"empty consent", Touchpoint{Consent: Consent{noPurposes}}, `{"customer":"","channel":"","consent":{}}`},
		{"one tag", Touchpoint{Campaign: Campaign{Term: "t"}}, `{"customer":"","channel":"","campaign":{"term":"t"}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := AppendJSON([]byte("before "), &test.tp)
			require.NoError(t, err)
			assert.Equal(t, "before "+test.want, string(got))
			assert.True(t, json.Valid(got[len("before "):]))
		})
	}
}

func TestAppendJSONErrors(t *testing.T) {
	for name, tp := range map[string]Touchpoint{
		"time":          {Time: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
		"received":      {Received: time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)},
		"setting":       {Setting: 3},
		"value":         {Value: math.NaN()},
		"cost":          {Cost: math.Inf(1)},
		"stage":         {Stage: "\xff"},
		"campaign.name": {Campaign: Campaign{Name: "\xc3"}},
		"properties":    {Properties: map[string]string{"secret": "\xff"}},
	} {
		got, err := AppendJSON([]byte("before"), &tp)
		require.Error(t, err, name)
		assert.ErrorContains(t, err, "touchpoint: "+name+": ")
		assert.NotContains(t, err.Error(), "secret")
		assert.Equal(t, "before", string(got))
		_, err = json.Marshal(tp)
		require.Error(t, err, name)
	}
}

// The JSON form loses nothing: not through encoding/json, which changes the
// spacing and the escapes, and not through JSON lines.
func TestJSONRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	var lines strings.Builder
	var want []Touchpoint
	for range 2000 {
		tp := randomTouchpoint(rng)
		line, err := AppendJSON(nil, &tp)
		require.NoError(t, err)
		require.NotContains(t, string(line), "\n")

		var back Touchpoint
		require.NoError(t, back.UnmarshalJSON(line))
		require.Equal(t, tp, back, "%s", line)

		data, err := json.MarshalIndent(tp, "", "\t")
		require.NoError(t, err)
		back = Touchpoint{Customer: "before", Seq: 1}
		require.NoError(t, json.Unmarshal(data, &back))
		require.Equal(t, tp, back, "%s", data)

		lines.Write(append(line, '\n'))
		if tp.ID == uuid.Nil {
			tp.ID = tp.ContentID()
		}
		want = append(want, tp)
	}
	o := decodeJSON(t, JSONLines{}, lines.String())
	require.Empty(t, o.errs)
	require.Equal(t, want, o.rows)
}

// encoding/json agrees on what the text says.
func TestAppendJSONAgreesWithEncodingJSON(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 500 {
		tp := randomTouchpoint(rng)
		line, err := AppendJSON(nil, &tp)
		require.NoError(t, err)
		var v struct {
			Customer   string            `json:"customer"`
			Time       time.Time         `json:"time"`
			Channel    Channel           `json:"channel"`
			Setting    Setting           `json:"setting"`
			Campaign   Campaign          `json:"campaign"`
			Value      float64           `json:"value"`
			Emotion    Emotion           `json:"emotion"`
			Consent    Consent           `json:"consent"`
			Properties map[string]string `json:"properties"`
		}
		require.NoError(t, json.Unmarshal(line, &v))
		require.Equal(t, tp.Customer, v.Customer)
		require.True(t, tp.Time.Equal(v.Time))
		require.Equal(t, tp.Channel, v.Channel)
		require.Equal(t, tp.Setting, v.Setting)
		require.Equal(t, tp.Campaign, v.Campaign)
		require.Equal(t, tp.Value, v.Value)
		require.Equal(t, tp.Emotion, v.Emotion)
		require.Equal(t, tp.Consent, v.Consent)
		require.Equal(t, tp.Properties, v.Properties)
	}
}

func TestUnmarshalJSONIsExact(t *testing.T) {
	tp := Touchpoint{Customer: " c ", Channel: " x\u00a0", Currency: "euro", Value: -5, Cost: -1}
	line, err := AppendJSON(nil, &tp)
	require.NoError(t, err)
	var back Touchpoint
	require.NoError(t, json.Unmarshal(line, &back))
	assert.Equal(t, tp, back)
}

func TestUnmarshalJSONSkipsOthers(t *testing.T) {
	var tp Touchpoint
	require.NoError(t, tp.UnmarshalJSON([]byte(
		`{"customer":"c","user":"x","utm_source":"x","campaign":{"id":7,"name":"n"},"id":null,"more":{"time":1},"properties":{"a":1.50,"b":[1, 2],"c":null}}`)))
	assert.Equal(t, Touchpoint{
		Customer: "c", Campaign: Campaign{Name: "n"}, Properties: map[string]string{"a": "1.50", "b": "[1,2]"},
	}, tp)
	before := tp
	require.NoError(t, tp.UnmarshalJSON([]byte("null")))
	assert.Equal(t, before, tp, "null changes nothing")
}

func TestUnmarshalJSONErrors(t *testing.T) {
	for data, want := range map[string]error{
		``: ErrSyntax, `[]`: ErrSyntax, `{`: ErrSyntax, `{}{}`: ErrSyntax,
		`{"customer":"a","customer":"b"}`: ErrSyntax,
		`{"id":"order-17"}`:               ErrFormat,
		`{"time":"yesterday"}`:            ErrFormat,
		`{"time":""}`:                     ErrMissing,
		`{"emotion":2}`:                   ErrRange,
		`{"value":"x"}`:                   ErrFormat,
		`{"customer":{}}`:                 ErrFormat,
		`{"campaign":"x"}`:                ErrFormat,
		`{"campaign":[]}`:                 ErrFormat,
		`{"properties":7}`:                ErrFormat,
		`{"consent":[]}`:                  ErrFormat,
		`{"consent":true}`:                ErrFormat,
		`{"consent":{"ads":1}}`:           ErrFormat,
		"{\"customer\":\"\xff\"}":         ErrEncoding,
	} {
		tp := Touchpoint{Customer: "before"}
		require.ErrorIs(t, tp.UnmarshalJSON([]byte(data)), want, data)
		assert.Equal(t, Touchpoint{Customer: "before"}, tp, "unchanged on error")
	}
}

// Whatever can be read can be written, and is then read as the same.
func FuzzTouchpointUnmarshalJSON(f *testing.F) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 10 {
		tp := randomTouchpoint(rng)
		line, _ := AppendJSON(nil, &tp)
		f.Add(line)
	}
	f.Add([]byte(`{"customer":" ","value":-1e-7,"properties":{"":"","a.b":{"c":[]}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var tp, back Touchpoint
		if tp.UnmarshalJSON(data) != nil {
			return
		}
		line, err := AppendJSON(nil, &tp)
		require.NoError(t, err)
		require.NoError(t, back.UnmarshalJSON(line))
		require.Equal(t, tp, back)
	})
}
