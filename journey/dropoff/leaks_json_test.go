package dropoff_test

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
)

var updateChain = flag.Bool("update-chain", false, "write the golden files of leaks and of the explanation of a chain")

// chainGolden compares the JSON of a result with a file, numbers to 1e-9.
func chainGolden(t *testing.T, file string, result any) {
	t.Helper()
	got, err := json.MarshalIndent(result, "", "  ")
	require.NoError(t, err)
	if *updateChain {
		require.NoError(t, os.WriteFile(file, append(got, '\n'), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	var w, g any
	require.NoError(t, json.Unmarshal(want, &w))
	require.NoError(t, json.Unmarshal(got, &g))
	requireChainJSON(t, w, g, "")
}

func requireChainJSON(t *testing.T, want, got any, at string) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		require.Truef(t, ok && len(g) == len(w), "%s: %v", at, got)
		for k := range w {
			requireChainJSON(t, w[k], g[k], at+"."+k)
		}
	case []any:
		g, ok := got.([]any)
		require.Truef(t, ok && len(g) == len(w), "%s: %v", at, got)
		for i := range w {
			requireChainJSON(t, w[i], g[i], at+"[]")
		}
	case float64:
		g, ok := got.(float64)
		require.True(t, ok, at)
		require.InDelta(t, w, g, 1e-9*(1+math.Abs(w)), at)
	default:
		require.Equal(t, want, got, at)
	}
}

// A channel of any name, dead ends, closed states, times that are not known: nothing
// that is not known is there.
func TestLeaksJSON(t *testing.T) {
	d := new(journey.Dictionary)
	chainGolden(t, "testdata/leaks.json", leaksOfTimed(t, []*journey.Counted{
		timedRow(chainRow{path: "(start) email", conversions: 2, nulls: 1, value: 30}, d, 90*time.Second, time.Minute),
		timedRow(chainRow{path: "email", nulls: 4, open: 2}, d, 0),
		timedRow(chainRow{path: "fax", nulls: 3}, d, 0),
		chainRow{path: "email chat", open: 1}.counted(d),
	}))
}

func TestLeaksJSONOfNothingLost(t *testing.T) {
	chainGolden(t, "testdata/leaks_none.json", leaksOf(t, chainRow{path: "a", conversions: 2}))
}

func TestExplainChainJSON(t *testing.T) {
	chainGolden(t, "testdata/explain_chain.json", explainChain(t,
		[]chainRow{{path: "shop", conversions: 10}, {path: "shop fax", conversions: 9, nulls: 81}, {path: "shop x", open: 1}},
		[]chainRow{{path: "shop", conversions: 20, nulls: 80}, {path: "shop chat", conversions: 50, nulls: 50}}))
}

var (
	_ json.Marshaler = (*dropoff.Leaks)(nil)
	_ json.Marshaler = (*dropoff.ChainExplanation)(nil)
)
