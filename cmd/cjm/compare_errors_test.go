package main

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCompareErrors(t *testing.T) {
	before, after := marchAndApril(t)
	table := file(t, "p.csv", smallTable)
	empty := file(t, "empty.csv", "customer,time,channel,kind\n")
	others := file(t, "others.csv", "customer,time,kind\na,2026-01-01,cart\n")
	bad := file(t, "bad.csv", "customer,time,kind\na,soon,cart\n")
	steps := []string{"--steps", "visit,cart,purchase"}
	chain := []string{"--chain"}
	tests := []struct {
		name string
		code int
		a, b string
		args []string
		want string
	}{
		{"neither steps nor chain", exitUsage, before, after, nil, "no steps"},
		{"stdin twice", exitUsage, "-", "-", steps, "only once"},
		{"one step", exitUsage, before, after, []string{"--steps", "visit"}, "want two or more"},
		{"a step twice", exitUsage, before, after, []string{"--steps", "visit,visit"}, "again=visit"},
		{"an exclusion that is a step", exitUsage, before, after, append(steps, "--exclude", "cart"), `also the step "cart"`},
		{"negative window", exitUsage, before, after, append(steps, "--window=-1h"), "positive duration"},
		{"bad key", exitUsage, before, after, append(steps, "--by", "colour"), `no key "colour"`},
		{"bad adjust", exitUsage, before, after, append(steps, "--adjust", "luck"), "--adjust"},
		{"bad level", exitUsage, before, after, append(steps, "--level", "95"), "above 0 and below 1"},
		{"none in json", exitUsage, before, after, append(steps, "--adjust", "none", "--format", "json"), "--adjust none"},
		{"what of a table", exitUsage, before, after, append(steps, "--what", "steps"), "--what is for --format csv"},
		{"states of a funnel", exitUsage, before, after, append(steps, "--what", "states", "--format", "csv"), "--what states is for --chain"},
		{"segments of no key", exitUsage, before, after, append(steps, "--what", "segments", "--format", "csv"), "is for --by"},
		{"top of a funnel", exitUsage, before, after, append(steps, "--top", "3"), "--top is for --chain"},
		{"grouped without as-of", exitUsage, before, after, append(steps, "--grouped", "--window", "1d"), "needs --as-of"},
		{"convert-on of a funnel", exitUsage, before, after, append(steps, "--convert-on", "purchase"), "--convert-on does not apply"},
		{"path table in a funnel", exitUsage, before, table, steps, "p.csv is a path table"},
		{"steps and chain", exitUsage, before, after, append(steps, "--chain"), "--steps does not apply to --chain"},
		{"key of a chain", exitUsage, before, after, append(chain, "--by", "channel"), "--by does not apply to --chain"},
		{"level of a chain", exitUsage, before, after, append(chain, "--level", "0.9"), "--level does not apply to --chain"},
		{"adjust of a chain", exitUsage, before, after, append(chain, "--adjust", "bh"), "--adjust does not apply to --chain"},
		{"steps of a chain", exitUsage, before, after, append(chain, "--format", "csv", "--what", "steps"), "--what steps does not go with --chain"},
		{"top of states", exitUsage, before, after, append(chain, "--format", "csv", "--top", "3"), "--top is for the transitions"},
		{"kinds of a path table", exitUsage, before, table, append(chain, "--on", "kind"), "does not apply to a path table"},
		{"lost-after of a path table", exitUsage, before, table, append(chain, "--lost-after", "3d"), "--lost-after does not apply to a path table"},
		{"no first file", exitFailed, "no/such", after, steps, "no/such: no such file"},
		{"no second file", exitFailed, before, "no/such", chain, "no/such: no such file"},
		{"bad row", exitFailed, before, bad, steps, "bad.csv:2: time"},
		{"bad row in a chain", exitFailed, bad, after, chain, "bad.csv:2: time"},
		{"first file without rows", exitFailed, empty, after, steps, "empty.csv: no events"},
		{"second file without rows", exitFailed, before, empty, steps, "empty.csv: no events"},
		{"chain of nothing", exitFailed, before, empty, chain, "empty.csv: no journeys"},
		{"first group empty", exitFailed, others, after, steps, "others.csv: nobody entered the funnel"},
		{"second group empty", exitFailed, before, others, steps, "others.csv: nobody entered the funnel"},
		{"as-of before the data", exitFailed, before, after, append(steps, "--as-of", "2026-01-01"), "march.csv: no events up to"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := cjm(t, append([]string{"compare", test.a, test.b}, test.args...)...)
			assert.Equal(t, test.code, got.code, got.stderr)
			assert.Contains(t, got.stderr, test.want)
			assert.Empty(t, got.stdout)
		})
	}
	got := cjm(t, "compare", before)
	assert.Equal(t, exitUsage, got.code)
	assert.Contains(t, got.stderr, "<after>")
	got = cjm(t, "compare", others, others, "--steps", "visit,cart")
	assert.Equal(t, exitFailed, got.code)
	assert.Equal(t, 2, strings.Count(got.stderr, "nobody entered the funnel"), got.stderr)
	got = cjm(t, "compare", others, others, "--chain", "--on", "event")
	assert.Equal(t, 2, strings.Count(got.stderr, "no journey converted"), got.stderr)
}

func TestCompareCancelled(t *testing.T) {
	before, after := marchAndApril(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{{"--chain"}, {"--chain", "--on", "stage"}, {"--steps", "visit,cart"}, {"--steps", "visit,cart", "--lost-after", "auto"}} {
		var stdout, stderr strings.Builder
		code := run(ctx, append([]string{"compare", before, after}, args...), strings.NewReader(""), &stdout, &stderr)
		assert.Equal(t, exitFailed, code)
		assert.Equal(t, "cjm: cancelled\n", stderr.String())
		assert.Empty(t, stdout.String())
	}
}

func TestCompareHelp(t *testing.T) {
	got := cjm(t, "compare", "--help")
	assert.Equal(t, exitOK, got.code)
	assert.Contains(t, got.stdout, "Examples:")
	for _, header := range [][]string{changeHeader, segmentsHeader, statesHeader, shiftsHeader} {
		for _, column := range header {
			assert.Contains(t, got.stdout, column)
		}
	}
}
