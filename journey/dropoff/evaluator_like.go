package dropoff

import (
	"math/bits"
	"slices"
	"sort"
	"time"

	"github.com/cjm-go/cjm/journey"
)

// scan is what the tools see of one customer: touches in list order up to AsOf.
type scan struct {
	at    []time.Duration // since the beginning of the first touch's microsecond
	steps []uint64        // bit k-1: matches step k
	out   []uint64        // bit j: matches exclusion j
}

// replayed is what a tool counted.
type replayed struct {
	depth int   // deepest step, 0 none
	out   bool  // dropped by an exclusion; then depth is 0
	hits  []int // index of the touch of each step done, in order of steps (any order: of time)
	scratch
}

// tool is the memory of funnels that count like a tool.
type tool struct {
	scan
	replayed
}

// evaluateLike appends the attempt that the tool counts to dst, if there is one:
// of the values of Constant, the deepest and, of those, the first to come there.
func (e *Evaluator) evaluateLike(p *journey.Path, dst []Attempt) []Attempt {
	e.fill()
	b, r := &e.best, &e.tool.replayed
	*b = found{links: b.links[:0], end: -1}
	dropped := false
	for v := range e.valueCount() {
		if !e.show(v) {
			continue
		}
		e.funnel.Like.replay(&e.funnel, &e.tool.scan, r)
		dropped = dropped || r.out
		if r.depth > b.depth || r.depth == b.depth && r.depth > 0 && r.hits[len(r.hits)-1] < e.lastIndex() {
			e.take(r)
		}
	}
	switch {
	case b.depth > 0:
		b.alive = !b.completed && e.outlives()
		return e.settle(p, dst)
	case dropped:
		a, dst := grow(dst)
		a.Status, a.Reason, a.Dropped = Excluded, ReasonExcluded, true
		return dst
	}
	return dst
}

// lastIndex is the index of the last touch of the best chain.
func (e *Evaluator) lastIndex() int { return int(e.touches[e.best.last()].index) }

// fill makes the history a scan.
func (e *Evaluator) fill() {
	s, n := &e.tool.scan, len(e.points)
	first := e.points[0].Time.Truncate(time.Microsecond)
	s.at = slices.Grow(s.at[:0], n)[:n]
	s.steps = slices.Grow(s.steps[:0], n)[:n]
	s.out = slices.Grow(s.out[:0], n)[:n]
	clear(s.steps)
	clear(s.out)
	for i := range e.points {
		s.at[i] = e.points[i].Time.Sub(first)
	}
	for i := range e.touches {
		t := &e.touches[i]
		s.steps[t.index], s.out[t.index] = t.steps, t.out
	}
}

// show leaves in the scan the steps of value v of Constant only. It reports
// false if the tool does not look at that value: Mixpanel's first entry decides on
// the value.
func (e *Evaluator) show(v int) bool {
	if e.funnel.Constant == nil {
		return true
	}
	clear(e.tool.scan.steps)
	for i := e.values.head[v]; i >= 0; i = e.values.next[i] {
		t := &e.touches[i]
		e.tool.scan.steps[t.index] = t.steps
	}
	if e.funnel.Like != LikeMixpanel {
		return true
	}
	entry := slices.IndexFunc(e.touches, func(t touch) bool { return t.steps&1 != 0 })
	return entry >= 0 && e.tool.scan.steps[e.touches[entry].index] != 0
}

// take makes what the tool counted the best.
func (e *Evaluator) take(r *replayed) {
	b := &e.best
	b.depth, b.did, b.completed = r.depth, below(r.depth+1), r.depth == e.plan.steps
	if e.funnel.Open {
		b.did = 0
		for _, steps := range e.tool.scan.steps {
			b.did |= steps
		}
	}
	b.links = b.links[:0]
	step := r.depth - len(r.hits)
	for _, index := range r.hits {
		step++
		at := sort.Search(len(e.touches), func(i int) bool { return int(e.touches[i].index) >= index })
		b.links = append(b.links, link{int32(at), uint8(step)})
	}
}

// outlives tells whether nothing that the funnel says ended the best chain before
// the time of the analysis. A tool does not tell: these are the windows, the
// exclusions and Directly.
func (e *Evaluator) outlives() bool {
	b := &e.best
	b.bounded = e.plan.window != unbounded
	for ways := e.plan.ways[b.depth]; ways != 0; ways &= ways - 1 {
		b.bounded = b.bounded || e.plan.gap[bits.TrailingZeros64(ways)+1] != unbounded
	}
	c := e.causeOfDeath()
	switch c.reason {
	case ReasonWindow, ReasonStepWindow:
		return !e.asOf().After(c.at)
	}
	return c.reason == ReasonAbsent
}
