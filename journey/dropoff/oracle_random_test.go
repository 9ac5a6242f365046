package dropoff_test

import (
	"math/rand/v2"
	"slices"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
)

func oraclePick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// oracleChance is true once in n times.
func oracleChance(r *rand.Rand, n int) bool { return r.IntN(n) == 0 }

// oracleRandom makes a small case: few kinds, steps that share them, times that
// tie. Most funnels are valid; those that are not must be refused.
func oracleRandom(r *rand.Rand) oracleCase {
	var c oracleCase
	f := &c.f
	f.order = oraclePick(r, dropoff.Ordered, dropoff.Ordered, dropoff.Ordered, dropoff.Consecutive, dropoff.Strict, dropoff.AnyOrder)
	f.entry = oraclePick(r, dropoff.AnyEntry, dropoff.FirstEntry, dropoff.EveryEntry)
	if f.order == dropoff.Ordered && f.entry != dropoff.EveryEntry || oracleChance(r, 30) {
		f.ties = oraclePick(r, dropoff.TiesInOrder, dropoff.TiesInOrder, dropoff.TiesInAnyOrder, dropoff.TiesApart)
	}
	if f.ties != dropoff.TiesInOrder && oracleChance(r, 2) || oracleChance(r, 100) {
		f.tolerance = 1 + r.IntN(3)
	}
	stepwise := f.order != dropoff.AnyOrder || oracleChance(r, 50)
	f.open = stepwise && oracleChance(r, 4)
	f.constant = oracleChance(r, 5)
	if oracleChance(r, 2) {
		f.window = 1 + r.IntN(7)
	}
	if stepwise && oracleChance(r, 3) {
		f.stepWindow = 1 + r.IntN(4)
	}
	for i := range 2 + r.IntN(3) {
		f.steps = append(f.steps, oracleRandomStep(r, f, i, stepwise))
	}
	last := &f.steps[len(f.steps)-1]
	last.optional = oracleChance(r, 100)
	f.steps[0].optional, f.steps[0].directly = oracleChance(r, 100), oracleChance(r, 100)
	for range oraclePick(r, 0, 0, 1, 1, 2) {
		f.exclusions = append(f.exclusions, oracleRandomExclusion(r, f, stepwise))
	}
	for range oraclePick(r, 1, 1, 2) {
		c.paths = append(c.paths, oracleRandomPath(r, f))
	}
	if oracleChance(r, 2) {
		f.cut = true
		f.asOf = 2 + r.IntN(12)
	}
	if f.cut && oracleChance(r, 2) || oracleChance(r, 100) {
		f.lostAfter = 1 + r.IntN(6)
	}
	return c
}

// oracleRandomStep makes step i: usually a kind of its own, sometimes that of the
// step before or several kinds.
func oracleRandomStep(r *rand.Rand, f *oracleFunnel, i int, stepwise bool) (s oracleStep) {
	const kinds = "abcd"
	switch r.IntN(8) {
	case 0:
		s.kinds = kinds[i/2 : i/2+1]
	case 1:
		s.kinds = kinds[max(0, i-1) : i+1]
	case 2:
		s.kinds = kinds[r.IntN(2) : 3+r.IntN(2)]
	case 3:
		s.match = kinds[i : i+1]
	case 4:
		s.channels = oraclePick(r, "p", "q")
	case 5:
		s.stages = "s"
		s.kinds = kinds[:i+1]
	default:
		s.kinds = kinds[i : i+1]
	}
	if s.match == "" && s.channels == "" && oracleChance(r, 10) {
		s.channels = "p"
	}
	s.optional = stepwise && oracleChance(r, 4)
	s.directly = stepwise && (f.ties == dropoff.TiesInOrder || oracleChance(r, 50)) && oracleChance(r, 6)
	if stepwise && oracleChance(r, 6) {
		s.within = 1 + r.IntN(5)
	}
	return s
}

func oracleRandomExclusion(r *rand.Rand, f *oracleFunnel, stepwise bool) (x oracleExclusion) {
	switch r.IntN(6) {
	case 0:
		x.kinds = oraclePick(r, "a", "b", "c") // often a step too
	case 1:
		x.match = oraclePick(r, "a", "b", "c")
	case 2:
		x.kinds, x.channels = oraclePick(r, "ab", "bc"), "q"
	default:
		x.kinds = oraclePick(r, "x", "x", "xy")
	}
	x.drop = oracleChance(r, 2)
	if stepwise && oracleChance(r, 2) {
		x.from = r.IntN(len(f.steps))
		x.to = x.from + 1 + r.IntN(len(f.steps)-x.from)
		if oracleChance(r, 50) {
			x.from, x.to = x.to, x.from
		}
	}
	return x
}

func oracleRandomPath(r *rand.Rand, f *oracleFunnel) (p oraclePath) {
	for range oraclePick(r, r.IntN(9), 4+r.IntN(5)) {
		t := oracleTouch{at: r.IntN(8), channel: oraclePick(r, "p", "q"), stage: oraclePick(r, "s", "t")}
		t.kind = oraclePick(r, "a", "a", "a", "b", "b", "c", "c", "d", "x", "y")
		if len(f.exclusions) == 0 && oracleChance(r, 2) {
			t.kind = oraclePick(r, "a", "b", "c", "d")
		}
		t.key = oraclePick(r, "", "1", "1", "2")
		p.touches = append(p.touches, t)
	}
	slices.SortStableFunc(p.touches, func(a, b oracleTouch) int { return a.at - b.at })
	p.outcome = oraclePick(r, journey.Open, journey.Lost, journey.Converted)
	if p.ended = oracleChance(r, 3); p.ended {
		p.end = r.IntN(12)
	}
	return p
}
