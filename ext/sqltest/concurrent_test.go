package sqltest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeysql"
)

// Several pools and goroutines deliver everything, few customers at that: each
// touchpoint is new exactly once.
func TestOncePerTouchpoint(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		all := touchpoints(rand.New(rand.NewPCG(5, 6)), 3, 40)
		fresh := make([]atomic.Int64, len(all))
		var wg sync.WaitGroup
		var stores []*journeysql.Store
		for i := range 3 {
			stores = append(stores, db.store(t))
			tracker := newTracker(t, stores[i])
			for j := range 3 {
				order := rand.New(rand.NewPCG(uint64(i), uint64(j))).Perm(len(all))
				wg.Go(func() {
					for _, k := range order {
						change, err := tracker.Observe(ctx, &all[k])
						if err != nil {
							t.Error(err)
							return
						}
						if !change.Duplicate {
							fresh[k].Add(1)
						}
					}
				})
			}
		}
		wg.Wait()
		for i := range fresh {
			require.EqualValues(t, 1, fresh[i].Load(), i)
		}
		require.Equal(t, clean(t, all), snapshot(t, stores[0]))
	})
}

// Add and Erase of one customer at once: no error, and the rows fit together.
func TestAddAgainstErase(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		var wg sync.WaitGroup
		var added, gone atomic.Int64
		for i := range 2 {
			s := db.store(t)
			wg.Go(func() {
				for j := range 40 {
					was, now, err := s.Add(ctx, "ann", journey.Evidence{ID: idOf(1 + 40*i + j), Time: start.Add(time.Duration(j)), Rule: "r"})
					if err != nil || len(now) != len(was)+1 {
						t.Error(err, len(was), len(now))
					}
					added.Add(1)
				}
			})
			wg.Go(func() {
				for range 25 {
					erased, err := s.Erase(ctx, "ann")
					if err != nil {
						t.Error(err)
					}
					gone.Add(int64(len(erased)))
				}
			})
		}
		wg.Wait()
		left, err := db.store(t).Evidence(ctx, "ann")
		require.NoError(t, err)
		require.Equal(t, added.Load(), gone.Load()+int64(len(left)))
		pool := db.pool(t)
		require.Equal(t, len(left), count(t, pool, "SELECT count(*) FROM cjm_evidence"))
		require.Equal(t, min(1, len(left)), count(t, pool, "SELECT count(*) FROM cjm_customers"))
	})
}

// hold locks customer ann on a connection of its own, until release.
func (d database) hold(t *testing.T) (release func()) {
	conn, err := d.pool(t).Conn(ctx)
	require.NoError(t, err)
	do := func(text string) {
		_, err := conn.ExecContext(ctx, text)
		require.NoError(t, err)
	}
	if d.dialect == journeysql.SQLite {
		do("BEGIN IMMEDIATE")
	} else {
		do("BEGIN")
		do("SELECT 1 FROM cjm_customers WHERE name = 'ann' FOR UPDATE")
	}
	return func() { do("ROLLBACK"); conn.Close() }
}

// A call that waits for a lock ends with its context, and the store goes on.
func TestDeadline(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		pool := db.pool(t)
		s, err := journeysql.Open(ctx, pool, db.dialect)
		require.NoError(t, err)
		e := journey.Evidence{ID: idOf(1), Time: start, Rule: "r"}
		_, _, err = s.Add(ctx, "ann", e)
		require.NoError(t, err)
		release := db.hold(t)
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
				defer cancel()
				e := e
				e.ID = idOf(2 + i)
				_, _, err := s.Add(short, "ann", e)
				var failed *journeysql.Error
				if !errors.As(err, &failed) || !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
				if err != nil && err.Error() != "journeysql: add: context deadline exceeded" && failed.Code == "" {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		release()
		require.Zero(t, pool.Stats().InUse)
		_, now, err := s.Add(ctx, "ann", journey.Evidence{ID: idOf(9), Time: start, Rule: "r"})
		require.NoError(t, err)
		require.Len(t, now, 2, "what failed did not happen")

		over, cancel := context.WithCancel(ctx)
		cancel()
		_, _, err = s.Add(over, "ann", e)
		require.ErrorIs(t, err, context.Canceled)
		_, err = s.Evidence(over, "ann")
		require.ErrorIs(t, err, context.Canceled)
		for _, err := range s.All(over) {
			require.ErrorIs(t, err, context.Canceled)
		}
		for _, err := range s.Quiet(over, start, time.Time{}) {
			require.ErrorIs(t, err, context.Canceled)
		}
	})
}

// SQLite without a busy timeout: the store waits itself, up to MaxWait.
func TestMaxWait(t *testing.T) {
	db := newSQLite(t, "synchronous(OFF)")
	db.dsn = strings.Replace(db.dsn, "busy_timeout%28100%29", "busy_timeout%280%29", 1)
	require.Zero(t, count(t, db.pool(t), "PRAGMA busy_timeout"))
	s := db.store(t)
	impatient, err := journeysql.Options{MaxWait: 20 * time.Millisecond}.Open(ctx, db.pool(t), db.dialect)
	require.NoError(t, err)
	never, err := journeysql.Options{MaxWait: journeysql.NoWait}.Open(ctx, db.pool(t), db.dialect)
	require.NoError(t, err)
	release := db.hold(t)
	e := journey.Evidence{ID: idOf(1), Time: start, Rule: "r"}
	for _, s := range []*journeysql.Store{impatient, never} {
		_, _, err = s.Add(ctx, "ann", e)
		var failed *journeysql.Error
		require.ErrorAs(t, err, &failed)
		require.Equal(t, "5", failed.Code)
		require.ErrorContains(t, err, "database is locked")
	}
	done := make(chan error)
	go func() {
		_, _, err := s.Add(ctx, "ann", e)
		done <- err
	}()
	time.Sleep(50 * time.Millisecond)
	release()
	require.NoError(t, <-done)
}

// PostgreSQL ends a deadlock by refusing one of the transactions: if that is ours,
// it is done again.
func TestDeadlock(t *testing.T) {
	db := newPostgreSQL(t)
	s := db.store(t)
	var both []journey.CustomerEvidence
	for _, name := range []string{"ann", "bob"} {
		_, _, err := s.Add(ctx, name, journey.Evidence{ID: idOf(1), Time: start, Rule: "r"})
		require.NoError(t, err)
		both = append(both, journey.CustomerEvidence{Customer: name, Evidence: []journey.Evidence{{ID: idOf(2), Time: start, Rule: "r"}}})
	}
	conn, err := db.pool(t).Conn(ctx)
	require.NoError(t, err)
	defer conn.Close()
	do := func(text string) {
		_, err := conn.ExecContext(ctx, text)
		require.NoError(t, err)
	}
	lock := "SELECT 1 FROM cjm_customers WHERE name = '%s' FOR UPDATE"
	do("BEGIN")
	do("SET LOCAL deadlock_timeout = '60s'") // so that the other one notices
	do(fmt.Sprintf(lock, "bob"))
	done := make(chan error)
	go func() {
		_, err := s.AddAll(ctx, both)
		done <- err
	}()
	for watch := db.pool(t); count(t, watch, "SELECT count(*) FROM pg_locks WHERE NOT granted") == 0; {
		time.Sleep(10 * time.Millisecond)
	}
	do(fmt.Sprintf(lock, "ann"))
	do("COMMIT")
	require.NoError(t, <-done)
	for _, name := range []string{"ann", "bob"} {
		all, err := s.Evidence(ctx, name)
		require.NoError(t, err)
		require.Len(t, all, 2)
	}
}
