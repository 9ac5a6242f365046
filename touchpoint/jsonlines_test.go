package touchpoint

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// base is an object that is fine, up to its last brace.
const base = `{"customer":"c1","time":"2026-01-31","channel":"a"`

// one decodes one object that must be fine.
func one(t *testing.T, d JSONLines, text string) Touchpoint {
	t.Helper()
	o := decodeJSON(t, d, text)
	require.Empty(t, o.errs)
	require.Len(t, o.rows, 1)
	return o.rows[0]
}

func TestJSONLinesMembers(t *testing.T) {
	emotion, _ := NewEmotion(0.25)
	for _, test := range []struct {
		name    string
		columns Columns
		text    string
		change  func(*Touchpoint)
	}{
		{"minimal", Columns{}, base + `}`, func(*Touchpoint) {}},
		{"white space", Columns{}, " \t" + strings.ReplaceAll(base, ":", " : ") + " } \r", func(*Touchpoint) {}},
		{"text is trimmed", Columns{}, `{"customer":" c1\u00a0","time":" 2026-01-31 ","channel":"\ta"}`, func(*Touchpoint) {}},
		{"usual names in any case", Columns{}, `{"USER_ID":"c1","Timestamp":"2026-01-31","Channel":"a"}`, func(*Touchpoint) {}},
		{"first of the usual names", Columns{}, `{"user":"u","userId":"x","customer":"c1","time":"2026-01-31","date":"d","channel":"a"}`, func(t *Touchpoint) {
			t.Properties = map[string]string{"user": "u", "userId": "x", "date": "d"}
		}},
		{"null counts as absent", Columns{}, base + `,"id":null,"value":null,"page":null,"properties":null,"campaign":null}`, func(*Touchpoint) {}},
		{"empty texts", Columns{}, base + `,"id":"","value":"","seq":"","conversion":"","emotion":"","currency":"","received":"","setting":""}`, func(*Touchpoint) {}},
		{"an empty property", Columns{}, base + `,"page":""}`, func(t *Touchpoint) { t.Properties = map[string]string{"page": ""} }},
		{"number as customer", Columns{}, `{"customer":17,"time":"2026-01-31","channel":1.50}`, func(t *Touchpoint) { t.Customer, t.Channel = "17", "1.50" }},
		{"a long number stays exact", Columns{}, `{"customer":12345678901234567890,"time":"2026-01-31","channel":"a"}`, func(t *Touchpoint) {
			t.Customer = "12345678901234567890"
		}},
		{"numbers", Columns{}, base + `,"seq":7,"value":12.5,"cost":1e-3,"emotion":0.25,"conversion":1}`, func(t *Touchpoint) {
			t.Seq, t.Value, t.Cost, t.Emotion, t.Conversion = 7, 12.5, 0.001, emotion, true
		}},
		{"numbers as text", Columns{}, base + `,"seq":"7","value":"12.5","cost":"1e-3","emotion":"0.25","conversion":"yes"}`, func(t *Touchpoint) {
			t.Seq, t.Value, t.Cost, t.Emotion, t.Conversion = 7, 12.5, 0.001, emotion, true
		}},
		{"bool", Columns{}, base + `,"converted":true,"opt_in":false}`, func(t *Touchpoint) {
			t.Conversion, t.Properties = true, map[string]string{"opt_in": "false"}
		}},
		{"consent", Columns{}, base + `,"consent":{"ads":true, "mail":null}}`, func(t *Touchpoint) {
			t.Consent, _ = NewConsent(map[string]bool{"ads": true})
		}},
		{"consent as text", Columns{}, base + `,"consent":"ads=yes"}`, func(t *Touchpoint) {
			t.Consent, _ = NewConsent(map[string]bool{"ads": true})
		}},
		{"empty consent", Columns{}, base + `,"consent":{}}`, func(t *Touchpoint) { t.Consent, _ = NewConsent(nil) }},
		{"null consent", Columns{}, base + `,"consent":null}`, func(*Touchpoint) {}},
		{
			"consent of Segment",
			Columns{Consent: "context.consent.categoryPreferences"},
			base + `,"context":{"ip":"::1","consent":{"categoryPreferences":{"Advertising":true,"Analytics":false}}}}`,
			func(t *Touchpoint) {
				t.Consent, _ = NewConsent(map[string]bool{"Advertising": true, "Analytics": false})
				t.Properties = map[string]string{"context.ip": "::1"}
			},
		},
		{"no consent wanted", Columns{Consent: NoColumn}, base + `,"consent":{"ads":1}}`, func(t *Touchpoint) {
			t.Properties = map[string]string{"consent": `{"ads":1}`}
		}},
		{"properties of all kinds", Columns{}, base + `,"s":" x ","n":1.50,"b":true,"o":{ "k" : [ 1, "a b" ] },"a":[]}`, func(t *Touchpoint) {
			t.Properties = map[string]string{"s": " x ", "n": "1.50", "b": "true", "o": `{"k":[1,"a b"]}`, "a": "[]"}
		}},
		{"object of properties", Columns{}, base + `,"properties":{"customer":"x","n":1.50,"o":{"k":1},"z":null}}`, func(t *Touchpoint) {
			t.Properties = map[string]string{"customer": "x", "n": "1.50", "o": `{"k":1}`}
		}},
		{"properties that is a text", Columns{}, base + `,"properties":"x"}`, func(t *Touchpoint) { t.Properties = map[string]string{"properties": "x"} }},
		{"campaign object", Columns{}, base + `,"campaign":{"source":"s","medium":"m","name":"n","content":"c","term":"t","code":"o","id":7}}`, func(t *Touchpoint) {
			t.Campaign, t.Properties = Campaign{"s", "m", "n", "c", "t", "o"}, map[string]string{"campaign.id": "7"}
		}},
		{"campaign text", Columns{}, base + `,"campaign":"n"}`, func(t *Touchpoint) { t.Campaign.Name = "n" }},
		{"utm before campaign object", Columns{}, base + `,"campaign":{"source":"x"},"utm_source":"s"}`, func(t *Touchpoint) {
			t.Campaign.Source, t.Properties = "s", map[string]string{"campaign.source": "x"}
		}},
		{"object under a usual name", Columns{}, base + `,"user":{"id":1},"event":{"a": 1}}`, func(t *Touchpoint) {
			t.Properties = map[string]string{"user": `{"id":1}`, "event": `{"a":1}`}
		}},
		{
			"named",
			Columns{Customer: "user.id", Time: "context.ts", Channel: "properties.medium", Value: NoColumn},
			`{"user":{"id":"c1","mail":"m"},"context":{"ts":"2026-01-31","ip":{"v": 4}},"properties":{"medium":"a","value":1},"value":2}`,
			nil,
		},
		{"dots in a key", Columns{Customer: "user.id"}, `{"user.id":"c1","time":"2026-01-31","channel":"a"}`, func(*Touchpoint) {}},
		{"named for two", Columns{Channel: "source", Source: "source"}, `{"customer":"c1","time":"2026-01-31","source":"a"}`, func(t *Touchpoint) {
			t.Campaign.Source = "a"
		}},
		{"named beats usual", Columns{Customer: "cid"}, `{"customer":"x","cid":"c1","time":"2026-01-31","channel":"a"}`, func(t *Touchpoint) {
			t.Properties = map[string]string{"customer": "x"}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := Touchpoint{Customer: "c1", Time: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), Channel: "a"}
			if test.change == nil {
				// The path "value" and the property "value" of the object are
				// one key, so the row is refused.
				o := decodeJSON(t, JSONLines{Columns: test.columns}, test.text)
				require.Len(t, o.errs, 1)
				require.ErrorIs(t, o.errs[0], ErrSyntax)
				got := one(t, JSONLines{Columns: test.columns}, strings.Replace(test.text, `"value":1`, `"v":1`, 1))
				want.Properties = map[string]string{"user.mail": "m", "context.ip": `{"v":4}`, "v": "1", "value": "2"}
				want.ID = want.ContentID()
				assert.Equal(t, want, got)
				return
			}
			test.change(&want)
			want.ID = want.ContentID()
			assert.Equal(t, want, one(t, JSONLines{Columns: test.columns}, test.text))
		})
	}
}

func TestJSONLinesIDs(t *testing.T) {
	const id = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
	assert.Equal(t, uuid.MustParse(id), one(t, JSONLines{}, base+`,"event_id":"`+id+`"}`).ID)
	want := uuid.NewSHA1(uuid.MustParse(Namespace), []byte("17"))
	assert.Equal(t, want, one(t, JSONLines{}, base+`,"id":17}`).ID)
	assert.Equal(t, want, one(t, JSONLines{}, base+`,"id":"17"}`).ID)
	nilID := one(t, JSONLines{}, base+`,"id":"00000000-0000-0000-0000-000000000000"}`)
	assert.Equal(t, nilID.ContentID(), nilID.ID, "the nil UUID is no id")
}

func TestJSONLinesTimes(t *testing.T) {
	d := JSONLines{TimeLayouts: []string{TimeUnixMilli, TimeISO}, Location: time.FixedZone("", 3600)}
	got := one(t, d, `{"customer":"c","time":1767225600000,"received":"2026-01-01","channel":"a"}`)
	assert.Equal(t, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), got.Time)
	assert.Equal(t, time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC), got.Received)
}

func TestJSONLinesRowErrors(t *testing.T) {
	for _, test := range []struct {
		row   string
		field string
		class error
		text  string
	}{
		{`secret`, "", ErrSyntax, "malformed row: not a JSON object"},
		{`["secret"]`, "", ErrSyntax, "malformed row: not a JSON object"},
		{base, "", ErrSyntax, "malformed row: not valid JSON"},
		{base + `,"page":secret}`, "page", ErrSyntax, "malformed row: not valid JSON"},
		{base + `} secret`, "", ErrSyntax, "malformed row: text after the JSON object"},
		{base + `}` + base + `}`, "", ErrSyntax, "malformed row: text after the JSON object"},
		{base + "}\x00", "", ErrSyntax, "malformed row: text after the JSON object"},
		{base + `,"channel":"secret"}`, "", ErrSyntax, "malformed row: an object has a key twice"},
		{base + `,"Channel":"secret"}`, "Channel", ErrSyntax, "malformed row: given twice"},
		{base + `,"x":{"a":1,"a":2}}`, "x", ErrSyntax, "malformed row: an object has a key twice"},
		{base + `,"page":"secret","properties":{"page":"secret"}}`, "properties.page", ErrSyntax, "malformed row: given twice"},
		{base + `,"x":` + strings.Repeat("[", 2000) + `}`, "x", ErrSyntax, "malformed row: nested too deep"},
		{base + ",\"page\":\"secret\xff\"}", "page", ErrEncoding, "invalid UTF-8"},
		{base + ",\"secret\xff\":1}", "", ErrEncoding, "invalid UTF-8"},
		{base + `,"page":"secret\ud800"}`, "page", ErrEncoding, "invalid UTF-8"},
		{base + ",\"campaign\":{\"name\":\"secret\xff\"}}", "campaign.name", ErrEncoding, "invalid UTF-8"},
		{`{"time":"2026-01-31","channel":"a"}`, "customer", ErrMissing, "missing"},
		{`{"customer":null,"time":"2026-01-31","channel":"a"}`, "customer", ErrMissing, "missing"},
		{`{"user":" ","time":"2026-01-31","channel":"a"}`, "user", ErrMissing, "missing: empty"},
		{`{"customer":"c1","channel":"a"}`, "time", ErrMissing, "missing"},
		{`{"customer":"c1","time":"2026-01-31","chanel":"a"}`, "channel", ErrMissing, "missing"},
		{`{"customer":"c1","timestamp":"secret","channel":"a"}`, "timestamp", ErrFormat, "bad format: not a time of an accepted layout"},
		{`{"customer":"c1","time":1767225600,"channel":"a"}`, "time", ErrFormat, "bad format: not a time of an accepted layout"},
		{base + `,"value":-1}`, "value", ErrRange, "out of range: negative"},
		{base + `,"value":1e999}`, "value", ErrRange, "out of range: number too large"},
		{base + `,"seq":1.5}`, "seq", ErrFormat, "bad format: not a whole number"},
		{base + `,"currency":"secret"}`, "currency", ErrFormat, "bad format: want an ISO 4217 code of three letters"},
		{base + `,"emotion":-2}`, "emotion", ErrRange, "out of range: want -1 to 1"},
		{base + `,"consent":{"secret":"yes"}}`, "consent", ErrFormat, "bad format: want purpose=yes;purpose=no, none, or a JSON object of booleans"},
		{base + `,"consent":{" secret ":true,"secret":true}}`, "consent", ErrFormat, "bad format: a purpose is given twice"},
		{base + `,"consent":{"secret":true,"secret":true}}`, "consent", ErrSyntax, "malformed row: an object has a key twice"},
		{base + `,"consent":"{secret}"}`, "consent", ErrSyntax, "malformed row: not valid JSON"},
		{base + `,"conversion":1.5}`, "conversion", ErrFormat, "bad format: want 1, 0, true, false, yes, no or a count"},
		{base + `,"cid":["secret"]}`, "cid", ErrFormat, "bad format: an object or array where a text or number is wanted"},
	} {
		t.Run(test.row[max(len(test.row)-40, 0):], func(t *testing.T) {
			d := JSONLines{Source: "in"}
			if test.field == "cid" {
				d.Columns.ID = "cid"
			}
			o := decodeJSON(t, d, base+"}\n\n"+test.row+"\n"+base+"}\n")
			assert.Len(t, o.rows, 2, "the rows around it stay")
			require.Len(t, o.errs, 1)
			var bad *RowError
			require.ErrorAs(t, o.errs[0], &bad)
			assert.Equal(t, RowError{Source: "in", Line: 3, Field: test.field, Err: bad.Err}, *bad)
			require.ErrorIs(t, bad, test.class)
			assert.Equal(t, test.text, bad.Err.Error())
			assert.NotContains(t, bad.Error(), "secret")
		})
	}
}

func TestJSONLinesMissingNamedMember(t *testing.T) {
	o := decodeJSON(t, JSONLines{Columns: Columns{Customer: "context.cid", Channel: NoColumn}}, `{"time":"2026-01-31","event":"a"}`)
	require.Len(t, o.errs, 1)
	assert.EqualError(t, o.errs[0], "line 1: context.cid: missing")
	o = decodeJSON(t, JSONLines{}, `{"`+strings.Repeat("é", 100)+`":x}`)
	require.Len(t, o.errs, 1)
	assert.EqualError(t, o.errs[0], "line 1: "+strings.Repeat("é", 40)+"…: malformed row: not valid JSON")
}

func TestJSONLinesBlankLinesBOMAndCRLF(t *testing.T) {
	for text, want := range map[string]int{
		"":             0,
		"\n \r\n\t\n":  0,
		"\ufeff":       0,
		base + "}":     1,
		base + "}\r\n": 1,
		"\ufeff" + base + "}\r\n\r\n \n" + base + "}": 2,
	} {
		o := decodeJSON(t, JSONLines{}, text)
		assert.Empty(t, o.errs, "%q", text)
		assert.Len(t, o.rows, want, "%q", text)
	}
}

func TestJSONLinesLongRows(t *testing.T) {
	long := strings.Repeat("x", 10<<20)
	text := base + "}\n" + base + `,"page":"` + long + "\"}\n" + long + "\n" + base + "}"
	o := decodeJSON(t, JSONLines{}, text)
	require.Len(t, o.rows, 3)
	assert.Len(t, o.rows[1].Properties["page"], len(long))
	require.Len(t, o.errs, 1)
	require.ErrorIs(t, o.errs[0], ErrSyntax)

	o = decodeJSON(t, JSONLines{MaxRow: 1000}, text)
	require.Len(t, o.rows, 2)
	require.Len(t, o.errs, 2)
	assert.EqualError(t, o.errs[0], "line 2: row too long")
	assert.EqualError(t, o.errs[1], "line 3: row too long")
	require.ErrorIs(t, o.errs[1], ErrTooLong)
}

func TestJSONLinesInputErrors(t *testing.T) {
	o := decodeJSON(t, JSONLines{Source: "in", Columns: Columns{Time: NoColumn}, MaxRow: -1}, base+"}")
	assert.Empty(t, o.rows)
	require.Len(t, o.errs, 1)
	var end *InputError
	require.ErrorAs(t, o.errs[0], &end)
	require.ErrorIs(t, end, ErrColumns)
	require.ErrorIs(t, end, errNegativeMaxRow)

	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := io.WriteString(w, base+"}\n"+base+"}\n")
	require.NoError(t, err)
	require.NoError(t, w.Close())
	cut, err := gzip.NewReader(bytes.NewReader(packed.Bytes()[:packed.Len()-5]))
	require.NoError(t, err)
	o = outcome{}
	for row, err := range (JSONLines{Source: "in"}).Decode(context.Background(), cut) {
		o.add(t, row, err)
	}
	assert.Len(t, o.rows, 2, "whole lines before the cut")
	require.Len(t, o.errs, 1)
	require.ErrorAs(t, o.errs[0], &end)
	require.ErrorIs(t, end, io.ErrUnexpectedEOF)
	assert.EqualError(t, end, "touchpoint: in:2: unexpected EOF")
}

func TestJSONLinesContext(t *testing.T) {
	text := strings.Repeat(base+"}\n", 1000)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := 0
	var last error
	for _, err := range (JSONLines{}).Decode(ctx, strings.NewReader(text)) {
		if last = err; err == nil {
			if n++; n == 10 {
				cancel()
			}
		}
	}
	assert.Equal(t, 10, n)
	var end *InputError
	require.ErrorAs(t, last, &end)
	require.ErrorIs(t, last, context.Canceled)
}

func TestJSONLinesConsumerMayStop(t *testing.T) {
	text := base + "}\nx\n" + base + "}\n"
	for stop := range 3 {
		n := 0
		for range (JSONLines{}).Decode(context.Background(), strings.NewReader(text)) {
			if n++; n > stop {
				break
			}
		}
		assert.Equal(t, stop+1, n)
	}
}

// Every line that is not blank is a touchpoint or an error, and the touchpoints
// are valid and survive being written and read.
func FuzzJSONLinesDecode(f *testing.F) {
	f.Add(base + "}\n")
	f.Add("\ufeff" + base + ",\"properties\":{\"a\":[1, {}]},\"campaign\":{\"name\":\"\\u00e9\"}}\r\n\n[]\n\xff")
	f.Add(`{"userId":1,"timestamp":"2026-01-31T10:00:00+01:00","event":"x","user":{"a":"b"},"Value":"1"}`)
	f.Fuzz(func(t *testing.T, text string) {
		o := decodeJSON(t, JSONLines{MaxRow: 1000}, text)
		for _, err := range o.errs {
			var bad *RowError
			require.True(t, errors.As(err, &bad))
		}
		var again []byte
		for i := range o.rows {
			require.NoError(t, o.rows[i].Validate())
			line, err := AppendJSON(nil, &o.rows[i])
			require.NoError(t, err)
			again = append(append(again, line...), '\n')
		}
		lines := 0
		for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
			if strings.TrimSpace(line) != "" || len(strings.TrimRight(line, "\r\n")) > 1000 {
				lines++
			}
		}
		require.Equal(t, lines, len(o.rows)+len(o.errs))
		back := decodeJSON(t, JSONLines{}, string(again))
		require.Empty(t, back.errs)
		require.Equal(t, o.rows, back.rows)
	})
}
