package dropoff_test

import (
	"cmp"
	"math"
	"slices"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
)

// oracleEnd is how and when a way on ended: by a touch, or by a deadline, which
// comes after all touches of its instant.
type oracleEnd struct {
	at, touch, cause, until int // cause is an index of oracleCauses
}

func (e oracleEnd) compare(other oracleEnd) int { return cmp.Or(e.at-other.at, e.touch-other.touch) }

const oracleDeadline = math.MaxInt32 // as the touch

var oracleCauses = []dropoff.Reason{
	dropoff.ReasonExcluded, dropoff.ReasonInterrupted, dropoff.ReasonWindow, dropoff.ReasonStepWindow,
}

// ends returns how each way on from the chain has ended at time now, having seen
// so many touches of the path, and whether all of them have.
func (o *oracle) ends(c oracleChain, seen, now int) (ends []oracleEnd, all bool) {
	f, last := o.f, c.last()
	next, begin := f.next(last.step), last.touch
	if f.order == dropoff.AnyOrder {
		next, begin = []int{0}, c.first().touch
	}
	for _, step := range next {
		var causes []oracleEnd
		by := func(touch, cause int) {
			causes = append(causes, oracleEnd{o.instant[touch], touch, cause, o.touches[touch].at})
		}
		deadline := func(from, window, cause int) {
			if d := o.instant[from] + window; window > 0 && now > d {
				causes = append(causes, oracleEnd{d, oracleDeadline, cause, d})
			}
		}
		for i := range seen {
			level := last.step
			if f.order == dropoff.AnyOrder {
				level = 1
			}
			if o.at(begin) < o.at(i) && o.excludes(i, level, false) {
				by(i, 0)
			}
			if f.order == dropoff.Consecutive && i > last.touch && !o.does(oracleLink{i, last.step}) {
				by(i, 1)
			}
			if f.order == dropoff.Strict && i > last.touch || step > 0 && f.steps[step-1].directly && i > last.touch {
				by(i, 1)
			}
		}
		deadline(c.first().touch, f.window, 2)
		if step > 0 {
			deadline(last.touch, f.within(step), 3)
		}
		if len(causes) > 0 {
			ends = append(ends, slices.MinFunc(causes, func(a, b oracleEnd) int {
				return cmp.Or(a.compare(b), a.cause-b.cause)
			}))
		}
	}
	return ends, len(ends) == len(next)
}

// alive reports whether the chain, not complete, could go on by a touch at time
// now after so many touches of the path.
func (o *oracle) alive(c oracleChain, seen, now int) bool {
	_, all := o.ends(c, seen, now)
	return !o.complete(c) && !all
}

// bounded reports whether a window bounds a way on that is still open.
func (o *oracle) bounded(c oracleChain, now int) bool {
	if o.f.window > 0 || o.f.order == dropoff.AnyOrder {
		return o.f.window > 0
	}
	for _, step := range o.f.next(c.last().step) {
		w := o.f.within(step)
		if w > 0 && now-o.instant[c.last().touch] <= w &&
			(!o.f.steps[step-1].directly || c.last().touch == len(o.touches)-1) {
			return true
		}
	}
	return false
}

// now is the time from which the analysis looks.
func (o *oracle) now() int {
	if o.f.cut || len(o.touches) == 0 {
		return o.f.asOf
	}
	return o.touches[len(o.touches)-1].at
}

// judge says what became of the chains at time now, having seen so many touches
// of the path.
func (o *oracle) judge(run []oracleChain, seen, now int) (a oracleAttempt) {
	if len(run) == 0 {
		return a
	}
	a.reached, a.did, a.best = o.deepest(run)
	best := a.best[0]
	a.since = o.instant[best.first().touch]
	if o.complete(best) {
		a.status, a.reason, a.until = dropoff.Completed, dropoff.ReasonCompleted, o.instant[best.last().touch]
		return a
	}
	alive, bounded := false, false
	for _, c := range run {
		if o.alive(c, seen, now) {
			alive = true
			bounded = bounded || o.bounded(c, now)
		}
	}
	if !alive {
		return o.dead(a, seen, now)
	}
	quiet := o.touches[len(o.touches)-1].at
	open := o.p.outcome == journey.Open ||
		o.f.cut && (len(o.touches) < len(o.p.touches) || o.p.ended && o.p.end > o.f.asOf)
	switch f := o.f; {
	case f.cut && f.lostAfter > 0 && now-quiet >= f.lostAfter:
		a.status, a.reason, a.until = dropoff.Lost, dropoff.ReasonInactive, quiet+f.lostAfter
	case open || f.cut && (f.lostAfter > 0 || bounded):
		a.status, a.reason, a.until = dropoff.StillOpen, dropoff.ReasonOpen, now
	default:
		a.status, a.reason, a.until = dropoff.Lost, dropoff.ReasonEnded, quiet
		if o.p.ended {
			end := o.p.end
			if f.cut {
				end = min(end, f.asOf)
			}
			a.until = max(quiet, end)
		}
	}
	return a
}

// dead completes the attempt of which no chain is alive: by the last way on of
// the best chain that ended.
func (o *oracle) dead(a oracleAttempt, seen, now int) oracleAttempt {
	ends, _ := o.ends(a.best[0], seen, now)
	end := slices.MinFunc(ends, func(a, b oracleEnd) int { return cmp.Or(b.compare(a), a.cause-b.cause) })
	a.reason, a.until = oracleCauses[end.cause], end.until
	switch a.reason {
	case dropoff.ReasonExcluded:
		a.status = dropoff.Excluded
	case dropoff.ReasonInterrupted:
		a.status = dropoff.Lost
	default:
		a.status = dropoff.TimedOut
	}
	return a
}
