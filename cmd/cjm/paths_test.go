package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPaths(t *testing.T) {
	rows := file(t, "events.csv", smallEvents)
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"as they are", nil, "path,conversions,value,nulls\n" +
			"display,0,0,1\n" +
			"email,0,0,1\n" +
			"email > search,1,20,0\n" +
			"search > email > store,1,40,0\n"},
		{"open journeys", []string{"--lost-after", "30d"}, "path,conversions,value,nulls,opens\n" +
			"display,0,0,1,0\n" +
			"email,0,0,0,1\n" +
			"email > search,1,20,0,0\n" +
			"search > email > store,1,40,0,0\n"},
		{"another separator", []string{"--sep", "|", "--lookback-steps", "2"}, "path,conversions,value,nulls\n" +
			"display,0,0,1\n" +
			"email,0,0,1\n" +
			"email|search,1,20,0\n" +
			"email|store,1,40,0\n"},
		{"transforms", []string{"--transform", "remove=store,first"}, "path,conversions,value,nulls\n" +
			"display,0,0,1\n" +
			"email,0,0,1\n" +
			"email > search,1,20,0\n" +
			"search > email,1,40,0\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := cjm(t, append([]string{"paths", rows}, test.args...)...)
			require.Equal(t, exitOK, got.code, got.stderr)
			assert.Equal(t, test.want, got.stdout)
			assert.Contains(t, got.stderr, "touchpoints")
		})
	}
}

func TestPathsMinCount(t *testing.T) {
	rows := file(t, "events.csv", smallEvents+smallEvents[strings.Index(smallEvents, "\n")+1:])
	all := cjm(t, "paths", rows)
	require.Equal(t, exitOK, all.code, all.stderr)
	got := cjm(t, "paths", "--min-count", "1", rows)
	assert.Equal(t, all.stdout, got.stdout)
	assert.Contains(t, got.stderr, "cjm: left out the paths of fewer than 1 journeys: 0 paths, 0 journeys\n")

	few := file(t, "few.csv", "customer,time,channel\n1,2026-01-01,A\n2,2026-01-01,A\n3,2026-01-01,secret\n4,2026-01-01,B\n4,2026-01-02,A\n")
	got = cjm(t, "paths", "--min-count", "2", few)
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Equal(t, "path,conversions,value,nulls\nA,0,0,2\n", got.stdout)
	assert.Contains(t, got.stderr, "cjm: left out the paths of fewer than 2 journeys: 2 paths, 2 journeys\n")
	assert.NotContains(t, got.stderr, "secret")

	target := filepath.Join(t.TempDir(), "paths.csv")
	require.Equal(t, exitOK, cjm(t, "paths", "--min-count", "2", "-o", target, few).code)
	text, err := os.ReadFile(target)
	require.NoError(t, err)
	assert.Equal(t, got.stdout, string(text))

	for _, bad := range []string{"0", "-1", "x"} {
		got = cjm(t, "paths", "--min-count="+bad, few)
		assert.Equal(t, exitUsage, got.code)
		assert.Contains(t, got.stderr, "want a whole number from 1 up")
	}
}

// The credit of the events is that of their path table.
func TestPathsThenAttribute(t *testing.T) {
	rows := file(t, "events.csv", randomEvents())
	target := filepath.Join(t.TempDir(), "paths.csv")
	got := cjm(t, "paths", "--lost-after", "3d", "-o", target, rows)
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Empty(t, got.stdout)
	args := []string{"attribute", "--format", "csv", "--model", "first,last,linear-unique,markov"}
	fromTable := cjm(t, append(args, target)...)
	fromEvents := cjm(t, append(args, "--lost-after", "3d", rows)...)
	require.Equal(t, exitOK, fromTable.code, fromTable.stderr)
	column := func(o outcome, n int) []string {
		var cells []string
		for line := range strings.Lines(o.stdout) {
			cells = append(cells, strings.Split(line, ",")[n])
		}
		return cells
	}
	// But for the values, which the table holds rounded.
	for _, n := range []int{0, 1, 2, 4, 5, 7} {
		assert.Equal(t, column(fromEvents, n), column(fromTable, n))
	}
}

func TestPathsIntoAFile(t *testing.T) {
	rows := file(t, "events.csv", smallEvents)
	want := cjm(t, "paths", rows).stdout
	dir := t.TempDir()
	target := filepath.Join(dir, "paths.csv")
	read := func() string {
		text, err := os.ReadFile(target)
		require.NoError(t, err)
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, entries, 1, "no temporary file is left")
		return string(text)
	}
	require.Equal(t, exitOK, cjm(t, "paths", "-o", target, rows).code)
	assert.Equal(t, want, read())

	// Again, over the old file, whose mode stays.
	require.NoError(t, os.WriteFile(target, []byte("before"), 0o600))
	require.NoError(t, os.Chmod(target, 0o640))
	require.Equal(t, exitOK, cjm(t, "paths", "-o", target, rows).code)
	assert.Equal(t, want, read())
	if runtime.GOOS != "windows" {
		info, err := os.Stat(target)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o640), info.Mode())
	}

	// A failure leaves the old file.
	bad := file(t, "bad.csv", "customer,time,channel\n1,2026-01-01,A > B\n")
	got := cjm(t, "paths", "-o", target, bad)
	assert.Equal(t, exitFailed, got.code)
	assert.Contains(t, got.stderr, "choose another separator")
	assert.Equal(t, want, read())

	assert.Equal(t, want, cjm(t, "paths", "-o", "-", rows).stdout)

	got = cjm(t, "paths", "-o", filepath.Join(dir, "no", "dir", "x"), rows)
	assert.Equal(t, exitFailed, got.code)
	assert.Contains(t, got.stderr, "writing the result: no such file or directory")
	got = cjm(t, "paths", "-o", dir, rows)
	assert.Equal(t, exitFailed, got.code)
	assert.Contains(t, got.stderr, "is a directory")
}

func TestPathsOntoAFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("SKIPPED: %v; TestOutputThatCannotBeWritten covers standard output", err)
	}
	defer full.Close()
	rows := file(t, "events.csv", smallEvents)
	got := cjm(t, "paths", "-o", "/dev/full", rows)
	assert.Equal(t, exitFailed, got.code)
	assert.Contains(t, got.stderr, "no space left on device")
	var stderr strings.Builder
	assert.Equal(t, exitFailed, run(t.Context(), []string{"attribute", rows}, nil, full, &stderr))
	assert.Contains(t, stderr.String(), "cjm: writing the result: no space left on device")
}

func TestPathsRefusesAPathTable(t *testing.T) {
	got := cjm(t, "paths", file(t, "p.csv", smallTable))
	assert.Equal(t, exitFailed, got.code)
	assert.Contains(t, got.stderr, "no column for customer; the header has path, conversions")
}
