package attribution

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/cjm-go/cjm/journey"
)

// TestPoissonIsTheQuantile: the least k whose distribution function is at least u.
func TestPoissonIsTheQuantile(t *testing.T) {
	rng := rand.New(rand.NewPCG(34, 1))
	for _, n := range []int64{1, 2, 3, 10, 30, 63, 64, 65, 70, 100, 1000, 123_456} {
		d := distuv.Poisson{Lambda: float64(n)}
		missed, draws := 0, 20_000
		for range draws {
			u := rng.Float64()
			k := poisson(n, u)
			right := d.CDF(float64(k)) >= u && (k == 0 || d.CDF(float64(k-1)) < u)
			if right {
				continue
			}
			missed++
			near := d.CDF(float64(k+1)) >= u && (k < 2 || d.CDF(float64(k-2)) < u)
			require.Truef(t, near, "mean %d, quantile %v: %d", n, u, k)
		}
		if n <= poissonByTerms {
			assert.Zerof(t, missed, "mean %d", n)
		} else {
			// One in 2,500 at the mean 65, counted on a million draws.
			assert.Lessf(t, missed, draws/1000, "mean %d", n)
		}
	}
}

func TestPoissonAtTheEnds(t *testing.T) {
	least, most := 0x1p-54, 1-0x1p-53
	for _, n := range []int64{0, 1, 2, 64, 65, 1 << 40, 1 << 56} {
		lo, hi := poisson(n, least), poisson(n, most)
		assert.GreaterOrEqual(t, lo, int64(0))
		assert.LessOrEqual(t, lo, n)
		assert.GreaterOrEqual(t, hi, n)
		assert.LessOrEqual(t, hi, mostWeight*n)
	}
	assert.EqualValues(t, 1, poissonOne(0.5))
	assert.EqualValues(t, 0, poissonOne(0.367))
	assert.EqualValues(t, 1, poissonOne(0.368))
}

// TestDraws: the draws of customers with successive hashes, and of replicates, are
// Poisson(1) and know nothing of each other.
func TestDraws(t *testing.T) {
	const n = 40_000
	draw := func(seed, customer uint64, replicate int) float64 {
		return float64(poissonOne(customerStream(seed, customer).uniform(replicate)))
	}
	x, next, other, seed := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		x[i], next[i] = draw(1, uint64(i+1), 5), draw(1, uint64(i+1), 6)
		other[i], seed[i] = draw(1, uint64(i+2), 5), draw(2, uint64(i+1), 5)
	}
	mean, variance := stat.MeanVariance(x, nil)
	se := 1 / math.Sqrt(n)
	assert.InDelta(t, 1, mean, 4*se)
	assert.InDelta(t, 1, variance, 4*math.Sqrt(3)*se) // the fourth central moment is 4
	for _, y := range [][]float64{next, other, seed} {
		assert.InDelta(t, 0, stat.Correlation(x, y, nil), 4*se)
	}
}

// TestPathStreams: the draws of a path come from its names and ages, not from its
// codes.
func TestPathStreams(t *testing.T) {
	a := journey.NewDictionary("ab", "c", "a", "bc")
	b := journey.NewDictionary("c", "ab")
	path := func(codes ...journey.Code) *distinctPath { return &distinctPath{codes: codes} }
	assert.Equal(t, pathStream(3, a, path(0, 1)), pathStream(3, b, path(1, 0)))
	seen := map[stream]bool{}
	aged := path(0, 1)
	aged.ages = append(aged.ages, 0, 0)
	later := path(0, 1)
	later.ages = append(later.ages, 0, 1)
	for _, s := range []stream{
		pathStream(3, a, path(0, 1)), pathStream(4, a, path(0, 1)), pathStream(3, a, path(1, 0)), pathStream(3, a, path(2, 3)),
		pathStream(3, a, path(0)), pathStream(3, a, path(0, 0)), pathStream(3, a, path()), pathStream(3, a, aged), pathStream(3, a, later),
		customerStream(3, 1), pathStream(3, a, path(0, 1)).of(1), pathStream(3, a, path(0, 1)).of(2),
	} {
		assert.False(t, seen[s])
		seen[s] = true
	}
}
