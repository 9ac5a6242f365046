package main

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sharedData returns the name of a file that only the project's machines have.
func sharedData(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "attribution", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("SKIPPED: %v", err)
	}
	return path
}

// PathData is the public data set of the R package ChannelAttribution. Other tests
// cover the same behaviour on random tables.
func TestPathDataSameBytes(t *testing.T) {
	in, err := os.Open(sharedData(t, "pathdata.csv.gz"))
	require.NoError(t, err)
	defer in.Close()
	unzipped, err := gzip.NewReader(in)
	require.NoError(t, err)
	text, err := io.ReadAll(unzipped)
	require.NoError(t, err)
	sameBytes(t, string(text), "attribute", "--format", "csv", "--model", "all")
}

// numbersBy returns the rows of a CSV file by the cells in its first columns, with
// the number in each other column.
func numbersBy(t *testing.T, text string, keys int) map[string]map[string]float64 {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	all := make(map[string]map[string]float64)
	for _, row := range rows[1:] {
		line := make(map[string]float64)
		for i := keys; i < len(row); i++ {
			if row[i] != "" {
				x, err := strconv.ParseFloat(row[i], 64)
				require.NoError(t, err)
				line[rows[0][i]] = x
			}
		}
		all[strings.Join(row[:keys], " ")] = line
	}
	return all
}

// The credits are those that exact rational arithmetic gives, and the heuristics
// those that ChannelAttribution prints, to its fifteen digits.
func TestPathDataNumbers(t *testing.T) {
	got := cjm(t, "attribute", "--format", "csv", sharedData(t, "pathdata.csv.gz"))
	require.Equal(t, exitOK, got.code, got.stderr)
	credits := numbersBy(t, got.stdout, 2)
	check := func(line, column string, want, relative float64) {
		assert.InDelta(t, want, credits[line][column], relative*math.Abs(want), "%s: %s", line, column)
	}
	text, err := os.ReadFile(sharedData(t, "pathdata_markov_order1_exact.csv"))
	require.NoError(t, err)
	exact := numbersBy(t, string(text), 1)
	assert.Len(t, exact, 12)
	for channel, want := range exact {
		check("markov "+channel, "removal_effect", want["removal_effect_conversion"], 1e-12)
		check("markov "+channel, "removal_effect_value", want["removal_effect_value"], 1e-12)
		check("markov "+channel, "conversions", want["total_conversions"], 1e-12)
		check("markov "+channel, "value", want["total_conversion_value"], 1e-12)
	}
	text, err = os.ReadFile(sharedData(t, "pathdata_heuristics.csv"))
	require.NoError(t, err)
	heuristics := numbersBy(t, string(text), 1)
	assert.Len(t, heuristics, 12)
	for channel, want := range heuristics {
		for _, model := range []string{"first", "last", "linear"} {
			check(model+" "+channel, "conversions", want[model+"_touch_conversions"], 1e-14)
			check(model+" "+channel, "value", want[model+"_touch_value"], 1e-14)
		}
	}
}

func TestPathDataPerJourneyAddsUp(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: short")
	}
	checkAddsUp(t, "--model", "all", sharedData(t, "pathdata.csv.gz"))
	checkAddsUp(t, "--model", "markov,shapley-markov", "--order", "2", sharedData(t, "pathdata.csv.gz"))
}

// The removal effects of theta, to the four digits that the reference states: in the
// chains of order 1 to 4, and in the journeys themselves.
func TestPathDataOrders(t *testing.T) {
	table := sharedData(t, "pathdata.csv.gz")
	for order, want := range map[string]float64{"1": 0.2060, "2": 0.1855, "3": 0.1758, "4": 0.1704} {
		got := cjm(t, "attribute", "--model", "markov", "--order", order, "--format", "csv", table)
		require.Equal(t, exitOK, got.code, got.stderr)
		theta := numbersBy(t, got.stdout, 2)["markov theta"]
		assert.InDelta(t, want, theta["removal_effect"], 0.00005, order)
		assert.InDelta(t, 0.1651, theta["touching_share"], 0.00005)
	}
}
