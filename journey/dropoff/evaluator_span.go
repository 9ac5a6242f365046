package dropoff

import "time"

// span is what an engine is to look at.
type span struct {
	touches []touch
	// from is the position, among touches, at which it begins.
	from int
	// starts are the steps at which a chain may begin; it must begin before
	// position until and, unless only is negative, at position only.
	starts      uint64
	until, only int
	// drops tells that exclusions drop if they are to.
	drops bool
	// every tells that the run ends when nothing is alive any more.
	every bool
	// now is the time of the analysis and next the index of a touch that would
	// come after the last.
	now  time.Duration
	next int32
}

// begins returns the steps at which a chain may begin at the position.
func (s *span) begins(position int) uint64 {
	if position >= s.until || s.only >= 0 && position != s.only {
		return 0
	}
	return s.touches[position].steps & s.starts
}

// run is what an engine found.
type run struct {
	// depth is the deepest step done and did has the bits of all.
	depth int
	did   uint64
	// first and last are the positions of the first and the last touch of the
	// best chain, and link is where the engine keeps it.
	first, last int
	link        int32
	// end is the position of the touch at which the run ended, -1 if none ended
	// it. completed and dropped say so; else it died.
	end                int
	completed, dropped bool
	// alive tells that a chain could go on at the end, and bounded that a window
	// sets a bound to some way on.
	alive, bounded bool
}

// engine finds the best chain. It keeps memory between runs.
type engine interface {
	run(s *span) run
	// links appends the best chain of the run, which is the last of this span
	// but for those with other bounds of it, to dst.
	links(s *span, r *run, dst []link) []link
	// reset forgets all runs.
	reset()
}

// link is a touch of a chain, by its position or its index in the path, and the
// step that it does.
type link struct {
	touch int32
	step  uint8
}
