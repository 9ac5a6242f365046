package dropoff

import (
	"cmp"
	"math/bits"
	"time"
)

// replayGA4 counts as the funnel report of the Google Analytics Data API does
// (v1alpha, messages Funnel and FunnelStep;
// packages/google-analytics-data/google/analytics/data_v1alpha/types/data.py at
// commit d7a06f11 of github.com/googleapis/google-cloud-python; its code is not
// public).
//
// The funnel is closed unless Open is set: then any step can be the first, so
// that a step is done by whoever has a touch of it. A step may demand a duration
// since the step before, inclusive of its end in whole microseconds; times are
// cut off to microseconds for this. It may demand to be the very next touch. There is
// no window for the whole. The documentation does not say which of several touches
// of a step count: here a step is done if some choice of different touches, in the
// order of the path, does it.
//
// The hits begin at the step where the customer entered: there are fewer than
// the depth where that is not step 1. They end at the first touch that came to the
// depth, and of the ways there they are one from the earliest step, then of the
// latest entry.
func replayGA4(f *Funnel, s *scan, r *replayed) {
	if !f.Open {
		r.finish(r.ga4Scan(f, s, 0, len(s.at)))
		return
	}
	depth, end := 0, 0
	for i, steps := range s.steps {
		if d := bits.Len64(steps); d > depth {
			depth, end = d, i+1
		}
	}
	for entry := range depth {
		r.scratch.reset()
		if d, link := r.ga4Scan(f, s, entry, end); d == depth {
			r.finish(d, link)
			return
		}
	}
}

// ga4Scan returns how deep the touches before end come that enter at level entry,
// and the link of the first that came there.
func (m *scratch) ga4Scan(f *Funnel, s *scan, entry, end int) (depth, deepest int) {
	// The latest touch of a level serves both demands better than an earlier one.
	deepest = -1
	for i := 0; i < end && depth < len(f.Steps); i++ {
		t := s.at[i].Truncate(time.Microsecond)
		for steps := s.steps[i] >> entry << entry; steps != 0; {
			k := bits.Len64(steps) - 1
			steps &^= 1 << k
			back := -1
			if k > entry {
				if back = m.ga4Back(f, i, k, t); back < 0 {
					continue
				}
			}
			link := m.link(i, back)
			m.set(k, likeLevel{last: t, touch: i, link: link})
			if k+1 > depth {
				depth, deepest = k+1, link
			}
		}
	}
	return depth, deepest
}

// ga4Back returns the link of the level below k from which touch i at t goes on,
// or -1.
func (m *scratch) ga4Back(f *Funnel, i, k int, t time.Duration) int {
	step, below := &f.Steps[k], &m.levels[k-1]
	switch {
	case !m.reached(k - 1):
	case step.Directly && below.touch != i-1:
	case t-below.last > likeWindow(cmp.Or(step.Within, f.StepWindow)):
	default:
		return below.link
	}
	return -1
}
