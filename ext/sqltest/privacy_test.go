package sqltest

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeysql"
)

// A message of the database that has a customer's data stays out of the error.
func TestErrorsHoldNoData(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s, pool := db.store(t), db.pool(t)
		e := journey.Evidence{ID: idOf(1), Time: start, Rule: "r", Order: "secret-7"}
		texts := []string{
			`CREATE TRIGGER no BEFORE INSERT ON cjm_evidence BEGIN SELECT RAISE(ABORT, 'secret'); END`,
		}
		if db.dialect == journeysql.PostgreSQL {
			texts = []string{
				`CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS
					$$BEGIN RAISE EXCEPTION 'no %', convert_from(NEW.order_number, 'UTF8'); END$$`,
				`CREATE TRIGGER no BEFORE INSERT ON cjm_evidence FOR EACH ROW EXECUTE FUNCTION no()`,
			}
		}
		for _, text := range texts {
			_, err := pool.Exec(text)
			require.NoError(t, err)
		}
		_, _, err := s.Add(ctx, "secret ann", e)
		var failed *journeysql.Error
		require.ErrorAs(t, err, &failed)
		require.Contains(t, failed.Err.Error(), "secret", "or nothing is shown")
		require.NotContains(t, err.Error(), "secret")
		require.Equal(t, map[journeysql.Dialect]string{
			journeysql.SQLite: "journeysql: add: database error, code 1811", journeysql.PostgreSQL: "journeysql: add: database error, code P0001",
		}[db.dialect], err.Error())
	})
}

// A row that somebody else has written is an error without its contents.
func TestBadRows(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s, pool := db.store(t), db.pool(t)
		_, _, err := s.Add(ctx, "ann", journey.Evidence{ID: idOf(1), Time: start, Rule: "r"})
		require.NoError(t, err)
		for _, set := range []string{"effect = 'secret'", "nsec = -1", "nsec = 1000000000"} {
			_, err := pool.Exec("UPDATE cjm_evidence SET effect = 'enters', nsec = 0")
			require.NoError(t, err)
			_, err = pool.Exec("UPDATE cjm_evidence SET " + set)
			require.NoError(t, err)
			_, first := s.Evidence(ctx, "ann")
			_, _, second := s.Add(ctx, "ann", journey.Evidence{ID: idOf(2), Time: start, Rule: "r"})
			_, third := s.Erase(ctx, "ann")
			var fourth error
			for _, fourth = range s.All(ctx) {
			}
			for _, err := range []error{first, second, third, fourth} {
				require.ErrorIs(t, err, journeysql.ErrRow)
				require.NotContains(t, err.Error(), "secret")
			}
		}
	})
}

// The tables are gone: an error with the code, and no data.
func TestTablesGone(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s, pool := db.store(t), db.pool(t)
		for _, table := range []string{"cjm_evidence", "cjm_customers"} {
			_, err := pool.Exec("DROP TABLE " + table)
			require.NoError(t, err)
		}
		_, _, add := s.Add(ctx, "secret", journey.Evidence{ID: idOf(1), Time: start, Rule: "r"})
		_, addAll := s.AddAll(ctx, []journey.CustomerEvidence{{Customer: "secret", Evidence: make([]journey.Evidence, 1)}})
		_, evidence := s.Evidence(ctx, "secret")
		_, erase := s.Erase(ctx, "secret")
		var quiet, all error
		for _, quiet = range s.Quiet(ctx, time.Time{}, time.Time{}) {
		}
		for _, all = range s.All(ctx) {
		}
		for op, err := range map[string]error{
			"add": add, "add-all": addAll, "evidence": evidence, "erase": erase, "quiet": quiet, "all": all,
		} {
			var failed *journeysql.Error
			require.ErrorAs(t, err, &failed)
			require.Equal(t, op, failed.Op)
			require.Equal(t, map[journeysql.Dialect]string{journeysql.SQLite: "1", journeysql.PostgreSQL: "42P01"}[db.dialect], failed.Code)
			require.NotContains(t, err.Error(), "secret")
			require.NotNil(t, errors.Unwrap(err))
		}
	})
}
