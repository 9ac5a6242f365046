package sqltest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/cjm-go/cjm/journey/journeysql"
)

// database is an empty one of a test, to which any number of pools can be opened.
type database struct {
	dialect journeysql.Dialect
	dsn     string
}

// onBoth runs the test on both kinds of database. They do not wait for the disk,
// which makes a difference only to what a failure of the power does.
func onBoth(t *testing.T, f func(t *testing.T, db database)) {
	t.Run("sqlite", func(t *testing.T) { f(t, newSQLite(t, "synchronous(OFF)")) })
	t.Run("postgresql", func(t *testing.T) { f(t, newPostgreSQL(t, "synchronous_commit=off")) })
}

// onBothDurable is onBoth with the settings that the documentation asks for.
func onBothDurable(t *testing.T, f func(t *testing.T, db database)) {
	t.Run("sqlite", func(t *testing.T) { f(t, newSQLite(t, "synchronous(FULL)")) })
	t.Run("postgresql", func(t *testing.T) { f(t, newPostgreSQL(t)) })
}

// newSQLite names a file in a directory that goes with the test.
func newSQLite(tb testing.TB, pragmas ...string) database {
	pragmas = append([]string{"busy_timeout(100)", "journal_mode(WAL)"}, pragmas...)
	path := filepath.Join(tb.TempDir(), "test.db")
	return database{journeysql.SQLite, "file:" + path + "?" + url.Values{"_pragma": pragmas}.Encode()}
}

var schemas atomic.Int64

// newPostgreSQL makes a schema, which goes with the test.
func newPostgreSQL(tb testing.TB, settings ...string) database {
	dsn := os.Getenv("CJM_POSTGRES")
	if dsn == "" {
		tb.Skip("SKIPPED: nothing was tested on PostgreSQL, as CJM_POSTGRES is not set; run .ci/postgres go test ./ext/sqltest/")
	}
	admin, err := sql.Open("pgx", dsn)
	require.NoError(tb, err)
	schema := fmt.Sprintf("cjm_sqltest_%d_%d", os.Getpid(), schemas.Add(1))
	_, err = admin.Exec("CREATE SCHEMA " + schema)
	require.NoError(tb, err)
	tb.Cleanup(func() {
		_, err := admin.Exec("DROP SCHEMA " + schema + " CASCADE")
		require.NoError(tb, err)
		admin.Close()
	})
	for _, setting := range append(settings, "search_path="+schema) {
		separator := "?"
		if strings.Contains(dsn, "?") {
			separator = "&"
		}
		dsn += separator + setting
	}
	return database{journeysql.PostgreSQL, dsn}
}

func (d database) driver() string {
	if d.dialect == journeysql.SQLite {
		return "sqlite"
	}
	return "pgx"
}

// pool opens another pool of connections.
func (d database) pool(tb testing.TB) *sql.DB {
	db, err := sql.Open(d.driver(), d.dsn)
	require.NoError(tb, err)
	tb.Cleanup(func() { db.Close() })
	return db
}

// store opens another store with a pool of its own.
func (d database) store(tb testing.TB) *journeysql.Store {
	s, err := journeysql.Open(context.Background(), d.pool(tb), d.dialect)
	require.NoError(tb, err)
	return s
}
