package markov

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// rowTolerance is how far the sum of a row of probabilities may be from 1.
const rowTolerance = 1e-9

// New returns the chain with the given probabilities. The n*n matrix transition
// holds those among the states before an end, the n*2 matrix absorption those of
// the ends, [Converted] and [Lost] in this order; states names the n rows. Where
// [Start] is among the states, journeys begin there; without it the chain has
// no removal effects. A state may lead to itself.
//
// Probabilities are finite and not negative, and the two rows of a state sum to
// 1 within 1e-9; they are divided by their sum. The chance of an end is taken
// from absorption alone, never as 1 minus the others, so it may be as small as
// you like. The error is [ErrMatrix], naming the rows, or a [*ClosedError], or
// [ErrRange].
func New(transition, absorption mat.Matrix, states []State) (*Chain, error) {
	n := len(states)
	if r, c := transition.Dims(); n == 0 || r != n || c != n {
		return nil, fmt.Errorf("%w: %d states, but transition is %d by %d", ErrMatrix, n, r, c)
	}
	if r, c := absorption.Dims(); r != n || c != 2 {
		return nil, fmt.Errorf("%w: absorption is %d by %d, not %d by 2", ErrMatrix, r, c, n)
	}
	w := &weights{
		states: append([]State(nil), states...),
		steps:  make([]float64, n*n),
		ends:   make([]float64, 2*n),
		rows:   make([]float64, n),
	}
	var errs []error
	bad := func(row int, reason string) {
		errs = append(errs, fmt.Errorf("%w: row %d (%v): %s", ErrMatrix, row, states[row], reason))
	}
	seen := make(map[State]bool, n)
	for i, s := range states {
		if s.IsEnd() {
			bad(i, "an end has no row")
		}
		if seen[s] {
			bad(i, "the state has a row already")
		}
		seen[s] = true

		steps, ends := w.steps[i*n:i*n+n], w.ends[2*i:2*i+2]
		for j := range steps {
			steps[j] = transition.At(i, j)
		}
		for j := range ends {
			ends[j] = absorption.At(i, j)
		}
		ok := true
		for _, p := range append(ends[:2:2], steps...) {
			ok = ok && p >= 0 && p <= math.MaxFloat64
			w.rows[i] += p
		}
		switch {
		case !ok:
			bad(i, "a probability is not a finite number >= 0")
		case math.Abs(w.rows[i]-1) > rowTolerance:
			bad(i, fmt.Sprintf("probabilities sum to %g, not 1", w.rows[i]))
		}
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	return w.solve()
}
