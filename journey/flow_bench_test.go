package journey

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/cjm-go/cjm/touchpoint"
)

// benchPaths makes paths of n touches together, over so many labels, with up to
// 3600 units of time from one to the next.
func benchPaths(n, labels int, unit time.Duration) []Path {
	rng := rand.New(rand.NewPCG(1, 2))
	names := make([]touchpoint.Kind, labels)
	for i := range names {
		names[i] = touchpoint.Kind("event-" + strconv.Itoa(i))
	}
	var paths []Path
	for left := n; left > 0; {
		p := Path{Outcome: Outcome(rng.IntN(3))}
		now := builderEpoch
		for range min(1+int(rng.ExpFloat64()*4), left) {
			now = now.Add(time.Duration(rng.IntN(3600)) * unit)
			p.Touchpoints = append(p.Touchpoints, touchpoint.Touchpoint{Kind: names[rng.IntN(labels)], Time: now})
		}
		left -= len(p.Touchpoints)
		paths = append(paths, p)
	}
	return paths
}

// A million touches, from the paths to the result.
func BenchmarkFlow(b *testing.B) {
	const n = 1_000_000
	for _, c := range []struct {
		name    string
		labels  int
		options FlowOptions
	}{
		{"labels=10", 10, FlowOptions{}},
		{"labels=100", 100, FlowOptions{}},
		{"labels=10/NoTimes", 10, FlowOptions{NoTimes: true}},
	} {
		paths := benchPaths(n, c.labels, time.Millisecond)
		for _, result := range []bool{false, true} {
			name := c.name + "/Add"
			if result {
				name = c.name + "/AddAndResult"
			}
			b.Run(name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					f := NewFlow(c.options)
					for i := range paths {
						if err := f.Add(&paths[i]); err != nil {
							b.Fatal(err)
						}
					}
					if result {
						f.Result()
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/touch")
			})
		}
	}
}

func BenchmarkFlowMarshalBinary(b *testing.B) {
	f := NewFlow(FlowOptions{})
	for _, p := range benchPaths(1_000_000, 10, time.Millisecond) {
		if err := f.Add(&p); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		data, err := f.MarshalBinary()
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(data)), "bytes")
	}
}

func BenchmarkPattern(b *testing.B) {
	p, err := ParsePattern("event-1 -> [^event-2]* -> [event-3|event-4] -> .* -> event-5")
	if err != nil {
		b.Fatal(err)
	}
	const n = 1_000_000
	paths := benchPaths(n, 10, time.Second)
	var labels []string
	for _, path := range paths {
		for i := range path.Touchpoints {
			labels = append(labels, ByEvent(&path.Touchpoints[i]))
		}
	}
	b.Run("MatchPath", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for i := range paths {
				p.MatchPath(&paths[i], nil)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/touch")
	})
	b.Run("Count", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p.Count(labels)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/touch")
	})
}
