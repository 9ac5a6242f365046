package touchpoint

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConsent(t *testing.T) {
	c, err := NewConsent(map[string]bool{"analytics": false, "ads": true, `a;b=c\{`: true})
	require.NoError(t, err)
	assert.True(t, c.Given())
	assert.True(t, c.Granted("ads"))
	assert.True(t, c.Granted(`a;b=c\{`))
	assert.False(t, c.Granted("analytics"))
	assert.False(t, c.Granted("mail"), "not named is not granted")
	assert.False(t, c.Granted("ad"))
	assert.False(t, c.Granted(""))
	assert.Equal(t, map[string]bool{"analytics": false, "ads": true, `a;b=c\{`: true}, maps.Collect(c.All()))
	assert.Equal(t, `a\;b\=c\\\{=yes;ads=yes;analytics=no`, c.String())
	for range c.All() {
		break // a consumer may stop
	}

	same := Consent{}
	require.NoError(t, same.UnmarshalText([]byte(" analytics = NO ;ads=1; a\\;b\\=c\\\\\\{=granted;")))
	assert.True(t, c == same)
}

// Absent is not empty, and neither grants anything.
func TestConsentAbsentIsNotEmpty(t *testing.T) {
	absent := Consent{}
	empty, err := NewConsent(nil)
	require.NoError(t, err)
	assert.NotEqual(t, absent, empty)
	assert.False(t, absent.Given())
	assert.True(t, empty.Given())
	for _, c := range []Consent{absent, empty} {
		assert.False(t, c.Granted("ads"))
		assert.False(t, c.Granted(""))
		assert.False(t, c.Granted("none"))
		assert.Empty(t, maps.Collect(c.All()))
	}
	assert.Equal(t, "", absent.String())
	assert.Equal(t, "none", empty.String())
	data, err := json.Marshal([]Consent{absent, empty})
	require.NoError(t, err)
	assert.Equal(t, `[null,{}]`, string(data))

	named, err := NewConsent(map[string]bool{"none": true})
	require.NoError(t, err)
	assert.True(t, named.Granted("none"))
	assert.Equal(t, "none=yes", named.String())
}

func TestNewConsentErrors(t *testing.T) {
	for name, want := range map[string]error{"": ErrFormat, " ads": ErrFormat, "ads\u00a0": ErrFormat, "\xff": ErrEncoding} {
		c, err := NewConsent(map[string]bool{"ads": true, name: true})
		require.ErrorIs(t, err, want, "%q", name)
		assert.Equal(t, Consent{}, c)
	}
}

func TestConsentText(t *testing.T) {
	for text, want := range map[string]map[string]bool{
		"none":                       {},
		" NONE ":                     {},
		"{}":                         {},
		" { } ":                      {},
		"ads=yes":                    {"ads": true},
		"ads=false":                  {"ads": false},
		"ads=denied;mail=TRUE":       {"ads": false, "mail": true},
		"b=0 ; a=1":                  {"a": true, "b": false},
		`{"ads":true, "mail":false}`: {"ads": true, "mail": false},
		`{"ads":true, "mail":null}`:  {"ads": true},
		`\{=yes`:                     {"{": true},
		"none=no":                    {"none": false},
		"реклама=yes":                {"реклама": true},
	} {
		wantConsent, err := NewConsent(want)
		require.NoError(t, err)
		var c Consent
		require.NoError(t, c.UnmarshalText([]byte(text)), text)
		assert.Equal(t, wantConsent, c, text)
	}
	c, _ := NewConsent(nil)
	require.NoError(t, c.UnmarshalText([]byte(" ")))
	assert.Equal(t, Consent{}, c, "an empty cell: nothing is given")
}

func TestConsentTextErrors(t *testing.T) {
	for text, want := range map[string]error{
		"secret": ErrFormat, "=yes": ErrFormat, " =yes": ErrFormat, "secret=": ErrFormat, "secret=maybe": ErrFormat, ";": ErrFormat, "secret=yes;;x=yes": ErrFormat,
		"secret=yes;secret=no": ErrFormat, "secret=yes; secret=yes": ErrFormat, `secret\=yes`: ErrFormat, "\xff=yes": ErrEncoding,
		"{": ErrSyntax, `{"secret":true}}`: ErrSyntax, `{"secret":true} secret`: ErrSyntax, `{"secret":true,"secret":true}`: ErrSyntax,
		`{"secret":1}`: ErrFormat, `{"secret":"true"}`: ErrFormat, `{"secret":{}}`: ErrFormat, `{"":true}`: ErrFormat, `{"secret":tru}`: ErrSyntax,
		"{\"secret\xff\":true}": ErrEncoding, `{"secret":true," secret":true}`: ErrFormat,
	} {
		before, _ := NewConsent(map[string]bool{"before": true})
		c := before
		err := c.UnmarshalText([]byte(text))
		require.ErrorIs(t, err, want, text)
		assert.NotContains(t, err.Error(), "secret")
		assert.Equal(t, before, c, "unchanged on error")
		require.Error(t, c.UnmarshalJSON([]byte(text)), text)
		assert.Equal(t, before, c)
	}
	var c Consent
	require.ErrorIs(t, c.UnmarshalJSON([]byte(`"ads=yes"`)), ErrFormat, "JSON is an object")
	require.ErrorIs(t, c.UnmarshalJSON(nil), ErrFormat)
}

func TestConsentRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		for _, c := range []Consent{{}, randomConsent(rng)} {
			text, err := c.MarshalText()
			require.NoError(t, err)
			back, _ := NewConsent(map[string]bool{"before": true})
			require.NoError(t, back.UnmarshalText(text))
			require.Equal(t, c, back)

			data, err := json.Marshal(c)
			require.NoError(t, err)
			back, _ = NewConsent(map[string]bool{"before": true})
			require.NoError(t, json.Unmarshal(data, &back))
			require.Equal(t, c, back, "%s", data)

			if c.Given() {
				require.NoError(t, back.UnmarshalText(data), "text may be JSON, too")
				require.Equal(t, c, back)
				back, err = NewConsent(maps.Collect(c.All()))
				require.NoError(t, err)
				require.Equal(t, c, back)
			}
		}
	}
}

// A CSV cell holds the text form.
func TestConsentInCSV(t *testing.T) {
	o := decodeCSV(t, CSV{}, "customer,time,channel,consent\nc,2026-01-31,a,\nc,2026-01-31,a,none\nc,2026-01-31,a,{}\n"+
		"c,2026-01-31,a,ads=yes;analytics=no\nc,2026-01-31,a,\"{\"\"analytics\"\":false,\"\"ads\"\":true}\"\nc,2026-01-31,a,secret\n")
	require.Len(t, o.errs, 1)
	assert.EqualError(t, o.errs[0], "line 7: consent: bad format: want purpose=yes;purpose=no, none, or a JSON object of booleans")
	var texts []string
	for _, row := range o.rows {
		texts = append(texts, row.Consent.String())
	}
	assert.Equal(t, []string{"", "none", "none", "ads=yes;analytics=no", "ads=yes;analytics=no"}, texts)
}

// A column named for consent and for another field cannot be an object for both.
func TestConsentNamedForTwo(t *testing.T) {
	d := JSONLines{Columns: Columns{Consent: "x", Stage: "x"}}
	o := decodeJSON(t, d, base+`,"x":{"ads":true}}`)
	require.Len(t, o.errs, 1)
	require.ErrorIs(t, o.errs[0], ErrFormat)
	assert.Equal(t, "ads=yes", one(t, d, base+`,"x":"ads=yes"}`).Consent.String())
}

// The id of a touchpoint with consent has the canonical text at its end, so that it does
// not depend on the form of the source.
func TestContentIDOfConsent(t *testing.T) {
	a := one(t, JSONLines{}, base+`,"consent":{"b":false,"a":true}}`)
	b := one(t, JSONLines{}, base+`,"consent":"a=1; b=no"}`)
	assert.Equal(t, a.ID, b.ID)
	assert.NotEqual(t, a.ID, one(t, JSONLines{}, base+`,"consent":{}}`).ID)
	assert.NotEqual(t, a.ID, one(t, JSONLines{}, base+`}`).ID)
}

func FuzzConsentUnmarshalText(f *testing.F) {
	f.Add([]byte("ads=yes;analytics=no"))
	f.Add([]byte(`{"ads":true}`))
	f.Add([]byte(`\{a\;\\=granted; none=0`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var c, back Consent
		if c.UnmarshalText(text) != nil {
			return
		}
		written, err := c.MarshalText()
		require.NoError(t, err)
		require.NoError(t, back.UnmarshalText(written))
		require.Equal(t, c, back)
		if c.Given() {
			again, err := NewConsent(maps.Collect(c.All()))
			require.NoError(t, err)
			require.Equal(t, c, again)
		}
	})
}
