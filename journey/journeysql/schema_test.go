package journeysql

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Both dialects have the migrations up to the version, and no others.
func TestMigrations(t *testing.T) {
	for i := range dialectNames {
		d := Dialect(i)
		files, err := migrations.ReadDir("schema/" + d.String())
		require.NoError(t, err)
		require.Len(t, files, version)
		for v := range version {
			require.Equal(t, fmt.Sprintf("%04d.sql", v+1), files[v].Name())
			all, err := d.migration(v+1, "x_")
			require.NoError(t, err)
			require.NotEmpty(t, all)
			for _, text := range all {
				require.True(t, strings.HasSuffix(text, ";\n"), text)
				require.NotContains(t, text, "{prefix}")
			}
		}
		_, err = d.migration(version+1, "x_")
		require.Error(t, err)
	}
}

// The second to open has nothing to do, and takes no lock.
func TestOpenTwice(t *testing.T) {
	onBoth(t, func(t *testing.T, db *fake) {
		open(t, db)
		require.Equal(t, 1, db.count("BEGIN"))
		require.Equal(t, 4, db.count("CREATE"))
		open(t, db)
		require.Equal(t, 1, db.count("BEGIN"))
		require.Equal(t, []int64{1}, db.tables.versions)
	})
}

// Somebody else makes the tables between the first look and the lock.
func TestOpenMeanwhile(t *testing.T) {
	onBoth(t, func(t *testing.T, db *fake) {
		other := newFake(db.dialect)
		open(t, other)
		db.fail = func(query string) error {
			if strings.HasPrefix(query, "BEGIN") {
				db.tables = other.tables
			}
			return nil
		}
		open(t, db)
		require.Zero(t, db.count("CREATE"))
	})
}

func TestLaterVersion(t *testing.T) {
	onBoth(t, func(t *testing.T, db *fake) {
		open(t, db)
		db.tables.versions = append(db.tables.versions, 3)
		_, err := Open(ctx, db.open(t), db.dialect)
		require.EqualError(t, err, "journeysql: tables have version 3, the latest known here is 1")
		var later *VersionError
		require.ErrorAs(t, err, &later)
	})
}

// Whatever fails while the tables are made, nothing of it stays.
func TestMigrationFails(t *testing.T) {
	onBoth(t, func(t *testing.T, db *fake) {
		for _, at := range []string{
			"SELECT EXISTS", "SELECT count(*) FROM sqlite_master", "BEGIN", "SELECT pg_advisory_xact_lock",
			"CREATE TABLE cjm_schema", "CREATE TABLE cjm_customers", "CREATE INDEX", "INSERT INTO cjm_schema", "COMMIT",
		} {
			db.failOnce(at, errors.New("no right to"))
			_, err := Open(ctx, db.open(t), db.dialect)
			if err == nil { // a statement of the other dialect
				require.Zero(t, db.count(at))
				db.tables = newFake(db.dialect).tables
				continue
			}
			require.EqualError(t, err, "journeysql: open: no right to", at)
			require.Empty(t, db.tables.made)
		}
		db.fail = nil
		open(t, db)
		db.failOnce("SELECT coalesce", errors.New("no right to"))
		_, err := Open(ctx, db.open(t), db.dialect)
		require.EqualError(t, err, "journeysql: open: no right to")
	})
}
