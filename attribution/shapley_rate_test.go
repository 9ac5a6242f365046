package attribution_test

import (
	"errors"
	"fmt"
	"math"
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

// gameRates is the game of cumulative rates: conversions and value a journey, of
// the journeys within a set that have a touch and have ended.
func gameRates(rows []oracleRow) (conversions, value func(set uint) *big.Rat) {
	_, set := gameNames(rows)
	rate := func(of func(oracleRow) *big.Rat) func(uint) *big.Rat {
		return func(within uint) *big.Rat {
			sum, total := new(big.Rat), new(big.Rat)
			for _, r := range rows {
				if s := set(r); s != 0 && s&^within == 0 {
					sum.Add(sum, of(r))
					total.Add(total, oracleInt(r.conversions+r.nulls))
				}
			}
			if total.Sign() == 0 {
				return total
			}
			return sum.Quo(sum, total)
		}
	}
	return rate(func(r oracleRow) *big.Rat { return oracleInt(r.conversions) }), rate(func(r oracleRow) *big.Rat { return oracleRat(r.value) })
}

// TestRateShapley compares with the mean over all orders of the channels, in rational
// arithmetic: Shapley values and credits to 1e-13 of the whole.
func TestRateShapley(t *testing.T) {
	tables := 0
	propertyTables(t, 51, 200, func(_ *rand.Rand, _ attribution.Nulls, rows []oracleRow) {
		names, _ := gameNames(rows)
		if len(names) > 5 {
			return
		}
		tables++
		totals := oracleTotals(rows)
		journeys, conversions, value := int64(0), int64(0), 0.0
		for _, r := range rows {
			if len(r.channels) > 0 {
				journeys += r.conversions + r.nulls
				conversions += r.conversions
				value += r.value
			}
		}
		rates, values := gameRates(rows)
		c, v := orderShapley(len(names), rates), orderShapley(len(names), values)
		result, game := gameResult(t, attribution.RateShapley{}, rows), gameOf(t, attribution.RateShapley{}, rows)
		sum := attribution.GameValue{}
		for i, name := range names {
			got, _ := result.Credit(touchpoint.Channel(name))
			player, ok := game.Player(touchpoint.Channel(name))
			require.True(t, ok)
			requireWithin(t, c[i], player.Conversion, 1, 1e-13, rows)
			requireWithin(t, c[i].Mul(c[i], oracleInt(journeys)), got.Conversions, float64(conversions), 1e-13, rows)
			requireWithin(t, v[i].Mul(v[i], oracleInt(journeys)), got.Value, value, 1e-13, rows)
			if c[i].Sign() == 0 {
				require.Zero(t, got.Conversions, "exactly")
			}
			require.Zero(t, player.ConversionSE)
			sum.Conversion += player.Conversion
			sum.Value += player.Value
		}
		require.InDelta(t, game.Everyone().Conversion, sum.Conversion, 1e-13)
		require.InDelta(t, game.Everyone().Value, sum.Value, 1e-13*max(game.Everyone().Value, 1e-300))
		require.Zero(t, game.Nobody())
		require.Zero(t, game.Orders())
		none, ok := result.Credit(journey.None)
		require.Equal(t, totals.totals.Empty > 0, ok)
		if ok {
			want, _ := totals.credits[string(journey.None)].conversions.Float64()
			require.Equal(t, want, none.Conversions, "not spread")
		}
	})
	require.Greater(t, tables, 100)
}

// TestRateShapleySign: a channel that lowers what it joins has negative credit, and
// the result warns of it.
//
//	v(a) = 1/2, v(b) = 0, v(ab) = (1+0)/(2+8) = 1/10
//	phi_a = (1/2 + 1/10)/2 = 3/10, phi_b = (0 - 4/10)/2 = -2/10, of 10 journeys
func TestRateShapleySign(t *testing.T) {
	result := gameResult(t, attribution.RateShapley{}, []oracleRow{
		{channels: []string{"a"}, conversions: 1, nulls: 1, value: 10},
		{channels: []string{"b", "b"}, nulls: 8},
		{channels: []string{"c"}, opens: 4},
		{conversions: 2, nulls: 6, value: 4, opens: 3},
	})
	credits := map[touchpoint.Channel]attribution.Credit{}
	for channel, c := range result.All() {
		credits[channel] = c
	}
	assert.InDelta(t, 3, credits["a"].Conversions, 1e-15)
	assert.InDelta(t, 30, credits["a"].Value, 1e-14)
	assert.InDelta(t, -2, credits["b"].Conversions, 1e-15)
	assert.Zero(t, credits["c"].Conversions)
	assert.Equal(t, 2.0, credits[journey.None].Conversions)
	require.Len(t, result.Warnings(), 1)
	require.ErrorIs(t, result.Warnings()[0], attribution.ErrNegativeCredit)
	require.ErrorContains(t, result.Warnings()[0], "channel b")

	game := gameOf(t, attribution.RateShapley{}, []oracleRow{{channels: []string{"a"}, conversions: 1}, {conversions: 2, nulls: 6, value: 4, opens: 3}})
	baseline, ok := game.Baseline()
	require.True(t, ok)
	require.Equal(t, attribution.Worth{Conversion: 0.25, Value: 0.5}, baseline)
	require.Equal(t, attribution.Worth{Conversion: 1}, game.Everyone())
	_, ok = game.Player("x")
	require.False(t, ok)
}

// TestRateShapleySamples: more channels than are done exactly. The estimates add up,
// are near the exact values, and do not depend on the number of goroutines.
func TestRateShapleySamples(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 2))
	for range 5 {
		rows := gameRows(rng, 7, 6)
		exact := gameOf(t, attribution.RateShapley{}, rows)
		model := attribution.RateShapley{MaxExact: 1, Permutations: 4000, Seed: 1, Parallelism: 1}
		one := gameResult(t, model, rows)
		model.Parallelism = 3
		require.Equal(t, one, gameResult(t, model, rows))
		model.Parallelism = 0
		game := gameOf(t, model, rows)
		require.Equal(t, 4000, game.Orders())
		require.EqualValues(t, 1, game.Seed())
		sum := 0.0
		for channel, v := range game.All() {
			sum += v.Conversion
			want, _ := exact.Player(channel)
			require.InDelta(t, want.Conversion, v.Conversion, 5*v.ConversionSE+1e-15, channel)
			require.InDelta(t, want.Value, v.Value, 5*v.ValueSE+1e-12, channel)
		}
		require.InDelta(t, exact.Everyone().Conversion, sum, 1e-13)
		require.Equal(t, exact.Everyone(), game.Everyone())
	}
}

// sampled returns the game among the warnings of a result.
func sampled(t *testing.T, r *attribution.Result) *attribution.Game {
	t.Helper()
	for _, w := range r.Warnings() {
		if s := (*attribution.SampledError)(nil); errors.As(w, &s) {
			require.EqualError(t, s, fmt.Sprintf("attribution: Shapley values estimated from %d orders of the channels, seed %d", s.Game.Orders(), s.Game.Seed()))
			return s.Game
		}
	}
	t.Fatal("no warning that orders were sampled")
	return nil
}

// requireCoverage says that intervals of 1.96 standard errors, from 400 orders
// each, cover the exact values in 93 to 97 % of many runs.
func requireCoverage(t *testing.T, exact *attribution.Game, sample func(seed uint64) *attribution.Game) {
	t.Helper()
	runs := 2000
	if testing.Short() {
		runs = 500
	}
	covered, all := 0, 0
	for seed := range runs {
		for channel, v := range sample(uint64(seed)).All() {
			want, _ := exact.Player(channel)
			for _, x := range [][3]float64{{want.Conversion, v.Conversion, v.ConversionSE}, {want.Value, v.Value, v.ValueSE}} {
				if x[2] < 1e-14*math.Abs(x[0]) {
					// An order and its reverse come to the same for all.
					require.InEpsilon(t, x[0], x[1], 1e-13)
					continue
				}
				all++
				if math.Abs(x[0]-x[1]) <= 1.96*x[2] {
					covered++
				}
			}
		}
	}
	require.Greater(t, all, 4*runs)
	share := float64(covered) / float64(all)
	t.Logf("%d intervals, %.4f cover", all, share)
	require.GreaterOrEqual(t, share, 0.93)
	require.LessOrEqual(t, share, 0.97)
}

func TestRateShapleyCoverage(t *testing.T) {
	rows := gameRows(rand.New(rand.NewPCG(51, 3)), 7, 5)
	model := attribution.RateShapley{MaxExact: 1, Permutations: 400, Parallelism: 1}
	requireCoverage(t, gameOf(t, attribution.RateShapley{}, rows), func(seed uint64) *attribution.Game {
		model.Seed = seed
		return sampled(t, gameResult(t, model, rows))
	})
}

// TestRateShapleyMany: 60 channels, by sampling. A channel that is alone on its
// journeys and one that never changes a rate are known.
func TestRateShapleyMany(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 4))
	var rows []oracleRow
	for i := range 60 {
		name := fmt.Sprintf("c%02d", i)
		rows = append(rows, oracleRow{channels: []string{name}, conversions: 1 + rng.Int64N(9), nulls: rng.Int64N(20), value: rng.Float64()})
		rows = append(rows, oracleRow{channels: []string{name, fmt.Sprintf("c%02d", rng.IntN(60))}, conversions: rng.Int64N(3), nulls: 1 + rng.Int64N(20)})
	}
	result := gameResult(t, attribution.RateShapley{}, rows)
	game := sampled(t, result)
	require.Equal(t, 1024, game.Orders())
	sum := 0.0
	for channel, c := range result.All() {
		sum += c.Conversions
		v, _ := game.Player(channel)
		require.Positive(t, v.ConversionSE)
	}
	require.InEpsilon(t, float64(result.Totals().Conversions), sum, 1e-12)
	other := gameResult(t, attribution.RateShapley{Seed: 1}, rows)
	require.NotEqual(t, result, other)
}

func TestRateShapleyValidate(t *testing.T) {
	for _, m := range []attribution.RateShapley{
		{MaxExact: -1}, {MaxExact: 25}, {Permutations: -4}, {Permutations: 3}, {Parallelism: -1},
	} {
		require.ErrorIsf(t, m.Validate(), attribution.ErrConfig, "%+v", m)
	}
	err := attribution.RateShapley{MaxExact: 99, Permutations: 1, Parallelism: -2}.Validate()
	for _, field := range []string{"MaxExact", "Permutations", "Parallelism"} {
		require.ErrorContains(t, err, field, "all at once")
	}
	require.NoError(t, attribution.RateShapley{MaxExact: 24, Permutations: 4, Parallelism: 8}.Validate())
}

// TestRateShapleyHuge: values near the largest float64 neither overflow on the way
// nor make infinite credits.
func TestRateShapleyHuge(t *testing.T) {
	rows := []oracleRow{
		{channels: []string{"a"}, conversions: 1 << 40, nulls: 1 << 41, value: 1e308},
		{channels: []string{"a", "b"}, conversions: 1, value: 5e-324},
	}
	for _, m := range slices.Concat(gameModels(), gameVariants()) {
		sum := 0.0
		for _, c := range gameResult(t, m, rows).All() {
			sum += c.Value
		}
		require.InEpsilonf(t, 1e308, sum, 1e-12, m.Name())
	}
	// b has -5/6 of the value that is there: the credit of a is beyond float64.
	lopsided := []oracleRow{
		{channels: []string{"a"}, conversions: 1, value: 1.5e308},
		{channels: []string{"b"}, nulls: 1000},
	}
	_, err := attribution.Attribute(oracleFeed(new(journey.Dictionary), lopsided), attribution.RateShapley{})
	require.ErrorIs(t, err, attribution.ErrOverflow)
}

func BenchmarkRateShapley(b *testing.B) {
	rng := rand.New(rand.NewPCG(51, 5))
	for _, n := range []int{12, 20, 24, 100} {
		a := attribution.RateShapley{Parallelism: 1}.NewAccumulator()
		benchmarkPaths(b, rng, n, 20_000, a)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := a.Result(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// benchmarkPaths adds random paths over n channels, of geometric length with mean 4.
func benchmarkPaths(b *testing.B, rng *rand.Rand, n, paths int, a attribution.Accumulator) {
	b.Helper()
	dict := new(journey.Dictionary)
	for i := range n {
		dict.Code(touchpoint.Channel(fmt.Sprintf("c%03d", i)))
	}
	p := &journey.Counted{Dictionary: dict}
	for range paths {
		p.Channels = p.Channels[:0]
		for len(p.Channels) == 0 || rng.IntN(4) > 0 {
			p.Channels = append(p.Channels, journey.Code(rng.IntN(n)))
		}
		p.Conversions, p.Nulls, p.Value = 0, 1, 0
		if rng.IntN(4) == 0 {
			p.Conversions, p.Nulls, p.Value = 1, 0, rng.Float64()
		}
		if err := a.Add(p); err != nil {
			b.Fatal(err)
		}
	}
}
