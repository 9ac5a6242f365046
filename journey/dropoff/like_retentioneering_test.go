package dropoff

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLikeRetentioneering(t *testing.T) {
	for _, tt := range []struct {
		trace string
		want  []float64
	}{
		{"A1 A2 B3 B4 C5", []float64{1, 3, 5}},
		{"A1 C2 B3 X4 C500", []float64{1, 3, 500}},
		{"B1 A1 B1 C1", []float64{1, 1, 1}},
		{"C1 B1 A1", []float64{1}},
		{"ABC1 ABC2", []float64{1, 2}},
		{"B1 C2", []float64{}},
	} {
		s := likeScan(t, tt.trace, "ABC", "", time.Minute)
		assert.Equal(t, tt.want, likeTimes(s, likeReplay(LikeRetentioneering, likeFunnel(3, 0), s), time.Minute), tt.trace)
	}
}

// TestLikeRetentioneeringBrute compares with brute force: without a window the first
// touch of each step is as good as any.
func TestLikeRetentioneeringBrute(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 0))
	for range 5000 {
		o := likeShape{touches: 9, steps: 1 + random.IntN(4), gap: 4, ties: true, several: random.IntN(2) == 0}
		s := likeRandom(random, o)
		want := likeBrute(s, o.steps, likeInOrder(s, 1<<62))
		require.Equal(t, want, likeReplay(LikeRetentioneering, likeFunnel(o.steps, 0), s).depth, "%v", s)
	}
}
