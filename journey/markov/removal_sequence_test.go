package markov

import (
	"context"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

// remembering returns the same chain with windows of a longer memory as states.
func (o *oracle) remembering(order, memory int) *oracle {
	m := &oracle{steps: map[State]map[State]*big.Rat{}, value: map[State]*big.Rat{}}
	state := func(window []string) State {
		if len(window) == 0 {
			return Start
		}
		return At(touchpoint.Channel(strings.Join(window, "|")))
	}
	queue := [][]string{nil}
	for len(queue) > 0 {
		window := queue[0]
		queue = queue[1:]
		at := state(window)
		if m.steps[at] != nil {
			continue
		}
		m.states = append(m.states, at)
		m.steps[at] = map[State]*big.Rat{}
		from := state(window[max(0, len(window)-order):])
		m.value[at] = o.value[from]
		for to, p := range o.steps[from] {
			if to.IsEnd() {
				m.steps[at][to] = p
				continue
			}
			w := windowOf(to)
			next := append(slices.Clone(window), w[len(w)-1])
			next = next[max(0, len(next)-memory):]
			m.steps[at][state(next)] = p
			queue = append(queue, next)
		}
	}
	return m
}

func containsSequence(window, sequence []string) bool {
	for i := 0; i+len(sequence) <= len(window); i++ {
		if slices.Equal(window[i:i+len(sequence)], sequence) {
			return true
		}
	}
	return false
}

// Sequences that a window holds and longer ones, with overlaps among them, agree
// with elimination in rational numbers of a chain that remembers enough.
func TestWindowRemovalOfSequence(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 1))
	checked, long := 0, 0
	for range 50 {
		rows := randomRows(r, 2, r.IntN(3) == 0)
		rows = append(rows, randomRows(r, 3, false)...)
		for order := 1; order <= 3; order++ {
			c, err := countWindows(t, order, Options{Closed: CensorClosed}, rows...).Fit()
			if err != nil || c.converted == 0 {
				continue
			}
			o := windowOracle(rows, order)
			for range 4 {
				channels := make([]touchpoint.Channel, 1+r.IntN(4))
				names := make([]string, len(channels))
				for i := range channels {
					channels[i] = c.Channels()[r.IntN(min(2, len(c.Channels())))]
					names[i] = string(channels[i])
				}
				m := o.remembering(order, max(order, len(names)))
				without := m.withoutAll(func(w []string) bool { return containsSequence(w, names) })
				conversion, value := m.effects(without)
				e, err := c.RemovalOfSequence(context.Background(), RemovalOptions{}, channels...)
				require.NoError(t, err)
				requireWithin(t, conversion, e.Conversion, e.ConversionBound, 1e-12)
				requireWithin(t, value, e.Value, e.ValueBound, 1e-12)
				require.LessOrEqual(t, relativeError(conversion, e.Conversion), 1e-12)
				checked++
				if len(names) > order && conversion.Sign() > 0 {
					long++
				}
			}
		}
	}
	assert.Greater(t, checked, 300)
	assert.Greater(t, long, 50)
}

func TestWindowRemovalOfSequenceIterated(t *testing.T) {
	counts, err := NewWindowCounts(2, Options{})
	require.NoError(t, err)
	for _, p := range windowBenchPaths(15, 2000, 5, .3) {
		require.NoError(t, counts.Add(p))
	}
	two, err := counts.Fit()
	require.NoError(t, err)
	ctx := context.Background()
	names := two.Channels()
	removal := removeWindows(t, two, RemovalOptions{})
	for _, channel := range names {
		e, err := two.RemovalOfSequence(ctx, RemovalOptions{}, channel)
		require.NoError(t, err)
		require.InEpsilon(t, removal.Effect(channel).Conversion, e.Conversion, 1e-12)
		set, err := two.RemovalOfSet(ctx, RemovalOptions{}, channel, channel)
		require.NoError(t, err)
		require.InEpsilon(t, set.Conversion, e.Conversion, 1e-12)
	}
	// A sequence has at most the effect of any part of it.
	for i := range names {
		a, b := names[i], names[(i+1)%len(names)]
		part, err := two.RemovalOfSequence(ctx, RemovalOptions{}, a, b)
		require.NoError(t, err)
		whole, err := two.RemovalOfSequence(ctx, RemovalOptions{}, a, b, a, b)
		require.NoError(t, err)
		require.LessOrEqual(t, whole.Conversion, part.Conversion)
		require.LessOrEqual(t, part.Conversion, removal.Effect(a).Conversion)
	}
}

func TestWindowRemovalOfSequenceErrors(t *testing.T) {
	c := fitWindows(t, 1, row{path: "a b a b c", conversions: 1, value: 2}, row{path: "b a b a b", nulls: 3})
	ctx := context.Background()
	_, err := c.RemovalOfSequence(ctx, RemovalOptions{})
	require.ErrorIs(t, err, ErrOption)
	_, err = c.RemovalOfSequence(ctx, RemovalOptions{Variant: NeverTouch}, "a", "b")
	require.ErrorIs(t, err, ErrOption)
	_, err = c.RemovalOfSequence(ctx, RemovalOptions{}, "a", "x")
	require.ErrorIs(t, err, ErrUnknownChannel)
	var unknown *UnknownChannelError
	require.ErrorAs(t, err, &unknown)
	assert.Equal(t, touchpoint.Channel("x"), unknown.Channel)
	assert.EqualError(t, err, `markov: no such channel: "x"`)
	_, err = c.RemovalOfSet(ctx, RemovalOptions{}, "a", "x")
	require.ErrorIs(t, err, ErrUnknownChannel)
	e, err := c.RemovalOfSet(ctx, RemovalOptions{})
	require.NoError(t, err)
	assert.Equal(t, WindowEffect{}, e)
	e, err = c.RemovalOfSequence(ctx, RemovalOptions{}, "c", "c")
	require.NoError(t, err)
	assert.Equal(t, WindowEffect{}, e, "a step that nobody made")
	_, err = c.RemovalOfSequence(ctx, RemovalOptions{Tolerance: 1e-18}, "a", "b")
	require.ErrorIs(t, err, ErrNotConverged)
}
