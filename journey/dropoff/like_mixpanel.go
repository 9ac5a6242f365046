package dropoff

import (
	"slices"
	"time"
)

// mixpanelGrace is within which Mixpanel does not look at the order of two steps.
const mixpanelGrace = 2 * time.Second

// likeCursor remembers that of the touches that are sought pos is the first from
// position from on.
type likeCursor struct{ from, pos int }

// replayMixpanel counts as the uniques of a funnel of Mixpanel, in a specific order
// (docs/reports/funnels/funnels-advanced.mdx at commit 0ff38ec6 and
// funnels-faq.mdx at commit 02fff5bd of github.com/mixpanel/docs; its code is not
// public).
//
// The customer enters by the first touch of step 1 only. The window begins there
// and later touches of step 1 do not begin it anew. Each further step is done by
// its first touch that follows the one of the step before.
//
// Two steps in succession no more than 2 seconds apart may have happened in
// either order: a step follows the one before it from 2 seconds earlier on, by
// another touch. This holds for each pair, so three steps in reverse order within
// 4 seconds are done.
//
// An exclusion between two steps ends progress; what was done stays. It has the
// same 2 seconds. The documentation does not say in whose favour: here it counts
// only if it is more than 2 seconds from both touches, so as no order of the three
// that the grace allows would save the conversion.
func replayMixpanel(f *Funnel, s *scan, r *replayed) {
	r.mixpanelBegin(f)
	if entry := r.nextOfStep(s, 0, 0); entry < len(s.at) {
		r.hits = r.mixpanelAttempt(f, s, entry, r.hits)
		r.depth = len(r.hits)
	}
}

// replayMixpanelReentry counts as the uniques of a funnel of Mixpanel with optimized
// re-entry (the same documentation).
//
// Every touch of step 1 begins an attempt as in [replayMixpanel], though others are
// under way. The deepest attempt counts; of these the one that came there first,
// which is the first conversion; of these the one of the latest entry.
func replayMixpanelReentry(f *Funnel, s *scan, r *replayed) {
	r.mixpanelBegin(f)
	entry := r.nextOfStep(s, 0, 0)
	for entry < len(s.at) && (r.depth < len(f.Steps) || entry <= r.hits[r.depth-1]) {
		r.best = r.mixpanelAttempt(f, s, entry, r.best[:0])
		if d := len(r.best); d > r.depth || d == r.depth && r.best[d-1] <= r.hits[d-1] {
			r.depth = d
			r.hits, r.best = r.best, r.hits
		}
		entry = r.nextOfStep(s, 0, entry+1)
	}
}

func (m *scratch) mixpanelBegin(f *Funnel) {
	m.setBars(f)
	for k := range f.Steps {
		m.steps[k], m.stops[k] = likeCursor{0, -1}, likeCursor{0, -1}
	}
}

// mixpanelAttempt appends to hits the touches of the steps that are done from the
// entry on.
func (m *scratch) mixpanelAttempt(f *Funnel, s *scan, entry int, hits []int) []int {
	window := likeWindow(f.Window)
	hits = append(hits, entry)
	for k := 1; k < len(f.Steps); k++ {
		last := s.at[hits[k-1]]
		from, _ := slices.BinarySearch(s.at, last-mixpanelGrace)
		i := m.nextOfStep(s, k, from)
		for i < len(s.at) && (s.steps[i]>>k&1 == 0 || slices.Contains(hits, i)) {
			i++
		}
		if i == len(s.at) || s.at[i]-s.at[entry] > window {
			break
		}
		if len(f.Exclusions) > 0 {
			from, _ = slices.BinarySearch(s.at, last+mixpanelGrace+1)
			if x := m.nextStop(s, k-1, from); x < len(s.at) && s.at[x] < s.at[i]-mixpanelGrace {
				break
			}
		}
		hits = append(hits, i)
	}
	return hits
}

// nextOfStep returns the first touch of step k+1 from position from on, or the
// number of touches. It looks at each touch once if it is asked in rising order.
func (m *scratch) nextOfStep(s *scan, k, from int) int {
	c := &m.steps[k]
	if from < c.from || from > c.pos {
		c.from = from
		for c.pos = from; c.pos < len(s.at) && s.steps[c.pos]>>k&1 == 0; {
			c.pos++
		}
	}
	return c.pos
}

// nextStop returns the first touch that ends level k, likewise.
func (m *scratch) nextStop(s *scan, k, from int) int {
	c := &m.stops[k]
	if from < c.from || from > c.pos {
		c.from = from
		for c.pos = from; c.pos < len(s.at) && m.barred(s.out[c.pos])>>k&1 == 0; {
			c.pos++
		}
	}
	return c.pos
}
