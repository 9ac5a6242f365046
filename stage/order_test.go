package stage

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestModelLookups(t *testing.T) {
	m := b2b()
	assert.Equal(t, 5, m.Len())

	i, ok := m.Index("deal")
	assert.Equal(t, 2, i)
	assert.True(t, ok)
	i, ok = m.Index("Deal")
	assert.Equal(t, -1, i)
	assert.False(t, ok, "names are case-sensitive")

	assert.True(t, m.Contains("lost"))
	assert.False(t, m.Contains(""))
	assert.Equal(t, AtPurchase, m.Phase("deal"))
	assert.Equal(t, UnknownPhase, m.Phase("lost"))
	assert.Equal(t, UnknownPhase, m.Phase("nowhere"))

	assert.Equal(t, []Stage{"lead", "demo"}, slices.Collect(m.In(PrePurchase)))
	assert.Equal(t, []Stage{"lost"}, slices.Collect(m.In(UnknownPhase)))
	for s := range m.In(PrePurchase) {
		assert.Equal(t, Stage("lead"), s)
		break
	}
}

func TestModelEnds(t *testing.T) {
	type result struct {
		Stage Stage
		OK    bool
	}
	of := func(s Stage, ok bool) result { return result{s, ok} }
	m := b2b()
	assert.Equal(t, result{"lead", true}, of(m.First()))
	assert.Equal(t, result{"renewal", true}, of(m.Last()))
	assert.Equal(t, result{"deal", true}, of(m.Next("demo")))
	assert.Equal(t, result{"lead", true}, of(m.Previous("demo")))
	assert.Equal(t, result{}, of(m.Next("renewal")))
	assert.Equal(t, result{}, of(m.Previous("lead")))
	assert.Equal(t, result{}, of(m.Next("nowhere")))
	assert.Equal(t, result{}, of(m.Previous("nowhere")))
	assert.Equal(t, result{}, of(Model{}.First()))
	assert.Equal(t, result{}, of(Model{}.Last()))
}

func TestModelAll(t *testing.T) {
	var names []Stage
	for i, s := range b2b().All() {
		assert.Len(t, names, i)
		names = append(names, s.Stage)
		if s.Stage == "deal" {
			break
		}
	}
	assert.Equal(t, []Stage{"lead", "demo", "deal"}, names)
}

// The order is the order of positions, whatever the names are.
func TestModelBeforeIsAStrictOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var m Model
	for _, i := range rng.Perm(20) {
		m.Steps = append(m.Steps, Step{Stage: Stage(strconv.Itoa(i))})
	}
	for i, a := range m.All() {
		for j, b := range m.All() {
			require.Equal(t, i < j, m.Before(a.Stage, b.Stage))
		}
		next, ok := m.Next(a.Stage)
		require.Equal(t, i < 19, ok)
		if ok {
			back, _ := m.Previous(next)
			require.Equal(t, a.Stage, back)
		}
		require.False(t, m.Before(a.Stage, "nowhere"))
		require.False(t, m.Before("nowhere", a.Stage))
	}
}
