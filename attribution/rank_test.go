package attribution

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRankProbabilities: the mean over all orders in which those that tie could
// stand.
func TestRankProbabilities(t *testing.T) {
	rng := rand.New(rand.NewPCG(35, 1))
	for range 200 {
		n := 1 + rng.IntN(5)
		ranked := make([]bool, n)
		for i := range ranked {
			ranked[i] = rng.IntN(5) > 0
		}
		r := newRankCounts(ranked)
		want := make([][]float64, n)
		const rankings = 3
		for range rankings {
			credits := make([]float64, n)
			for i := range credits {
				credits[i] = float64(rng.IntN(3) - 1)
			}
			r.add(credits)
			for i := range credits {
				if !ranked[i] {
					continue
				}
				above, alike, lines := 0, 0, 0
				for j := range credits {
					if ranked[j] {
						lines++
						if credits[j] > credits[i] {
							above++
						} else if credits[j] == credits[i] {
							alike++
						}
					}
				}
				if want[i] == nil {
					want[i] = make([]float64, lines)
				}
				for place := above; place < above+alike; place++ {
					want[i][place] += 1 / float64(alike) / rankings
				}
			}
		}
		got := r.probabilities(rankings)
		require.Len(t, got, n)
		for i := range want {
			if !ranked[i] {
				assert.Nil(t, got[i])
				continue
			}
			require.Len(t, got[i], len(want[i]))
			for place := range want[i] {
				assert.InDelta(t, want[i][place], got[i][place], 1e-12)
			}
		}
	}
}
