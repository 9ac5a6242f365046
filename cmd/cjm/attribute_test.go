package main

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Paths of one, two and four touches: what first, last and linear touch credit are
// sums of binary fractions, so the bytes are the same on every machine.
const smallTable = `path,conversions,value,nulls
email,2,10,1
email > search,4,20,2
search > email > search > store,2,40,0
store,0,0,3
,2,6,1
`

const smallEvents = `customer,time,channel,conversion,value,kind
anna,2026-03-01T10:00:00Z,search,,,visit
anna,2026-03-02T10:00:00Z,email,,,visit
anna,2026-03-09T10:00:00Z,store,1,40,visit
anna,2026-03-20T10:00:00Z,email,,,visit
boris,2026-03-05T10:00:00Z,email,,,visit
boris,2026-03-05T11:00:00Z,search,,,visit
boris,2026-03-05T12:00:00Z,,1,20,order
clara,2026-01-05T10:00:00Z,display,,,visit
`

func TestAttributeFormats(t *testing.T) {
	table := file(t, "paths.csv", smallTable)
	for name, args := range map[string][]string{
		"table.stdout":     {},
		"table_one.stdout": {"--model", "linear"},
		"table_all.stdout": {"--model", "all"},
		"heuristics.csv":   {"--format", "csv", "--model", "first,last,last-non-direct,linear"},
	} {
		got := cjm(t, append([]string{"attribute", table}, args...)...)
		require.Equal(t, exitOK, got.code, got.stderr)
		golden(t, name, got.stdout)
	}
}

func TestAttributeEventsTable(t *testing.T) {
	got := cjm(t, "attribute", "--model", "all", "--lost-after", "30d", file(t, "events.csv", smallEvents))
	require.Equal(t, exitOK, got.code, got.stderr)
	golden(t, "events.stdout", got.stdout)
	golden(t, "events.stderr", got.stderr)
}

func TestAttributeJSON(t *testing.T) {
	path := file(t, "events.csv", smallEvents+"dora,soon,email,,,visit\n")
	got := cjm(t, "attribute", "--format", "json", "--on-error", "skip", path)
	require.Equal(t, exitOK, got.code, got.stderr)
	var out struct {
		Version int
		Input   struct {
			Kind          string
			Files         []string
			Rows, Skipped int64
			BadRows       []string `json:"bad_rows"`
			Journeys      map[string]any
		}
		Results []struct {
			Version     int
			Model       string
			Conversions int64
			Value       float64
			Channels    []map[string]any
		}
	}
	require.NoError(t, json.Unmarshal([]byte(got.stdout), &out))
	assert.Equal(t, outputVersion, out.Version)
	assert.Equal(t, "events", out.Input.Kind)
	assert.Equal(t, []string{path}, out.Input.Files)
	assert.Equal(t, int64(9), out.Input.Rows)
	assert.Equal(t, int64(1), out.Input.Skipped)
	require.Len(t, out.Input.BadRows, 1)
	assert.Contains(t, out.Input.BadRows[0], "events.csv:10: time: ")
	assert.NotContains(t, out.Input.BadRows[0], "soon", "an error holds no data")
	assert.EqualValues(t, 1, out.Input.Journeys["conversion_events"])
	var names []string
	for _, r := range out.Results {
		names = append(names, r.Model)
		assert.Equal(t, int64(2), r.Conversions)
		assert.InDelta(t, 60, r.Value, 1e-12)
		assert.Len(t, r.Channels, 4)
	}
	assert.Equal(t, []string{"first", "last", "linear", "markov"}, names)
}

// credit returns the conversions that a run as CSV credits, by model and channel.
func credit(t *testing.T, got outcome) map[string]string {
	t.Helper()
	require.Equal(t, exitOK, got.code, got.stderr)
	rows, err := csv.NewReader(strings.NewReader(got.stdout)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, csvHeader, rows[0])
	credits := make(map[string]string)
	for _, row := range rows[1:] {
		credits[row[0]+" "+row[1]] = row[2]
	}
	return credits
}

// Each flag does what it says, seen in the conversions of first or last touch.
func TestAttributeFlags(t *testing.T) {
	table := file(t, "paths.csv", smallTable)
	rows := file(t, "events.csv", smallEvents)
	odd := file(t, "odd.csv", "cid,ts,utm_medium,what\n1,2026-01-01,a,visit\n1,2026-01-02 00:30,b,visit\n1,2026-01-03,,buy\n")
	tests := []struct {
		name string
		args []string
		want map[string]string // some of the credits; "" is none
	}{
		{"path table", []string{table}, map[string]string{"last email": "2", "last search": "4", "last store": "2", "last (none)": "2"}},
		{"several files", []string{table, table}, map[string]string{"last email": "4", "last search": "8"}},
		{"transform", []string{"--transform", "remove=store,trim=1", table}, map[string]string{"last search": "6", "last store": ""}},
		{"steps on a path table", []string{"--model", "first", "--lookback-steps", "1", table}, map[string]string{"first store": "2", "first search": "4"}},
		{"direct", []string{"--model", "last-non-direct", "--direct", "STORE,search", table}, map[string]string{"last-non-direct email": "8"}},
		{"separator", []string{"--sep", " > ", table}, map[string]string{"last search": "4"}},
		{"other separator", []string{"--sep", "|", table}, map[string]string{"last email > search": "4"}},
		{"columns of a path table", []string{"--columns", "path=path,conversions=nulls,nulls=conversions", "--on-error", "skip", table}, map[string]string{"last store": "3", "last email": "1"}},
		{"parallel", []string{"--parallel", "3", table}, map[string]string{"last search": "4"}},
		{"events", []string{rows}, map[string]string{"last store": "1", "last search": "1"}},
		{"input", []string{"--input", "events", rows}, map[string]string{"last store": "1", "last search": "1"}},
		{"convert on", []string{"--columns", "conversion=-,value=-", "--convert-on", "order", rows}, map[string]string{"last search": "1", "last store": "0"}},
		{"columns", []string{"--columns", "customer=cid,time=ts,channel=utm_medium,kind=what", "--convert-on", "buy", odd}, map[string]string{"last b": "1", "last a": "0"}},
		{"lookback", []string{"--model", "first", "--lookback", "7d", rows}, map[string]string{"first email": "2", "first search": "0"}},
		{"lookback, one day more", []string{"--model", "first", "--lookback", "8d", rows}, map[string]string{"first email": "1", "first search": "1"}},
		{"steps", []string{"--model", "first", "--lookback-steps", "2", rows}, map[string]string{"first email": "2"}},
		{"as of", []string{"--as-of", "2026-03-06", rows}, map[string]string{"last search": "1", "last store": ""}},
		{"time zone", []string{"--as-of", "2026-01-01T23:00:00Z", "--time-zone", "Europe/Kyiv", "--columns", "customer=cid,time=ts,channel=utm_medium,kind=what,conversion=-", "--convert-on", "visit", odd}, map[string]string{"last (none)": "2"}},
		{"one path per customer", []string{"--one-path-per-customer", rows}, map[string]string{"last email": "1", "last store": "0"}},
		{"known, drop", []string{"--known", "email,search", "--unknown", "drop", rows}, map[string]string{"last email": "1", "last search": "1", "last store": ""}},
		{"known, merge", []string{"--known", "email,search", "--unknown", "merge", rows}, map[string]string{"last (unknown)": "1"}},
		{"known, error", []string{"--known", "email,search,display", "--unknown", "error", "--on-error", "skip", rows}, map[string]string{"last search": "1", "last store": ""}},
		{"grouped", []string{"--grouped", rows}, map[string]string{"last store": "1", "last search": "1"}},
		{"max buffered", []string{"--max-buffered", "2", rows}, map[string]string{"last store": "1", "last search": "1"}},
		{"transform of events", []string{"--transform", "frequency", rows}, map[string]string{"last store(1)": "1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			args := append([]string{"attribute", "--format", "csv"}, test.args...)
			if !strings.Contains(strings.Join(args, " "), "--model") {
				args = append(args, "--model", "last")
			}
			got := credit(t, cjm(t, args...))
			for name, want := range test.want {
				assert.Equal(t, want, got[name], "%s of %v", name, got)
			}
		})
	}
}

// A half-life of a day against one of ever: the early touch gets next to nothing,
// or half.
func TestAttributeHalfLife(t *testing.T) {
	rows := file(t, "events.csv", "customer,time,channel,conversion\n1,2026-01-01,a,\n1,2026-01-11,b,1\n")
	for halfLife, want := range map[string]string{"1d": "0.000975", "100000d": "0.4999"} {
		got := credit(t, cjm(t, "attribute", "--format", "csv", "--model", "time-decay", "--half-life", halfLife, rows))
		assert.True(t, strings.HasPrefix(got["time-decay a"], want), got)
	}
}

// Nulls lower the worth of a channel on the way to them, if they are counted.
func TestAttributeNulls(t *testing.T) {
	table := file(t, "paths.csv", "path,conversions,nulls\na > b,1,0\nb,0,9\na,1,0\n")
	include := credit(t, cjm(t, "attribute", "--format", "csv", "--model", "markov", table))
	exclude := credit(t, cjm(t, "attribute", "--format", "csv", "--model", "markov", "--nulls", "exclude", table))
	assert.NotEqual(t, include["markov b"], exclude["markov b"])
	// Without the lost journeys b is on one of two conversions, a on both.
	assert.Equal(t, "0.6666666666666666", exclude["markov b"])
}

func TestAttributeAllLeavesOutTimeDecay(t *testing.T) {
	got := cjm(t, "attribute", "--format", "csv", "--model", "all", file(t, "paths.csv", smallTable))
	assert.Contains(t, got.stderr, "cjm: time-decay is left out: a path table has no times\n")
	assert.NotContains(t, got.stdout, "time-decay")
	got = cjm(t, "attribute", "--format", "csv", "--model", "all", file(t, "events.csv", smallEvents))
	var models []string
	for line := range strings.Lines(got.stdout) {
		model, _, _ := strings.Cut(line, ",")
		if len(models) == 0 || models[len(models)-1] != model {
			models = append(models, model)
		}
	}
	assert.Equal(t, []string{"model", "first", "last", "last-non-direct", "linear", "linear-unique", "position", "time-decay", "markov", "shapley", "shapley-ordered", "shapley-rate", "dp6-shapley", "fractribution"}, models)
}

func TestAttributeReadsEveryForm(t *testing.T) {
	lines := `{"customer":"anna","time":"2026-03-01T10:00:00Z","channel":"email","conversion":true,"value":5}` + "\n"
	rows := "customer,time,channel,conversion,value\nanna,2026-03-01T10:00:00Z,email,1,5\n"
	want := cjm(t, "attribute", "--format", "csv", file(t, "a.csv", rows)).stdout
	for name, text := range map[string]string{
		"a.csv.gz": zipped(t, rows), "zipped.csv": zipped(t, rows), "a.jsonl": lines, "a.ndjson.gz": zipped(t, lines),
		"json": lines, "crlf.csv": strings.ReplaceAll(rows, "\n", "\r\n"), "bom.csv": "\ufeff" + rows, "bom.json": "\ufeff" + lines,
	} {
		got := cjm(t, "attribute", "--format", "csv", file(t, name, text))
		assert.Equal(t, want, got.stdout, "%s: %s", name, got.stderr)
		got = cjmIn(t, text, "attribute", "--format", "csv", "-")
		assert.Equal(t, want, got.stdout, "%s as standard input: %s", name, got.stderr)
	}
	mixed := cjm(t, "attribute", "--format", "csv", "--model", "first", file(t, "a.csv", rows), file(t, "b.jsonl", strings.ReplaceAll(lines, "anna", "boris")))
	assert.Equal(t, "2", credit(t, mixed)["first email"])
}

// The first error of several files names its file.
func TestAttributeNamesTheFile(t *testing.T) {
	good, bad := file(t, "good.csv", smallTable), file(t, "bad.csv", "path,conversions\nA,x\n")
	got := cjm(t, "attribute", good, bad)
	assert.Equal(t, exitFailed, got.code)
	assert.Contains(t, got.stderr, bad+":2: conversions: ")
	got = cjm(t, "attribute", good, "no/such/file")
	assert.Equal(t, exitFailed, got.code)
	assert.Contains(t, got.stderr, "no/such/file")
	events := file(t, "events.csv", smallEvents)
	got = cjm(t, "attribute", events, "no/such/file")
	assert.Equal(t, exitFailed, got.code)
	assert.Contains(t, got.stderr, "no/such/file: no such file")
}

func TestAttributeSkipsAndTells(t *testing.T) {
	var table strings.Builder
	table.WriteString("path,conversions\nA,1\n")
	for range 1234 {
		table.WriteString("A,secret\n")
	}
	for _, parallel := range []string{"1", "2"} {
		got := cjm(t, "attribute", "--on-error", "skip", "--model", "first", "--format", "csv", "--parallel", parallel, file(t, "p.csv", table.String()))
		assert.Equal(t, "1", credit(t, got)["first A"])
		assert.Contains(t, got.stderr, "skipped 1,234 of 1,235 rows")
		assert.Contains(t, got.stderr, "p.csv:3: conversions: ")
		assert.Contains(t, got.stderr, "and 1,224 more")
		assert.NotContains(t, got.stderr, "secret")
		assert.Equal(t, 12, strings.Count(got.stderr, "\n"))
	}
}

func TestAttributeFromAPipe(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	go func() {
		io.WriteString(w, smallTable)
		w.Close()
	}()
	defer r.Close()
	var stdout, stderr strings.Builder
	assert.Equal(t, exitOK, run(t.Context(), []string{"attribute", "-"}, r, &stdout, &stderr))
	assert.Equal(t, cjm(t, "attribute", file(t, "p.csv", smallTable)).stdout, stdout.String())
}
