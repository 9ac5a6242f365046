package journey

import (
	"iter"
	"math/bits"
)

// Match reports whether the pattern occurs in a path with these labels.
func (p Pattern) Match(labels []string) bool {
	c := p.program
	if c == nil {
		return false
	}
	s := c.initial
	for _, label := range labels {
		if c.found(s) {
			return true
		}
		s = c.step(s, c.passing(label))
	}
	return c.accepts(s)
}

// Find returns the leftmost occurrence of the pattern, and of those that begin
// there the shortest, as labels[from:to]. It may be empty where the pattern is
// bound to an end of the path. It reports false if there is none.
func (p Pattern) Find(labels []string) (from, to int, ok bool) {
	c := p.program
	if c == nil {
		return 0, 0, false
	}
	var begins, next [MaxPatternParts + 1]int // where the match in a state began
	s := c.initial
	for i, label := range labels {
		if c.found(s) {
			return begins[c.n], i, true
		}
		var t uint64
		for pass := s & c.passing(label); pass != 0; pass &= pass - 1 {
			state := bits.TrailingZeros64(pass)
			to := state + 1
			if c.gaps&(1<<state) != 0 {
				to = state
			}
			if t&(1<<to) == 0 || begins[state] < next[to] {
				next[to] = begins[state]
			}
			t |= 1 << to
		}
		for leave := t & c.gaps; leave != 0; {
			// Whatever is beyond a gap already began no later than what is in it.
			state := bits.TrailingZeros64(leave)
			if t&(1<<(state+1)) == 0 {
				next[state+1] = next[state]
			}
			t |= 1 << (state + 1)
			leave = t & c.gaps &^ (1<<(state+1) - 1)
		}
		if !c.start {
			// What is under way began earlier than a match that begins here.
			for begin := c.initial &^ t; begin != 0; begin &= begin - 1 {
				next[bits.TrailingZeros64(begin)] = i + 1
			}
			t |= c.initial
		}
		s, begins, next = t, next, begins
	}
	if !c.accepts(s) {
		return 0, 0, false
	}
	return begins[c.n], len(labels), true
}

// All returns the occurrences of the pattern that [Pattern.Find] finds one after
// the other, each behind the one before, as labels[from:to].
func (p Pattern) All(labels []string) iter.Seq2[int, int] {
	return func(yield func(from, to int) bool) {
		for behind := 0; ; {
			from, to, ok := p.Find(labels[behind:])
			if !ok || !yield(behind+from, behind+to) || p.program.start || p.program.end {
				return
			}
			behind += to
		}
	}
}

// Count returns how many occurrences [Pattern.All] finds.
func (p Pattern) Count(labels []string) int {
	n := 0
	for range p.All(labels) {
		n++
	}
	return n
}

// passing returns the states that let a touch with the label pass.
func (c *patternProgram) passing(label string) uint64 {
	if name, ok := c.named[label]; ok {
		return name.states
	}
	return c.other
}

// step returns the states after a touch that the states passing let pass.
func (c *patternProgram) step(s, passing uint64) uint64 {
	s &= passing
	s = c.leaveGaps(s&c.gaps | s&^c.gaps<<1)
	if !c.start {
		s |= c.initial
	}
	return s
}

// leaveGaps adds the states that are reached without a touch.
func (c *patternProgram) leaveGaps(s uint64) uint64 {
	for {
		t := s | s&c.gaps<<1
		if t == s {
			return s
		}
		s = t
	}
}

// accepts reports whether one of the states has matched all.
func (c *patternProgram) accepts(s uint64) bool { return s>>c.n&1 != 0 }

// found reports whether a match is complete before the end of the path.
func (c *patternProgram) found(s uint64) bool { return !c.end && c.accepts(s) }
