package markov

import "iter"

// Transition is one step of a journey: from a state to the next one or to an end.
type Transition struct{ From, To State }

// All yields the transitions counted, with how often each was: state by state in
// the order of [Counts.States], those of a state to the channels by name, then to
// [Converted] and to [Lost]. Transitions that did not occur are left out.
func (c *Counts) All() iter.Seq2[Transition, int64] {
	return func(yield func(Transition, int64) bool) {
		numbers := c.seen()
		for _, f := range numbers {
			from, e := c.stateOf(f), &c.ends[f]
			for _, t := range numbers {
				if n := c.cells.at(f, t); n > 0 && !yield(Transition{from, c.stateOf(t)}, n) {
					return
				}
			}
			if e.converted > 0 && !yield(Transition{from, Converted}, e.converted) {
				return
			}
			if e.lost > 0 && !yield(Transition{from, Lost}, e.lost) {
				return
			}
		}
	}
}
