package dropoff

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// BenchmarkLike counts paths of ten touches, one step each, in five steps.
func BenchmarkLike(b *testing.B) {
	random := rand.New(rand.NewPCG(9, 0))
	var scans []*scan
	touches := 0
	for range 1000 {
		s := likeRandom(random, likeShape{touches: 20, steps: 5, gap: 4})
		scans = append(scans, s)
		touches += len(s.at)
	}
	f := likeFunnel(5, 24*time.Hour)
	for _, l := range likeAll {
		b.Run(fmt.Sprint(uint8(l)), func(b *testing.B) {
			b.ReportAllocs()
			var r replayed
			for b.Loop() {
				for _, s := range scans {
					l.replay(f, s, &r)
				}
			}
			b.ReportMetric(float64(touches)*float64(b.N)/b.Elapsed().Seconds(), "touches/s")
		})
	}
}
