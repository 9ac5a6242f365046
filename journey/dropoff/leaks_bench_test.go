package dropoff_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/journey/markov"
	"github.com/cjm-go/cjm/touchpoint"
)

// benchChainPaths returns timed paths over n channels, 4 touches long on average.
func benchChainPaths(n, paths int, seed uint64) []*journey.Counted {
	r := rand.New(rand.NewPCG(26, seed))
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
		p.Ages = make([]time.Duration, len(p.Channels))
		for j := len(p.Ages) - 2; j >= 0; j-- {
			p.Ages[j] = p.Ages[j+1] + time.Duration(r.IntN(1e9))
		}
		all[i] = p
	}
	return all
}

func BenchmarkLeaks(b *testing.B) {
	for _, n := range []int{50, 200} {
		paths := benchChainPaths(n, 100_000, 1)
		counts, dwell := new(markov.Counts), new(dropoff.DwellCounts)
		addPaths(b, paths, counts, dwell)
		b.Run(fmt.Sprintf("channels=%d", n), func(b *testing.B) {
			for b.Loop() {
				_, err := dropoff.NewLeaks(counts, dropoff.LeaksOptions{})
				require.NoError(b, err)
			}
		})
		b.Run(fmt.Sprintf("channels=%d/timed", n), func(b *testing.B) {
			for b.Loop() {
				_, err := dropoff.NewLeaks(counts, dropoff.LeaksOptions{Dwell: dwell})
				require.NoError(b, err)
			}
		})
		b.Run(fmt.Sprintf("channels=%d/fit", n), func(b *testing.B) {
			for b.Loop() {
				_, err := counts.Fit()
				require.NoError(b, err)
			}
		})
	}
}

func BenchmarkExplainChain(b *testing.B) {
	before, after := new(markov.Counts), new(markov.Counts)
	addPaths(b, benchChainPaths(200, 100_000, 1), before)
	addPaths(b, benchChainPaths(200, 100_000, 2), after)
	for b.Loop() {
		_, err := dropoff.ExplainChain(before, after)
		require.NoError(b, err)
	}
}

func BenchmarkDwellCounts(b *testing.B) {
	paths := benchChainPaths(50, 1<<12, 1)
	touches := 0
	for _, p := range paths {
		touches += len(p.Channels)
	}
	c := new(dropoff.DwellCounts)
	for b.Loop() {
		for _, p := range paths {
			if err := c.Add(p); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*touches), "ns/touch")
}
