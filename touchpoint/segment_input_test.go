package touchpoint

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pageCall is a call that is fine, up to its last brace.
const pageCall = `{"type":"page","userId":"u","timestamp":"2020-01-01"`

func TestSegmentLayouts(t *testing.T) {
	one, two := pageCall+`,"messageId":"1"}`, pageCall+`,"messageId":"2"}`
	spread := strings.ReplaceAll(one, ",", ",\r\n\t")
	for name, text := range map[string]string{
		"lines":                     one + "\n" + two,
		"lines, CRLF and BOM":       "\ufeff" + one + "\r\n\r\n \t\n" + two + "\r\n",
		"array":                     "[" + one + "," + two + "]",
		"array, spread":             "\ufeff\n [\n" + spread + " ,\n" + two + "\n]\n",
		"empty arrays":              "[]\n[ ]\n[" + one + "]\n[" + two + "]",
		"lines of arrays":           "[" + one + "]\n[" + two + "]\n",
		"lines, then an array":      one + "\n [ ] \n[" + two + "]\n",
		"batch":                     `{"batch":[` + one + "," + two + `]}`,
		"batch, spread":             "{\n\"sentAt\":\n\"2020-01-01\",\"batch\" : [ " + spread + " , " + two + " ] }",
		"values over lines":         spread + "\n" + two,
		"values without space":      "{\n" + one[1:] + two,
		"batches in an array":       `[{"batch":[` + one + `]},{"batch":[]},{"batch":[` + two + `]}]`,
		"a batch and a call, lines": `{"batch":[` + one + `]}` + "\n" + two,
	} {
		for _, chunk := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader} {
			o := gather(t, Segment{}.Decode(context.Background(), chunk(strings.NewReader(text))))
			require.Empty(t, o.errs, name)
			require.Len(t, o.rows, 2, name)
			assert.Equal(t, (&idMaker{}).textID([]byte("1")), o.rows[0].ID, name)
			assert.Equal(t, (&idMaker{}).textID([]byte("2")), o.rows[1].ID, name)
		}
		if !strings.HasPrefix(name, "lines") || name == "lines" {
			got, err := Segment{}.DecodeBody([]byte(text))
			require.NoError(t, err, name)
			assert.Len(t, got, 2, name)
		}
	}
	for _, text := range []string{"", "\ufeff", " \n\r\n", "[]", "[\n]", `{"batch":[]}`} {
		assert.Equal(t, outcome{}, decodeSegment(t, Segment{}, text), "%q", text)
	}
	_, err := Segment{}.DecodeBody([]byte("\ufeff \n"))
	require.ErrorIs(t, err, ErrMissing)
	got, err := Segment{}.DecodeBody([]byte("[]"))
	require.NoError(t, err)
	assert.Empty(t, got)
}

// badCalls are calls, each of which is one error. The word secret stands for a
// customer's data, in keys and in values.
var badCalls = []struct {
	call  string
	field string
	class error
	text  string
}{
	{`"secret"`, "", ErrSyntax, "not a JSON object"},
	{`17`, "", ErrSyntax, "not a JSON object"},
	{`{}`, "type", ErrMissing, "missing"},
	{`{"type":"secret"}`, "type", ErrFormat, "want track, page, screen, identify, group or alias"},
	{`{"type":["secret"]}`, "type", ErrFormat, "want track"},
	{`{"type":"track","userId":"secret"}`, "event", ErrMissing, "missing"},
	{`{"type":"track","userId":"secret","event":{"secret":1},"timestamp":"2020-01-01"}`, "event", ErrMissing, "missing"},
	{`{"type":"track","userId":"secret","event":["secret"],"timestamp":"2020-01-01"}`, "event", ErrFormat, "an object or array"},
	{`{"type":"group","userId":"secret"}`, "groupId", ErrMissing, "missing"},
	{`{"type":"alias","userId":"secret"}`, "previousId", ErrMissing, "missing"},
	{`{"type":"alias","previousId":"secret","anonymousId":"secret"}`, "userId", ErrMissing, "missing"},
	{`{"type":"page","timestamp":"2020-01-01","traits":{"email":"secret"}}`, "userId", ErrMissing, "missing"},
	{`{"type":"page","timestamp":"2020-01-01","userId":" ","anonymousId":null}`, "userId", ErrMissing, "missing"},
	{`{"type":"page","timestamp":"2020-01-01","userId":["secret"]}`, "userId", ErrFormat, "an object or array"},
	{`{"type":"page","userId":"secret"}`, "timestamp", ErrMissing, "missing"},
	{`{"type":"page","userId":"secret","timestamp":"secret"}`, "timestamp", ErrFormat, "not a time"},
	{`{"type":"page","userId":"secret","timestamp":1577836800}`, "timestamp", ErrFormat, "not a time"},
	{pageCall + `,"originalTimestamp":"secret"}`, "originalTimestamp", ErrFormat, "not a time"},
	{pageCall + `,"sentAt":"secret"}`, "sentAt", ErrFormat, "not a time"},
	{pageCall + `,"receivedAt":["secret"]}`, "receivedAt", ErrFormat, "an object or array"},
	{pageCall + `,"messageId":["secret"]}`, "messageId", ErrFormat, "an object or array"},
	{`{"type":"track","event":"Order Completed","userId":"u","timestamp":"2020-01-01","properties":{"revenue":-1}}`, "properties.revenue", ErrRange, "negative"},
	{`{"type":"track","event":"Order Completed","userId":"u","timestamp":"2020-01-01","properties":{"total":"secret"}}`, "properties.total", ErrFormat, "not a number"},
	{`{"type":"track","event":"Order Completed","userId":"u","timestamp":"2020-01-01","properties":{"revenue":1e999}}`, "properties.revenue", ErrRange, "number too large"},
	{`{"type":"track","event":"Order Completed","userId":"u","timestamp":"2020-01-01","properties":{"currency":"secret"}}`, "properties.currency", ErrFormat, "ISO 4217"},
	{pageCall + `,"context":{"campaign":{"source":["secret"]}}}`, "context.campaign.source", ErrFormat, "an object or array"},
	{pageCall + `,"traits":{"secret":1,"secret":2}}`, "traits", ErrSyntax, "an object has a key twice"},
	{pageCall + `,"secret":1,"secret":2}`, "", ErrSyntax, "an object has a key twice"},
	{pageCall + `,"secret":{"secret":secret}}`, "", ErrSyntax, "not valid JSON"},
	{pageCall + `,"context":{"secret":.5}}`, "context", ErrSyntax, "not valid JSON"},
	{pageCall + `,"context":{"userId":1},"context.userId":1}`, "", ErrSyntax, "given twice"},
	{pageCall + `,"context":{"page":{"url":"secret"}},"context.page":{"url":"secret"}}`, "context.page.url", ErrSyntax, "given twice"},
	{pageCall + `,"properties":{"a.b":"secret","a":{"b":"secret"}}}`, "", ErrSyntax, "given twice"},
	{pageCall + `,"traits":{"secret":"secret` + "\xff" + `"}}`, "traits", ErrEncoding, "invalid UTF-8"},
	{pageCall + `,"traits":{"secret":"\ud800secret"}}`, "traits", ErrEncoding, "invalid UTF-8"},
	{pageCall + `,"properties":` + strings.Repeat(`{"secret":`, 10_000) + "1" + strings.Repeat("}", 10_001), "properties", ErrSyntax, "nested too deep"},
	{pageCall + `,"properties":` + strings.Repeat(`[`, 10_000) + strings.Repeat("]", 10_000) + "}", "properties", ErrSyntax, "nested too deep"},
}

// A bad call has its place, and those around it stay, whatever the layout.
func TestSegmentBadCalls(t *testing.T) {
	fine := pageCall + "}"
	for i, test := range badCalls {
		t.Run(fmt.Sprintf("%d %.60q", i, test.call), func(t *testing.T) {
			for _, layout := range []struct{ before, after, place string }{
				{fine + "\n\n", "\n" + fine, ""},
				{"[" + fine + ",\n\n", ",\n" + fine + "]", "[1]"},
				{`{"batch":[` + fine + ",\n\n", ",\n" + fine + "]\n}", "batch[1]"},
				{fine + "\n\n[", "]\n" + fine, "[0]"},
				{"[\n\n" + `{"batch":[`, `,` + fine + `]},` + fine + "]", "[0].batch[0]"},
			} {
				o := decodeSegment(t, Segment{Source: "in"}, layout.before+test.call+layout.after)
				assert.Len(t, o.rows, 2)
				require.Len(t, o.errs, 1)
				var bad *RowError
				require.ErrorAs(t, o.errs[0], &bad)
				field := joinPath(layout.place, test.field)
				assert.Equal(t, RowError{Source: "in", Line: 3, Field: field, Err: bad.Err}, *bad)
				require.ErrorIs(t, bad, test.class)
				require.ErrorContains(t, bad, test.text)
				assert.NotContains(t, bad.Error(), "secret")
			}
		})
	}
}

// What keeps the elements of an array from being told apart.
func TestSegmentBrokenArrays(t *testing.T) {
	fine := pageCall + "}"
	for _, test := range []struct {
		text  string
		rows  int
		input bool // it ends the input
		want  string
	}{
		{"[" + fine, 1, true, "touchpoint: in:1: malformed row: the array does not end"},
		{"[" + fine + ",\n", 1, true, "touchpoint: in:2: malformed row: the array does not end"},
		{"[\n" + fine + "\n" + fine + "]", 1, true, "touchpoint: in:3: malformed row: no comma between the elements of an array"},
		{"[" + fine + ",]", 1, true, "touchpoint: in:1: malformed row: not valid JSON"},
		{"[" + fine + "}", 1, true, "touchpoint: in:1: malformed row: no comma between the elements of an array"},
		{"[" + fine + "]]", 1, true, "touchpoint: in:1: malformed row: not valid JSON"},
		{fine + "\n[" + fine + "\n" + fine, 3, false, "in:2: [1]: malformed row: the array does not end"},
		{fine + "\n[" + fine + fine + "]\n" + fine, 3, false, "in:2: [1]: malformed row: no comma between the elements of an array"},
		{fine + "\n[" + fine + ",]\n" + fine, 3, false, "in:2: [1]: malformed row: not valid JSON"},
		{fine + "\n[" + fine + "] x\n" + fine, 3, false, "in:2: [1]: malformed row: text after the JSON object"},
		{`{"batch":[` + fine + " " + fine + "]}", 1, false, "in:1: batch[1]: malformed row: no comma between the elements of an array"},
		{`{"batch":[` + fine + "}", 0, false, "in:1: malformed row: not valid JSON"},
		{`{"batch":[` + fine + "],}", 0, false, "in:1: malformed row: not valid JSON"},
		{"{\"batch\":[\n" + fine + `,{"a":"`, 0, false, "in:1: batch: malformed row: the array does not end"},
		{`{"batch":{}}`, 0, false, "in:1: type: missing"},
		{`{"batch":[],"sentAt":"x","sentAt":"y"}`, 0, false, "in:1: malformed row: an object has a key twice"},
		{`{"batch":[],"context":{"a":1},"context.a":1}`, 0, false, "in:1: context: malformed row: given twice"},
		{`{"batch":[` + fine + `],"a":{"b":1},"a.b":1}`, 0, false, "in:1: batch[0]: malformed row: given twice"},
	} {
		o := decodeSegment(t, Segment{Source: "in"}, test.text)
		assert.Len(t, o.rows, test.rows, test.text)
		require.Len(t, o.errs, 1, test.text)
		assert.EqualError(t, o.errs[0], test.want)
		var end *InputError
		assert.Equal(t, test.input, errors.As(o.errs[0], &end), test.text)
	}
}

// A small body must not ask for much memory: neither by the members that each of
// its calls has in common, nor by the length of paths.
func TestSegmentAmplification(t *testing.T) {
	var many strings.Builder
	for i := range maxShared + 1 {
		fmt.Fprintf(&many, `,"k%d":1`, i)
	}
	o := decodeSegment(t, Segment{}, `{"batch":[`+pageCall+`}],"context":{`+many.String()[1:]+`}}`)
	require.Len(t, o.errs, 1)
	require.ErrorIs(t, o.errs[0], ErrRange)

	got := oneCall(t, Segment{}, pageCall+`,"a":`+strings.Repeat(`{"a":`, 50)+`{"x":1,"y":2}`+strings.Repeat("}", 51))
	var deep string
	for key := range got.Properties {
		if strings.HasPrefix(key, "a.") {
			require.Empty(t, deep, "one property")
			deep = key
		}
	}
	assert.Equal(t, strings.TrimSuffix(strings.Repeat("a.", maxFlatDepth+1), "."), deep)
	assert.Contains(t, got.Properties[deep], `{"x":1,"y":2}`)

	long := strings.Repeat("k", maxFlatPath+1)
	got = oneCall(t, Segment{}, pageCall+`,"`+long+`":{"b":{"c":1}}}`)
	assert.JSONEq(t, `{"b":{"c":1}}`, got.Properties[long])
}

func TestSegmentLimits(t *testing.T) {
	long := pageCall + `,"name":"` + strings.Repeat("x", 1000) + `"}`
	fine := pageCall + "}"
	d := Segment{MaxRow: 500}
	for text, want := range map[string]string{
		fine + "\n" + long + "\n" + fine:                  "line 2: row too long",
		"[" + fine + "\n," + long + ",\n" + fine + "]":    "line 2: [1]: row too long",
		fine + "\n" + `{"batch":[` + long + "]}\n" + fine: "line 2: row too long",
		"{\n" + long[1:] + fine + fine:                    "line 1: row too long",
	} {
		o := decodeSegment(t, d, text)
		assert.Len(t, o.rows, 2)
		require.Len(t, o.errs, 1)
		assert.EqualError(t, o.errs[0], want)
	}
	// A limit of exactly the length is kept.
	o := decodeSegment(t, Segment{MaxRow: len(fine)}, "["+fine+"]")
	assert.Len(t, o.rows, 1)
	o = decodeSegment(t, Segment{MaxRow: len(fine) - 1}, "["+fine+"]")
	assert.Len(t, o.errs, 1)
}

// A body of 100 MB: the calls of an array one by one, or one call that is skipped.
func TestSegmentLargeInput(t *testing.T) {
	if testing.Short() {
		t.Skip("100 MB")
	}
	const size = 100 << 20
	call := pageCall + `,"name":"` + strings.Repeat("x", 1<<20) + `"},` + "\n"
	n := size / len(call)
	parts := []io.Reader{strings.NewReader("[")}
	for range n {
		parts = append(parts, strings.NewReader(call))
	}
	parts = append(parts, strings.NewReader(pageCall+"}]"))
	got := 0
	for _, err := range (Segment{}).Decode(context.Background(), io.MultiReader(parts...)) {
		require.NoError(t, err)
		got++
	}
	assert.Equal(t, n+1, got)

	endless := io.MultiReader(strings.NewReader(`[{"a":"`), io.LimitReader(zeros{}, size), strings.NewReader(`"},`+pageCall+"}]"))
	o := gather(t, Segment{}.Decode(context.Background(), endless))
	assert.Len(t, o.rows, 1)
	require.Len(t, o.errs, 1)
	require.ErrorIs(t, o.errs[0], ErrTooLong)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func TestSegmentReadErrors(t *testing.T) {
	broken := errors.New("broken")
	fine := pageCall + "}"
	for text, rows := range map[string]int{
		"":                               0,
		fine[:9]:                         0,
		fine + "\n" + fine:               1,
		"[" + fine + "," + fine[:9]:      1,
		"[" + fine + ",":                 1,
		"[" + fine:                       1,
		"[":                              0,
		"{\n" + fine[1:] + " ":           1,
		`{"batch":[` + fine + "," + fine: 0,
	} {
		r := io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))
		o := gather(t, Segment{Source: "in"}.Decode(context.Background(), r))
		assert.Len(t, o.rows, rows, text)
		require.Len(t, o.errs, 1, text)
		var end *InputError
		require.ErrorAs(t, o.errs[0], &end)
		require.ErrorIs(t, end, broken)
	}
}

func TestSegmentContext(t *testing.T) {
	fine := pageCall + "}"
	many := strings.Repeat(fine+",", 999) + fine
	for _, text := range []string{strings.Repeat(fine+"\n", 1000), "[" + many + "]", `{"batch":[` + many + "]}"} {
		ctx, cancel := context.WithCancel(context.Background())
		n := 0
		var last error
		for _, err := range (Segment{}).Decode(ctx, strings.NewReader(text)) {
			if last = err; err == nil {
				if n++; n == 10 {
					cancel()
				}
			}
		}
		cancel()
		assert.Equal(t, 10, n)
		var end *InputError
		require.ErrorAs(t, last, &end)
		require.ErrorIs(t, last, context.Canceled)
	}
}

func TestSegmentConsumerMayStop(t *testing.T) {
	fine := pageCall + "}"
	for _, text := range []string{
		fine + "\nx\n" + fine, "[" + fine + ",1," + fine + "]", `{"batch":[` + fine + ",1," + fine + "]}",
		"\n" + fine + "\n[1]\n" + fine, fine + "\n[1," + fine,
	} {
		for stop := range 3 {
			n := 0
			for range (Segment{}).Decode(context.Background(), strings.NewReader(text)) {
				if n++; n > stop {
					break
				}
			}
			assert.Equal(t, stop+1, n)
		}
	}
}

func TestSegmentDecodeBody(t *testing.T) {
	fine := pageCall + "}"
	got, err := Segment{Source: "body"}.DecodeBody([]byte(`{"batch":[` + fine + ",{},\n1," + fine + "]}"))
	assert.Len(t, got, 2)
	require.Error(t, err)
	errs := err.(interface{ Unwrap() []error }).Unwrap()
	require.Len(t, errs, 2)
	assert.EqualError(t, errs[0], "body:1: batch[1].type: missing")
	assert.EqualError(t, errs[1], "body:2: batch[2]: malformed row: not a JSON object")
	_, err = Segment{MaxRow: 10}.DecodeBody([]byte(fine))
	require.ErrorIs(t, err, ErrTooLong)
	_, err = Segment{}.DecodeBody([]byte(fine[:20]))
	require.ErrorIs(t, err, ErrSyntax)
}

// However calls are laid out, shuffled or repeated, each is the same touchpoint
// with the same id.
func TestSegmentPermutations(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var calls []string
	for i := range 50 {
		text, _ := appendRandomCall(rng, i)
		calls = append(calls, text)
	}
	want := make(map[string]Touchpoint)
	for _, call := range calls {
		got := oneCall(t, Segment{}, call)
		want[got.ID.String()] = got
	}
	require.Len(t, want, len(calls))
	for range 20 {
		stream := append(append([]string{}, calls...), calls[:10]...)
		rng.Shuffle(len(stream), func(i, j int) { stream[i], stream[j] = stream[j], stream[i] })
		var text bytes.Buffer
		text.WriteString("[\n")
		for i, call := range stream {
			if i > 0 {
				text.WriteString(",\n")
			}
			if rng.IntN(3) == 0 {
				call = `{"batch":[` + call + `]}`
			}
			text.WriteString(call)
		}
		text.WriteString("]")
		o := decodeSegment(t, Segment{}, text.String())
		require.Empty(t, o.errs)
		require.Len(t, o.rows, len(stream))
		for _, row := range o.rows {
			require.Equal(t, want[row.ID.String()], row)
		}
	}
}

// appendRandomCall returns a call with a number of its own.
func appendRandomCall(rng *rand.Rand, i int) (text string, id bool) {
	b := []byte(`{"type":"track","event":`)
	b = appendJSONText(b, randomText(rng))
	b = appendJSONText(append(b, `,"userId":`...), randomText(rng))
	b = fmt.Appendf(b, `,"timestamp":"2020-01-01T00:00:%02dZ","properties":{"revenue":%d,`, i%60, i)
	b = appendJSONText(append(b, `"p":`...), randomText(rng))
	b = append(b, '}')
	if id = rng.IntN(2) == 0; id {
		b = fmt.Appendf(b, `,"messageId":"m%d"`, i)
	}
	return string(append(b, '}')), id
}

// Whatever the input, touchpoints are valid, errors are typed and nothing panics;
// how the reader cuts the input does not matter.
func FuzzSegmentDecode(f *testing.F) {
	f.Add(specTrack)
	f.Add(specBatch)
	f.Add("\f")
	f.Add("\ufeff[" + pageCall + "},\n{}]\n" + pageCall + "}")
	f.Add(pageCall + "}\n[1," + pageCall + `,"context":{"consent":{"categoryPreferences":{"a":true}}}}]`)
	for _, test := range badCalls {
		if len(test.call) < 200 {
			f.Add(test.call)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := Segment{MaxRow: 1000}
		o := decodeSegment(t, d, text)
		for i := range o.rows {
			require.NoError(t, o.rows[i].Validate())
			_, err := AppendJSON(nil, &o.rows[i])
			require.NoError(t, err)
		}
		for i, err := range o.errs {
			var bad *RowError
			if !errors.As(err, &bad) {
				require.IsType(t, &InputError{}, err)
				require.Equal(t, len(o.errs)-1, i, "the last")
			}
		}
		if len(text) < 2000 {
			again := gather(t, d.Decode(context.Background(), iotest.OneByteReader(strings.NewReader(text))))
			require.Equal(t, o, again)
		}
		_, _ = d.DecodeBody([]byte(text))
	})
}
