package touchpoint

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/stage"
)

// marker stands for what a customer must not find in a log. It is no number, time,
// setting or other text that a field accepts.
const marker = "ann.marker@example.com"

// broken are texts with the marker that some field cannot hold.
var broken = []string{marker, marker + "\xff", "-" + marker, "7 " + marker, marker + "=" + marker, "{\"" + marker + "\":1}", "{" + marker, "2026-01-31 " + marker}

// private fails if the error tells the marker. It reports whether there was an error.
func private(t *testing.T, err error, from string, args ...any) bool {
	t.Helper()
	if err == nil {
		return false
	}
	for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
		assert.NotContains(t, text, "marker", from, args)
	}
	return true
}

// No text of a row is in an error of a decoder, whatever field it stands in and whatever
// is wrong with it.
func TestErrorsOfDecodersArePrivate(t *testing.T) {
	fine := [numFields]string{fieldCustomer: "c", fieldTime: "2026-01-31", fieldChannel: "a"}
	names := make([]string, numFields)
	for f := range numFields {
		names[f] = f.String()
	}
	failed := make(map[field]bool)
	for f := range numFields {
		for _, text := range broken {
			cells := fine
			for g := range numFields { // where it does no harm, the marker stands beside, too
				switch g {
				case fieldID, fieldCustomer, fieldChannel, fieldKind, fieldStage, fieldSource, fieldMedium, fieldCampaign, fieldContent, fieldTerm, fieldCode:
					cells[g] = marker
				}
			}
			cells[f] = text
			quoted := make([]string, 0, numFields)
			for _, cell := range cells {
				quoted = append(quoted, `"`+strings.ReplaceAll(cell, `"`, `""`)+`"`)
			}
			row := strings.Join(quoted, ",")
			for _, d := range []CSV{{}, {MaxRow: 60}, {TimeLayouts: []string{TimeUnix, time.RFC1123}}} {
				d.Columns.Campaign = "campaign" // usual names but this are those of the fields
				d.Columns.Content, d.Columns.Term, d.Columns.Source = "content", "term", "source"
				o := decodeCSV(t, d, strings.Join(names, ",")+",page\n"+row+","+marker+"\n"+row+"\n\""+marker+"\n")
				for _, err := range o.errs {
					private(t, err, "CSV", f, text)
				}
				if d.TimeLayouts == nil && d.MaxRow == 0 {
					assert.NotEmpty(t, o.errs)
					failed[f] = failed[f] || len(o.rows) == 0
				}
			}

			var members []string
			for g, cell := range cells {
				members = append(members, strconv.Quote(fields[g].own)+`:"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(cell)+`"`)
			}
			object := "{" + strings.Join(members, ",")
			for _, line := range []string{
				object + "}", object, object + `,"page":"` + marker, object + `} ` + marker, object + `,"page":` + marker + "}", object + `,"stage":"` + marker + `"}`,
				object + `,"page":"` + marker + `\ud800"}`, object + `,"properties":{"page":{"` + marker + `":"` + marker + `\x"}}}`,
				`["` + marker + `"]`, marker, `"` + marker + `"`, "{" + marker,
			} {
				for _, d := range []JSONLines{{}, {MaxRow: 60}, {TimeLayouts: []string{TimeUnixMilli}}} {
					for _, err := range decodeJSON(t, d, line).errs {
						private(t, err, "JSON lines", f, text)
					}
				}
				var tp Touchpoint
				private(t, tp.UnmarshalJSON([]byte(line)), "UnmarshalJSON", f, text)
			}
		}
	}
	for _, f := range []field{fieldTime, fieldReceived, fieldSeq, fieldSetting, fieldConversion, fieldValue, fieldCurrency, fieldCost, fieldEmotion, fieldConsent} {
		assert.True(t, failed[f], "%v accepts every text: the test tests nothing", f)
	}
}

// A file without a header is refused, and its first row not told.
func TestErrorsOfHeadersArePrivate(t *testing.T) {
	for _, row := range []string{
		marker + ",2026-01-31,web", "marker,2026-01-31T10:00:00Z,web", "marker,1767225600,web", "marker,x,x,12.5",
		"marker,x\xff,x", "\"marker",
	} {
		o := decodeCSV(t, CSV{}, row+"\n")
		require.Len(t, o.errs, 1, row)
		private(t, o.errs[0], "header", row)
	}
	_, err := (&Columns{}).bind([]string{"ann@example.com", "x"})
	assert.EqualError(t, err, "missing: no column for customer; the first row looks like data, not like a header")
}

// Validate and AppendJSON, with the marker in every text and every field wrong in turn.
func TestErrorsOfValidatorsArePrivate(t *testing.T) {
	for _, text := range []string{marker, marker + "\xff"} {
		var tp Touchpoint
		v := reflect.ValueOf(&tp).Elem()
		fillText(v, text)
		tp.Properties = map[string]string{text: text, "x": text}
		tp.Value, tp.Cost, tp.Setting = math.NaN(), -1, 9
		tp.Time = time.Date(20000, 1, 1, 0, 0, 0, 0, time.FixedZone("marker", 0))
		tp.Received = tp.Time
		assert.True(t, private(t, tp.Validate(), "Validate"))
		_, err := AppendJSON(nil, &tp)
		assert.True(t, private(t, err, "AppendJSON"))
		tp.Time, tp.Received, tp.Setting, tp.Value, tp.Cost = time.Time{}, time.Time{}, 0, 0, 0
		assert.True(t, private(t, tp.Validate(), "Validate"))
		_, err = AppendJSON(nil, &tp)
		private(t, err, "AppendJSON")

		_, err = NewConsent(map[string]bool{" " + text: true})
		assert.True(t, private(t, err, "NewConsent"))
		assert.True(t, private(t, ConsentFilter{Purposes: []string{text, text}}.Validate(), "ConsentFilter"))
		_, err = NewPseudonymizer([]byte(text), PseudonymOptions{})
		assert.True(t, private(t, err, "NewPseudonymizer"))
	}
}

// fillText sets every string in a struct.
func fillText(v reflect.Value, text string) {
	for i := range v.NumField() {
		switch f := v.Field(i); {
		case f.Kind() == reflect.String:
			f.SetString(text)
		case f.Kind() == reflect.Struct && f.Type() == reflect.TypeFor[Campaign]():
			fillText(f, text)
		}
	}
}

// The small parsers that a caller may hand a text of a row to.
func TestErrorsOfTextsArePrivate(t *testing.T) {
	var (
		e Emotion
		s Setting
		c Consent
	)
	feedback := newFeedback(t, FeedbackOptions{Scale: ZeroToTen(), Property: "nps"})
	for _, text := range broken {
		assert.True(t, private(t, e.UnmarshalText([]byte(text)), "Emotion", text))
		assert.True(t, private(t, e.UnmarshalJSON([]byte(strconv.Quote(text))), "Emotion", text))
		assert.True(t, private(t, s.UnmarshalText([]byte(text)), "Setting", text))
		private(t, c.UnmarshalText([]byte(text)), "Consent", text)
		assert.True(t, private(t, c.UnmarshalJSON([]byte(text)), "Consent", text))
		assert.True(t, private(t, feedback.Add(asked("a", "b", stage.Stage(text), text)), "Feedback", text))
		_, err := ParseURL("https://example.com/?utm_source=" + text + "%zz&gclid=%" + text)
		assert.True(t, private(t, err, "ParseURL", text))
		_, err = ReadCategories(strings.NewReader(text + "\n"))
		assert.True(t, private(t, err, "ReadCategories", text))
		_, err = ReadCategories(strings.NewReader(marker + "," + text + "\n"))
		assert.True(t, private(t, err, "ReadCategories", text))
	}
	for _, src := range []any{struct{ Text string }{marker}, []string{marker}, map[string]int{marker: 1}} {
		var channel Channel
		var kind Kind
		assert.True(t, private(t, channel.Scan(src), "Channel"))
		assert.True(t, private(t, kind.Scan(src), "Kind"))
	}
	for _, data := range [][]byte{[]byte(marker), bytesOf(t, feedback)[:20], append(bytesOf(t, feedback), marker...)} {
		assert.True(t, private(t, new(Feedback).UnmarshalBinary(data), "Feedback"))
		assert.True(t, private(t, new(Answers).UnmarshalBinary(data), "Answers"))
	}
}
