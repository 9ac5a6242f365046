package dropoff

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

func TestTies(t *testing.T) {
	apart := func(f *Funnel) { f.Ties = TiesApart }
	either := func(f *Funnel) { f.Ties = TiesInAnyOrder }
	with := func(first func(*Funnel), more ...func(*Funnel)) func(*Funnel) {
		return func(f *Funnel) {
			first(f)
			for _, m := range more {
				m(f)
			}
		}
	}
	first := func(f *Funnel) { f.Entry = FirstEntry }
	drop := func(f *Funnel) { f.Exclusions[0].Drop = true }
	seconds := func(n int) func(*Funnel) {
		return func(f *Funnel) { f.Tolerance = time.Duration(n) * time.Second }
	}
	testRulings(t, []ruling{
		{"all at once, backwards", "ABC", either, "C1 B1 A1", "completed 1-3 2 1 0 at 1 to 1"},
		{"all at once, apart", "ABC", apart, "A1 B1 C1", "lost/ended 1-1 0 at 1 to 1"},
		{"apart, as many instants", "ABC", apart, "A1 B1 B2 C2 C3", "completed 1-3 0 2 4 at 1 to 3"},
		{"a touch serves one step", "AB", either, "AB1 X1", "lost/ended 1-1 0 at 1 to 1"},
		{"two touches are given one step each", "AB", either, "AB1 A1", "completed 1-2 1 0 at 1 to 1"},
		{"and three", "ABC", either, "ABC1 AB1 A1", "completed 1-3 2 1 0 at 1 to 1"},
		{"not three to four", "ABCD", either, "ABC1 AB1 AD1", "lost/ended 1-3 2 1 0 at 1 to 1"},
		{"from an instant before", "ABC", either, "A1 C2 B2", "completed 1-3 0 2 1 at 1 to 2"},
		{"the last entry of an instant", "AB", either, "A1 A1 B2", "completed 1-2 1 2 at 1 to 2"},
		{"the last entry that leaves the others theirs", "ABC", either, "A1 AB1 C2", "completed 1-3 0 1 2 at 1 to 2"},
		{"the first touch of the last step", "AB", either, "A1 B2 B2", "completed 1-2 0 1 at 1 to 2"},
		{"the first that leaves the others theirs", "ABC", either, "A1 BC2 C2", "completed 1-3 0 1 2 at 1 to 2"},
		{"optional, left out", "AB?C", either, "C1 A1", "completed 1-3 1 0:3 at 1 to 1 did 101"},
		{"optional, not twice", "AB?B", either, "A1 B1", "completed 1-3 0 1:3 at 1 to 1"},
		{"first entry", "AB", with(either, first), "AB1 A1", "lost/ended 1-1 0 at 1 to 1"},
		{"first entry behind others", "AB", with(either, first), "B1 A1 A2", "completed 1-2 1 0 at 1 to 1"},
		{"first entry apart", "AB", with(apart, first, window(2)), "A1 A1 B3 B4", "completed 1-2 0 2 at 1 to 3"},
		{"window", "ABC", with(either, window(3)), "A1 C4 B4", "completed 1-3 0 2 1 at 1 to 4"},
		{"window passed", "ABC", with(either, window(3)), "A1 B4 C5", "timed-out/window 1-2 0 1 at 1 to 4"},
		{"open", "ABC", with(either, func(f *Funnel) { f.Open = true }), "C1 B1", "completed 2-3 1 0:3 at 1 to 1"},
		{"excluded between instants", "AB X", either, "A1 X2 B3", "excluded 1-1 0 at 1 to 2"},
		{"not within an instant", "AB X", either, "A1 X1 X3 B3", "completed 1-2 0 3 at 1 to 3"},
		{"dropped", "AB X", with(apart, drop), "A1 X2 X2 B3", "excluded dropped 1-1 0 at 1 to 2"},
		{"dropped, and entered at that instant", "AB X", with(apart, drop), "A1 A2 X2 B3", "completed 1-2 1 3 at 2 to 3"},
		{"not dropped by what takes further", "ABC X", with(either, drop), "A1 X2 B2 C3", "completed 1-3 0 2 3 at 1 to 3"},
		{"completed at the instant", "AB X", with(apart, drop), "A1 X2 B2", "completed 1-2 0 2 at 1 to 2"},
		{"dropped, by two values", "AB X", with(apart, drop, func(f *Funnel) {
			f.Constant = func(t *touchpoint.Touchpoint) string { return string(t.Channel) }
		}), "A1/x A1/y X2 X2 B3/x A4/x", "lost/ended 1-1 5 at 4 to 4"},
		{"tolerance", "AB", with(either, seconds(2)), "B1 A3 X4", "completed 1-2 1 0 at 1 to 1"},
		{"tolerance from the first of the instant", "AB", with(either, seconds(2)), "B1 X3 A4", "lost/ended 1-1 2 at 4 to 4"},
		{"a touch of no step begins an instant", "AB", with(either, seconds(2)), "X0 B1 A3", "lost/ended 1-1 2 at 3 to 3"},
		{"tolerance apart", "AB", with(apart, seconds(2)), "A1 B3 B4", "completed 1-2 0 2 at 1 to 4"},
		{"a window from instants", "AB", with(apart, seconds(2), window(3)), "X1 A3 B4", "completed 1-2 1 2 at 1 to 4"},
		{"a window from instants, passed", "AB", with(apart, seconds(2), window(3)), "X1 A3 B5", "timed-out/window 1-1 1 at 1 to 4"},
	})
}

// TestTiesInAnyOrderIsSomeOrder: if ties are in any order, the customer comes as
// far as in the best of all orders of the touches that keeps the times.
func TestTiesInAnyOrderIsSomeOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	further := 0
	for range 1500 {
		f := letters([]string{"ABC", "ABA", "AB?C", "AB?CA"}[r.IntN(4)])
		f.Window, f.StepWindow = time.Duration(r.IntN(3)*4)*time.Second, time.Duration(r.IntN(3)*2)*time.Second
		p := randomTrace(r, true)
		p.Touchpoints = p.Touchpoints[:min(len(p.Touchpoints), 6)]
		best, inOrder := 0, 0
		ordered, err := NewEvaluator(f)
		require.NoError(t, err)
		permutations(p.Touchpoints, func(order []touchpoint.Touchpoint) {
			got := ordered.Evaluate(&journey.Path{Touchpoints: order}, nil)[0].Reached
			best = max(best, got)
		})
		inOrder = ordered.Evaluate(&p, nil)[0].Reached
		f.Ties = TiesInAnyOrder
		tied, err := NewEvaluator(f)
		require.NoError(t, err)
		a := tied.Evaluate(&p, nil)[0]
		require.Equal(t, best, a.Reached, fmt.Sprint(p.Touchpoints))
		if best > inOrder {
			further++
		}
		f.Ties = TiesApart
		apart, err := NewEvaluator(f)
		require.NoError(t, err)
		require.LessOrEqual(t, apart.Evaluate(&p, nil)[0].Reached, inOrder)
	}
	require.Greater(t, further, 50, "ties seldom mattered")
}

// permutations calls f with every order of the touches that keeps their times.
func permutations(touches []touchpoint.Touchpoint, f func([]touchpoint.Touchpoint)) {
	order := make([]touchpoint.Touchpoint, 0, len(touches))
	used := make([]bool, len(touches))
	var next func()
	next = func() {
		if len(order) == len(touches) {
			f(order)
			return
		}
		at := touches[len(order)].Time
		for i := range touches {
			if used[i] || !touches[i].Time.Equal(at) {
				continue
			}
			used[i], order = true, append(order, touches[i])
			next()
			used[i], order = false, order[:len(order)-1]
		}
	}
	next()
}

// TestTiesMany: many touches of one instant, each of two neighbouring steps.
func TestTiesMany(t *testing.T) {
	const n = MaxSteps
	var f Funnel
	var p journey.Path
	for i := range n {
		f.Steps = append(f.Steps, Step{
			Name:  fmt.Sprint("step ", i),
			Kinds: []touchpoint.Kind{touchpoint.Kind(fmt.Sprint(i)), touchpoint.Kind(fmt.Sprint(i + 1))},
		})
	}
	for i := range n {
		p.Touchpoints = append(p.Touchpoints, touchpoint.Touchpoint{Time: second(0), Kind: touchpoint.Kind(fmt.Sprint((i*7 + 1) % (n + 1)))})
	}
	f.Ties = TiesInAnyOrder
	e, err := NewEvaluator(f)
	require.NoError(t, err)
	a := e.Evaluate(&p, nil)[0]
	require.Equal(t, n, a.Reached)
	seen := map[int]bool{}
	for i, h := range a.Hits {
		require.Equal(t, i+1, h.Step)
		require.False(t, seen[h.Index])
		seen[h.Index] = true
		require.Contains(t, f.Steps[i].Kinds, p.Touchpoints[h.Index].Kind)
	}
}
