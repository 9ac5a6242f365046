package journeysql

import (
	"context"
	"embed"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
)

// migrations has, for each dialect, a file of SQL for each version: 0001.sql makes
// version 1 of the tables, 0002.sql makes version 2 of version 1. A file that was
// released does not change.
//
//go:embed schema
var migrations embed.FS

// version of the tables that this package reads and writes.
const version = 1

// migration returns the statements that make the version, without those of the
// version before.
func (d Dialect) migration(version int, prefix string) ([]string, error) {
	text, err := migrations.ReadFile(fmt.Sprintf("schema/%v/%04d.sql", d, version))
	if err != nil {
		return nil, err
	}
	all := strings.SplitAfter(d.statement(string(text), prefix), ";\n")
	return slices.DeleteFunc(all, func(s string) bool { return strings.TrimSpace(s) == "" }), nil
}

// migrate brings the tables to the version of this package.
func (s *Store) migrate(ctx context.Context) error {
	// Usually there is nothing to do, so look before any lock.
	var have int
	err := s.read(ctx, func(q querier) (err error) {
		have, err = s.version(ctx, q)
		return err
	})
	if err != nil || have == version {
		return err
	}
	return s.transact(ctx, func(q querier) (bool, error) {
		if s.dialect == PostgreSQL { // SQLite has locked the file
			if _, err := q.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", s.lockKey()); err != nil {
				return false, plain{err}
			}
		}
		have, err := s.version(ctx, q)
		if err != nil {
			return false, err
		}
		for v := have + 1; v <= version; v++ {
			if err := s.migrateTo(ctx, q, v); err != nil {
				return false, err
			}
		}
		return true, nil
	})
}

func (s *Store) migrateTo(ctx context.Context, q querier, v int) error {
	all, err := s.dialect.migration(v, s.options.Prefix)
	if err != nil {
		return plain{err}
	}
	if v == 1 {
		all = append([]string{s.statement("CREATE TABLE {prefix}schema (version integer NOT NULL PRIMARY KEY)")}, all...)
	}
	for _, text := range all {
		if _, err := q.ExecContext(ctx, text); err != nil {
			return plain{err}
		}
	}
	if _, err := q.ExecContext(ctx, s.statement("INSERT INTO {prefix}schema (version) VALUES ($1)"), v); err != nil {
		return plain{err}
	}
	return nil
}

// version returns that of the tables, 0 if there are none.
func (s *Store) version(ctx context.Context, q querier) (int, error) {
	// Not to_regclass: it may remember from before the lock that there was none.
	exists := "SELECT EXISTS (SELECT FROM pg_catalog.pg_class WHERE relname = $1 AND pg_catalog.pg_table_is_visible(oid))"
	if s.dialect == SQLite {
		exists = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?1"
	}
	var is bool
	if err := q.QueryRowContext(ctx, exists, s.options.Prefix+"schema").Scan(&is); err != nil {
		return 0, plain{err}
	}
	if !is {
		return 0, nil
	}
	var have int
	if err := q.QueryRowContext(ctx, s.statement("SELECT coalesce(max(version), 0) FROM {prefix}schema")).Scan(&have); err != nil {
		return 0, plain{err}
	}
	if have > version {
		return 0, &VersionError{Version: have, Known: version}
	}
	return have, nil
}

// lockKey is the key of the advisory lock under which the tables are migrated.
func (s *Store) lockKey() int64 {
	h := fnv.New64a()
	h.Write([]byte("github.com/cjm-go/cjm/journey/journeysql " + s.options.Prefix))
	return int64(h.Sum64())
}
