package touchpoint

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCompare(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	ordered := []Touchpoint{
		{Time: at, Seq: -1, ID: uuid.UUID{9}},
		{Time: at, ID: uuid.UUID{}},
		{Time: at, ID: uuid.UUID{0, 1}},
		{Time: at, ID: uuid.UUID{1}},
		{Time: at, ID: uuid.UUID{255}},
		{Time: at, Seq: 1},
		{Time: at.Add(1)},
	}
	for i := range ordered {
		for j := range ordered {
			got := ordered[i].Compare(&ordered[j])
			assert.Equal(t, sign(i-j), sign(got), "%d %d", i, j)
		}
	}
	// The instant counts, not the zone in which it is written.
	a, b := Touchpoint{Time: at}, Touchpoint{Time: at.In(time.FixedZone("", 3600))}
	assert.Zero(t, a.Compare(&b))
}

func TestCompareSortsAnyOrderAlike(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var want []Touchpoint
	for range 200 {
		want = append(want, Touchpoint{
			Time: at.Add(time.Duration(rng.IntN(5))), Seq: int64(rng.IntN(3)), ID: uuid.UUID{byte(rng.IntN(256)), byte(rng.IntN(256))},
			Received: at.Add(time.Duration(rng.Int64N(1e9))),
		})
	}
	byOrder := func(a, b Touchpoint) int { return a.Compare(&b) }
	slices.SortFunc(want, byOrder)
	for range 10 {
		got := slices.Clone(want)
		rng.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
		slices.SortFunc(got, byOrder)
		for i := range got {
			require.Equal(t, want[i].ID, got[i].ID)
		}
	}
}

func sign(n int) int { return min(max(n, -1), 1) }
