package dropoff

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLikeClickHouseHits has the chain that the deepest level holds.
func TestLikeClickHouseHits(t *testing.T) {
	for _, tt := range []struct {
		like         Like
		trace, steps string
		want         []float64
	}{
		{LikeClickHouse, "A1 A2 B3 C4", "ABC", []float64{2, 3, 4}},
		// Each level holds its latest chain; the scan ends at the last step.
		{LikeClickHouse, "A1 B2 B3 C4 B5 C6", "ABC", []float64{1, 3, 4}},
		// B2 keeps its chain when A3 begins another.
		{LikeClickHouse, "A1 B2 A3", "ABC", []float64{1, 2}},
		{LikeClickHouse, "AB1", "AB", []float64{1, 1}},
		{LikeClickHouseStrictOrder, "A1 B2 X3 A4 B5 C6", "ABC", []float64{1, 2}},
		{LikeClickHouseStrictOnce, "A1 A2 B3 B4 C5 C6", "ABC", []float64{2, 3, 5}},
		{LikeClickHouseStrictOnce, "A1 B2 A3 B4", "AB", []float64{1, 2}},
		// B3 leads to nothing that B2 does not.
		{LikeClickHouseStrictOnce, "A1 B2 B3 B3", "ABC", []float64{1, 2}},
		{LikeClickHouseStrictOnce, "C5 ABC5 B5", "ABC", []float64{5, 5, 5}},
	} {
		s := likeScan(t, tt.trace, tt.steps, "", time.Minute)
		r := likeReplay(tt.like, likeFunnel(len(tt.steps), 10*time.Minute), s)
		assert.Equal(t, tt.want, likeTimes(s, r, time.Minute), tt.trace)
	}
	s := likeScan(t, "C5 ABC5 B5", "ABC", "", time.Minute)
	r := likeReplay(LikeClickHouseStrictOnce, likeFunnel(3, 0), s)
	assert.Equal(t, []int{1, 2, 0}, r.hits)
}

// TestLikeClickHouseOnceManyTies has an instant at which lists of all chains, as
// ClickHouse keeps them, would have 40^10 entries, and one at which the choice of
// touches has to be revised again and again.
func TestLikeClickHouseOnceManyTies(t *testing.T) {
	s := &scan{}
	for range 400 {
		s.at, s.steps = append(s.at, 0), append(s.steps, 1<<10-1)
	}
	f := likeFunnel(11, 0)
	assert.Equal(t, 10, likeReplay(LikeClickHouseStrictOnce, f, s).depth)

	// Touch j matches the steps j and j+1, the last one step 64 only: every step
	// but the first has a touch for itself, and it exists once.
	s = &scan{}
	for j := range MaxSteps {
		s.at, s.steps = append(s.at, 0), append(s.steps, 3<<j)
	}
	f = likeFunnel(MaxSteps, 0)
	r := likeReplay(LikeClickHouseStrictOnce, f, s)
	require.Equal(t, MaxSteps, r.depth)
	for k, i := range r.hits {
		assert.Equal(t, k, i)
	}
}

// TestLikeClickHouseBounds compares with brute force over all chains.
func TestLikeClickHouseBounds(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 0))
	var over, under, runs int
	for range 12_000 {
		o := likeShape{touches: 8, steps: 1 + random.IntN(4), gap: 4, ties: random.IntN(2) == 0, several: random.IntN(2) == 0}
		s := likeRandom(random, o)
		w := time.Duration(1+random.IntN(12)) * time.Hour
		f := likeFunnel(o.steps, w)
		depth := func(l Like) int { return likeReplay(l, f, s).depth }

		exact := likeBrute(s, o.steps, likeTiesInAnyOrder(s, w))
		apart := likeBrute(s, o.steps, likeTiesApart(s, w))
		base := depth(LikeClickHouse)
		require.Equal(t, exact, depth(LikeClickHouseStrictOnce), "strict_once is exact, ties in any order: %v", s)
		require.GreaterOrEqual(t, base, exact)
		if !o.several {
			require.Equal(t, exact, base, "only several steps a touch make it count too many: %v", s)
		}
		for _, l := range likeAll[1:4] {
			require.LessOrEqual(t, depth(l), base, "an option only takes away")
		}
		increase := depth(LikeClickHouseStrictIncrease)
		require.LessOrEqual(t, increase, apart)
		if !o.ties && !o.several {
			require.Equal(t, exact, increase)
		}
		runs++
		if base > exact {
			over++
		}
		if increase < apart {
			under++
		}
	}
	assert.Positive(t, over, "one touch does two steps")
	assert.Positive(t, under, "strict_increase compares with a younger chain")
	t.Logf("of %d: default counts too many %d times, strict_increase too few %d times", runs, over, under)
}
