package sqltest

import (
	"testing"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeysql"
	"github.com/cjm-go/cjm/journey/journeytest"
)

func TestStoreSQLite(t *testing.T) {
	journeytest.TestStore(t, func(t *testing.T) journey.Store { return newSQLite(t, "synchronous(OFF)").store(t) })
}

// One connection and no file.
func TestStoreSQLiteInMemory(t *testing.T) {
	journeytest.TestStore(t, func(t *testing.T) journey.Store {
		db := database{journeysql.SQLite, ":memory:"}
		pool := db.pool(t)
		pool.SetMaxOpenConns(1)
		s, err := journeysql.Open(ctx, pool, db.dialect)
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

// The rollback journal instead of the write-ahead log: readers block a COMMIT.
func TestStoreSQLiteRollbackJournal(t *testing.T) {
	journeytest.TestStore(t, func(t *testing.T) journey.Store {
		return newSQLite(t, "journal_mode(DELETE)", "synchronous(OFF)").store(t)
	})
}

func TestStorePostgreSQL(t *testing.T) {
	journeytest.TestStore(t, func(t *testing.T) journey.Store { return newPostgreSQL(t, "synchronous_commit=off").store(t) })
}

// A server of which the default isolation is another one.
func TestStorePostgreSQLSerializable(t *testing.T) {
	journeytest.TestStore(t, func(t *testing.T) journey.Store {
		return newPostgreSQL(t, "synchronous_commit=off", "default_transaction_isolation=serializable").store(t)
	})
}
