package dropoff

import (
	"cmp"
	"math"
	"math/bits"
	"time"

	"github.com/cjm-go/cjm/journey"
)

// settle appends the attempt that the best chain makes to dst.
func (e *Evaluator) settle(p *journey.Path, dst []Attempt) []Attempt {
	a, dst := grow(dst)
	b := &e.best
	a.Reached, a.Did, a.Entered = b.depth, b.did, int(b.links[0].step)
	if e.funnel.Order == AnyOrder {
		a.Entered = 1
	}
	for _, l := range b.links {
		t := &e.touches[l.touch]
		a.Hits = append(a.Hits, e.hit(int(l.step), int(t.index)))
	}
	a.Since = e.instantTime(b.first())
	switch {
	case b.dropped:
		a.Status, a.Reason, a.Dropped = Excluded, ReasonExcluded, true
		a.Until = e.points[b.end].Time
	case b.completed:
		a.Status, a.Reason, a.Until = Completed, ReasonCompleted, e.instantTime(b.last())
	case b.alive:
		e.settleAlive(p, a)
	default:
		e.settleDead(p, a)
	}
	if a.Until.Before(a.Since) { // as Mixpanel's grace allows
		a.Until = a.Since
	}
	return dst
}

func (e *Evaluator) hit(step, index int) Hit {
	t := &e.points[index]
	return Hit{Step: step, Index: index, Time: t.Time, ID: t.ID}
}

// instantTime is the time of the instant of the touch at the position.
func (e *Evaluator) instantTime(position int32) time.Time {
	return e.points[e.touches[position].instant].Time
}

// settleAlive gives the attempt the status of one that could go on at the time of
// the analysis.
func (e *Evaluator) settleAlive(p *journey.Path, a *Attempt) {
	var (
		last  = e.points[len(e.points)-1].Time
		quiet = e.funnel.LostAfter
		open  = p.Outcome == journey.Open
	)
	if !e.funnel.AsOf.IsZero() {
		if quiet > 0 && e.funnel.AsOf.Sub(last) >= quiet {
			a.Status, a.Reason, a.Until = Lost, ReasonInactive, last.Add(quiet)
			return
		}
		// What the path says of its outcome was not known yet if it went on.
		wentOn := len(e.points) < len(p.Touchpoints) || p.End.After(e.funnel.AsOf)
		open = open || quiet > 0 || e.best.bounded || wentOn
	}
	if open {
		a.Status, a.Reason, a.Until = StillOpen, ReasonOpen, e.asOf()
		return
	}
	e.settleEnded(p, a)
}

// settleEnded gives the attempt the status of one with which the journey ended:
// at its End if that is later than the last touch, but not after AsOf.
func (e *Evaluator) settleEnded(p *journey.Path, a *Attempt) {
	a.Status, a.Reason, a.Until = Lost, ReasonEnded, e.points[len(e.points)-1].Time
	end := p.End
	if asOf := e.funnel.AsOf; !asOf.IsZero() && end.After(asOf) {
		end = asOf
	}
	if end.After(a.Until) {
		a.Until = end
	}
}

// settleDead gives the attempt the status of one that could not go on.
func (e *Evaluator) settleDead(p *journey.Path, a *Attempt) {
	c := e.causeOfDeath()
	a.Reason, a.Until = c.reason, c.until
	switch c.reason {
	case ReasonExcluded:
		a.Status = Excluded
	case ReasonInterrupted:
		a.Status = Lost
	case ReasonWindow, ReasonStepWindow:
		a.Status = TimedOut
	default:
		e.settleEnded(p, a)
	}
}

// cause is why a chain can go no further. The zero value is none.
type cause struct {
	at     time.Time // when it came
	index  int32     // of the touch that it is; a deadline has the greatest
	reason Reason
	until  time.Time // at, but for Tolerance
}

// none tells whether there is no cause.
func (c *cause) none() bool { return c.reason == ReasonAbsent }

// compare orders causes as they come: by time; touches before deadlines; touches
// in the order of the path; of one touch its excluding before its interrupting,
// and the window of the funnel before that of the step.
func (c *cause) compare(d *cause) int {
	return cmp.Or(c.at.Compare(d.at), cmp.Compare(c.index, d.index), cmp.Compare(c.reason, d.reason))
}

// first makes c the earlier one of both, if there are two.
func (c *cause) first(d cause) {
	if c.none() || !d.none() && d.compare(c) < 0 {
		*c = d
	}
}

// causeOfDeath returns why the best chain can go no further: each way on ends
// with its first cause, and the chain with the last of its ways.
func (e *Evaluator) causeOfDeath() cause {
	common := e.exclusion()
	common.first(e.deadline(e.best.first(), e.plan.window, ReasonWindow))
	common.first(e.breach())
	if e.funnel.Order == AnyOrder {
		return common
	}
	var last cause
	for ways := e.plan.ways[e.best.depth]; ways != 0; ways &= ways - 1 {
		k := bits.TrailingZeros64(ways) + 1
		way := common
		way.first(e.deadline(e.best.last(), e.plan.gap[k], ReasonStepWindow))
		if e.plan.direct>>(k-1)&1 != 0 {
			way.first(e.interruption(e.touches[e.best.last()].index + 1))
		}
		if way.none() {
			return way
		}
		if last.none() || way.compare(&last) > 0 {
			last = way
		}
	}
	return last
}

// exclusion is the first touch after the best chain that excludes it.
func (e *Evaluator) exclusion() cause {
	b := &e.best
	last := b.last()
	level := uint64(1) << (b.depth - 1)
	from := last + 1
	if e.funnel.Order == AnyOrder && b.first() != last {
		from = last // an exclusion itself, it would lie between first and last
	}
	for i := from; i < int32(len(e.touches)); i++ {
		t := &e.touches[i]
		if b.end >= 0 && int(t.index) > b.end {
			break
		}
		if e.plan.ended(t.out)&level == 0 || e.together() && t.at == e.touches[last].at {
			continue
		}
		return cause{e.instantTime(i), t.index, ReasonExcluded, e.points[t.index].Time}
	}
	return cause{}
}

// deadline is the end of a window that begins with the touch at the position.
func (e *Evaluator) deadline(position int32, window time.Duration, reason Reason) cause {
	if window == unbounded {
		return cause{}
	}
	at := e.instantTime(position).Add(window)
	return cause{at, math.MaxInt32, reason, at}
}

// breach is, with Consecutive, the first touch after the best chain that is no
// repetition of its last step.
func (e *Evaluator) breach() cause {
	if e.funnel.Order != Consecutive {
		return cause{}
	}
	i := int(e.best.last()) + 1
	for i < len(e.touches) && e.touches[i].match>>(e.best.depth-1)&1 != 0 {
		i++
	}
	return e.interruption(int32(i)) // all touches are there
}

// interruption is the touch of the index in the path as a cause, if there is one
// and the attempt had not ended before.
func (e *Evaluator) interruption(index int32) cause {
	if int(index) >= len(e.points) || e.best.end >= 0 && int(index) > e.best.end {
		return cause{}
	}
	at := e.points[index].Time
	return cause{at, index, ReasonInterrupted, at}
}
