package journeysql

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/stage"
)

// statements are the texts of all that is asked of the tables.
type statements struct {
	lock, insert, put, touch       string
	evidence, evidenceOf           string
	quiet, page                    string
	deleteEvidence, deleteCustomer string
}

// columns are those that [scan] takes.
const columns = "e.id, e.sec, e.nsec, e.seq, e.rule, e.stage, e.effect, e.order_number"

func newStatements(d Dialect, prefix string) statements {
	forUpdate := ""
	if d == PostgreSQL {
		forUpdate = " FOR UPDATE"
	}
	t := statements{
		lock: `SELECT id, last_sec, last_nsec FROM {prefix}customers WHERE name = $1` + forUpdate,
		// Where somebody else has inserted the customer meanwhile, this waits for
		// them and locks the row as well.
		insert: `INSERT INTO {prefix}customers (name, last_sec, last_nsec) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name RETURNING id, last_sec, last_nsec`,
		put: `INSERT INTO {prefix}evidence (customer, id, sec, nsec, seq, rule, stage, effect, order_number)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (customer, id) DO UPDATE SET sec = EXCLUDED.sec, nsec = EXCLUDED.nsec, seq = EXCLUDED.seq,
			rule = EXCLUDED.rule, stage = EXCLUDED.stage, effect = EXCLUDED.effect, order_number = EXCLUDED.order_number`,
		touch:    `UPDATE {prefix}customers SET last_sec = $2, last_nsec = $3 WHERE id = $1`,
		evidence: `SELECT ` + columns + ` FROM {prefix}evidence e WHERE e.customer = $1`,
		evidenceOf: `SELECT ` + columns + ` FROM {prefix}customers c
			JOIN {prefix}evidence e ON e.customer = c.id WHERE c.name = $1`,
		quiet: `SELECT name FROM {prefix}customers
			WHERE (last_sec, last_nsec) >= ($1, $2) AND (last_sec, last_nsec) < ($3, $4) ORDER BY name`,
		page: `SELECT c.name, ` + columns + ` FROM
			(SELECT id, name FROM {prefix}customers WHERE name >= $1 ORDER BY name LIMIT $2) c
			JOIN {prefix}evidence e ON e.customer = c.id ORDER BY c.name`,
		deleteEvidence: `DELETE FROM {prefix}evidence WHERE customer = $1`,
		deleteCustomer: `DELETE FROM {prefix}customers WHERE id = $1`,
	}
	for _, text := range []*string{
		&t.lock, &t.insert, &t.put, &t.touch, &t.evidence, &t.evidenceOf,
		&t.quiet, &t.page, &t.deleteEvidence, &t.deleteCustomer,
	} {
		*text = d.statement(*text, prefix)
	}
	return t
}

// customerRow is a row of the customers.
type customerRow struct {
	id, sec int64
	nsec    int
}

// lock locks the row of the customer until the end of the transaction. The error is
// [sql.ErrNoRows] if there is none.
func (s *Store) lock(ctx context.Context, q querier, customer string) (c customerRow, err error) {
	err = q.QueryRowContext(ctx, s.text.lock, []byte(customer)).Scan(&c.id, &c.sec, &c.nsec)
	return c, err
}

// insert makes and locks the row of a customer whose latest evidence is e.
func (s *Store) insert(ctx context.Context, q querier, customer string, e *journey.Evidence) (c customerRow, err error) {
	err = q.QueryRowContext(ctx, s.text.insert, []byte(customer), e.Time.Unix(), e.Time.Nanosecond()).Scan(&c.id, &c.sec, &c.nsec)
	return c, err
}

// put makes or replaces the row of a piece of evidence.
func (s *Store) put(ctx context.Context, q querier, customer int64, e *journey.Evidence) error {
	_, err := q.ExecContext(ctx, s.text.put, customer, s.dialect.id(e.ID), e.Time.Unix(), e.Time.Nanosecond(),
		e.Seq, e.Rule, string(e.Stage), e.Effect.String(), []byte(e.Order))
	return err
}

// touch sets the time of the latest evidence of a customer.
func (s *Store) touch(ctx context.Context, q querier, c *customerRow, last time.Time) error {
	if last.Unix() == c.sec && last.Nanosecond() == c.nsec {
		return nil
	}
	_, err := q.ExecContext(ctx, s.text.touch, c.id, last.Unix(), last.Nanosecond())
	return err
}

// evidence returns in order what a query with one argument finds, nil if nothing.
func (s *Store) evidence(ctx context.Context, q querier, text string, of any) ([]journey.Evidence, error) {
	rows, err := q.QueryContext(ctx, text, of)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []journey.Evidence
	for rows.Next() {
		e, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	order(all)
	return all, nil
}

// order puts evidence in order. The database could as well, but not the zero values
// of every type in the same way.
func order(all []journey.Evidence) {
	slices.SortFunc(all, func(a, b journey.Evidence) int { return a.Compare(&b) })
}

// scanRow scans a row. What an error of Scan itself says may hold the data.
func scanRow(rows *sql.Rows, what string, into ...any) error {
	if rows.Scan(into...) == nil {
		return nil
	}
	if err := rows.Err(); err != nil {
		return err // ctx is over
	}
	return fmt.Errorf("%w: %s", ErrRow, what)
}

// scan reads a row of first and then the columns.
func scan(rows *sql.Rows, first ...any) (journey.Evidence, error) {
	var (
		e           journey.Evidence
		id          uuid.UUID
		sec, nsec   int64
		rule, at    string
		effect      string
		orderNumber []byte
	)
	if err := scanRow(rows, "columns of evidence", append(first, &id, &sec, &nsec, &e.Seq, &rule, &at, &effect, &orderNumber)...); err != nil {
		return e, err
	}
	if nsec < 0 || nsec >= int64(time.Second) {
		return e, fmt.Errorf("%w: nsec of evidence", ErrRow)
	}
	if e.Effect.UnmarshalText([]byte(effect)) != nil {
		return e, fmt.Errorf("%w: effect of evidence", ErrRow)
	}
	e.ID, e.Time, e.Rule, e.Stage, e.Order = id, time.Unix(sec, nsec).UTC(), rule, stage.Stage(at), string(orderNumber)
	return e, nil
}
