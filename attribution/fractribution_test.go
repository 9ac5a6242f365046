package attribution_test

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

// snowplowPaths is the path summary that dbt-snowplow-fractribution expects for the
// web events of its integration test (Apache-2.0): transformed paths with
// conversions, non-conversions and revenue.
const snowplowPaths = `path,conversions,nulls,value
Direct,3,25,94.42
Organic_Search,1,26,66.5
Referral > Direct,0,1,0
Video,1,2,200
Organic_Search > Paid_Search_Other,0,2,0
Referral,0,2,0
Organic_Search > Direct,1,1,140
Paid_Search_Other,0,1,0
Unmatched_Channel,0,1,0
`

// TestFractributionSnowplow: the numbers that package prints, of which those of
// 16 digits are not all exact: the credit of the one path with a choice is
// (1/2-1/27):(1/2-3/28) to Organic_Search and Direct.
func TestFractributionSnowplow(t *testing.T) {
	r := attribute(t, strings.NewReader(snowplowPaths), attribution.Fractribution{})["fractribution"]
	direct, organic := 1.0/2-1.0/27, 1.0/2-3.0/28 // gains of adding Direct and Organic_Search
	part := direct / (direct + organic)
	assert.InDelta(t, 0.5409582689335394, part, 1e-15)
	for _, c := range []struct {
		channel                                string
		conversions, value                     float64
		printedConversions, printedValue, roas float64
	}{
		{"Direct", 3 + part, 94.42 + 140*part, 3.5409582690664605, 170.15415765130447, 0.01701541577},
		{"Organic_Search", 2 - part, 66.5 + 140*(1-part), 1.459041731664606, 130.76584234930448, 0.01307658423},
		{"Video", 1, 200, 1, 200, 0.02},
		{"Referral", 0, 0, 0, 0, 0},
		{"Paid_Search_Other", 0, 0, 0, 0, 0},
		{"Unmatched_Channel", 0, 0, 0, 0, 0},
	} {
		got := credit(t, r, c.channel)
		assert.InDelta(t, c.conversions, got.Conversions, 1e-14, c.channel)
		assert.InDelta(t, c.value, got.Value, 1e-12, c.channel)
		assert.InDelta(t, c.printedConversions, got.Conversions, 1e-8, c.channel)
		assert.InDelta(t, c.printedValue, got.Value, 1e-6, c.channel)
		assert.InDelta(t, c.roas, got.Value/10_000, 1e-9, c.channel)
	}
}

// oracleFractribution weighs the touches of each path by the definition, from the
// rates of all rows with the same path.
func oracleFractribution(rows []oracleRow) oracleShares {
	rate := func(path []string) *big.Rat {
		conversions, total := int64(0), int64(0)
		for _, r := range rows {
			if slices.Equal(r.channels, path) {
				conversions += r.conversions
				total += r.conversions + r.nulls
			}
		}
		if total == 0 {
			return new(big.Rat)
		}
		return big.NewRat(conversions, total)
	}
	return func(r oracleRow) []*big.Rat {
		n := len(r.channels)
		weights, sum := oracleZeros(n), new(big.Rat)
		for i := range weights {
			if n > 1 {
				weights[i].Sub(rate(r.channels), rate(slices.Delete(slices.Clone(r.channels), i, i+1)))
			}
			if weights[i].Sign() < 0 {
				weights[i].SetInt64(0)
			}
			sum.Add(sum, weights[i])
		}
		if sum.Sign() == 0 {
			weights[n-1].SetInt64(1)
			return weights
		}
		for _, w := range weights {
			w.Quo(w, sum)
		}
		return weights
	}
}

func TestFractributionOracle(t *testing.T) {
	several := 0
	test := func(rows []oracleRow) {
		want := oracleFractribution(rows).result(rows)
		requireOracle(t, want, gameResult(t, attribution.Fractribution{}, rows), 1e-13, rows)
	}
	propertyTables(t, 61, 200, func(_ *rand.Rand, _ attribution.Nulls, rows []oracleRow) { test(rows) })
	rng := rand.New(rand.NewPCG(61, 2))
	for range 300 { // short paths over two channels: many lead from one to another
		rows := gameRows(rng, 2, 3)
		for _, r := range rows {
			if len(r.channels) > 1 && r.conversions > 0 {
				for _, w := range oracleFractribution(rows)(r) {
					if one := big.NewRat(1, 1); w.Sign() > 0 && w.Cmp(one) < 0 {
						several++
					}
				}
			}
		}
		test(rows)
	}
	require.Greater(t, several, 500)
}

// TestFractributionTouches: a path that was never counted goes to its last touch.
func TestFractributionTouches(t *testing.T) {
	a := attribution.Fractribution{}.NewAccumulator()
	dict := new(journey.Dictionary)
	for _, r := range []oracleRow{
		{channels: []string{"a"}, conversions: 1, nulls: 3},
		{channels: []string{"a", "b"}, conversions: 3, nulls: 1, value: 12},
	} {
		require.NoError(t, a.Add(r.counted(dict)))
	}
	crediter, err := attribution.NewCrediter(a)
	require.NoError(t, err)
	// What is added later must not reach the crediter.
	require.NoError(t, a.Add(oracleRow{channels: []string{"a"}, conversions: 1000}.counted(dict)))
	for _, c := range []struct {
		channels []string
		want     []float64
	}{
		{[]string{"a", "b"}, []float64{6, 4}}, // (3/4-0) and (3/4-1/4)
		{[]string{"a"}, []float64{10}},
		{[]string{"b", "b", "a"}, []float64{0, 0, 10}},
	} {
		touches, err := crediter.Credit(oracleRow{channels: c.channels, conversions: 10, value: 20}.counted(dict))
		require.NoError(t, err)
		for i, touch := range touches {
			require.InDelta(t, c.want[i], touch.Conversions, 1e-14)
			require.InDelta(t, 2*c.want[i], touch.Value, 1e-14)
		}
	}
}
