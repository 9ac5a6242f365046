package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeysql"
	"github.com/cjm-go/cjm/stage"
)

func newMemory() journey.Store { return new(journey.MemoryStore) }

// flaky is a store that can be down, and that adds before it fails if half is set.
type flaky struct {
	journey.Store
	down, half atomic.Bool
}

var errDown = errors.New("down")

func (f *flaky) Add(ctx context.Context, customer string, e journey.Evidence) (was, now []journey.Evidence, err error) {
	if f.half.Load() {
		_, _, err = f.Store.Add(ctx, customer, e)
	}
	if f.down.Load() {
		return nil, nil, errors.Join(err, errDown)
	}
	return f.Store.Add(ctx, customer, e)
}

func (f *flaky) Evidence(ctx context.Context, customer string) ([]journey.Evidence, error) {
	if f.down.Load() {
		return nil, errDown
	}
	return f.Store.Evidence(ctx, customer)
}

func (f *flaky) Quiet(ctx context.Context, from, to time.Time) iter.Seq2[string, error] {
	if f.down.Load() {
		return func(yield func(string, error) bool) { yield("", errDown) }
	}
	return f.Store.Quiet(ctx, from, to)
}

func (f *flaky) Erase(ctx context.Context, customer string) ([]journey.Evidence, error) {
	if f.down.Load() {
		return nil, errDown
	}
	return f.Store.Erase(ctx, customer)
}

// While the store is down each request is answered 503, and afterwards the same
// body doubles nothing, whether its events had come through or not.
func TestStoreDown(t *testing.T) {
	for _, half := range []bool{false, true} {
		store := &flaky{Store: newMemory()}
		s, book := newService(t, store)
		s.ping = func(context.Context) error {
			if store.down.Load() {
				return errDown
			}
			return nil
		}
		body := "[" + call("m1", "ada", "Order Completed", "2026-02-20T10:00:00Z", "") + "," + call("m2", "ada", "Order Completed", "2026-02-21T10:00:00Z", "") + "]"
		store.down.Store(true)
		store.half.Store(half)
		status, in := post(t, s, segment, body)
		assert.Equal(t, http.StatusServiceUnavailable, status)
		assert.Equal(t, intake{Error: "the database failed: send the same request again"}, in)
		for _, route := range []string{"GET /customers/ada/stage", "DELETE /customers/ada", "GET /lost?stage=decision", "GET /healthz"} {
			assert.Equal(t, http.StatusServiceUnavailable, statusOf(s, route, "localhost", ""), route)
		}
		store.down.Store(false)
		store.half.Store(false)
		status, in = post(t, s, segment, body)
		assert.Equal(t, http.StatusAccepted, status)
		assert.Equal(t, 2, in.Accepted+in.Duplicates)
		_, got := get(t, s, "/customers/ada/stage")
		assert.Equal(t, 2.0, got["purchases"])
		assert.Equal(t, http.StatusOK, statusOf(s, "GET /healthz", "localhost", ""))
		assert.Contains(t, book.String(), `"error":"down"`)
	}
}

// Evidence of a stage that the rules no longer have does not go away by waiting.
func TestStageGone(t *testing.T) {
	store := newMemory()
	_, _, err := store.Add(context.Background(), "ada", journey.Evidence{ID: [16]byte{1}, Time: now, Rule: "x", Stage: stage.Stage("gone")})
	require.NoError(t, err)
	s, _ := newService(t, store)
	status, _ := get(t, s, "/customers/ada/stage")
	assert.Equal(t, http.StatusInternalServerError, status)
}

// The deadline of a request ends it, and the client is told to come back.
func TestSlowRequest(t *testing.T) {
	s, _ := newService(t, nil)
	s.timeout = time.Nanosecond
	status, in := post(t, s, segment, call("m1", "ada", "Cart Viewed", "2026-02-20T10:00:00Z", ""))
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Zero(t, in.Accepted)
}

// Another process has the file for itself, and then gives it back.
func TestSQLiteLocked(t *testing.T) {
	_, path := newSQLite(t)
	db, err := sql.Open("sqlite", strings.Replace(sqliteDSN(path), "busy_timeout%281000%29", "busy_timeout%2820%29", 1))
	require.NoError(t, err)
	defer db.Close()
	store, err := journeysql.Options{MaxWait: 50 * time.Millisecond}.Open(context.Background(), db, journeysql.SQLite)
	require.NoError(t, err)
	s, book := newService(t, store)
	body := call("m1", "ada", "Order Completed", "2026-02-20T10:00:00Z", "")

	other, err := sql.Open("sqlite", sqliteDSN(path))
	require.NoError(t, err)
	defer other.Close()
	conn, err := other.Conn(context.Background())
	require.NoError(t, err)
	defer conn.Close()
	_, err = conn.ExecContext(context.Background(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	status, in := post(t, s, segment, body)
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Zero(t, in.Accepted)
	assert.Contains(t, book.String(), "database is locked")
	status, _ = get(t, s, "/customers/ada/stage")
	assert.Equal(t, http.StatusNotFound, status, "reading needs no lock")

	_, err = conn.ExecContext(context.Background(), "ROLLBACK")
	require.NoError(t, err)
	_, in = post(t, s, segment, body)
	assert.Equal(t, intake{Accepted: 1}, in)
}

// cable carries connections to an address and can be cut.
type cable struct {
	net.Listener
	mu    sync.Mutex
	to    string
	cut   bool
	conns []net.Conn
}

func newCable(t *testing.T, to string) *cable {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c := &cable{Listener: l, to: to}
	t.Cleanup(func() { l.Close(); c.set(true) })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			c.join(near)
		}
	}()
	return c
}

func (c *cable) join(near net.Conn) {
	far, err := net.Dial("tcp", c.to)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil || c.cut {
		near.Close()
		if far != nil {
			far.Close()
		}
		return
	}
	c.conns = append(c.conns, near, far)
	for _, pair := range [][2]net.Conn{{near, far}, {far, near}} {
		go func() {
			_, _ = io.Copy(pair[0], pair[1])
			pair[0].Close()
		}()
	}
}

func (c *cable) set(cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = cut
	if cut {
		for _, conn := range c.conns {
			conn.Close()
		}
		c.conns = nil
	}
}

// newPostgreSQL returns the DSN of a schema that goes with the test.
func newPostgreSQL(t testing.TB) *url.URL {
	text := os.Getenv("CJM_POSTGRES")
	if text == "" {
		t.Skip("SKIPPED: nothing was tested on PostgreSQL, as CJM_POSTGRES is not set; run .ci/postgres go test ./examples/crm/")
	}
	dsn, err := url.Parse(text)
	require.NoError(t, err)
	admin, err := sql.Open("pgx", text)
	require.NoError(t, err)
	schema := fmt.Sprintf("cjm_crm_%d_%d", os.Getpid(), time.Now().UnixNano())
	_, err = admin.Exec("CREATE SCHEMA " + schema)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := admin.Exec("DROP SCHEMA " + schema + " CASCADE")
		assert.NoError(t, err)
		admin.Close()
	})
	q := dsn.Query()
	q.Set("search_path", schema)
	dsn.RawQuery = q.Encode()
	return dsn
}

// The database goes away and comes back.
func TestPostgreSQLGone(t *testing.T) {
	dsn := newPostgreSQL(t)
	c := newCable(t, dsn.Host)
	dsn.Host = c.Addr().String()
	db, store, err := config{postgres: dsn.String()}.open(context.Background())
	require.NoError(t, err)
	defer db.Close()
	s, _ := newService(t, store)
	s.ping, s.timeout = db.PingContext, 2*time.Second
	first := call("m1", "ada", "Order Completed", "2026-02-20T10:00:00Z", "")
	second := call("m2", "ada", "Order Completed", "2026-02-21T10:00:00Z", "")
	_, in := post(t, s, segment, first)
	require.Equal(t, intake{Accepted: 1}, in)

	c.set(true)
	status, in := post(t, s, segment, "["+first+","+second+"]")
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Zero(t, in.Accepted)
	for _, route := range []string{"GET /customers/ada/stage", "GET /healthz"} {
		assert.Equal(t, http.StatusServiceUnavailable, statusOf(s, route, "localhost", ""), route)
	}
	c.set(false)
	status, in = post(t, s, segment, "["+first+","+second+"]")
	assert.Equal(t, http.StatusAccepted, status)
	assert.Equal(t, intake{Accepted: 1, Duplicates: 1}, in)
	_, got := get(t, s, "/customers/ada/stage")
	assert.Equal(t, 2.0, got["purchases"])
	assert.Equal(t, http.StatusOK, statusOf(s, "GET /healthz", "localhost", ""))
}
