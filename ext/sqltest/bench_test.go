package sqltest

import (
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeysql"
	"github.com/cjm-go/cjm/touchpoint"
)

// BenchmarkObserve is one touchpoint through a tracker, of a customer among 10,000,
// durable when it returns: one transaction each.
func BenchmarkObserve(b *testing.B) {
	for _, synchronous := range []string{"FULL", "NORMAL"} {
		for _, connections := range []int{1, 8} {
			b.Run(fmt.Sprintf("sqlite/synchronous=%s/connections=%d", synchronous, connections), func(b *testing.B) {
				observe(b, newSQLite(b, "synchronous("+synchronous+")"), connections)
			})
		}
	}
	for _, connections := range []int{1, 8} {
		b.Run(fmt.Sprintf("postgresql/connections=%d", connections), func(b *testing.B) {
			observe(b, newPostgreSQL(b), connections)
		})
	}
}

// pooled opens a store with so many connections, which stay open.
func (d database) pooled(b *testing.B, connections int) *journeysql.Store {
	pool := d.pool(b)
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	s, err := journeysql.Open(ctx, pool, d.dialect)
	require.NoError(b, err)
	return s
}

func observe(b *testing.B, db database, connections int) {
	s := db.pooled(b, connections)
	tracker := newTracker(b, s)
	var n atomic.Int64
	inParallel(b, connections, func() error {
		touch := benchmarkTouchpoint(int(n.Add(1)))
		_, err := tracker.Observe(ctx, &touch)
		return err
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// inParallel makes b.N calls on so many goroutines.
func inParallel(b *testing.B, goroutines int, call func() error) {
	b.ResetTimer()
	var left atomic.Int64
	left.Store(int64(b.N))
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := call(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
}

var benchmarkKinds = []touchpoint.Kind{"Product Viewed", "Product Added", "Checkout Started", "Order Completed"}

func benchmarkTouchpoint(n int) touchpoint.Touchpoint {
	t := touchpoint.Touchpoint{
		Customer: fmt.Sprint("customer-", uint32(n)*2654435761%10_000),
		Time:     start.Add(time.Duration(n) * time.Second), Kind: benchmarkKinds[n%len(benchmarkKinds)],
		Properties: map[string]string{"order_id": fmt.Sprint(n)},
	}
	binary.BigEndian.PutUint64(t.ID[:], uint64(n)*0x9E3779B97F4A7C15)
	binary.BigEndian.PutUint64(t.ID[8:], uint64(n))
	return t
}

// BenchmarkRedeliver is a touchpoint that is known: it costs no commit.
func BenchmarkRedeliver(b *testing.B) {
	benchmarkBoth(b, func(b *testing.B, s *journeysql.Store) {
		e := journey.Evidence{ID: idOf(1), Time: start, Rule: "r"}
		_, _, err := s.Add(ctx, "ann", e)
		require.NoError(b, err)
		inParallel(b, 1, func() error { _, _, err := s.Add(ctx, "ann", e); return err })
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	})
}

// BenchmarkAddAll is a batch of 200 pieces of evidence in one transaction.
func BenchmarkAddAll(b *testing.B) {
	benchmarkBoth(b, func(b *testing.B, s *journeysql.Store) {
		n := 0
		inParallel(b, 1, func() error {
			var batch []journey.CustomerEvidence
			for range 200 {
				n++
				t := benchmarkTouchpoint(n)
				batch = append(batch, journey.CustomerEvidence{
					Customer: t.Customer, Evidence: []journey.Evidence{{ID: t.ID, Time: t.Time, Rule: string(t.Kind)}},
				})
			}
			_, err := s.AddAll(ctx, batch)
			return err
		})
		b.ReportMetric(200*float64(b.N)/b.Elapsed().Seconds(), "events/s")
	})
}

// BenchmarkEvidence reads a customer with 20 pieces of evidence.
func BenchmarkEvidence(b *testing.B) {
	benchmarkBoth(b, func(b *testing.B, s *journeysql.Store) {
		ann := journey.CustomerEvidence{Customer: "ann"}
		for i := range 20 {
			ann.Evidence = append(ann.Evidence, journey.Evidence{ID: idOf(i), Time: start, Rule: "r"})
		}
		_, err := s.AddAll(ctx, []journey.CustomerEvidence{ann})
		require.NoError(b, err)
		inParallel(b, 1, func() error { _, err := s.Evidence(ctx, "ann"); return err })
	})
}

func benchmarkBoth(b *testing.B, f func(b *testing.B, s *journeysql.Store)) {
	b.Run("sqlite", func(b *testing.B) { f(b, newSQLite(b, "synchronous(FULL)").pooled(b, 1)) })
	b.Run("postgresql", func(b *testing.B) { f(b, newPostgreSQL(b).pooled(b, 1)) })
}
