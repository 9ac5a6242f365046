package attribution_test

import (
	"math/rand/v2"
	"testing"

	"github.com/cjm-go/cjm/attribution"
)

func TestSandwichIsTheJackknife(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 1))
	n := 60
	if testing.Short() {
		n = 15
	}
	for i := range n {
		rows := intervalRows(rng, i%3 == 0)
		split := intervalCensor(intervalSplit(rows))
		unit := func(i int) uint64 {
			if c := split[i].customer; c != 0 {
				return c
			}
			return 1000 + uint64(i)
		}
		requireSEs(t, intervalJackknife(split, unit, intervalLinear),
			intervalOf(t, attribution.Sandwich{Model: attribution.Linear{}}, rows), rows)
		for _, nulls := range []attribution.Nulls{attribution.IncludeNulls, attribution.ExcludeNulls} {
			requireSEs(t, intervalJackknife(split, unit, intervalMarkov(nulls)),
				intervalOf(t, attribution.Sandwich{Model: attribution.Markov{Nulls: nulls}}, rows), rows)
		}
	}
}
