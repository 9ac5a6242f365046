package dropoff

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

func TestAnyOrder(t *testing.T) {
	with := func(set ...func(*Funnel)) func(*Funnel) {
		return func(f *Funnel) {
			f.Order = AnyOrder
			for _, s := range set {
				s(f)
			}
		}
	}
	first := func(f *Funnel) { f.Entry = FirstEntry }
	every := func(f *Funnel) { f.Entry = EveryEntry }
	drop := func(f *Funnel) { f.Exclusions[0].Drop = true }
	asOf := func(f *Funnel) { f.AsOf = second(9) }
	testRulings(t, []ruling{
		{"in order", "ABC", with(), "A1 B2 C3", "completed 1-3 0 1 2 at 1 to 3"},
		{"backwards", "ABC", with(), "C1 B2 A3", "completed 1-3 0:3 1 2:1 at 1 to 3"},
		{"any two", "ABC", with(), "C1 X2 B3", "lost/ended 1-2 0:3 2 at 1 to 3"},
		{"a touch serves one step", "AB", with(), "AB1", "lost/ended 1-1 0 at 1 to 1"},
		{"given to other steps later", "AB", with(), "AB1 A2", "completed 1-2 0:2 1:1 at 1 to 2"},
		{"and the others theirs", "ABC", with(), "AB1 BC2 B3", "completed 1-3 0 1:3 2:2 at 1 to 3"},
		{"the last touches", "AB", with(), "A1 A2 A3 B4", "completed 1-2 2 3 at 3 to 4"},
		{"window", "ABC", with(window(3)), "A1 B4 C5 X9", "timed-out/window 1-2 0 1 at 1 to 4"},
		{"another is alive", "ABC", with(window(3)), "A1 B4 C5", "lost/ended 1-2 0 1 at 1 to 5"},
		{"window slides", "ABC", with(window(3)), "A1 B4 C5 A6", "completed 1-3 1:2 2:3 3:1 at 4 to 6"},
		{"excluded", "AB X", with(), "A1 X2 B3", "lost/ended 1-1 0 at 1 to 3"},
		{"excluded for good", "AB X", with(), "A1 X2", "excluded 1-1 0 at 1 to 2"},
		{"by a touch of a step", "ABC X", with(), "A1 BX2 C3", "lost/ended 1-2 0 1 at 1 to 3"},
		{"which may be the first", "ABC X", with(), "X1 BX2 C3 A4", "completed 1-3 1:2 2:3 3:1 at 2 to 4"},
		{"and the last", "ABC X", with(), "A1 B2 CX3", "completed 1-3 0 1 2 at 1 to 3"},
		{"and ends what it is the last of", "ABC X", with(window(9)), "A1 BX2 Z30", "excluded 1-2 0 1 at 1 to 2"},
		{"first", "ABC", with(first, window(3)), "A1 B4 C5 A6", "timed-out/window 1-2 0 1 at 1 to 4"},
		{"first stays", "AB", with(first), "A1 A2 B3", "completed 1-2 0 2 at 1 to 3"},
		{"first, given to another step", "AB", with(first), "AB1 A2", "completed 1-2 0:2 1:1 at 1 to 2"},
		{"first, excluded", "AB X", with(first), "A1 X2 A3 B4", "excluded 1-1 0 at 1 to 2"},
		{
			"every", "AB", with(every, window(3)), "B1 A2 A3 B9 X20",
			"completed 1-2 0:2 1:1 at 1 to 2 | timed-out/window 1-1 2 at 3 to 6 | timed-out/window 1-1 3:2 at 9 to 12",
		},
		{"every, excluded by what begins the next", "AB X", with(every), "A1 AX2 B3", "excluded 1-1 0 at 1 to 2 | completed 1-2 1 2 at 2 to 3"},
		{"every, but not if it is used", "ABC X", with(every), "A1 BX2 C3", "excluded 1-2 0 1 at 1 to 2 | lost/ended 1-1 2:3 at 3 to 3"},
		{"dropped", "ABC X", with(drop), "A1 B2 X3", "excluded dropped 1-2 0 1 at 1 to 3"},
		{"dropped with the touch that goes further", "ABC X", with(drop), "A1 BX2", "lost/ended 1-1 1:2 at 2 to 2"},
		{"dropped, and again", "AB X", with(drop), "A1 X2 B3 A4", "completed 1-2 2:2 3:1 at 3 to 4"},
		{"completed first", "AB X", with(drop), "A1 BX2", "completed 1-2 0 1 at 1 to 2"},
		{"open", "AB", with(window(8), asOf), "A1", "open 1-1 0 at 1 to 9"},
		{"open no more", "AB", with(window(7), asOf), "A1", "timed-out/window 1-1 0 at 1 to 8"},
		{"open without an end", "AB", with(asOf), "A1", "lost/ended 1-1 0 at 1 to 1"},
	})
}

// TestAnyOrderLargest: the depth is that of the largest matching of touches and
// steps in any window, found by trying all.
func TestAnyOrderLargest(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	greedy := 0
	for range 3000 {
		n := 2 + r.IntN(4)
		f := Funnel{Order: AnyOrder, Window: time.Duration(r.IntN(12)) * time.Second}
		for k := range n {
			f.Steps = append(f.Steps, Step{Name: fmt.Sprint(k), Match: func(t *touchpoint.Touchpoint) bool { return t.Seq>>k&1 != 0 }})
		}
		var p journey.Path
		at := 0
		for range r.IntN(9) {
			at += r.IntN(4)
			p.Touchpoints = append(p.Touchpoints, touchpoint.Touchpoint{Time: second(at), Seq: r.Int64N(1<<n) & r.Int64N(1<<n)})
		}
		best, once := 0, 0
		for i := range p.Touchpoints {
			end := i
			for end < len(p.Touchpoints) && (f.Window == 0 || p.Touchpoints[end].Time.Sub(p.Touchpoints[i].Time) <= f.Window) {
				end++
			}
			best = max(best, largest(p.Touchpoints[i:end], 0))
			done := uint64(0)
			for _, t := range p.Touchpoints[i:end] {
				if free := uint64(t.Seq) &^ done; free != 0 {
					done |= free & -free
				}
			}
			once = max(once, bits.OnesCount64(done))
		}
		if once < best {
			greedy++
		}
		e, err := NewEvaluator(f)
		require.NoError(t, err)
		a := e.Evaluate(&p, nil)[0]
		require.Equal(t, best, a.Reached)
		require.Len(t, a.Hits, best)
		done := 0
		for i, h := range a.Hits {
			require.NotZero(t, p.Touchpoints[h.Index].Seq>>(h.Step-1)&1)
			require.True(t, i == 0 || h.Index > a.Hits[i-1].Index)
			done |= 1 << h.Step
		}
		require.Equal(t, best, bits.OnesCount(uint(done)))
	}
	require.Greater(t, greedy, 50, "the choice of steps seldom mattered")
}

// largest returns how many of the touches can be given to different steps.
func largest(touches []touchpoint.Touchpoint, done int64) int {
	if len(touches) == 0 {
		return 0
	}
	best := largest(touches[1:], done)
	for free := touches[0].Seq &^ done; free != 0; free &= free - 1 {
		best = max(best, 1+largest(touches[1:], done|free&-free))
	}
	return best
}

// TestAnyOrderManySteps: 64 steps, each touch of two neighbouring ones.
func TestAnyOrderManySteps(t *testing.T) {
	f := Funnel{Order: AnyOrder}
	for k := range MaxSteps {
		f.Steps = append(f.Steps, Step{
			Name:  fmt.Sprint("step ", k),
			Kinds: []touchpoint.Kind{touchpoint.Kind(fmt.Sprint(k)), touchpoint.Kind(fmt.Sprint(k + 1))},
		})
	}
	var p journey.Path
	for i := range MaxSteps {
		p.Touchpoints = append(p.Touchpoints, touchpoint.Touchpoint{Time: second(i), Kind: touchpoint.Kind(fmt.Sprint(i))})
	}
	e, err := NewEvaluator(f)
	require.NoError(t, err)
	require.Equal(t, Completed, e.Evaluate(&p, nil)[0].Status)
}
