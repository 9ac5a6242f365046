package markov

import (
	"math"
	"math/big"
	"slices"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/internal/gth"
)

// Fit returns the maximum likelihood chain of what has been counted so far. Its
// states are Start, then the channels in the order of their names. More paths may
// be added afterwards; they do not change the chain.
//
// The error is [ErrNoJourneys], or [ErrOverflow] where the value exceeds the
// largest float64, or a [*ClosedError] where open journeys leave states without
// an end and [RefuseClosed] is set, or even Start has none.
func (c *Counts) Fit() (*Chain, error) {
	if c.journeys == 0 {
		return nil, ErrNoJourneys
	}
	if math.IsInf(c.Value(), 0) {
		return nil, ErrOverflow
	}
	numbers := c.seen()
	w := c.weights(numbers)
	var dropped []State
	if c.options.Closed == CensorClosed {
		exit := make([]float64, len(numbers))
		for i := range exit {
			exit[i] = w.ends[2*i] + w.ends[2*i+1]
		}
		// Without the transitions into closed states every other state still
		// has its way to an end, which leads through none of them.
		closed := gth.Closed(len(numbers), w.steps, exit)
		if len(closed) > 0 && closed[0] != 0 {
			dropped = pick(w.states, closed)
			for _, i := range slices.Backward(closed) {
				numbers = slices.Delete(numbers, i, i+1)
			}
			w = c.weights(numbers)
		}
	}
	unscale := w.scaleValue()
	chain, err := w.solve()
	if err != nil {
		return nil, err
	}
	for i := range chain.value {
		chain.value[i] *= unscale
	}
	chain.dropped = dropped
	if c.opens == 0 {
		c.flow(chain, numbers)
	}
	return chain, nil
}

// weights returns the counts of the states with the given numbers, and of the
// transitions among them.
func (c *Counts) weights(numbers []int) *weights {
	n := len(numbers)
	w := &weights{
		states: make([]State, n),
		steps:  make([]float64, n*n),
		ends:   make([]float64, 2*n),
		rows:   make([]float64, n),
		value:  make([]float64, n),
	}
	for i, left := range c.left(numbers) {
		e := &c.ends[numbers[i]]
		w.states[i] = c.stateOf(numbers[i])
		w.ends[2*i], w.ends[2*i+1] = float64(e.converted), float64(e.lost)
		w.value[i] = e.value.Float64()
		w.rows[i] = float64(left)
	}
	place := c.places(numbers)
	for p, count := range c.cells.all() {
		if i, j := place[p.from], place[p.to]; i >= 0 && j >= 0 {
			w.steps[i*n+j] = float64(count)
		}
	}
	return w
}

// scaleValue makes room for intermediate results where values are very large, by
// a power of two. It returns the factor that undoes it.
func (w *weights) scaleValue() float64 {
	const large, scale = 0x1p800, 0x1p-300
	if slices.Max(w.value) < large {
		return 1
	}
	for i := range w.value {
		w.value[i] *= scale
	}
	return 1 / scale
}

// left returns how many journeys left each of the states for another of them or
// for an end: C_i.
func (c *Counts) left(numbers []int) []int64 {
	left := make([]int64, len(numbers))
	for i, s := range numbers {
		left[i] = c.ends[s].converted + c.ends[s].lost
	}
	place := c.places(numbers)
	for p, count := range c.cells.all() {
		if i := place[p.from]; i >= 0 && place[p.to] >= 0 {
			left[i] += count
		}
	}
	return left
}

// places returns the index in numbers of each state, or -1.
func (c *Counts) places(numbers []int) []int {
	place := make([]int, len(c.ends))
	for s := range place {
		place[s] = -1
	}
	for i, s := range numbers {
		place[s] = i
	}
	return place
}

// flow replaces what the elimination found for Start by what has been counted.
// Where all journeys have ended, as many come to a state as leave it, so the
// expected visits are C_j/M and solve N = I + NQ exactly.
func (c *Counts) flow(chain *Chain, numbers []int) {
	total := int64(0) // at most c.total
	for j, left := range c.left(numbers) {
		total += left
		v := ratio(left, c.journeys)
		chain.residual = max(chain.residual, math.Abs(chain.visits[j]-v))
		chain.visits[j] = v
	}
	chain.complete = true
	chain.convert[0] = ratio(c.Conversions(), c.journeys)
	chain.lose[0] = ratio(c.Nulls(), c.journeys)
	chain.steps[0] = ratio(total, c.journeys)
	chain.value[0] = mean(c.value(), c.journeys)
}

// ratio returns the float64 nearest to a/b.
func ratio(a, b int64) float64 {
	const safe = 1 << 53
	if a <= safe && b <= safe {
		return float64(a) / float64(b)
	}
	f, _ := big.NewRat(a, b).Float64()
	return f
}

// mean returns the float64 nearest to sum/n.
func mean(sum *exact.Sum, n int64) float64 {
	q := sum.Rat(nil)
	f, _ := q.Quo(q, new(big.Rat).SetInt64(n)).Float64()
	return f
}
