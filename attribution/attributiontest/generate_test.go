package attributiontest

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

// TestRandomTables: every table is one that a model must take, the same seed gives
// the same, and what the checks are after occurs.
func TestRandomTables(t *testing.T) {
	const tables = 200
	occurs := make(map[string]int)
	for i := range tables {
		tb := randomTable(Options{Seed: 3}, i)
		require.Equal(t, tb, randomTable(Options{Seed: 3}, i))
		require.Positive(t, tb.conversions())
		converted, lost := make(map[touchpoint.Channel]bool), make(map[touchpoint.Channel]bool)
		seen := make(map[string]bool)
		for _, r := range tb {
			require.NoError(t, r.counted(tb.dictionary(rand.New(rand.NewPCG(1, uint64(i))))).Validate())
			require.Positive(t, r.conversions+r.nulls+r.opens)
			require.True(t, slices.IsSortedFunc(r.ages, func(a, b time.Duration) int { return int((b - a).Seconds()) }), "the oldest touch first")
			for _, c := range r.channels {
				if r.conversions > 0 {
					converted[c] = true
				} else {
					lost[c] = true
				}
			}
			seen["empty path"] = seen["empty path"] || len(r.channels) == 0
			seen["long path"] = seen["long path"] || len(r.channels) > 10
			seen["repeated channel"] = seen["repeated channel"] || len(slices.Compact(slices.Clone(r.channels))) < len(r.channels)
			seen["opens"] = seen["opens"] || r.opens > 0
			seen["value"] = seen["value"] || r.value > 0
			seen["a million"] = seen["a million"] || r.conversions > 500_000
		}
		seen["ages"] = tb[0].ages != nil
		seen["no value"] = !seen["value"]
		for c := range lost {
			seen["loser"] = seen["loser"] || !converted[c]
		}
		for what, here := range seen {
			if here {
				occurs[what]++
			}
		}
	}
	for what, n := range occurs {
		assert.Greaterf(t, n, tables/30, "tables with %s", what)
	}
	assert.Len(t, occurs, 9)
}

func TestTablesOfOptions(t *testing.T) {
	with := 0
	for i := range 50 {
		assert.NotEqual(t, randomTable(Options{Seed: 1}, i), randomTable(Options{Seed: 2}, i))
		for _, r := range randomTable(Options{Times: true, Channels: []touchpoint.Channel{"direct"}}, i) {
			require.Len(t, r.ages, len(r.channels))
			require.NotNil(t, r.ages)
			if slices.Contains(r.channels, "direct") {
				with++
			}
		}
	}
	assert.Greater(t, with, 50)
}

// TestShrink: the smallest table that fails, by a rule that needs two rows and
// three touches.
func TestShrink(t *testing.T) {
	needs := func(tb table) error {
		a, b := false, false
		for _, r := range tb {
			a = a || slices.Contains(r.channels, "a") && slices.Contains(r.channels, "b")
			b = b || slices.Contains(r.channels, "c") && r.conversions > 0
		}
		if a && b {
			return assert.AnError
		}
		return nil
	}
	tb := table{
		path(row{nulls: 1}, "x"), path(row{nulls: 1}, "x", "a", "y", "b", "a"), path(row{conversions: 2}),
		path(row{nulls: 2}, "c"), path(row{conversions: 1}, "c", "x"), path(row{conversions: 1}, "x"),
	}
	kept := tb.clone()
	got, err := shrink(tb, assert.AnError, needs)
	require.ErrorIs(t, err, assert.AnError)
	assert.Len(t, got, 2)
	assert.Len(t, got[0].channels, 2)
	assert.Len(t, got[0].ages, 2)
	assert.Equal(t, []touchpoint.Channel{"c"}, got[1].channels)
	assert.Equal(t, kept, tb, "the table itself is left alone")
}

// TestTableText: how a failure shows a table.
func TestTableText(t *testing.T) {
	plain := row{channels: []touchpoint.Channel{"a", `b"c`}, conversions: 2, value: 0.5, opens: 1}
	assert.Equal(t, `  row 1: "a" > "b\"c": 2 converted (worth 0.5), 0 lost, 1 open
  row 2: "a" (2h0m0s before) > "b" (1h0m0s before): 0 converted, 3 lost, 0 open
  row 3: no touch: 1 converted, 0 lost, 0 open`, table{plain, path(row{nulls: 3}, "a", "b"), path(row{conversions: 1})}.String())
}
