package dropoff

import (
	"math/bits"
	"time"
)

// clickHouseRules are the options of windowFunnel. They can be combined there; a
// [Like] names one.
type clickHouseRules struct {
	order         bool // a touch of no step, or of a step whose turn has not come, ends the scan
	deduplication bool // a second touch of a step after the first that was done ends it
	increase      bool // a step must be later than the one before
}

// replayClickHouse counts as windowFunnel of ClickHouse does without strict_once
// (src/AggregateFunctions/AggregateFunctionWindowFunnel.cpp at commit 0215c755).
//
// Each step that a touch matches is a row of its own, and rows are in order of
// time, then of steps, whatever the order of arrival: of touches of one instant
// an earlier step always comes first, and one touch of two steps does both. Each
// level keeps one chain. A row of step 1 replaces that of the first level; a row
// of step k+1 replaces that of level k by the chain below if the window since its
// first touch has not passed. Chains below that change later leave those above
// alone. The scan ends at the last step.
//
// Options stop the scan where it stands, for good: whoever comes back later and
// does everything is still counted at the level of that moment. With order, a
// touch that matches no step comes before those of its instant; steps done before
// may come again. With increase, a row is compared with the chain that the level
// below holds at that moment, which may be younger than one that would do: after
// A at 4 and A at 8, B at 8 is refused, although A at 4 would lead to it.
//
// ClickHouse keeps no touches. The hits are those of the chain that the deepest
// level holds at the end; a touch may occur twice.
func replayClickHouse(f *Funnel, s *scan, r *replayed, rules clickHouseRules) {
	window := likeWindow(f.Window)
scan:
	for lo, hi := 0, 0; lo < len(s.at); lo = hi {
		hi = tieEnd(s.at, lo)
		var steps uint64
		var foreign bool
		for _, m := range s.steps[lo:hi] {
			steps |= m
			foreign = foreign || m == 0
		}
		if rules.order && foreign && r.reached(0) {
			break
		}
		for ; steps != 0; steps &= steps - 1 {
			k := bits.TrailingZeros64(steps)
			for i := lo; i < hi; i++ {
				if s.steps[i]>>k&1 != 0 && r.clickHouseRow(i, k, len(f.Steps), s.at[i], window, rules) {
					break scan
				}
			}
		}
	}
	if depth := bits.Len64(r.live); depth > 0 {
		r.finish(depth, r.levels[depth-1].link)
	}
}

// clickHouseRow takes touch i at t for level k of n; stop says that the scan is
// over.
func (m *scratch) clickHouseRow(i, k, n int, t, window time.Duration, rules clickHouseRules) (stop bool) {
	start, back := t, -1
	switch {
	case k == 0:
	case rules.deduplication && m.reached(k):
		return true
	case !m.reached(k - 1):
		return rules.order && m.reached(0)
	default:
		below := &m.levels[k-1]
		if t-below.start > window || rules.increase && below.last >= t {
			return false
		}
		start, back = below.start, below.link
	}
	m.set(k, likeLevel{start: start, last: t, link: m.link(i, back)})
	return k+1 == n
}
