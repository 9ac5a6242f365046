package attribution_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/touchpoint"
)

func spendOf(t *testing.T, s *attribution.Spend) map[touchpoint.Channel]float64 {
	t.Helper()
	costs := make(map[touchpoint.Channel]float64)
	for channel, cost := range s.All() {
		costs[channel] = cost
	}
	return costs
}

func TestReadSpend(t *testing.T) {
	for name, tc := range map[string]struct {
		in   string
		want map[touchpoint.Channel]float64
	}{
		"plain":           {"channel,cost\nemail,1200\npaid search,8350.5\n", map[touchpoint.Channel]float64{"email": 1200, "paid search": 8350.5}},
		"fractribution":   {"channel,spend\nDirect,10000\n", map[touchpoint.Channel]float64{"Direct": 10000}},
		"other columns":   {"date,Spend , CHANNEL_NAME,note\n2024-01-01,3,tv,x\n2024-01-02,4,tv,\n", map[touchpoint.Channel]float64{"tv": 7}},
		"byte order mark": {"\ufeffchannel,cost\r\ntv,1e3\r\n\r\n", map[touchpoint.Channel]float64{"tv": 1000}},
		"quotes":          {"channel,cost\n\"a,b\",\" 1 \"\n\" c \",0\n", map[touchpoint.Channel]float64{"a,b": 1, "c": 0}},
		"case counts":     {"channel,cost\nTV,1\ntv,2\nТВ,4", map[touchpoint.Channel]float64{"TV": 1, "tv": 2, "ТВ": 4}},
		"no rows":         {"channel,cost\n", map[touchpoint.Channel]float64{}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := attribution.ReadSpend(iotest.OneByteReader(strings.NewReader(tc.in)), "spend.csv")
			require.NoError(t, err)
			assert.Equal(t, tc.want, spendOf(t, s))
		})
	}
}

func TestReadSpendBadRows(t *testing.T) {
	for _, tc := range []struct {
		row, field string
		class      error
		reason     string
	}{
		{"secret,-5", "cost", touchpoint.ErrRange, "negative"},
		{"secret,nan", "cost", touchpoint.ErrRange, "not finite"},
		{"secret,-inf", "cost", touchpoint.ErrRange, "not finite"},
		{"secret,1e999", "cost", touchpoint.ErrRange, "not finite"},
		{"secret,secret", "cost", touchpoint.ErrFormat, "not a number"},
		{"secret,0x10", "cost", touchpoint.ErrFormat, "not a number"},
		{`secret,"1,200"`, "cost", touchpoint.ErrFormat, "not a number"},
		{"secret, ", "cost", touchpoint.ErrMissing, "empty"},
		{" ,5", "channel", touchpoint.ErrMissing, "no channel"},
		{"(none),5", "channel", touchpoint.ErrRange, "without a touch"},
		{"secret\xff,5", "channel", touchpoint.ErrEncoding, "UTF-8"},
		{"secret", "", touchpoint.ErrSyntax, "1 fields, the header has 2"},
		{"secret,5,6", "", touchpoint.ErrSyntax, "3 fields, the header has 2"},
		{`se"cret,5`, "", touchpoint.ErrSyntax, "quote"},
		{"huge,1.7e308", "cost", touchpoint.ErrRange, "together"},
	} {
		s, err := attribution.ReadSpend(strings.NewReader("channel,cost\ntv,1e308\n"+tc.row+"\nemail,2\n"), "spend.csv")
		require.Nilf(t, s, "%q", tc.row)
		require.ErrorIsf(t, err, tc.class, "%q", tc.row)
		var bad *touchpoint.RowError
		require.ErrorAs(t, err, &bad)
		assert.Equalf(t, "spend.csv", bad.Source, "%q", tc.row)
		assert.Equalf(t, 3, bad.Line, "%q", tc.row)
		assert.Equalf(t, tc.field, bad.Field, "%q", tc.row)
		assert.ErrorContainsf(t, err, tc.reason, "%q", tc.row)
		assert.NotContainsf(t, err.Error(), "secret", "%q", tc.row)
	}
}

// All bad rows are told of, up to ten.
func TestReadSpendManyBadRows(t *testing.T) {
	var in strings.Builder
	in.WriteString("channel,cost\n")
	for i := range 13 {
		fmt.Fprintf(&in, "tv,%d\nradio,-%d\n", i, i+1)
	}
	_, err := attribution.ReadSpend(strings.NewReader(in.String()), "")
	assert.ErrorContains(t, err, "line 3: cost: out of range: negative")
	assert.ErrorContains(t, err, "line 21: ")
	assert.NotContains(t, err.Error(), "line 23: ")
	assert.ErrorContains(t, err, "and 3 more bad rows")
}

func TestReadSpendHeader(t *testing.T) {
	for in, want := range map[string]string{
		"":                        "spend.csv:1: header: missing: the input is empty",
		"channel\ntv\n":           "spend.csv:1: header: missing: no column cost or spend",
		"a,b\n":                   "no column channel or channel_name",
		"cost,channel,Spend\n":    "spend.csv:1: header: malformed row: more than one column of the cost",
		"ch\"annel,cost\n":        "spend.csv:1: header: malformed row: quote",
		"\n\n\"channel\"x,cost\n": "spend.csv:3: header: malformed row: quote",
	} {
		_, err := attribution.ReadSpend(strings.NewReader(in), "spend.csv")
		var bad *touchpoint.RowError
		require.ErrorAsf(t, err, &bad, "%q", in)
		assert.ErrorContainsf(t, err, want, "%q", in)
	}
	broken := errors.New("the disk is gone")
	for _, in := range []string{"", "channel,cost\n", "channel,cost\ntv,1\n", "channel,cost\ntv,-1\n"} {
		for _, source := range []string{"", "spend.csv"} {
			_, err := attribution.ReadSpend(io.MultiReader(strings.NewReader(in), iotest.ErrReader(broken)), source)
			require.ErrorIsf(t, err, broken, "%q", in)
			assert.ErrorContains(t, err, source)
		}
	}
	_, err := attribution.ReadSpend(strings.NewReader("channel,cost\ntv,"+strings.Repeat("1", 17<<20)+"\n"), "spend.csv")
	require.ErrorIs(t, err, touchpoint.ErrTooLong)
}

func FuzzReadSpend(f *testing.F) {
	for _, seed := range []string{"channel,cost\na,1\n", "spend,channel\n1e308,a\n1e308,b\n", "\ufeffcost,channel\n\"1\",\"a\"\"b\"\n", "channel,cost\n(none),-0\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		s, err := attribution.ReadSpend(strings.NewReader(string(in)), "f")
		if err != nil {
			require.Nil(t, s)
			return
		}
		require.False(t, math.IsInf(s.Total(), 0))
		for channel, cost := range s.All() {
			require.NotEmpty(t, channel)
			require.Equal(t, strings.TrimSpace(string(channel)), string(channel))
			require.GreaterOrEqual(t, cost, 0.)
			require.LessOrEqual(t, cost, s.Total())
		}
	})
}
