package touchpoint

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// Rows decodes touchpoints from the rows of a query, one each. The columns of the
// query are found as the header of a [CSV] file is, so
//
//	SELECT client AS customer, at AS time, medium AS channel, page FROM events
//
// needs no Columns. A column may be of any type that [database/sql] knows:
//
//   - A time is taken as it is, in UTC, for time and received, whatever the
//     TimeLayouts, and as RFC 3339 anywhere else.
//   - A text or bytes are read like a cell of a CSV file.
//   - A whole number, a floating-point number or a truth value are read like the
//     texts 17, 0.25 and true; a floating-point number that is whole is written
//     without an exponent, so it may be a seq.
//   - NULL is an empty cell.
//
// A column that no field takes is a property under its name; NULL gives none, an
// empty text gives an empty one. Bytes that are not UTF-8 are [ErrEncoding]: such
// a column does not belong in the query.
//
// The zero value is ready.
type Rows struct {
	// Columns says which column holds what.
	Columns Columns
	// Source is the name of the input in errors, such as a table.
	Source string
	// TimeLayouts are the layouts of times that come as texts or numbers, tried
	// in order: layouts of package time or special names such as [TimeUnix]. Nil
	// means [TimeISO].
	TimeLayouts []string
	// Location is the zone of times that come as texts and do not say theirs.
	// Nil means UTC.
	Location *time.Location
}

// Validate reports all that is wrong with the configuration at once.
func (d Rows) Validate() error {
	return errors.Join(validateInput(d.Columns, d.TimeLayouts, 0)...)
}

// queryError is what a driver reports. Its text is not part of the message: a
// database may well quote a value in it.
type queryError struct{ err error }

func (e queryError) Error() string { return "the query failed" }
func (e queryError) Unwrap() error { return e.err }

// Decode reads the result set in hand to its end and yields every touchpoint in
// order. A bad row is a zero Touchpoint and a [*RowError], the Line of which is
// the number of the row, from 1; the rows after it follow. A [*InputError] ends
// the sequence: the columns do not fit, the query fails, the context is done, the
// configuration is not valid. The message does not quote what the driver says;
// [errors.Unwrap] and [errors.As] give it.
//
// rows are closed when the sequence ends, also if the consumer stops early or the
// configuration is not valid. That the caller closes them too does no harm, and is
// needed if the sequence is never begun. The sequence can be used once.
func (d Rows) Decode(ctx context.Context, rows *sql.Rows) iter.Seq2[Touchpoint, error] {
	return func(yield func(Touchpoint, error) bool) {
		n := 0
		fail := func(field string, err error) {
			yield(Touchpoint{}, &InputError{Source: d.Source, Line: n, Field: field, Err: err})
		}
		if rows == nil {
			fail("", fmt.Errorf("%w: no rows", ErrMissing))
			return
		}
		defer rows.Close()
		if err := d.Validate(); err != nil {
			fail("", err)
			return
		}
		names, err := rows.Columns()
		if err != nil {
			fail("", queryError{err})
			return
		}
		for _, name := range names {
			if !utf8.ValidString(name) {
				fail("columns", ErrEncoding)
				return
			}
		}
		columns, err := d.Columns.bind(names)
		if err != nil {
			fail("columns", err)
			return
		}
		r := newRowDecoder(columns, newTimeReader(d.TimeLayouts, d.Location))
		for stop := ctx.Done(); ; {
			if done(stop) {
				fail("", ctx.Err())
				return
			}
			if !rows.Next() {
				break
			}
			n++
			if err := rows.Scan(r.into...); err != nil {
				fail("", queryError{err})
				return
			}
			var t Touchpoint
			if bad := r.row(&t); bad != nil {
				bad.Source, bad.Line = d.Source, n
				t, err = Touchpoint{}, bad
			} else {
				err = nil
			}
			if !yield(t, err) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			if ctx.Err() != nil {
				err = ctx.Err()
			} else {
				err = queryError{err}
			}
			fail("", err)
		}
	}
}

// rowDecoder turns rows of a query into touchpoints.
type rowDecoder struct {
	assembler
	columns []column
	values  []any
	into    []any // pointers to values
	buf     []byte
}

func newRowDecoder(columns []column, times timeReader) *rowDecoder {
	r := &rowDecoder{
		assembler: assembler{times: times},
		columns:   columns,
		values:    make([]any, len(columns)),
		into:      make([]any, len(columns)),
	}
	for i := range r.values {
		r.into[i] = &r.values[i]
	}
	return r
}

// row decodes the row that has been scanned into t, which is zero. The error has
// no place yet.
func (r *rowDecoder) row(t *Touchpoint) *RowError {
	for i, value := range r.values {
		c := &r.columns[i]
		text, err := r.text(value)
		if err != nil {
			return &RowError{Field: c.name, Err: err}
		}
		if len(c.fields) == 0 && value != nil {
			r.setProperty(t, c.name, text) // names are distinct, see bind
		}
		for _, f := range c.fields {
			if err := r.setValue(t, f, value, text); err != nil {
				return &RowError{Field: c.name, Err: err}
			}
		}
	}
	r.finish(t)
	return nil
}

func (r *rowDecoder) setValue(t *Touchpoint, f field, value any, text []byte) error {
	at, ok := value.(time.Time)
	if !ok || f != fieldTime && f != fieldReceived {
		return r.set(t, f, text)
	}
	if !validTime(at) {
		return errYear
	}
	if f == fieldTime {
		t.Time = at.UTC()
	} else {
		t.Received = at.UTC()
	}
	return nil
}

// text returns a value as text, which is valid until the next call.
func (r *rowDecoder) text(value any) ([]byte, error) {
	b := r.buf[:0]
	switch v := value.(type) {
	case nil:
	case []byte:
		b = v
	case string:
		b = append(b, v...)
	case int64:
		b = strconv.AppendInt(b, v, 10)
	case float64:
		switch whole := v == math.Trunc(v) && math.Abs(v) < 1<<63; {
		case math.IsNaN(v) || math.IsInf(v, 0):
			return nil, errNotFinite
		case whole:
			b = strconv.AppendInt(b, int64(v), 10)
		default:
			b = appendJSONNumber(b, v)
		}
	case bool:
		b = strconv.AppendBool(b, v)
	case time.Time:
		b = v.UTC().AppendFormat(b, time.RFC3339Nano)
	default:
		return nil, fmt.Errorf("%w: a column of type %T", ErrFormat, value)
	}
	if _, given := value.([]byte); !given {
		r.buf = b
	}
	if !utf8.Valid(b) {
		return nil, ErrEncoding
	}
	return b, nil
}
