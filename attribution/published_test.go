package attribution_test

import (
	"compress/gzip"
	"context"
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

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// dataFile opens a file of the published data sets, which are not part of the
// repository. The toy examples below cover the same behaviour without them.
func dataFile(t *testing.T, name string) io.Reader {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "shared", "data", name))
	if os.IsNotExist(err) {
		t.Skipf("SKIPPED: the data set %s is not here", name)
	}
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(f)
		require.NoError(t, err)
		return z
	}
	return f
}

// records reads a CSV file with a header into a map a row.
func records(t *testing.T, name string) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(dataFile(t, name)).ReadAll()
	require.NoError(t, err)
	var out []map[string]string
	for _, row := range rows[1:] {
		m := make(map[string]string)
		for i, cell := range row {
			m[rows[0][i]] = cell
		}
		out = append(out, m)
	}
	return out
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(s, 64)
	require.NoError(t, err)
	return x
}

// attribute runs the models over a path table and returns the results by name.
func attribute(t *testing.T, in io.Reader, models ...attribution.Model) map[string]*attribution.Result {
	t.Helper()
	results, err := attribution.Attribute(journey.PathTable{}.Paths(context.Background(), in, nil), models...)
	require.NoError(t, err)
	byName := make(map[string]*attribution.Result)
	for _, r := range results {
		byName[r.Model()] = r
	}
	return byName
}

func credit(t *testing.T, r *attribution.Result, channel string) attribution.Credit {
	t.Helper()
	c, ok := r.Credit(touchpoint.Channel(channel))
	require.True(t, ok, channel)
	return c
}

// PathData: 10,000 paths over 12 channels, from ChannelAttribution.
func TestPathData(t *testing.T) {
	r := attribute(t, dataFile(t, "attribution/pathdata.csv.gz"),
		attribution.FirstTouch{}, attribution.LastTouch{}, attribution.Linear{}, attribution.Markov{})

	t.Run("totals", func(t *testing.T) {
		m := r["markov"]
		assert.Equal(t, int64(19785), m.Totals().Conversions)
		assert.Equal(t, int64(68602), m.Totals().Nulls)
		assert.Equal(t, 19785.0/88387, m.ConversionRate())
		assert.InEpsilon(t, 74802.97, m.Totals().Value, 1e-7)
	})
	t.Run("markov", func(t *testing.T) {
		// Closed form, by three independent routes that agree to 3e-16.
		for _, want := range records(t, "attribution/pathdata_markov_order1_exact.csv") {
			got := credit(t, r["markov"], want["channel_name"])
			assert.InEpsilon(t, number(t, want["removal_effect_conversion"]), got.Removal.Effect, 1e-12)
			assert.InEpsilon(t, number(t, want["removal_effect_value"]), got.Removal.ValueEffect, 1e-12)
			assert.InEpsilon(t, number(t, want["total_conversions"]), got.Conversions, 1e-12)
			assert.InEpsilon(t, number(t, want["total_conversion_value"]), got.Value, 1e-12)
		}
	})
	t.Run("heuristics", func(t *testing.T) {
		// Printed by ChannelAttribution, with up to 15 digits.
		for _, want := range records(t, "attribution/pathdata_heuristics.csv") {
			for model, prefix := range map[string]string{"first": "first_touch", "last": "last_touch", "linear": "linear_touch"} {
				got := credit(t, r[model], want["channel_name"])
				assert.InEpsilon(t, number(t, want[prefix+"_conversions"]), got.Conversions, 1e-13, "%s %s", model, want["channel_name"])
				assert.InEpsilon(t, number(t, want[prefix+"_value"]), got.Value, 1e-13, "%s %s", model, want["channel_name"])
			}
		}
	})
	t.Run("touching share", func(t *testing.T) {
		// Section 0 of the method notes gives theta as .1651: 3,266 of 19,785
		// conversions, counted.
		assert.InDelta(t, .1651, credit(t, r["markov"], "theta").Removal.TouchingShare, 5e-5)
	})
	t.Run("expected.csv", func(t *testing.T) {
		checked := 0
		for _, want := range records(t, "expected.csv") {
			model, ok := map[string]string{"first_touch": "first", "last_touch": "last", "linear_touch": "linear", "order1_with_null": "markov"}[want["check"]]
			if want["dataset"] != "D02" || !ok {
				continue
			}
			got := credit(t, r[model], want["key"])
			x := got.Conversions
			if want["quantity"] == "removal_effect" {
				x = got.Removal.Effect
			}
			assert.InDelta(t, number(t, want["value"]), x, number(t, want["abs_tol"]), "%s %s", want["check"], want["key"])
			checked++
		}
		assert.Equal(t, 60, checked)
	})
}

// Analytics Vidhya: 2,392 journeys over 20 channels, one a row.
func TestAnalyticsVidhya(t *testing.T) {
	r := attribute(t, dataFile(t, "attribution/av_channel_attribution_paths.csv"), attribution.FirstTouch{}, attribution.LastTouch{})
	checked := 0
	for _, want := range records(t, "expected.csv") {
		if want["dataset"] != "D07b" {
			continue
		}
		got := credit(t, r[strings.TrimSuffix(want["quantity"], "_touch")], want["key"])
		assert.InDelta(t, number(t, want["value"]), got.Conversions, number(t, want["abs_tol"]), "%s %s", want["quantity"], want["key"])
		checked++
	}
	assert.Equal(t, 40, checked)
}

// The toy examples that the field explains the Markov model with.
func TestToyExamples(t *testing.T) {
	for _, tc := range []struct {
		name, table string
		effects     map[string]float64
		conversions map[string]float64
	}{
		{
			"AnalyzeCore 2016: exact; the published Monte Carlo run printed 0.497335, 1, 1",
			"path,conversions,nulls\nc1 > c2 > c3,1,0\nc1,0,1\nc2 > c3,0,1\n",
			map[string]float64{"c1": .5, "c2": 1, "c3": 1},
			map[string]float64{"c1": .2, "c2": .4, "c3": .4},
		},
		{
			"Puzyrov 2019: google ads and mailing",
			"path,conversions,nulls\ngoogle ads,2,1\ngoogle ads > mailing,1,0\nmailing,1,0\n",
			map[string]float64{"google ads": .75, "mailing": .5},
			map[string]float64{"google ads": 2.4, "mailing": 1.6},
		},
		{
			"pychattr: A and B; exact, the README printed 1.991106, 1.008894",
			"path,conversions\nA > B > A > B > B > A,1\nA > B > B > A > A,1\nA > A,1\n",
			map[string]float64{"A": 1, "B": .5},
			map[string]float64{"A": 2, "B": 1},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := attribute(t, strings.NewReader(tc.table), attribution.Markov{})["markov"]
			for channel, want := range tc.effects {
				assert.InEpsilon(t, want, credit(t, m, channel).Removal.Effect, 1e-14, channel)
			}
			for channel, want := range tc.conversions {
				assert.InEpsilon(t, want, credit(t, m, channel).Conversions, 1e-14, channel)
			}
		})
	}
}

func TestResultNeverNaN(t *testing.T) {
	for _, table := range []string{
		"path,conversions,value,nulls\na,1,0,0\n",
		"path,conversions,value,nulls\n,5,2,1\n",
		"path,conversions,value,nulls\n,5,2,1\na,0,0,9\n",
		"path,conversions,value,nulls\na > a,1,1e-300,0\nb,1,1e300,1\n",
	} {
		for name, r := range attribute(t, strings.NewReader(table), attribution.FirstTouch{}, attribution.LastTouch{}, attribution.LastNonDirect{}, attribution.Linear{},
			attribution.Linear{Per: attribution.PerChannel}, attribution.PositionBased{}, attribution.Markov{}) {
			for channel, c := range r.All() {
				for _, x := range []float64{c.Conversions, c.Value, c.Share} {
					assert.False(t, math.IsNaN(x) || math.IsInf(x, 0), "%s %s in %q", name, channel, table)
				}
			}
		}
	}
}
