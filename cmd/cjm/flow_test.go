package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// flowEvents are four journeys: two of anna, of which the first converts, one of boris
// with self-loops, and one of clara with repetitions.
const flowEvents = `customer,time,channel,kind,stage,conversion,value
anna,2026-03-01T10:00:00Z,search,visit,awareness,,
anna,2026-03-01T10:20:00Z,search,cart,decision,,
anna,2026-03-02T10:20:00Z,store,purchase,purchase,1,40
anna,2026-03-09T10:00:00Z,email,visit,,,
boris,2026-03-05T10:00:00Z,email,visit,awareness,,
boris,2026-03-05T11:00:00Z,email,visit,awareness,,
boris,2026-03-05T12:00:00Z,search,visit,awareness,,
clara,2026-03-05T10:00:00Z,display,visit,awareness,,
clara,2026-03-05T10:30:00Z,display,cart,decision,,
clara,2026-03-06T10:00:00Z,email,visit,awareness,,
clara,2026-03-06T11:00:00Z,email,cart,decision,,
clara,2026-03-06T11:10:00Z,email,purchase,purchase,1,25
`

// fraction is a number with decimals, whose last digits depend on the machine.
var fraction = regexp.MustCompile(`-?\d+\.\d+(e-?\d+)?`)

// goldenNumbers is [golden], with the numbers for programs rounded to nine digits.
func goldenNumbers(t *testing.T, name, text string) {
	t.Helper()
	if strings.HasSuffix(name, ".stdout") {
		golden(t, name, text)
		return
	}
	golden(t, name, fraction.ReplaceAllStringFunc(text, func(number string) string {
		x, err := strconv.ParseFloat(number, 64)
		require.NoError(t, err)
		return strconv.FormatFloat(x, 'g', 9, 64)
	}))
}

func TestFlowFormats(t *testing.T) {
	path := file(t, "events.csv", flowEvents)
	for name, args := range map[string][]string{
		"flow.stdout":          {},
		"flow_pattern.stdout":  {"--pattern", "visit -> .* -> cart", "--top", "2"},
		"flow_stages.stdout":   {"--on", "stage", "--lost-after", "2d"},
		"flow_variants.csv":    {"--format", "csv", "--sep", "|"},
		"flow_transitions.csv": {"--format", "csv", "--what", "transitions"},
		"flow_labels.csv":      {"--format", "csv", "--what", "labels"},
		"flow.json":            {"--format", "json", "--pattern", "cart -> purchase"},
	} {
		got := cjm(t, append([]string{"flow", path}, args...)...)
		require.Equal(t, exitOK, got.code, got.stderr)
		goldenNumbers(t, name, strings.ReplaceAll(got.stdout, path, "events.csv"))
		assert.NotContains(t, got.stderr, "warning")
	}
}

func TestFlowSaysWhatItRead(t *testing.T) {
	got := cjm(t, "flow", "--on-error", "skip", file(t, "events.csv", flowEvents+"dora,soon,email,visit,,,\n"))
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Contains(t, got.stderr, "skipped 1 of 13 rows")
	assert.Regexp(t, `customers +3\n`, got.stderr)
}

func TestFlowTop(t *testing.T) {
	path := file(t, "events.csv", flowEvents)
	for what, all := range map[string]int{"variants": 4, "transitions": 7, "labels": 3} {
		got := cjm(t, "flow", "--format", "csv", "--what", what, path)
		assert.Equal(t, 1+all, strings.Count(got.stdout, "\n"), what)
		top := cjm(t, "flow", "--format", "csv", "--what", what, "--top", "2", path)
		assert.Equal(t, 3, strings.Count(top.stdout, "\n"), what)
		assert.True(t, strings.HasPrefix(got.stdout, top.stdout))
	}
	got := cjm(t, "flow", "--top", "2", path)
	assert.Contains(t, got.stdout, "Variants, the first 2 of 4\n")
	assert.Contains(t, got.stdout, "Transitions, the first 2 of 7\n")
	assert.Contains(t, got.stdout, "Events, the first 2 of 3\n")
}

func TestFlowPattern(t *testing.T) {
	path := file(t, "events.csv", flowEvents)
	for pattern, want := range map[string]int64{
		"visit -> visit":                   1,
		"cart -> .* -> cart":               1,
		"visit -> .* -> purchase":          2,
		"^ -> visit -> $":                  1,
		"[cart|purchase] -> $":             2,
		`"cart" -> [^cart]* -> "purchase"`: 2,
	} {
		got := cjm(t, "flow", "--format", "json", "--pattern", pattern, path)
		require.Equal(t, exitOK, got.code, got.stderr)
		var out struct {
			Pattern struct{ Journeys, Kept int64 }
			Flow    struct{ Paths int64 }
		}
		require.NoError(t, json.Unmarshal([]byte(got.stdout), &out))
		assert.Equal(t, want, out.Pattern.Kept, pattern)
		assert.Equal(t, want, out.Flow.Paths, pattern)
		assert.EqualValues(t, 4, out.Pattern.Journeys, pattern)
		assert.NotContains(t, got.stderr, "warning")
	}
}

// A name that never occurs must not look like a pattern that is never met.
func TestFlowPatternUnknownName(t *testing.T) {
	path := file(t, "events.csv", flowEvents)
	got := cjm(t, "flow", "--pattern", "vist -> .* -> cart", path)
	require.Equal(t, exitOK, got.code)
	assert.Contains(t, got.stderr, `cjm: warning: --pattern: no event is named "vist"`)
	assert.Contains(t, got.stderr, "it occurs in no journey")
	assert.NotContains(t, got.stderr, `"cart"`)
	assert.Contains(t, got.stdout, "Journeys         0  of 4, those with vist -> .* -> cart\n")
	got = cjm(t, "flow", "--on", "channel", "--pattern", "store -> [^radio]* -> $", path)
	assert.Contains(t, got.stderr, `cjm: warning: --pattern: no channel is named "radio"`)
	assert.NotContains(t, got.stderr, "in no journey")
}

func TestFlowOn(t *testing.T) {
	path := file(t, "events.csv", flowEvents)
	for on, want := range map[string]string{
		"event": "visit", "kind": "visit", "channel": "email", "stage": "awareness",
	} {
		got := cjm(t, "flow", "--on", on, "--format", "csv", "--what", "labels", "--top", "1", path)
		require.Equal(t, exitOK, got.code, got.stderr)
		_, row, _ := strings.Cut(got.stdout, "\n")
		assert.True(t, strings.HasPrefix(row, want+","), row)
	}
	bare := file(t, "bare.csv", "customer,time,channel\na,2026-01-01,search\na,2026-01-02,email\n")
	got := cjm(t, "flow", "--format", "csv", bare)
	assert.Contains(t, got.stdout, "search > email,1,")
	got = cjm(t, "flow", "--on", "kind", bare)
	assert.Contains(t, got.stderr, "cjm: warning: no touch has a kind")
	assert.Contains(t, got.stdout, "Left out             2  touches without a kind\n")
	assert.Contains(t, got.stdout, "(start) -> (lost)")
}

// Labels that look like the ends of a journey are none, and say so.
func TestFlowLabelsLikeEnds(t *testing.T) {
	path := file(t, "events.csv", "customer,time,kind\na,2026-01-01,(start)\na,2026-01-02,(lost)\nb,2026-01-01,^\n")
	got := cjm(t, "flow", path)
	assert.Contains(t, got.stdout, `(start) -> "(start)"`)
	assert.Contains(t, got.stdout, `"(start)" -> "(lost)"`)
	assert.Contains(t, got.stdout, `"(lost)" -> (lost)`)
	got = cjm(t, "flow", "--format", "csv", "--what", "transitions", path)
	assert.Contains(t, got.stdout, "\n,(start),,1,1,,\n")
	assert.Contains(t, got.stdout, "\n(lost),,lost,1,1,,\n")
	assert.Contains(t, got.stdout, "\n(start),(lost),,1,1,86400,86400\n")
	got = cjm(t, "flow", "--pattern", `"^" -> $`, "--format", "csv", path)
	assert.Contains(t, got.stdout, "\n^,1,1,1,0,1,0\n")
}

func TestFlowLongVariants(t *testing.T) {
	var b strings.Builder
	b.WriteString("customer,time,kind\n")
	for i := range 40 {
		b.WriteString("a,2026-01-01T10:" + strconv.Itoa(10+i) + ":00Z,step number " + strconv.Itoa(i) + "\n")
	}
	b.WriteString("b,2026-01-01," + strings.Repeat("long", 100) + "\n")
	got := cjm(t, "flow", file(t, "events.csv", b.String()))
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Contains(t, got.stdout, "step number 0 -> step number 1 -> … 37 more … -> step number 39 ")
	for line := range strings.Lines(got.stdout) {
		assert.LessOrEqual(t, len([]rune(line)), 120, line)
	}
}

func TestFlowOutput(t *testing.T) {
	path := file(t, "events.csv", flowEvents)
	target := filepath.Join(t.TempDir(), "out.csv")
	want := cjm(t, "flow", "--format", "csv", path)
	got := cjm(t, "flow", "--format", "csv", "-o", target, path)
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Empty(t, got.stdout)
	text, err := os.ReadFile(target)
	require.NoError(t, err)
	assert.Equal(t, want.stdout, string(text))
	stdin := cjmIn(t, flowEvents, "flow", "--format", "csv", "-")
	assert.Equal(t, want.stdout, stdin.stdout)
}

func TestFlowSameBytes(t *testing.T) {
	for _, what := range []string{"variants", "transitions", "labels"} {
		sameBytes(t, randomEvents(), "flow", "--format", "csv", "--what", what, "--lost-after", "3d", "--max-buffered", "500")
	}
}

func TestFlowErrors(t *testing.T) {
	rows := file(t, "events.csv", flowEvents)
	table := file(t, "p.csv", smallTable)
	tests := []struct {
		name string
		code int
		args []string
		want string
	}{
		{"no file given", exitUsage, nil, "<events>"},
		{"stdin twice", exitUsage, []string{"-", "-"}, "only once"},
		{"top zero", exitUsage, []string{"--top", "0", rows}, "from 1 up"},
		{"top of json", exitUsage, []string{"--top", "3", "--format", "json", rows}, "--top does not apply to --format json"},
		{"what of a table", exitUsage, []string{"--what", "labels", rows}, "--what is for --format csv"},
		{"bad what", exitUsage, []string{"--format", "csv", "--what", "colours", rows}, "--what"},
		{"bad on", exitUsage, []string{"--on", "colour", rows}, "--on"},
		{"separator of a table", exitUsage, []string{"--sep", "|", rows}, "--sep is for the variants"},
		{"separator of labels", exitUsage, []string{"--sep", "|", "--format", "csv", "--what", "labels", rows}, "--sep is for the variants"},
		{"transform", exitUsage, []string{"--transform", "exposure", rows}, "unknown flag --transform"},
		{"columns of a table", exitUsage, []string{"--columns", "path=x", rows}, `"path"`},
		{"negative lost-after", exitUsage, []string{"--lost-after=-3d", rows}, "positive duration"},
		{"comma of JSON lines", exitUsage, []string{"--comma", ";", file(t, "e.jsonl", "{}\n")}, "--comma does not apply to JSON lines"},
		{"pattern of nothing", exitUsage, []string{"--pattern=", rows}, "--pattern: at the beginning: ends where"},
		{"pattern with a lone star", exitUsage, []string{"--pattern", "visit -> *", rows}, `--pattern: behind "visit ->": *`},
		{"pattern with a gap that has no effect", exitUsage, []string{"--pattern", "visit -> [^cart]*", rows}, `--pattern: behind "visit ->": a restricted gap at an open end`},
		{"pattern that ends early", exitUsage, []string{"--pattern", "visit -> [a|b", rows}, `--pattern: behind "visit -> [a|b": ends where`},
		{"pattern with a stray sign", exitUsage, []string{"--pattern", "a -> ) -> b", rows}, `--pattern: behind "a ->": ')'`},
		{"no such file", exitFailed, []string{"no/such/file"}, "no/such/file: no such file"},
		{"path table", exitFailed, []string{table}, "no column for customer"},
		{"no rows", exitFailed, []string{file(t, "e.csv", "customer,time,channel\n")}, "no events"},
		{"bad row", exitFailed, []string{file(t, "e.csv", "customer,time,channel\na,soon,b\n")}, "e.csv:2: time"},
		{"separator in a label", exitFailed, []string{"--format", "csv", "--sep", "is", rows}, `holds the separator "is"; choose another one by --sep`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := cjm(t, append([]string{"flow"}, test.args...)...)
			assert.Equal(t, test.code, got.code, got.stderr)
			assert.Contains(t, got.stderr, test.want)
			assert.Empty(t, got.stdout)
		})
	}
}

func TestFlowCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr strings.Builder
	code := run(ctx, []string{"flow", file(t, "events.csv", flowEvents)}, strings.NewReader(""), &stdout, &stderr)
	assert.Equal(t, exitFailed, code)
	assert.Equal(t, "cjm: cancelled\n", stderr.String())
	assert.Empty(t, stdout.String())
}

func TestFlowHelp(t *testing.T) {
	got := cjm(t, "flow", "--help")
	assert.Equal(t, exitOK, got.code)
	assert.Contains(t, got.stdout, "Examples:")
	for _, header := range [][]string{variantsHeader, transitionsHeader, labelsHeader} {
		for _, column := range header {
			assert.Contains(t, got.stdout, column)
		}
	}
}

// The counts of the log that comes with pm4py, as its notebooks and expected.csv have
// them.
func TestFlowRunningExample(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "data", "eventlogs", "running-example.csv")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("SKIPPED: %v", err)
	}
	got := cjm(t, "flow", "--format", "json", "--columns", "customer=case:concept:name,time=time:timestamp,kind=concept:name", path)
	require.Equal(t, exitOK, got.code, got.stderr)
	var out struct {
		Flow struct {
			Paths, Touches   int
			Labels, Variants []any
		}
	}
	require.NoError(t, json.Unmarshal([]byte(got.stdout), &out))
	assert.Equal(t, 6, out.Flow.Paths)
	assert.Equal(t, 42, out.Flow.Touches)
	assert.Len(t, out.Flow.Labels, 8)
	assert.Len(t, out.Flow.Variants, 6)
}

func TestFlowWithoutChannels(t *testing.T) {
	got := cjm(t, "flow", "--on", "channel", file(t, "e.csv", "customer,time,kind\n1,2026-01-01,visit\n"))
	assert.Equal(t, exitOK, got.code)
	assert.Contains(t, got.stderr, "no touch has a channel; --on says what else")
}

func TestFlowHeader(t *testing.T) {
	got := cjm(t, "flow", file(t, "e.csv", "who,time,kind\n1,2026-01-01,visit\n"))
	assert.Equal(t, exitFailed, got.code)
	assert.Regexp(t, `e\.csv:1: header: missing: no column for customer; the header has who, time, kind\. Name the columns by --columns, such as`, got.stderr)
	empty := cjm(t, "flow", file(t, "e.csv", ""))
	assert.Equal(t, exitFailed, empty.code)
	assert.Regexp(t, `e\.csv: the input is empty, a header is needed\n$`, empty.stderr)
}

func TestFlowHasNoUseOfValues(t *testing.T) {
	for name, rows := range map[string]string{
		"two currencies": "1,2026-01-01,a,1,5,EUR\n2,2026-01-01,a,1,5,USD\n",
		"too large":      "1,2026-01-01,a,1,1e308,\n1,2026-01-02,a,1,1e308,\n",
	} {
		path := file(t, "events.csv", "customer,time,kind,conversion,value,currency\n"+rows)
		got := cjm(t, "flow", path, "--format", "csv")
		require.Equal(t, exitOK, got.code, name+": "+got.stderr)
		assert.Equal(t, "path,count,share,cover,converted,lost,open\na,2,1,1,2,0,0\n", got.stdout, name)
	}
}
