package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCompareChainOfOpenJourneys(t *testing.T) {
	before, after := marchAndApril(t)
	got := cjm(t, "compare", before, after, "--chain", "--lost-after", "5d")
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Contains(t, got.stdout, "still open")
	auto := cjm(t, "compare", before, after, "--chain", "--lost-after", "auto")
	require.Equal(t, exitOK, auto.code, auto.stderr)
	assert.Equal(t, 1, strings.Count(auto.stderr, "--lost-after auto"))
}

func TestCompareChainOfPathTables(t *testing.T) {
	a := file(t, "a.csv", "path,conversions,nulls\nA,1,1\nB,1,3\n")
	b := file(t, "b.csv", "path,conversions,nulls\nA,2,4\nB,1,1\n")
	rows := cells(t, cjm(t, "compare", a, b, "--chain", "--format", "csv"))
	require.Len(t, rows, 3)
	// P(convert) is 2/6 and then 3/8. A: from 1/2 to 1/3, with 2/6 and then 6/8 visits.
	assert.InDelta(t, 3./8-2./6, sum(t, rows, "part"), 1e-15)
	assert.InDelta(t, (2./6+6./8)/2*(1./3-1./2), float(t, rows[1], "part"), 1e-15)
	assert.InDelta(t, (4./6+2./8)/2*(1./2-1./4), float(t, rows[2], "part"), 1e-15)
	assert.InDelta(t, 8*(2./6+6./8)/2*(1./3-1./2), float(t, rows[1], "conversions"), 1e-14)
}

// A state from which every journey is still open is left out, and named.
func TestCompareChainOfClosedStates(t *testing.T) {
	a := file(t, "a.csv", "path,conversions,nulls,opens\nA,1,1,0\nA > B,0,0,3\n")
	b := file(t, "b.csv", "path,conversions,nulls\nA,2,4\nB,1,1\n")
	got := cjm(t, "compare", a, b, "--chain")
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Regexp(t, "cjm: warning: .*B", got.stderr)
	assert.Equal(t, 1, strings.Count(got.stderr, "warning"))
}
