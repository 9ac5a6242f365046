package dropoff

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

const (
	countsName    = "cjm/journey/dropoff.Counts"
	countsVersion = 1
)

// MarshalBinary returns the counts as bytes. Equal counts give equal bytes,
// whatever the order in which they came together.
//
// After the header come the description of the funnel and the groups; the numbers
// of paths, attempts, touches and touches after AsOf; the steps and exclusions
// matched; then for each group the values, and for each value its tally.
func (c *Counts) MarshalBinary() ([]byte, error) {
	b := wire.AppendHeader(nil, countsName, countsVersion)
	b = wire.AppendString(b, string(c.description))
	for _, n := range [...]int64{c.paths, c.attempts, c.touches, c.later} {
		b = wire.AppendCount(b, n)
	}
	b = wire.AppendUint(b, c.matched)
	b = wire.AppendUint(b, c.matchedExclusions)
	for _, table := range c.tables {
		values := slices.Sorted(maps.Keys(table))
		b = wire.AppendNames(b, values)
		for _, value := range values {
			var err error
			if b, err = table[value].append(b, c.layout); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

// UnmarshalBinary replaces the counts by those that [Counts.MarshalBinary] wrote.
// They must be of the funnel and the groups that c was made for, functions apart,
// or else the error is [ErrMismatch], as it is for a zero Counts, which has none. On an error nothing has changed.
func (c *Counts) UnmarshalBinary(data []byte) error {
	d := wire.NewDecoder(data)
	d.Header(countsName, countsVersion)
	description := d.String()
	if len(c.description) == 0 || d.Err() == nil && description != string(c.description) {
		return ErrMismatch
	}
	n := c.New()
	for _, to := range [...]*int64{&n.paths, &n.attempts, &n.touches, &n.later} {
		*to = d.Count()
	}
	n.matched, n.matchedExclusions = d.Uint(), d.Uint()
	if n.paths > n.attempts || n.attempts > maxAttempts || n.touches > math.MaxInt64-n.later ||
		excess(n.matched, len(c.funnel.Steps)) || excess(n.matchedExclusions, len(c.funnel.Exclusions)) {
		d.Fail()
	}
	for i := range n.tables {
		attempts, customers := int64(0), int64(0)
		for _, value := range wire.Names[string](d) {
			t, all := decodeTally(d, n.layout, n.attempts-attempts)
			if t.customers > n.paths || value != "" && len(c.groups) == 0 {
				d.Fail()
			}
			attempts += all
			customers += t.customers // at most attempts
			n.tables[i][value] = t
		}
		one := len(c.groups) == 0 || c.groups[i].Of != AtEntry
		if attempts != n.attempts || customers < n.paths || one && customers > n.paths {
			d.Fail()
		}
	}
	if err := d.Finish(); err != nil {
		return fmt.Errorf("dropoff: counts: %w", err)
	}
	*c = *n
	return nil
}

// excess reports whether there are bits beyond the first n.
func excess(set uint64, n int) bool { return set>>n != 0 }

// append appends the tally: customers, attempts absent and dropped; for each step
// the attempts that began there, those that ended there by reason, those who did
// it if it is optional, the times; the times of the attempts.
func (t *tally) append(b []byte, l *layout) ([]byte, error) {
	for _, n := range [...]int64{t.customers, t.absent, t.dropped} {
		b = wire.AppendCount(b, n)
	}
	var err error
	for i := range t.steps {
		s := &t.steps[i]
		b = wire.AppendCount(b, s.began)
		for _, n := range s.ended {
			b = wire.AppendCount(b, n)
		}
		if l.isOptional(i + 1) {
			b = wire.AppendCount(b, s.did)
		}
		if b, err = appendDurations(b, &s.between); err != nil {
			return nil, err
		}
	}
	for i := range t.spells {
		if b, err = appendDurations(b, &t.spells[i]); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// decodeTally reads what append wrote, and returns the attempts in it, which are no
// more than most.
func decodeTally(d *wire.Decoder, l *layout, most int64) (*tally, int64) {
	t := newTally(l)
	left := most
	count := func() int64 {
		n := d.Count()
		if n > left {
			d.Fail()
			return 0
		}
		left -= n
		return n
	}
	t.customers = d.Count()
	t.absent, t.dropped = count(), count()
	before, began := left, int64(0)
	for i := range t.steps {
		s := &t.steps[i]
		s.began = d.Count()
		if s.began > before-began {
			d.Fail()
			return t, 0
		}
		began += s.began
		for r := range s.ended {
			s.ended[r] = count()
		}
		// Whoever has ended has begun before.
		if before-left > began {
			d.Fail()
		}
		if l.isOptional(i + 1) {
			s.did = d.Count()
		}
		decodeDurations(d, &s.between)
	}
	for i := range t.spells {
		decodeDurations(d, &t.spells[i])
	}
	if d.Err() == nil && !t.consistent(l, began) {
		d.Fail()
	}
	return t, most - left
}

// consistent reports whether the counts of the steps agree with one another and
// with the times, where that many attempts began.
func (t *tally) consistent(l *layout, began int64) bool {
	ended := [numOutcomes]int64{}
	for i := range t.steps {
		last := i == l.len()-1
		for r, n := range t.steps[i].ended {
			outcome := outcomeOf(Reason(r))
			if n > 0 && (Reason(r) == ReasonAbsent || last != (outcome == journey.Converted)) {
				return false
			}
			ended[outcome] += n
		}
	}
	left := began
	for i := range t.spells {
		if t.spells[i].Len() != ended[i] {
			return false
		}
		left -= ended[i]
	}
	for i, line := range t.lines(l) {
		if line.skipped < 0 || t.steps[i].between.Len() > line.reached {
			return false
		}
	}
	return left == 0 && 1 <= t.customers && t.customers <= t.absent+t.dropped+began
}

func appendDurations(b []byte, d *journey.Durations) ([]byte, error) {
	data, err := d.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return wire.AppendString(b, string(data)), nil
}

// decodeDurations reads durations, none of which is negative.
func decodeDurations(d *wire.Decoder, dst *journey.Durations) {
	data := d.String()
	if d.Err() != nil {
		return
	}
	if dst.UnmarshalBinary([]byte(data)) != nil {
		d.Fail()
	} else if shortest, ok := dst.Quantile(0); ok && shortest < 0 {
		d.Fail()
	}
}
