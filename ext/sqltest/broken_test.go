package sqltest

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeysql"
)

// The connection breaks at each statement in turn, before or after the database has
// got it, COMMIT included. The caller gets an error and calls again, and the state is
// that of a run without any break.
func TestBrokenAnywhere(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		rng := rand.New(rand.NewPCG(8, 9))
		type call struct {
			name string
			e    journey.Evidence
		}
		var calls []call
		for range 4 {
			calls = append(calls, call{[]string{"secret ann", "secret bob"}[rng.IntN(2)], randomEvidence(rng)})
		}
		calls = append(calls, calls[1], call{"secret erased", calls[0].e})
		var memory journey.MemoryStore
		for _, c := range calls {
			_, _, err := memory.Add(ctx, c.name, c.e)
			require.NoError(t, err)
		}
		_, err := memory.Erase(ctx, "secret erased")
		require.NoError(t, err)
		want := snapshot(t, &memory)

		f := newFaults(t, db)
		pool := f.pool(t)
		s, err := journeysql.Open(ctx, pool, db.dialect)
		require.NoError(t, err)
		again := func(do func() error) (failures int) {
			for {
				err := do()
				if err == nil {
					return failures
				}
				var failed *journeysql.Error
				require.ErrorAs(t, err, &failed)
				require.NotContains(t, err.Error(), "secret")
				require.Less(t, failures, 3)
				failures++
			}
		}
		step := 1
		if testing.Short() {
			step = 5
		}
		for _, before := range []bool{true, false} {
			breaks := 0
			for at := 1; ; at += step {
				f.breakAt(at, before)
				failures := 0
				for _, c := range calls {
					failures += again(func() error { _, _, err := s.Add(ctx, c.name, c.e); return err })
				}
				failures += again(func() error { _, err := s.Erase(ctx, "secret erased"); return err })
				if !f.broke() {
					require.Zero(t, failures)
					break
				}
				breaks++
				// A lost answer to a ROLLBACK is nobody's business.
				require.LessOrEqual(t, failures, 1)
				require.Equal(t, want, snapshot(t, s), "statement %d", at)
				require.Zero(t, pool.Stats().InUse)
				for name := range memory.All(ctx) {
					_, err := s.Erase(ctx, name.Customer)
					require.NoError(t, err)
				}
			}
			require.Greater(t, breaks, 30/step)
		}
	})
}

// The database goes away in the middle of a load, with all connections, and comes
// back. Everybody calls again until there is no error.
func TestGoneAndBack(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		f := newFaults(t, db)
		s, err := journeysql.Open(ctx, f.pool(t), db.dialect)
		require.NoError(t, err)
		tracker := newTracker(t, s)
		all := touchpoints(rand.New(rand.NewPCG(10, 11)), 10, 150)
		next := make(chan int)
		var failures atomic.Int64
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for i := range next {
					for {
						if _, err := tracker.Observe(ctx, &all[i]); err == nil {
							break
						}
						failures.Add(1)
						time.Sleep(time.Millisecond)
					}
				}
			})
		}
		for i := range all {
			if i == 50 || i == 100 {
				f.set(true)
				time.AfterFunc(30*time.Millisecond, func() { f.set(false) })
			}
			next <- i
		}
		close(next)
		wg.Wait()
		require.NotZero(t, failures.Load())
		require.Equal(t, clean(t, all), snapshot(t, s))
	})
}

// The server ends all connections, as on a restart.
func TestTerminated(t *testing.T) {
	db := newPostgreSQL(t)
	pool, admin := db.pool(t), db.pool(t)
	admin.SetMaxOpenConns(1)
	s, err := journeysql.Open(ctx, pool, db.dialect)
	require.NoError(t, err)
	all := touchpoints(rand.New(rand.NewPCG(12, 13)), 10, 150)
	tracker := newTracker(t, s)
	var schema string
	require.NoError(t, admin.QueryRow("SELECT current_schema()").Scan(&schema))
	var wg sync.WaitGroup
	var failures atomic.Int64
	stop := make(chan struct{})
	next := make(chan int)
	for range 4 {
		wg.Go(func() {
			for i := range next {
				for {
					if _, err := tracker.Observe(ctx, &all[i]); err == nil {
						break
					}
					failures.Add(1)
				}
			}
		})
	}
	var ended sync.WaitGroup
	ended.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				admin.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
					WHERE datname = current_database() AND query LIKE '%cjm_%' AND pid <> pg_backend_pid()`)
			}
		}
	})
	for i := range all {
		next <- i
	}
	close(next)
	wg.Wait()
	close(stop)
	ended.Wait()
	require.NotZero(t, failures.Load())
	require.Equal(t, clean(t, all), snapshot(t, s))
}
