package markov

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

// Three paths of analyzecore.com, 2016-08-03. The transition probabilities are
// published; the effects are exact (the published run of a simulation printed
// 0.497335, 1, 1).
func TestAnalyzeCore(t *testing.T) {
	c := fitRows(t, row{path: "c1 c2 c3", conversions: 1}, row{path: "c1", nulls: 1}, row{path: "c2 c3", nulls: 1})
	assert.Equal(t, []State{Start, At("c1"), At("c2"), At("c3")}, c.States())
	want := [][]float64{
		{0, 2. / 3, 1. / 3, 0},
		{0, 0, .5, 0},
		{0, 0, 0, 1},
		{0, 0, 0, 0},
	}
	for i, r := range want {
		for j, p := range r {
			assert.Equal(t, p, c.Transition().At(i, j))
		}
	}
	ends := [][]float64{{0, 0}, {0, .5}, {0, 0}, {.5, .5}}
	for i, r := range ends {
		for j, p := range r {
			assert.Equal(t, p, c.Absorption().At(i, j))
		}
	}
	r, err := c.Removal()
	require.NoError(t, err)
	for channel, effect := range map[touchpoint.Channel]float64{"c1": .5, "c2": 1, "c3": 1} {
		assert.InDelta(t, effect, r.Effect(channel).Conversion, 1e-15)
		assert.Zero(t, r.Effect(channel).Value)
	}
	assert.False(t, r.HasValue())
	assert.InDelta(t, 2.5, r.Sum().Conversion, 1e-15)
	assert.Equal(t, []touchpoint.Channel{"c1", "c2", "c3"}, r.Channels())
	for range r.All() {
		break
	}
}

func TestRemovalEdges(t *testing.T) {
	t.Run("never on a converting path", func(t *testing.T) {
		c := fitRows(t, row{path: "a b", conversions: 1, value: 5}, row{path: "a dead end", nulls: 3})
		r, err := c.Removal()
		require.NoError(t, err)
		assert.Equal(t, Effect{}, r.Effect("dead"))
		assert.Equal(t, Effect{}, r.Effect("end"))
		assert.Equal(t, Effect{}, r.Effect("unseen"))
		assert.Equal(t, Effect{1, 1}, r.Effect("b"))
	})
	t.Run("nothing converts", func(t *testing.T) {
		_, err := fitRows(t, row{path: "a b", nulls: 1}).Removal()
		assert.ErrorIs(t, err, ErrNoConversions)
	})
	t.Run("everything converts", func(t *testing.T) {
		c := fitRows(t, row{path: "a b a", conversions: 3}, row{path: "b", conversions: 4})
		for _, s := range c.States() {
			p, err := c.PConvert(s)
			require.NoError(t, err)
			assert.Equal(t, 1.0, p)
			p, err = c.PLost(s)
			require.NoError(t, err)
			assert.Zero(t, p)
		}
		r, err := c.Removal()
		require.NoError(t, err)
		assert.InDelta(t, 11./14, r.Effect("b").Conversion, 1e-15)
	})
	t.Run("one channel", func(t *testing.T) {
		r, err := fitRows(t, row{path: "a a", conversions: 1, nulls: 5, value: 2}).Removal()
		require.NoError(t, err)
		assert.Equal(t, Effect{1, 1}, r.Effect("a"))
	})
	t.Run("only empty paths", func(t *testing.T) {
		c := fitRows(t, row{conversions: 1, nulls: 3, value: 2})
		r, err := c.Removal()
		require.NoError(t, err)
		assert.Empty(t, maps.Collect(r.All()))
		assert.Equal(t, Effect{}, r.Sum())
		p, err := c.PConvert(Start)
		require.NoError(t, err)
		assert.Equal(t, .25, p)
		v, err := c.ExpectedValue(Start)
		require.NoError(t, err)
		assert.Equal(t, .5, v)
		steps, err := c.ExpectedSteps(Start)
		require.NoError(t, err)
		assert.Equal(t, 1.0, steps)
	})
	t.Run("channels named like ends", func(t *testing.T) {
		c := fitRows(t, row{path: "(start) (converted) (lost) (null)", conversions: 1, nulls: 1}, row{path: "(lost)", conversions: 1})
		r, err := c.Removal()
		require.NoError(t, err)
		assert.Len(t, c.States(), 5)
		assert.Equal(t, 1.0, r.Effect("(lost)").Conversion)
		assert.InDelta(t, 2./3, r.Effect("(start)").Conversion, 1e-15)
	})
	t.Run("conversions without value", func(t *testing.T) {
		r, err := fitRows(t, row{path: "a", conversions: 1}).Removal()
		require.NoError(t, err)
		assert.Equal(t, Effect{Conversion: 1}, r.Effect("a"))
	})
}

// Very large values neither overflow on the way nor get in without notice.
func TestLargeValues(t *testing.T) {
	rows := []row{
		{path: "a b", conversions: 1, nulls: 1e15, value: math.MaxFloat64 / 2},
		{path: "b a b", conversions: 1, value: math.MaxFloat64 / 4},
		{path: "c", conversions: 1, value: 1},
	}
	c := fitRows(t, rows...)
	r, err := c.Removal()
	require.NoError(t, err)
	assert.InDelta(t, 1, r.Effect("b").Value, 1e-15)
	v, err := c.ExpectedValue(At("c"))
	require.NoError(t, err)
	assert.Equal(t, 1.0, v)

	_, err = countRows(t, Options{}, append(rows, rows[0])...).Fit()
	assert.ErrorIs(t, err, ErrOverflow)

	// Three times to b and three to c: elimination adds 3/4 of the value of each.
	c = fitRows(t, row{path: "a b a b a b a c a c a c z", conversions: 1, value: math.MaxFloat64})
	v, err = c.ExpectedValue(At("a"))
	require.NoError(t, err)
	assert.InEpsilon(t, math.MaxFloat64, v, 1e-15)
}

// Names are only names: renaming channels, which reorders the states, renames the
// effects. Counting everything k times changes nothing.
func TestRenamingAndScaling(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for range 300 {
		rows := randomRows(r, 6, false)
		c, err := countRows(t, Options{}, rows...).Fit()
		if err != nil {
			continue
		}
		want, err := c.Removal()
		if err != nil {
			continue
		}
		perm := r.Perm(6)
		k := 2 + r.Int64N(1e6)
		renamed := make([]row, len(rows))
		for i, x := range rows {
			names := strings.Fields(x.path)
			for j, name := range names {
				names[j] = fmt.Sprintf("c%d", perm[name[1]-'0'])
			}
			x.path = strings.Join(names, " ")
			x.conversions *= k
			x.nulls *= k
			x.value *= float64(k)
			renamed[i] = x
		}
		c, err = countRows(t, Options{}, renamed...).Fit()
		require.NoError(t, err)
		got, err := c.Removal()
		require.NoError(t, err)
		for channel, e := range want.All() {
			g := got.Effect(touchpoint.Channel(fmt.Sprintf("c%d", perm[channel[1]-'0'])))
			require.InDelta(t, e.Conversion, g.Conversion, 1e-14*e.Conversion)
			require.InDelta(t, e.Value, g.Value, 1e-14*e.Value)
		}
		require.Len(t, got.Channels(), len(want.Channels()))
	}
}

// A step from a channel to itself says nothing about where journeys end.
func TestSelfTransitions(t *testing.T) {
	once := fitRows(t, row{path: "a b", conversions: 1, nulls: 2}, row{path: "b a", nulls: 3, conversions: 1})
	often := fitRows(t, row{path: "a a a b b", conversions: 1, nulls: 2}, row{path: "b a a", nulls: 3, conversions: 1})
	want, err := once.Removal()
	require.NoError(t, err)
	got, err := often.Removal()
	require.NoError(t, err)
	for channel, e := range want.All() {
		assert.InEpsilon(t, e.Conversion, got.Effect(channel).Conversion, 1e-14)
	}
}
