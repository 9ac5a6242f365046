package dropoff

import "sort"

// found is the best chain of a customer, by positions in the history.
type found struct {
	depth              int
	did                uint64
	links              []link
	completed, dropped bool
	alive, bounded     bool
	// end is the index in the path of the touch that ended it, -1 if none did: the
	// one that completed it, dropped it or, with EveryEntry, after which it was dead.
	end int
	// drop is the position of the touch that dropped it, if dropped.
	drop int
}

func (b *found) first() int32 { return b.links[0].touch }
func (b *found) last() int32  { return b.links[len(b.links)-1].touch }

// bounds say which touches count, by indices in the path.
type bounds struct {
	from, until int32 // chains begin from the one to before the other
	to          int32 // touches before
	drops       bool  // exclusions drop if they are to
}

// together tells whether touches of an instant are looked at together.
func (e *Evaluator) together() bool {
	return e.funnel.Ties != TiesInOrder && e.funnel.Order != AnyOrder
}

// instant returns the positions, from lo to before hi, of the touches that are
// looked at together with the one at the position.
func (e *Evaluator) instant(position int) (lo, hi int) {
	lo, hi = position, position+1
	if e.together() {
		for at := e.touches[position].at; lo > 0 && e.touches[lo-1].at == at; {
			lo--
		}
		for at := e.touches[position].at; hi < len(e.touches) && e.touches[hi].at == at; {
			hi++
		}
	}
	return lo, hi
}

// findBest finds the best chain of the customer. It reports false if there is
// none.
//
// When an exclusion drops the customer, all that began before is void, and what
// begins with that very touch or later counts as if nothing had been before. If
// nothing does, what was void is shown as dropped.
func (e *Evaluator) findBest() bool {
	e.engine.reset()
	all := int32(len(e.points))
	b := bounds{until: all, to: all, drops: e.plan.drops != 0}
	var before bounds
	drop := -1
	for e.runAll(b); e.best.dropped; e.runAll(b) {
		drop = e.best.drop
		lo, hi := e.instant(drop)
		before = bounds{from: b.from, until: e.touches[lo].index, to: e.touches[hi-1].index + 1}
		b.from = before.until
	}
	if e.best.depth == 0 && drop >= 0 {
		e.runAll(before)
		e.best.dropped, e.best.completed, e.best.end = true, false, int(e.touches[drop].index)
	}
	return e.best.depth > 0
}

// runAll makes best the best chain within the bounds, of all values of Constant.
func (e *Evaluator) runAll(b bounds) {
	e.best = found{links: e.best.links[:0], end: -1}
	drop := -1
	for v := range e.valueCount() {
		s, r := &e.span, &e.found
		if e.limit(e.part(v), b); e.funnel.Entry == FirstEntry && s.only < 0 {
			continue
		}
		*r = e.engine.run(s)
		e.best.did |= r.did
		e.best.alive = e.best.alive || r.alive
		e.best.bounded = e.best.bounded || r.bounded
		if r.dropped {
			if at := e.position(s.touches, r.end); drop < 0 || at < drop {
				drop = at
			}
		}
		if r.depth > 0 && r.depth >= e.best.depth {
			e.compare()
		}
	}
	if drop < 0 {
		return
	}
	if _, hi := e.instant(drop); e.best.completed && int(e.best.last()) < hi {
		b.drops = false // what comes after completion drops nobody
		e.runAll(b)
		return
	}
	e.best.dropped, e.best.drop = true, drop
}

// limit sets the span to the touches of a value within the bounds.
func (e *Evaluator) limit(touches []touch, b bounds) {
	position := func(index int32) int {
		switch {
		case index == 0:
			return 0
		case int(index) == len(e.points):
			return len(touches)
		}
		return sort.Search(len(touches), func(i int) bool { return touches[i].index >= index })
	}
	e.span = span{
		from: position(b.from), until: position(b.until), touches: touches[:position(b.to)],
		starts: e.plan.starts, only: -1, drops: b.drops, now: e.now, next: int32(len(e.points)),
	}
	if e.funnel.Entry != FirstEntry {
		return
	}
	for i := range touches {
		if touches[i].steps&e.plan.starts != 0 {
			if i >= e.span.from && i < e.span.until {
				e.span.only = i
			}
			return
		}
	}
}

// compare makes the chain found the best if it is better: deeper, or else first to
// come there, or else begun last.
func (e *Evaluator) compare() {
	s, r, b := &e.span, &e.found, &e.best
	e.links = e.engine.links(s, r, e.links[:0])
	if e.funnel.Open && r.depth > 1 {
		e.enterEarly()
	}
	e.locate(s, e.links)
	first, last := e.links[0].touch, e.links[len(e.links)-1].touch
	if r.depth == b.depth && (last > b.last() || last == b.last() && first <= b.first()) {
		return
	}
	b.depth, b.completed = r.depth, r.completed
	b.links, e.links = e.links, b.links
}

// locate makes the positions of links in the span positions in the history.
func (e *Evaluator) locate(s *span, links []link) {
	if e.funnel.Constant == nil {
		return
	}
	for i := range links {
		links[i].touch = int32(e.position(s.touches, int(links[i].touch)))
	}
}

// enterEarly makes the links, of the chains of an open funnel that come to the
// depth found with its last touch, those of one that enters at the earliest step.
// Each step begins chains as good as any, so what was found is that of one touch.
func (e *Evaluator) enterEarly() {
	s, r := &e.again, &e.found
	*s = e.span
	s.drops = false
	hi := r.last + 1
	for e.together() && hi < len(s.touches) && s.touches[hi].at == s.touches[r.last].at {
		hi++
	}
	s.touches = s.touches[:hi]
	for starts := s.starts & below(r.depth); starts != 0; starts &= starts - 1 {
		s.starts = starts & -starts
		if e.other = e.engine.run(s); e.other.depth == r.depth && e.other.last == r.last {
			e.links = e.engine.links(s, &e.other, e.links[:0])
			return
		}
	}
}
