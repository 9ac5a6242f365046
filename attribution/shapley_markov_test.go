package attribution_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// gameWalks is the game of P(convert) and expected value on the chain of an order,
// by solving the chain of each coalition anew in rational arithmetic. All journeys
// have ended.
func gameWalks(rows []oracleRow, order int) (conversions, value func(set uint) *big.Rat) {
	type edge struct{ from, to string }
	const sep = "\x00"
	names, set := gameNames(rows)
	count := map[edge]int64{}
	total, converted, worth := map[string]int64{}, map[string]int64{}, map[string]*big.Rat{}
	states := []string{""}
	masks := map[string]uint{"": 0}
	for _, r := range rows {
		state := ""
		for i := range r.channels {
			window := r.channels[max(0, i+1-order) : i+1]
			to := strings.Join(window, sep) + sep
			if _, ok := masks[to]; !ok {
				states = append(states, to)
				masks[to] = set(oracleRow{channels: window})
			}
			count[edge{state, to}] += r.conversions + r.nulls
			total[state] += r.conversions + r.nulls
			state = to
		}
		converted[state] += r.conversions
		total[state] += r.conversions + r.nulls
		if worth[state] == nil {
			worth[state] = new(big.Rat)
		}
		worth[state].Add(worth[state], oracleRat(r.value))
	}
	solved := make([][2]*big.Rat, 1<<len(names))
	for s := range solved {
		within := slices.DeleteFunc(slices.Clone(states), func(state string) bool { return masks[state]&^uint(s) != 0 })
		n := len(within)
		a := make([][]*big.Rat, n)
		for i, from := range within {
			a[i] = oracleZeros(n + 2)
			if total[from] > 0 {
				for j, to := range within {
					a[i][j].SetFrac64(-count[edge{from, to}], total[from])
				}
				a[i][n].SetFrac64(converted[from], total[from])
				if worth[from] != nil {
					a[i][n+1].Quo(worth[from], oracleInt(total[from]))
				}
			}
			a[i][i].Add(a[i][i], oracleInt(1))
		}
		oracleSolve(a)
		solved[s] = [2]*big.Rat{a[0][n], a[0][n+1]}
	}
	return func(set uint) *big.Rat { return solved[set][0] }, func(set uint) *big.Rat { return solved[set][1] }
}

// TestMarkovShapley compares with the mean over all orders of the channels, on chains
// of orders 1 to 3 solved in rational arithmetic.
func TestMarkovShapley(t *testing.T) {
	rng := rand.New(rand.NewPCG(71, 1))
	tables := []int{0, 60, 30, 15}
	if testing.Short() {
		tables = []int{0, 20, 8, 4}
	}
	for order := 1; order < len(tables); order++ {
		for range tables[order] {
			rows := gameRows(rng, []int{0, 5, 4, 3}[order], 6)
			if rng.IntN(3) == 0 {
				rows = append(rows, oracleRow{conversions: rng.Int64N(5), nulls: 1 + rng.Int64N(9)})
			}
			names, _ := gameNames(rows)
			conversions, value := gameWalks(rows, order)
			c, v := orderShapley(len(names), conversions), orderShapley(len(names), value)
			model := attribution.MarkovShapley{Order: order}
			game, result := gameOf(t, model, rows), gameResult(t, model, rows)
			journeys := oracleInt(result.Totals().Journeys)
			scale := game.Everyone()
			sum := attribution.GameValue{}
			for i, name := range names {
				got, ok := game.Player(touchpoint.Channel(name))
				require.True(t, ok)
				requireWithin(t, c[i], got.Conversion, scale.Conversion, 1e-13, rows)
				requireWithin(t, v[i], got.Value, scale.Value, 1e-13, rows)
				credit, _ := result.Credit(touchpoint.Channel(name))
				requireWithin(t, c[i].Mul(c[i], journeys), credit.Conversions, float64(result.Totals().Conversions), 1e-13, rows)
				requireWithin(t, v[i].Mul(v[i], journeys), credit.Value, result.Totals().Value, 1e-13, rows)
				sum.Conversion += got.Conversion
				sum.Value += got.Value
			}
			none := attribution.Credit{}
			none, _ = result.Credit(journey.None)
			m := float64(result.Totals().Journeys)
			require.InDelta(t, none.Conversions/m, game.Nobody().Conversion, 1e-15)
			require.InDelta(t, none.Value/m, game.Nobody().Value, 1e-13*scale.Value)
			require.InDelta(t, result.ConversionRate(), scale.Conversion, 1e-13, "P(convert), not rescaled")
			require.InDelta(t, game.Everyone().Conversion-game.Nobody().Conversion, sum.Conversion, 1e-15)
			require.InDelta(t, result.Totals().Value/m, scale.Value, 1e-13*scale.Value)
		}
	}
}

// TestMarkovShapleyLongOrder: at the order of the longest path, and beyond, the game
// is that of sums.
func TestMarkovShapleyLongOrder(t *testing.T) {
	tables := 60
	if testing.Short() {
		tables = 15
	}
	rng := rand.New(rand.NewPCG(71, 2))
	for range tables {
		rows := gameRows(rng, 6, 7)
		longest := 0
		for _, r := range rows {
			longest = max(longest, len(r.channels))
		}
		want := gameResult(t, attribution.Shapley{}, rows)
		for _, order := range []int{max(longest, 2), longest + 3} {
			got := gameResult(t, attribution.MarkovShapley{Order: order}, rows)
			require.Equal(t, order > longest, len(got.Warnings()) > 0)
			if order > longest {
				require.ErrorIs(t, got.Warnings()[0], attribution.ErrOrder)
			}
			for channel, w := range want.All() {
				g, _ := got.Credit(channel)
				require.InDeltaf(t, w.Conversions, g.Conversions, 1e-13*float64(want.Totals().Conversions), "%q of %+v", channel, rows)
				require.InDeltaf(t, w.Value, g.Value, 1e-13*want.Totals().Value, "%q of %+v", channel, rows)
			}
			game := gameOf(t, attribution.MarkovShapley{Order: order}, rows)
			require.InDelta(t, want.ConversionRate(), game.Everyone().Conversion, 1e-13)
		}
	}
}

// TestMarkovShapleyLastMarginal: what a channel adds to all others is its removal
// effect times P(convert), so no Shapley value of two channels is outside of the
// effects; and dividends are not negative.
func TestMarkovShapleyLastMarginal(t *testing.T) {
	rng := rand.New(rand.NewPCG(71, 3))
	for range 50 {
		rows := gameRows(rng, 5, 6)
		game := gameOf(t, attribution.MarkovShapley{}, rows)
		for channel, c := range gameResult(t, attribution.Markov{}, rows).All() {
			got, _ := game.Player(channel)
			require.GreaterOrEqual(t, got.Conversion, 0.0)
			require.LessOrEqual(t, got.Conversion, c.Removal.Effect*game.Everyone().Conversion+1e-15, "dividends are shared")
			if c.Removal.Effect == 0 {
				require.Zero(t, got.Conversion, "exactly")
			}
		}
	}
}

// TestMarkovShapleySamples: estimates by elimination in the order of joining, and by
// a chain for each coalition, agree with the exact values and do not depend on the
// number of goroutines.
func TestMarkovShapleySamples(t *testing.T) {
	rng := rand.New(rand.NewPCG(71, 4))
	for order := 1; order <= 2; order++ {
		for range 5 {
			rows := gameRows(rng, 6, 6)
			exact := gameOf(t, attribution.MarkovShapley{Order: order}, rows)
			model := attribution.MarkovShapley{Order: order, MaxExact: 1, Permutations: 300, Seed: 5, Parallelism: 1}
			one := gameResult(t, model, rows)
			model.Parallelism = 4
			require.Equal(t, one, gameResult(t, model, rows))
			sum := 0.0
			for channel, v := range sampled(t, one).All() {
				want, _ := exact.Player(channel)
				require.InDelta(t, want.Conversion, v.Conversion, 5*v.ConversionSE+1e-15, channel)
				require.InDelta(t, want.Value, v.Value, 5*v.ValueSE+1e-12, channel)
				sum += v.Conversion
			}
			require.InDelta(t, exact.Everyone().Conversion-exact.Nobody().Conversion, sum, 1e-14)
		}
	}
}

func TestMarkovShapleyCoverage(t *testing.T) {
	rows := gameRows(rand.New(rand.NewPCG(71, 5)), 6, 6)
	model := attribution.MarkovShapley{MaxExact: 1, Permutations: 400, Parallelism: 1}
	requireCoverage(t, gameOf(t, attribution.MarkovShapley{}, rows), func(seed uint64) *attribution.Game {
		model.Seed = seed
		return sampled(t, gameResult(t, model, rows))
	})
}

// TestMarkovShapleyAntithetic: with two channels an order and its reverse are all
// orders, so that estimates are exact and have no error.
func TestMarkovShapleyAntithetic(t *testing.T) {
	rows := []oracleRow{
		{channels: []string{"a", "b", "a"}, conversions: 3, nulls: 4, value: 5},
		{channels: []string{"b"}, conversions: 2, nulls: 7, value: 1},
	}
	for _, order := range []int{1, 2} {
		exact := gameOf(t, attribution.MarkovShapley{Order: order}, rows)
		for channel, got := range gameOf(t, attribution.MarkovShapley{Order: order, MaxExact: 1, Permutations: 4}, rows).All() {
			want, _ := exact.Player(channel)
			assert.InDelta(t, want.Conversion, got.Conversion, 1e-15)
			assert.InDelta(t, want.Value, got.Value, 1e-15)
			assert.InDelta(t, 0, got.ConversionSE, 1e-16)
		}
	}
}

// TestMarkovShapleyOpen: open journeys add transitions. The credits still add up to
// the conversions, and a channel that nothing has ended after is reported.
func TestMarkovShapleyOpen(t *testing.T) {
	rows := []oracleRow{
		{channels: []string{"a", "b"}, conversions: 3, nulls: 5, opens: 4, value: 10},
		{channels: []string{"b"}, conversions: 1, nulls: 2, value: 2},
		{channels: []string{"a", "x", "x"}, opens: 2},
		{conversions: 2, opens: 1},
	}
	for order := 1; order <= 2; order++ {
		for _, nulls := range []attribution.Nulls{attribution.IncludeNulls, attribution.ExcludeNulls} {
			r := gameResult(t, attribution.MarkovShapley{Order: order, Nulls: nulls}, rows)
			a, b, x := credit(t, r, "a"), credit(t, r, "b"), credit(t, r, "x")
			assert.InDelta(t, 4, a.Conversions+b.Conversions, 1e-14)
			assert.InDelta(t, 12, a.Value+b.Value, 1e-14)
			assert.Zero(t, x.Conversions)
			if nulls == attribution.ExcludeNulls {
				require.Empty(t, r.Warnings())
				continue
			}
			require.Len(t, r.Warnings(), 1)
			require.ErrorIs(t, r.Warnings()[0], attribution.ErrUnjudged)
		}
	}
}

// TestMarkovShapleyNulls: where nulls are left out every journey converts.
func TestMarkovShapleyNulls(t *testing.T) {
	rows := gameRows(rand.New(rand.NewPCG(71, 6)), 4, 5)
	game := gameOf(t, attribution.MarkovShapley{Nulls: attribution.ExcludeNulls}, rows)
	require.InDelta(t, 1, game.Everyone().Conversion, 1e-14)
	for i := range rows {
		rows[i].nulls = 0
	}
	rows = slices.DeleteFunc(rows, func(r oracleRow) bool { return r.conversions == 0 })
	for channel, want := range gameOf(t, attribution.MarkovShapley{}, rows).All() {
		got, _ := game.Player(channel)
		require.Equal(t, want.Conversion, got.Conversion)
	}
}

func TestMarkovShapleyValidate(t *testing.T) {
	for _, m := range []attribution.MarkovShapley{
		{Order: -1}, {Nulls: 7}, {MaxExact: -1}, {MaxExact: 25}, {Permutations: 2}, {Parallelism: -1},
	} {
		require.ErrorIsf(t, m.Validate(), attribution.ErrConfig, "%+v", m)
	}
	require.NoError(t, attribution.MarkovShapley{Order: 3, MaxExact: 24, Permutations: 5}.Validate())
}

// TestMarkovShapleyTwelve: PathData's number of channels, at orders 1 and 2, exactly.
// Channels that nothing tells apart but their names have the same value.
func TestMarkovShapleyTwelve(t *testing.T) {
	const n = 12
	var rows []oracleRow
	for i := range n {
		for j := range n {
			rows = append(rows, oracleRow{channels: []string{fmt.Sprint("c", i), fmt.Sprint("c", j)}, conversions: 2, nulls: 5, value: 1})
		}
	}
	for order := 1; order <= 2; order++ {
		game := gameOf(t, attribution.MarkovShapley{Order: order}, rows)
		for channel, v := range game.All() {
			require.InDelta(t, 2.0/7/n, v.Conversion, 1e-14, channel)
		}
	}
}

func BenchmarkMarkovShapley(b *testing.B) {
	rng := rand.New(rand.NewPCG(71, 7))
	for _, c := range []struct {
		name   string
		n      int
		model  attribution.MarkovShapley
		tables int
	}{
		{"12", 12, attribution.MarkovShapley{}, 0},
		{"16", 16, attribution.MarkovShapley{}, 0},
		{"20", 20, attribution.MarkovShapley{}, 0},
		{"24", 24, attribution.MarkovShapley{MaxExact: 24}, 0},
		{"50", 50, attribution.MarkovShapley{}, 0},
		{"200", 200, attribution.MarkovShapley{}, 0},
		{"8 order 2", 8, attribution.MarkovShapley{Order: 2}, 0},
		{"12 order 2", 12, attribution.MarkovShapley{Order: 2}, 0},
	} {
		c.model.Parallelism = 1
		a := c.model.NewAccumulator()
		benchmarkPaths(b, rng, c.n, 20_000, a)
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := a.Result(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
