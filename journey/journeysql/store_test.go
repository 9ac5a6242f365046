package journeysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
)

var (
	ctx   = context.Background()
	start = time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
)

func onBoth(t *testing.T, f func(t *testing.T, db *fake)) {
	for d := range dialectNames {
		t.Run(Dialect(d).String(), func(t *testing.T) { f(t, newFake(Dialect(d))) })
	}
}

func open(t *testing.T, db *fake) *Store {
	s, err := Open(ctx, db.open(t), db.dialect)
	require.NoError(t, err)
	return s
}

func evidence(n byte) journey.Evidence {
	return journey.Evidence{ID: uuid.UUID{15: n}, Time: start.Add(time.Duration(n)), Rule: "r", Stage: "s", Order: "secret order"}
}

// What stands for a database here is no proof for the real ones: those are tested
// in ext/sqltest.
func TestStore(t *testing.T) {
	onBoth(t, func(t *testing.T, db *fake) {
		journeytest.TestStore(t, func(t *testing.T) journey.Store { return open(t, newFake(db.dialect)) })
	})
}

func TestAddAll(t *testing.T) {
	onBoth(t, func(t *testing.T, db *fake) {
		s := open(t, db)
		n, err := s.AddAll(ctx, []journey.CustomerEvidence{
			{Customer: "bob", Evidence: []journey.Evidence{evidence(1), evidence(2)}},
			{Customer: "ann", Evidence: []journey.Evidence{evidence(1)}},
			{Customer: "bob", Evidence: []journey.Evidence{evidence(2), evidence(3)}},
		})
		require.NoError(t, err)
		require.Equal(t, 4, n)
		require.Equal(t, 2, db.count("COMMIT"), "one of them for the tables")
		n, err = s.AddAll(ctx, []journey.CustomerEvidence{{Customer: "bob", Evidence: []journey.Evidence{evidence(1)}}})
		require.NoError(t, err)
		require.Zero(t, n)
		require.Equal(t, 2, db.count("COMMIT"), "nothing to commit")
		var names []string
		for c, err := range s.All(ctx) {
			require.NoError(t, err)
			names = append(names, fmt.Sprint(c.Customer, len(c.Evidence)))
		}
		require.Equal(t, []string{"ann1", "bob3"}, names)
	})
}

// What the tables cannot hold is refused before anything happens.
func TestRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, db *fake) {
		s := open(t, db)
		long := strings.Repeat("secret", 200)
		with := func(change func(*journey.Evidence)) journey.Evidence {
			e := evidence(1)
			change(&e)
			return e
		}
		for _, c := range []struct {
			customer string
			e        journey.Evidence
			want     error
		}{
			{long, evidence(1), journey.ErrTooLong},
			{"ann", with(func(e *journey.Evidence) { e.Rule = "secret\x00" }), ErrName},
			{"ann", with(func(e *journey.Evidence) { e.Stage = "secret\xff" }), ErrName},
			{"ann", with(func(e *journey.Evidence) { e.Effect = 99 }), nil},
		} {
			before := db.count("")
			_, _, err := s.Add(ctx, c.customer, c.e)
			_, allErr := s.AddAll(ctx, []journey.CustomerEvidence{{Customer: c.customer, Evidence: []journey.Evidence{evidence(2), c.e}}})
			require.Equal(t, before, db.count(""))
			for _, err := range []error{err, allErr} {
				require.Error(t, err)
				require.NotContains(t, err.Error(), "secret")
				if c.want != nil {
					require.ErrorIs(t, err, c.want)
				}
			}
		}
	})
}

type pgError struct{ state, text string }

func (e *pgError) Error() string    { return e.text }
func (e *pgError) SQLState() string { return e.state }

type liteError int

func (e liteError) Error() string { return "secret" }
func (e liteError) Code() int     { return int(e) }

// conflicts are errors after which the transaction is done again.
func conflicts(d Dialect) []error {
	if d == PostgreSQL {
		return []error{&pgError{serializationFailure, "secret"}, fmt.Errorf("wrapped: %w", &pgError{deadlockDetected, "secret"})}
	}
	return []error{liteError(sqliteBusy), liteError(sqliteLocked | 2<<8), errors.New("database is locked"), errors.New("database table is locked: x")}
}

// failOnce lets the first statement with the beginning fail.
func (f *fake) failOnce(begins string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	done := false
	f.fail = func(query string) error {
		if done || !strings.HasPrefix(query, begins) {
			return nil
		}
		done = true
		return err
	}
}

func TestConflictIsTriedAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, db *fake) {
		s := open(t, db)
		n := byte(0)
		for _, conflict := range conflicts(db.dialect) {
			for _, at := range []string{"BEGIN", db.text.lock, db.text.insert, db.text.evidence, db.text.put, db.text.touch, "COMMIT"} {
				n++
				db.failOnce(at, conflict)
				was, now, err := s.Add(ctx, "ann", evidence(n))
				require.NoError(t, err)
				require.Len(t, was, int(n-1))
				require.Len(t, now, int(n))
			}
			db.failOnce(db.text.evidenceOf, conflict)
			all, err := s.Evidence(ctx, "ann")
			require.NoError(t, err)
			require.Len(t, all, int(n))
			db.failOnce(db.text.deleteEvidence, conflict)
			gone, err := s.Erase(ctx, "ann")
			require.NoError(t, err)
			require.Len(t, gone, int(n))
			n = 0
		}
		require.Zero(t, db.closed, "no connection is thrown away")
	})
}

// A conflict that does not end is an error after MaxWait, or at the end of ctx.
func TestEndlessConflict(t *testing.T) {
	onBoth(t, func(t *testing.T, db *fake) {
		open(t, db)
		pool := db.open(t)
		conflict := conflicts(db.dialect)[0]
		attempts := func(o Options, ctx context.Context, cancel func()) (int, error) {
			db.fail = nil
			s, err := o.Open(context.Background(), pool, db.dialect)
			require.NoError(t, err)
			tries := 0
			db.fail = func(query string) error {
				if query != db.text.lock {
					return nil
				}
				if tries++; tries == 3 && cancel != nil {
					cancel()
				}
				return conflict
			}
			before := db.count("BEGIN")
			_, _, err = s.Add(ctx, "ann", evidence(1))
			var failed *Error
			require.ErrorAs(t, err, &failed)
			require.NotEmpty(t, failed.Code)
			require.NotContains(t, err.Error(), "secret")
			return db.count("BEGIN") - before, err
		}
		n, err := attempts(Options{MaxWait: NoWait}, ctx, nil)
		require.Equal(t, 1, n)
		require.ErrorIs(t, err, conflict)
		n, err = attempts(Options{MaxWait: 20 * time.Millisecond}, ctx, nil)
		require.Equal(t, 6, n, "waits of 1, 2, 4, 8 and 5 ms")
		require.ErrorIs(t, err, conflict)
		over, cancel := context.WithCancel(ctx)
		n, err = attempts(Options{}, over, cancel)
		require.Equal(t, 3, n)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, conflict)
		require.Zero(t, pool.Stats().InUse)
	})
}

// Who waits for the writer of SQLite takes no connection, and gives up with ctx.
func TestWaitForWriter(t *testing.T) {
	db := newFake(SQLite)
	s := open(t, db)
	s.writing <- struct{}{}
	short, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	before := db.count("")
	_, _, err := s.Add(short, "ann", evidence(1))
	require.EqualError(t, err, "journeysql: add: context deadline exceeded")
	require.Equal(t, before, db.count(""))
	<-s.writing
	_, _, err = s.Add(ctx, "ann", evidence(1))
	require.NoError(t, err)
}

// The connection turns out to be dead: before BEGIN that is nobody's business, later
// it is an error, and the connection does not go back to the pool.
func TestLostConnection(t *testing.T) {
	onBoth(t, func(t *testing.T, db *fake) {
		s := open(t, db)
		db.failOnce("BEGIN", driver.ErrBadConn)
		_, _, err := s.Add(ctx, "secret", evidence(1))
		require.NoError(t, err)
		require.Equal(t, 1, db.closed)
		for i, at := range []string{db.text.lock, db.text.evidence, db.text.put, db.text.touch, "COMMIT"} {
			lost := false
			db.fail = func(query string) error {
				if lost = lost || query == at; lost {
					return io.ErrUnexpectedEOF
				}
				return nil
			}
			_, _, err := s.Add(ctx, "secret", evidence(2))
			var failed *Error
			require.ErrorAs(t, err, &failed)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			require.NotContains(t, err.Error(), "secret")
			db.fail = nil
			require.Equal(t, 2+i, db.closed)
			all, err := s.Evidence(ctx, "secret")
			require.NoError(t, err)
			require.Len(t, all, 1)
		}
		// The answer to COMMIT is lost, so it happened, and to call again is safe.
		db.after = func(query string) error {
			if query == "COMMIT" {
				return io.ErrUnexpectedEOF
			}
			return nil
		}
		_, _, err = s.Add(ctx, "secret", evidence(2))
		require.EqualError(t, err, "journeysql: add: unexpected EOF")
		db.after = nil
		was, now, err := s.Add(ctx, "secret", evidence(2))
		require.NoError(t, err)
		require.Len(t, was, 2)
		require.Equal(t, was, now)
	})
}

// SQLite has ended the transaction by itself, so ROLLBACK fails: the connection is
// still good.
func TestRolledBackAlready(t *testing.T) {
	db := newFake(SQLite)
	s := open(t, db)
	db.failOnce(db.text.put, errFull)
	_, _, err := s.Add(ctx, "ann", evidence(1))
	require.EqualError(t, err, "journeysql: add: database error, code 13")
	require.Equal(t, 2, db.count("ROLLBACK"), "one fails, one ends the transaction that was begun to see")
	require.Zero(t, db.closed)
	_, now, err := s.Add(ctx, "ann", evidence(1))
	require.NoError(t, err)
	require.Len(t, now, 1)
}

func TestNoServer(t *testing.T) {
	onBoth(t, func(t *testing.T, db *fake) {
		db.fail = func(query string) error { return errors.New("no route to " + query) }
		_, err := Open(ctx, db.open(t), db.dialect)
		require.EqualError(t, err, "journeysql: open: no route to CONNECT")
		db.fail = nil
		pool := db.open(t)
		s, err := Open(ctx, pool, db.dialect)
		require.NoError(t, err)
		pool.SetMaxIdleConns(-1)
		db.fail = func(query string) error { return errors.New("no route to " + query) }
		_, _, err = s.Add(ctx, "ann", evidence(1))
		require.EqualError(t, err, "journeysql: add: no route to CONNECT")
	})
}
