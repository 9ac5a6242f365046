package dropoff_test

import (
	"slices"
	"strings"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
)

// The oracle of the funnel: it lists every chain of touches that the definition
// allows, by plain recursion, and picks from the list. Times are whole seconds.

// oracleFunnel is a [dropoff.Funnel] as plain data; 0 is no bound.
type oracleFunnel struct {
	steps              []oracleStep
	exclusions         []oracleExclusion
	order              dropoff.Order
	entry              dropoff.Entry
	open               bool
	window, stepWindow int
	constant           bool
	ties               dropoff.Ties
	tolerance          int
	cut                bool // AsOf is set
	asOf, lostAfter    int
}

type oracleStep struct {
	oracleCondition
	optional, directly bool
	within             int
}

type oracleExclusion struct {
	oracleCondition
	from, to int
	drop     bool
}

// oracleCondition is met by a touch whose kind, channel and stage are among the
// letters given, where any are, and whose kind contains one of the letters of
// match, which becomes a function.
type oracleCondition struct{ kinds, channels, stages, match string }

func (c oracleCondition) met(t oracleTouch) bool {
	return (c.kinds == "" || strings.Contains(c.kinds, t.kind)) &&
		(c.channels == "" || strings.Contains(c.channels, t.channel)) &&
		(c.stages == "" || strings.Contains(c.stages, t.stage)) &&
		(c.match == "" || strings.ContainsAny(t.kind, c.match))
}

type oracleTouch struct {
	at                   int
	kind, channel, stage string // a letter each; kind may be several
	key                  string
}

type oraclePath struct {
	touches []oracleTouch // in order of time
	outcome journey.Outcome
	ended   bool // end is set
	end     int
}

// oracle is a funnel and a path up to AsOf.
type oracle struct {
	f       *oracleFunnel
	p       *oraclePath
	touches []oracleTouch
	instant []int // of each touch
}

func newOracle(f *oracleFunnel, p *oraclePath) *oracle {
	o := &oracle{f: f, p: p}
	for _, t := range p.touches {
		if f.cut && t.at > f.asOf {
			continue
		}
		instant := t.at
		if n := len(o.instant); n > 0 && t.at-o.instant[n-1] <= f.tolerance {
			instant = o.instant[n-1]
		}
		o.touches = append(o.touches, t)
		o.instant = append(o.instant, instant)
	}
	return o
}

// oracleLink is a touch, by index, that does a step, by number from 1.
type oracleLink struct{ touch, step int }

// oracleChain is a chain or, in any order, a set in the order of its touches.
type oracleChain []oracleLink

func (c oracleChain) first() oracleLink { return c[0] }
func (c oracleChain) last() oracleLink  { return c[len(c)-1] }

// at is where a touch stands for "before" and "between".
func (o *oracle) at(touch int) int {
	if o.f.ties == dropoff.TiesInOrder || o.f.order == dropoff.AnyOrder {
		return touch
	}
	return o.instant[touch]
}

func (o *oracle) before(i, j int) bool {
	if o.f.ties == dropoff.TiesInAnyOrder {
		return o.instant[i] <= o.instant[j] && i != j
	}
	return o.at(i) < o.at(j)
}

func (o *oracle) between(i, j, k int) bool { return o.at(i) < o.at(j) && o.at(j) < o.at(k) }

func (o *oracle) does(l oracleLink) bool { return o.f.steps[l.step-1].met(o.touches[l.touch]) }

// key is the value that must not change, one for all where nothing is demanded.
func (o *oracle) key(touch int) string {
	if o.f.constant {
		return o.touches[touch].key
	}
	return ""
}

// excludes reports whether the touch is an exclusion for who has done the step
// last; of those that drop only, if so asked.
func (o *oracle) excludes(touch, step int, dropping bool) bool {
	return slices.ContainsFunc(o.f.exclusions, func(x oracleExclusion) bool {
		from, to := x.span(o.f)
		return from <= step && step < to && x.met(o.touches[touch]) && (x.drop || !dropping)
	})
}

func (x oracleExclusion) span(f *oracleFunnel) (from, to int) {
	from, to = x.from, x.to
	if from == 0 {
		from = 1
	}
	if to == 0 {
		to = len(f.steps)
	}
	return from, to
}

func (f *oracleFunnel) within(step int) int {
	if w := f.steps[step-1].within; w > 0 {
		return w
	}
	return f.stepWindow
}

// next lists the steps that may follow the step: up to the first required one.
func (f *oracleFunnel) next(step int) (next []int) {
	for s := step + 1; s <= len(f.steps); s++ {
		next = append(next, s)
		if !f.steps[s-1].optional {
			break
		}
	}
	return next
}

// begins reports whether the link may be the first of a chain, whatever Entry.
func (o *oracle) begins(l oracleLink) bool {
	return o.does(l) && (l.step == 1 || o.f.open || o.f.order == dropoff.AnyOrder)
}

// extends reports whether the chain and then the link is a chain.
func (o *oracle) extends(c oracleChain, l oracleLink) bool {
	f, last := o.f, c.last()
	for _, used := range c {
		if used.touch == l.touch || used.step == l.step {
			return false
		}
	}
	if !o.does(l) || o.key(l.touch) != o.key(c.first().touch) {
		return false
	}
	if f.window > 0 && o.instant[l.touch]-o.instant[c.first().touch] > f.window {
		return false
	}
	if f.order == dropoff.AnyOrder {
		for i := range o.touches {
			if o.between(c.first().touch, i, l.touch) && o.excludes(i, 1, false) {
				return false
			}
		}
		return last.touch < l.touch
	}
	if !slices.Contains(f.next(last.step), l.step) || !o.before(last.touch, l.touch) {
		return false
	}
	if w := f.within(l.step); w > 0 && o.instant[l.touch]-o.instant[last.touch] > w {
		return false
	}
	if (f.order == dropoff.Strict || f.steps[l.step-1].directly) && l.touch != last.touch+1 {
		return false
	}
	for i := range o.touches {
		if f.order == dropoff.Consecutive && last.touch < i && i < l.touch && !o.does(oracleLink{i, last.step}) {
			return false
		}
		if o.between(last.touch, i, l.touch) && o.excludes(i, last.step, false) {
			return false
		}
	}
	return true
}

// chains lists all chains that begin with a link that enter allows.
func (o *oracle) chains(enter func(oracleLink) bool) (all []oracleChain) {
	var extend func(c oracleChain)
	extend = func(c oracleChain) {
		all = append(all, slices.Clone(c))
		for touch := range o.touches {
			for step := 1; step <= len(o.f.steps); step++ {
				if l := (oracleLink{touch, step}); o.extends(c, l) {
					extend(append(c, l))
				}
			}
		}
	}
	for touch := range o.touches {
		for step := 1; step <= len(o.f.steps); step++ {
			if l := (oracleLink{touch, step}); o.begins(l) && enter(l) {
				extend(oracleChain{l})
			}
		}
	}
	return all
}

// depth is the number of the step that the chain reached.
func (o *oracle) depth(c oracleChain) int {
	if o.f.order == dropoff.AnyOrder {
		return len(c)
	}
	return c.last().step
}

func (o *oracle) complete(c oracleChain) bool { return o.depth(c) == len(o.f.steps) }

// deepest returns the depth of the chains, the steps at which any of them ends,
// and those of them that may be called the best.
func (o *oracle) deepest(chains []oracleChain) (depth int, did uint64, best []oracleChain) {
	for _, c := range chains {
		depth = max(depth, o.depth(c))
		did |= 1 << (o.depth(c) - 1)
	}
	// The first that differs decides, the less the better.
	rank := func(c oracleChain) []int {
		first, last := c.first().touch, c.last().touch
		entered := 0
		if o.f.open {
			entered = c.first().step
		}
		return []int{o.at(last), last, entered, -o.at(first), -first}
	}
	for _, c := range chains {
		if o.depth(c) != depth {
			continue
		}
		switch {
		case len(best) == 0 || slices.Compare(rank(c), rank(best[0])) < 0:
			best = []oracleChain{c}
		case slices.Equal(rank(c), rank(best[0])):
			best = append(best, c)
		}
	}
	return depth, did, best
}
