package sqltest

import (
	"database/sql"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeysql"
)

// Several processes start at once: all of them find the tables made.
func TestOpenAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		var wg sync.WaitGroup
		errs := make([]error, 12)
		for i := range errs {
			pool := db.pool(t)
			wg.Go(func() {
				s, err := journeysql.Open(ctx, pool, db.dialect)
				if err == nil {
					_, _, err = s.Add(ctx, "ann", journey.Evidence{ID: idOf(i), Time: start, Rule: "r"})
				}
				errs[i] = err
			})
		}
		wg.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
		pool := db.pool(t)
		require.Equal(t, 1, count(t, pool, "SELECT count(*) FROM cjm_schema"))
		require.Equal(t, len(errs), count(t, pool, "SELECT count(*) FROM cjm_evidence"))
	})
}

func TestLaterVersion(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		pool := db.pool(t)
		db.store(t)
		_, err := pool.Exec("INSERT INTO cjm_schema (version) VALUES (7)")
		require.NoError(t, err)
		_, err = journeysql.Open(ctx, pool, db.dialect)
		var version *journeysql.VersionError
		require.ErrorAs(t, err, &version)
		require.Equal(t, journeysql.VersionError{Version: 7, Known: 1}, *version)
		// Another prefix is another store.
		_, err = journeysql.Options{Prefix: "other_"}.Open(ctx, pool, db.dialect)
		require.NoError(t, err)
	})
}

func TestPrefix(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		pool := db.pool(t)
		var stores []*journeysql.Store
		for _, prefix := range []string{"", "a_", "_9"} {
			s, err := journeysql.Options{Prefix: prefix}.Open(ctx, pool, db.dialect)
			require.NoError(t, err)
			_, _, err = s.Add(ctx, "only in "+prefix, journey.Evidence{ID: idOf(1), Time: start, Rule: "r"})
			require.NoError(t, err)
			stores = append(stores, s)
		}
		require.Equal(t, "only in a_", gather(t, stores[1].All(ctx))[0].Customer)
		require.Equal(t, "only in _9", gather(t, stores[2].All(ctx))[0].Customer)
	})
}

// A migration that fails half way leaves nothing behind.
func TestMigrationIsOneTransaction(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		pool := db.pool(t)
		_, err := pool.Exec("CREATE TABLE cjm_evidence (other integer)") // in the way of the last table
		require.NoError(t, err)
		_, err = journeysql.Open(ctx, pool, db.dialect)
		var failed *journeysql.Error
		require.ErrorAs(t, err, &failed)
		require.Contains(t, err.Error(), "already exists")
		_, err = pool.Exec("SELECT 1 FROM cjm_schema")
		require.Error(t, err)
		_, err = pool.Exec("DROP TABLE cjm_evidence")
		require.NoError(t, err)
		_, err = journeysql.Open(ctx, pool, db.dialect)
		require.NoError(t, err)
	})
}

// Who only may read and write rows can open a store over tables that are there.
func TestOpenWithoutRightsOverTables(t *testing.T) {
	db := newPostgreSQL(t)
	admin := db.pool(t)
	db.store(t)
	var schema string
	require.NoError(t, admin.QueryRow("SELECT current_schema()").Scan(&schema))
	role := "role_" + schema
	for _, text := range []string{
		"CREATE ROLE %[1]s", "GRANT USAGE ON SCHEMA %[2]s TO %[1]s",
		"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %[2]s TO %[1]s",
	} {
		_, err := admin.Exec(fmt.Sprintf(text, role, schema))
		require.NoError(t, err)
	}
	t.Cleanup(func() {
		_, err := admin.Exec(fmt.Sprintf("DROP OWNED BY %[1]s; DROP ROLE %[1]s", role))
		require.NoError(t, err)
	})
	pool, err := sql.Open("pgx", db.dsn+"&role="+role)
	require.NoError(t, err)
	defer pool.Close()
	var user string
	require.NoError(t, pool.QueryRow("SELECT current_user").Scan(&user))
	require.Equal(t, role, user)

	s, err := journeysql.Open(ctx, pool, db.dialect)
	require.NoError(t, err)
	_, _, err = s.Add(ctx, "ann", journey.Evidence{ID: idOf(1), Time: start, Rule: "r"})
	require.NoError(t, err)
	_, err = s.Erase(ctx, "ann")
	require.NoError(t, err)
	_, err = journeysql.Options{Prefix: "new_"}.Open(ctx, pool, db.dialect)
	require.ErrorContains(t, err, "42501", "no right to make tables")
}
