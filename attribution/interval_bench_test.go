package attribution_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// intervalJourneys are single journeys over channels, of geometric length with the
// mean 4, two to a customer.
func intervalJourneys(channels, journeys int) []*journey.Counted {
	rng := rand.New(rand.NewPCG(39, 1))
	dict := new(journey.Dictionary)
	for i := range channels {
		dict.Code(touchpoint.Channel(fmt.Sprint("channel ", i)))
	}
	paths := make([]*journey.Counted, journeys)
	for i := range paths {
		p := &journey.Counted{Dictionary: dict, Customer: uint64(i/2 + 1)}
		for len(p.Channels) == 0 || rng.IntN(4) > 0 {
			p.Channels = append(p.Channels, journey.Code(rng.IntN(channels)))
		}
		if rng.IntN(10) == 0 {
			p.Conversions, p.Value = 1, float64(rng.IntN(100))
		} else {
			p.Nulls = 1
		}
		paths[i] = p
	}
	return paths
}

// BenchmarkUncertaintyOf makes intervals of 50,000 journeys that have been counted.
func BenchmarkUncertaintyOf(b *testing.B) {
	for _, channels := range []int{50, 200} {
		paths := intervalJourneys(channels, 50_000)
		for _, m := range []attribution.Model{
			attribution.Delta{Model: attribution.Linear{}},
			attribution.Delta{Model: attribution.Markov{}},
			attribution.Sandwich{Model: attribution.Linear{}},
			attribution.Sandwich{Model: attribution.Markov{}},
			attribution.Bootstrap{Model: attribution.Markov{}, Parallelism: 1},
		} {
			a := m.NewAccumulator()
			for _, p := range paths {
				if err := a.Add(p); err != nil {
					b.Fatal(err)
				}
			}
			b.Run(fmt.Sprintf("%T/%s/channels=%d", m, m.Name(), channels), func(b *testing.B) {
				for b.Loop() {
					if _, err := attribution.UncertaintyOf(b.Context(), a); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkAddIntervals counts journeys, each with a customer.
func BenchmarkAddIntervals(b *testing.B) {
	paths := intervalJourneys(50, 10_000)
	for _, m := range []attribution.Model{
		attribution.Markov{},
		attribution.Delta{Model: attribution.Markov{}},
		attribution.Sandwich{Model: attribution.Markov{}},
		attribution.Linear{},
		attribution.Delta{Model: attribution.Linear{}},
		attribution.Sandwich{Model: attribution.Linear{}},
		attribution.Bootstrap{Model: attribution.Markov{}},
		attribution.Bootstrap{Model: attribution.Linear{}},
	} {
		b.Run(fmt.Sprintf("%T/%s", m, m.Name()), func(b *testing.B) {
			b.ReportAllocs()
			a := m.NewAccumulator()
			i := 0
			for b.Loop() {
				if err := a.Add(paths[i%len(paths)]); err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
	}
}
