package touchpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// scanJSON passes one value and says what is wrong with the data.
func scanJSON(data []byte) error {
	var s jsonScanner
	s.reset(data)
	if err := s.skip(); err != nil {
		return err
	}
	if s.peek(); s.pos < len(data) {
		return errTrailing
	}
	return nil
}

func TestJSONScanner(t *testing.T) {
	for data, want := range map[string]error{
		`{}`: nil, `[]`: nil, ` { "a" : [ 1 , { } , null ] } `: nil, `0`: nil, `-0.5e+10`: nil, `"\u00e9\n\/"`: nil, `"\ud83d\ude00"`: nil, "\"\x7f\"": nil,
		``: errNotJSON, `{`: errNotJSON, `[1,]`: errNotJSON, `{"a":1,}`: errNotJSON, `{"a"}`: errNotJSON, `{a:1}`: errNotJSON, `{"a":}`: errNotJSON,
		`{"a":1 "b":2}`: errNotJSON, `[1 2]`: errNotJSON, `tru`: errNotJSON, `nul`: errNotJSON, `True`: errNotJSON,
		`-`: errNotJSON, `1.`: errNotJSON, `.5`: errNotJSON, `1e`: errNotJSON, `1e+`: errNotJSON, `+1`: errNotJSON, `NaN`: errNotJSON,
		`01`: errTrailing, `0x1`: errTrailing, `1 1`: errTrailing, `{}}`: errTrailing,
		`"`: errNotJSON, `"\`: errNotJSON, `"\x"`: errNotJSON, `"\u12"`: errNotJSON, `"\u12g4"`: errNotJSON, "\"\n\"": errNotJSON, "\"\\n\n\"": errNotJSON, `"\n`: errNotJSON,
		`"\ud83d"`: ErrEncoding, `"\ude00\ud83d"`: ErrEncoding, `"\ud83d\n"`: ErrEncoding, `"\ud83dx"`: ErrEncoding, "\"\xff\"": ErrEncoding, "\"\\n\xff\"": ErrEncoding,
		"\xff":                              errNotJSON,
		`{"a":1,"a":2}`:                     errDuplicateKey,
		`{"a":1,"\u0061":2}`:                errDuplicateKey,
		`{"x":{"a":1,"b":{},"a":2}}`:        errDuplicateKey,
		`{"a":{"a":1},"b":{"a":1}}`:         nil,
		`[{"a":1},{"a":1}]`:                 nil,
		strings.Repeat("[", maxDepth+1):     errTooDeep,
		strings.Repeat(`{"a":`, maxDepth+1): errTooDeep,
		strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth): nil,
	} {
		assert.Equal(t, want, scanJSON([]byte(data)), "%.60q", data)
	}
}

func TestJSONScannerManyKeys(t *testing.T) {
	object := func(keys ...string) []byte {
		var b bytes.Buffer
		for i, key := range keys {
			fmt.Fprintf(&b, "%c%q:{%q:1}", "{,"[min(i, 1)], key, key)
		}
		b.WriteByte('}')
		return b.Bytes()
	}
	var keys []string
	for i := range 100 {
		keys = append(keys, fmt.Sprint(i))
		require.NoError(t, scanJSON(object(keys...)))
		for _, again := range []int{0, i / 2, i} {
			require.Equal(t, errDuplicateKey, scanJSON(object(append(keys, fmt.Sprint(again))...)), "%d of %d", again, i)
		}
	}
}

// In an object with very many keys only the first few are compared one by one,
// so the time is in proportion to the length.
func TestJSONScannerComparesFewKeys(t *testing.T) {
	var b strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&b, "%c\"%d\":0", "{,"[min(i, 1)], i)
	}
	b.WriteByte('}')
	var s jsonScanner
	s.reset([]byte(b.String()))
	require.NoError(t, s.skip())
	assert.Less(t, cap(s.keys), 100)
}

func TestJSONScannerText(t *testing.T) {
	var s jsonScanner
	for data, want := range map[string]string{
		`"plain"`: "plain", `""`: "", `"a\"b\\c\/d\b\f\n\r\te"`: "a\"b\\c/d\b\f\n\r\te", `"\u0041\u00e9\u20AC\ud83d\ude00\u0000"`: "Aé€😀\x00", `"é\n"`: "é\n",
	} {
		s.reset([]byte(data))
		got, err := s.text()
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
	}
}

func TestCompact(t *testing.T) {
	for data, want := range map[string]string{
		`{"a":1}`: `{"a":1}`, "{ \"a b\" :\t[ 1 ,\n2 ] }": `{"a b":[1,2]}`, `[ "\" , \\" , 1 ]`: `["\" , \\",1]`,
	} {
		in := []byte(data)
		assert.Equal(t, want, string(compact(in)))
		assert.Equal(t, data, string(in), "the input stays")
	}
}

// The scanner takes what encoding/json takes, but for what it is stricter in by
// design; and what it compacts, encoding/json compacts to the same.
func FuzzJSONScanner(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5e-3,"\u00e9"],"b":null}`, `"\ud83d\ude00"`, ` [ ] `, `{"a":1,"a":2}`, `-0`, `"\\"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		err := scanJSON(data)
		stricter := errors.Is(err, ErrEncoding) || err == errDuplicateKey || err == errTooDeep
		if stricter {
			return
		}
		require.Equal(t, json.Valid(data), err == nil, "%v", err)
		if err == nil {
			var want bytes.Buffer
			require.NoError(t, json.Compact(&want, data))
			require.Equal(t, want.String(), string(compact(data)))
			var text string
			if json.Unmarshal(data, &text) == nil && bytes.HasPrefix(bytes.TrimSpace(data), []byte(`"`)) {
				var s jsonScanner
				s.reset(data)
				s.peek()
				got, err := s.text()
				require.NoError(t, err)
				require.Equal(t, text, string(got))
			}
		}
	})
}
