package journey

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/cjm-go/cjm/touchpoint"
)

// builderStream makes n touchpoints with ids, of n/4 customers, one at a time.
func builderStream(n int, grouped bool) iter.Seq2[touchpoint.Touchpoint, error] {
	names := make([]string, n/4)
	for i := range names {
		names[i] = fmt.Sprintf("customer-%07d", i)
	}
	channels := []touchpoint.Channel{"email", "search", "store", "social", "display"}
	order := make([]uint32, n)
	for i := range order {
		order[i] = uint32(hashCustomer(fmt.Sprint(i)) % uint64(len(names)))
	}
	if grouped {
		slices.Sort(order)
	}
	return func(yield func(touchpoint.Touchpoint, error) bool) {
		for i, customer := range order {
			t := touchpoint.Touchpoint{
				ID:       uuid.UUID{0: byte(i >> 24), 1: byte(i >> 16), 2: byte(i >> 8), 3: byte(i), 15: 1},
				Customer: names[customer], Time: builderHour(float64(i * 7919 % 1000)), Channel: channels[i%len(channels)],
			}
			if i%10 == 0 {
				t.Conversion, t.Value, t.Currency = true, float64(i%997), "EUR"
			}
			if !yield(t, nil) {
				return
			}
		}
	}
}

// The Builder alone, on a million touchpoints of a quarter of a million
// customers.
func BenchmarkBuilder(b *testing.B) {
	const n = 1_000_000
	for _, c := range []struct {
		name    string
		builder Builder
	}{
		{"unordered", Builder{}},
		{"grouped", Builder{Order: Grouped}},
		{"spilled", Builder{MaxBuffered: n / 10}},
	} {
		b.Run(c.name, func(b *testing.B) {
			in := builderStream(n, c.builder.Order == Grouped)
			c.builder.SpillDir = b.TempDir()
			b.ReportAllocs()
			for b.Loop() {
				for _, err := range c.builder.Build(context.Background(), in, nil) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/touchpoint")
		})
	}
}

func BenchmarkPathCount(b *testing.B) {
	var (
		d Dictionary
		c Counted
	)
	p := pathSample()
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Count(&d, &c); err != nil {
			b.Fatal(err)
		}
	}
}
