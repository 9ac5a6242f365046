package journeysql

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
)

// fake is a database that knows the statements of a store and no others. It has one
// writer at a time, and can be told to fail.
type fake struct {
	dialect Dialect
	text    statements

	mu     sync.Mutex // over what follows
	tables fakeTables
	// fail is asked before each statement; an error is what the statement returns.
	fail func(query string) error
	// after is asked when the statement is done.
	after func(query string) error
	// seen are all statements, closed how many connections were thrown away.
	seen   []string
	closed int

	writer chan struct{} // held from BEGIN to the end
}

type fakeTables struct {
	made      map[string]bool // tables
	versions  []int64
	next      int64
	customers map[int64][]driver.Value // id, name, last_sec, last_nsec
	evidence  map[string][]driver.Value
}

func (t *fakeTables) clone() fakeTables {
	return fakeTables{maps.Clone(t.made), slices.Clone(t.versions), t.next, maps.Clone(t.customers), maps.Clone(t.evidence)}
}

func newFake(d Dialect) *fake {
	return &fake{
		dialect: d, text: newStatements(d, DefaultPrefix), writer: make(chan struct{}, 1),
		tables: fakeTables{made: map[string]bool{}, customers: map[int64][]driver.Value{}, evidence: map[string][]driver.Value{}},
	}
}

func (f *fake) open(t testing.TB) *sql.DB {
	db := sql.OpenDB(f)
	t.Cleanup(func() { db.Close() })
	return db
}

func (f *fake) Connect(context.Context) (driver.Conn, error) {
	if err := f.ask(f.fail, "CONNECT"); err != nil {
		return nil, err
	}
	return &fakeConn{fake: f}, nil
}

func (f *fake) Driver() driver.Driver { return nil }

func (f *fake) ask(whom func(string) error, query string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if whom == nil {
		return nil
	}
	return whom(query)
}

// count returns how many statements began with the text.
func (f *fake) count(text string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, query := range f.seen {
		if strings.HasPrefix(query, text) {
			n++
		}
	}
	return n
}

// errFull is an error after which SQLite itself ends the transaction.
const errFull = liteError(13)

type fakeConn struct {
	fake   *fake
	before *fakeTables // the tables at BEGIN; nil outside of a transaction
}

func (c *fakeConn) Prepare(string) (driver.Stmt, error) { return nil, errors.New("fake: Prepare") }
func (c *fakeConn) Begin() (driver.Tx, error)           { return nil, errors.New("fake: Begin") }

func (c *fakeConn) Close() error {
	c.end(false)
	c.fake.mu.Lock()
	defer c.fake.mu.Unlock()
	c.fake.closed++
	return nil
}

func (c *fakeConn) end(commit bool) bool {
	if c.before == nil {
		return false
	}
	if !commit {
		c.fake.mu.Lock()
		c.fake.tables = *c.before
		c.fake.mu.Unlock()
	}
	c.before = nil
	<-c.fake.writer
	return true
}

func (c *fakeConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	_, err := c.QueryContext(ctx, query, args)
	return driver.ResultNoRows, err
}

func (c *fakeConn) QueryContext(ctx context.Context, query string, named []driver.NamedValue) (driver.Rows, error) {
	f := c.fake
	f.mu.Lock()
	f.seen = append(f.seen, query)
	f.mu.Unlock()
	if err := f.ask(f.fail, query); err != nil {
		if err == errFull {
			c.end(false)
		}
		return nil, err
	}
	var args []driver.Value
	for _, arg := range named {
		args = append(args, arg.Value)
	}
	rows, err := c.run(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return rows, f.ask(f.after, query)
}

func (c *fakeConn) run(ctx context.Context, query string, args []driver.Value) (*fakeRows, error) {
	f := c.fake
	switch {
	case strings.HasPrefix(query, "BEGIN"):
		select {
		case f.writer <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		f.mu.Lock()
		tables := f.tables.clone()
		c.before = &tables
		f.mu.Unlock()
		return &fakeRows{}, nil
	case query == "COMMIT", query == "ROLLBACK":
		if !c.end(query == "COMMIT") {
			return nil, errors.New("fake: no transaction")
		}
		return &fakeRows{}, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tables.run(f.text, query, args)
}

// run does a statement on the tables.
func (t *fakeTables) run(text statements, query string, args []driver.Value) (*fakeRows, error) {
	var rows [][]driver.Value
	switch query {
	case text.lock:
		for _, c := range t.customers {
			if bytes.Equal(c[1].([]byte), args[0].([]byte)) {
				rows = append(rows, []driver.Value{c[0], c[2], c[3]})
			}
		}
	case text.insert:
		t.next++
		t.customers[t.next] = append([]driver.Value{t.next}, args...)
		rows = append(rows, []driver.Value{t.next, args[1], args[2]})
	case text.put:
		t.evidence[string(evidenceKey(args))] = args
	case text.touch:
		c := t.customers[args[0].(int64)]
		t.customers[args[0].(int64)] = []driver.Value{c[0], c[1], args[1], args[2]}
	case text.evidence:
		rows = t.of(args[0].(int64))
	case text.evidenceOf:
		for id, c := range t.customers {
			if bytes.Equal(c[1].([]byte), args[0].([]byte)) {
				rows = t.of(id)
			}
		}
	case text.deleteEvidence:
		maps.DeleteFunc(t.evidence, func(_ string, e []driver.Value) bool { return e[0] == args[0] })
	case text.deleteCustomer:
		delete(t.customers, args[0].(int64))
	case text.quiet:
		for _, c := range t.sorted() {
			at := []int64{c[2].(int64), c[3].(int64)}
			if slices.Compare(at, []int64{args[0].(int64), args[1].(int64)}) >= 0 && slices.Compare(at, []int64{args[2].(int64), args[3].(int64)}) < 0 {
				rows = append(rows, []driver.Value{c[1]})
			}
		}
	case text.page:
		left := args[1].(int64)
		for _, c := range t.sorted() {
			if bytes.Compare(c[1].([]byte), args[0].([]byte)) < 0 || left == 0 {
				continue
			}
			left--
			for _, e := range t.of(c[0].(int64)) {
				rows = append(rows, append([]driver.Value{c[1]}, e...))
			}
		}
	default:
		return t.runSchema(query, args)
	}
	return &fakeRows{rows: rows}, nil
}

func (t *fakeTables) runSchema(query string, args []driver.Value) (*fakeRows, error) {
	words := strings.Fields(query)
	switch {
	case strings.HasPrefix(query, "CREATE"):
		if t.made[words[2]] {
			return nil, errors.New("fake: already exists")
		}
		t.made[words[2]] = true
	case strings.HasPrefix(query, "INSERT INTO cjm_schema "):
		t.versions = append(t.versions, args[0].(int64))
	case strings.Contains(query, "sqlite_master"), strings.Contains(query, "pg_class"):
		is := int64(0)
		if t.made[args[0].(string)] {
			is = 1
		}
		return &fakeRows{rows: [][]driver.Value{{is}}}, nil
	case strings.Contains(query, "max(version)"):
		return &fakeRows{rows: [][]driver.Value{{slices.Max(append(t.versions, 0))}}}, nil
	case strings.Contains(query, "pg_advisory_xact_lock"):
	default:
		return nil, errors.New("fake: unknown statement")
	}
	return &fakeRows{}, nil
}

func evidenceKey(args []driver.Value) []byte {
	id, ok := args[1].([]byte)
	if !ok {
		id = []byte(args[1].(string))
	}
	return append([]byte{byte(args[0].(int64)), byte(args[0].(int64) >> 8)}, id...)
}

func (t *fakeTables) of(customer int64) (rows [][]driver.Value) {
	for _, e := range t.evidence {
		if e[0] == customer {
			rows = append(rows, e[1:])
		}
	}
	return rows
}

func (t *fakeTables) sorted() [][]driver.Value {
	return slices.SortedFunc(maps.Values(t.customers), func(a, b []driver.Value) int {
		return bytes.Compare(a[1].([]byte), b[1].([]byte))
	})
}

type fakeRows struct {
	rows [][]driver.Value
	done int
}

func (r *fakeRows) Columns() []string {
	if len(r.rows) == 0 {
		return nil
	}
	return make([]string, len(r.rows[0]))
}

func (r *fakeRows) Close() error { return nil }

func (r *fakeRows) Next(dest []driver.Value) error {
	if r.done == len(r.rows) {
		return io.EOF
	}
	copy(dest, r.rows[r.done])
	r.done++
	return nil
}
