package dropoff

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/cjm-go/cjm/journey/markov"
)

// ChainExplanation says what changed P(convert) from one period to another, or
// between two segments: how much of the difference came about in each state of the
// chain, and on each transition. It does not change.
//
// With a prime for the second period, the difference is by the resolvent identity
//
//	b'_s - b_s = sum_i N'_si [(Q'-Q) b + (r'-r)]_i = sum_i N_si [(Q'-Q) b' + (r'-r)]_i
//
// and the part of state i is the mean of its two terms. So the parts sum to the whole;
// a state whose row did not change has the part 0, exactly; and with the periods
// exchanged every part has the opposite sign, exactly. They differ from
// the Shapley values of the rows, which are means over all orders in which the rows
// can change one after the other and need 2^n chains, by terms of the third order in
// the changes only.
//
// A state that only one of the periods has did not change: nothing shows how it would
// have been in the other. It is given the same row there, so its own part is 0. What
// it brought or cost is in the parts of the states that lead to it, on their
// transitions to it.
//
// The parts are differences of estimates. They come without standard errors.
type ChainExplanation struct {
	before, after ChainPeriod
	states        []StatePart
	transitions   []TransitionPart
	warnings      []error
}

// ChainPeriod is one of the two sets of journeys that a [ChainExplanation] compares.
type ChainPeriod struct {
	// Journeys is the number of journeys, of which Conversions converted and Opens
	// have not ended yet.
	Journeys, Conversions, Opens int64
	// PConvert is b_s, the probability that a journey converts: Conversions/Journeys
	// if there are no open journeys.
	PConvert float64
}

// StatePart is the part of the change that came about in one state.
type StatePart struct {
	State markov.State
	// VisitsBefore and VisitsAfter are N_si, how often a journey is in the state on
	// average: 0 in a period that does not have the state.
	VisitsBefore, VisitsAfter float64
	// ConvertBefore and ConvertAfter are b_i, the probability that a journey in the
	// state converts. In a period that does not have the state it is that of a
	// journey which goes on from there as in the other period.
	ConvertBefore, ConvertAfter float64
	// Part is what the change of the row adds to P(convert).
	Part float64
	// Conversions is Part times the journeys of the second period.
	Conversions float64
}

// TransitionPart is the part of the change that came about on one transition.
type TransitionPart struct {
	From, To markov.State
	// Before and After are the probabilities of the transition.
	Before, After float64
	// Part is 1/2 (N'_si b_j + N_si b'_j) (Q'_ij - Q_ij), with 1 for b of a
	// conversion and 0 for b of a loss: what the journeys bring that take the
	// transition now and did not before, whatever they did instead. So a loss has
	// the part 0, and journeys that turn from one channel to another one as good
	// appear twice, with opposite signs. The parts of a state's transitions sum to
	// the part of the state.
	Part float64
	// Shift is the same with b_j - b_i for b_j: what these journeys bring beyond
	// the average of the state. A loss that has become more frequent has a negative
	// shift, and a turn to a channel that is no better than the average has none.
	// The shifts of a state's transitions have the same sum as the parts.
	Shift float64
	// Conversions is Part times the journeys of the second period.
	Conversions float64
}

// ExplainChain fits the chains of the two counts and explains the change of P(convert)
// from the first to the second. Open journeys count with their transitions, not with
// an end; closed states are treated as the [markov.Options] of the counts say.
//
// The error is [ErrNoNulls], or one of [markov.Counts.Fit], such as
// [markov.ErrNoJourneys], with the word before or after.
func ExplainChain(before, after *markov.Counts) (*ChainExplanation, error) {
	e := &ChainExplanation{}
	var tables [2]*chainTable
	for i, p := range [...]struct {
		name   string
		counts *markov.Counts
		period *ChainPeriod
	}{{"before", before, &e.before}, {"after", after, &e.after}} {
		if p.counts.Options().Nulls == markov.ExcludeNulls {
			return nil, fmt.Errorf("%w: %s", ErrNoNulls, p.name)
		}
		chain, err := p.counts.Fit()
		if err != nil {
			return nil, fmt.Errorf("dropoff: %s: %w", p.name, err)
		}
		if dropped := chain.Dropped(); len(dropped) > 0 {
			e.warnings = append(e.warnings, fmt.Errorf("dropoff: %s: %w", p.name, &markov.ClosedError{States: dropped}))
		}
		tables[i] = newChainTable(chain)
		*p.period = ChainPeriod{
			Journeys: p.counts.Journeys(), Conversions: p.counts.Conversions(), Opens: p.counts.Opens(),
			PConvert: tables[i].b[0],
		}
	}
	u, err := newChainUnion(tables[0], tables[1])
	if err != nil {
		return nil, err
	}
	e.explain(u)
	return e, nil
}

// explain makes the parts. What is symmetric in the periods is computed by symmetric
// expressions: products are rounded before they are added.
func (e *ChainExplanation) explain(u *chainUnion) {
	n := len(u.states)
	e.transitions = make([]TransitionPart, 0, u.transitions())
	journeys := float64(e.after.Journeys)
	first, second := &u.periods[0], &u.periods[1]
	for i, s := range u.states {
		state := StatePart{
			State:        s,
			VisitsBefore: first.visits[i], VisitsAfter: second.visits[i],
			ConvertBefore: first.b[i], ConvertAfter: second.b[i],
		}
		add := func(to markov.State, from, into, worthBefore, worthAfter float64) {
			if from == 0 && into == 0 {
				return
			}
			t := TransitionPart{From: s, To: to, Before: from, After: into}
			if from != into {
				mean := func(before, after float64) float64 {
					return (float64(second.visits[i]*before) + float64(first.visits[i]*after)) / 2 * (into - from)
				}
				t.Part = mean(worthBefore, worthAfter)
				t.Shift = mean(worthBefore-first.b[i], worthAfter-second.b[i])
				t.Conversions = t.Part * journeys
			}
			state.Part += t.Part
			e.transitions = append(e.transitions, t)
		}
		if first.has[i] && second.has[i] {
			for j, to := range u.states {
				add(to, first.q[i*n+j], second.q[i*n+j], first.b[j], second.b[j])
			}
			add(markov.Converted, first.r[i], second.r[i], 1, 1)
			add(markov.Lost, first.d[i], second.d[i], 0, 0)
		}
		state.Conversions = state.Part * journeys
		e.states = append(e.states, state)
	}
}

// Before returns what the first period was.
func (e *ChainExplanation) Before() ChainPeriod { return e.before }

// After returns what the second period was.
func (e *ChainExplanation) After() ChainPeriod { return e.after }

// Change returns b'_s - b_s, by how much P(convert) rose.
func (e *ChainExplanation) Change() float64 { return e.after.PConvert - e.before.PConvert }

// Conversions returns Change times the journeys of the second period: how many more of
// them converted than would have at the rate of the first.
func (e *ChainExplanation) Conversions() float64 { return e.Change() * float64(e.after.Journeys) }

// Residual returns by how much the parts miss the change: rounding errors. About 1e-16
// times the mean number of steps of a journey is expected.
func (e *ChainExplanation) Residual() float64 {
	sum := 0.0
	for i := range e.states {
		sum += e.states[i].Part
	}
	return e.Change() - sum
}

// Warnings returns what to know before trusting the parts: a [*markov.ClosedError]
// names the states that were left out of one of the chains.
func (e *ChainExplanation) Warnings() []error { return slices.Clone(e.warnings) }

// States yields the parts of all states of either period: [markov.Start], then the
// channels in the order of their names.
func (e *ChainExplanation) States() iter.Seq[StatePart] { return slices.Values(e.states) }

// StatesByPart yields the parts of all states from the largest down, whether it added
// or took away. Equal ones are in the order of [ChainExplanation.States].
func (e *ChainExplanation) StatesByPart() iter.Seq[StatePart] {
	return largestFirst(e.states, func(p StatePart) float64 { return p.Part })
}

// Transitions yields the parts of the transitions of either period out of the states
// that both have: state by state, those to the channels by name, then to
// [markov.Converted] and to [markov.Lost].
func (e *ChainExplanation) Transitions() iter.Seq[TransitionPart] {
	return slices.Values(e.transitions)
}

// TransitionsByPart yields the parts of the transitions from the largest down, whether
// it added or took away. Equal ones are in the order of
// [ChainExplanation.Transitions].
func (e *ChainExplanation) TransitionsByPart() iter.Seq[TransitionPart] {
	return largestFirst(e.transitions, func(p TransitionPart) float64 { return p.Part })
}

// TransitionsByShift is TransitionsByPart by [TransitionPart.Shift].
func (e *ChainExplanation) TransitionsByShift() iter.Seq[TransitionPart] {
	return largestFirst(e.transitions, func(p TransitionPart) float64 { return p.Shift })
}

// largestFirst yields the elements by the absolute size of a number, descending.
func largestFirst[T any](all []T, size func(T) float64) iter.Seq[T] {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b T) int {
		return cmp.Compare(math.Abs(size(b)), math.Abs(size(a)))
	})
	return slices.Values(sorted)
}
