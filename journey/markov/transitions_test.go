package markov

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTransitionsInOrder(t *testing.T) {
	c := countRows(t, Options{},
		row{path: "b a a", conversions: 2, nulls: 1},
		row{path: "", nulls: 4},
		row{path: "a b", opens: 3})
	type line struct {
		Transition
		n int64
	}
	var got []line
	for step, n := range c.All() {
		got = append(got, line{step, n})
	}
	assert.Equal(t, []line{
		{Transition{Start, At("a")}, 3},
		{Transition{Start, At("b")}, 3},
		{Transition{Start, Lost}, 4},
		{Transition{At("a"), At("a")}, 3},
		{Transition{At("a"), At("b")}, 3},
		{Transition{At("a"), Converted}, 2},
		{Transition{At("a"), Lost}, 1},
		{Transition{At("b"), At("a")}, 3},
	}, got)
	for stop := range len(got) {
		n := 0
		for range c.All() {
			if n == stop {
				break
			}
			n++
		}
		assert.Equal(t, stop, n)
	}
	for range new(Counts).All() {
		t.Error("nothing has been counted")
	}
}

// They are what Transitions answers one at a time, and all the steps that were
// counted but those that are still open.
func TestTransitionsAgainstLookups(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 11))
	for range 300 {
		c := countRows(t, Options{}, randomRows(r, 1+r.IntN(6), true)...)
		sum := int64(0)
		var last *Transition
		for step, n := range c.All() {
			require.Equal(t, c.Transitions(step.From, step.To), n)
			require.Positive(t, n)
			if last != nil {
				order := last.From.Compare(step.From)
				require.True(t, order < 0 || order == 0 && last.To.Compare(step.To) < 0)
			}
			last = &step
			sum += n
		}
		require.Equal(t, c.Steps()-c.Opens(), sum)
	}
}
