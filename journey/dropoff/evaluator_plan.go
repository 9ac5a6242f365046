package dropoff

import (
	"cmp"
	"math"
	"math/bits"
	"time"
)

// unbounded is the window of what has none.
const unbounded time.Duration = math.MaxInt64

// plan is a valid funnel made ready. Steps and levels are numbered from 1; as
// bits, bit k-1 is step or level k. A chain is at level k when step k is its
// last.
type plan struct {
	steps    int
	required uint64
	starts   uint64 // steps at which a chain may begin
	direct   uint64 // steps whose touch is the next of the path
	window   time.Duration
	gap      [MaxSteps + 1]time.Duration // bound from the step before to step k
	low      [MaxSteps + 1]int           // lowest level that step k may follow
	ways     [MaxSteps + 1]uint64        // steps that may follow level k
	ends     [MaxExclusions]uint64       // levels whose chains the exclusion ends
	past     [MaxExclusions]uint64       // levels that are past the exclusion
	drops    uint64                      // exclusions that drop
	// longest is the longest of all bounds, 0 if there are none.
	longest time.Duration
	// skipping tells that there are optional steps.
	skipping bool
	// last tells that it matters when the last step was done, not only when the
	// first: what may follow depends on it.
	last bool
	// mortal tells that a chain can end otherwise than by completing.
	mortal bool
	// all tells that touches which match nothing matter as well.
	all bool
	// later tells that steps may be done by other chains after one completed.
	later bool
}

func newPlan(f *Funnel) *plan {
	n := len(f.Steps)
	l := &plan{steps: n, starts: 1, window: unbounded}
	all := ^uint64(0) >> (MaxSteps - n)
	if f.Open || f.Order == AnyOrder {
		l.starts = all
	}
	if f.Window > 0 {
		l.window, l.longest = f.Window, f.Window
	}
	if f.Order == Strict {
		l.direct = all
	}
	for i := range f.Steps {
		s := &f.Steps[i]
		k := i + 1
		bit := uint64(1) << i
		if !s.Optional {
			l.required |= bit
		}
		if s.Directly {
			l.direct |= bit
		}
		l.gap[k] = unbounded
		if within := cmp.Or(s.Within, f.StepWindow); within > 0 {
			l.gap[k] = within
			l.longest = max(l.longest, within)
			l.last = true
		}
		for j := i; j >= 1; j-- {
			l.low[k] = j
			l.ways[j] |= bit
			if !f.Steps[j-1].Optional {
				break
			}
		}
	}
	for i := range f.Exclusions {
		from, to := f.Exclusions[i].between(n)
		if f.Order == AnyOrder {
			from, to = 1, n+1
		}
		l.ends[i] = below(to) &^ below(from)
		l.past[i] = all &^ below(to)
		if f.Exclusions[i].Drop {
			l.drops |= 1 << i
		}
	}
	l.last = l.last || l.direct != 0
	l.mortal = l.longest > 0 || l.direct != 0 || len(f.Exclusions) > 0 || f.Order == Consecutive
	l.all = f.Order == Consecutive || f.Entry == EveryEntry && l.direct != 0
	l.skipping = l.required != all
	l.later = f.Open || l.skipping
	return l
}

// below returns the levels under k.
func below(k int) uint64 { return 1<<(k-1) - 1 }

// ended returns the levels whose chains the exclusions end.
func (l *plan) ended(out uint64) uint64 {
	var levels uint64
	for ; out != 0; out &= out - 1 {
		levels |= l.ends[bits.TrailingZeros64(out)]
	}
	return levels
}

// follow returns the steps that may follow the levels.
func (l *plan) follow(levels uint64) uint64 {
	var steps uint64
	for ; levels != 0; levels &= levels - 1 {
		steps |= l.ways[bits.TrailingZeros64(levels)+1]
	}
	return steps
}

// tail returns the steps of a chain that goes from step first to step last and
// leaves out what it may.
func (l *plan) tail(first, last int) uint64 {
	between := below(last) &^ below(first+1)
	return 1<<(first-1) | l.required&between | 1<<(last-1)
}
