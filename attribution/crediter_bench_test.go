package attribution_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// BenchmarkAppendCredit credits paths of four touches over 50 channels.
func BenchmarkAppendCredit(b *testing.B) {
	rng := rand.New(rand.NewPCG(81, 1))
	dict := new(journey.Dictionary)
	for i := range 50 {
		dict.Code(touchpoint.Channel("channel " + strconv.Itoa(i)))
	}
	paths := make([]*journey.Counted, 1000)
	for i := range paths {
		paths[i] = &journey.Counted{Dictionary: dict, Conversions: 1 + rng.Int64N(9), Nulls: rng.Int64N(99), Value: float64(rng.IntN(1000))}
		for range 4 {
			paths[i].Channels = append(paths[i].Channels, journey.Code(rng.IntN(50)))
		}
	}
	for _, m := range []attribution.Model{attribution.LastTouch{}, attribution.Linear{}, attribution.PositionBased{}, attribution.Markov{}} {
		b.Run(m.Name(), func(b *testing.B) {
			a := m.NewAccumulator()
			for _, p := range paths {
				require.NoError(b, a.Add(p))
			}
			c, err := attribution.NewCrediter(a)
			require.NoError(b, err)
			var credits []attribution.TouchCredit
			i := 0
			for b.Loop() {
				credits, _ = c.AppendCredit(credits[:0], paths[i%len(paths)])
				i++
			}
		})
	}
}
