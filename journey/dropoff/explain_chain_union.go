package dropoff

import (
	"fmt"
	"slices"

	"github.com/cjm-go/cjm/internal/gth"
	"github.com/cjm-go/cjm/journey/markov"
)

// chainUnion holds the chains of two periods on the states of either.
type chainUnion struct {
	states  []markov.State
	periods [2]chainPeriod
}

// chainPeriod is one of the chains. A state that it does not have is given the row of
// the other chain; no journey comes there.
type chainPeriod struct {
	has    []bool
	q      []float64 // n*n
	r, d   []float64
	visits []float64 // from the start
	b      []float64
}

func newChainUnion(before, after *chainTable) (*chainUnion, error) {
	states := slices.Concat(before.states, after.states)
	slices.SortFunc(states, markov.State.Compare)
	u := &chainUnion{states: slices.Compact(states)}
	for i, t := range [...]*chainTable{before, after} {
		u.periods[i] = newChainPeriod(u.states, t)
	}
	for i := range u.periods {
		if err := u.periods[i].borrow(&u.periods[1-i]); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// transitions bounds the number of transitions that have a probability in either.
func (u *chainUnion) transitions() int {
	count := 2 * len(u.states)
	for i, p := range u.periods[0].q {
		if p != 0 || u.periods[1].q[i] != 0 {
			count++
		}
	}
	return count
}

func newChainPeriod(states []markov.State, t *chainTable) chainPeriod {
	n, k := len(states), t.n()
	p := chainPeriod{
		has:    make([]bool, n),
		q:      make([]float64, n*n),
		r:      make([]float64, n),
		d:      make([]float64, n),
		visits: make([]float64, n),
		b:      make([]float64, n),
	}
	place := make([]int, k) // of the states of t; both are sorted
	for i, j := 0, 0; i < n && j < k; i++ {
		if states[i] == t.states[j] {
			place[j] = i
			j++
		}
	}
	for i, at := range place {
		p.has[at] = true
		p.r[at], p.d[at], p.b[at] = t.r[i], t.d[i], t.b[i]
		p.visits[at] = t.visits[i]
		for j, to := range place {
			p.q[at*n+to] = t.q[i*k+j]
		}
	}
	return p
}

// borrow takes the rows of the states that p does not have from other, and solves for
// their b.
func (p *chainPeriod) borrow(other *chainPeriod) error {
	n := len(p.has)
	var missing []int
	for i, has := range p.has {
		if !has {
			missing = append(missing, i)
		}
	}
	m := len(missing)
	if m == 0 {
		return nil
	}
	// Journeys leave the missing states for an end, or for a state that p has.
	off, exit, b := make([]float64, m*m), make([]float64, m), make([]float64, m)
	for k, i := range missing {
		p.r[i], p.d[i] = other.r[i], other.d[i]
		row := other.q[i*n : i*n+n]
		copy(p.q[i*n:], row)
		exit[k], b[k] = p.r[i]+p.d[i], p.r[i]
		for j, q := range row {
			if p.has[j] {
				exit[k] += q
				b[k] += q * p.b[j]
			}
		}
		for l, j := range missing {
			off[k*m+l] = row[j]
		}
	}
	f, err := gth.Factorize(m, off, exit)
	if err == nil {
		err = f.Solve(b, 1)
	}
	if err != nil {
		return fmt.Errorf("dropoff: %w", err)
	}
	for k, i := range missing {
		p.b[i] = min(b[k], 1)
	}
	return nil
}
