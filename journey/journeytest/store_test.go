package journeytest

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
)

func TestMemoryStore(t *testing.T) {
	TestStore(t, func(*testing.T) journey.Store { return new(journey.MemoryStore) })
}

// faultyStore is a MemoryStore that breaks one promise.
type faultyStore struct {
	journey.Store
	add   func(ctx context.Context, customer string, e journey.Evidence) (was, now []journey.Evidence, err error)
	of    func(ctx context.Context, customer string) ([]journey.Evidence, error)
	quiet func(ctx context.Context, from, to time.Time) iter.Seq2[string, error]
	all   func(ctx context.Context) iter.Seq2[journey.CustomerEvidence, error]
	erase func(ctx context.Context, customer string) ([]journey.Evidence, error)
}

func (f *faultyStore) Add(ctx context.Context, customer string, e journey.Evidence) (was, now []journey.Evidence, err error) {
	if f.add != nil {
		return f.add(ctx, customer, e)
	}
	return f.Store.Add(ctx, customer, e)
}

func (f *faultyStore) Evidence(ctx context.Context, customer string) ([]journey.Evidence, error) {
	if f.of != nil {
		return f.of(ctx, customer)
	}
	return f.Store.Evidence(ctx, customer)
}

func (f *faultyStore) Quiet(ctx context.Context, from, to time.Time) iter.Seq2[string, error] {
	if f.quiet != nil {
		return f.quiet(ctx, from, to)
	}
	return f.Store.Quiet(ctx, from, to)
}

func (f *faultyStore) All(ctx context.Context) iter.Seq2[journey.CustomerEvidence, error] {
	if f.all != nil {
		return f.all(ctx)
	}
	return f.Store.All(ctx)
}

func (f *faultyStore) Erase(ctx context.Context, customer string) ([]journey.Evidence, error) {
	if f.erase != nil {
		return f.erase(ctx, customer)
	}
	return f.Store.Erase(ctx, customer)
}

// changed is a store that adds something else than it is given.
func changed(change func(customer *string, e *journey.Evidence)) func(*faultyStore) {
	return func(f *faultyStore) {
		f.add = func(ctx context.Context, customer string, e journey.Evidence) (was, now []journey.Evidence, err error) {
			change(&customer, &e)
			return f.Store.Add(ctx, customer, e)
		}
	}
}

// TestStoreFindsFaults: for each fault there is a check that finds it.
func TestStoreFindsFaults(t *testing.T) {
	for fault, test := range map[string]struct {
		spoil func(*faultyStore)
		check string // that finds it, maybe among others
	}{
		"times to the microsecond":              {changed(func(_ *string, e *journey.Evidence) { e.Time = e.Time.Truncate(time.Microsecond) }), "values"},
		"times within the int64 of nanoseconds": {changed(func(_ *string, e *journey.Evidence) { e.Time = time.Unix(0, e.Time.UnixNano()).UTC() }), "values"},
		"local times":                           {changed(func(_ *string, e *journey.Evidence) { e.Time = e.Time.In(time.FixedZone("", 3600)) }), "values"},
		"short numbers":                         {changed(func(_ *string, e *journey.Evidence) { e.Seq = int64(int32(e.Seq)) }), "values"},
		"names are trimmed":                     {changed(func(c *string, _ *journey.Evidence) { *c = strings.TrimSpace(*c) }), "customers"},
		"names in one case":                     {changed(func(c *string, _ *journey.Evidence) { *c = strings.ToLower(*c) }), "customers"},
		"names end at NUL":                      {changed(func(c *string, _ *journey.Evidence) { *c, _, _ = strings.Cut(*c, "\x00") }), "customers"},
		"short names":                           {changed(func(c *string, _ *journey.Evidence) { *c = (*c)[:min(255, len(*c))] }), "values"},
		"no order numbers":                      {changed(func(_ *string, e *journey.Evidence) { e.Order = "" }), "values"},
		"effects forgotten":                     {changed(func(_ *string, e *journey.Evidence) { e.Effect = 0 }), "order and duplicates"},
		"the first delivery counts": {func(f *faultyStore) {
			f.add = func(ctx context.Context, customer string, e journey.Evidence) (was, now []journey.Evidence, err error) {
				all, err := f.Store.Evidence(ctx, customer)
				if slices.ContainsFunc(all, func(x journey.Evidence) bool { return x.ID == e.ID }) {
					return all, all, err
				}
				return f.Store.Add(ctx, customer, e)
			}
		}, "order and duplicates"},
		"every delivery counts": {func(f *faultyStore) {
			n := byte(0)
			f.add = func(ctx context.Context, customer string, e journey.Evidence) (was, now []journey.Evidence, err error) {
				n++
				e.ID[1] = n
				return f.Store.Add(ctx, customer, e)
			}
		}, "order and duplicates"},
		"order of arrival": {func(f *faultyStore) {
			all := make(map[string][]journey.Evidence)
			f.add = func(_ context.Context, customer string, e journey.Evidence) (was, now []journey.Evidence, err error) {
				was = all[customer]
				all[customer] = append(was[:len(was):len(was)], e)
				return was, all[customer], nil
			}
		}, "order and duplicates"},
		"one set of IDs for all customers": {func(f *faultyStore) {
			ids := make(map[[16]byte]string)
			f.add = func(ctx context.Context, customer string, e journey.Evidence) (was, now []journey.Evidence, err error) {
				if other, ok := ids[e.ID]; ok && other != customer {
					return nil, nil, errors.New("duplicate key")
				}
				ids[e.ID] = customer
				return f.Store.Add(ctx, customer, e)
			}
		}, "customers"},
		"an answer that changes": {func(f *faultyStore) {
			var last []journey.Evidence
			f.add = func(ctx context.Context, customer string, e journey.Evidence) (was, now []journey.Evidence, err error) {
				if len(last) > 0 {
					last[0].Rule = "overwritten"
				}
				was, now, err = f.Store.Add(ctx, customer, e)
				last = now
				return was, now, err
			}
		}, "order and duplicates"},
		"an empty slice for nobody": {func(f *faultyStore) {
			f.of = func(ctx context.Context, customer string) ([]journey.Evidence, error) {
				all, err := f.Store.Evidence(ctx, customer)
				return append([]journey.Evidence{}, all...), err
			}
		}, "empty"},
		"lost updates": {func(f *faultyStore) {
			f.add = func(ctx context.Context, customer string, e journey.Evidence) (was, now []journey.Evidence, err error) {
				was, err = f.Store.Evidence(ctx, customer)
				if err != nil {
					return nil, nil, err
				}
				time.Sleep(time.Millisecond) // another one comes between
				_, _, err = f.Store.Add(ctx, customer, e)
				now, _ = journey.InsertEvidence(was, e)
				return was, now, err
			}
		}, "concurrency"},
		"closed at both ends": {func(f *faultyStore) {
			f.quiet = func(ctx context.Context, from, to time.Time) iter.Seq2[string, error] {
				if !to.IsZero() {
					to = to.Add(1)
				}
				return f.Store.Quiet(ctx, from, to)
			}
		}, "quiet"},
		"a zero end is an end": {func(f *faultyStore) {
			f.quiet = func(ctx context.Context, from, to time.Time) iter.Seq2[string, error] {
				if to.IsZero() {
					to = time.Unix(0, 0)
				}
				return f.Store.Quiet(ctx, from, to)
			}
		}, "quiet"},
		"sorted by a dictionary": {func(f *faultyStore) {
			f.all = func(ctx context.Context) iter.Seq2[journey.CustomerEvidence, error] {
				all, err := customersOf(ctx, f.Store)
				slices.SortStableFunc(all, func(a, b journey.CustomerEvidence) int {
					return cmp.Compare(strings.ToLower(a.Customer), strings.ToLower(b.Customer))
				})
				return func(yield func(journey.CustomerEvidence, error) bool) {
					if err != nil {
						yield(journey.CustomerEvidence{}, err)
					}
					for _, c := range all {
						if !yield(c, nil) {
							return
						}
					}
				}
			}
		}, "customers"},
		"erases by pattern": {func(f *faultyStore) {
			f.erase = func(ctx context.Context, customer string) ([]journey.Evidence, error) {
				if _, err := f.Store.Erase(ctx, customer+" "); err != nil {
					return nil, err
				}
				return f.Store.Erase(ctx, customer)
			}
		}, "erase"},
		"only hides": {func(f *faultyStore) {
			f.erase = func(ctx context.Context, customer string) ([]journey.Evidence, error) {
				return f.Store.Evidence(ctx, customer)
			}
		}, "erase"},
		"erases in silence": {func(f *faultyStore) {
			f.erase = func(ctx context.Context, customer string) ([]journey.Evidence, error) {
				_, err := f.Store.Erase(ctx, customer)
				return nil, err
			}
		}, "erase"},
		"deaf to the context": {func(f *faultyStore) {
			f.of = func(_ context.Context, customer string) ([]journey.Evidence, error) {
				return f.Store.Evidence(context.Background(), customer)
			}
		}, "context"},
		"adds although it is cancelled": {func(f *faultyStore) {
			f.add = func(ctx context.Context, customer string, e journey.Evidence) (was, now []journey.Evidence, err error) {
				was, now, err = f.Store.Add(context.Background(), customer, e)
				return was, now, cmp.Or(ctx.Err(), err)
			}
		}, "context"},
		"stops short": {func(f *faultyStore) {
			f.quiet = func(ctx context.Context, from, to time.Time) iter.Seq2[string, error] {
				return func(yield func(string, error) bool) {
					for name, err := range f.Store.Quiet(ctx, from, to) {
						yield(name, err)
						return
					}
				}
			}
		}, "early end"},
	} {
		i := slices.IndexFunc(storeChecks(), func(c storeCheck) bool { return c.name == test.check })
		require.GreaterOrEqual(t, i, 0, test.check)
		f := &faultyStore{Store: new(journey.MemoryStore)}
		test.spoil(f)
		assert.Error(t, storeChecks()[i].run(context.Background(), f), fault)
	}
}

// An error of the store ends each check with that error.
func TestStoreReportsErrors(t *testing.T) {
	broken := errors.New("gone away")
	for name, spoil := range map[string]func(*faultyStore){
		"Add": func(f *faultyStore) {
			f.add = func(context.Context, string, journey.Evidence) (was, now []journey.Evidence, err error) {
				return nil, nil, broken
			}
		},
		"Evidence": func(f *faultyStore) {
			f.of = func(context.Context, string) ([]journey.Evidence, error) { return nil, broken }
		},
		"Erase": func(f *faultyStore) {
			f.erase = func(context.Context, string) ([]journey.Evidence, error) { return nil, broken }
		},
		"All": func(f *faultyStore) {
			f.all = func(context.Context) iter.Seq2[journey.CustomerEvidence, error] {
				return func(yield func(journey.CustomerEvidence, error) bool) { yield(journey.CustomerEvidence{}, broken) }
			}
		},
		"Quiet": func(f *faultyStore) {
			f.quiet = func(context.Context, time.Time, time.Time) iter.Seq2[string, error] {
				return func(yield func(string, error) bool) { yield("", broken) }
			}
		},
	} {
		reported := 0
		for _, c := range storeChecks() {
			f := &faultyStore{Store: new(journey.MemoryStore)}
			spoil(f)
			if err := c.run(context.Background(), f); errors.Is(err, broken) {
				reported++
			}
		}
		require.GreaterOrEqual(t, reported, 2, name)
	}
}
