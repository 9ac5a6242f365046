package dropoff

import (
	"math/bits"
	"slices"
	"time"
)

// unordered is the engine of funnels in any order. It holds touches that can be
// given to different steps, as many as there can be within the window, and of
// such sets the latest: a touch for which no step is left takes the place of the
// oldest without which there is one. Sets of touches that can be given to
// different steps are the independent sets of a matroid (Edmonds and Fulkerson
// 1965), so this greedy exchange is exact, and what is left of the set when its
// oldest touches fall out of the window is again the largest and the latest.
//
// Where the entry is given the window does not slide, and nothing is exchanged.
type unordered struct {
	plan *plan
	of   [MaxSteps + 1]int32 // position of the touch of each step of held
	held uint64
	// via holds, for each step that a search came to, the step whose touch led
	// there, 0 for the new touch.
	via [MaxSteps + 1]uint8
	// best is of and bestHeld held when the depth was reached.
	best     [MaxSteps + 1]int32
	bestHeld uint64
}

func newUnordered(l *plan) *unordered { return &unordered{plan: l} }

func (u *unordered) reset() {}

func (u *unordered) run(s *span) run {
	r := run{end: -1}
	u.held = 0
	for i := s.from; i < len(s.touches); i++ {
		t := &s.touches[i]
		before := u.within(s, t.at)
		if before == 0 && s.only >= 0 && i > s.only {
			r.end = i
			break
		}
		u.held = before
		if before != 0 || s.begins(i) != 0 {
			u.add(s.touches, i, s.only < 0)
		}
		if depth := bits.OnesCount64(u.held); depth > r.depth {
			u.best, u.bestHeld = u.of, u.held
			r.depth, r.first, r.last = depth, int(u.of[u.oldest(u.held)]), i
		}
		switch {
		case r.depth == u.plan.steps:
			r.completed, r.end = true, i
		case t.out == 0 || before == 0:
			continue
		case s.drops && t.out&u.plan.drops != 0:
			r.dropped, r.end = true, i
		case s.only >= 0:
			r.end, u.held = i, 0
		default:
			u.keep(int32(i))
			continue
		}
		break
	}
	r.did = below(r.depth + 1)
	if r.end < 0 {
		r.alive = u.within(s, s.now) != 0
		r.bounded = r.alive && u.plan.window != unbounded
	}
	return r
}

// within returns the steps held whose touches are within the window at the time.
func (u *unordered) within(s *span, at time.Duration) uint64 {
	held := u.held
	switch {
	case u.plan.window == unbounded || held == 0:
	case s.only >= 0:
		if at-s.touches[s.only].at > u.plan.window {
			held = 0
		}
	default:
		for todo := held; todo != 0; todo &= todo - 1 {
			k := bits.TrailingZeros64(todo) + 1
			if at-s.touches[u.of[k]].at > u.plan.window {
				held &^= 1 << (k - 1)
			}
		}
	}
	return held
}

// oldest returns the step among steps whose touch is the first.
func (u *unordered) oldest(steps uint64) int {
	found := 0
	for ; steps != 0; steps &= steps - 1 {
		if k := bits.TrailingZeros64(steps) + 1; found == 0 || u.of[k] < u.of[found] {
			found = k
		}
	}
	return found
}

// keep lets go of all touches but the one at the position.
func (u *unordered) keep(position int32) {
	var kept uint64
	for held := u.held; held != 0; held &= held - 1 {
		if k := bits.TrailingZeros64(held) + 1; u.of[k] == position {
			kept = 1 << (k - 1)
		}
	}
	u.held = kept
}

// add gives the touch at the position a step, if need be by giving others to the
// touches held. If that cannot be, it takes with exchange the place of the oldest
// with which it can.
func (u *unordered) add(touches []touch, position int, exchange bool) {
	seen := touches[position].steps
	for todo := seen; todo != 0; todo &= todo - 1 {
		u.via[bits.TrailingZeros64(todo)+1] = 0
	}
	for todo := seen; seen&^u.held == 0 && todo != 0; {
		k := bits.TrailingZeros64(todo) + 1
		todo &= todo - 1
		found := touches[u.of[k]].steps &^ seen
		for more := found; more != 0; more &= more - 1 {
			u.via[bits.TrailingZeros64(more)+1] = uint8(k)
		}
		seen, todo = seen|found, todo|found
	}
	end := 0
	switch free := seen &^ u.held; {
	case free != 0:
		end = bits.TrailingZeros64(free) + 1
	case exchange && seen != 0:
		end = u.oldest(seen)
	default:
		return
	}
	for k := int(u.via[end]); k != 0; end, k = k, int(u.via[k]) {
		u.of[end] = u.of[k]
		u.held |= 1 << (end - 1)
	}
	u.of[end] = int32(position)
	u.held |= 1 << (end - 1)
}

func (u *unordered) links(_ *span, _ *run, dst []link) []link {
	from := len(dst)
	for held := u.bestHeld; held != 0; held &= held - 1 {
		k := bits.TrailingZeros64(held) + 1
		dst = append(dst, link{u.best[k], uint8(k)})
	}
	slices.SortFunc(dst[from:], func(a, b link) int { return int(a.touch) - int(b.touch) })
	return dst
}
