package journeysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// querier runs statements: within a transaction, or each on its own.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

const (
	firstWait = time.Millisecond
	mostWait  = 100 * time.Millisecond
	// cleanTime bounds how long a connection is tried to be saved after an
	// error. The caller's context may be over by then.
	cleanTime = 5 * time.Second
)

// read calls f outside of any transaction, again after a conflict.
func (s *Store) read(ctx context.Context, f func(querier) error) error {
	return s.retry(ctx, func() error { return f(s.db) })
}

// transact calls f within a transaction, which it commits if f says so, and does
// all that again after a conflict.
func (s *Store) transact(ctx context.Context, f func(querier) (commit bool, err error)) error {
	if s.writing != nil {
		select {
		case s.writing <- struct{}{}:
			defer func() { <-s.writing }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return s.retry(ctx, func() error { return s.attempt(ctx, f) })
}

// retry calls f until there is no conflict or MaxWait is over.
func (s *Store) retry(ctx context.Context, f func() error) error {
	left, wait := s.options.MaxWait, firstWait
	for {
		err := f()
		again := s.dialect.conflict(err) || errors.Is(err, errNotBegun)
		if !again || left <= 0 || ctx.Err() != nil {
			return err
		}
		// Those who collided do not come back at the same time.
		wait = min(wait, left)
		timer := time.NewTimer(wait/2 + rand.N(wait/2+1))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err // failed adds that of ctx
		}
		left -= wait
		wait = min(2*wait, mostWait)
	}
}

// errNotBegun says that the connection was found dead before the transaction
// began, as after a restart of the server.
var errNotBegun = errors.New("connection lost before BEGIN")

// attempt makes one transaction.
func (s *Store) attempt(ctx context.Context, f func(querier) (commit bool, err error)) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return plain{err}
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, s.dialect.begin()); err != nil {
		if errors.Is(err, driver.ErrBadConn) {
			return plain{fmt.Errorf("%w: %w", errNotBegun, err)}
		}
		clean(ctx, conn)
		return plain{err}
	}
	commit, err := f(conn)
	if err != nil || !commit {
		clean(ctx, conn)
		return err
	}
	if _, err := conn.ExecContext(ctx, "COMMIT"); err != nil {
		clean(ctx, conn)
		return plain{err}
	}
	return nil
}

// clean ends the transaction of a connection, if there is one, so that the pool can
// have the connection back. If that cannot be made sure the connection is thrown
// away.
func clean(ctx context.Context, conn *sql.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTime)
	defer cancel()
	if _, err := conn.ExecContext(ctx, "ROLLBACK"); err == nil {
		return
	}
	// SQLite ends a transaction by itself after some errors, and then refuses a
	// ROLLBACK. In that case a new one can begin.
	_, err := conn.ExecContext(ctx, "BEGIN")
	if err == nil {
		_, err = conn.ExecContext(ctx, "ROLLBACK")
	}
	if err != nil {
		conn.Raw(func(any) error { return driver.ErrBadConn })
	}
}
