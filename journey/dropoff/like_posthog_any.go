package dropoff

import (
	"math/bits"
	"slices"
	"time"
)

// likeQueue holds the touches of a step in order of time, linked by
// scratch.next.
type likeQueue struct{ head, tail int }

// replayPostHogAny counts as PostHog does with steps in any order
// (funnel-udf/src/unordered_steps.rs at commit 8f6eaa2a).
//
// Each step has a queue. Before a touch is taken, the oldest touches leave, those
// of which the window has passed. The count of steps whose queues are not empty is
// compared with the best so far only when a touch leaves and at the end, so the
// hits are the oldest touches of the queues at that moment. The result is a
// number of steps, whichever they are: "step 2" means any two.
//
// A touch that matches several steps is given to the one whose latest touch is
// the oldest, an empty queue before all, the first of equals, and stays there.
// So a touch of A and B takes the place of A, and B is missing if only an A comes
// after it. Of random paths of up to 8 touches, some of them of several of 2 to 4
// steps, 11 % come to fewer steps than the best matching; none where each touch is
// of one step.
//
// An exclusion empties all queues, which were not compared before, but the
// customer stays and what was counted earlier too: after A B X only what comes
// later is counted, and the customer may be left with no step at all. A touch that
// matches a step as well as an exclusion is one of the step.
//
// Touches of one instant are taken in the order of the path.
func replayPostHogAny(f *Funnel, s *scan, r *replayed) {
	n, window := len(f.Steps), likeWindow(f.Window)
	r.next = slices.Grow(r.next[:0], len(s.at))[:len(s.at)]
	for i, t := range s.at {
		switch {
		case s.steps[i] == 0 && s.out[i] == 0:
			continue
		case r.anyExpire(s.at, n, t, window):
			r.depth, r.hits = n, append(r.hits, r.best...)
			return
		case s.steps[i] == 0:
			r.live = 0
		default:
			r.anyPush(s.at, i, s.steps[i])
		}
	}
	r.anyCompare(s.at)
	r.depth, r.hits = len(r.best), append(r.hits, r.best...)
}

// anyExpire lets touches leave of which the window has passed at t. It reports
// whether all n steps were done before.
func (m *scratch) anyExpire(at []time.Duration, n int, t, window time.Duration) (complete bool) {
	for m.live != 0 {
		oldest := -1
		for live := m.live; live != 0; live &= live - 1 {
			if k := bits.TrailingZeros64(live); oldest < 0 || at[m.queues[k].head] < at[m.queues[oldest].head] {
				oldest = k
			}
		}
		q := &m.queues[oldest]
		complete = bits.OnesCount64(m.live) == n
		if !complete && t-at[q.head] <= window {
			return false
		}
		m.anyCompare(at)
		if complete {
			return true
		}
		if q.head == q.tail {
			m.live &^= 1 << oldest
		} else {
			q.head = m.next[q.head]
		}
	}
	return false
}

// anyPush gives touch i to one of the steps it matches.
func (m *scratch) anyPush(at []time.Duration, i int, steps uint64) {
	k := bits.TrailingZeros64(steps)
	if empty := steps &^ m.live; empty != 0 {
		k = bits.TrailingZeros64(empty)
		m.queues[k] = likeQueue{i, i}
		m.live |= 1 << k
		return
	}
	for ; steps != 0; steps &= steps - 1 {
		if j := bits.TrailingZeros64(steps); at[m.queues[j].tail] < at[m.queues[k].tail] {
			k = j
		}
	}
	m.next[m.queues[k].tail] = i
	m.queues[k].tail = i
}

// anyCompare makes the oldest touches of the queues the best if they are more, in
// order of time.
func (m *scratch) anyCompare(at []time.Duration) {
	if bits.OnesCount64(m.live) <= len(m.best) {
		return
	}
	m.best = m.best[:0]
	for live := m.live; live != 0; live &= live - 1 {
		i := m.queues[bits.TrailingZeros64(live)].head
		j := len(m.best)
		for m.best = append(m.best, i); j > 0 && at[m.best[j-1]] > at[i]; j-- {
			m.best[j] = m.best[j-1]
		}
		m.best[j] = i
	}
}
