package attribution_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

// FuzzIntervalBytes: whatever the bytes are, an accumulator refuses them, or takes them
// and writes them again, and its intervals do not panic.
func FuzzIntervalBytes(f *testing.F) {
	methods := []attribution.Model{
		attribution.Delta{Model: attribution.PositionBased{}},
		attribution.Delta{Model: attribution.Markov{}},
		attribution.Sandwich{Model: attribution.PositionBased{}},
		attribution.Sandwich{Model: attribution.Markov{}},
		attribution.Bootstrap{Model: attribution.Markov{}, Replicates: 39},
		attribution.Bootstrap{Model: attribution.TimeDecay{}, Replicates: 39},
	}
	rng := rand.New(rand.NewPCG(38, 1))
	for i, m := range methods {
		a := m.NewAccumulator()
		for _, r := range intervalRows(rng, true) {
			if i == len(methods)-1 {
				for range r.channels {
					r.ages = append(r.ages, 5)
				}
			}
			p := r.counted(new(journey.Dictionary))
			if err := a.Add(p); err != nil {
				f.Fatal(err)
			}
		}
		b, err := a.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(i, b)
		f.Add(i, b[:len(b)/2])
	}
	f.Fuzz(func(t *testing.T, i int, b []byte) {
		if i < 0 || i >= len(methods) {
			return
		}
		a := methods[i].NewAccumulator()
		if a.UnmarshalBinary(b) != nil {
			require.Equal(t, accumulatorBytes(t, methods[i].NewAccumulator()), accumulatorBytes(t, a))
			return
		}
		require.Equal(t, b, accumulatorBytes(t, a))
		if u, err := attribution.UncertaintyOf(t.Context(), a); err == nil {
			_, _ = json.Marshal(u)
		}
	})
}
