package dropoff

import (
	"slices"

	"github.com/cjm-go/cjm/journey"
)

// Evaluator evaluates a [Funnel]. It keeps memory between paths and is not safe
// for concurrent use; evaluators of the same funnel are independent of each other.
type Evaluator struct {
	funnel  Funnel
	plan    *plan
	matcher *matcher
	engine  engine
	history
	values values
	best   found
	// span is what the engine was asked last and found what it answered, with
	// links; again and other are for a second question about the same.
	span, again  span
	found, other run
	links        []link
	tool         tool
}

// NewEvaluator returns an evaluator of the funnel. The error is that of
// [Funnel.Validate].
func NewEvaluator(f Funnel) (*Evaluator, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	f.Steps, f.Exclusions = slices.Clone(f.Steps), slices.Clone(f.Exclusions)
	e := &Evaluator{funnel: f, plan: newPlan(&f), matcher: newMatcher(&f)}
	switch {
	case f.Order == AnyOrder:
		e.engine = newUnordered(e.plan)
	case f.Ties != TiesInOrder:
		e.engine = newTied(e.plan, f.Ties)
	default:
		e.engine = newOrdered(e.plan, f.Order)
	}
	return e, nil
}

// Evaluate appends to dst what became of the customer whose path it is: one
// attempt, or as many as there were with [EveryEntry] (one that is NotEntered
// if there was none), in the order of their entries. It uses the memory of the
// elements of dst beyond its length again, so that a loop which passes the same
// dst[:0] allocates nothing in the long run. The attempts share no memory with
// the evaluator or the path.
//
// The touches of the path must be in order, as [journey.Path] says. Of others
// the result is unspecified.
func (e *Evaluator) Evaluate(p *journey.Path, dst []Attempt) []Attempt {
	e.read(p)
	if len(e.touches) > 0 && e.funnel.Constant != nil {
		e.split()
	}
	before := len(dst)
	switch {
	case len(e.touches) == 0:
	case e.funnel.Like != Exact:
		dst = e.evaluateLike(p, dst)
	case e.funnel.Entry == EveryEntry:
		dst = e.evaluateEvery(p, dst)
	case e.findBest():
		dst = e.settle(p, dst)
	}
	if len(dst) == before {
		_, dst = grow(dst)
	}
	e.points = nil // the path is not the evaluator's to keep
	return dst
}

// Matched returns the steps, step k as bit k-1, that any touch up to AsOf of any
// path evaluated so far matched. One that none matches is likely a typing error.
func (e *Evaluator) Matched() uint64 { return e.seen.steps }

// MatchedExclusions is [Evaluator.Matched] for exclusions, exclusion j of
// [Funnel] as bit j.
func (e *Evaluator) MatchedExclusions() uint64 { return e.seen.out }

// grow appends an attempt to dst that has kept nothing but memory for hits.
func grow(dst []Attempt) (*Attempt, []Attempt) {
	if len(dst) < cap(dst) {
		dst = dst[:len(dst)+1]
	} else {
		dst = append(dst, Attempt{})
	}
	a := &dst[len(dst)-1]
	*a = Attempt{Hits: a.Hits[:0]}
	return a, dst
}
