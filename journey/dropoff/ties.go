package dropoff

import (
	"math/bits"
	"slices"
)

// tied is the engine of funnels in order whose ties are not: it looks at all
// touches of an instant together. Chains that come to the instant go on from
// what they were before it, by one step if ties are apart, else by as many as its
// touches can serve, each one step.
type tied struct {
	fronts
	matching
	apart bool
	leaps []leap
	offer []offer
}

// leap is what a chain does at one instant: the steps from first to last, less
// those that it may leave out.
type leap struct {
	lo, hi      int32 // positions of the touches of the instant
	first, last uint8
	parent      int32 // the leap before, -1 at the beginning
	// begin and end are the positions of the first touch of the chain and of
	// its last, where the leap must hold them; else -1.
	begin, end int32
}

// offer is a way to the levels in reach at an instant: from a chain that was
// there before, or begun here.
type offer struct {
	step  uint8 // the first taken here
	reach uint64
	old   bool
	chain chain // the one before
}

func newTied(l *plan, t Ties) *tied {
	return &tied{fronts: newFronts(l), apart: t == TiesApart}
}

func (d *tied) reset() { d.leaps = d.leaps[:0] }

func (d *tied) run(s *span) run {
	r := run{end: -1}
	l := d.plan
	d.live = 0
	for lo, hi := s.from, 0; lo < len(s.touches); lo = hi {
		var steps, out uint64
		at := s.touches[lo].at
		for hi = lo; hi < len(s.touches) && s.touches[hi].at == at; hi++ {
			steps |= s.touches[hi].steps
			out |= s.touches[hi].out
		}
		d.offers(s, lo, hi, steps)
		var reach uint64
		for i := range d.offer {
			reach |= d.offer[i].reach
		}
		dropped := -1
		if s.drops && !r.completed && out&l.drops != 0 && d.live != 0 {
			dropped = d.drop(s.touches[:hi], lo)
		}
		if top := bits.Len64(reach); top > r.depth {
			d.deepest(s, lo, hi, top, &r)
		}
		r.did |= reach
		if r.depth == l.steps && !r.completed {
			r.completed, r.end = true, r.last
			if !l.later {
				return r
			}
		}
		if dropped >= 0 && !r.completed {
			r.dropped, r.end = true, dropped
			return r
		}
		d.live &^= l.ended(out)
		d.advance(s, lo, hi)
	}
	if !r.completed {
		r.alive, r.bounded = d.alive(s.touches, s.now, s.next)
	}
	return r
}

// offers collects the ways on from the chains before the instant, and those that
// begin there.
func (d *tied) offers(s *span, lo, hi int, steps uint64) {
	d.offer = d.offer[:0]
	at := s.touches[lo].at
	for todo := steps & d.plan.follow(d.live); todo != 0; todo &= todo - 1 {
		k := bits.TrailingZeros64(todo) + 1
		reach := uint64(0)
		for j := d.plan.low[k]; j < k; j++ {
			if d.live>>(j-1)&1 == 0 {
				continue
			}
			c := d.pick(s.touches, j, k, at, 0)
			if c == nil {
				continue
			}
			if reach == 0 {
				reach = d.reach(s.touches, lo, hi, k, -1)
			}
			d.offer = append(d.offer, offer{step: uint8(k), reach: reach, old: true, chain: *c})
		}
	}
	begins := uint64(0)
	for i := lo; i < hi; i++ {
		begins |= s.begins(i)
	}
	for ; begins != 0; begins &= begins - 1 {
		k := bits.TrailingZeros64(begins) + 1
		d.offer = append(d.offer, offer{step: uint8(k), reach: d.reach(s.touches, lo, hi, k, s.only)})
	}
}

// reach returns the levels to which touches of the instant can lead if step k,
// which some of them match, is the first that they take: by the one at position
// only, unless that is negative.
func (d *tied) reach(touches []touch, lo, hi, k, only int) uint64 {
	bit := uint64(1) << (k - 1)
	if d.apart || hi-lo == 1 {
		return bit
	}
	d.begin(touches, lo, hi)
	if only >= 0 {
		d.fix(k, only)
	} else {
		d.augment(k)
	}
	reach := bit
	for m := k + 1; m <= d.plan.steps; m++ {
		optional := d.plan.required>>(m-1)&1 == 0
		switch found := d.augment(m); {
		case found && optional:
			d.release(m)
			fallthrough
		case found:
			reach |= 1 << (m - 1)
		case !optional:
			return reach
		}
	}
	return reach
}

// advance adds what the instant made to the fronts: at each level the chain that
// began last.
func (d *tied) advance(s *span, lo, hi int) {
	var levels uint64
	for i := range d.offer {
		levels |= d.offer[i].reach
	}
	for ; levels != 0; levels &= levels - 1 {
		level := bits.TrailingZeros64(levels) + 1
		best, first := -1, int32(-1)
		for i := range d.offer {
			o := &d.offer[i]
			if o.reach>>(level-1)&1 == 0 {
				continue
			}
			if at := d.beginning(s, o, lo, hi, level); at > first {
				best, first = i, at
			}
		}
		if best < 0 || d.surpassed(level, first) {
			continue
		}
		o := &d.offer[best]
		c := chain{start: s.touches[lo].at, last: s.touches[lo].at, first: first, touch: int32(hi - 1)}
		if o.old {
			c.start = o.chain.start
		}
		c.link = d.leap(o, lo, hi, level, first, -1)
		d.put(level, c)
	}
}

// beginning returns the position of the first touch of the offer's chain to the
// level: the latest possible if it begins here.
func (d *tied) beginning(s *span, o *offer, lo, hi, level int) int32 {
	if o.old {
		return o.chain.first
	}
	if s.only >= 0 {
		return int32(s.only)
	}
	for i := hi - 1; i > lo; i-- {
		if d.serves(s.touches, lo, hi, int(o.step), level, i, -1) {
			return int32(i)
		}
	}
	return int32(lo)
}

// deepest makes the best chain to level top, which none reached before, the
// result of the run: the one whose last touch comes first and, of those, the one
// that began last.
func (d *tied) deepest(s *span, lo, hi, top int, r *run) {
	r.depth, r.first, r.last = top, -1, hi
	for i := range d.offer {
		o := &d.offer[i]
		if o.reach>>(top-1)&1 == 0 {
			continue
		}
		first, last := d.ending(s, o, lo, hi, top)
		if last < r.last || last == r.last && first > r.first {
			r.first, r.last = first, last
			r.link = d.leap(o, lo, hi, top, int32(first), int32(last))
		}
	}
}

// ending returns the first and the last touch of the best chain of the offer to
// the level.
func (d *tied) ending(s *span, o *offer, lo, hi, level int) (first, last int) {
	step, begin := int(o.step), -1
	if !o.old {
		begin = s.only
	}
	for last = lo; last < hi-1; last++ {
		if d.serves(s.touches, lo, hi, step, level, begin, last) {
			break
		}
	}
	switch {
	case o.old:
		return int(o.chain.first), last
	case begin >= 0:
		return begin, last
	case step == level:
		return last, last
	}
	for first = hi - 1; first > lo; first-- {
		if d.serves(s.touches, lo, hi, step, level, first, last) {
			break
		}
	}
	return first, last
}

// leap notes what the offer's chain does at the instant.
func (d *tied) leap(o *offer, lo, hi, level int, first, last int32) int32 {
	e := leap{
		lo: int32(lo), hi: int32(hi), first: o.step, last: uint8(level),
		parent: -1, begin: first, end: last,
	}
	if o.old {
		e.parent, e.begin = o.chain.link, -1
	}
	d.leaps = append(d.leaps, e)
	return int32(len(d.leaps) - 1)
}

// drop returns the position of the first touch of the instant that drops the
// customer, -1 if none does; see [ordered.drop]. touches end with the instant,
// which begins at lo.
func (d *tied) drop(touches []touch, lo int) int {
	at := touches[lo].at
	past := int32(-1)
	for i := range d.offer {
		if d.offer[i].old {
			past = max(past, d.offer[i].chain.first)
		}
	}
	later := func(a, b int32) bool { return a >= 0 && (b < 0 || touches[a].at > touches[b].at) }
	for i := lo; i < len(touches); i++ {
		for out := touches[i].out & d.plan.drops; out != 0; out &= out - 1 {
			x := bits.TrailingZeros64(out)
			within := d.latestOf(touches, d.plan.ends[x], at, 0)
			if later(within, max(past, d.latestOf(touches, d.plan.past[x], at, 0))) {
				return i
			}
		}
	}
	return -1
}

func (d *tied) links(s *span, r *run, dst []link) []link {
	for at := r.link; at >= 0; at = d.leaps[at].parent {
		e := &d.leaps[at]
		d.serves(s.touches, int(e.lo), int(e.hi), int(e.first), int(e.last), int(e.begin), int(e.end))
		for steps := d.plan.tail(int(e.first), int(e.last)); steps != 0; {
			k := bits.Len64(steps)
			steps &^= 1 << (k - 1)
			dst = append(dst, link{int32(d.of[k]), uint8(k)})
		}
	}
	slices.Reverse(dst)
	return dst
}

// serves tells whether the touches of the instant can serve the steps from first
// to last, less those that may be left out: the first by the one at begin and the
// last by the one at end, unless these are negative. It leaves the matching.
func (d *tied) serves(touches []touch, lo, hi, first, last, begin, end int) bool {
	d.begin(touches, lo, hi)
	steps := d.plan.tail(first, last)
	for _, fixed := range [...]link{{int32(begin), uint8(first)}, {int32(end), uint8(last)}} {
		i, bit := int(fixed.touch), uint64(1)<<(fixed.step-1)
		if i < 0 || steps&bit == 0 && d.of[fixed.step] == i {
			continue
		}
		if steps&bit == 0 || touches[i].steps&bit == 0 || d.taken(i) {
			return false
		}
		d.fix(int(fixed.step), i)
		steps &^= bit
	}
	for ; steps != 0; steps &= steps - 1 {
		if !d.augment(bits.TrailingZeros64(steps) + 1) {
			return false
		}
	}
	return true
}
