package main

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	_ "modernc.org/sqlite"             // driver "sqlite"

	"github.com/cjm-go/cjm/journey/journeysql"
)

// openTimeout bounds how long the service waits for the database at the start.
const openTimeout = 30 * time.Second

// open opens the database and makes or migrates its tables.
func (c config) open(ctx context.Context) (*sql.DB, *journeysql.Store, error) {
	driver, dsn := "pgx", c.postgres
	if c.postgres == "" {
		// The names of customers are in it, so it is not for others to read. SQLite
		// gives its other files the same mode.
		f, err := os.OpenFile(c.db, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, nil, err
		}
		if err := f.Close(); err != nil {
			return nil, nil, err
		}
		driver, dsn = "sqlite", sqliteDSN(c.db)
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	store, err := journeysql.Open(ctx, db, c.dialect())
	if err != nil {
		db.Close()
		return nil, nil, err
	}
	return db, store, nil
}

// sqliteDSN returns what opens the file with the settings that make a commit
// durable, let readers work beside the writer, and overwrite what is deleted.
func sqliteDSN(path string) string {
	pragmas := url.Values{"_pragma": {
		"busy_timeout(1000)", "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(ON)",
	}}
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path) + "?" + pragmas.Encode()
}
