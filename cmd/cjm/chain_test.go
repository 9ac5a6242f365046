package main

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// By hand, of 6 journeys that begin at a and 4 at b: of those at a, 4 go to b; of
// the 8 at b, 4 convert, so 4 of 10 journeys do. Lost at a: P(a) * P(convert | a) =
// 6/10 * 4/6 * 1/2 = 2/10, half of all. Without a everyone is at b, of whom half
// convert: 1 - (1/2)/(4/10) = -1/4. Without b nobody converts.
func TestRemovalVariants(t *testing.T) {
	table := file(t, "p.csv", "path,conversions,nulls\na > b,4,0\na,0,2\nb,0,4\n")
	for variant, want := range map[string]map[string][2]float64{ // effect, conversions
		"redirect":    {"markov a": {0.5, 4. / 3}, "markov b": {1, 8. / 3}},
		"renormalise": {"markov a": {-0.25, -4. / 3}, "markov b": {1, 16. / 3}},
		"never-touch": {"markov a": {-0.25, -4. / 3}, "markov b": {1, 16. / 3}},
	} {
		got := cjm(t, "attribute", "--model", "markov", "--format", "csv", "--removal", variant, table)
		require.Equal(t, exitOK, got.code, got.stderr)
		rows := numbersBy(t, got.stdout, 2)
		for line, w := range want {
			assert.InDelta(t, w[0], rows[line]["removal_effect"], 1e-12, "%s: %s", variant, line)
			assert.InDelta(t, w[1], rows[line]["conversions"], 1e-11, "%s: %s", variant, line)
		}
		people := cjm(t, "attribute", "--model", "markov", "--removal", variant, "--order", "2", table)
		// The last bits of the bound are those of the processor.
		text := regexp.MustCompile(`certified to \d\S+e-\d+`).ReplaceAllString(people.stdout, "certified to 1e-N")
		golden(t, "removal_"+variant+".stdout", text)
	}
	got := cjm(t, "attribute", "--removal", "never-touch", file(t, "p.csv", "path,conversions,nulls\na,3,1\nb,1,3\n"))
	assert.Equal(t, exitFailed, got.code)
	assert.Contains(t, got.stderr, "do not add up to something positive")
	assert.Empty(t, got.stdout)
}

func TestToleranceThatCannotBeReached(t *testing.T) {
	table := file(t, "p.csv", randomTable(t, 500))
	got := cjm(t, "attribute", "--model", "markov", "--order", "3", "--tolerance", "1e-18", table)
	assert.Equal(t, exitFailed, got.code)
	assert.Contains(t, got.stderr, "tolerance not reached: 1e-18 asked for")
	assert.Empty(t, got.stdout)
	got = cjm(t, "attribute", "--model", "markov", "--order", "3", "--tolerance", "1e-6", table)
	assert.Equal(t, exitOK, got.code, got.stderr)
}

// The Markov-Shapley values of a chain beyond the longest path are those of the
// journeys themselves.
func TestShapleyMarkovOfAHighOrder(t *testing.T) {
	got := cjm(t, "attribute", "--model", "shapley,shapley-markov", "--order", "4", "--format", "csv", file(t, "p.csv", smallTable))
	require.Equal(t, exitOK, got.code, got.stderr)
	rows := numbersBy(t, got.stdout, 2)
	for _, channel := range []string{"email", "search", "store"} {
		assert.InDelta(t, rows["shapley "+channel]["conversions"], rows["shapley-markov "+channel]["conversions"], 1e-12, channel)
	}
}

func TestSameBytesOfChains(t *testing.T) {
	text := randomTable(t, 2000)
	sameBytes(t, text, "attribute", "--format", "csv", "--model", "markov,shapley-markov", "--order", "2")
	sameBytes(t, text, "attribute", "--format", "csv", "--model", "markov", "--order", "auto", "--removal", "renormalise", "--nulls", "exclude")
	sameBytes(t, randomEvents(), "attribute", "--format", "csv", "--model", "markov,shapley-markov", "--order", "3", "--lost-after", "3d")
}
