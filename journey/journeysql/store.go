package journeysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cjm-go/cjm/journey"
)

// Store is a [journey.Store] in a database. It is safe for concurrent use, and any
// number of stores in any number of processes may work on the same tables.
type Store struct {
	db      *sql.DB
	dialect Dialect
	options Options
	text    statements
	// writing is held by who writes to SQLite, which has one writer at a time:
	// waiting here is fair and takes no connection. Nil for PostgreSQL.
	writing chan struct{}
}

var _ journey.Store = (*Store)(nil)

// Open is [Options.Open] with the zero Options.
func Open(ctx context.Context, db *sql.DB, d Dialect) (*Store, error) {
	return Options{}.Open(ctx, db, d)
}

// Open makes the tables in the database, or migrates them to the present version,
// in one transaction, and returns a store over them. Several processes may do so at
// the same time. The database remains the caller's, who closes it after the last
// call.
//
// The error is [ErrOptions], [ErrDialect], a [*VersionError] if the tables are of
// a later version, or an [*Error].
func (o Options) Open(ctx context.Context, db *sql.DB, d Dialect) (*Store, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if int(d) >= len(dialectNames) {
		return nil, ErrDialect
	}
	s := &Store{db: db, dialect: d, options: o.filled()}
	s.text = newStatements(d, s.options.Prefix)
	if d == SQLite {
		s.writing = make(chan struct{}, 1)
	}
	if err := s.migrate(ctx); err != nil {
		return nil, failed(ctx, "open", err)
	}
	return s, nil
}

func (s *Store) statement(text string) string { return s.dialect.statement(text, s.options.Prefix) }

// Add implements [journey.Store]. Besides an [*Error] the error may be [ErrName],
// [ErrRow], one of the effect, or [journey.ErrTooLong] if the name of the customer
// is longer than [journey.MaxKey].
func (s *Store) Add(ctx context.Context, customer string, e journey.Evidence) (was, now []journey.Evidence, err error) {
	if err := check(customer, &e); err != nil {
		return nil, nil, err
	}
	err = s.transact(ctx, func(q querier) (changed bool, err error) {
		was, now, changed, err = s.add(ctx, q, customer, &e)
		return changed, err
	})
	if err != nil {
		return nil, nil, failed(ctx, "add", err)
	}
	return was, now, nil
}

// AddAll adds all the evidence of all the customers as Add would, in one
// transaction, and returns how many pieces changed something. It is much faster
// than Add for each piece, and holds the customers' locks until the end, so let it
// be some hundreds at a time. A customer may occur more than once. Errors are those
// of Add; after one, nothing was added, or all of it.
func (s *Store) AddAll(ctx context.Context, all []journey.CustomerEvidence) (int, error) {
	for i := range all {
		for j := range all[i].Evidence {
			if err := check(all[i].Customer, &all[i].Evidence[j]); err != nil {
				return 0, err
			}
		}
	}
	// Everybody locks in the same order, so nobody waits in a circle.
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b journey.CustomerEvidence) int { return strings.Compare(a.Customer, b.Customer) })
	n := 0
	err := s.transact(ctx, func(q querier) (bool, error) {
		n = 0
		for i := range all {
			for j := range all[i].Evidence {
				_, _, changed, err := s.add(ctx, q, all[i].Customer, &all[i].Evidence[j])
				if err != nil {
					return false, err
				}
				if changed {
					n++
				}
			}
		}
		return n > 0, nil
	})
	if err != nil {
		return 0, failed(ctx, "add-all", err)
	}
	return n, nil
}

// check refuses what the tables cannot hold.
func check(customer string, e *journey.Evidence) error {
	if len(customer) > journey.MaxKey {
		return fmt.Errorf("journeysql: customer: %w", journey.ErrTooLong)
	}
	for _, name := range []string{e.Rule, string(e.Stage)} {
		if !utf8.ValidString(name) || strings.Contains(name, "\x00") {
			return ErrName
		}
	}
	_, err := e.Effect.MarshalText()
	return err
}

// add is Add within a transaction.
func (s *Store) add(ctx context.Context, q querier, customer string, given *journey.Evidence) (was, now []journey.Evidence, changed bool, err error) {
	e := *given
	e.Time = e.Time.Round(0).UTC()
	c, err := s.lock(ctx, q, customer)
	if errors.Is(err, sql.ErrNoRows) {
		c, err = s.insert(ctx, q, customer, &e)
	}
	if err == nil {
		was, err = s.evidence(ctx, q, s.text.evidence, c.id)
	}
	if err != nil {
		return nil, nil, false, err
	}
	if now, changed = journey.InsertEvidence(was, e); !changed {
		return was, now, false, nil
	}
	if err = s.put(ctx, q, c.id, &e); err == nil {
		err = s.touch(ctx, q, &c, now[len(now)-1].Time)
	}
	return was, now, err == nil, err
}

// Evidence implements [journey.Store]. The error is an [*Error] or [ErrRow].
func (s *Store) Evidence(ctx context.Context, customer string) (all []journey.Evidence, err error) {
	err = s.read(ctx, func(q querier) (err error) {
		all, err = s.evidence(ctx, q, s.text.evidenceOf, []byte(customer))
		return err
	})
	if err != nil {
		return nil, failed(ctx, "evidence", err)
	}
	return all, nil
}

// Erase implements [journey.Store]. The error is an [*Error] or [ErrRow].
func (s *Store) Erase(ctx context.Context, customer string) (gone []journey.Evidence, err error) {
	err = s.transact(ctx, func(q querier) (bool, error) {
		gone = nil
		c, err := s.lock(ctx, q, customer)
		if errors.Is(err, sql.ErrNoRows) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if gone, err = s.evidence(ctx, q, s.text.evidence, c.id); err != nil {
			return false, err
		}
		for _, text := range []string{s.text.deleteEvidence, s.text.deleteCustomer} {
			if _, err := q.ExecContext(ctx, text, c.id); err != nil {
				return false, err
			}
		}
		return true, nil
	})
	if err != nil {
		return nil, failed(ctx, "erase", err)
	}
	return gone, nil
}
