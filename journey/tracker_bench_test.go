package journey

import (
	"context"
	"encoding/binary"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

// benchmarkShop makes the touchpoints of a shop: each customer comes for a session
// of some touchpoints, one in ten of which is an order.
type benchmarkShop struct {
	customers uint64
	session   uint64
	n         uint64
	name      []byte
	names     []string // of the customers in the shop
	orders    []map[string]string
}

var benchmarkKinds = []touchpoint.Kind{
	"Products Searched", "Product Viewed", "Product Viewed", "Product List Viewed", "Product Viewed",
	"Product Added", "Cart Viewed", "Checkout Started", "Order Completed", "Product Reviewed",
}

// benchmarkTogether is how many customers are in the shop at a time.
const benchmarkTogether = 1024

func newBenchmarkShop(customers, session int) *benchmarkShop {
	s := &benchmarkShop{customers: uint64(customers), session: uint64(session), names: make([]string, benchmarkTogether)}
	for i := range 1000 {
		s.orders = append(s.orders, map[string]string{"order_id": strconv.Itoa(i)})
	}
	return s
}

// next is one touchpoint, each a millisecond after the one before. Customers take
// turns, so that none has two in a row.
func (s *benchmarkShop) next(t *touchpoint.Touchpoint) {
	i := s.n
	s.n++
	wave := benchmarkTogether * s.session
	place := i % benchmarkTogether
	if i%wave < benchmarkTogether { // a new one comes in
		customer := (i/wave*benchmarkTogether + place) % s.customers
		s.name = strconv.AppendUint(append(s.name[:0], "customer-"...), customer, 10)
		s.names[place] = string(s.name)
	}
	mixed := i * 0x9e3779b97f4a7c15
	mixed ^= mixed >> 32
	*t = touchpoint.Touchpoint{
		Customer: s.names[place], Channel: "web", Kind: benchmarkKinds[mixed%uint64(len(benchmarkKinds))],
		Time: time.Unix(1_700_000_000, int64(i)*1e6).UTC(),
	}
	binary.BigEndian.PutUint64(t.ID[:], i)
	binary.BigEndian.PutUint64(t.ID[8:], mixed*0xd6e8feb86659fd93)
	if t.Kind == "Order Completed" {
		t.Properties = s.orders[mixed%1000]
	}
}

func benchmarkOptions(policy Policy) TrackerOptions {
	return TrackerOptions{Rules: SegmentRules(), Policy: policy, DormantAfter: 30 * 24 * time.Hour}
}

// BenchmarkTrackerObserve observes one touchpoint of a shop. The stream alone makes
// them and does nothing with them.
func BenchmarkTrackerObserve(b *testing.B) {
	b.Run("stream alone", func(b *testing.B) {
		shop := newBenchmarkShop(1_000_000, 8)
		var t touchpoint.Touchpoint
		for b.Loop() {
			shop.next(&t)
		}
	})
	for _, policy := range []Policy{HighWater, Latest} {
		b.Run(policy.String(), func(b *testing.B) {
			tracker := newTestTracker(b, benchmarkOptions(policy), nil)
			shop := newBenchmarkShop(1_000_000, 8)
			var t touchpoint.Touchpoint
			b.ReportAllocs()
			for b.Loop() {
				shop.next(&t)
				if _, err := tracker.Observe(context.Background(), &t); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "touchpoints/s")
		})
	}
}

// BenchmarkTrackerLate observes a touchpoint that is the first of its customer, who
// has 20.
func BenchmarkTrackerLate(b *testing.B) {
	tracker := newTestTracker(b, benchmarkOptions(Latest), nil)
	touches := make([]touchpoint.Touchpoint, 20)
	for i := range touches {
		touches[i] = touchpoint.Touchpoint{Customer: "ann", Time: hour(20 - i), Kind: benchmarkKinds[i%len(benchmarkKinds)]}
		touches[i].ID = [16]byte{0: 1, 15: byte(i)}
	}
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		_, err := tracker.Erase(ctx, "ann")
		require.NoError(b, err)
		observeAll(b, tracker, touches[:19])
		b.StartTimer()
		_, err = tracker.Observe(ctx, &touches[19])
		require.NoError(b, err)
	}
}

// BenchmarkTrackerCurrent asks for a customer with 20 touchpoints.
func BenchmarkTrackerCurrent(b *testing.B) {
	tracker := newTestTracker(b, benchmarkOptions(Latest), nil)
	for i := range 20 {
		t := touchpoint.Touchpoint{Customer: "ann", Time: hour(i), Kind: benchmarkKinds[i%len(benchmarkKinds)]}
		_, err := tracker.Observe(context.Background(), &t)
		require.NoError(b, err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_, err := tracker.Current(context.Background(), "ann", hour(99))
		require.NoError(b, err)
	}
}

// BenchmarkTrackerTenMillion fills a tracker with ten million customers of four
// touchpoints each, where the environment variable CJM_LARGE is set, else with
// half a million. It reports for each fifth of the way how long a touchpoint took,
// in the fastest and the median of 50 stretches, and in the end what a customer
// takes beyond its touchpoints of 48 bytes. Ten million need 4 GB of memory.
func BenchmarkTrackerTenMillion(b *testing.B) {
	customers := 500_000
	if os.Getenv("CJM_LARGE") != "" {
		customers = 10_000_000
	}
	if testing.Short() {
		customers = 50_000
	}
	for b.Loop() {
		heap := heapInUse()
		tracker := newTestTracker(b, benchmarkOptions(HighWater), nil)
		shop := newBenchmarkShop(customers, 4)
		var t touchpoint.Touchpoint
		total := customers * 4
		for part := range 5 {
			var stretches []time.Duration
			for range 50 {
				start := time.Now()
				for range total / 250 {
					shop.next(&t)
					if _, err := tracker.Observe(context.Background(), &t); err != nil {
						b.Fatal(err)
					}
				}
				stretches = append(stretches, time.Since(start)/time.Duration(total/250))
			}
			slices.Sort(stretches)
			fifth := "-" + strconv.Itoa(part+1) + "/5"
			b.ReportMetric(float64(stretches[0]), "fastest-ns"+fifth)
			b.ReportMetric(float64(stretches[len(stretches)/2]), "median-ns"+fifth)
		}
		held, pieces := 0, 0
		for i := range tracker.memory.shards {
			shard := &tracker.memory.shards[i]
			held += shard.inUse
			for c := range shard.customers.all() {
				pieces += int(c.n)
			}
		}
		beyond := float64(heapInUse()-heap) - float64(pieces*48)
		b.ReportMetric(float64(held), "customers")
		b.ReportMetric(beyond/float64(held), "B/customer-beyond-history")
		runtime.KeepAlive(tracker)
	}
}

func heapInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
