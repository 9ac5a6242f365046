package attribution_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

// gameModels is one of each model that this family has, those that sample among
// them.
func gameModels() []attribution.Model {
	return []attribution.Model{
		attribution.Shapley{},
		attribution.Shapley{Ordered: true},
		attribution.MarkovShapley{MaxExact: 10, Permutations: 50},
		attribution.RateShapley{MaxExact: 10, Permutations: 50},
		attribution.DP6Shapley{Size: 2},
		attribution.DP6Shapley{Order: true},
		attribution.Fractribution{},
	}
}

// gameVariants is a second model of some names.
func gameVariants() []attribution.Model {
	return []attribution.Model{
		attribution.MarkovShapley{Order: 2, Nulls: attribution.ExcludeNulls, MaxExact: 6, Permutations: 6},
		attribution.RateShapley{MaxExact: 1, Permutations: 7, Seed: 3},
	}
}

// orderShapley is the definition of the Shapley value: the mean, over all orders of n
// players, of what each adds to those before.
func orderShapley(n int, v func(set uint) *big.Rat) []*big.Rat {
	worth := make([]*big.Rat, 1<<n)
	for set := range worth {
		worth[set] = v(uint(set))
	}
	values := oracleZeros(n)
	orders := int64(0)
	added := new(big.Rat)
	var join func(set uint, order []int)
	join = func(set uint, order []int) {
		if len(order) == n {
			orders++
			before := uint(0)
			for _, player := range order {
				values[player].Add(values[player], added.Sub(worth[before|1<<player], worth[before]))
				before |= 1 << player
			}
			return
		}
		for player := range n {
			if set>>player&1 == 0 {
				join(set|1<<player, append(order, player))
			}
		}
	}
	join(0, nil)
	for _, x := range values {
		x.Quo(x, oracleInt(orders))
	}
	return values
}

// gameNames returns the channels of the rows, sorted, and the set of those of a row.
func gameNames(rows []oracleRow) (names []string, set func(r oracleRow) uint) {
	for _, r := range rows {
		names = append(names, r.channels...)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return names, func(r oracleRow) (set uint) {
		for _, c := range r.channels {
			i, _ := slices.BinarySearch(names, c)
			set |= 1 << i
		}
		return set
	}
}

// gameRows makes a random table over a few channels, with touches, without open
// journeys, and with a conversion on at least one path.
func gameRows(rng *rand.Rand, channels, longest int) []oracleRow {
	names := slices.Clone(oracleNames)
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	rows := make([]oracleRow, 2+rng.IntN(12))
	for i := range rows {
		r := &rows[i]
		for range 1 + rng.IntN(longest) {
			r.channels = append(r.channels, names[rng.IntN(channels)])
		}
		r.conversions, r.nulls = rng.Int64N(30), rng.Int64N(60)
		if r.conversions > 0 {
			r.value = float64(rng.Int64N(1<<20)) / 64
		}
	}
	rows[0].conversions++
	return rows
}

// gameResult returns the result of a model for the rows.
func gameResult(t *testing.T, m attribution.Model, rows []oracleRow) *attribution.Result {
	t.Helper()
	results, err := attribution.Attribute(oracleFeed(new(journey.Dictionary), rows), m)
	require.NoErrorf(t, err, "%+v", rows)
	return results[0]
}

// gameOf returns the game of a model for the rows.
func gameOf(t *testing.T, m attribution.Model, rows []oracleRow) *attribution.Game {
	t.Helper()
	a := m.NewAccumulator()
	for p := range oracleFeed(new(journey.Dictionary), rows) {
		require.NoError(t, a.Add(p))
	}
	game, err := attribution.NewGame(a)
	require.NoErrorf(t, err, "%+v", rows)
	return game
}

// requireWithin compares a number with the exact one, to a tolerance in units of
// what is shared out.
func requireWithin(t *testing.T, want *big.Rat, got, unit, tol float64, rows []oracleRow) {
	t.Helper()
	w, _ := want.Float64()
	require.LessOrEqualf(t, math.Abs(got-w), tol*unit, "%v, not %s of %+v", got, want.FloatString(20), rows)
}
