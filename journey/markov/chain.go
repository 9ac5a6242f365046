package markov

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Chain is an absorbing Markov chain: from each of its states a journey goes on
// to a state or to one of the ends, [Converted] and [Lost], and ends with
// probability 1. It is made by [Counts.Fit] or [New] and does not change; it is
// safe for concurrent use.
//
// Questions about a state are also answered for the two ends. For a state that
// the chain does not have, the error is [ErrUnknownState].
type Chain struct {
	states []State
	index  map[State]int
	start  int // index of Start, or -1

	q, r     []float64 // probabilities: n*n, n*2
	visits   []float64 // n*n
	convert  []float64
	lose     []float64
	steps    []float64
	variance []float64 // nil if beyond float64
	value    []float64
	valued   bool // value is known

	complete bool // the row of Start is as counted
	residual float64
	dropped  []State
}

// States returns the states before an end, in the order of the rows and columns
// of the matrices.
func (c *Chain) States() []State { return slices.Clone(c.states) }

// Transition returns Q, the n*n matrix of the probabilities to go from one state
// (row) to another (column) in one step. It is a view that cannot be written.
func (c *Chain) Transition() mat.Matrix { return view{c.q, len(c.states), len(c.states)} }

// Absorption returns R, the n*2 matrix of the probabilities to convert and to
// get lost in one step. It is a view that cannot be written.
func (c *Chain) Absorption() mat.Matrix { return view{c.r, len(c.states), 2} }

// Visits returns the fundamental matrix N = (I-Q)^-1, n*n: how often a journey
// that is in a state (row) will be in another (column), on average, the present
// visit included. It is a view that cannot be written.
func (c *Chain) Visits() mat.Matrix { return view{c.visits, len(c.states), len(c.states)} }

// PConvert returns the probability that a journey in the state will convert.
func (c *Chain) PConvert(s State) (float64, error) { return c.lookup(c.convert, s, 1, 0) }

// PLost returns the probability that a journey in the state will be lost. It is
// found on its own, not as 1-[Chain.PConvert], so it has full precision when
// small.
func (c *Chain) PLost(s State) (float64, error) { return c.lookup(c.lose, s, 0, 1) }

// ExpectedSteps returns how many steps a journey in the state will take until
// its end, the step into the end included: the sum of a row of [Chain.Visits].
// From Start that is the mean number of touches plus 1.
func (c *Chain) ExpectedSteps(s State) (float64, error) { return c.lookup(c.steps, s, 0, 0) }

// StepsVariance returns the variance of the number of steps of which
// [Chain.ExpectedSteps] is the mean: (2N-I)t - t^2 in the notation of Kemeny and
// Snell, theorem 3.3.5, found without that subtraction. The error is [ErrRange]
// where a variance exceeds the largest float64.
func (c *Chain) StepsVariance(s State) (float64, error) {
	if c.variance == nil {
		return 0, ErrRange
	}
	return c.lookup(c.variance, s, 0, 0)
}

// ExpectedValue returns the value that a journey in the state will bring, on
// average, in the unit of the counted values. The error is [ErrNoValue] for a
// chain made of matrices.
func (c *Chain) ExpectedValue(s State) (float64, error) {
	if !c.valued {
		return 0, ErrNoValue
	}
	return c.lookup(c.value, s, 0, 0)
}

// Hitting returns the probability that a journey which is in the state from is
// ever in the state to: 1 if they are the same, else N_ij/N_jj. Either may be an
// end.
func (c *Chain) Hitting(from, to State) (float64, error) {
	switch to {
	case Converted:
		return c.PConvert(from)
	case Lost:
		return c.PLost(from)
	}
	j, err := c.find(to)
	if err != nil {
		return 0, err
	}
	if from.IsEnd() {
		return 0, nil
	}
	i, err := c.find(from)
	if err != nil {
		return 0, err
	}
	return c.hitting(i, j), nil
}

func (c *Chain) hitting(i, j int) float64 {
	n := len(c.states)
	return min(c.visits[i*n+j]/c.visits[j*n+j], 1)
}

// Return returns the probability that a journey which is in the state comes back
// to it later, by a step to itself or a detour: 1-1/N_jj, found without that
// subtraction. It is 0 for an end.
func (c *Chain) Return(s State) (float64, error) {
	if s.IsEnd() {
		return 0, nil
	}
	j, err := c.find(s)
	if err != nil {
		return 0, err
	}
	n := len(c.states)
	p := 0.0
	for k := range n {
		p += c.q[j*n+k] * c.hitting(k, j)
	}
	return min(p, 1), nil
}

// FlowResidual returns the largest difference between the expected visits from
// Start that the elimination found and those that were counted. About 1e-13 at
// most is expected. The bool is false where there is nothing to compare: some
// counted journeys are open, or the chain is made of matrices.
func (c *Chain) FlowResidual() (float64, bool) { return c.residual, c.complete }

// Dropped returns the closed states that [CensorClosed] dropped from the chain.
func (c *Chain) Dropped() []State { return slices.Clone(c.dropped) }

// lookup returns the number of a state, given those of the ends.
func (c *Chain) lookup(of []float64, s State, converted, lost float64) (float64, error) {
	switch s {
	case Converted:
		return converted, nil
	case Lost:
		return lost, nil
	}
	i, err := c.find(s)
	if err != nil {
		return 0, err
	}
	return of[i], nil
}

// find returns the index of a state before an end.
func (c *Chain) find(s State) (int, error) {
	i, ok := c.index[s]
	if !ok {
		return 0, fmt.Errorf("%w: %v", ErrUnknownState, s)
	}
	return i, nil
}
