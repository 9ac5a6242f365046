package touchpoint

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fakeTable is a database with one result: the least that database/sql needs.
type fakeTable struct {
	columns []string
	rows    [][]driver.Value
	err     error  // behind the last row
	end     func() // called there
	closed  int
	next    int
}

func (f *fakeTable) Connect(context.Context) (driver.Conn, error) { return f, nil }
func (f *fakeTable) Driver() driver.Driver                        { return f }
func (f *fakeTable) Open(string) (driver.Conn, error)             { return f, nil }
func (f *fakeTable) Prepare(string) (driver.Stmt, error)          { return nil, errors.New("not used") }

func (f *fakeTable) Begin() (driver.Tx, error) { return nil, errors.New("not used") }
func (f *fakeTable) Close() error              { return nil }

func (f *fakeTable) QueryContext(context.Context, string, []driver.NamedValue) (driver.Rows, error) {
	return fakeRows{f}, nil
}

type fakeRows struct{ *fakeTable }

func (r fakeRows) Columns() []string { return r.columns }
func (r fakeRows) Close() error      { r.closed++; return nil }
func (r fakeRows) Next(dest []driver.Value) error {
	if r.next == len(r.rows) {
		if r.end != nil {
			r.end()
		}
		if r.err != nil {
			return r.err
		}
		return io.EOF
	}
	copy(dest, r.rows[r.next])
	r.next++
	return nil
}

// query returns the rows of the table.
func (f *fakeTable) query(t testing.TB) *sql.Rows {
	t.Helper()
	db := sql.OpenDB(f)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	rows, err := db.QueryContext(context.Background(), "")
	require.NoError(t, err)
	return rows
}

func decodeRows(t testing.TB, d Rows, f *fakeTable) outcome {
	t.Helper()
	o := gather(t, d.Decode(context.Background(), f.query(t)))
	assert.Equal(t, 1, f.closed, "closed at the end")
	return o
}

func TestRowsTypes(t *testing.T) {
	moment := time.Date(2026, 1, 31, 10, 0, 0, 5, time.FixedZone("", 3600))
	emotion, _ := NewEmotion(-0.5)
	consent, _ := NewConsent(map[string]bool{"ads": true})
	for _, test := range []struct {
		name   string
		d      Rows
		column string
		value  driver.Value
		change func(*Touchpoint)
	}{
		{"NULL as a property", Rows{}, "page", nil, func(*Touchpoint) {}},
		{"NULL as an optional field", Rows{}, "value", nil, func(*Touchpoint) {}},
		{"empty property", Rows{}, "page", "", func(t *Touchpoint) { t.Properties = map[string]string{"page": ""} }},
		{"text", Rows{}, "page", " /a ", func(t *Touchpoint) { t.Properties = map[string]string{"page": " /a "} }},
		{"bytes", Rows{}, "page", []byte("/ü"), func(t *Touchpoint) { t.Properties = map[string]string{"page": "/ü"} }},
		{"whole number", Rows{}, "page", int64(math.MinInt64), func(t *Touchpoint) { t.Properties = map[string]string{"page": "-9223372036854775808"} }},
		{"number", Rows{}, "page", 0.25, func(t *Touchpoint) { t.Properties = map[string]string{"page": "0.25"} }},
		{"truth", Rows{}, "page", true, func(t *Touchpoint) { t.Properties = map[string]string{"page": "true"} }},
		{"time as a property", Rows{}, "page", moment, func(t *Touchpoint) { t.Properties = map[string]string{"page": "2026-01-31T09:00:00.000000005Z"} }},
		{"time as text", Rows{}, "channel", moment, func(t *Touchpoint) { t.Channel = "2026-01-31T09:00:00.000000005Z" }},
		{"received", Rows{TimeLayouts: []string{TimeUnix}}, "received", moment, func(t *Touchpoint) { t.Received = moment.UTC() }},
		{"received as a number", Rows{TimeLayouts: []string{TimeUnix}}, "received", int64(60), func(t *Touchpoint) { t.Received = time.Unix(60, 0).UTC() }},
		{"received without a zone", Rows{Location: time.FixedZone("", 3600)}, "received", "2026-01-31 10:00", func(t *Touchpoint) {
			t.Received = time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)
		}},
		{"seq", Rows{}, "seq", 1e15, func(t *Touchpoint) { t.Seq = 1e15 }},
		{"conversion", Rows{}, "converted", true, func(t *Touchpoint) { t.Conversion = true }},
		{"conversion as a number", Rows{}, "converted", int64(1), func(t *Touchpoint) { t.Conversion = true }},
		{"value", Rows{}, "revenue", 12.5, func(t *Touchpoint) { t.Value = 12.5 }},
		{"value as bytes", Rows{}, "revenue", []byte("12.50"), func(t *Touchpoint) { t.Value = 12.5 }},
		{"a large value", Rows{}, "revenue", 1e300, func(t *Touchpoint) { t.Value = 1e300 }},
		{"emotion", Rows{}, "emotion", -0.5, func(t *Touchpoint) { t.Emotion = emotion }},
		{"consent", Rows{}, "consent", []byte(`{"ads":true}`), func(t *Touchpoint) { t.Consent = consent }},
		{"id", Rows{}, "id", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", func(t *Touchpoint) { t.ID = uuid.MustParse("f81d4fae-7dec-11d0-a765-00a0c91e6bf6") }},
		{"id of a number", Rows{}, "id", int64(17), func(t *Touchpoint) { t.ID = (&idMaker{}).textID([]byte("17")) }},
		{"named", Rows{Columns: Columns{Channel: "medium"}}, "medium", "m", func(t *Touchpoint) { t.Channel = "m" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := &fakeTable{columns: []string{"customer", "time", "kind", test.column}, rows: [][]driver.Value{{int64(7), moment, "k", test.value}}}
			o := decodeRows(t, test.d, f)
			require.Empty(t, o.errs)
			require.Len(t, o.rows, 1)
			want := Touchpoint{Customer: "7", Time: moment.UTC(), Kind: "k"}
			test.change(&want)
			if want.ID == uuid.Nil {
				want.ID = want.ContentID()
			}
			assert.Equal(t, want, o.rows[0])
		})
	}
}

// A row is the same touchpoint, with the same id, as the same texts in CSV.
func TestRowsAndCSVAgree(t *testing.T) {
	f := &fakeTable{
		columns: []string{"user_id", "timestamp", "channel", "revenue", "converted", "page"},
		rows: [][]driver.Value{
			{"c1", time.Date(2026, 1, 30, 9, 0, 0, 0, time.UTC), "search", nil, false, "/home"},
			{[]byte("c2"), "2026-01-31T18:30:00+02:00", []byte("email"), 120.5, int64(1), nil},
		},
	}
	a := decodeRows(t, Rows{}, f)
	b := decodeCSV(t, CSV{}, `user_id,timestamp,channel,revenue,converted,page
c1,2026-01-30 09:00,search,,no,/home
c2,2026-01-31T18:30:00+02:00,email,120.50,yes,
`)
	require.Empty(t, a.errs)
	assert.Equal(t, b, a)
}

func TestRowsBadRows(t *testing.T) {
	moment := time.Date(2026, 1, 31, 10, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		column string
		value  driver.Value
		class  error
		want   string
	}{
		{"customer", nil, ErrMissing, "t:2: customer: missing: empty"},
		{"customer", "  ", ErrMissing, "t:2: customer: missing: empty"},
		{"time", nil, ErrMissing, "t:2: time: missing: empty"},
		{"time", "secret", ErrFormat, "t:2: time: bad format: not a time of an accepted layout"},
		{"time", time.Time{}, ErrRange, "t:2: time: out of range: want a year from 1 to 9999"},
		{"time", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), ErrRange, "t:2: time: out of range: want a year from 1 to 9999"},
		{"value", -0.5, ErrRange, "t:2: value: out of range: negative"},
		{"value", math.NaN(), ErrRange, "t:2: value: out of range: not a finite number"},
		{"value", true, ErrFormat, "t:2: value: bad format: not a number"},
		{"page", math.Inf(1), ErrRange, "t:2: page: out of range: not a finite number"},
		{"page", []byte("secret\xff"), ErrEncoding, "t:2: page: invalid UTF-8"},
		{"page", "secret\xff", ErrEncoding, "t:2: page: invalid UTF-8"},
		{"page", complex(1, 2), ErrFormat, "t:2: page: bad format: a column of type complex128"},
		{"seq", 0.5, ErrFormat, "t:2: seq: bad format: not a whole number"},
	} {
		columns := []string{"customer", "time", "channel", "value", "page", "seq"}
		fine := []driver.Value{"secret", moment, "secret", 1.0, "secret", int64(1)}
		bad := append([]driver.Value{}, fine...)
		for i, name := range columns {
			if name == test.column {
				bad[i] = test.value
			}
		}
		o := decodeRows(t, Rows{Source: "t"}, &fakeTable{columns: columns, rows: [][]driver.Value{fine, bad, fine}})
		assert.Len(t, o.rows, 2)
		require.Len(t, o.errs, 1)
		require.IsType(t, &RowError{}, o.errs[0])
		require.ErrorIs(t, o.errs[0], test.class)
		assert.EqualError(t, o.errs[0], test.want)
	}
}

func TestRowsInputErrors(t *testing.T) {
	fine := []string{"customer", "time", "channel"}
	broken := errors.New("secret")
	for _, test := range []struct {
		name  string
		d     Rows
		table fakeTable
		class error
		want  string
	}{
		{"configuration", Rows{Columns: Columns{Time: NoColumn}}, fakeTable{columns: fine}, ErrColumns, "touchpoint: t: columns: time cannot be left out"},
		{"missing column", Rows{}, fakeTable{columns: fine[1:]}, ErrMissing, "touchpoint: t: columns: missing: no column for customer; the header has time, channel"},
		{"named column", Rows{Columns: Columns{Cost: "spend"}}, fakeTable{columns: fine}, ErrMissing, `no column "spend", named for cost`},
		{"two of a name", Rows{}, fakeTable{columns: append(fine, "x", "x")}, ErrSyntax, `column "x" occurs twice`},
		{"encoding", Rows{}, fakeTable{columns: append(fine, "\xff")}, ErrEncoding, "invalid UTF-8"},
		{"the query fails", Rows{}, fakeTable{columns: fine, rows: [][]driver.Value{{"c", time.Unix(0, 0), "a"}}, err: broken}, broken, "touchpoint: t:1: the query failed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.d.Source = "t"
			o := decodeRows(t, test.d, &test.table)
			require.Len(t, o.errs, 1)
			require.IsType(t, &InputError{}, o.errs[0])
			require.ErrorIs(t, o.errs[0], test.class)
			require.ErrorContains(t, o.errs[0], test.want)
			assert.NotContains(t, o.errs[0].Error(), "secret")
		})
	}
	o := gather(t, Rows{}.Decode(context.Background(), nil))
	require.Len(t, o.errs, 1)
	require.ErrorIs(t, o.errs[0], ErrMissing)

	f := &fakeTable{columns: fine}
	rows := f.query(t)
	require.NoError(t, rows.Close())
	o = gather(t, Rows{}.Decode(context.Background(), rows))
	require.Len(t, o.errs, 1)
	assert.EqualError(t, o.errs[0], "touchpoint: the query failed", "closed before")
}

func TestRowsStop(t *testing.T) {
	table := func() *fakeTable {
		f := &fakeTable{columns: strings.Split("customer,time,channel", ",")}
		for range 100 {
			f.rows = append(f.rows, []driver.Value{"c", time.Unix(0, 0), "a"})
		}
		return f
	}
	f, n := table(), 0
	for range (Rows{}).Decode(context.Background(), f.query(t)) {
		if n++; n == 3 {
			break
		}
	}
	assert.Equal(t, 3, n)
	assert.Equal(t, 1, f.closed)

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	f, n = table(), 0
	var last error
	for _, err := range (Rows{}).Decode(ctx, f.query(t)) {
		if last = err; err == nil {
			if n++; n == 10 {
				cancel()
			}
		}
	}
	assert.Equal(t, 10, n)
	require.ErrorIs(t, last, context.Canceled)
	assert.Equal(t, 1, f.closed)

	// The context ends while the driver waits for the next row.
	ctx, cancel = context.WithCancel(context.Background())
	f = &fakeTable{columns: f.columns, err: errors.New("driver: cancelled"), end: cancel}
	o := gather(t, Rows{}.Decode(ctx, f.query(t)))
	require.Len(t, o.errs, 1)
	assert.EqualError(t, o.errs[0], "touchpoint: context canceled")
}
