package touchpoint

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// MarshalJSON writes the touchpoint as one JSON object, see [AppendJSON].
func (t Touchpoint) MarshalJSON() ([]byte, error) {
	data, err := AppendJSON(nil, &t)
	if err != nil {
		return nil, err
	}
	return data, nil
}

// UnmarshalJSON reads an object as [AppendJSON] writes it, and exactly: no text
// is trimmed, no id made up, no member demanded. Members that the form does not
// have are skipped, null counts as absent. It checks that each text is what its
// member holds, but not that the touchpoint is valid: see [Touchpoint.Validate].
// The error is a [*RowError] without a place, of the class [ErrSyntax],
// [ErrFormat], [ErrRange] or [ErrEncoding].
func (t *Touchpoint) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil // by the convention of encoding/json
	}
	d := jsonDecoder{assembler: assembler{times: newTimeReader(nil, nil), own: true}, places: ownPlaces}
	var v Touchpoint
	if bad := d.row(data, &v); bad != nil {
		return bad
	}
	*t = v
	return nil
}

// AppendJSON appends the touchpoint to dst as one JSON object without a line
// end; with a line end behind each, such objects are JSON lines:
//
//	{"id":"…","customer":"c1","time":"2026-01-31T09:30:00Z","received":"…","seq":1,
//	 "channel":"email","setting":"online","kind":"visit","stage":"awareness",
//	 "campaign":{"source":"…","medium":"…","name":"…","content":"…","term":"…","code":"…"},
//	 "conversion":true,"value":12.5,"currency":"EUR","cost":0.3,"emotion":-0.5,
//	 "consent":{"ads":true},"properties":{"page":"/home"}}
//
// in one line, with nothing but customer, time and channel where the rest is
// not known. Equal touchpoints give equal bytes. [Touchpoint.UnmarshalJSON]
// reads it back exactly, times in UTC, and so does [JSONLines] where the
// touchpoint is valid and has no space around its texts. What JSON cannot hold
// is an error: a number that is not finite, a time outside the years 1 to 9999,
// text that is not valid UTF-8, a setting that is none. dst is then returned as
// it was.
func AppendJSON(dst []byte, t *Touchpoint) ([]byte, error) {
	if err := t.representable(); err != nil {
		return dst, err
	}
	b := append(dst, '{')
	if t.ID != uuid.Nil {
		b = append(b, `"id":"`...)
		b = appendUUID(b, t.ID)
		b = append(b, `",`...)
	}
	b = appendJSONText(append(b, `"customer":`...), t.Customer)
	if !t.Time.IsZero() {
		b = appendJSONTime(append(b, `,"time":`...), t.Time)
	}
	if !t.Received.IsZero() {
		b = appendJSONTime(append(b, `,"received":`...), t.Received)
	}
	if t.Seq != 0 {
		b = strconv.AppendInt(append(b, `,"seq":`...), t.Seq, 10)
	}
	b = appendJSONText(append(b, `,"channel":`...), string(t.Channel))
	b = appendMember(b, `,"setting":`, t.Setting.String())
	b = appendMember(b, `,"kind":`, string(t.Kind))
	b = appendMember(b, `,"stage":`, string(t.Stage))
	if t.Campaign != (Campaign{}) {
		b = appendCampaign(append(b, `,"campaign":{`...), &t.Campaign)
	}
	if t.Conversion {
		b = append(b, `,"conversion":true`...)
	}
	if t.Value != 0 {
		b = appendJSONNumber(append(b, `,"value":`...), t.Value)
	}
	b = appendMember(b, `,"currency":`, t.Currency)
	if t.Cost != 0 {
		b = appendJSONNumber(append(b, `,"cost":`...), t.Cost)
	}
	if score, ok := t.Emotion.Score(); ok {
		b = appendJSONNumber(append(b, `,"emotion":`...), score)
	}
	if t.Consent.Given() {
		b = appendConsent(append(b, `,"consent":`...), t.Consent)
	}
	if len(t.Properties) > 0 {
		b = append(b, `,"properties":{`...)
		for i, key := range slices.Sorted(maps.Keys(t.Properties)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendJSONText(b, key), ':')
			b = appendJSONText(b, t.Properties[key])
		}
		b = append(b, '}')
	}
	return append(b, '}'), nil
}

// representable says what keeps the touchpoint from being written as JSON.
func (t *Touchpoint) representable() error {
	var err error
	bad := func(field string, reason error) { err = fmt.Errorf("touchpoint: %s: %w", field, reason) }
	switch {
	case !t.Time.IsZero() && !validTime(t.Time):
		bad("time", errYear)
	case !t.Received.IsZero() && !validTime(t.Received):
		bad("received", errYear)
	case t.Setting > Offline:
		bad("setting", ErrRange)
	case math.IsNaN(t.Value) || math.IsInf(t.Value, 0):
		bad("value", errNotFinite)
	case math.IsNaN(t.Cost) || math.IsInf(t.Cost, 0):
		bad("cost", errNotFinite)
	default:
		t.badText(func(field string) { bad(field, ErrEncoding) })
	}
	return err
}

func appendCampaign(b []byte, c *Campaign) []byte {
	b = appendMember(b, `,"source":`, c.Source)
	b = appendMember(b, `,"medium":`, c.Medium)
	b = appendMember(b, `,"name":`, c.Name)
	b = appendMember(b, `,"content":`, c.Content)
	b = appendMember(b, `,"term":`, c.Term)
	b = appendMember(b, `,"code":`, c.Code)
	return append(b, '}')
}

// appendMember appends a member with text, nothing if the text is empty. Its key
// begins with a comma, which is left out behind an opening brace.
func appendMember(b []byte, key, text string) []byte {
	if text == "" {
		return b
	}
	if b[len(b)-1] == '{' {
		key = key[1:]
	}
	return appendJSONText(append(b, key...), text)
}

func appendUUID(b []byte, id uuid.UUID) []byte {
	const hex = "0123456789abcdef"
	for i, c := range id {
		switch i {
		case 4, 6, 8, 10:
			b = append(b, '-')
		}
		b = append(b, hex[c>>4], hex[c&15])
	}
	return b
}

func appendJSONTime(b []byte, t time.Time) []byte {
	b = t.UTC().AppendFormat(append(b, '"'), time.RFC3339Nano)
	return append(b, '"')
}

// appendJSONNumber writes the shortest form that reads back as x, with an
// exponent only for the very small and the very large, as encoding/json does.
func appendJSONNumber(b []byte, x float64) []byte {
	format := byte('f')
	if abs := math.Abs(x); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, x, format, -1, 64)
}

// appendJSONText writes a JSON string. Beside what JSON demands it escapes the
// line ends of Unicode, so that the result is one line for every reader.
func appendJSONText(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r != '\u0085' && r != '\u2028' && r != '\u2029' {
				i += size
				continue
			}
			b = append(b, s[start:i]...)
			b = append(b, '\\', 'u', hex[r>>12], hex[r>>8&15], hex[r>>4&15], hex[r&15])
			i += size
			start = i
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		start = i
	}
	return append(append(b, s[start:]...), '"')
}
