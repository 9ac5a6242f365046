package dropoff

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/cjm-go/cjm/journey"
)

// ErrMismatch says that what is to be merged or compared was not made in the same way.
var ErrMismatch = errors.New("dropoff: not of the same description")

// Counts counts what became of customers in a funnel. It is an accumulator: Add
// paths, Merge the counts of other shards, then Report.
//
// The counts are checked integers, and the times are kept each for itself, so
// quantiles are exact; order of the paths, sharding and merging change nothing.
// Memory grows with the distinct times of each value of each group, by up to 16
// bytes for one: about as many times as steps were done. Counts is not safe for
// concurrent use.
type Counts struct {
	funnel      Funnel
	groups      []Group
	layout      *layout
	description []byte
	evaluator   *Evaluator
	scratch     []Attempt
	instants    []time.Time // of the path being counted; nil without tolerance

	paths int64
	// attempts are all that the evaluator gave, those that did not enter and
	// those dropped among them. It bounds every count but touches and later.
	attempts int64
	// touches are those that the funnel saw, and later those after AsOf.
	touches, later int64
	// matched has the bits of steps and of exclusions that a touch matched.
	matched, matchedExclusions uint64

	// tables has the tallies of the values of each group, or where there is no
	// group of one value that all have.
	tables []map[string]*tally
	serial uint64 // of the path being counted
}

// maxAttempts bounds how many attempts are counted, and spells: as many times fit
// in a [journey.Durations].
const maxAttempts = 1 << 62

// NewCounts returns empty counts of the funnel, in all and by each group. The error
// says all that is wrong with the funnel, see [Funnel.Validate], and the groups.
func NewCounts(f Funnel, groups ...Group) (*Counts, error) {
	f.Steps = slices.Clone(f.Steps)
	f.Exclusions = slices.Clone(f.Exclusions)
	if err := errors.Join(f.Validate(), validateGroups(groups)); err != nil {
		return nil, err
	}
	evaluator, err := NewEvaluator(f)
	if err != nil {
		return nil, err
	}
	c := &Counts{
		funnel: f, groups: slices.Clone(groups), layout: layoutOf(&f),
		description: describe(&f, groups), evaluator: evaluator,
		tables: make([]map[string]*tally, max(len(groups), 1)),
	}
	for i := range c.tables {
		c.tables[i] = make(map[string]*tally)
	}
	return c, nil
}

// New returns empty counts of the same funnel and groups.
func (c *Counts) New() *Counts {
	n, err := NewCounts(c.funnel, c.groups...)
	if err != nil {
		panic(err) // not reached: c was made of the same
	}
	return n
}

// Add counts the path: of one customer all of whose touches are in one path, see
// [journey.OnePerCustomer], what became of the customer. The path is read only
// and not kept. The error is [journey.ErrOverflow]; nothing has changed then.
func (c *Counts) Add(p *journey.Path) error {
	var err error
	c.scratch, err = c.Observe(p, c.scratch[:0])
	return err
}

// Observe counts the path as [Counts.Add] does and appends to dst what became of
// the customer, as [Evaluator.Evaluate] does: for who wants both without
// evaluating twice. On an error nothing is appended.
func (c *Counts) Observe(p *journey.Path, dst []Attempt) ([]Attempt, error) {
	had := len(dst)
	dst = c.evaluator.Evaluate(p, dst)
	if err := c.count(p, dst[had:]); err != nil {
		return dst[:had], err
	}
	return dst, nil
}

func (c *Counts) count(p *journey.Path, attempts []Attempt) error {
	touches := int64(len(p.Touchpoints))
	if int64(len(attempts)) > maxAttempts-c.attempts || touches > math.MaxInt64-c.touches-c.later {
		return journey.ErrOverflow
	}
	c.serial++
	c.paths++
	c.attempts += int64(len(attempts))
	later := c.laterThanAsOf(p)
	if c.funnel.Tolerance > 0 {
		c.instants = appendInstants(c.instants[:0], p, c.funnel.Tolerance, c.funnel.AsOf)
	}
	c.touches += touches - later
	c.later += later
	c.matched |= c.evaluator.Matched()
	c.matchedExclusions |= c.evaluator.MatchedExclusions()
	if len(c.groups) == 0 {
		c.enter(0, "", attempts)
		return nil
	}
	for i := range c.groups {
		g := &c.groups[i]
		if g.Of != AtEntry {
			c.enter(i, g.ofPath(p, c.funnel.AsOf), attempts)
			continue
		}
		for j := range attempts {
			c.enter(i, g.ofAttempt(p, &attempts[j]), attempts[j:j+1])
		}
	}
	return nil
}

// appendInstants appends for each touch the time at which it counts as done: that of
// the touch which begins its group. A group has the touches in a row that are no
// more than the tolerance later than the one which begins it.
func appendInstants(dst []time.Time, p *journey.Path, tolerance time.Duration, asOf time.Time) []time.Time {
	var start time.Time
	begun := false
	for i := range p.Touchpoints {
		at := p.Touchpoints[i].Time
		if exists(at, asOf) && (!begun || at.Sub(start) > tolerance) {
			start, begun = at, true
		}
		dst = append(dst, start)
	}
	return dst
}

// laterThanAsOf returns how many touches the funnel does not see.
func (c *Counts) laterThanAsOf(p *journey.Path) int64 {
	if c.funnel.AsOf.IsZero() {
		return 0
	}
	n := int64(0)
	for i := range p.Touchpoints {
		if !exists(p.Touchpoints[i].Time, c.funnel.AsOf) {
			n++
		}
	}
	return n
}

// enter counts attempts of the current path that have the value in a group.
func (c *Counts) enter(group int, value string, attempts []Attempt) {
	t := c.tallyOf(group, value)
	if t.serial != c.serial {
		t.serial = c.serial
		t.customers++
	}
	for i := range attempts {
		t.add(c.layout, &attempts[i], c.instants)
	}
}

// tallyOf returns the tally of a value, made if need be.
func (c *Counts) tallyOf(group int, value string) *tally {
	t := c.tables[group][value]
	if t == nil {
		t = newTally(c.layout)
		c.tables[group][strings.Clone(value)] = t
	}
	return t
}

// Merge adds what other counted; other stays as it is. The error is [ErrMismatch],
// unless all settings of the funnels and the groups are equal (functions cannot
// be compared; those who merge see to them), or [journey.ErrOverflow]. Nothing has
// changed then.
func (c *Counts) Merge(other *Counts) error {
	if !bytes.Equal(c.description, other.description) {
		return ErrMismatch
	}
	if other.attempts > maxAttempts-c.attempts || other.touches+other.later > math.MaxInt64-c.touches-c.later {
		return journey.ErrOverflow
	}
	if other == c {
		other = c.New()
		if err := other.Merge(c); err != nil {
			return err // not reached: into empty counts nothing overflows
		}
	}
	c.paths += other.paths
	c.attempts += other.attempts
	c.touches += other.touches
	c.later += other.later
	c.matched |= other.matched
	c.matchedExclusions |= other.matchedExclusions
	for i, table := range other.tables {
		for value, t := range table {
			c.tallyOf(i, value).merge(t)
		}
	}
	return nil
}

// Customers returns the number of paths counted.
func (c *Counts) Customers() int64 { return c.paths }
