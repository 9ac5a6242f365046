package journeytest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/cjm-go/cjm/journey"
)

// TestStore checks that a [journey.Store] keeps what its documentation promises,
// each check in a subtest:
//
//   - empty: a new store knows nobody.
//   - values: every field comes back as it was, at its limits and with any text.
//   - order and duplicates: evidence in random order, some of it delivered again
//     or with a corrected time, makes the set that [journey.InsertEvidence] makes,
//     and what a call returned does not change afterwards.
//   - customers: names are told apart and sorted byte by byte; the same ID may
//     occur under two of them.
//   - quiet: the bounds are half-open, and only the latest evidence counts.
//   - erase: nothing of the customer stays, nothing of others goes.
//   - concurrency: of many calls at once each takes effect once, in some order.
//   - context: a call that is cancelled returns an error.
//   - early end: a loop may break off.
//   - tracker: a [journey.Tracker] on it comes to the same as one in memory.
//
// Each calls open for an empty store, which open may close by t.Cleanup.
func TestStore(t *testing.T, open func(t *testing.T) journey.Store) {
	t.Helper()
	for _, c := range storeChecks() {
		t.Run(c.name, func(t *testing.T) {
			t.Helper()
			if err := c.run(context.Background(), open(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

// storeCheck is one promise of a Store.
type storeCheck struct {
	name string
	run  func(context.Context, journey.Store) error
}

// storeChecks returns all of them, in the order of the documentation.
func storeChecks() []storeCheck {
	return []storeCheck{
		{"empty", checkStoreEmpty},
		{"values", checkStoreValues},
		{"order and duplicates", checkStoreOrder},
		{"customers", checkStoreCustomers},
		{"quiet", checkStoreQuiet},
		{"erase", checkStoreErase},
		{"concurrency", checkStoreConcurrency},
		{"context", checkStoreContext},
		{"early end", checkStoreEarlyEnd},
		{"tracker", checkStoreTracker},
	}
}

// evidence is the nth piece of a customer, at the hour.
func evidence(n, hour int) journey.Evidence {
	return journey.Evidence{
		ID: uuid.UUID{0: 1, 14: byte(n >> 8), 15: byte(n)}, Time: storeStart.Add(time.Duration(hour) * time.Hour),
		Rule: "rule", Stage: "stage",
	}
}

var storeStart = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)

// sameEvidence says how two sets differ, nil if they do not. An empty set is nil.
func sameEvidence(what string, want, got []journey.Evidence) error {
	if len(want) != len(got) {
		return fmt.Errorf("%s: %d pieces of evidence, want %d", what, len(got), len(want))
	}
	if len(want) == 0 && got != nil {
		return fmt.Errorf("%s: an empty slice, want nil", what)
	}
	for i := range want {
		switch {
		case want[i].Compare(&got[i]) != 0:
			return fmt.Errorf("%s: evidence %d is %+v, want %+v", what, i+1, got[i], want[i])
		case got[i].Time.Location() != time.UTC:
			return fmt.Errorf("%s: evidence %d is not in UTC", what, i+1)
		}
	}
	return nil
}

// add adds evidence and checks the answer.
func add(ctx context.Context, s journey.Store, customer string, e journey.Evidence, was []journey.Evidence) (now []journey.Evidence, err error) {
	gotWas, got, err := s.Add(ctx, customer, e)
	if err != nil {
		return nil, fmt.Errorf("calling Add: %w", err)
	}
	if err := sameEvidence("Add, was", was, gotWas); err != nil {
		return nil, err
	}
	now, _ = journey.InsertEvidence(was, e)
	return now, sameEvidence("Add, now", now, got)
}

// customersOf reads All to its end.
func customersOf(ctx context.Context, s journey.Store) (all []journey.CustomerEvidence, err error) {
	for c, err := range s.All(ctx) {
		if err != nil {
			return nil, fmt.Errorf("calling All: %w", err)
		}
		all = append(all, c)
	}
	return all, nil
}

// quietOf reads Quiet to its end.
func quietOf(ctx context.Context, s journey.Store, from, to time.Time) (names []string, err error) {
	for name, err := range s.Quiet(ctx, from, to) {
		if err != nil {
			return nil, fmt.Errorf("calling Quiet: %w", err)
		}
		names = append(names, name)
	}
	return names, nil
}
