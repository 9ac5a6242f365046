package touchpoint

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func streamed(t *testing.T, text string, limit int) (values []jsonValue, err error) {
	t.Helper()
	s := newJSONStream(iotest.HalfReader(strings.NewReader(text)), limit, false)
	for {
		v, ok := s.next()
		if !ok {
			return values, s.err
		}
		v.data = append([]byte(nil), v.data...)
		values = append(values, v)
	}
}

func TestJSONStreamPlaces(t *testing.T) {
	got, err := streamed(t, "\ufeff\n[\n1 ,\n{\"a\":\n\"]}\\\"\"}, \"x,\" ]\n{}\n[[2]]", 100)
	require.NoError(t, err)
	assert.Equal(t, []jsonValue{
		{[]byte("1"), 3, 0},
		{[]byte("{\"a\":\n\"]}\\\"\"}"), 4, 1},
		{[]byte(`"x,"`), 5, 2},
		{[]byte("{}"), 6, -1},
		{[]byte("[2]"), 7, 0},
	}, got)
	got, err = streamed(t, "{}\n\n{]\n[", 100)
	require.NoError(t, err)
	assert.Equal(t, []jsonValue{{[]byte("{}"), 1, -1}, {[]byte("{]"), 3, -1}, {[]byte("["), 4, -1}}, got)
	// A first line longer than the buffer is a line.
	long := `{"a":"` + strings.Repeat("x", 1<<18)
	got, err = streamed(t, long+"\n{}", 1<<20)
	require.NoError(t, err)
	assert.Len(t, got, 2)
}

// Random documents are cut as encoding/json would cut them.
func TestJSONStreamAgreesWithEncodingJSON(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	var random func(depth int) any
	random = func(depth int) any {
		switch n := rng.IntN(6); {
		case n == 0:
			return rng.IntN(1000) - 500
		case n == 1:
			return []any{nil, true, false, -1.5e-7}[rng.IntN(4)]
		case n < 4 || depth == 0:
			return randomText(rng)
		case n == 4:
			list := []any{}
			for range rng.IntN(4) {
				list = append(list, random(depth-1))
			}
			return list
		default:
			object := map[string]any{}
			for range rng.IntN(4) {
				object[randomText(rng)] = random(depth - 1)
			}
			return object
		}
	}
	for range 300 {
		var list []any
		for range rng.IntN(6) {
			list = append(list, random(3))
		}
		text, err := json.MarshalIndent(list, "", []string{"", " ", "\t"}[rng.IntN(3)])
		require.NoError(t, err)
		if list == nil {
			text = []byte("[]")
		}
		got, err := streamed(t, string(text), 1<<20)
		require.NoError(t, err)
		require.Len(t, got, len(list), "%s", text)
		i := 0
		end, err := elements(text, 0, func(start, end int) bool {
			require.Equal(t, string(got[i].data), string(text[start:end]))
			i++
			return true
		})
		require.NoError(t, err)
		require.Equal(t, len(text), end)
		require.Equal(t, len(list), i)
		for j, v := range got {
			want, err := json.Marshal(list[j])
			require.NoError(t, err)
			require.JSONEq(t, string(want), string(v.data))
			require.Equal(t, j, v.index)
		}
	}
}
