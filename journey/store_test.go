package journey

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/stage"
)

// randomEvidence has one of few ids and times.
func randomEvidence(rng *rand.Rand) Evidence {
	return Evidence{
		ID: uuid.UUID{0: 1, 15: byte(rng.IntN(10))}, Time: hour(rng.IntN(5)), Seq: int64(rng.IntN(2)),
		Rule: string(rune('a' + rng.IntN(2))), Stage: stage.Stage(rune('a' + rng.IntN(2))),
		Effect: Effect(rng.IntN(4)), Order: string(rune('a' + rng.IntN(2))),
	}
}

func TestEvidenceCompare(t *testing.T) {
	base := Evidence{ID: uuid.UUID{1}, Time: hour(1), Seq: 1, Rule: "b", Stage: "b", Effect: Reports, Order: "b"}
	later := []Evidence{base, base, base, base, base, base, base}
	later[0].Time = hour(2)
	later[1].Seq = 2
	later[2].ID = uuid.UUID{2}
	later[3].Rule = "c"
	later[4].Stage = "c"
	later[5].Effect = Refunds
	later[6].Order = "c"
	for i := range later {
		assert.Negative(t, base.Compare(&later[i]), i)
		assert.Positive(t, later[i].Compare(&base), i)
		for j := range i {
			assert.Positive(t, later[j].Compare(&later[i]), "field %d goes before field %d", j, i)
		}
	}
	assert.Zero(t, base.Compare(&base))
}

// TestInsertEvidence: the set is that of the least evidence of each ID, in order,
// however it came to be; what was given stays as it was.
func TestInsertEvidence(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 8))
	for range 500 {
		var set, all []Evidence
		for range rng.IntN(15) {
			e := randomEvidence(rng)
			all = append(all, e)
			before := slices.Clone(set)
			now, changed := InsertEvidence(set, e)
			require.Equal(t, before, set, "was stays as it is")
			require.Equal(t, changed, !slices.Equal(before, now))
			set = now
		}
		least := make(map[uuid.UUID]Evidence)
		for _, e := range all {
			if old, ok := least[e.ID]; !ok || e.Compare(&old) < 0 {
				least[e.ID] = e
			}
		}
		require.Len(t, set, len(least))
		for i := range set {
			require.Equal(t, least[set[i].ID], set[i])
			require.True(t, i == 0 || set[i-1].Compare(&set[i]) < 0)
		}
	}
}
