package dropoff

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// meets is the definition of a condition.
func (c condition) meets(t *touchpoint.Touchpoint) bool {
	return (len(c.channels) == 0 || slices.Contains(c.channels, t.Channel)) &&
		(len(c.kinds) == 0 || slices.Contains(c.kinds, t.Kind)) &&
		(len(c.stages) == 0 || slices.Contains(c.stages, t.Stage)) &&
		(c.match == nil || c.match(t))
}

// randomName returns one of few names, of all lengths; some differ only in the
// middle, and one is empty.
func randomName(r *rand.Rand) string {
	name := strings.Repeat("name of a thing ", 3)[:r.IntN(6)*r.IntN(6)]
	if len(name) > 2 && r.IntN(2) == 0 {
		name = name[:1] + string(rune('p'+r.IntN(3))) + name[2:]
	}
	return name
}

func randomNames[T ~string](r *rand.Rand) []T {
	var names []T
	for range max(0, r.IntN(8)-3) {
		names = append(names, T(randomName(r)))
	}
	return names
}

func TestMatcher(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	odd := func(t *touchpoint.Touchpoint) bool { return t.Seq%2 == 1 }
	hits, misses := 0, 0
	for range 300 {
		var f Funnel
		for range 1 + r.IntN(6) {
			f.Steps = append(f.Steps, Step{
				Channels: randomNames[touchpoint.Channel](r), Kinds: randomNames[touchpoint.Kind](r), Stages: randomNames[stage.Stage](r),
			})
			f.Exclusions = append(f.Exclusions, Exclusion{
				Channels: randomNames[touchpoint.Channel](r), Kinds: randomNames[touchpoint.Kind](r), Stages: randomNames[stage.Stage](r),
			})
			if r.IntN(3) == 0 {
				f.Steps[len(f.Steps)-1].Match = odd
				f.Exclusions[0].Match = odd
			}
		}
		m := newMatcher(&f)
		for range 60 {
			p := touchpoint.Touchpoint{
				Channel: touchpoint.Channel(randomName(r)), Kind: touchpoint.Kind(randomName(r)), Stage: stage.Stage(randomName(r)), Seq: r.Int64N(2),
			}
			var want marks
			for i := range f.Steps {
				if f.Steps[i].condition().meets(&p) {
					want.steps |= 1 << i
				}
			}
			for i := range f.Exclusions {
				if f.Exclusions[i].condition().meets(&p) {
					want.out |= 1 << i
				}
			}
			require.Equal(t, want, m.match(&p))
			hits, misses = hits+min(1, int(want.steps)), misses+1-min(1, int(want.steps))
		}
	}
	require.Greater(t, hits, 1000)
	require.Greater(t, misses, 1000)
}

// TestNameTableBounds: more names than a table remembers, and many of one hash.
func TestNameTableBounds(t *testing.T) {
	var f Funnel
	var kinds []touchpoint.Kind
	for i := range 500 {
		kinds = append(kinds, touchpoint.Kind(fmt.Sprintf("k%03dx%02dk", i, i%7)))
	}
	f.Steps = []Step{{Name: "all", Kinds: kinds}, {Name: "web", Channels: []touchpoint.Channel{"web"}}}
	m := newMatcher(&f)
	size := len(m.kinds.slots)
	for range 2 {
		for i := range 3000 {
			kind := touchpoint.Kind(fmt.Sprintf("k%03dx%02dk", i, i%7))
			want := uint64(0b10)
			if i < len(kinds) {
				want = 0b11
			}
			require.Equal(t, marks{steps: want}, m.match(&touchpoint.Touchpoint{Kind: kind, Channel: "web"}))
			require.Equal(t, marks{steps: want &^ 0b10}, m.match(&touchpoint.Touchpoint{Kind: kind, Channel: "wet"}))
		}
	}
	assert.Len(t, m.kinds.slots, size)
	assert.Equal(t, maxOthers, m.kinds.others)
	used := 0
	for _, s := range m.kinds.slots {
		if s.used {
			used++
		}
	}
	assert.Equal(t, len(kinds)+maxOthers, used)
	assert.Nil(t, m.stages)
}

func TestMatchIsAskedLast(t *testing.T) {
	asked := 0
	f := Funnel{Steps: []Step{{Name: "a", Kinds: []touchpoint.Kind{"a"}, Match: func(*touchpoint.Touchpoint) bool { asked++; return true }}}}
	m := newMatcher(&f)
	assert.Zero(t, m.match(&touchpoint.Touchpoint{Kind: "b"}))
	assert.Zero(t, asked)
	assert.Equal(t, marks{steps: 1}, m.match(&touchpoint.Touchpoint{Kind: "a"}))
	assert.Equal(t, 1, asked)
}
