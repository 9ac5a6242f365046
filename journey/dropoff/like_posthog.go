package dropoff

import (
	"math/bits"
	"time"
)

// replayPostHog counts as PostHog does with steps in order, strictly or not
// (funnel-udf/src/steps.rs at commit 0c640984).
//
// Each level keeps one chain, known by the time of its first touch. A touch takes
// its exclusions first, then its steps from the last to the first. A step carries
// the chain of the level below up, unless the window has passed or the level has
// a chain of the same start already: so the latest touch of step 1 counts, and
// the first of each later one after it. The scan ends after the instant that
// reaches the last step.
//
// An exclusion marks the chain of a level that has not gone on from there. A
// marked chain goes no further, but the deepest level that a step would have led it
// to is kept, marked. The customer is out if the deepest is marked: counted
// nowhere, not even at step 1. A later clean chain takes its place if it comes as
// deep; after A X B, a new A alone does not, A B does. If the deepest is an older
// chain than the one of its level, it is marked only within its window.
//
// Strictly, each touch ends all levels whose step it does not match: other touches
// break a chain, repetitions of the step just done do not. Every touch of the
// customer counts for this; else touches that match nothing do not exist.
//
// Touches of one instant that match different things are replayed in order of
// steps, each step a touch of its own, and none twice in a chain. Then neither
// strictness nor exclusions have effect. The choice is not revised: of a touch of
// A and B before one of A alone, the first is spent on A, and B is not done.
func replayPostHog(f *Funnel, s *scan, r *replayed, strict bool) {
	r.setBars(f)
	p := postHog{scratch: &r.scratch, window: likeWindow(f.Window)}
	for lo, hi := 0, 0; lo < len(s.at) && !r.reached(len(f.Steps)-1); lo = hi {
		hi = tieEnd(s.at, lo)
		var (
			union, steps uint64 // of all touches of the instant, of the last
			barred       uint64
			count        int
			unlike       bool
		)
		for i := lo; i < hi; i++ {
			b := r.barred(s.out[i])
			if !strict && s.steps[i]|b == 0 {
				continue
			}
			unlike = unlike || count > 0 && (s.steps[i] != steps || b != barred)
			steps, barred = s.steps[i], b
			union |= steps
			count++
		}
		if unlike {
			p.replay(s, lo, hi, union)
			continue
		}
		for i := lo; i < hi; i++ {
			if b := r.barred(s.out[i]); strict || s.steps[i]|b != 0 {
				p.touch(i, s.steps[i], b, s.at[i])
				if strict {
					r.live &= s.steps[i]
				}
			}
		}
	}
	if p.deepest.excluded {
		r.out = true
	} else if p.depth > 0 {
		r.finish(p.depth, p.deepest.link)
	}
}

// postHog is a replay under way.
type postHog struct {
	*scratch
	window  time.Duration
	depth   int
	deepest likeLevel // the chain that came to depth
}

// touch takes touch i, which matches steps and ends the levels barred.
func (p *postHog) touch(i int, steps, barred uint64, t time.Duration) {
	for levels := barred & p.live; levels != 0; levels &= levels - 1 {
		p.exclude(bits.TrailingZeros64(levels), t)
	}
	for steps != 0 {
		k := bits.Len64(steps) - 1
		steps &^= 1 << k
		p.step(i, k, t)
	}
}

// replay takes the touches of one instant, which match any of steps, in order of
// steps.
func (p *postHog) replay(s *scan, lo, hi int, steps uint64) {
	for ; steps != 0; steps &= steps - 1 {
		k := bits.TrailingZeros64(steps)
		for i := lo; i < hi; i++ {
			if s.steps[i]>>k&1 != 0 && (k == 0 || !p.reached(k-1) || !p.uses(p.levels[k-1].link, i)) {
				p.step(i, k, s.at[i])
			}
		}
	}
}

// step takes touch i at t for level k.
func (p *postHog) step(i, k int, t time.Duration) {
	below := likeLevel{start: t, link: -1}
	if k > 0 {
		if !p.reached(k-1) || t-p.levels[k-1].start > p.window {
			return
		}
		below = p.levels[k-1]
	}
	if p.reached(k) && p.levels[k].start == below.start {
		return
	}
	chain := likeLevel{start: below.start, link: p.link(i, below.link), excluded: below.excluded}
	if !chain.excluded {
		p.set(k, chain)
	}
	if k+1 > p.depth || k+1 == p.depth && p.deepest.excluded {
		p.depth, p.deepest = k+1, chain
	}
}

// exclude marks the chain of level k, which is reached, for an exclusion at t.
func (p *postHog) exclude(k int, t time.Duration) {
	chain := &p.levels[k]
	if t-chain.start > p.window || chain.excluded {
		return
	}
	if p.reached(k+1) && p.levels[k+1].start == chain.start {
		return
	}
	chain.excluded = true
	if p.depth == k+1 && t-p.deepest.start <= p.window {
		p.deepest.excluded = true
	}
}
