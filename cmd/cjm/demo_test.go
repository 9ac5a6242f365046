package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/cmd/cjm/internal/sample"
)

func TestDemo(t *testing.T) {
	got := cjm(t, "demo")
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Empty(t, got.stderr)
	for line := range strings.Lines(got.stdout) {
		assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 100, line)
	}
	golden(t, "demo.stdout", got.stdout)
}

// The demonstration shows what the other commands print for the same events.
func TestDemoAgreesWithAttribute(t *testing.T) {
	events := cjm(t, "demo", "--events")
	require.Equal(t, exitOK, events.code, events.stderr)
	var made bytes.Buffer
	require.NoError(t, sample.Write(&made))
	assert.True(t, made.String() == events.stdout, "--events prints the sample")

	got := cjmIn(t, events.stdout, "attribute", "--lost-after", "30d", "-")
	require.Equal(t, exitOK, got.code, got.stderr)
	demo := cjm(t, "demo").stdout
	table := strings.Fields(between(t, got.stdout, "Conversions credited", "Total"))
	for line := range strings.Lines(between(t, demo, "effect\n", "Total")) {
		for _, cell := range strings.Fields(line) {
			if strings.Contains(cell, ".") && !strings.HasSuffix(strings.TrimSpace(line), cell+" %") {
				assert.Contains(t, table, cell)
			}
		}
	}
}

func between(t *testing.T, text, from, to string) string {
	t.Helper()
	_, text, ok := strings.Cut(text, from)
	require.True(t, ok, from)
	text, _, ok = strings.Cut(text, to)
	require.True(t, ok, to)
	return text
}

func TestDemoFindings(t *testing.T) {
	d, err := newDemo(t.Context(), strings.NewReader("customer,time,channel,conversion\n"+
		"1,2026-01-01,poster,\n1,2026-01-02,shop,1\n"+
		"2,2026-01-01,poster,\n2,2026-01-02,shop,1\n"+
		"3,2026-01-02,shop,\n4,2026-01-02,,1\n"))
	require.NoError(t, err)
	// The third customer is open and takes no part in the ends, so who comes to
	// the shop converts. Of four journeys two begin at the poster and three pass
	// the shop: removal effects 1/2 and 3/4, which share out the two conversions
	// that touched anything as 2 to 3.
	assert.Equal(t, []string{
		`"poster" gets 0.0 conversions by last touch, but 0.8 by markov: it begins journeys that end elsewhere.`,
		`"shop" gets 2.0 conversions by last touch, but 1.2 by markov: it ends journeys that others began.`,
		`"shop" has the largest removal effect: if everyone who comes to it were lost there, the chain would lose 75.0 % of the conversions.`,
	}, d.findings())
}

func TestWrap(t *testing.T) {
	text := strings.Repeat("word ", 40)
	got := wrap(text, "- ", "  ")
	assert.Equal(t, 40, strings.Count(got, "word"))
	for line := range strings.Lines(got) {
		assert.LessOrEqual(t, len(line), lineWidth+1)
		assert.Contains(t, []string{"- ", "  "}, line[:2])
	}
	long := strings.Repeat("x", 2*lineWidth)
	assert.Equal(t, "- "+long+"\n  y\n", wrap(long+" y", "- ", "  "))
}
