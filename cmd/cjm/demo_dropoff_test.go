package main

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The demonstration shows what cjm dropoff prints for the same events.
func TestDemoAgreesWithDropoff(t *testing.T) {
	rows := cjm(t, "demo", "--events").stdout
	demo := cjm(t, "demo").stdout
	funnel := cjmIn(t, rows, "dropoff", "--lost-after", "30d", "--stages", "buyer", "-")
	require.Equal(t, exitOK, funnel.code, funnel.stderr)
	cells := strings.Fields(between(t, funnel.stdout, "median time", "From entry"))
	for line := range strings.Lines(between(t, demo, "overall\n", "What to see")) {
		for _, cell := range strings.Fields(line) {
			if !strings.Contains(cell, "─") {
				assert.Contains(t, cells, cell)
			}
		}
	}

	chain := cjmIn(t, rows, "dropoff", "--lost-after", "30d", "--chain", "-")
	require.Equal(t, exitOK, chain.code, chain.stderr)
	var states, upsides []string
	for line := range strings.Lines(between(t, chain.stdout, "its value\n", "(start)")) {
		if fields := strings.Fields(line); len(fields) > 5 {
			states = append(states, strings.Join(strings.Fields(line[:14]), " "))
			upsides = append(upsides, fields[len(fields)-2])
		}
	}
	for i, rank := range []string{"The worst leak", "The second worst", "The third"} {
		sentence := strings.Join(strings.Fields(between(t, demo, rank, "EUR.")), " ")
		assert.Contains(t, sentence, `"`+states[i]+`"`)
		assert.Contains(t, sentence, "would be "+upsides[i]+" more conversions")
	}
}

// By hand: two come from the poster and one is lost there, one of the other two buys.
func TestDropoffDemoFindings(t *testing.T) {
	const text = "customer,time,channel,stage,conversion,value\n" +
		"1,2026-01-01,poster,awareness,,\n1,2026-01-02,shop,consideration,,\n1,2026-01-03,shop,decision,,\n1,2026-01-04,,purchase,1,10\n" +
		"2,2026-01-01,poster,awareness,,\n" +
		"3,2026-03-31,shop,awareness,,\n"
	d, err := newDropoffDemo(t.Context(), strings.NewReader(text))
	require.NoError(t, err)
	findings := d.findings()
	// Half of who comes to the poster is lost there, but all who stay buy.
	assert.Equal(t, []string{
		`Most customers are lost on the way to "consideration": 1 of 3. Another 1 may still come, whom a naive count takes for lost.`,
		`The worst leak is "poster": 50.0 % of the visits end a journey there. Would these go on as the others do, there would be 1.0 more conversions, worth 10 EUR.`,
		"These gains do not add up: who is kept here may be lost there.",
	}, findings)
	last, _ := d.report.Step(4)
	assert.Equal(t, int64(1), last.Reached, "an order without a channel is a step too")

	_, err = newDropoffDemo(t.Context(), strings.NewReader("customer,time,channel\n1,soon,a\n"))
	require.Error(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = newDropoffDemo(ctx, strings.NewReader(text))
	require.ErrorIs(t, err, context.Canceled)
}
