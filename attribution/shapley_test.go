package attribution_test

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// gameSums is the game of sums: conversions and value of the journeys within a set.
func gameSums(rows []oracleRow) (n int, conversions, value func(set uint) *big.Rat) {
	names, set := gameNames(rows)
	sum := func(of func(oracleRow) *big.Rat) func(uint) *big.Rat {
		return func(within uint) *big.Rat {
			sum := new(big.Rat)
			for _, r := range rows {
				if s := set(r); s != 0 && s&^within == 0 {
					sum.Add(sum, of(r))
				}
			}
			return sum
		}
	}
	return len(names), sum(func(r oracleRow) *big.Rat { return oracleInt(r.conversions) }), sum(func(r oracleRow) *big.Rat { return oracleRat(r.value) })
}

// TestShapleyIsExact: the credits are the mean over all orders of the channels of
// what each adds, in rational arithmetic, rounded once. Ordered or not, they are
// the same, and so are those of the closed form.
func TestShapleyIsExact(t *testing.T) {
	tables := 0
	propertyTables(t, 41, 200, func(_ *rand.Rand, _ attribution.Nulls, rows []oracleRow) {
		n, conversions, value := gameSums(rows)
		if n > 5 {
			return
		}
		tables++
		names, _ := gameNames(rows)
		c, v := orderShapley(n, conversions), orderShapley(n, value)
		result, ordered := gameResult(t, attribution.Shapley{}, rows), gameResult(t, attribution.Shapley{Ordered: true}, rows)
		for i, name := range names {
			got, ok := result.Credit(touchpoint.Channel(name))
			require.True(t, ok)
			wantConversions, _ := c[i].Float64()
			wantValue, _ := v[i].Float64()
			require.Equalf(t, wantConversions, got.Conversions, "%q of %+v", name, rows)
			require.Equalf(t, wantValue, got.Value, "%q of %+v", name, rows)
			again, _ := ordered.Credit(touchpoint.Channel(name))
			require.Equal(t, got, again)
		}
		requireOracle(t, oracleShares(oracleLinearUnique).result(rows), result, 1e-15, rows)
	})
	require.Greater(t, tables, 100)
}

// TestShapleyLongPaths: any number of channels, by the closed form. Counts beyond
// 2^53 and sums of fractions that come close to the middle of two float64.
func TestShapleyLongPaths(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 2))
	for range 20 {
		rows := append(oracleLong(rng), oracleLong(rng)...)
		rows = append(rows, oracleRow{channels: []string{"email", "tv", "paid"}, conversions: 1<<60 + 1, value: 1e15 / 3})
		want := oracleShares(oracleLinearUnique).result(rows)
		for channel, got := range gameResult(t, attribution.Shapley{}, rows).All() {
			c, _ := want.credits[string(channel)].conversions.Float64()
			v, _ := want.credits[string(channel)].value.Float64()
			require.Equal(t, c, got.Conversions)
			require.Equal(t, v, got.Value)
		}
	}
}

// TestShapleyTouches: by default the first touch of a channel has its share, with
// Ordered all touches alike.
func TestShapleyTouches(t *testing.T) {
	rows := []oracleRow{{channels: []string{"a", "b", "a", "a", "c"}, conversions: 9, nulls: 5, value: 90}}
	for _, c := range []struct {
		model attribution.Model
		want  []float64
	}{
		{attribution.Shapley{}, []float64{3, 3, 0, 0, 3}},
		{attribution.Shapley{Ordered: true}, []float64{1, 3, 1, 1, 3}},
	} {
		a := c.model.NewAccumulator()
		dict := new(journey.Dictionary)
		require.NoError(t, a.Add(rows[0].counted(dict)))
		crediter, err := attribution.NewCrediter(a)
		require.NoError(t, err)
		touches, err := crediter.Credit(rows[0].counted(dict))
		require.NoError(t, err)
		for i, touch := range touches {
			require.Equal(t, c.want[i], touch.Conversions)
			require.Equal(t, 10*c.want[i], touch.Value)
		}
		lost, err := crediter.Credit(oracleRow{channels: []string{"a"}, nulls: 1}.counted(dict))
		require.NoError(t, err)
		require.Zero(t, lost[0].Conversions)
	}
}

// TestShapleyAddsUp: over the conversions of two kinds the credits add up, and a
// channel that takes part in none has nothing.
func TestShapleyAddsUp(t *testing.T) {
	propertyTables(t, 43, 100, func(_ *rand.Rand, _ attribution.Nulls, rows []oracleRow) {
		half := slices.Clone(rows)
		rest := slices.Clone(rows)
		for i := range rows {
			half[i].conversions, half[i].value = rows[i].conversions/2, 0
			rest[i].conversions -= half[i].conversions
			rest[i].value = 0
		}
		if oracleTotals(half).totals.Conversions == 0 {
			return
		}
		whole, a, b := gameResult(t, attribution.Shapley{}, rows), gameResult(t, attribution.Shapley{}, half), gameResult(t, attribution.Shapley{}, rest)
		for channel, want := range whole.All() {
			x, _ := a.Credit(channel)
			y, _ := b.Credit(channel)
			require.InDelta(t, want.Conversions, x.Conversions+y.Conversions, 1e-15*float64(whole.Totals().Conversions))
		}
	})
}
