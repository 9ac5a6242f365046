package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// By hand, of a > b > c (converts), a (lost), b > c (lost): half of the visits to a and
// to c are losses. P(convert) is 1/2 at c and b, 1/4 at a, 1/3 at the start. Without
// losses at a it would be 1/2 at the start, 1/2 more of three journeys; without those
// at c 2/3, one more.
const leakyTable = "path,conversions,nulls\na > b > c,1,0\na,0,1\nb > c,0,1\n"

const leakyEvents = `customer,time,channel,kind,stage,conversion
1,2026-01-01,x,a,A,
1,2026-01-02,x,b,B,
1,2026-01-03,x,c,C,1
2,2026-01-01,x,a,A,
3,2026-01-01,x,b,B,
3,2026-01-02,x,c,C,
`

func TestDropoffChain(t *testing.T) {
	want := map[string]map[string]float64{
		"(start)": {"visits": 3, "exit_rate": 0, "loss_share": 0, "p_convert": 1. / 3, "expected_steps": 3, "upside": 0},
		"a":       {"visits": 2, "exit_rate": .5, "loss_share": .5, "p_convert": .25, "expected_steps": 2, "upside": .5},
		"b":       {"visits": 2, "exit_rate": 0, "loss_share": 0, "p_convert": .5, "expected_steps": 2, "upside": 0},
		"c":       {"visits": 2, "exit_rate": .5, "loss_share": .5, "p_convert": .5, "expected_steps": 1, "upside": 1},
	}
	for name, args := range map[string][]string{
		"a path table":    {file(t, "p.csv", leakyTable)},
		"channels":        {file(t, "e.csv", strings.ReplaceAll(leakyEvents, "channel,kind", "other,channel"))},
		"kinds":           {file(t, "e.csv", leakyEvents), "--on", "kind"},
		"events":          {file(t, "e.csv", leakyEvents), "--on", "event"},
		"stages":          {file(t, "e.csv", strings.ToLower(leakyEvents)), "--on", "stage"},
		"one path":        {file(t, "e.csv", leakyEvents), "--on", "kind", "--one-path-per-customer"},
		"one path, twice": {file(t, "e.csv", leakyEvents+"1,2026-01-03,x,c,C,1\n"), "--on", "kind"},
	} {
		t.Run(name, func(t *testing.T) {
			got := cjm(t, append([]string{"dropoff", "--chain", "--format", "csv"}, args...)...)
			require.Equal(t, exitOK, got.code, got.stderr)
			assert.Equal(t, strings.Join(chainHeader, ","), strings.SplitN(got.stdout, "\n", 2)[0])
			rows := numbersBy(t, got.stdout, 1)
			require.Len(t, rows, len(want))
			for state, row := range want {
				for column, x := range row {
					assert.InDelta(t, x, rows[state][column], 1e-15, "%s of %s", column, state)
				}
			}
		})
	}
}

func TestDropoffChainFormats(t *testing.T) {
	table := file(t, "p.csv", "path,conversions,value,nulls\na > b > c,20,400,0\na,0,0,30\nb > c,3,60,15\nd,0,0,4\n")
	got := cjm(t, "dropoff", "--chain", table)
	require.Equal(t, exitOK, got.code, got.stderr)
	golden(t, "dropoff_chain.stdout", got.stdout)
	golden(t, "dropoff_chain.stderr", got.stderr)
	got = cjm(t, "dropoff", "--chain", "--format", "csv", table)
	golden(t, "dropoff_chain.csv", got.stdout)

	got = cjm(t, "dropoff", "--chain", "--level", "0.9", "--lost-after", "12h", "--on", "kind", file(t, "e.csv", leakyEvents))
	require.Equal(t, exitOK, got.code, got.stderr)
	golden(t, "dropoff_chain_events.stdout", got.stdout)

	got = cjm(t, "dropoff", "--chain", "--format", "json", table)
	require.Equal(t, exitOK, got.code, got.stderr)
	var out struct {
		Input jsonInput
		Leaks struct {
			Level  float64
			States []struct {
				Losses int64
				Upside *struct{ Conversions, Value float64 }
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(got.stdout), &out))
	assert.Equal(t, "paths", out.Input.Kind)
	assert.Equal(t, .95, out.Leaks.Level)
	require.Len(t, out.Leaks.States, 5)
	assert.Equal(t, int64(30), out.Leaks.States[1].Losses)
	assert.NotNil(t, out.Leaks.States[1].Upside)
	assert.Nil(t, out.Leaks.States[4].Upside, "d keeps nobody")
}

// Journeys that are still open count on their way, not as lost.
func TestDropoffChainOfOpenJourneys(t *testing.T) {
	table := file(t, "p.csv", "path,conversions,nulls,opens\na > b,1,1,0\na > b > d > e,0,0,3\n")
	got := cjm(t, "dropoff", "--chain", "--format", "csv", table)
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Contains(t, got.stderr, "cjm: warning: no end can be reached from d, e, so that these visits count as open")
	rows := numbersBy(t, got.stdout, 1)
	assert.Equal(t, .5, rows["b"]["exit_rate"])
	assert.NotContains(t, rows, "d")

	got = cjm(t, "dropoff", "--chain", file(t, "p.csv", "path,conversions,nulls\na,2,0\n"))
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Contains(t, got.stderr, "cjm: warning: no journey was lost")
}

func TestDropoffChainLeavesOutWhatIsUnknown(t *testing.T) {
	got := cjm(t, "dropoff", "--chain", "--on", "stage", "--format", "csv", file(t, "e.csv", leakyEvents+"3,2026-01-03,x,c,,\n3,2026-01-04,x,c,,\n"))
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Contains(t, got.stderr, "cjm: left out 2 touches without a stage")
	assert.Equal(t, .5, numbersBy(t, got.stdout, 1)["C"]["exit_rate"])
}

func TestDropoffChainErrors(t *testing.T) {
	table := file(t, "p.csv", leakyTable)
	rows := file(t, "e.csv", leakyEvents)
	for _, test := range []struct {
		args []string
		want string
		code int
	}{
		{[]string{table, "--steps", "a,b"}, "--steps does not apply to --chain", exitUsage},
		{[]string{rows, "--by", "kind", "--lost", "2"}, "--by, --lost do not apply to --chain", exitUsage},
		{[]string{table, "--on", "stage"}, "--on stage does not apply to a path table", exitUsage},
		{[]string{table, "--lost-after", "auto"}, "--lost-after does not apply to a path table", exitUsage},
		{[]string{rows, "--grouped", "--lost-after", "auto"}, "--grouped needs --as-of", exitUsage},
		{[]string{rows, "--level", "1"}, "below 1", exitUsage},
		{[]string{file(t, "p.csv", "path,conversions\n")}, "no journeys: the input has no rows that can be used", exitFailed},
		{[]string{rows, "--as-of", "2020-01-01", "--on", "kind"}, "no journeys", exitFailed},
		{[]string{file(t, "x.csv", leakyEvents+"4,soon,x,a,,\n")}, "x.csv:8: time: bad format", exitFailed},
		{[]string{file(t, "x.csv", leakyEvents+"4,soon,x,a,,\n"), "--on", "kind"}, "x.csv:8: time: bad format", exitFailed},
		{[]string{"no/such/file"}, "no/such/file: no such file", exitFailed},
	} {
		got := cjm(t, append([]string{"dropoff", "--chain"}, test.args...)...)
		assert.Equal(t, test.code, got.code, test.args)
		assert.Contains(t, got.stderr, test.want, test.args)
		assert.Empty(t, got.stdout, test.args)
	}
	got := cjm(t, "dropoff", "--chain", "--on", "kind", "--on-error", "skip", file(t, "x.csv", leakyEvents+"4,soon,x,a,,\n"))
	assert.Equal(t, exitOK, got.code)
	assert.Contains(t, got.stderr, "skipped 1 of 7 rows")
}

// A chain that says nothing says why.
func TestChainHints(t *testing.T) {
	rows := file(t, "e.csv", "customer,time,kind\n1,2026-01-01,visit\n1,2026-01-02,order\n2,2026-01-01,visit\n")
	table := file(t, "p.csv", "path,conversions,nulls\na,0,1\n")
	const noChannel, noConversion = "say --on event", "by --convert-on NAME"
	for _, test := range []struct {
		args      []string
		want, not []string
	}{
		{args: []string{rows}, want: []string{noChannel, noConversion}},
		{args: []string{rows, "--on", "event"}, want: []string{noConversion}, not: []string{noChannel}},
		{args: []string{rows, "--on", "event", "--convert-on", "order"}, not: []string{noChannel, noConversion}},
		{args: []string{table}, want: []string{"no journey converted"}, not: []string{noChannel, noConversion}},
	} {
		for _, command := range [][]string{{"dropoff", "--chain"}, {"compare", "--chain", test.args[0]}} {
			args := append(command, test.args...)
			got := cjm(t, args...)
			require.Equal(t, exitOK, got.code, got.stderr)
			for _, want := range test.want {
				assert.Contains(t, got.stderr, want, args)
			}
			for _, not := range test.not {
				assert.NotContains(t, got.stderr, not, args)
			}
		}
	}
}
