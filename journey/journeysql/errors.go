package journeysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"
)

var (
	// ErrDialect says that a [Dialect] is none.
	ErrDialect = errors.New("journeysql: unknown dialect")
	// ErrOptions says what is wrong with [Options].
	ErrOptions = errors.New("journeysql: bad options")
	// ErrName says that the name of a rule or a stage holds a zero byte or is
	// not valid UTF-8. A database cannot keep it as text.
	ErrName = errors.New("journeysql: name of a rule or stage is not text")
	// ErrRow says that a row of the tables cannot have been written by this
	// package, or by a later version of it.
	ErrRow = errors.New("journeysql: unusable row")
)

// VersionError says that the tables are of a later version than this package
// knows. It leaves them as they are.
type VersionError struct {
	Version int // of the tables
	Known   int // the latest that is known here
}

// Error gives both versions.
func (e *VersionError) Error() string {
	return fmt.Sprintf("journeysql: tables have version %d, the latest known here is %d", e.Version, e.Known)
}

// Error is an error of the database or of ctx; [errors.Is] finds the latter.
//
// The text has the code. It has the driver's own words only where the statement
// had no data of a customer to tell: on connecting, BEGIN, COMMIT and migrations.
type Error struct {
	// Op is what was to be done: open, add, add-all, evidence, quiet, all,
	// erase.
	Op string
	// Code is the SQLSTATE of PostgreSQL or the result code of SQLite, empty if
	// the driver does not tell it.
	Code string
	// Err is the driver's error. Its text may hold data of a customer.
	Err error

	words string // driver's, if they may be told
}

// Error returns what is known, without data of a customer.
func (e *Error) Error() string {
	text := "journeysql: " + e.Op + ": "
	switch {
	case errors.Is(e.Err, context.DeadlineExceeded):
		text += context.DeadlineExceeded.Error()
	case errors.Is(e.Err, context.Canceled):
		text += context.Canceled.Error()
	case e.words != "":
		return text + e.words
	case isGone(e.Err):
		text += "connection lost"
	case e.Code == "":
		text += fmt.Sprintf("%T", e.Err)
	default:
		text += "database error"
	}
	if e.Code != "" {
		text += ", code " + e.Code
	}
	return text
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

func isGone(err error) bool {
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// plain is an error of a statement without data: its words may be told.
type plain struct{ error }

func (p plain) Unwrap() error { return p.error }

// failed returns err as the caller gets it.
func failed(ctx context.Context, op string, err error) error {
	if isOurs(err) {
		return err
	}
	e := &Error{Op: op, Err: err}
	if p, ok := err.(plain); ok {
		e.Err, e.words = p.error, p.Error()
	}
	// Not every driver says why a statement was interrupted.
	if over := ctx.Err(); over != nil && !errors.Is(err, over) {
		e.Err = errors.Join(over, e.Err)
	}
	if code, ok := sqlState(err); ok {
		e.Code = code
	} else if code, ok := sqliteCode(err); ok {
		e.Code = strconv.Itoa(code)
	}
	return e
}

// isOurs reports whether the error is one that this package words itself.
func isOurs(err error) bool {
	var version *VersionError
	return errors.Is(err, ErrRow) || errors.As(err, &version)
}
