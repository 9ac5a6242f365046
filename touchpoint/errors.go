package touchpoint

import (
	"errors"
	"strconv"
	"strings"
)

// Classes of what can be wrong with a row. Test for them with [errors.Is].
var (
	// ErrSyntax says that the row is not well-formed CSV or JSON.
	ErrSyntax = errors.New("malformed row")
	// ErrMissing says that a column or field that is needed is absent or empty.
	ErrMissing = errors.New("missing")
	// ErrFormat says that a field cannot be read as what its column holds.
	ErrFormat = errors.New("bad format")
	// ErrRange says that a field can be read, but its value is not allowed there.
	ErrRange = errors.New("out of range")
	// ErrEncoding says that the text is not valid UTF-8.
	ErrEncoding = errors.New("invalid UTF-8")
	// ErrTooLong says that a row is longer than the reader accepts.
	ErrTooLong = errors.New("row too long")
)

// RowError is one bad row of an input, with its place. The text of the row is
// never part of the message: it may hold a customer's data.
type RowError struct {
	Source string // name of the input, such as a file name; may be empty
	Line   int    // 1-based line on which the row begins, or number of the row of a query; 0 if not known
	Field  string // name of the column or field, behind its place in an array; empty if the whole row is bad
	Err    error
}

// Error gives the place, then the cause: `orders.csv:17: value: out of range: negative`.
func (e *RowError) Error() string { return place(e.Source, e.Line, e.Field) + e.Err.Error() }

// Unwrap returns the cause.
func (e *RowError) Unwrap() error { return e.Err }

// InputError is what ends the reading of an input: a header without a needed
// column, a failing reader, a cancelled context, a decoder that is not set up
// right. It stands for the input, not for a row, so a caller that skips bad rows
// must not skip it. The names of the header's columns may be part of the
// message, unless the header looks like a row of data.
type InputError struct {
	Source string // name of the input, such as a file name; may be empty
	Line   int    // 1-based line reached; 0 if not known
	Field  string // the part of the input at fault, such as "header"; may be empty
	Err    error
}

// Error gives the place, then the cause: `touchpoint: orders.csv:1: header: missing: no column for time`.
func (e *InputError) Error() string {
	reason := strings.TrimPrefix(e.Err.Error(), "touchpoint: ")
	return "touchpoint: " + place(e.Source, e.Line, e.Field) + reason
}

// Unwrap returns the cause.
func (e *InputError) Unwrap() error { return e.Err }

// place writes what is known of a place, and a colon behind it.
func place(source string, line int, field string) string {
	var b strings.Builder
	if source != "" {
		b.WriteString(source)
		b.WriteByte(':')
	}
	if line > 0 {
		if source == "" {
			b.WriteString("line ")
		}
		b.WriteString(strconv.Itoa(line))
		b.WriteByte(':')
	}
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	if field != "" {
		b.WriteString(field)
		b.WriteString(": ")
	}
	return b.String()
}
