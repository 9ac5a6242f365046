package dropoff

import (
	"fmt"
	"iter"
	"math"

	"github.com/cjm-go/cjm/journey/markov"
)

// chainTable is a chain as slices; row-major, rows and columns in the order of its
// states. Start is the first.
type chainTable struct {
	states []markov.State
	q      []float64 // n*n
	r, d   []float64
	visits []float64 // n*n
	b      []float64
}

func newChainTable(c *markov.Chain) *chainTable {
	states := c.States()
	n := len(states)
	t := &chainTable{
		states: states,
		q:      make([]float64, n*n),
		r:      make([]float64, n),
		d:      make([]float64, n),
		visits: make([]float64, n*n),
		b:      make([]float64, n),
	}
	q, ends, visits := c.Transition(), c.Absorption(), c.Visits()
	for i, s := range states {
		for j := range n {
			t.q[i*n+j], t.visits[i*n+j] = q.At(i, j), visits.At(i, j)
		}
		t.r[i], t.d[i] = ends.At(i, 0), ends.At(i, 1)
		t.b[i], _ = c.PConvert(s) // the chain has the state
	}
	return t
}

// n returns the number of states.
func (t *chainTable) n() int { return len(t.states) }

// expected returns the sum over the visits that a journey in state i will make of
// what each is worth.
func (t *chainTable) expected(i int, worth []float64) float64 {
	n := t.n()
	sum := 0.0
	for k, v := range t.visits[i*n : i*n+n] {
		sum += v * worth[k]
	}
	return sum
}

// tally fills in what was counted.
func (l *Leaks) tally(t *chainTable, counts *markov.Counts) {
	left := make([]int64, len(l.leaks))
	l.leaks[0].Visits = l.journeys
	for step, n := range located(counts, t.states) {
		switch {
		case step.from < 0:
			continue
		case step.To == markov.Converted:
			l.leaks[step.from].Conversions = n
		case step.To == markov.Lost:
			l.leaks[step.from].Losses = n
		case step.to < 0:
			continue
		default:
			l.leaks[step.to].Visits += n
		}
		left[step.from] += n
	}
	for i := range l.leaks {
		leak := &l.leaks[i]
		leak.State = t.states[i]
		leak.Open = leak.Visits - left[i]
		leak.ExitRate = rateOf(leak.Losses, left[i], l.level)
		leak.LossShare = rateOf(leak.Losses, l.losses, l.level)
	}
}

// location is a transition with the indices of its states in a list: -1 for a state
// that is not in it, as ends are not.
type location struct {
	markov.Transition
	from, to int
}

// located yields the transitions counted with their places in a sorted list of states.
func located(counts *markov.Counts, states []markov.State) iter.Seq2[location, int64] {
	// Transitions come in the order of the list, so each search goes on from the
	// one before.
	seek := func(at int, s markov.State) (next, found int) {
		for at < len(states) && states[at].Compare(s) < 0 {
			at++
		}
		if at < len(states) && states[at] == s {
			return at, at
		}
		return at, -1
	}
	return func(yield func(location, int64) bool) {
		row, column := 0, 0
		from := -1
		last := markov.Lost // no row
		for step, n := range counts.All() {
			if step.From != last {
				last, column = step.From, 0
				row, from = seek(row, last)
			}
			var to int
			column, to = seek(column, step.To)
			if !yield(location{step, from, to}, n) {
				return
			}
		}
	}
}

// describe fills in what the chain says of each state.
func (l *Leaks) describe(t *chainTable, chain *markov.Chain) {
	// The chain has the states, and chains of counts have all the answers.
	ask := func(v float64, _ error) float64 { return v }
	for i := range l.leaks {
		leak := &l.leaks[i]
		leak.ExpectedVisits = t.visits[i]
		leak.PConvert = t.b[i]
		leak.PLost = ask(chain.PLost(leak.State))
		leak.ToEnd = Ahead{Steps: ask(chain.ExpectedSteps(leak.State)), Known: true}
		leak.StepsVariance = ask(chain.StepsVariance(leak.State))
		if t.b[i] > 0 {
			leak.ToConversion = Ahead{Steps: t.expected(i, t.b) / t.b[i], Known: true}
		}
	}
}

// weigh fills in the upsides.
func (l *Leaks) weigh(t *chainTable, chain *markov.Chain) error {
	n := t.n()
	_, complete := chain.FlowResidual()
	for i := range l.leaks {
		leak := &l.leaks[i]
		leak.ExpectedLosses = float64(leak.Losses)
		if !complete {
			leak.ExpectedLosses = float64(l.journeys) * t.visits[i] * t.d[i]
		}
		// 1 - d_i N_ii: the journeys in i that are not lost there convert, or are
		// lost elsewhere.
		kept := t.b[i]
		for k, v := range t.visits[i*n : i*n+n] {
			if k != i {
				kept += v * t.d[k]
			}
		}
		stayed := leak.Visits - leak.Open - leak.Losses
		leak.Upside = Upside{Kept: stayed, Few: stayed < FewKept, Known: kept > 0}
		if kept == 0 || leak.Losses == 0 {
			continue
		}
		value, _ := chain.ExpectedValue(leak.State) // counts know it
		leak.Upside.Conversions = leak.ExpectedLosses * (t.b[i] / kept)
		leak.Upside.Value = leak.ExpectedLosses * (value / kept)
		if math.IsInf(leak.Upside.Value, 0) {
			return fmt.Errorf("dropoff: upside of %v: %w", leak.State, markov.ErrOverflow)
		}
	}
	return nil
}
