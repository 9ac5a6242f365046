package dropoff_test

import (
	"slices"

	"github.com/cjm-go/cjm/journey/dropoff"
)

// oracleAttempt is a [dropoff.Attempt] in seconds.
type oracleAttempt struct {
	status       dropoff.Status
	reason       dropoff.Reason
	dropped      bool
	reached      int
	did          uint64
	best         []oracleChain // the hits are one of them
	since, until int
}

func (o *oracle) attempts() []oracleAttempt {
	if o.f.entry == dropoff.EveryEntry {
		return o.every()
	}
	return []oracleAttempt{o.once()}
}

// once judges the customer as a whole. Whoever is dropped begins anew with what
// begins at the touch that dropped them or later.
func (o *oracle) once() oracleAttempt {
	all := o.chains(o.entry)
	run := all
	var dropped oracleAttempt
	for {
		if len(run) == 0 && dropped.status == dropoff.Excluded {
			return dropped
		}
		k, drops := o.firstDrop(run)
		if !drops {
			return o.judge(run, len(o.touches), o.now())
		}
		dropped = o.dropped(run, k)
		run = slices.DeleteFunc(slices.Clone(all), func(c oracleChain) bool { return o.at(c.first().touch) < o.at(k) })
	}
}

// entry is the rule of AnyEntry and FirstEntry.
func (o *oracle) entry(l oracleLink) bool {
	if o.f.entry == dropoff.AnyEntry {
		return true
	}
	for i := range l.touch {
		for step := range o.f.steps {
			if o.key(i) == o.key(l.touch) && o.begins(oracleLink{i, step + 1}) {
				return false
			}
		}
	}
	return true
}

// firstDrop returns the first touch that drops the customer, if any does before
// the first completion.
func (o *oracle) firstDrop(run []oracleChain) (touch int, ok bool) {
	for k := range o.touches {
		for _, c := range run {
			if o.complete(c) && o.at(c.last().touch) <= o.at(k) {
				return 0, false
			}
		}
		if o.drops(run, k) {
			return k, true
		}
	}
	return 0, false
}

// drops reports whether touch k drops the customer: it excludes a chain that can
// still go on, and no chain of the same or a later entry is past the exclusion
// or advanced by k.
func (o *oracle) drops(run []oracleChain, k int) bool {
	for _, x := range o.f.exclusions {
		if !x.drop || !x.met(o.touches[k]) {
			continue
		}
		from, to := x.span(o.f)
		for _, c := range run {
			if o.f.order == dropoff.AnyOrder {
				if c.last().touch < k && o.alive(c, k, o.instant[k]) {
					return true
				}
				continue
			}
			step := c.last().step
			if from <= step && step < to && o.aliveBefore(c, k) && !slices.ContainsFunc(run, func(d oracleChain) bool {
				return o.key(d.first().touch) == o.key(c.first().touch) && o.at(d.first().touch) >= o.at(c.first().touch) &&
					(d.last().step >= to && o.aliveBefore(d, k) || o.at(d.last().touch) == o.at(k) && o.at(d.first().touch) < o.at(k))
			}) {
				return true
			}
		}
	}
	return false
}

// aliveBefore reports whether the chain was made before touch k and could go on
// at its instant, by what is before it.
func (o *oracle) aliveBefore(c oracleChain, k int) bool {
	seen := 0
	for seen < len(o.touches) && o.at(seen) < o.at(k) {
		seen++
	}
	return o.at(c.last().touch) < o.at(k) && o.alive(c, seen, o.instant[k])
}

// dropped is the attempt that touch k ended by dropping the customer.
func (o *oracle) dropped(run []oracleChain, k int) oracleAttempt {
	before := slices.DeleteFunc(slices.Clone(run), func(c oracleChain) bool {
		return o.at(c.last().touch) > o.at(k) || o.at(c.first().touch) >= o.at(k)
	})
	a := oracleAttempt{status: dropoff.Excluded, reason: dropoff.ReasonExcluded, dropped: true, until: o.touches[k].at}
	a.reached, a.did, a.best = o.deepest(before)
	a.since = o.instant[a.best[0].first().touch]
	return a
}

// every judges attempt by attempt, the values of the key apart.
func (o *oracle) every() []oracleAttempt {
	var all []oracleAttempt
	var keys []string
	for i := range o.touches {
		if !slices.Contains(keys, o.key(i)) {
			keys = append(keys, o.key(i))
		}
	}
	for _, key := range keys {
		for i := 0; i < len(o.touches); {
			run := o.chains(func(l oracleLink) bool { return l.touch == i && o.key(i) == key && o.lowest(l) })
			if len(run) == 0 {
				i++
				continue
			}
			a, next := o.attempt(run, i)
			all = append(all, a)
			i = next
		}
	}
	if len(all) == 0 {
		return []oracleAttempt{{}}
	}
	slices.SortFunc(all, func(a, b oracleAttempt) int { return a.best[0].first().touch - b.best[0].first().touch })
	return all
}

// lowest reports whether no lower step could begin with the touch. In any order
// there is no lower step.
func (o *oracle) lowest(l oracleLink) bool {
	for step := 1; step < l.step; step++ {
		if o.f.order != dropoff.AnyOrder && o.begins(oracleLink{l.touch, step}) {
			return false
		}
	}
	return true
}

// attempt judges the attempt that begins with the entry, after one touch more at
// a time, and returns the first touch that the next one may use.
func (o *oracle) attempt(all []oracleChain, entry int) (a oracleAttempt, next int) {
	upTo := func(touch int) []oracleChain {
		return slices.DeleteFunc(slices.Clone(all), func(c oracleChain) bool { return c.last().touch > touch })
	}
	for i := entry; i < len(o.touches); i++ {
		run := upTo(i)
		if slices.ContainsFunc(run, o.complete) {
			return o.judge(run, i+1, o.touches[i].at), i + 1
		}
		next = i
		if depth, _, _ := o.deepest(run); i > entry {
			if before, _, _ := o.deepest(upTo(i - 1)); depth > before {
				next = i + 1
			}
		}
		if o.drops(run, i) {
			return o.dropped(run, i), next
		}
		if !slices.ContainsFunc(run, func(c oracleChain) bool { return o.alive(c, i+1, o.touches[i].at) }) {
			return o.judge(run, i+1, o.touches[i].at), next
		}
	}
	return o.judge(all, len(o.touches), o.now()), len(o.touches)
}
