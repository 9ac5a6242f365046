package dropoff

import (
	"math/bits"
	"time"
)

// replayClickHouseOnce counts as windowFunnel of ClickHouse does with strict_once
// (src/AggregateFunctions/AggregateFunctionWindowFunnel.cpp at commit 0215c755).
//
// There, each level keeps every chain that reached it, with the rows it used, and
// a chain does not use a row twice. Touches of one instant come in order of steps
// as they do without the option. So a level is reached exactly if some choice of
// different touches does its steps in order, either of two of one instant before
// the other, within the window. The lists of ClickHouse grow with the product of
// the repetitions of the steps; here a level keeps the chain that started last,
// which outlives the others, and touches of one instant are matched to steps.
//
// ClickHouse keeps no touches for the result. The hits are those of the chain of
// the deepest level that was the first with its start.
func replayClickHouseOnce(f *Funnel, s *scan, r *replayed) {
	n, window := len(f.Steps), likeWindow(f.Window)
	for lo, hi := 0, 0; lo < len(s.at) && !r.reached(n-1); lo = hi {
		hi = tieEnd(s.at, lo)
		if hi == lo+1 {
			r.onceTouch(lo, s.steps[lo], s.at[lo], window)
		} else {
			r.onceTie(s, lo, hi, n, window)
		}
	}
	if depth := bits.Len64(r.live); depth > 0 {
		r.finish(depth, r.levels[depth-1].link)
	}
}

// onceTouch takes a touch that has its time for itself. It may do any of its
// steps, but only one in a chain: so the latest first.
func (m *scratch) onceTouch(i int, steps uint64, t, window time.Duration) {
	for steps != 0 {
		k := bits.Len64(steps) - 1
		steps &^= 1 << k
		start, back := t, -1
		if k > 0 {
			if !m.reached(k-1) || t-m.levels[k-1].start > window {
				continue
			}
			start, back = m.levels[k-1].start, m.levels[k-1].link
		}
		if !m.reached(k) || m.levels[k].start < start {
			m.set(k, likeLevel{start: start, link: m.link(i, back)})
		}
	}
}

// onceTie takes the touches lo to hi of one instant. From each chain before it, and
// from none, it goes on by as many steps as it finds different touches for.
func (m *scratch) onceTie(s *scan, lo, hi, n int, window time.Duration) {
	for base := -1; base < n-1; base++ {
		from := likeLevel{start: s.at[lo], link: -1}
		if base >= 0 {
			if !m.reached(base) || s.at[lo]-m.levels[base].start > window {
				continue
			}
			from = m.levels[base]
		}
		m.owner = append(m.owner[:0], make([]uint8, hi-lo)...)
		for k := base + 1; k < n; k++ {
			if tried := uint64(0); !m.onceAssign(s.steps[lo:hi], k, &tried) {
				break
			}
			if m.fresh[k] && m.staged[k].start >= from.start || m.reached(k) && m.levels[k].start >= from.start {
				continue
			}
			end := from.link
			for j := base + 1; j <= k; j++ {
				end = m.link(lo+m.assigned[j], end)
			}
			m.fresh[k], m.staged[k] = true, likeLevel{start: from.start, link: end}
		}
	}
	for k := range n {
		if m.fresh[k] {
			m.set(k, m.staged[k])
			m.fresh[k] = false
		}
	}
}

// onceAssign finds a touch for step k+1 by an augmenting path over steps that have
// one already; tried holds the steps on it, as bits.
func (m *scratch) onceAssign(steps []uint64, k int, tried *uint64) bool {
	*tried |= 1 << k
	for i, matches := range steps {
		if matches>>k&1 != 0 && m.owner[i] == 0 {
			m.owner[i], m.assigned[k] = uint8(k+1), i
			return true
		}
	}
	for i, matches := range steps {
		if matches>>k&1 == 0 {
			continue
		}
		if j := int(m.owner[i]) - 1; *tried>>j&1 == 0 && m.onceAssign(steps, j, tried) {
			m.owner[i], m.assigned[k] = uint8(k+1), i
			return true
		}
	}
	return false
}
