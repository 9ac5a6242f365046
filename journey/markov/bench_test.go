package markov

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// benchPaths returns paths over n channels, 4 touches long on average.
func benchPaths(n, paths int) []*journey.Counted {
	r := rand.New(rand.NewPCG(1, 1))
	d := new(journey.Dictionary)
	for i := range n {
		d.Code(touchpoint.Channel(fmt.Sprintf("channel %d", i)))
	}
	all := make([]*journey.Counted, paths)
	for i := range all {
		p := &journey.Counted{Dictionary: d, Nulls: 1}
		for len(p.Channels) == 0 || r.IntN(4) > 0 {
			p.Channels = append(p.Channels, journey.Code(r.IntN(n)))
		}
		if r.IntN(10) == 0 {
			p.Nulls, p.Conversions, p.Value = 0, 1, float64(r.IntN(10000))/100
		}
		all[i] = p
	}
	return all
}

func BenchmarkAdd(b *testing.B) {
	for _, n := range []int{50, 200, 1000} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			paths := benchPaths(n, 1<<12)
			touches := 0
			for _, p := range paths {
				touches += len(p.Channels) + 1
			}
			var c Counts
			b.ReportAllocs()
			for b.Loop() {
				for _, p := range paths {
					if err := c.Add(p); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(touches), "ns/transition")
		})
	}
}

func BenchmarkFit(b *testing.B) {
	for _, n := range []int{50, 200, 1000} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			var c Counts
			for _, p := range benchPaths(n, 1<<14) {
				require.NoError(b, c.Add(p))
			}
			b.ReportAllocs()
			for b.Loop() {
				chain, err := c.Fit()
				require.NoError(b, err)
				_, err = chain.Removal()
				require.NoError(b, err)
			}
		})
	}
}
