package dropoff

import (
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
	"github.com/cjm-go/cjm/touchpoint"
)

// countsStream makes the path of one customer after the other, of ten touches at
// times to the nanosecond: at random of the five steps and five other channels, or
// every step and something between.
func countsStream(rng *rand.Rand, p *journey.Path, complete bool) {
	names := [...]touchpoint.Channel{"a", "v", "b", "w", "c", "x", "d", "y", "e", "z"}
	p.Touchpoints = p.Touchpoints[:0]
	at := journeytest.Start()
	for i := range names {
		if !complete {
			i = rng.IntN(len(names))
		}
		at = at.Add(time.Duration(rng.Int64N(int64(24 * time.Hour))))
		p.Touchpoints = append(p.Touchpoints, touchpoint.Touchpoint{
			Time: at, Channel: names[i], Setting: touchpoint.Setting(rng.IntN(3)),
		})
	}
	p.End = at
}

// BenchmarkCountsMillion counts a million customers by a group, and reports what the
// counts and the report take together, and how much the process had to ask for.
func BenchmarkCountsMillion(b *testing.B) {
	b.Run("random", func(b *testing.B) { benchmarkCountsMillion(b, false) })
	b.Run("complete", func(b *testing.B) { benchmarkCountsMillion(b, true) })
}

func benchmarkCountsMillion(b *testing.B, complete bool) {
	const customers = 1_000_000
	for b.Loop() {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		c, err := NewCounts(countsFunnel("a", "b", "c", "d", "e"), Group{"setting", journey.BySetting, AtEntry})
		require.NoError(b, err)
		rng := rand.New(rand.NewPCG(4, 10))
		var p journey.Path
		for range customers {
			countsStream(rng, &p, complete)
			if err := c.Add(&p); err != nil {
				b.Fatal(err)
			}
		}
		r, err := c.Report()
		require.NoError(b, err)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
		b.ReportMetric(float64(after.Sys)/(1<<20), "MiB-of-process")
		runtime.KeepAlive(c)
		runtime.KeepAlive(r)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/customers*1e9, "ns/customer")
}
