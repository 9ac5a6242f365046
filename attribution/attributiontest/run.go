package attributiontest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/cjm-go/cjm/attribution"
)

// Run checks the model, each check in a subtest. A failure names the table, cut
// down to the rows that matter.
func Run(t *testing.T, model attribution.Model, opts Options) {
	t.Helper()
	if opts.Tables == 0 && testing.Short() {
		opts.Tables = shortTables
	}
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) {
			t.Helper()
			if c.waived != nil {
				if why := c.waived(opts); why != "" {
					t.Skip(why)
				}
			}
			if err := c.run(model, opts); err != nil {
				t.Error(err)
			}
		})
	}
}

// Check is [Run] without subtests, for use outside of a test. The error joins
// what each check that failed has to say.
func Check(model attribution.Model, opts Options) error {
	var errs []error
	for _, c := range checks() {
		if c.waived != nil && c.waived(opts) != "" {
			continue
		}
		if err := c.run(model, opts); err != nil {
			errs = append(errs, fmt.Errorf("attributiontest: %s: %w", c.name, err))
		}
	}
	return errors.Join(errs...)
}

// check is one property of a model.
type check struct {
	name string
	// once is run once, each for every table; one of them is nil.
	once func(*trial)
	each func(*trial, table)
	// waived returns why the check is left out, or "".
	waived func(Options) string
}

// checks returns all of them, in the order of doc.go.
func checks() []check {
	return []check{
		{name: "configuration", once: (*trial).configuration},
		{name: "set", each: (*trial).set},
		{name: "totals", each: (*trial).totals},
		{name: "efficiency", each: (*trial).efficiency},
		{name: "null player", each: (*trial).nullPlayer, waived: func(o Options) string {
			if o.NullsEarn {
				return "waived by Options.NullsEarn"
			}
			return ""
		}},
		{name: "symmetry", each: (*trial).symmetry},
		{name: "order of rows", each: (*trial).orderOfRows},
		{name: "split rows", each: (*trial).splitRows},
		{name: "dictionary", each: (*trial).dictionary},
		{name: "scale", each: (*trial).scale},
		{name: "ages", each: (*trial).ages, waived: func(o Options) string {
			if o.Times {
				return "the model looks at times"
			}
			return ""
		}},
		{name: "merge", each: (*trial).merge},
		{name: "merge copies", each: (*trial).mergeCopies},
		{name: "merge with an empty one", each: (*trial).mergeEmpty},
		{name: "merge with itself", each: (*trial).mergeSelf},
		{name: "merge with others", once: (*trial).mergeOthers},
		{name: "parallelism", each: (*trial).parallelism},
		{name: "snapshot", each: (*trial).snapshots},
		{name: "json", each: (*trial).json},
		{name: "bytes", each: (*trial).roundTrip},
		{name: "foreign bytes", once: (*trial).foreignBytes},
		{name: "degenerate input", once: (*trial).degenerate},
		{name: "refused input", once: (*trial).refused},
		{name: "credit per path", each: (*trial).perPath},
		{name: "unknown channels", once: (*trial).unknownChannels},
	}
}

// run returns the first failure of the check.
func (c check) run(model attribution.Model, opts Options) error {
	if c.once != nil {
		return try(model, opts, 0, c.once)
	}
	n := opts.Tables
	if n <= 0 {
		n = defaultTables
	}
	passed := 0
	for i := range n {
		var undefined bool
		fails := func(t table) error {
			return try(model, opts, i, func(tr *trial) {
				if undefined = !tr.defined(t); !undefined {
					c.each(tr, t)
				}
			})
		}
		t := randomTable(opts, i)
		if err := fails(t); err != nil {
			t, err = shrink(t, err, fails)
			return fmt.Errorf("%w\ntable %d of seed %d, cut down to\n%v", err, i, opts.Seed, t)
		}
		if undefined {
			passed++
		}
	}
	if passed == n {
		return fmt.Errorf("the model has no result for any of %d tables: each has an error of Options.Undefined", n)
	}
	return nil
}
