package dropoff

import (
	"fmt"
	"maps"
	"slices"

	"github.com/cjm-go/cjm/internal/wire"
)

const (
	nextName    = "cjm/journey/dropoff.NextCounts"
	nextVersion = 1
)

// MarshalBinary returns the counts as bytes. Equal counts give equal bytes,
// whatever the order in which they came together.
func (c *NextCounts) MarshalBinary() ([]byte, error) {
	b := wire.AppendHeader(nil, nextName, nextVersion)
	b = wire.AppendString(b, string(c.description))
	b = wire.AppendCount(b, c.attempts)
	for i := range c.steps {
		s := &c.steps[i]
		b = wire.AppendCount(b, s.nothing)
		b = wire.AppendCount(b, s.untraced)
		values := slices.Sorted(maps.Keys(s.values))
		b = wire.AppendNames(b, values)
		for _, text := range values {
			b = wire.AppendCount(b, s.values[text].lost)
			b = wire.AppendCount(b, s.values[text].wentOn)
		}
	}
	return b, nil
}

// UnmarshalBinary replaces the counts by those that [NextCounts.MarshalBinary]
// wrote. They must be of the funnel that c was made for, functions apart, or else
// the error is [ErrMismatch]. On an error nothing has changed.
func (c *NextCounts) UnmarshalBinary(data []byte) error {
	d := wire.NewDecoder(data)
	d.Header(nextName, nextVersion)
	description := d.String()
	if len(c.description) == 0 || d.Err() == nil && description != string(c.description) {
		return ErrMismatch
	}
	n := newNextCounts(c.funnel, c.key, c.evaluator)
	n.came = c.came
	n.attempts = d.Count()
	lost := int64(0)
	count := func(sum *int64) int64 {
		k := d.Count()
		if k > maxAttempts-*sum {
			d.Fail()
			return 0
		}
		*sum += k
		return k
	}
	for i := range n.steps {
		s := &n.steps[i]
		s.nothing, s.untraced = count(&lost), count(&lost)
		wentOn := int64(0)
		for _, text := range wire.Names[string](d) {
			v := &nextValue{lost: count(&lost), wentOn: count(&wentOn)}
			if *v == (nextValue{}) {
				d.Fail()
			}
			s.values[text] = v
		}
		// Of an optional step nothing is counted, nor of the first.
		if wentOn > n.attempts || (i == 0 || n.layout.isOptional(i+1)) && (len(s.values) > 0 || s.nothing+s.untraced > 0) {
			d.Fail()
		}
	}
	if n.attempts > maxAttempts || lost > n.attempts {
		d.Fail()
	}
	if err := d.Finish(); err != nil {
		return fmt.Errorf("dropoff: next counts: %w", err)
	}
	*c = *n
	return nil
}
