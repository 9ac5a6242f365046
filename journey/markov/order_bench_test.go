package markov

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// A million rows of 50 channels over 200,000 distinct paths; four orders, ten folds.
func BenchmarkOrder(b *testing.B) {
	distinct := benchPaths(50, 200_000)
	for _, by := range []FoldBy{ByJourney, ByCustomer} {
		b.Run(by.String(), func(b *testing.B) {
			var c *OrderCounts
			rows := func() {
				r := rand.New(rand.NewPCG(2, 2))
				var err error
				c, err = NewOrderCounts(OrderOptions{FoldBy: by})
				require.NoError(b, err)
				for range 1_000_000 {
					p := distinct[r.IntN(len(distinct))]
					p.Customer = r.Uint64()
					if err := c.Add(p); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.Run("add", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					rows()
				}
			})
			if c == nil {
				rows()
			}
			b.Run("choose", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					_, err := c.Choose()
					require.NoError(b, err)
				}
			})
		})
	}
}
