package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// By hand, of the journeys a > b (converts, worth 8), a (converts, worth 4), b (2
// lost), c (lost): of two journeys at a, one goes to b and one converts; of three
// at b, one converts. P(a) = 1/2 + 1/2*1/3 = 2/3, P(b) = 1/3, P(c) = 0; at the
// start two of five go to a, two to b, one to c: 2/5*2/3 + 2/5*1/3 = 2/5. The
// value: b 8/3, a 4/2 + 1/2*8/3 = 10/3, the start 2/5*10/3 + 2/5*8/3 = 12/5.
const scoredTable = "path,conversions,value,nulls\na > b,1,8,0\na,1,4,0\nb,0,0,2\nc,0,0,1\n"

func TestScore(t *testing.T) {
	got := cjm(t, "score", file(t, "p.csv", scoredTable), "--paths", file(t, "new.csv", "path,seen\na,yes\nb > c,no\n\"\",no\n b > new ,no\n"))
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Equal(t, "path,p_convert,expected_value,order_used,next,p_next", strings.SplitN(got.stdout, "\n", 2)[0])
	rows := numbersBy(t, dropColumn(t, got.stdout, 4), 1)
	want := map[string][4]float64{ // P, value, order used, P after the best touch
		"a":       {2. / 3, 10. / 3, 1, 2. / 3},
		"b > c":   {0, 0, 1, 2. / 3},
		"":        {2. / 5, 12. / 5, 0, 2. / 3},
		"b > new": {2. / 5, 12. / 5, 0, 2. / 3},
	}
	assert.Len(t, rows, len(want))
	for path, w := range want {
		row := rows[path]
		assert.InDelta(t, w[0], row["p_convert"], 1e-14, path)
		assert.InDelta(t, w[1], row["expected_value"], 1e-14, path)
		assert.InDelta(t, w[2], row["order_used"], 0, path)
		assert.InDelta(t, w[3], row["p_next"], 1e-14, path)
	}
	assert.Equal(t, 4, strings.Count(got.stdout, ",a,"), "a is the best next touch of all")
}

// dropColumn returns CSV without one of its columns.
func dropColumn(t *testing.T, text string, column int) string {
	t.Helper()
	var b strings.Builder
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), ",")
		b.WriteString(strings.Join(append(cells[:column:column], cells[column+1:]...), ",") + "\n")
	}
	return b.String()
}

// The order of the rows of the journeys does not matter; that of the new paths is
// kept.
func TestScoreOfEveryForm(t *testing.T) {
	table := file(t, "p.csv", scoredTable)
	want := cjm(t, "score", table, "--paths", file(t, "new.csv", "path\na > b\nc\n")).stdout
	require.Equal(t, 3, strings.Count(want, "\n"))
	for name, text := range map[string]string{
		"list": "a > b\nc\n", "blank lines": "\na > b\n\nc\n\n", "crlf": "a > b\r\nc\r\n", "mark": "\ufeffa > b\nc",
		"marked header": "\ufeffPATH\na > b\nc\n", "table": "conversions,path\n1,a > b\n0,c\n", "quoted": "\"a > b\"\n\"c\"\n",
	} {
		got := cjm(t, "score", table, "--paths", file(t, "new.csv", text))
		assert.Equal(t, want, got.stdout, "%s: %s", name, got.stderr)
		got = cjmIn(t, text, "score", "--paths", "-", table)
		assert.Equal(t, want, got.stdout, "%s: %s", name, got.stderr)
		got = cjm(t, "score", table, "--paths", file(t, "new.csv.gz", zipped(t, text)))
		assert.Equal(t, want, got.stdout, "%s: %s", name, got.stderr)
	}
	got := cjm(t, "score", "--comma", ";", "--columns", "path=p", "--sep", "|", file(t, "t.csv", "p;conversions;value;nulls\na|b;1;8;0\na;1;4;0\nb;0;0;2\nc;0;0;1\n"),
		"--paths", file(t, "new.csv", "n;P\n1;a|b\n2;c\n"))
	assert.Equal(t, strings.ReplaceAll(want, " > ", "|"), got.stdout, got.stderr)
	got = cjm(t, "score", "--transform", "exposure", table, "--paths", file(t, "new.csv", "a > b > b\nc > c\n"))
	assert.Equal(t, strings.NewReplacer("a > b", "a > b > b", "\nc,", "\nc > c,").Replace(want), got.stdout)
}

func TestScoreWithoutValue(t *testing.T) {
	got := cjm(t, "score", file(t, "p.csv", "path,conversions,nulls\na,1,1\n"), "--paths", file(t, "new.csv", "a\n"))
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Equal(t, "path,p_convert,expected_value,order_used,next,p_next\na,0.5,,1,a,0.5\n", got.stdout)
	got = cjm(t, "score", file(t, "p.csv", "path,conversions,nulls\n,1,1\n"), "--paths", file(t, "new.csv", "a\n"))
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Equal(t, "path,p_convert,expected_value,order_used,next,p_next\na,0.5,,0,,\n", got.stdout, "a chain without channels")
}

// With two touches looked at, a > b and c > b differ; d > b was never seen.
func TestScoreOfOrderTwo(t *testing.T) {
	table := file(t, "p.csv", "path,conversions,nulls\na > b,3,1\nc > b,1,3\nb > b,0,2\n")
	got := cjm(t, "score", "--order", "2", table, "--paths", file(t, "new.csv", "a > b\nc > b\nd > b\nx > c > b\nd\n"))
	require.Equal(t, exitOK, got.code, got.stderr)
	rows := numbersBy(t, dropColumn(t, got.stdout, 4), 1)
	assert.InDelta(t, 0.75, rows["a > b"]["p_convert"], 1e-14)
	assert.InDelta(t, 0.25, rows["c > b"]["p_convert"], 1e-14)
	assert.InDelta(t, 0.25, rows["x > c > b"]["p_convert"], 1e-14)
	assert.InDelta(t, 2, rows["x > c > b"]["order_used"], 0)
	assert.InDelta(t, 1, rows["d > b"]["order_used"], 0)
	assert.InDelta(t, 0, rows["d"]["order_used"], 0)
	assert.InDelta(t, 0.4, rows["d"]["p_convert"], 1e-14, "what is known at the start: 4 of 10 journeys convert")
}

func TestScoreEvents(t *testing.T) {
	got := cjm(t, "score", "--order", "auto", file(t, "e.csv", randomEvents()), "--lost-after", "3d", "--paths", file(t, "new.csv", "channel 1\n"))
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Contains(t, got.stderr, "cjm: --order auto: Order 1")
	assert.Equal(t, 1, strings.Count(got.stderr, "customers "), "what was read is told once")
	assert.Equal(t, 2, strings.Count(got.stdout, "\n"))
}

func TestScoreEventsWithASeparator(t *testing.T) {
	rows := file(t, "e.csv", smallEvents)
	want := cjm(t, "score", rows, "--paths", file(t, "new.csv", "email > search\n"))
	got := cjm(t, "score", rows, "--sep", "|", "--paths", file(t, "new.csv", "email|search\n"))
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Equal(t, want.stdout, strings.Replace(got.stdout, "|", " > ", 1))
	got = cjm(t, "score", rows, "--sep=", "--paths", rows)
	assert.Equal(t, exitUsage, got.code)
}

func TestScoreErrors(t *testing.T) {
	table := file(t, "p.csv", scoredTable)
	paths := file(t, "new.csv", "a\n")
	tests := []struct {
		name string
		code int
		args []string
		want string
	}{
		{"no paths", exitUsage, []string{table}, "--paths"},
		{"empty paths", exitUsage, []string{table, "--paths="}, "--paths"},
		{"stdin twice", exitUsage, []string{"-", "--paths", "-"}, "only once"},
		{"order zero", exitUsage, []string{"--order", "0", table, "--paths", paths}, "from 1 up, or auto"},
		{"negative order", exitUsage, []string{"--order=-2", table, "--paths", paths}, "from 1 up, or auto"},
		{"no such file", exitFailed, []string{table, "--paths", "no/such/file"}, "no/such/file: no such file"},
		{"no column", exitFailed, []string{table, "--paths", file(t, "new.csv", "journey,n\na,1\n")}, `new.csv: no column of the first row, which has 2, is called "path"`},
		{"touch without a name", exitFailed, []string{table, "--paths", file(t, "new.csv", "path\na\na > > b\n")}, "new.csv:3: path: missing: touch 2 has no channel"},
		{"invalid UTF-8", exitFailed, []string{table, "--paths", file(t, "new.csv", "a\n\xff\n")}, "new.csv:2: path: invalid UTF-8 in touch 1"},
		{"reserved", exitFailed, []string{table, "--paths", file(t, "new.csv", "(none)\n")}, "new.csv:1: path: out of range"},
		{"too many fields", exitFailed, []string{table, "--paths", file(t, "new.csv", "path,n\na\n")}, "new.csv:2: malformed row"},
		{"stray quote", exitFailed, []string{table, "--paths", file(t, "new.csv", "path\n\"a\"x\n")}, "new.csv:2: malformed row"},
		{"bad first row", exitFailed, []string{table, "--paths", file(t, "new.csv", "\"a\"x\n")}, "new.csv:1: malformed row"},
		{"truncated", exitFailed, []string{table, "--paths", file(t, "new.gz", zipped(t, "a\n")[:12])}, "truncated"},
		{"no conversions", exitFailed, []string{file(t, "p.csv", "path,conversions,nulls\na,0,1\n"), "--paths", paths}, "no conversions"},
		{"no journeys", exitFailed, []string{file(t, "p.csv", "path,conversions,nulls\n"), "--paths", paths}, "no journeys"},
		{"bad row of the journeys", exitFailed, []string{file(t, "p.csv", "path,conversions\na,x\n"), "--paths", paths}, "p.csv:2: conversions"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := cjm(t, append([]string{"score"}, test.args...)...)
			assert.Equal(t, test.code, got.code)
			assert.Contains(t, got.stderr, test.want)
			assert.Empty(t, got.stdout)
		})
	}
}

func TestScoreSkips(t *testing.T) {
	got := cjm(t, "score", "--on-error", "skip", file(t, "p.csv", scoredTable+"a,x,0,0\n"), "--paths", file(t, "new.csv", "path\na\na > > secret\n\"b\"x\nb\n"))
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Equal(t, 3, strings.Count(got.stdout, "\n"))
	assert.Contains(t, got.stderr, "skipped 1 of 5 rows")
	assert.Contains(t, got.stderr, "skipped 2 of 4 rows")
	assert.Contains(t, got.stderr, "new.csv:3: path: missing")
	assert.NotContains(t, got.stderr, "secret")
	got = cjm(t, "score", file(t, "p.csv", scoredTable), "--paths", file(t, "new.csv", ""))
	assert.Equal(t, strings.Join(scoreHeader, ",")+"\n", got.stdout, "no paths, no scores")
}

// Scores of all paths of a table are the same for any order of its rows and any
// --parallel.
func TestSameBytesOfScores(t *testing.T) {
	text := randomTable(t, 3000)
	paths := file(t, "new.csv", text)
	sameBytes(t, text, "score", "--order", "2", "--paths", paths)
}

func TestScoreToAFullDisk(t *testing.T) {
	table := file(t, "p.csv", scoredTable)
	for _, n := range []int{1, 50_000} {
		var stderr bytes.Buffer
		args := []string{"score", table, "--paths", file(t, "new.csv", strings.Repeat("a > b\n", n))}
		assert.Equal(t, exitFailed, run(t.Context(), args, nil, failingWriter{os.ErrPermission}, &stderr))
		assert.Contains(t, stderr.String(), "writing the result: permission denied")
	}
}

// No new paths make the command panic.
func FuzzScore(f *testing.F) {
	f.Add("path\na > b\n", ">")
	f.Add("a > b\n\"\"\n", "|")
	f.Add("\ufeffpath,n\n\"a\nb\",1\n", "")
	dice := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		noise := make([]byte, 50)
		for i := range noise {
			noise[i] = "ab>,\"\n\xff "[dice.IntN(8)]
		}
		f.Add(string(noise), ">")
	}
	f.Fuzz(func(t *testing.T, text, sep string) {
		args := []string{"score", "--on-error", "skip", "--parallel", "1", "--paths", "-", file(t, "p.csv", scoredTable)}
		if sep != "" {
			args = append(args, "--sep="+sep)
		}
		got := cjmIn(t, text, args...)
		if got.code == exitOK {
			require.True(t, strings.HasPrefix(got.stdout, "path,"))
		} else {
			require.NotEmpty(t, got.stderr)
		}
	})
}
