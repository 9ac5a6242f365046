package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// silentEvents are of customers who come back after one day or never: of 100, half. Who
// has been silent for a day never returns.
func silentEvents() string {
	var b strings.Builder
	b.WriteString("customer,time,kind\n")
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 100 {
		fmt.Fprintf(&b, "c%02d,%s,visit\n", i, day.Format(time.RFC3339))
		if i%2 == 0 {
			fmt.Fprintf(&b, "c%02d,%s,order\n", i, day.Add(24*time.Hour).Format(time.RFC3339))
		}
	}
	for i := range 10 {
		fmt.Fprintf(&b, "late%d,2026-01-30T12:00:00Z,visit\n", i)
	}
	return b.String() + "last,2026-01-31,visit\n"
}

func TestDropoffLostAfterAuto(t *testing.T) {
	text := silentEvents()
	rows := file(t, "e.csv", text)
	args := []string{"--steps", "visit,order", "--format", "csv", "--lost-after", "auto"}
	want := []string{"1 visit 111 111 0 0", "2 order 111 50 50 11"}
	got := cjm(t, append([]string{"dropoff", rows}, args...)...)
	assert.Equal(t, want, stepCounts(t, got))
	assert.Contains(t, got.stderr, "cjm: --lost-after auto: 1d, after which at most 5.0 % return\n50 silences ended by a return, 111 lasting\n")
	assert.Contains(t, got.stderr, "cjm: as of 2026-01-31T00:00:00Z, the time of the newest event")
	assert.Equal(t, 1, strings.Count(got.stderr, "touchpoints"), "what was read is told once")

	// Standard input is kept to be read again, and gone afterwards.
	dir := temporary(t)
	piped := cjmIn(t, text, append([]string{"dropoff", "-"}, args...)...)
	assert.Equal(t, got, piped)
	assert.Empty(t, names(t, dir))

	said := cjm(t, "dropoff", rows, "--steps", "visit,order", "--format", "csv", "--lost-after", "1d")
	assert.Equal(t, got.stdout, said.stdout)

	chain := cjm(t, "dropoff", "--chain", "--on", "kind", "--convert-on", "order", "--lost-after", "auto", "--format", "csv", rows)
	require.Equal(t, exitOK, chain.code, chain.stderr)
	assert.Equal(t, .5, numbersBy(t, chain.stdout, 1)["visit"]["exit_rate"], "eleven are open")

	short := cjm(t, "dropoff", "--chain", "--on", "kind", "--convert-on", "order", "--lost-after", "auto", "--lookback", "1h", rows)
	require.Equal(t, exitOK, short.code, short.stderr)
	assert.Contains(t, short.stderr, "auto: 1d,", "a lookback does not hide silences")

	grouped := cjm(t, append([]string{"dropoff", rows, "--grouped", "--as-of", "2026-01-31"}, args...)...)
	assert.Equal(t, got.stdout, grouped.stdout)
}

func TestDropoffLostAfterAutoUndecided(t *testing.T) {
	for _, more := range [][]string{nil, {"--chain"}} {
		args := append([]string{"dropoff", file(t, "e.csv", fiveCustomers), "--lost-after", "auto"}, more...)
		if more == nil {
			args = append(args, "--steps", "visit,order")
		}
		got := cjm(t, args...)
		assert.Equal(t, exitFailed, got.code)
		assert.Contains(t, got.stderr, "Say --lost-after D")
		assert.Contains(t, got.stderr, "ended by a return")
		assert.Empty(t, got.stdout)
	}
}
