package journeysql

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// Dialect is the kind of database.
type Dialect uint8

const (
	// PostgreSQL is the zero value.
	PostgreSQL Dialect = iota
	// SQLite is SQLite.
	SQLite
)

var dialectNames = []string{PostgreSQL: "postgresql", SQLite: "sqlite"}

// String returns "postgresql" or "sqlite".
func (d Dialect) String() string {
	if int(d) < len(dialectNames) {
		return dialectNames[d]
	}
	return fmt.Sprintf("Dialect(%d)", uint8(d))
}

// MarshalText returns the text of [Dialect.String]. The error is [ErrDialect].
func (d Dialect) MarshalText() ([]byte, error) {
	if int(d) < len(dialectNames) {
		return []byte(dialectNames[d]), nil
	}
	return nil, ErrDialect
}

// UnmarshalText is the inverse of [Dialect.MarshalText]. The error is
// [ErrDialect].
func (d *Dialect) UnmarshalText(text []byte) error {
	for i, name := range dialectNames {
		if name == string(text) {
			*d = Dialect(i)
			return nil
		}
	}
	return ErrDialect
}

// begin returns the statement that begins a transaction in which a customer can be
// locked. On PostgreSQL each statement must see what was committed before it, or
// the one behind the lock would not see what the lock waited for.
func (d Dialect) begin() string {
	if d == SQLite {
		return "BEGIN IMMEDIATE"
	}
	return "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
}

// statement returns the text with the prefix of the tables and the dialect's
// placeholders for $1, $2 and so on.
func (d Dialect) statement(text, prefix string) string {
	text = strings.ReplaceAll(text, "{prefix}", prefix)
	if d == SQLite {
		return strings.ReplaceAll(text, "$", "?")
	}
	return text
}

// id returns what stands for an ID in an argument.
func (d Dialect) id(id uuid.UUID) any {
	if d == SQLite {
		return id[:]
	}
	return id.String()
}

// Codes of errors after which the whole transaction is worth another try.
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"

	sqliteBusy   = 5
	sqliteLocked = 6
)

// conflict reports whether the database has refused the transaction because of
// another one. It did not take place then.
func (d Dialect) conflict(err error) bool {
	if d == PostgreSQL {
		code, _ := sqlState(err)
		return code == serializationFailure || code == deadlockDetected
	}
	if code, ok := sqliteCode(err); ok {
		return code&0xff == sqliteBusy || code&0xff == sqliteLocked
	}
	// Not every driver has a method for the code.
	return err != nil && (strings.Contains(err.Error(), "database is locked") ||
		strings.Contains(err.Error(), "database table is locked"))
}

// sqlState returns the code of an error of PostgreSQL, from drivers that have a
// method for it, such as pgx and pq.
func sqlState(err error) (string, bool) {
	var e interface{ SQLState() string }
	if errors.As(err, &e) {
		return e.SQLState(), true
	}
	return "", false
}

// sqliteCode returns the result code of SQLite, from drivers that have a method
// for it, such as modernc.org/sqlite.
func sqliteCode(err error) (int, bool) {
	var e interface{ Code() int }
	if errors.As(err, &e) {
		return e.Code(), true
	}
	return 0, false
}
