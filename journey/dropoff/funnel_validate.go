package dropoff

import (
	"errors"
	"fmt"
	"slices"
)

// ErrFunnel says that a [Funnel] contradicts itself or asks for what there is not.
var ErrFunnel = errors.New("dropoff: bad funnel")

// Validate reports every problem of the funnel at once; each is an [ErrFunnel].
// These are problems:
//
//   - no steps or more than [MaxSteps], more than [MaxExclusions], a name that is
//     empty or used twice, a step or an exclusion without condition, an exclusion
//     with the very condition of a step (which Mixpanel has);
//   - a first or last step that is optional, a first step that follows directly,
//     an exclusion whose From is not before To;
//   - a negative duration, LostAfter without AsOf, a Tolerance with TiesInOrder;
//   - Consecutive, Strict, Directly or EveryEntry with other Ties than TiesInOrder;
//   - with AnyOrder: StepWindow, Within, Directly, Optional, Open, From, To or
//     Tolerance;
//   - with Like: Order, Entry, Ties, Tolerance, Open, Directly or Optional, and
//     whatever else the tool has not, such as exclusions or a window; LikeGA4 may
//     have Open, Directly, Within and StepWindow;
//   - a value of an enum that is none of its constants.
func (f Funnel) Validate() error {
	var c check
	c.size(&f)
	c.names(&f)
	c.conditions(&f)
	c.steps(&f)
	c.exclusions(&f)
	c.times(&f)
	c.enums(&f)
	c.order(&f)
	c.ties(&f)
	c.like(&f)
	return errors.Join(c.problems...)
}

// check collects problems.
type check struct{ problems []error }

// refuse notes a problem if there is one.
func (c *check) refuse(bad bool, format string, args ...any) {
	if bad {
		c.problems = append(c.problems, fmt.Errorf("%w: %s", ErrFunnel, fmt.Sprintf(format, args...)))
	}
}

func (c *check) size(f *Funnel) {
	c.refuse(len(f.Steps) == 0, "no steps")
	c.refuse(len(f.Steps) > MaxSteps, "%d steps, more than %d", len(f.Steps), MaxSteps)
	c.refuse(len(f.Exclusions) > MaxExclusions, "%d exclusions, more than %d", len(f.Exclusions), MaxExclusions)
}

func (c *check) names(f *Funnel) {
	seen := map[string]bool{}
	name := func(what string, i int, name string) {
		c.refuse(name == "", "%s %d has no name", what, i+1)
		c.refuse(name != "" && seen[name], "two steps or exclusions are named %q", name)
		seen[name] = true
	}
	for i := range f.Steps {
		name("step", i, f.Steps[i].Name)
	}
	for i := range f.Exclusions {
		name("exclusion", i, f.Exclusions[i].Name)
	}
}

func (c *check) conditions(f *Funnel) {
	mixpanel := f.Like == LikeMixpanel || f.Like == LikeMixpanelReentry
	for i := range f.Steps {
		c.refuse(f.Steps[i].condition().empty(), "step %q matches on nothing: no channels, kinds, stages or function", f.Steps[i].Name)
	}
	for i := range f.Exclusions {
		x := &f.Exclusions[i]
		c.refuse(x.condition().empty(), "exclusion %q matches on nothing: no channels, kinds, stages or function", x.Name)
		for j := range f.Steps {
			c.refuse(!mixpanel && x.condition().equal(f.Steps[j].condition()), "exclusion %q has the condition of step %q", x.Name, f.Steps[j].Name)
		}
	}
}

// empty tells whether nothing is asked.
func (c condition) empty() bool {
	return len(c.channels) == 0 && len(c.kinds) == 0 && len(c.stages) == 0 && c.match == nil
}

// equal tells whether both ask the same. Functions cannot be compared, so a
// condition with one equals no other.
func (c condition) equal(o condition) bool {
	return c.match == nil && o.match == nil && !c.empty() &&
		sameNames(c.channels, o.channels) && sameNames(c.kinds, o.kinds) && sameNames(c.stages, o.stages)
}

// sameNames tells whether both lists hold the same names.
func sameNames[T ~string](a, b []T) bool {
	return slices.Equal(distinct(a), distinct(b))
}

func (c *check) steps(f *Funnel) {
	for i := range f.Steps {
		s := &f.Steps[i]
		c.refuse(s.Within < 0, "step %q: negative Within", s.Name)
		c.refuse(s.Optional && i == 0, "step %q is the first, so it cannot be optional", s.Name)
		c.refuse(s.Optional && i > 0 && i == len(f.Steps)-1, "step %q is the last, so it cannot be optional", s.Name)
		c.refuse(s.Directly && i == 0, "step %q is the first, so it follows none directly", s.Name)
	}
}

func (c *check) exclusions(f *Funnel) {
	for i := range f.Exclusions {
		x := &f.Exclusions[i]
		n := len(f.Steps)
		outside := x.From < 0 || x.From > n || x.To < 0 || x.To > n
		c.refuse(outside, "exclusion %q: From %d and To %d are not both among %d steps", x.Name, x.From, x.To, n)
		if outside || f.Order == AnyOrder && (x.From != 0 || x.To != 0) {
			continue
		}
		from, to := x.between(n)
		c.refuse(from >= to && n > 0, "exclusion %q: no steps between %d and %d", x.Name, from, to)
	}
}

// between returns the steps between which the exclusion holds, of n.
func (x *Exclusion) between(n int) (from, to int) {
	if from, to = x.From, x.To; from == 0 {
		from = 1
	}
	if to == 0 {
		to = n
	}
	return from, to
}

func (c *check) times(f *Funnel) {
	c.refuse(f.Window < 0, "negative Window")
	c.refuse(f.StepWindow < 0, "negative StepWindow")
	c.refuse(f.Tolerance < 0, "negative Tolerance")
	c.refuse(f.LostAfter < 0, "negative LostAfter")
	c.refuse(f.LostAfter > 0 && f.AsOf.IsZero(), "LostAfter needs AsOf")
}

func (c *check) enums(f *Funnel) {
	c.refuse(int(f.Order) >= len(orderNames), "no such order: %d", f.Order)
	c.refuse(int(f.Entry) >= len(entryNames), "no such entry: %d", f.Entry)
	c.refuse(int(f.Ties) >= len(tiesNames), "no such rule for ties: %d", f.Ties)
	c.refuse(int(f.Like) >= len(likeNames), "no such tool to count like: %d", f.Like)
}

func (c *check) order(f *Funnel) {
	if f.Order != AnyOrder || f.Like != Exact {
		return
	}
	c.refuse(f.StepWindow != 0, "any order has no StepWindow")
	c.refuse(f.Open, "any order is open already")
	c.refuse(f.Tolerance != 0, "any order has no Tolerance")
	for i := range f.Steps {
		s := &f.Steps[i]
		c.refuse(s.Within != 0, "step %q: any order has no Within", s.Name)
		c.refuse(s.Directly, "step %q: no step follows directly in any order", s.Name)
		c.refuse(s.Optional, "step %q: no step is optional in any order", s.Name)
	}
	for i := range f.Exclusions {
		x := &f.Exclusions[i]
		c.refuse(x.From != 0 || x.To != 0, "exclusion %q: From and To mean nothing in any order", x.Name)
	}
}

func (c *check) ties(f *Funnel) {
	if f.Like != Exact {
		return
	}
	if f.Ties == TiesInOrder {
		c.refuse(f.Tolerance > 0 && f.Order != AnyOrder, "Tolerance needs ties in any order or apart")
		return
	}
	c.refuse(f.Entry == EveryEntry, "every entry needs ties in order")
	c.refuse(f.Order == Consecutive || f.Order == Strict, "order %v needs ties in order", f.Order)
	for i := range f.Steps {
		c.refuse(f.Steps[i].Directly, "step %q: Directly needs ties in order", f.Steps[i].Name)
	}
}

func (c *check) like(f *Funnel) {
	if f.Like == Exact || int(f.Like) >= len(likeNames) {
		return
	}
	no := func(bad bool, field string) { c.refuse(bad, "like %v: no %s", f.Like, field) }
	no(f.Order != Ordered, "Order")
	no(f.Entry != AnyEntry, "Entry")
	no(f.Ties != TiesInOrder, "Ties")
	no(f.Tolerance != 0, "Tolerance")
	no(f.Open && f.Like != LikeGA4, "Open")
	for i := range f.Steps {
		s := &f.Steps[i]
		c.refuse(s.Optional, "like %v: step %q: no Optional", f.Like, s.Name)
		c.refuse(s.Directly && f.Like != LikeGA4, "like %v: step %q: no Directly", f.Like, s.Name)
	}
	for _, reason := range f.Like.unsupported(f) {
		c.refuse(true, "like %v: %s", f.Like, reason)
	}
}
