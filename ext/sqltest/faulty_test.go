package sqltest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// faults is a database behind a network that breaks on demand.
type faults struct {
	database
	driver driver.Driver

	mu sync.Mutex
	// at is the number of the statement at which the connection breaks, counted
	// from 1; 0 for never. Before means before the database gets it, otherwise the
	// answer is lost.
	at     int
	before bool
	seen   int
	down   bool
	conns  map[*faultyConn]bool
}

func newFaults(tb testing.TB, db database) *faults {
	return &faults{database: db, driver: db.pool(tb).Driver(), conns: make(map[*faultyConn]bool)}
}

// pool opens a pool of connections that break.
func (f *faults) pool(tb testing.TB) *sql.DB {
	db := sql.OpenDB(f)
	tb.Cleanup(func() { db.Close() })
	return db
}

// breakAt sets where the next break is.
func (f *faults) breakAt(at int, before bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at, f.before, f.seen = at, before, 0
}

// broke reports whether the break has happened.
func (f *faults) broke() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at > 0 && f.seen >= f.at
}

// set takes the database away, or brings it back.
func (f *faults) set(down bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down = down
	if down {
		for c := range f.conns {
			c.dead = true
		}
	}
}

// Connect implements [driver.Connector].
func (f *faults) Connect(context.Context) (driver.Conn, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down {
		return nil, io.ErrUnexpectedEOF
	}
	conn, err := f.driver.Open(f.dsn)
	if err != nil {
		return nil, err
	}
	c := &faultyConn{Conn: conn, faults: f}
	f.conns[c] = true
	return c, nil
}

// Driver implements [driver.Connector].
func (f *faults) Driver() driver.Driver { return f.driver }

type faultyConn struct {
	driver.Conn
	faults *faults
	dead   bool
	closed bool
}

// statement runs one, unless the connection breaks. Forget ends what the answer
// holds open.
func (c *faultyConn) statement(run func() error, forget func()) error {
	c.faults.mu.Lock()
	c.faults.seen++
	hit := c.faults.seen == c.faults.at
	before := c.faults.before
	dead := c.dead
	c.faults.mu.Unlock()
	if dead || hit && before {
		c.die()
		return io.ErrUnexpectedEOF
	}
	err := run()
	if hit {
		if err == nil {
			forget()
		}
		c.die()
		return io.ErrUnexpectedEOF
	}
	return err
}

func (c *faultyConn) die() {
	c.faults.mu.Lock()
	c.dead = true
	c.faults.mu.Unlock()
	c.Close()
}

func (c *faultyConn) Close() error {
	if c.closed {
		return nil
	}
	c.closed = true
	c.faults.mu.Lock()
	delete(c.faults.conns, c)
	c.faults.mu.Unlock()
	return c.Conn.Close()
}

func (c *faultyConn) IsValid() bool { return !c.closed }

func (c *faultyConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (r driver.Result, err error) {
	err = c.statement(func() (err error) {
		r, err = c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
		return err
	}, func() {})
	return r, err
}

func (c *faultyConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (r driver.Rows, err error) {
	err = c.statement(func() (err error) {
		r, err = c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
		return err
	}, func() { r.Close() })
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (c *faultyConn) CheckNamedValue(v *driver.NamedValue) (err error) {
	if checker, ok := c.Conn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	v.Value, err = driver.DefaultParameterConverter.ConvertValue(v.Value)
	return err
}

func TestFaultyConnBreaks(t *testing.T) {
	f := newFaults(t, newSQLite(t, "synchronous(OFF)"))
	pool := f.pool(t)
	_, err := pool.Exec("CREATE TABLE x (y)")
	require.NoError(t, err)
	f.breakAt(1, false)
	_, err = pool.Exec("INSERT INTO x VALUES (1)")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Equal(t, 1, count(t, pool, "SELECT count(*) FROM x"))
	f.breakAt(1, true)
	_, err = pool.Exec("INSERT INTO x VALUES (1)")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Equal(t, 1, count(t, pool, "SELECT count(*) FROM x"))
	f.set(true)
	for range 3 {
		_, err = pool.Exec("INSERT INTO x VALUES (1)")
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	}
	f.set(false)
	require.Equal(t, 1, count(t, pool, "SELECT count(*) FROM x"))
}
