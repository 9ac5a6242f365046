package dropoff

import (
	"slices"

	"github.com/cjm-go/cjm/journey"
)

// evaluateEvery appends the attempts of the customer to dst, if there are any.
func (e *Evaluator) evaluateEvery(p *journey.Path, dst []Attempt) []Attempt {
	before := len(dst)
	for v := range e.valueCount() {
		part := e.part(v)
		for i := 0; i < len(part); {
			starts := part[i].steps & e.plan.starts
			if starts == 0 {
				i++
				continue
			}
			e.span = span{
				touches: part, from: i, until: len(part), only: i, starts: starts & -starts,
				drops: true, every: true, now: e.now, next: int32(len(e.points)),
			}
			e.engine.reset()
			e.found = e.engine.run(&e.span)
			e.attempt()
			dst = e.settle(p, dst)
			switch r := &e.found; {
			case r.end < 0:
				i = len(part)
			case r.completed, r.last == r.end: // the touch is used
				i = r.end + 1
			default:
				i = r.end
			}
		}
	}
	if e.funnel.Constant != nil {
		slices.SortStableFunc(dst[before:], func(a, b Attempt) int { return a.Hits[0].Index - b.Hits[0].Index })
	}
	return dst
}

// attempt makes what was found the best.
func (e *Evaluator) attempt() {
	s, r, b := &e.span, &e.found, &e.best
	b.links = e.engine.links(s, r, b.links[:0])
	e.locate(s, b.links)
	b.depth, b.did, b.completed, b.dropped = r.depth, r.did, r.completed, r.dropped
	b.alive, b.bounded, b.end = r.alive, r.bounded, -1
	if r.end >= 0 {
		b.end = int(s.touches[r.end].index)
	}
}
