package markov

import (
	"slices"
	"sync"

	"github.com/cjm-go/cjm/touchpoint"
)

// WindowChain is an absorbing Markov chain of order k: its states are windows,
// the last min(k, t) channels of a journey after its t-th touch, Start being the
// empty one. It is made by [WindowCounts.Fit] and does not change; it is safe
// for concurrent use.
//
// It holds the transitions seen and no others: about 12 bytes for each, and 100
// for each state. [WindowChain.PConvert] makes and keeps as much again, and chains
// of lower order where it has to go back to them.
type WindowChain struct {
	order    int
	options  Options
	channels []touchpoint.Channel // sorted

	journeys, converted, lost int64
	complete                  bool    // no journey is open
	value, unit               float64 // of all conversions, and the unit of all values

	// By state, in lexicographic order of the windows.
	last    []int32 // index of the last channel; -1 for Start
	depth   []int32 // length of the window
	leave   []float64
	loop    []float64 // steps to the state itself, not among those that leave
	convert []float64
	lose    []float64
	worth   []float64

	// Transitions from the states pred[ptr[j]:ptr[j+1]] to state j, without
	// loops.
	ptr   []int
	pred  []int32
	count []float64

	// visits to a state, where Start is left as often as counted, divided by
	// leave: 1 where no journey is open. The part that a float64 does not hold
	// is in visitsLow. visitsBounds is what the error left can mean for the goals.
	visits, visitsLow []float64
	visitsBounds      [2]float64

	system *pullSystem

	dropped       []touchpoint.Channel
	droppedStates int
	all           *WindowCounts // with what was dropped; nil if nothing was

	gains   func() []goal // with their totals
	forward func() (*windowForward, error)
	lower   []func() (*WindowChain, error)
}

// finish solves what every question needs.
func (c *WindowChain) finish() (*WindowChain, error) {
	c.system = c.newSystem()
	if err := c.solveVisits(); err != nil {
		return nil, err
	}
	c.gains = sync.OnceValue(func() []goal {
		goals := c.goals()
		for g := range goals {
			goals[g].total = c.total(goals[g].of)
		}
		return goals
	})
	c.forward = sync.OnceValues(c.solveForward)
	c.lower = make([]func() (*WindowChain, error), min(c.order, int(slices.Max(c.depth))+1))
	for k := range c.lower {
		if k > 0 {
			c.lower[k] = sync.OnceValues(func() (*WindowChain, error) { return c.reduce(k) })
		}
	}
	return c, nil
}

// Order returns k, the number of touches that a state remembers.
func (c *WindowChain) Order() int { return c.order }

// States returns the number of states before an end, Start among them.
func (c *WindowChain) States() int { return len(c.last) }

// Transitions returns the number of distinct transitions among the states, those
// from a state to itself included.
func (c *WindowChain) Transitions() int {
	n := len(c.pred)
	for _, l := range c.loop {
		if l > 0 {
			n++
		}
	}
	return n
}

// Channels returns the channels of the chain, sorted by name.
func (c *WindowChain) Channels() []touchpoint.Channel { return slices.Clone(c.channels) }

// Dropped returns the channels that [CensorClosed] dropped from the chain with all
// their states, sorted by name: nothing has ended after them. DroppedStates also
// counts closed states of other channels.
func (c *WindowChain) Dropped() []touchpoint.Channel { return slices.Clone(c.dropped) }

// DroppedStates returns the number of states that [CensorClosed] dropped.
func (c *WindowChain) DroppedStates() int { return c.droppedStates }

// LongestWindow returns the length of the longest window: the order, or the
// length of the longest path if that is less.
func (c *WindowChain) LongestWindow() int { return int(slices.Max(c.depth)) }

// window appends the indices of the channels of a state, oldest first.
func (c *WindowChain) window(dst []int32, state int32) []int32 {
	n := len(dst)
	for range c.depth[state] {
		dst = append(dst, c.last[state])
		state = c.back(state)
	}
	slices.Reverse(dst[n:])
	return dst
}

// back returns a state from which a step leads to the given one. Its window ends
// in what comes before the last channel of that one.
func (c *WindowChain) back(state int32) int32 {
	if state == 0 {
		return 0
	}
	return c.pred[c.ptr[state]]
}
