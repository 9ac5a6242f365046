package markov

import (
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The matrix, grown step by step, and the map hold the same counts.
func TestCellsAgainstMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var c cells
	want := map[pair]int64{}
	sparse := false
	for _, n := range []int{1, 2, 15, 16, 17, 18, 100, denseLimit, denseLimit + 1, denseLimit + 2, 3 * denseLimit} {
		c.grow(n)
		for range 50 {
			p, w := pair{r.IntN(n), r.IntN(n)}, r.Int64N(100)+1
			c.add(p.from, p.to, w)
			want[p] += w
		}
		require.Equal(t, want, maps.Collect(c.all()), "%d states", n)
		for p, w := range want {
			require.Equal(t, w, c.at(p.from, p.to))
		}
		require.Equal(t, n > denseLimit, c.dense == nil)
		sparse = c.sparse != nil
	}
	assert.True(t, sparse)
	for range c.all() {
		break
	}
}
