package attribution

import (
	"fmt"

	"github.com/cjm-go/cjm/journey"
)

// Delta is a model together with closed-form intervals for its credits, every
// journey being independent of all others: the delta method. Its results are those
// of the model; [UncertaintyOf] gives the intervals.
//
// There is a closed form for the models that credit each path by itself ([Linear],
// [PositionBased], [TimeDecay], [Shapley] and so on) and for [Markov] of order 1 by
// redirection. For the former the variance is that of the journeys' own credits x_j
// and conversions k_j, of which the credit A, the share s = A/K and their like are
// functions of sums over M journeys:
//
//	Var(A) = sum (x_j - A/M)^2
//	Var(s) = sum (x_j - s k_j)^2 / K^2
//
// For the chain it is that of the transitions, which the model takes for independent
// draws from the row of each state i,
//
//	Var(T) = sum over i of (1/C_i) [ sum_j P_ij h_ij^2 - (sum_j P_ij h_ij)^2 ],   h_ij = dT/dP_ij
//
// with the derivatives in closed form. The conversions in one row of a path table
// are taken to be worth the same.
//
// Journeys of one customer are alike, so where customers come back these intervals
// are too short: [Sandwich] knows better. The zero Level means [DefaultLevel].
type Delta struct {
	Model Model
	Level float64
}

// Name returns the name of the model.
func (d Delta) Name() string { return nameOf(d.Model) }

// Validate reports what is wrong with the model, a level outside of (0, 1), and as
// a [*MethodError] a model for which there is no closed form.
func (d Delta) Validate() error { return validateClosed(ByDelta, d.Model, d.Level) }

// NewAccumulator implements [Model]. The model must be valid.
func (d Delta) NewAccumulator() Accumulator {
	return newClosed(ByDelta, d.Model, d.Level)
}

// pathRuled marks the tables of models that credit a path by what is on the path
// alone, so that their creditPath needs nothing but a dictionary.
type pathRuled interface {
	tables
	pathRuled()
}

func (*equalSplit) pathRuled()    {}
func (*weightedSplit) pathRuled() {}

// noClosedForm returns why there are no closed-form intervals for a valid model,
// "" if there are.
func noClosedForm(m Model) string {
	if a, ok := m.NewAccumulator().(*accumulator); ok {
		switch a.tables.(type) {
		case pathRuled, *removalTables:
			return ""
		}
	}
	if _, ok := m.(Markov); ok {
		return "the derivatives are those of order 1 and the variant redirect"
	}
	return "it credits neither each path by itself nor by a chain of order 1"
}

func validateClosed(method Method, m Model, level float64) error {
	if err := checkModel(method, m); err != nil {
		return err
	}
	if reason := noClosedForm(m); reason != "" {
		return &MethodError{Method: method, Model: m.Name(), Reason: reason}
	}
	return checkLevel(method, level)
}

// newClosed returns an accumulator of the model that also keeps what the method
// needs.
func newClosed(method Method, m Model, set float64) Accumulator {
	a := m.NewAccumulator().(*accumulator)
	id := a.identity
	id.config = fmt.Sprintf("%v at %v", method, level(set))
	if a.config != "" {
		id.config += ", " + a.config
	}
	spec := closedSpec{method: method, level: level(set)}
	var t tables
	switch inner := a.tables.(type) {
	case pathRuled:
		t = &pathMoments{closedSpec: spec, tables: inner}
	case *removalTables:
		t = newChainTables(spec, inner)
	}
	return newAccumulator(id, t)
}

// closedSpec is what tables with intervals are configured with.
type closedSpec struct {
	method Method
	level  float64
}

// customer returns the customer of the path as the method sees it: 0, not known,
// where every journey is independent.
func (s closedSpec) customer(p *journey.Counted) uint64 {
	if s.method == BySandwich {
		return p.Customer
	}
	return 0
}
