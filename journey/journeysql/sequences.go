package journeysql

import (
	"context"
	"iter"
	"math"
	"time"

	"github.com/cjm-go/cjm/journey"
)

// pageSize is how many customers All reads at once.
const pageSize = 256

// Quiet implements [journey.Store] by the index of the latest times. The names are
// read all at once, so no connection is in use while they are yielded. The error is
// an [*Error] or [ErrRow].
func (s *Store) Quiet(ctx context.Context, from, to time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		names, err := s.quiet(ctx, from, to)
		if err != nil {
			yield("", failed(ctx, "quiet", err))
			return
		}
		for _, name := range names {
			if !yield(name, nil) {
				return
			}
		}
	}
}

func (s *Store) quiet(ctx context.Context, from, to time.Time) (names []string, err error) {
	first, last := int64(math.MinInt64), int64(math.MaxInt64)
	if !from.IsZero() {
		first = from.Unix()
	}
	if !to.IsZero() {
		last = to.Unix()
	}
	err = s.read(ctx, func(q querier) error {
		names = nil
		rows, err := q.QueryContext(ctx, s.text.quiet, first, from.Nanosecond(), last, to.Nanosecond())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name []byte
			if err := scanRow(rows, "name of customer", &name); err != nil {
				return err
			}
			names = append(names, string(name))
		}
		return rows.Err()
	})
	return names, err
}

// All implements [journey.Store]. It reads some hundred customers at a time, so no
// connection is in use while they are yielded. The error is an [*Error] or
// [ErrRow].
func (s *Store) All(ctx context.Context) iter.Seq2[journey.CustomerEvidence, error] {
	return func(yield func(journey.CustomerEvidence, error) bool) {
		for from := ""; ; {
			page, err := s.page(ctx, from)
			if err != nil {
				yield(journey.CustomerEvidence{}, failed(ctx, "all", err))
				return
			}
			if len(page) == 0 {
				return
			}
			for _, c := range page {
				if !yield(c, nil) {
					return
				}
			}
			from = page[len(page)-1].Customer + "\x00" // what comes right after it
		}
	}
}

// page returns the first customers from the name on.
func (s *Store) page(ctx context.Context, from string) (page []journey.CustomerEvidence, err error) {
	err = s.read(ctx, func(q querier) error {
		page = nil
		rows, err := q.QueryContext(ctx, s.text.page, []byte(from), pageSize)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name []byte
			e, err := scan(rows, &name)
			if err != nil {
				return err
			}
			if n := len(page); n == 0 || page[n-1].Customer != string(name) {
				page = append(page, journey.CustomerEvidence{Customer: string(name)})
			}
			last := &page[len(page)-1]
			last.Evidence = append(last.Evidence, e)
		}
		return rows.Err()
	})
	for i := range page {
		order(page[i].Evidence)
	}
	return page, err
}
