package attribution_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

func newSpend(t *testing.T, costs map[touchpoint.Channel]float64) *attribution.Spend {
	t.Helper()
	var s attribution.Spend
	for channel, cost := range costs {
		require.NoError(t, s.Add(channel, cost))
	}
	return &s
}

func returns(t *testing.T, r *attribution.Result, s *attribution.Spend) *attribution.SpendResult {
	t.Helper()
	out, err := attribution.Returns(r, s, nil)
	require.NoError(t, err)
	return out
}

func returnOf(t *testing.T, s *attribution.SpendResult, channel touchpoint.Channel) attribution.Return {
	t.Helper()
	line, ok := s.Return(channel)
	require.Truef(t, ok, "%q", channel)
	return line
}

// D04a of the published numbers: dbt-snowplow-fractribution makes path_summary of
// its example, and of that, at a spend of 10000 a channel, what its report_table
// prints.
func TestReturnsOfFractribution(t *testing.T) {
	const paths = "path,conversions,non_conversions,revenue\n" +
		"Direct,3,25,94.42\nOrganic_Search,1,26,66.5\nReferral > Direct,0,1,\nVideo,1,2,200\n" +
		"Organic_Search > Paid_Search_Other,0,2,\nReferral,0,2,\nOrganic_Search > Direct,1,1,140\n" +
		"Paid_Search_Other,0,1,\nUnmatched_Channel,0,1,\n"
	spend, err := attribution.ReadSpend(strings.NewReader("channel,spend\n"+
		"Direct,10000\nOrganic_Search,10000\nPaid_Search_Other,10000\nReferral,10000\nUnmatched_Channel,10000\nVideo,10000\n"), "")
	require.NoError(t, err)
	results := attribute(t, strings.NewReader(paths), attribution.Fractribution{}, attribution.LastTouch{})
	for model, roas := range map[string]map[touchpoint.Channel]float64{
		"fractribution": {"Direct": .01701541577, "Organic_Search": .01307658423, "Video": .02},
		"last":          {"Direct": .023442, "Organic_Search": .00665, "Video": .02},
	} {
		got := returns(t, results[model], spend)
		for _, channel := range []touchpoint.Channel{"Direct", "Organic_Search", "Paid_Search_Other", "Referral", "Unmatched_Channel", "Video"} {
			line := returnOf(t, got, channel)
			assert.Equal(t, attribution.Matched, line.Status)
			assert.True(t, line.ROAS.Defined)
			assert.InDelta(t, roas[channel], line.ROAS.Value, 1e-9, "%s: %s", model, channel)
			assert.Equal(t, roas[channel] > 0, line.CPA.Defined, "%s: %s", model, channel)
		}
		assert.Equal(t, 10000., returnOf(t, got, "Video").CPA.Value)
	}
}

func TestReturnsStatus(t *testing.T) {
	result := attribute(t, strings.NewReader("path,conversions,value,nulls\na > b,4,100,1\n,6,20,5\nlost,0,0,3\nfree > b,2,0,0\n"), attribution.LastTouch{})["last"]
	got := returns(t, result, newSpend(t, map[touchpoint.Channel]float64{"b": 200, "lost": 10, "poster": 50, "free": 0}))
	for channel, want := range map[touchpoint.Channel]attribution.Return{
		journey.None: {Status: attribution.NoTouch, Conversions: 6, Value: 20},
		"a":          {Status: attribution.Unpaid},
		"b": {
			Status: attribution.Matched, Cost: 200, Conversions: 6, Value: 100,
			ROAS: attribution.Ratio{Value: .5, Defined: true}, CPA: attribution.Ratio{Value: 200. / 6, Defined: true},
		},
		"lost":   {Status: attribution.Matched, Cost: 10, ROAS: attribution.Ratio{Defined: true}},
		"poster": {Status: attribution.Untouched, Cost: 50, ROAS: attribution.Ratio{Defined: true}},
		"free":   {Status: attribution.Matched},
	} {
		assert.Equal(t, want, returnOf(t, got, channel), channel)
	}
	var names []touchpoint.Channel
	for channel, line := range got.All() {
		names = append(names, channel)
		assert.Equal(t, line, returnOf(t, got, channel))
	}
	assert.Equal(t, []touchpoint.Channel{"(none)", "a", "b", "free", "lost", "poster"}, names, "nothing is dropped")
	for range got.All() {
		break
	}
	_, ok := got.Return("nobody")
	assert.False(t, ok)
	assert.Equal(t, "last", got.Model())
	assert.Equal(t, attribution.Return{
		Cost: 260, Conversions: 12, Value: 120,
		ROAS: attribution.Ratio{Value: 120. / 260, Defined: true}, CPA: attribution.Ratio{Value: 260. / 12, Defined: true},
	}, got.Total())
}

// A channel known to be free has conversions at no cost; of one without a known
// cost nothing can be said.
func TestReturnsOfFreeChannels(t *testing.T) {
	result := attribute(t, strings.NewReader("path,conversions,value\na,4,100\n"), attribution.LastTouch{})["last"]
	free := returnOf(t, returns(t, result, newSpend(t, map[touchpoint.Channel]float64{"a": 0})), "a")
	assert.Equal(t, attribution.Ratio{Defined: true}, free.CPA)
	assert.Equal(t, attribution.Ratio{}, free.ROAS)
	unknown := returns(t, result, new(attribution.Spend))
	assert.Equal(t, attribution.Return{Status: attribution.Unpaid, Conversions: 4, Value: 100}, returnOf(t, unknown, "a"))
	assert.Equal(t, attribution.Return{Conversions: 4, Value: 100}, unknown.Total())
}

// The intervals are those of the credits, divided by what is known exactly.
func TestReturnsWithIntervals(t *testing.T) {
	a := count(attribution.Delta{Model: attribution.Linear{}}, "path,conversions,value,nulls\na > b,40,800,300\nb,25,250,100\nc,2,40,9\n")
	result, err := a.Result()
	require.NoError(t, err)
	u, err := attribution.UncertaintyOf(t.Context(), a)
	require.NoError(t, err)
	got, err := attribution.Returns(result, newSpend(t, map[touchpoint.Channel]float64{"a": 200, "b": 300, "c": 10}), u)
	require.NoError(t, err)
	for channel, line := range got.All() {
		credit, ok := u.Channel(channel)
		require.True(t, ok)
		assert.True(t, line.ROAS.Bounded && line.CPA.Bounded)
		assert.Equal(t, credit.Value.Lo/line.Cost, line.ROAS.Lo)
		assert.Equal(t, credit.Value.Hi/line.Cost, line.ROAS.Hi)
		assert.Equal(t, line.Cost/credit.Conversions.Hi, line.CPA.Lo)
		assert.Less(t, line.ROAS.Lo, line.ROAS.Value)
		assert.Less(t, line.ROAS.Value, line.ROAS.Hi)
		assert.Equal(t, channel == "c", line.Few, "2 conversions are few")
		// Of c there may be no conversion at all.
		if assert.Equal(t, channel == "c", line.CPA.OpenEnded) && channel != "c" {
			assert.Equal(t, line.Cost/credit.Conversions.Lo, line.CPA.Hi)
		}
	}
}

// A quotient beyond float64 is not defined, nor ever infinite.
func TestReturnsNeverNaN(t *testing.T) {
	rng := rand.New(rand.NewPCG(52, 1))
	some := func() float64 {
		return []float64{0, math.SmallestNonzeroFloat64, 1, 1e300, math.MaxFloat64 / 4}[rng.IntN(5)]
	}
	for range 200 {
		a := attribution.Credit{Conversions: some(), Value: some()}
		result, err := attribution.NewResult("mine", attribution.Totals{Conversions: 1, Value: some()}, map[touchpoint.Channel]attribution.Credit{"a": a})
		require.NoError(t, err)
		got := returns(t, result, newSpend(t, map[touchpoint.Channel]float64{"a": some(), "b": some()}))
		_, err = json.Marshal(got) // refuses what is not finite
		require.NoError(t, err)
		line := returnOf(t, got, "a")
		if line.Cost == 0 || math.IsInf(a.Value/line.Cost, 0) {
			require.Equal(t, attribution.Ratio{}, line.ROAS)
		} else {
			require.Equal(t, attribution.Ratio{Value: a.Value / line.Cost, Defined: true}, line.ROAS)
		}
		if a.Conversions == 0 || math.IsInf(line.Cost/a.Conversions, 0) {
			require.Equal(t, attribution.Ratio{}, line.CPA)
		} else {
			require.Equal(t, attribution.Ratio{Value: line.Cost / a.Conversions, Defined: true}, line.CPA)
		}
	}
}

// golden compares a result with a file as indented JSON.
func golden(t *testing.T, file string, result any) {
	t.Helper()
	got, err := json.MarshalIndent(result, "", "  ")
	require.NoError(t, err)
	got = append(got, '\n')
	if *update {
		require.NoError(t, os.WriteFile(file, got, 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
}

// Credits are whole numbers and quotients are rounded once, so that the text is the
// same everywhere.
func TestSpendResultJSON(t *testing.T) {
	result := attribute(t, strings.NewReader("path,conversions,value\na > b,4,8\n,4,8\nb > b,2,1\n"), attribution.Linear{})["linear"]
	golden(t, "testdata/spend.json", returns(t, result, newSpend(t, map[touchpoint.Channel]float64{"b": 8, "poster": 4})))
}
