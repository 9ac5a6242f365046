package dropoff

import (
	"math"
	"slices"
	"sort"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// touch is what the engines see of a touchpoint.
type touch struct {
	// at is its instant, on a scale that begins anywhere. Differences are exact
	// as far as a bound of the funnel can tell them apart.
	at    time.Duration
	steps uint64 // steps that it may do
	match uint64 // steps that it matches, whatever its key
	out   uint64 // exclusions that it matches
	index int32  // in the path
	// instant is the index of the touch whose time is its instant: its own,
	// but for Tolerance.
	instant int32
}

// history is a path as the engines see it.
type history struct {
	points  []touchpoint.Touchpoint // up to AsOf
	touches []touch                 // those that match anything, or all if all matter
	now     time.Duration           // AsOf, or else the last touch, on the scale of at
	seen    marks
	nanos   []int64 // of all touches, since 1970
	names   int     // bytes in their kinds, which readTimes fetches
}

// Times of which an int64 holds the nanoseconds, and the difference of any two:
// from 1824 to 2116.
const (
	firstSecond = -(1 << 62) / int64(time.Second)
	lastSecond  = (1 << 62) / int64(time.Second)
)

// asOf is the time of the analysis: AsOf, or else that of the last touch.
func (e *Evaluator) asOf() time.Time {
	if e.funnel.AsOf.IsZero() {
		return e.points[len(e.points)-1].Time
	}
	return e.funnel.AsOf
}

// read makes the path the history of the evaluator.
func (e *Evaluator) read(p *journey.Path) {
	e.points, e.touches = p.Touchpoints, e.touches[:0]
	near, asOf := e.readTimes(), e.funnel.AsOf
	if n := len(e.points); n > 0 && !asOf.IsZero() && e.points[n-1].Time.After(asOf) {
		e.points = e.points[:sort.Search(n, func(i int) bool { return e.points[i].Time.After(asOf) })]
	}
	switch {
	case len(e.points) == 0:
	case near && e.funnel.Tolerance == 0:
		e.readFast()
	default:
		e.readSlow()
	}
}

// readTimes notes the nanoseconds of all touches. It reports whether they and
// those of AsOf are exact.
//
// It is a pass of its own for the sake of speed, and looks at kinds too. Nothing in
// it depends on anything else, so the processor fetches many touches from memory at
// once; matching would have it wait for one after the other.
func (e *Evaluator) readTimes() (near bool) {
	from, to := int64(0), int64(0)
	if asOf := e.funnel.AsOf; !asOf.IsZero() {
		from, to = asOf.Unix(), asOf.Unix()
	}
	nanos, names := e.nanos[:0], 0
	for i := range e.points {
		t := &e.points[i]
		second := t.Time.Unix()
		from, to = min(from, second), max(to, second)
		nanos = append(nanos, t.Time.UnixNano())
		names += len(t.Kind)
	}
	e.nanos, e.names = nanos, names
	return from > firstSecond && to < lastSecond
}

// readFast matches the touches. Each is written behind those that match anything,
// and stays there or is written over by the next: no branch, as which touch
// matches cannot be foreseen.
func (e *Evaluator) readFast() {
	m, n, always := e.matcher, 0, uint64(0)
	if e.plan.all {
		always = 1
	}
	touches := slices.Grow(e.touches, len(e.points))[:len(e.points)]
	for i := range e.points {
		found := m.match(&e.points[i])
		e.seen = e.seen.or(found)
		touches[n] = touch{
			at:    time.Duration(e.nanos[i]),
			steps: found.steps, match: found.steps, out: found.out,
			index: int32(i), instant: int32(i),
		}
		matches := found.steps | found.out | always
		n += int((matches | -matches) >> 63)
	}
	e.touches = touches[:n]
	e.now = time.Duration(e.asOf().UnixNano())
}

// readSlow is readFast for any times, with Tolerance. A gap longer than all
// bounds of the funnel counts as just longer, so that no number of them overflows.
func (e *Evaluator) readSlow() {
	longest := e.plan.longest
	if longest < math.MaxInt64 {
		longest++
	}
	var at time.Duration
	before, from := e.points[0].Time, 0 // the instant of at; the touch that gives the present one
	scale := func(t time.Time) time.Duration {
		gap := min(t.Sub(before), longest)
		if at > math.MaxInt64-gap {
			return math.MaxInt64
		}
		return at + gap
	}
	for i := range e.points {
		t := &e.points[i]
		if t.Time.Sub(e.points[from].Time) > e.funnel.Tolerance {
			from = i
		}
		found := e.matcher.match(t)
		if found.empty() && !e.plan.all {
			continue
		}
		e.seen = e.seen.or(found)
		at = scale(e.points[from].Time)
		before = e.points[from].Time
		e.touches = append(e.touches, touch{
			at: at, steps: found.steps, match: found.steps, out: found.out,
			index: int32(i), instant: int32(from),
		})
	}
	e.now = scale(e.asOf())
}
