package markov

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// windowBenchPaths returns paths over n channels of geometric length with the
// given mean, cut at 60. Channel i comes up in proportion to 1/(i+2); with
// probability stick a touch repeats the one before, else every other time it is
// one of four successors of that.
func windowBenchPaths(n, paths int, mean, stick float64) []*journey.Counted {
	r := rand.New(rand.NewPCG(1, 99))
	d := new(journey.Dictionary)
	below := make([]float64, n)
	sum := 0.0
	for i := range below {
		d.Code(touchpoint.Channel(fmt.Sprintf("channel %03d", i)))
		sum += 1 / float64(i+2)
		below[i] = sum
	}
	draw := func() journey.Code {
		i, _ := slices.BinarySearch(below, r.Float64()*sum)
		return journey.Code(min(i, n-1))
	}
	all := make([]*journey.Counted, paths)
	for i := range all {
		p := &journey.Counted{Dictionary: d, Nulls: 1}
		for len(p.Channels) == 0 || len(p.Channels) < 60 && r.Float64() > 1/mean {
			k := len(p.Channels)
			switch {
			case k > 0 && r.Float64() < stick:
				p.Channels = append(p.Channels, p.Channels[k-1])
			case k > 0 && r.Float64() < .5:
				p.Channels = append(p.Channels, (p.Channels[k-1]*7+3+journey.Code(r.IntN(4)))%journey.Code(n))
			default:
				p.Channels = append(p.Channels, draw())
			}
		}
		last := p.Channels[len(p.Channels)-1]
		if r.Float64() < 0.03+0.05*float64(last%5)/4 {
			p.Nulls, p.Conversions, p.Value = 0, 1, 10+float64(r.IntN(500))/100
		}
		all[i] = p
	}
	return all
}

type windowBench struct {
	channels, order, paths int
	mean, stick            float64
}

func (w windowBench) String() string {
	return fmt.Sprintf("n=%d/k=%d/M=%d/mean=%g", w.channels, w.order, w.paths, w.mean)
}

var windowBenches = []windowBench{
	{channels: 50, order: 2, paths: 1_000_000, mean: 4, stick: .2},
	{channels: 50, order: 2, paths: 100_000, mean: 30, stick: .3},
	{channels: 50, order: 3, paths: 400_000, mean: 4, stick: .2},
	{channels: 50, order: 3, paths: 1_000_000, mean: 4, stick: .2},
	{channels: 200, order: 2, paths: 400_000, mean: 4, stick: .2},
	{channels: 200, order: 2, paths: 1_000_000, mean: 6, stick: .2},
	{channels: 200, order: 3, paths: 1_000_000, mean: 4, stick: .2},
}

func BenchmarkWindowAdd(b *testing.B) {
	for _, w := range []windowBench{
		{channels: 50, order: 2, paths: 1_000_000, mean: 4, stick: .2},
		{channels: 50, order: 3, paths: 1_000_000, mean: 4, stick: .2},
		{channels: 200, order: 3, paths: 1_000_000, mean: 4, stick: .2},
	} {
		b.Run(w.String(), func(b *testing.B) {
			paths := windowBenchPaths(w.channels, w.paths, w.mean, w.stick)
			b.ReportAllocs()
			for b.Loop() {
				c, err := NewWindowCounts(w.order, Options{})
				require.NoError(b, err)
				for _, p := range paths {
					if err := c.Add(p); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(c.States()), "states")
				b.ReportMetric(float64(c.Transitions()), "transitions")
			}
		})
	}
}

func (w windowBench) counts(b *testing.B) *WindowCounts {
	c, err := NewWindowCounts(w.order, Options{})
	require.NoError(b, err)
	for _, p := range windowBenchPaths(w.channels, w.paths, w.mean, w.stick) {
		require.NoError(b, c.Add(p))
	}
	return c
}

func BenchmarkWindowFit(b *testing.B) {
	for _, w := range windowBenches {
		b.Run(w.String(), func(b *testing.B) {
			c := w.counts(b)
			b.ReportAllocs()
			for b.Loop() {
				_, err := c.Fit()
				require.NoError(b, err)
			}
		})
	}
}

func BenchmarkWindowRemoval(b *testing.B) {
	for _, w := range windowBenches {
		for _, parallelism := range []int{1, 2} {
			b.Run(fmt.Sprintf("%v/P=%d", w, parallelism), func(b *testing.B) {
				chain, err := w.counts(b).Fit()
				require.NoError(b, err)
				b.ReportAllocs()
				for b.Loop() {
					r, err := chain.Removal(context.Background(), RemovalOptions{Parallelism: parallelism})
					require.NoError(b, err)
					b.ReportMetric(float64(r.Iterations()), "passes")
					b.ReportMetric(-math.Log10(r.Certificate()), "digits")
				}
				b.ReportMetric(float64(chain.States()), "states")
				b.ReportMetric(float64(chain.Transitions()), "transitions")
			})
		}
	}
}

// All 4,096 coalitions of 12 channels, as Markov-Shapley asks for them.
func BenchmarkWindowConvertWithin(b *testing.B) {
	chain, err := windowBench{channels: 12, order: 2, paths: 100_000, mean: 4, stick: .2}.counts(b).Fit()
	require.NoError(b, err)
	for b.Loop() {
		for set := range uint64(1) << 12 {
			_, _, err := chain.ConvertWithin(func(channel touchpoint.Channel) bool {
				i, _ := slices.BinarySearch(chain.channels, channel)
				return set>>i&1 != 0
			})
			require.NoError(b, err)
		}
	}
}
