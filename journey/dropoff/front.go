package dropoff

import (
	"math/bits"
	"time"
)

// chain is a chain at some level, of which all but the end is elsewhere.
type chain struct {
	start, last  time.Duration // of the first and the last touch
	first, touch int32         // their positions
	link         int32
}

// fronts holds for each level the chains of which none is better than another:
// those that began later last touched earlier. A chain that began later goes on
// wherever one does that began and last touched earlier, so the others need not
// be kept, and the number of chains considered is exact though small: one, unless
// optional steps or ties give a step several steps to follow.
type fronts struct {
	plan *plan
	// levels holds the chains at each level, in the order of last touches, so
	// those that began later come first. What is at a level is void unless live
	// has its bit.
	levels [][]chain
	live   uint64
}

func newFronts(l *plan) fronts {
	return fronts{plan: l, levels: make([][]chain, l.steps+1)}
}

// pick returns the chain at level j that step k may follow at the time, the one
// that began last, or nil. For a step that follows directly, index is that of its
// touch.
func (f *fronts) pick(touches []touch, j, k int, at time.Duration, index int32) *chain {
	level := f.levels[j]
	i, gap := 0, f.plan.gap[k]
	switch {
	case f.plan.direct>>(k-1)&1 != 0:
		i = len(level) - 1
		if touches[level[i].touch].index+1 != index {
			return nil
		}
	case len(level) > 1:
		for hi := len(level); i < hi; {
			if mid := (i + hi) / 2; at-level[mid].last > gap {
				i = mid + 1
			} else {
				hi = mid
			}
		}
		if i == len(level) {
			return nil
		}
	}
	if c := &level[i]; at-c.last <= gap && at-c.start <= f.plan.window {
		return c
	}
	return nil
}

// best returns the chain that step k may follow at the time, of all levels: the
// one that began last and, of those, the longest.
func (f *fronts) best(touches []touch, k int, at time.Duration, index int32) *chain {
	var found *chain
	for j := k - 1; j >= f.plan.low[k] && j > 0; j-- {
		if f.live>>(j-1)&1 == 0 {
			continue
		}
		if c := f.pick(touches, j, k, at, index); c != nil && (found == nil || c.first > found.first) {
			found = c
		}
	}
	return found
}

// put adds a chain that touched last of all to the level.
func (f *fronts) put(level int, c chain) {
	kept := f.levels[level]
	bit := uint64(1) << (level - 1)
	if f.live&bit == 0 {
		kept, f.live = kept[:0], f.live|bit
	}
	for len(kept) > 0 && kept[len(kept)-1].first <= c.first {
		kept = kept[:len(kept)-1]
	}
	f.levels[level] = append(kept, c)
}

// surpassed tells whether a chain that begins at the position is of no use at
// the level, because only the beginning matters and there is one as late.
func (f *fronts) surpassed(level int, first int32) bool {
	return !f.plan.last && f.live>>(level-1)&1 != 0 && f.levels[level][0].first >= first
}

// latest returns the position at which the chain at the level began that could go
// on at the time, the latest of them; -1 if none could.
func (f *fronts) latest(touches []touch, level int, at time.Duration, index int32) int32 {
	first := int32(-1)
	for ways := f.plan.ways[level]; ways != 0; ways &= ways - 1 {
		k := bits.TrailingZeros64(ways) + 1
		if c := f.pick(touches, level, k, at, index); c != nil {
			first = max(first, c.first)
		}
	}
	return first
}

// latestOf is latest of several levels.
func (f *fronts) latestOf(touches []touch, levels uint64, at time.Duration, index int32) int32 {
	first := int32(-1)
	for levels &= f.live; levels != 0; levels &= levels - 1 {
		first = max(first, f.latest(touches, bits.TrailingZeros64(levels)+1, at, index))
	}
	return first
}

// alive tells whether any chain could go on at the time and whether a window
// bounds some way on.
func (f *fronts) alive(touches []touch, at time.Duration, index int32) (alive, bounded bool) {
	for levels := f.live; levels != 0; levels &= levels - 1 {
		level := bits.TrailingZeros64(levels) + 1
		for ways := f.plan.ways[level]; ways != 0; ways &= ways - 1 {
			k := bits.TrailingZeros64(ways) + 1
			if f.pick(touches, level, k, at, index) == nil {
				continue
			}
			alive = true
			if f.plan.window != unbounded || f.plan.gap[k] != unbounded {
				return true, true
			}
		}
	}
	return alive, false
}
