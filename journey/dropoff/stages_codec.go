package dropoff

import (
	"fmt"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

const (
	stagesName    = "cjm/journey/dropoff.StageCounts"
	stagesVersion = 1
)

// MarshalBinary returns the counts as bytes. Equal counts give equal bytes,
// whatever the order in which they came together.
//
// After the header come the description of the stages and options, the totals, for
// each stage its counts, moves and stays, and the bytes of the funnels.
func (c *StageCounts) MarshalBinary() ([]byte, error) {
	b := wire.AppendHeader(nil, stagesName, stagesVersion)
	b = wire.AppendString(b, string(c.description))
	for _, n := range c.totals() {
		b = wire.AppendCount(b, *n)
	}
	var err error
	for i := range c.stages {
		t := &c.stages[i]
		for _, n := range t.counts() {
			b = wire.AppendCount(b, *n)
		}
		for _, n := range t.moves {
			b = wire.AppendCount(b, n)
		}
		for _, d := range [...]*journey.Durations{&t.stays, &t.open} {
			if b, err = appendDurations(b, d); err != nil {
				return nil, err
			}
		}
	}
	for _, f := range c.parts() {
		data, err := f.MarshalBinary()
		if err != nil {
			return nil, err
		}
		b = wire.AppendString(b, string(data))
	}
	return b, nil
}

// UnmarshalBinary replaces the counts by those that [StageCounts.MarshalBinary]
// wrote. They must be of the stages and options that c was made for, or else the
// error is [ErrMismatch]. On an error nothing has changed.
func (c *StageCounts) UnmarshalBinary(data []byte) error {
	d := wire.NewDecoder(data)
	d.Header(stagesName, stagesVersion)
	description := d.String()
	if len(c.description) == 0 || d.Err() == nil && description != string(c.description) {
		return ErrMismatch
	}
	n := c.New()
	n.paths, n.unstaged = d.Count(), d.Count()
	n.buyers, n.customers = d.Count(), d.Count()
	touches := int64(0)
	for _, to := range [...]*int64{&n.in, &n.without, &n.elsewhere, &n.later} {
		if *to = d.Count(); *to > maxAttempts-touches {
			d.Fail()
			break
		}
		touches += *to
	}
	if n.paths > maxAttempts || max(n.unstaged, n.buyers, n.customers) > n.paths {
		d.Fail()
	}
	for i := range n.stages {
		n.decodeStage(d, &n.stages[i])
	}
	for _, f := range n.parts() {
		data := d.String()
		if d.Err() == nil && (f.UnmarshalBinary([]byte(data)) != nil || f.paths != n.paths || f.touches+f.later != touches) {
			d.Fail()
		}
	}
	if d.Err() == nil && !n.consistent() {
		d.Fail()
	}
	if err := d.Finish(); err != nil {
		return fmt.Errorf("dropoff: stage counts: %w", err)
	}
	n.walk = c.walk
	*c = *n
	return nil
}

// decodeStage reads one stage. No count of paths is more than there are, none of
// moves more than there are touches.
func (c *StageCounts) decodeStage(d *wire.Decoder, t *stageTally) {
	for _, to := range t.counts() {
		if *to = d.Count(); *to > c.paths {
			d.Fail()
			return
		}
	}
	for i := range t.moves {
		if t.moves[i] = d.Count(); t.moves[i] > c.in {
			d.Fail()
			return
		}
	}
	decodeDurations(d, &t.stays)
	decodeDurations(d, &t.open)
}

// consistent reports whether the counts of the stages, none of which is out of
// range, agree with one another.
func (c *StageCounts) consistent() bool {
	// A number below 2^62 and what is left of another are added one by one, so
	// that nothing overflows.
	ended, furthest := c.paths-c.unstaged, c.paths-c.unstaged
	touches := c.in
	for i := range c.stages {
		t := &c.stages[i]
		moved, moves := int64(0), c.in
		for to, n := range t.moves {
			if n > moves || to == i && n > 0 {
				return false
			}
			moves -= n
			moved += n
		}
		for o, n := range t.last {
			if n > ended {
				return false
			}
			ended -= n
			if o != int(journey.Open) {
				moved += n
			}
		}
		reached := int64(0)
		for _, n := range t.reached {
			if n > c.paths-reached {
				return false
			}
			reached += n
		}
		if t.furthest > furthest {
			return false
		}
		furthest -= t.furthest
		stays, open := t.stays.Len(), t.open.Len()
		if stays != moved || open != t.last[journey.Open] || stays > touches || open > touches-stays {
			return false
		}
		touches -= stays + open
		if reached > stays+open || t.skipped > c.paths-reached || max(t.fellFrom, t.fellTo, t.furthest) > reached {
			return false
		}
	}
	return ended == 0
}
