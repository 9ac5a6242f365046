package dropoff

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

func TestOrdered(t *testing.T) {
	testRulings(t, []ruling{
		{"plain", "ABC", nil, "A1 B2 C3", "completed 1-3 0 1 2 at 1 to 3"},
		{"other touches between", "ABC", nil, "A1 X2 B3 X4 C5", "completed 1-3 0 2 4 at 1 to 5"},
		{"the last entry counts", "ABC", nil, "A1 A2 B3 C4", "completed 1-3 1 2 3 at 2 to 4"},
		{"a step too early is not done", "ABC", nil, "A1 C2 B3", "lost/ended 1-2 0 2 at 1 to 3"},
		{"nothing without the first step", "ABC", nil, "B1 C2", "absent"},
		{"one step", "A", nil, "X1 A2 A3", "completed 1-1 1 at 2 to 2"},
		{"a touch serves one step", "ABC", nil, "A1 BC2", "lost/ended 1-2 0 1 at 1 to 2"},
		{"and another the next", "ABC", nil, "AB1 AB2 BC3", "completed 1-3 0 1 2 at 1 to 3"},
		{"equal steps need as many touches", "AAA", nil, "A1 A2", "lost/ended 1-2 0 1 at 1 to 2"},
		{"and have them", "AAA", nil, "A1 A2 A3 A4", "completed 1-3 0 1 2 at 1 to 3"},
		{"ties in the order of the path", "ABC", nil, "C1 B1 A1", "lost/ended 1-1 2 at 1 to 1"},
		{"the first to come deepest", "ABC", nil, "A1 B2 A3 B4", "lost/ended 1-2 0 1 at 1 to 4"},
	})
}

func TestWindows(t *testing.T) {
	both := func(all, step int) func(*Funnel) {
		return func(f *Funnel) {
			window(all)(f)
			f.StepWindow = time.Duration(step) * time.Second
		}
	}
	testRulings(t, []ruling{
		{"the end is within", "AB", window(10), "A1 B11", "completed 1-2 0 1 at 1 to 11"},
		{"and nothing after it", "AB", window(10), "A1 B12", "timed-out/window 1-1 0 at 1 to 11"},
		{"a later entry", "ABC", window(5), "A1 A20 B21 C22", "completed 1-3 1 2 3 at 20 to 22"},
		{"one of two entries in time", "ABC", window(5), "A1 A4 B5 C8", "completed 1-3 1 2 3 at 4 to 8"},
		{"from the first touch", "ABC", window(5), "A1 B5 C7", "timed-out/window 1-2 0 1 at 1 to 6"},
		{"step window", "ABC", both(0, 3), "A1 B4 C7", "completed 1-3 0 1 2 at 1 to 7"},
		{"step window passed", "ABC", both(0, 3), "A1 B4 C8", "timed-out/step-window 1-2 0 1 at 1 to 7"},
		{"both in time", "ABC", both(6, 3), "A1 B4 C7", "completed 1-3 0 1 2 at 1 to 7"},
		{"both, the whole passed", "ABC", both(5, 3), "A1 B4 C7", "timed-out/window 1-2 0 1 at 1 to 6"},
		{"both, at once", "ABC", both(6, 3), "A1 B4 C8", "timed-out/window 1-2 0 1 at 1 to 7"},
		{"of a step", "ABC", func(f *Funnel) { f.StepWindow, f.Steps[2].Within = 3*time.Second, 5*time.Second }, "A1 B4 C9", "completed 1-3 0 1 2 at 1 to 9"},
		{"a window alone never ends an open journey's past", "AB", window(10), "A1 X11", "lost/ended 1-1 0 at 1 to 11"},
		{
			"optional, the step window of what follows", "AB?C", func(f *Funnel) { f.Steps[1].Within, f.Steps[2].Within = time.Second, 9*time.Second },
			"A1 X12", "timed-out/step-window 1-1 0 at 1 to 10",
		},
	})
}

func TestOptional(t *testing.T) {
	testRulings(t, []ruling{
		{"done", "AB?C", nil, "A1 B2 C3", "completed 1-3 0 1 2 at 1 to 3"},
		{"left out", "AB?C", nil, "A1 C3", "completed 1-3 0 1:3 at 1 to 3 did 101"},
		{"two left out", "AB?C?D", nil, "A1 D3", "completed 1-4 0 1:4 at 1 to 3 did 1001"},
		{"as the deepest", "AB?C", nil, "A1 B2", "lost/ended 1-2 0 1 at 1 to 2"},
		{"a required one cannot be", "AB?CD", nil, "A1 B2 D3", "lost/ended 1-2 0 1 at 1 to 3"},
		{"done later by another chain", "AB?C", nil, "A1 C2 B3", "completed 1-3 0 1:3 at 1 to 2"},
		{"the later entry before the longer chain", "AB?C", nil, "A1 B2 A3 C4", "completed 1-3 2 3:3 at 3 to 4"},
		{"of equal ones the longer", "AB?C", nil, "A1 B2 C3 C4", "completed 1-3 0 1 2 at 1 to 3"},
		{
			"the window of the step since the last done", "AB?C", func(f *Funnel) { f.StepWindow = 2 * time.Second },
			"A1 B3 C5", "completed 1-3 0 1 2 at 1 to 5",
		},
		// Exclusion X ends what has done A only. Then there are two chains at level 3, of
		// which none is better: A3 C4 began later, A1 B2 C6 touched later.
		{"two chains at a level, the one that lasts", "AB?CD X", func(f *Funnel) {
			f.Exclusions[0].To, f.StepWindow = 2, 4*time.Second
		}, "A1 B2 A3 C4 X5 C6 D10", "completed 1-4 0 1 5 6 at 1 to 10"},
		{"two chains at a level, the one that began later", "AB?CD X", func(f *Funnel) {
			f.Exclusions[0].To, f.StepWindow, f.Window = 2, 4*time.Second, 7*time.Second
		}, "A1 B2 A3 C4 X5 C6 D8 D9", "completed 1-4 2 3:3 6:4 at 3 to 8"},
		{"two chains at a level, neither", "AB?CD X", func(f *Funnel) {
			f.Exclusions[0].To, f.StepWindow, f.Window = 2, 4*time.Second, 7*time.Second
		}, "A1 B2 A3 C4 X5 C6 D9", "timed-out/step-window 1-3 2 3:3 at 3 to 8"},
		{"two chains at a level, both too early", "AB?CD X", func(f *Funnel) {
			f.Exclusions[0].To, f.StepWindow = 2, 4*time.Second
		}, "A1 B2 A3 C4 X5 C6 D11", "timed-out/step-window 1-3 2 3:3 at 3 to 8"},
	})
}

func TestStrictness(t *testing.T) {
	strict := func(f *Funnel) { f.Order = Strict }
	consecutive := func(f *Funnel) { f.Order = Consecutive }
	testRulings(t, []ruling{
		{"strict", "ABC", strict, "A1 B2 C3", "completed 1-3 0 1 2 at 1 to 3"},
		{"strict, another touch", "ABC", strict, "A1 X2 B3 C4", "lost/interrupted 1-1 0 at 1 to 2"},
		{"strict, a repetition", "ABC", strict, "A1 B2 B3 C4", "lost/interrupted 1-2 0 1 at 1 to 3"},
		{"strict, from the repeated first", "ABC", strict, "A1 A2 B3 C4", "completed 1-3 1 2 3 at 2 to 4"},
		{"strict, at the end", "ABC", strict, "A1 B2", "lost/ended 1-2 0 1 at 1 to 2"},
		{"strict, and again", "ABC", strict, "A1 X2 A3 B4 C5", "completed 1-3 2 3 4 at 3 to 5"},
		{"consecutive, a repetition", "ABC", consecutive, "A1 B2 B3 C4", "completed 1-3 0 1 3 at 1 to 4"},
		{"consecutive, another step", "ABC", consecutive, "A1 B2 A3 C4", "lost/interrupted 1-2 0 1 at 1 to 3"},
		{"consecutive, another touch", "ABC", consecutive, "A1 B2 X3 C4", "lost/interrupted 1-2 0 1 at 1 to 3"},
		{"consecutive, a touch at the end", "ABC", consecutive, "A1 B2 X3", "lost/interrupted 1-2 0 1 at 1 to 3"},
		{"consecutive, only repetitions at the end", "ABC", consecutive, "A1 B2 B3", "lost/ended 1-2 0 1 at 1 to 3"},
		{"directly one step", "ABC!", nil, "A1 X2 B3 C4", "completed 1-3 0 2 3 at 1 to 4"},
		{"not directly", "AB!C!", nil, "A1 B2 X3 C4", "lost/interrupted 1-2 0 1 at 1 to 3"},
		{"not directly, but another chain is alive", "ABC!", nil, "A1 B2 X3 C4", "lost/ended 1-2 0 1 at 1 to 4"},
		{"directly in the second run", "ABC!", nil, "A1 B2 X3 B4 C5", "completed 1-3 0 3 4 at 1 to 5"},
		{"directly behind an optional step that is left out", "AB?C!", nil, "A1 C2", "completed 1-3 0 1:3 at 1 to 2 did 101"},
		{"still open by another way", "AB?C!", nil, "A1 X2 X3", "lost/ended 1-1 0 at 1 to 3"},
		{"interrupted before the window", "AB", func(f *Funnel) { strict(f); window(5)(f) }, "A1 X2 X9", "lost/interrupted 1-1 0 at 1 to 2"},
		{"interrupted after the window", "AB", func(f *Funnel) { strict(f); window(5)(f) }, "A1 X9", "timed-out/window 1-1 0 at 1 to 6"},
	})
}

func TestEntry(t *testing.T) {
	first := func(f *Funnel) { f.Entry = FirstEntry; window(5)(f) }
	every := func(f *Funnel) { f.Entry = EveryEntry; window(5)(f) }
	testRulings(t, []ruling{
		{"first", "ABC", first, "A1 A2 B3 C4", "completed 1-3 0 2 3 at 1 to 4"},
		{"first, too early", "ABC", first, "A1 A4 B5 C8", "timed-out/window 1-2 0 2 at 1 to 6"},
		{"first, too early for all", "ABC", first, "A1 A20 B21", "timed-out/window 1-1 0 at 1 to 6"},
		{
			"every", "AB", every, "A1 B2 A3 X4 A20 B21",
			"completed 1-2 0 1 at 1 to 2 | timed-out/window 1-1 2 at 3 to 8 | completed 1-2 4 5 at 20 to 21",
		},
		{"every, one at a time", "AB", every, "A1 A2 B3 B4", "completed 1-2 0 2 at 1 to 3"},
		{"every, used touches", "AA", every, "A1 A2 A3", "completed 1-2 0 1 at 1 to 2 | lost/ended 1-1 2 at 3 to 3"},
		{"every, without a window", "AB", func(f *Funnel) { f.Entry = EveryEntry }, "A1 A9 B99 B100", "completed 1-2 0 2 at 1 to 99"},
		{"every, none", "AB", every, "X1 B2", "absent"},
		{
			"every, the touch that ends begins", "AB", func(f *Funnel) { f.Entry, f.Order = EveryEntry, Strict }, "A1 A2 B3",
			"lost/interrupted 1-1 0 at 1 to 2 | completed 1-2 1 2 at 2 to 3",
		},
		{
			"every, an exclusion that begins", "AB Y", func(f *Funnel) { f.Entry = EveryEntry }, "A1 AY2 B3",
			"excluded 1-1 0 at 1 to 2 | completed 1-2 1 2 at 2 to 3",
		},
		{"open", "ABC", func(f *Funnel) { f.Open = true }, "B1 X2 C3", "completed 2-3 0 2:3 at 1 to 3"},
		{"open, entered as early as can be", "ABC", func(f *Funnel) { f.Open = true }, "A1 B2 C3 C4", "completed 1-3 0 1 2 at 1 to 3"},
		{"open, within the window", "ABC", func(f *Funnel) { f.Open = true; window(3)(f) }, "A1 B2 C5", "completed 2-3 1 2:3 at 2 to 5 did 111"},
		{"open, the last only", "ABC", func(f *Funnel) { f.Open = true }, "C1 B2", "completed 3-3 0 at 1 to 1 did 110"},
		{"open, first", "ABC", func(f *Funnel) { f.Open, f.Entry = true, FirstEntry }, "B1 A2 B3 C4", "completed 2-3 0 3:3 at 1 to 4"},
		{
			"open, every", "ABC", func(f *Funnel) { f.Open, f.Entry = true, EveryEntry }, "B1 A2 C4 BA5",
			"completed 2-3 0 2:3 at 1 to 4 | lost/ended 1-1 3 at 5 to 5",
		},
	})
}

func TestExclusions(t *testing.T) {
	part := func(from, to int) func(*Funnel) {
		return func(f *Funnel) { f.Exclusions[0].From, f.Exclusions[0].To = from, to }
	}
	testRulings(t, []ruling{
		{"between", "ABC X", nil, "A1 X2 B3", "excluded 1-1 0 at 1 to 2"},
		{"before", "ABC X", nil, "X1 A2 B3 C4", "completed 1-3 1 2 3 at 2 to 4"},
		{"after", "AB X", nil, "A1 B2 X3", "completed 1-2 0 1 at 1 to 2"},
		{"and again", "ABC X", nil, "A1 X2 A3 B4 C5", "completed 1-3 2 3 4 at 3 to 5"},
		{"what was done stays", "ABC X", nil, "A1 B2 X3 A4", "lost/ended 1-2 0 1 at 1 to 4"},
		{"only where it holds", "ABC X", part(2, 3), "A1 X2 B3 C4", "completed 1-3 0 2 3 at 1 to 4"},
		{"where it holds, but another chain is alive", "ABC X", part(2, 3), "A1 B3 X4 C5", "lost/ended 1-2 0 1 at 1 to 5"},
		{"where it holds", "ABC X", func(f *Funnel) { part(2, 3)(f); f.Steps[1].Within = 3 * time.Second }, "A1 B3 X4 C5", "excluded 1-2 0 1 at 1 to 4"},
		{"not what is past it", "ABC X", part(1, 2), "A1 B3 X4 C5", "completed 1-3 0 1 3 at 1 to 5"},
		{"a step further excludes others only", "ABC X", nil, "A1 BX2 C3", "completed 1-3 0 1 2 at 1 to 3"},
		{"a step further excludes others", "ABC X", nil, "A1 BX2 B3", "lost/ended 1-2 0 1 at 1 to 3"},
		{"after the window", "AB X", window(3), "A1 X9", "timed-out/window 1-1 0 at 1 to 4"},
		{"at the end of the window", "AB X", window(3), "A1 X4 X9", "excluded 1-1 0 at 1 to 4"},
		{"interrupted at the same time, but before", "AB X", func(f *Funnel) { f.Order = Strict }, "A1 Y2 X2", "lost/interrupted 1-1 0 at 1 to 2"},
		{"excludes and interrupts", "AB X", func(f *Funnel) { f.Order = Strict }, "A1 X2", "excluded 1-1 0 at 1 to 2"},
	})
}

func TestDrops(t *testing.T) {
	drop := func(f *Funnel) { f.Exclusions[0].Drop = true }
	early := func(f *Funnel) { drop(f); f.Exclusions[0].To = 2 }
	testRulings(t, []ruling{
		{"dropped", "ABC X", drop, "A1 B2 X3 C4", "excluded dropped 1-2 0 1 at 1 to 3"},
		{"a later entry", "ABC X", drop, "A1 B2 X3 A4", "lost/ended 1-1 3 at 4 to 4"},
		{"the touch itself enters", "ABC X", drop, "A1 AX3 B4", "lost/ended 1-2 1 2 at 3 to 4"},
		{"completed before", "AB X", drop, "A1 B2 A3 X4", "completed 1-2 0 1 at 1 to 2"},
		{"completed by the touch", "AB X", drop, "A1 BX2", "completed 1-2 0 1 at 1 to 2"},
		{"not who goes further by the touch", "ABC X", drop, "A1 BX2 C3", "completed 1-3 0 1 2 at 1 to 3"},
		{"not who is past it", "ABC X", early, "A1 B2 X3 C4", "completed 1-3 0 1 3 at 1 to 4"},
		{"whose later entry is not past it", "ABC X", early, "A1 B2 A3 X4 C5", "excluded dropped 1-2 0 1 at 1 to 4"},
		{"not whose window is over", "AB X", func(f *Funnel) { drop(f); window(3)(f) }, "A1 X9", "timed-out/window 1-1 0 at 1 to 4"},
		{"twice", "ABC X", drop, "A1 X2 A3 B4 X5", "excluded dropped 1-2 2 3 at 3 to 5"},
		{"first entry only", "ABC X", func(f *Funnel) { drop(f); f.Entry = FirstEntry }, "A1 X2 A3 B4", "excluded dropped 1-1 0 at 1 to 2"},
		{
			"every entry", "AB X", func(f *Funnel) { drop(f); f.Entry = EveryEntry }, "A1 X2 A3 B4",
			"excluded dropped 1-1 0 at 1 to 2 | completed 1-2 2 3 at 3 to 4",
		},
		{
			"optional, completed before", "AB?C X", drop, "A1 C2 A3 B4 X5",
			"completed 1-3 0 1:3 at 1 to 2",
		},
	})
}

func TestConstant(t *testing.T) {
	byChannel := func(f *Funnel) { f.Constant = func(t *touchpoint.Touchpoint) string { return string(t.Channel) } }
	with := func(set ...func(*Funnel)) func(*Funnel) {
		return func(f *Funnel) {
			byChannel(f)
			for _, s := range set {
				s(f)
			}
		}
	}
	every := func(f *Funnel) { f.Entry = EveryEntry }
	drop := func(f *Funnel) { f.Exclusions[0].Drop = true }
	testRulings(t, []ruling{
		{"equal", "ABC", byChannel, "A1/x A2/y B3/x B4/y C5/x", "completed 1-3 0 2 4 at 1 to 5"},
		{"different", "ABC", byChannel, "A1/x B2/y C3/x", "lost/ended 1-1 0 at 1 to 3"},
		{"not known together", "AB", byChannel, "A1 X2/x B3", "completed 1-2 0 2 at 1 to 3"},
		{"the deepest", "ABC", byChannel, "A1/x A2/y B3/y", "lost/ended 1-2 1 2 at 2 to 3"},
		{"did by all values", "AB?CD", byChannel, "A1/x C2/x A3/y B4/y", "lost/ended 1-3 0 1:3 at 1 to 4"},
		{"first of each", "AB", with(func(f *Funnel) { f.Entry = FirstEntry }, window(3)), "A1/x A2/y A5/x B5/y B6/x", "completed 1-2 1 3 at 2 to 5"},
		{
			"every of each", "AB", with(every), "A1/x A2/y A3/x B4/y B5/x A6/z",
			"completed 1-2 0 4 at 1 to 5 | completed 1-2 1 3 at 2 to 4 | lost/ended 1-1 5 at 6 to 6",
		},
		{"excluded by any value", "AB X", byChannel, "A1/x X2/y B3/x", "excluded 1-1 0 at 1 to 2"},
		{"interrupted by any value", "AB", with(func(f *Funnel) { f.Order = Strict }), "A1/x A2/y B3/x", "lost/interrupted 1-1 0 at 1 to 2"},
		{"repetition of any value", "ABC", with(func(f *Funnel) { f.Order = Consecutive }), "A1/x A2/y B3/x B4/y C5/x", "completed 1-3 0 2 4 at 1 to 5"},
		{"alive by any value", "AB", with(window(3)), "A1/x A5/y", "lost/ended 1-1 0 at 1 to 5"},
		{"dropped with all values", "AB X", with(drop), "A1/x A2/y X3/z B4/x", "excluded dropped 1-1 0 at 1 to 3"},
		{"completed before any is dropped", "AB?C X", with(drop), "A1/x A2/y C3/x X4", "completed 1-3 0 2:3 at 1 to 3 did 101"},
		{"dropped, and a later entry of another", "AB X", with(drop), "A1/x X3 A4/y B5/y", "completed 1-2 2 3 at 4 to 5"},
		{"any order", "AB", with(func(f *Funnel) { f.Order = AnyOrder }), "B1/x A2/y A3/x", "completed 1-2 0:2 2:1 at 1 to 3"},
	})
}

func TestAsOf(t *testing.T) {
	at := func(n int, set ...func(*Funnel)) func(*Funnel) {
		return func(f *Funnel) {
			f.AsOf = second(n)
			for _, s := range set {
				s(f)
			}
		}
	}
	quiet := func(f *Funnel) { f.LostAfter = 10 * time.Second }
	testRulings(t, []ruling{
		{"cuts", "AB", at(2), "A1 B3", "open 1-1 0 at 1 to 2"},
		{"later touches of no step", "AB", at(2), "A1 X3", "open 1-1 0 at 1 to 2"},
		{"none later", "AB", at(3), "A1 X3", "lost/ended 1-1 0 at 1 to 3"},
		{"keeps its own time", "AB", at(3), "A1 B3", "completed 1-2 0 1 at 1 to 3"},
		{"before all", "AB", at(0), "A1 B3", "absent"},
		{"window open", "AB", at(5, window(4)), "A1", "open 1-1 0 at 1 to 5"},
		{"window passed", "AB", at(6, window(4)), "A1", "timed-out/window 1-1 0 at 1 to 5"},
		{"step window open", "AB", at(5, func(f *Funnel) { f.Steps[1].Within = 4 * time.Second }), "A1", "open 1-1 0 at 1 to 5"},
		{"quiet", "AB", at(11, quiet), "A1", "lost/inactive 1-1 0 at 1 to 11"},
		{"not quiet", "AB", at(11, quiet), "A1 X2", "open 1-1 0 at 1 to 11"},
		{"quiet before the window ends", "AB", at(50, quiet, window(100)), "A1 X2", "lost/inactive 1-1 0 at 1 to 12"},
		{"the window ends before quiet", "AB", at(50, quiet, window(5)), "A1 X2", "timed-out/window 1-1 0 at 1 to 6"},
	})

	p := trace("A1 X5")
	p.Outcome = journey.Open
	assert.Equal(t, "open 1-1 0 at 1 to 5", verdicts(t, letters("AB"), p))
	f := letters("AB")
	at(7)(&f)
	assert.Equal(t, "open 1-1 0 at 1 to 7", verdicts(t, f, p))
	window(3)(&f)
	assert.Equal(t, "timed-out/window 1-1 0 at 1 to 4", verdicts(t, f, p))
	p.Outcome, p.End = journey.Converted, second(9)
	assert.Equal(t, "lost/ended 1-1 0 at 1 to 9", verdicts(t, letters("AB"), p))
	// What the outcome was is not known before the end.
	f = letters("AB")
	at(8)(&f)
	assert.Equal(t, "open 1-1 0 at 1 to 8", verdicts(t, f, p))
	at(9)(&f)
	assert.Equal(t, "lost/ended 1-1 0 at 1 to 9", verdicts(t, f, p))
}

func TestEvaluateAppends(t *testing.T) {
	f := letters("AB")
	f.Entry = EveryEntry
	e, err := NewEvaluator(f)
	require.NoError(t, err)
	p, q := trace("A1 B2 A3"), trace("X1")
	attempts := e.Evaluate(&p, nil)
	require.Len(t, attempts, 2)
	attempts = e.Evaluate(&q, attempts)
	require.Len(t, attempts, 3)
	assert.Equal(t, NotEntered, attempts[2].Status)
	assert.Empty(t, attempts[2].Hits)
	assert.Equal(t, Completed, attempts[0].Status)

	hits := &attempts[0].Hits[0]
	attempts = e.Evaluate(&p, attempts[:0])
	assert.Same(t, hits, &attempts[0].Hits[0], "the memory is used again")
	assert.Zero(t, testing.AllocsPerRun(10, func() { attempts = e.Evaluate(&p, attempts[:0]) }))

	var empty journey.Path
	assert.Equal(t, []Attempt{{}}, e.Evaluate(&empty, nil))
}

func TestMatched(t *testing.T) {
	f := letters("ABC XY")
	f.AsOf = second(5)
	e, err := NewEvaluator(f)
	require.NoError(t, err)
	assert.Zero(t, e.Matched())
	assert.Zero(t, e.MatchedExclusions())
	for _, text := range []string{"A1 Z2", "C1 Y2", "B9 X9"} {
		p := trace(text)
		e.Evaluate(&p, nil)
	}
	assert.Equal(t, uint64(0b101), e.Matched(), "B came after AsOf")
	assert.Equal(t, uint64(0b10), e.MatchedExclusions())
}

func TestEvaluatorKeepsItsFunnel(t *testing.T) {
	f := letters("AB")
	e, err := NewEvaluator(f)
	require.NoError(t, err)
	f.Steps[1].Match = mark("Z")
	p := trace("A1 B2")
	assert.Equal(t, Completed, e.Evaluate(&p, nil)[0].Status)

	_, err = NewEvaluator(Funnel{})
	require.ErrorIs(t, err, ErrFunnel)
}

// randomTrace returns touches that match A, B, C, X or nothing, some of them
// several. Some have the same time if tied.
func randomTrace(r *rand.Rand, tied bool) journey.Path {
	var p journey.Path
	at := 0
	for range r.IntN(10) {
		if at += r.IntN(4); !tied {
			at++
		}
		kind := string("ABCXZ"[r.IntN(5)])
		if r.IntN(4) == 0 {
			kind += string("ABCX"[r.IntN(4)])
		}
		p.Touchpoints = append(p.Touchpoints, touchpoint.Touchpoint{
			Time: second(at), Kind: touchpoint.Kind(kind), Channel: touchpoint.Channel("kl"[r.IntN(2):][:1]),
		})
	}
	return p
}

// outline is the verdict on the path with the first and the last hit only: there
// may be several ways between them.
func outline(t *testing.T, f Funnel, p journey.Path) string {
	t.Helper()
	e, err := NewEvaluator(f)
	require.NoError(t, err)
	a := e.Evaluate(&p, nil)[0]
	if n := len(a.Hits); n > 2 {
		a.Hits = []Hit{a.Hits[0], a.Hits[n-1]}
	}
	return verdict(a)
}

// TestTiesDoNotMatterWithoutTies: with distinct times, all rules for ties agree.
func TestTiesDoNotMatterWithoutTies(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		f := letters([]string{"ABC", "ABA", "AB?C", "AB?C?A"}[r.IntN(4)] + []string{"", " X"}[r.IntN(2)])
		f.Entry, f.Open = Entry(r.IntN(2)), r.IntN(4) == 0
		f.Window, f.StepWindow = time.Duration(r.IntN(3)*6)*time.Second, time.Duration(r.IntN(3)*3)*time.Second
		for i := range f.Exclusions {
			f.Exclusions[i].Drop = r.IntN(2) == 0
		}
		p := randomTrace(r, false)
		want := outline(t, f, p)
		for _, f.Ties = range []Ties{TiesInAnyOrder, TiesApart} {
			require.Equal(t, want, outline(t, f, p))
		}
	}
}

// TestFarTimes: what counts are differences, in any century.
func TestFarTimes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, year := range []int{-300, 1, 1600, 1969, 2200, 9000} {
		shift := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		for range 300 {
			f := letters("ABC X")
			f.Ties = Ties(r.IntN(3))
			f.Window, f.StepWindow = time.Duration(r.IntN(3)*6)*time.Second, time.Duration(r.IntN(3)*3)*time.Second
			p := randomTrace(r, true)
			want := verdicts(t, f, p)
			move := func(at time.Time) time.Time { return shift.Add(at.Sub(second(0))) }
			for i := range p.Touchpoints {
				p.Touchpoints[i].Time = move(p.Touchpoints[i].Time)
			}
			e, err := NewEvaluator(f)
			require.NoError(t, err)
			a := e.Evaluate(&p, nil)[0]
			if a.Status != NotEntered {
				a.Since, a.Until = second(int(a.Since.Sub(shift)/time.Second)), second(int(a.Until.Sub(shift)/time.Second))
			}
			require.Equal(t, want, verdict(a))
		}
	}
}

// TestSpanOfCenturies: gaps too long for a duration are longer than any window.
func TestSpanOfCenturies(t *testing.T) {
	day := 24 * time.Hour
	p := trace("A0 B0 A0 B0 C0 C0")
	for i, at := range []time.Time{
		{},
		time.Date(800, 1, 1, 0, 0, 0, 0, time.UTC),
		second(0), second(60), second(120), time.Date(2800, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		p.Touchpoints[i].Time = at
	}
	f := letters("ABC")
	f.Window = day
	assert.Equal(t, "completed 1-3 2 3 4 at 0 to 120", verdicts(t, f, p))
	f.Window = time.Second
	e, err := NewEvaluator(f)
	require.NoError(t, err)
	a := e.Evaluate(&p, nil)[0]
	assert.Equal(t, TimedOut, a.Status)
	assert.Equal(t, 1, a.Reached)
	f.Window = 1<<63 - 1
	assert.Equal(t, Completed, func() Status {
		e, err := NewEvaluator(f)
		require.NoError(t, err)
		return e.Evaluate(&p, nil)[0].Status
	}())
}

// TestUnordered: a path out of order gives some result and no panic.
func TestUnordered(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 2000 {
		f := letters([]string{"ABC", "AB?C"}[r.IntN(2)] + " X")
		f.Order, f.Entry, f.Ties = Order(r.IntN(4)), Entry(r.IntN(3)), Ties(r.IntN(3))
		f.Window, f.StepWindow = time.Duration(r.IntN(9))*time.Second, time.Duration(r.IntN(9))*time.Second
		f.Exclusions[0].Drop = r.IntN(2) == 0
		if r.IntN(2) == 0 {
			f.Constant = func(t *touchpoint.Touchpoint) string { return string(t.Channel) }
		}
		if f.Ties != TiesInOrder {
			f.Tolerance = time.Duration(r.IntN(3)) * time.Second
		}
		e, err := NewEvaluator(f)
		if err != nil {
			continue
		}
		p := randomTrace(r, true)
		r.Shuffle(len(p.Touchpoints), func(i, j int) {
			p.Touchpoints[i], p.Touchpoints[j] = p.Touchpoints[j], p.Touchpoints[i]
		})
		require.NotEmpty(t, e.Evaluate(&p, nil))
	}
}
