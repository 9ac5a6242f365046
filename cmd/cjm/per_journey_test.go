package main

import (
	"bytes"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
)

// By hand: row 1 is two conversions of one touch, row 2 four of two touches, row 3
// two of four; row 4 converts never, row 5 without a touch.
func TestPerJourney(t *testing.T) {
	got := cjm(t, "attribute", "--per-journey", "--model", "first,linear", file(t, "p.csv", smallTable))
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Equal(t, `journey,position,channel,model,credit
1,1,email,first,2
1,1,email,linear,2
2,1,email,first,4
2,1,email,linear,2
2,2,search,first,0
2,2,search,linear,2
3,1,search,first,2
3,1,search,linear,0.5
3,2,email,first,0
3,2,email,linear,0.5
3,3,search,first,0
3,3,search,linear,0.5
3,4,store,first,0
3,4,store,linear,0.5
5,0,(none),first,2
5,0,(none),linear,2
`, got.stdout)
}

// Of events, journeys come in the order of the customers' names and of time: anna's
// converted one, her second one, boris's.
func TestPerJourneyOfEvents(t *testing.T) {
	got := cjm(t, "attribute", "--per-journey", "--model", "last", "--format", "csv", file(t, "e.csv", smallEvents))
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Equal(t, `journey,position,channel,model,credit
1,1,search,last,0
1,2,email,last,0
1,3,store,last,1
3,1,email,last,0
3,2,search,last,1
`, got.stdout)
	assert.Equal(t, 1, strings.Count(got.stderr, "touchpoints"), "what was read is told once")
}

// addUp sums the credits of single journeys by model and channel.
func addUp(t *testing.T, text string) map[string]float64 {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, perJourneyHeader, rows[0])
	sums := make(map[string]float64)
	for _, row := range rows[1:] {
		credit, err := strconv.ParseFloat(row[4], 64)
		require.NoError(t, err)
		sums[row[3]+" "+row[2]] += credit
	}
	return sums
}

// The credits of the journeys add up to those of the channels, for every model.
func checkAddsUp(t *testing.T, args ...string) {
	t.Helper()
	totals := cjm(t, append([]string{"attribute", "--format", "csv"}, args...)...)
	want := credit(t, totals)
	got := cjm(t, append([]string{"attribute", "--per-journey"}, args...)...)
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Equal(t, totals.stderr, got.stderr)
	sums := addUp(t, got.stdout)
	for line, text := range want {
		conversions, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		assert.InDelta(t, conversions, sums[line], 1e-9*math.Max(1, conversions), line)
		delete(sums, line)
	}
	assert.Empty(t, sums)
}

func TestPerJourneyAddsUp(t *testing.T) {
	checkAddsUp(t, "--model", "all", file(t, "p.csv", randomTable(t, 2000)))
	checkAddsUp(t, "--model", "all", file(t, "p.csv", smallTable))
	checkAddsUp(t, "--model", "all", "--lost-after", "3d", file(t, "e.csv", randomEvents()))
	checkAddsUp(t, "--model", "markov,shapley-markov", "--order", "2", "--nulls", "exclude", file(t, "p.csv", randomTable(t, 2000)))
}

func TestPerJourneyOfEveryKindOfInput(t *testing.T) {
	dir := temporary(t)
	args := []string{"attribute", "--per-journey", "--model", "last,markov", "--on-error", "skip"}
	table := smallTable + "x,bad\n" + "email > store,1,0,0\n"
	want := cjm(t, append(args, file(t, "p.csv", table))...)
	require.Equal(t, exitOK, want.code, want.stderr)
	assert.Contains(t, want.stdout, "\n7,2,store,last,1\n", "a bad row has a number as well")
	assert.Equal(t, 1, strings.Count(want.stderr, "skipped"))

	got := cjmIn(t, table, append(args, "-")...)
	assert.Equal(t, want.stdout, got.stdout, "%s", got.stderr)
	got = cjm(t, append(args, file(t, "p.csv.gz", zipped(t, table)))...)
	assert.Equal(t, want.stdout, got.stdout)

	i := strings.Index(table, "search > email > search")
	header, _, _ := strings.Cut(table, "\n")
	two := []string{file(t, "a.csv", table[:i]), file(t, "b.csv", header+"\n"+table[i:])}
	got = cjm(t, append(args, two...)...)
	assert.Equal(t, want.stdout, got.stdout, "rows are numbered through")

	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	go func() {
		w.WriteString(table)
		w.Close()
	}()
	var stdout, stderr bytes.Buffer
	require.Equal(t, exitOK, run(t.Context(), append(args, "-"), r, &stdout, &stderr), stderr.String())
	assert.Equal(t, want.stdout, stdout.String())
	assert.Empty(t, names(t, dir), "no temporary file is left")
}

func TestPerJourneyQuotes(t *testing.T) {
	got := cjm(t, "attribute", "--per-journey", "--model", "last", file(t, "p.csv", "path,conversions\n\"say \"\"A\"\", B\",1\n"))
	assert.Equal(t, "journey,position,channel,model,credit\n1,1,\"say \"\"A\"\", B\",last,1\n", got.stdout)
}

func TestPerJourneyOfAnInputThatChanges(t *testing.T) {
	for name, change := range map[string]string{"fewer": "path,conversions\nA,1\n", "unknown": "path,conversions\nA,1\nB,1\n"} {
		path := file(t, "p.csv", "path,conversions\nA,1\nA,1\n")
		var stdout, stderr bytes.Buffer
		env := &environment{ctx: t.Context(), stdout: &stdout, stderr: &stderr, given: make(map[string]bool)}
		in, err := (&inputFlags{Files: []string{path}}).open(env, true)
		require.NoError(t, err)
		models, err := attribution.NewSet(attribution.LastTouch{})
		require.NoError(t, err)
		counted, _, err := countJourneys(env, in, func() *pass { return &pass{names: []string{"last"}, models: models.New()} })
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, []byte(change), 0o600))
		assert.ErrorContains(t, writePerJourney(env, in, counted), "has changed", name)
		in.close()
	}
}

func TestPerJourneyToAFullDisk(t *testing.T) {
	var table strings.Builder
	table.WriteString("path,conversions\n")
	for range 30_000 {
		table.WriteString("A > B,1\n")
	}
	for _, text := range []string{table.String(), smallTable} {
		var stderr bytes.Buffer
		code := run(t.Context(), []string{"attribute", "--per-journey", file(t, "p.csv", text)}, nil, failingWriter{os.ErrPermission}, &stderr)
		assert.Equal(t, exitFailed, code)
		assert.Contains(t, stderr.String(), "writing the result: permission denied")
	}
}

func TestPerJourneySameBytesOverParallel(t *testing.T) {
	table := filepath.Join(t.TempDir(), "p.csv")
	require.NoError(t, os.WriteFile(table, []byte(randomTable(t, 5000)), 0o600))
	want := cjm(t, "attribute", "--per-journey", "--model", "all", "--parallel", "1", table)
	require.Equal(t, exitOK, want.code, want.stderr)
	got := cjm(t, "attribute", "--per-journey", "--model", "all", "--parallel", "3", table)
	assert.True(t, want.stdout == got.stdout)
}
