package touchpoint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"
	"unicode/utf8"

	"github.com/cjm-go/cjm/internal/csvscan"
)

// CSV decodes touchpoints from CSV with a header, one row each. A byte order mark
// is skipped, lines end with LF or CRLF, empty lines are skipped, and fields may
// be quoted as RFC 4180 says.
//
// The texts of all fields but properties are trimmed of Unicode space. Then
//
//   - an id that is a UUID of 36 characters is taken as it is; any other text
//     becomes its UUIDv5 in [Namespace], so that ids of other systems work; a
//     row without an id gets its [Touchpoint.ContentID];
//   - customer and time must not be empty; times are converted to UTC and must
//     lie in the years 1 to 9999;
//   - conversion is true or yes, false or no, or a count of which only matters
//     whether it is 0; empty means no;
//   - value and cost are decimal numbers, finite and not negative; empty means 0;
//   - currency is three letters, setting is online or offline, emotion is a
//     number from -1 to 1, seq is a whole number, and each may be empty;
//   - consent is "ads=yes;analytics=no", "none" where one is given that grants
//     nothing, or a JSON object of booleans; empty means that none is given.
//
// A column that no field takes is a property under its header's name, or "#3" if
// the third has none; an empty cell gives no property.
//
// The zero value is ready.
type CSV struct {
	// Columns says which column holds what.
	Columns Columns
	// Comma separates the fields; 0 means ','. It is an ASCII character.
	Comma rune
	// Source is the name of the input in errors, such as a file name.
	Source string
	// TimeLayouts are the layouts of times, tried in order: layouts of package
	// time or special names such as [TimeUnix]. Nil means [TimeISO].
	TimeLayouts []string
	// Location is the zone of times that do not say theirs. Nil means UTC.
	Location *time.Location
	// MaxRow is the longest row accepted, in bytes. A longer one is skipped as
	// a bad row. 0 means [DefaultMaxRow].
	MaxRow int
}

// Validate reports all that is wrong with the configuration at once.
func (d CSV) Validate() error {
	errs := validateInput(d.Columns, d.TimeLayouts, d.MaxRow)
	switch d.Comma {
	case '"', '\r', '\n':
		errs = append(errs, errors.New("touchpoint: comma is a quote or a line end"))
	default:
		if d.Comma < 0 || d.Comma >= utf8.RuneSelf {
			errs = append(errs, errors.New("touchpoint: comma is not an ASCII character"))
		}
	}
	return errors.Join(errs...)
}

// Decode reads r to its end and yields every touchpoint in order. A bad row is a
// zero Touchpoint and a [*RowError]; the rows after it follow. A [*InputError]
// ends the sequence: there is no header ([ErrMissing]) or it does not fit the
// Columns, the reader fails, the context is done, the configuration is not
// valid. A header without rows yields nothing. The sequence can be used once; a
// consumer may stop at any time.
func (d CSV) Decode(ctx context.Context, r io.Reader) iter.Seq2[Touchpoint, error] {
	return func(yield func(Touchpoint, error) bool) {
		fail := func(line int, field string, err error) {
			yield(Touchpoint{}, &InputError{Source: d.Source, Line: line, Field: field, Err: err})
		}
		if err := d.Validate(); err != nil {
			fail(0, "", err)
			return
		}
		scan := csvscan.NewReader(contextReader{ctx, r}, byte(d.Comma), maxRow(d.MaxRow))
		columns, err := d.header(scan)
		if err != nil {
			if scan.Err() != nil {
				fail(0, "", scan.Err())
			} else {
				fail(max(scan.Line(), 1), "header", err)
			}
			return
		}
		rows := csvDecoder{assembler: assembler{times: newTimeReader(d.TimeLayouts, d.Location)}, columns: columns}
		line, stop := scan.Line(), ctx.Done()
		for scan.Next() {
			if done(stop) {
				fail(line, "", ctx.Err())
				return
			}
			line = scan.Line()
			var t Touchpoint
			var bad *RowError
			if err := scan.RecordErr(); err != nil {
				bad = &RowError{Err: recordError(err)}
			} else {
				bad = rows.row(scan.Fields(), &t)
			}
			if bad == nil {
				if !yield(t, nil) {
					return
				}
				continue
			}
			bad.Source, bad.Line = d.Source, line
			if !yield(Touchpoint{}, bad) {
				return
			}
		}
		if err := scan.Err(); err != nil {
			fail(line, "", err)
		}
	}
}

// header reads the first record and finds the columns in it.
func (d CSV) header(scan *csvscan.Reader) ([]column, error) {
	if !scan.Next() {
		return nil, fmt.Errorf("%w: the input is empty", ErrMissing)
	}
	if err := scan.RecordErr(); err != nil {
		return nil, recordError(err)
	}
	var names []string
	for _, name := range scan.Fields() {
		if !utf8.Valid(name) {
			return nil, ErrEncoding
		}
		names = append(names, string(name))
	}
	return d.Columns.bind(names)
}

// recordError gives an error of the scanner its class.
func recordError(err error) error {
	if errors.Is(err, csvscan.ErrTooLong) {
		return ErrTooLong
	}
	return fmt.Errorf("%w: %w", ErrSyntax, err)
}

// csvDecoder turns records into touchpoints.
type csvDecoder struct {
	assembler
	columns []column
}

// row decodes one record into t, which is zero. The error has no place yet.
func (d *csvDecoder) row(record [][]byte, t *Touchpoint) *RowError {
	if len(record) != len(d.columns) {
		return &RowError{Err: fieldCount(len(record), len(d.columns))}
	}
	for i, text := range record {
		c := &d.columns[i]
		if !utf8.Valid(text) {
			return &RowError{Field: c.name, Err: ErrEncoding}
		}
		if len(c.fields) == 0 && len(text) > 0 {
			d.setProperty(t, c.name, text) // names are distinct, see bind
		}
		for _, f := range c.fields {
			if err := d.set(t, f, text); err != nil {
				return &RowError{Field: c.name, Err: err}
			}
		}
	}
	d.finish(t)
	return nil
}
