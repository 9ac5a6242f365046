package attribution_test

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// oracleDP6 does what the package does, step by step: a table of journeys by their
// last few channels, sorted by name or by first touch, and for each of its rows that
// converted the Shapley values of the rates found under each part of it, in the mean
// over all orders.
func oracleDP6(rows []oracleRow, size int, order bool) oracleShares {
	combination := func(r oracleRow) []string {
		var distinct []string
		for _, c := range r.channels {
			if !slices.Contains(distinct, c) {
				distinct = append(distinct, c)
			}
		}
		if !order {
			slices.Sort(distinct)
		}
		return distinct[max(0, len(distinct)-size):]
	}
	rate := func(of []string) *big.Rat {
		conversions, total := int64(0), int64(0)
		for _, r := range rows {
			if slices.Equal(combination(r), of) && len(of) > 0 {
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
		players := combination(r)
		values := orderShapley(len(players), func(set uint) *big.Rat {
			var part []string
			for i, c := range players {
				if set>>i&1 == 1 {
					part = append(part, c)
				}
			}
			return rate(part)
		})
		sum := new(big.Rat)
		for _, v := range values {
			sum.Add(sum, v)
		}
		shares := oracleZeros(len(r.channels))
		for i, c := range players {
			shares[slices.Index(r.channels, c)].Quo(values[i], sum)
		}
		return shares
	}
}

func TestDP6Shapley(t *testing.T) {
	negative := 0
	test := func(rows []oracleRow) {
		for _, m := range []attribution.DP6Shapley{{}, {Order: true}, {Size: 2}, {Size: 3, Order: true}, {Size: 5}} {
			size := m.Size
			if size == 0 {
				size = 4
			}
			want := oracleDP6(rows, size, m.Order).result(rows)
			got := gameResult(t, m, rows)
			some := false
			for channel, c := range got.All() {
				w := want.credits[string(channel)]
				requireWithin(t, w.conversions, c.Conversions, float64(want.totals.Conversions), 1e-13, rows)
				requireWithin(t, w.value, c.Value, want.totals.Value, 1e-13, rows)
				some = some || c.Conversions < 0 || c.Value < 0
			}
			require.Equal(t, want.totals, got.Totals())
			require.Equal(t, some, len(got.Warnings()) > 0)
			if some {
				negative++
				require.ErrorIs(t, got.Warnings()[0], attribution.ErrNegativeCredit)
			}
		}
	}
	propertyTables(t, 81, 60, func(_ *rand.Rand, _ attribution.Nulls, rows []oracleRow) {
		for _, r := range rows {
			if len(r.channels) > 9 {
				return
			}
		}
		test(rows)
	})
	rng := rand.New(rand.NewPCG(81, 2))
	for range 40 {
		test(gameRows(rng, 3, 4))
	}
	require.Positive(t, negative)
}

// TestDP6ShapleyByHand: the rates of a, b and ab are 1/2, 1/4 and 1, so of the
// 4 conversions with both a has (1/2 + 1-1/4)/2 = 5/8 and b 3/8. What journeys with
// more channels do has no part in it.
func TestDP6ShapleyByHand(t *testing.T) {
	rows := []oracleRow{
		{channels: []string{"a"}, conversions: 1, nulls: 1},
		{channels: []string{"b"}, conversions: 1, nulls: 3},
		{channels: []string{"b", "a", "b"}, conversions: 4, value: 40},
		{channels: []string{"a", "b", "c"}, nulls: 100, opens: 7},
	}
	r := gameResult(t, attribution.DP6Shapley{}, rows)
	assert.InDelta(t, 1+4*0.625, credit(t, r, "a").Conversions, 1e-14)
	assert.InDelta(t, 1+4*0.375, credit(t, r, "b").Conversions, 1e-14)
	assert.InDelta(t, 25, credit(t, r, "a").Value, 1e-14)
	assert.Zero(t, credit(t, r, "c").Conversions)
}

// TestDP6ShapleyNames: on a journey with more channels than count, the names of the
// channels decide. Ordered, it is the order of the touches.
func TestDP6ShapleyNames(t *testing.T) {
	credits := func(m attribution.Model, first string) map[touchpoint.Channel]float64 {
		got := map[touchpoint.Channel]float64{}
		for channel, c := range gameResult(t, m, []oracleRow{{channels: []string{first, "d", "c", "e", "b"}, conversions: 8}}).All() {
			got[channel] = c.Conversions
		}
		return got
	}
	// Nothing but the name of a channel changes, and with it another one's credit.
	assert.Equal(t, map[touchpoint.Channel]float64{"a": 0, "b": 2, "c": 2, "d": 2, "e": 2}, credits(attribution.DP6Shapley{}, "a"))
	assert.Equal(t, map[touchpoint.Channel]float64{"z": 2, "b": 0, "c": 2, "d": 2, "e": 2}, credits(attribution.DP6Shapley{}, "z"))
	assert.Equal(t, map[touchpoint.Channel]float64{"a": 0, "b": 2, "c": 2, "d": 2, "e": 2}, credits(attribution.DP6Shapley{Order: true}, "a"))
	assert.Equal(t, map[touchpoint.Channel]float64{"z": 0, "b": 2, "c": 2, "d": 2, "e": 2}, credits(attribution.DP6Shapley{Order: true}, "z"))
	// One that does not cut does not care.
	assert.Equal(t, map[touchpoint.Channel]float64{"a": 1.6, "b": 1.6, "c": 1.6, "d": 1.6, "e": 1.6}, credits(attribution.Shapley{}, "a"))
}

// TestDP6ShapleyTouches: the channels that count on a journey share by the shares of
// its set; equally where none like it converted.
func TestDP6ShapleyTouches(t *testing.T) {
	a := attribution.DP6Shapley{Size: 2}.NewAccumulator()
	dict := new(journey.Dictionary)
	for _, r := range []oracleRow{
		{channels: []string{"b"}, conversions: 1, nulls: 1},
		{channels: []string{"c", "b"}, conversions: 1},
		{channels: []string{"a"}, nulls: 1},
	} {
		require.NoError(t, a.Add(r.counted(dict)))
	}
	crediter, err := attribution.NewCrediter(a)
	require.NoError(t, err)
	for _, c := range []struct {
		channels []string
		want     []float64
	}{
		{[]string{"c", "b", "a", "b"}, []float64{1, 1.5, 0, 1.5}}, // v(b) = 1/2, v(bc) = 1
		{[]string{"a", "b", "a"}, []float64{1, 2, 1}},
	} {
		touches, err := crediter.Credit(oracleRow{channels: c.channels, conversions: 4, value: 8}.counted(dict))
		require.NoError(t, err)
		for i, touch := range touches {
			require.InDeltaf(t, c.want[i], touch.Conversions, 1e-15, "%v", c.channels)
			require.InDelta(t, 2*c.want[i], touch.Value, 1e-15)
		}
	}
}

func TestDP6ShapleyValidate(t *testing.T) {
	require.ErrorIs(t, attribution.DP6Shapley{Size: -1}.Validate(), attribution.ErrConfig)
	require.ErrorIs(t, attribution.DP6Shapley{Size: 13}.Validate(), attribution.ErrConfig)
	require.NoError(t, attribution.DP6Shapley{Size: 12}.Validate())
}

// TestDP6ShapleyOverflow: shares above 1 can take a value beyond float64.
func TestDP6ShapleyOverflow(t *testing.T) {
	rows := []oracleRow{
		{channels: []string{"a"}, conversions: 9},
		{channels: []string{"b"}, nulls: 9},
		{channels: []string{"a", "b"}, conversions: 1, nulls: 99, value: 1e308},
	}
	_, err := attribution.Attribute(oracleFeed(new(journey.Dictionary), rows), attribution.DP6Shapley{})
	require.ErrorIs(t, err, attribution.ErrOverflow)
}
