package markov

import (
	"slices"
	"sort"

	"github.com/cjm-go/cjm/touchpoint"
)

// PConvert returns the probability that a journey converts whose touches so far
// end in the given ones, or are just these where there are fewer than the order:
// that of the state of the last min(k, len) channels. The one of the start is
// PConvert().
//
// For a window that no journey was in, the answer is that of its longest suffix
// seen, in the chain of that lower order: used is its length, and 0 where not
// even the last channel was seen, so that the probability is that of all
// journeys. The error is a [*ClosedWindowError] or [ErrNotConverged] of that
// chain.
func (c *WindowChain) PConvert(window ...touchpoint.Channel) (p float64, used int, err error) {
	f, state, used, err := c.locate(window)
	if err != nil {
		return 0, 0, err
	}
	return min(f.convert[state], 1), used, nil
}

// ExpectedValue returns the value that a journey is expected to bring, in the unit
// of the counted values, for the same journeys as [WindowChain.PConvert].
func (c *WindowChain) ExpectedValue(window ...touchpoint.Channel) (value float64, used int, err error) {
	f, state, used, err := c.locate(window)
	if err != nil {
		return 0, 0, err
	}
	return f.value[state] * c.unit, used, nil
}

// locate returns the state that stands for a window and what is expected there.
func (c *WindowChain) locate(window []touchpoint.Channel) (f *windowForward, state int32, used int, err error) {
	window = window[max(0, len(window)-c.order):]
	if state, ok := c.find(window); ok {
		f, err := c.forward()
		return f, state, len(window), err
	}
	for k := min(len(window), len(c.lower)-1); k > 0; k-- {
		lower, err := c.lower[k]()
		if err != nil {
			return nil, 0, 0, err
		}
		if state, ok := lower.find(window[len(window)-k:]); ok {
			f, err := lower.forward()
			return f, state, k, err
		}
	}
	f, err = c.forward()
	return f, 0, 0, err
}

// find returns the state with exactly this window.
func (c *WindowChain) find(window []touchpoint.Channel) (int32, bool) {
	indices, err := c.indices(window)
	if err != nil {
		return 0, false
	}
	return c.search(indices)
}

// search is find for the indices of channels.
func (c *WindowChain) search(window []int32) (int32, bool) {
	var buf []int32
	i, ok := sort.Find(c.States(), func(i int) int {
		buf = c.window(buf[:0], int32(i))
		return slices.Compare(window, buf)
	})
	return int32(i), ok
}
