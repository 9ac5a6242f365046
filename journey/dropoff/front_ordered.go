package dropoff

import (
	"math/bits"
	"slices"
)

// ordered is the engine of funnels in order whose ties are in order. It looks at
// each touch once and takes its steps from the last to the first, so that no
// touch serves two steps of a chain.
type ordered struct {
	fronts
	// runs is whether chains live on touches that repeat their last step, and
	// on no others.
	runs  bool
	nodes []node
}

// node is a touch of a chain.
type node struct {
	touch  int32 // position
	parent int32 // the node before, -1 at the first
	step   uint8
}

func newOrdered(l *plan, o Order) *ordered {
	return &ordered{fronts: newFronts(l), runs: o == Consecutive}
}

func (o *ordered) reset() { o.nodes = o.nodes[:0] }

func (o *ordered) run(s *span) run {
	r := run{end: -1}
	l, n := o.plan, o.plan.steps
	o.live = 0
	for i := s.from; i < len(s.touches); i++ {
		t := &s.touches[i]
		var ended uint64
		var dropped bool
		if t.out != 0 && o.live != 0 {
			ended = l.ended(t.out)
			dropped = s.drops && !r.completed && t.out&l.drops != 0 && o.drop(s.touches, i)
		}
		begins := s.begins(i)
		var made uint64
		follow := o.live << 1
		if l.skipping {
			follow = l.follow(o.live)
		}
		for steps := t.steps & (begins | follow); steps != 0; {
			k := bits.Len64(steps)
			bit := uint64(1) << (k - 1)
			steps &^= bit
			c := chain{start: t.at, last: t.at, first: int32(i), touch: int32(i)}
			parent := int32(-1)
			if begins&bit == 0 {
				p := o.best(s.touches, k, t.at, t.index)
				if p == nil {
					continue
				}
				c.start, c.first, parent = p.start, p.first, p.link
			}
			o.live &^= ended & bit
			made |= bit
			if o.surpassed(k, c.first) {
				continue
			}
			c.link = int32(len(o.nodes))
			o.nodes = append(o.nodes, node{touch: int32(i), parent: parent, step: uint8(k)})
			o.put(k, c)
			if k > r.depth {
				r.depth, r.first, r.last, r.link = k, int(c.first), i, c.link
			}
		}
		r.did |= made
		if r.depth == n && !r.completed {
			r.completed = true
			if r.end = i; s.every || !l.later {
				return r
			}
		}
		o.live &^= ended &^ made
		if o.runs {
			o.live &= t.match
		}
		if dropped && !r.completed {
			r.dropped, r.end = true, i
			return r
		}
		if s.every && l.mortal && i > s.from {
			if alive, _ := o.alive(s.touches, t.at, t.index+1); !alive {
				r.end = i
				return r
			}
		}
	}
	if !r.completed {
		r.alive, r.bounded = o.alive(s.touches, s.now, s.next)
	}
	return r
}

// drop tells whether the touch at the position drops the customer: if some
// exclusion ends a chain that began later than all chains that are past the
// exclusion, or that this touch takes further.
func (o *ordered) drop(touches []touch, i int) bool {
	t := &touches[i]
	past := int32(-1) // the latest beginning of a chain that the touch takes further
	for steps := t.steps; steps != 0; steps &= steps - 1 {
		if c := o.best(touches, bits.TrailingZeros64(steps)+1, t.at, t.index); c != nil {
			past = max(past, c.first)
		}
	}
	for out := t.out & o.plan.drops; out != 0; out &= out - 1 {
		x := bits.TrailingZeros64(out)
		within := o.latestOf(touches, o.plan.ends[x], t.at, t.index)
		if within > max(past, o.latestOf(touches, o.plan.past[x], t.at, t.index)) {
			return true
		}
	}
	return false
}

func (o *ordered) links(_ *span, r *run, dst []link) []link {
	from := len(dst)
	for at := r.link; at >= 0; at = o.nodes[at].parent {
		dst = append(dst, link{o.nodes[at].touch, o.nodes[at].step})
	}
	slices.Reverse(dst[from:])
	return dst
}
