package markov

import (
	"errors"

	"github.com/cjm-go/cjm/internal/gth"
)

// weights are what a chain is made of: transitions counted, or probabilities.
type weights struct {
	states []State // before an end
	// steps holds the weights of transitions among the states, row-major.
	steps []float64
	// ends holds, row by row, the weights of converting and of getting lost.
	ends []float64
	// rows holds the sum of each row of steps and ends.
	rows []float64
	// value holds the value gained in each row; nil where none is known.
	value []float64
}

// solve eliminates and returns the chain. It uses up the weights.
func (w *weights) solve() (*Chain, error) {
	n := len(w.states)
	exit := make([]float64, n)
	for i := range exit {
		exit[i] = w.ends[2*i] + w.ends[2*i+1]
	}
	factors, err := gth.Factorize(n, w.steps, exit)
	if err != nil {
		return nil, w.wrap(err)
	}
	// Rows of A^-1 count visits per unit of weight, so visits are A^-1 times the
	// sums of the rows, self transitions included.
	visits, err := factors.Inverse()
	if err != nil {
		return nil, w.wrap(err)
	}
	for i := range visits {
		visits[i] *= w.rows[i%n]
	}

	// Converting, getting lost, steps, value: one right-hand side each.
	const sides = 4
	x := make([]float64, sides*n)
	for i := range n {
		x[sides*i], x[sides*i+1], x[sides*i+2] = w.ends[2*i], w.ends[2*i+1], w.rows[i]
		if w.value != nil {
			x[sides*i+3] = w.value[i]
		}
	}
	if err := factors.Solve(x, sides); err != nil {
		return nil, w.wrap(err)
	}
	c := &Chain{
		states:  w.states,
		index:   make(map[State]int, n),
		start:   -1,
		q:       w.steps,
		r:       w.ends,
		visits:  visits,
		convert: make([]float64, n),
		lose:    make([]float64, n),
		steps:   make([]float64, n),
		value:   make([]float64, n),
		valued:  w.value != nil,
	}
	for i, s := range w.states {
		c.index[s] = i
		if s == Start {
			c.start = i
		}
		c.convert[i], c.lose[i] = probabilities(x[sides*i], x[sides*i+1])
		c.steps[i], c.value[i] = x[sides*i+2], x[sides*i+3]
	}
	for i, sum := range w.rows {
		for j := range n {
			c.q[i*n+j] /= sum
		}
		c.r[2*i] /= sum
		c.r[2*i+1] /= sum
	}

	c.variance = c.stepsVariance(w.rows)
	if factors.Solve(c.variance, 1) != nil {
		c.variance = nil
	}
	return c, nil
}

// stepsVariance returns the variance that one step from each state adds to the
// number of steps, times the weights. Summed over visits it gives the variance of
// the number of steps; in this form no large numbers cancel.
func (c *Chain) stepsVariance(rows []float64) []float64 {
	n := len(rows)
	variance := make([]float64, n)
	for i, weight := range rows {
		mean := c.steps[i] - 1 // of the steps that follow
		v := (c.r[2*i] + c.r[2*i+1]) * mean * mean
		for j, p := range c.q[i*n : i*n+n] {
			d := c.steps[j] - mean
			v += p * d * d
		}
		variance[i] = v * weight
	}
	return variance
}

// probabilities makes two numbers that sum to 1 up to rounding probabilities.
func probabilities(a, b float64) (float64, float64) {
	switch {
	case a == 0:
		return 0, 1
	case b == 0:
		return 1, 0
	}
	return min(a, 1), min(b, 1)
}

// wrap translates an error of package gth. The weights are valid, so it is one
// of two.
func (w *weights) wrap(err error) error {
	var closed *gth.ClosedError
	if errors.As(err, &closed) {
		return &ClosedError{States: pick(w.states, closed.States)}
	}
	return ErrRange
}

// pick returns the elements of states with the given indices.
func pick(states []State, indices []int) []State {
	picked := make([]State, len(indices))
	for i, k := range indices {
		picked[i] = states[k]
	}
	return picked
}
