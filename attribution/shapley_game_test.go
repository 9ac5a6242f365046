package attribution_test

import (
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
)

// TestShapleyLemaire: Lemaire's game of the gains of three players, as in the manual
// of the R package GameTheory; the values by hand.
func TestShapleyLemaire(t *testing.T) {
	worth := []float64{0, 46125, 17437.5, 69187.5, 5812.5, 53812.5, 30750, 90000}
	got, err := attribution.ShapleyValues(3, func(set uint64) float64 { return worth[set] })
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float64{51750, 25875, 12375}, got, 1e-9)
}

// TestShapleyParliament: the power index of the parties of the Parliament of
// Catalonia in 2012, as the manual of the R package GameTheory prints it.
func TestShapleyParliament(t *testing.T) {
	seats := []int{50, 20, 21, 19, 13, 9, 3} // CiU, PSC, ERC, PP, ICV, C's, CUP
	got, err := attribution.ShapleyValues(len(seats), func(set uint64) float64 {
		sum := 0
		for i, n := range seats {
			sum += n * int(set>>i&1)
		}
		if sum >= 68 {
			return 1
		}
		return 0
	})
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float64{0.533, 0.133, 0.133, 0.133, 0.0333, 0.0333, 0}, got, 0.0005)
	assert.Zero(t, got[6], "CUP is never needed")
	// The printed digits are those of these fractions.
	assert.InDelta(t, 8.0/15, got[0], 1e-15)
	assert.InDelta(t, 2.0/15, got[1], 1e-15)
	assert.InDelta(t, 1.0/30, got[5], 1e-15)
}

// TestShapleyValuesOrders compares random games with the mean over all orders.
func TestShapleyValuesOrders(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 1))
	for n := range 7 {
		for range 10 {
			worth := make([]float64, 1<<n)
			for i := range worth {
				worth[i] = rng.NormFloat64()
			}
			calls := uint64(0)
			got, err := attribution.ShapleyValues(n, func(set uint64) float64 {
				require.Equal(t, calls, set)
				calls++
				return worth[set]
			})
			require.NoError(t, err)
			require.Len(t, got, n)
			require.EqualValues(t, len(worth), calls)
			sum := 0.0
			for i, want := range orderShapley(n, func(set uint) *big.Rat { return oracleRat(worth[set]) }) {
				requireWithin(t, want, got[i], 1, 1e-15, nil)
				sum += got[i]
			}
			require.InDelta(t, worth[len(worth)-1]-worth[0], sum, 1e-14)
		}
	}
}

// TestShapleyValuesLarge: games whose Shapley values are known for any number of
// players. In the first a coalition is worth the square of the sum of its weights,
// which shares out each product of two weights equally. One player has no weight.
// In the second it is worth 1 if it has just half of the players: a
// player adds 1 to half-1 others and takes it away from half of them.
func TestShapleyValuesLarge(t *testing.T) {
	sizes := []int{9, 14, 18}
	if testing.Short() {
		sizes = sizes[:2]
	}
	for _, n := range sizes {
		weights := make([]float64, n)
		sum := 0.0
		for i := range weights {
			weights[i] = float64(i)
			sum += weights[i]
		}
		got, err := attribution.ShapleyValues(n, func(set uint64) float64 {
			s := 0.0
			for i, w := range weights {
				s += w * float64(set>>i&1)
			}
			return s * s
		})
		require.NoError(t, err)
		for i, w := range weights {
			require.InDeltaf(t, w*sum, got[i], 1e-13*sum*sum, "player %d of %d", i, n)
		}
		require.Zero(t, got[0])
		got, err = attribution.ShapleyValues(n, func(set uint64) float64 {
			if bits.OnesCount64(set) == n/2 {
				return 1
			}
			return 0
		})
		require.NoError(t, err)
		for _, x := range got {
			require.InDelta(t, 0, x, 1e-15)
		}
	}
}

func TestShapleyValuesRefuses(t *testing.T) {
	zero := func(uint64) float64 { return 0 }
	for _, n := range []int{-1, attribution.MaxPlayers + 1, 64} {
		_, err := attribution.ShapleyValues(n, zero)
		require.ErrorIsf(t, err, attribution.ErrGame, "%d players", n)
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64} {
		_, err := attribution.ShapleyValues(2, func(set uint64) float64 { return x * float64(set&1) })
		require.ErrorIs(t, err, attribution.ErrGame)
	}
	got, err := attribution.ShapleyValues(2, func(set uint64) float64 { return 0x1p1022 * (1 - 2*float64(set&1)) })
	require.NoError(t, err)
	require.Equal(t, []float64{-0x1p1023, 0}, got)
	got, err = attribution.ShapleyValues(0, zero)
	require.NoError(t, err)
	require.Empty(t, got)
}

// TestShapleyAxioms: additivity, and players that are alike get the same.
func TestShapleyAxioms(t *testing.T) {
	const n = 8
	rng := rand.New(rand.NewPCG(31, 2))
	game := func() func(uint64) float64 {
		worth := make([]float64, 1<<n)
		for i := range worth {
			worth[i] = float64(rng.IntN(1000))
		}
		return func(set uint64) float64 {
			if set&3 == 2 { // players 0 and 1 are alike
				set ^= 3
			}
			return worth[set]
		}
	}
	for range 20 {
		u, v := game(), game()
		a, err := attribution.ShapleyValues(n, u)
		require.NoError(t, err)
		b, err := attribution.ShapleyValues(n, v)
		require.NoError(t, err)
		both, err := attribution.ShapleyValues(n, func(set uint64) float64 { return u(set) + v(set) })
		require.NoError(t, err)
		for i := range both {
			require.InDelta(t, a[i]+b[i], both[i], 1e-11)
		}
		require.InDelta(t, a[0], a[1], 1e-12)
	}
}

func BenchmarkShapleyValues(b *testing.B) {
	for b.Loop() {
		if _, err := attribution.ShapleyValues(20, func(set uint64) float64 { return float64(bits.OnesCount64(set)) }); err != nil {
			b.Fatal(err)
		}
	}
}
