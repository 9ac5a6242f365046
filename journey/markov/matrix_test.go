package markov

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// Four corners between the bar (lost) and home (converted). Expected steps 3, 4,
// 3: Grinstead and Snell, "Introduction to Probability", examples 11.13 to 11.15.
func TestDrunkard(t *testing.T) {
	corners := []State{At("1"), At("2"), At("3")}
	c, err := New(
		mat.NewDense(3, 3, []float64{0, .5, 0, .5, 0, .5, 0, .5, 0}),
		mat.NewDense(3, 2, []float64{0, .5, 0, 0, .5, 0}),
		corners)
	require.NoError(t, err)
	visits := mat.NewDense(3, 3, []float64{1.5, 1, .5, 1, 2, 1, .5, 1, 1.5})
	assert.True(t, mat.EqualApprox(visits, c.Visits(), 1e-14))
	for i, want := range []struct{ steps, convert float64 }{{3, .25}, {4, .5}, {3, .75}} {
		steps, err := c.ExpectedSteps(corners[i])
		require.NoError(t, err)
		assert.InDelta(t, want.steps, steps, 1e-14)
		p, err := c.PConvert(corners[i])
		require.NoError(t, err)
		assert.InDelta(t, want.convert, p, 1e-15)
	}
	_, err = c.Removal()
	assert.ErrorIs(t, err, ErrNoStart)
	_, err = c.ExpectedValue(corners[0])
	assert.ErrorIs(t, err, ErrNoValue)
	_, err = c.PConvert(Start)
	assert.ErrorIs(t, err, ErrUnknownState)
	_, ok := c.FlowResidual()
	assert.False(t, ok)
	assert.Empty(t, c.Dropped())
}

// Transition probabilities and effects as published.
func TestPublishedMatrices(t *testing.T) {
	for _, c := range []struct {
		source                 string
		transition, absorption *mat.Dense
		states                 []State
		effects                []float64
	}{
		{
			"serhiipuzyrov.com 2019-07; 2.4 and 1.6 of 4 conversions attributed",
			mat.NewDense(3, 3, []float64{0, .8, .2, 0, 0, .25, 0, 0, 0}),
			mat.NewDense(3, 2, []float64{0, 0, .5, .25, 1, 0}),
			[]State{Start, At("google ads"), At("mailing")},
			[]float64{.75, .5},
		},
		{
			"jmwoloso/pychattr README, A and B; 2 and 1 of 3 conversions attributed",
			mat.NewDense(3, 3, []float64{0, 1, 0, 0, 0, .5, 0, 1, 0}),
			mat.NewDense(3, 2, []float64{0, 0, .5, 0, 0, 0}),
			[]State{Start, At("A"), At("B")},
			[]float64{1, .5},
		},
	} {
		chain, err := New(c.transition, c.absorption, c.states)
		require.NoError(t, err)
		removal, err := chain.Removal()
		require.NoError(t, err)
		assert.False(t, removal.HasValue())
		i := 0
		for channel, e := range removal.All() {
			assert.Equal(t, c.states[i+1], At(channel))
			assert.InDelta(t, c.effects[i], e.Conversion, 1e-12, c.source)
			assert.Zero(t, e.Value)
			i++
		}
		assert.Equal(t, 2, i)
		assert.Equal(t, c.transition, mat.DenseCopyOf(chain.Transition()), "given rows sum to 1 exactly")
	}
}

// Probabilities with leaks down to 2^-50, sums exactly 1, against rational
// numbers.
func TestNewAgainstRational(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 500 {
		n := 1 + r.IntN(6)
		states := make([]State, n)
		q, ends := mat.NewDense(n, n, nil), mat.NewDense(n, 2, nil)
		o := &oracle{steps: map[State]map[State]*big.Rat{}, value: map[State]*big.Rat{}}
		for i := range n {
			states[i] = At(row{path: string(rune('a' + i))}.names()[0])
			if i == 0 {
				states[i] = Start
			}
		}
		o.states = states
		for i, s := range states {
			leak := math.Ldexp(1, -1-r.IntN(50))
			rest := 1 - leak
			end := r.IntN(2)
			ends.Set(i, end, leak)
			for j := range n {
				p := rest
				if j < n-1 {
					p = math.Floor(r.Float64()*8) / 8 * rest
					p = math.Trunc(p*0x1p52) / 0x1p52
				}
				rest -= p
				q.Set(i, j, p)
			}
			o.steps[s] = map[State]*big.Rat{[]State{Converted, Lost}[end]: new(big.Rat).SetFloat64(leak)}
			for j, u := range states {
				o.steps[s][u] = new(big.Rat).SetFloat64(q.At(i, j))
			}
			o.value[s] = new(big.Rat)
		}
		c, err := New(q, ends, states)
		require.NoError(t, err)
		c.valued = true // the oracle asks for the value, which is 0
		checkChain(t, o, c)
	}
}

func TestNewRefuses(t *testing.T) {
	two := []State{Start, At("a")}
	q := mat.NewDense(2, 2, []float64{0, 1, 0, .5})
	r := mat.NewDense(2, 2, []float64{0, 0, .25, .25})
	_, err := New(q, r, two)
	require.NoError(t, err)
	for _, c := range []struct {
		reason string
		q, r   mat.Matrix
		states []State
		text   string
	}{
		{"no states", q, r, nil, "0 states, but transition is 2 by 2"},
		{"not square", mat.NewDense(2, 3, nil), r, two, "transition is 2 by 3"},
		{"other number of states", q, r, two[:1], "1 states, but transition is 2 by 2"},
		{"other number of ends", q, mat.NewDense(2, 3, nil), two, "absorption is 2 by 3"},
		{"an end as a state", q, r, []State{Start, Lost}, "row 1 ((lost)): an end has no row"},
		{"a state twice", q, r, []State{Start, Start}, "row 1 ((start)): the state has a row already"},
		{"sum", mat.NewDense(2, 2, []float64{0, 1, 0, .5 + 1e-8}), r, two, "row 1 (a): probabilities sum to 1.00000001, not 1"},
		{"negative", mat.NewDense(2, 2, []float64{1.5, -.5, 0, .5}), r, two, "row 0 ((start)): a probability is not"},
		{"negative end", q, mat.NewDense(2, 2, []float64{0, 0, .75, -.25}), two, "row 1 (a): a probability is not"},
		{"NaN", mat.NewDense(2, 2, []float64{0, math.NaN(), 0, .5}), r, two, "row 0 ((start)): a probability is not"},
		{"infinite", mat.NewDense(2, 2, []float64{0, math.Inf(1), 0, .5}), r, two, "row 0 ((start)): a probability is not"},
	} {
		_, err := New(c.q, c.r, c.states)
		require.ErrorIs(t, err, ErrMatrix, c.reason)
		assert.ErrorContains(t, err, c.text, c.reason)
	}
	_, err = New(mat.NewDense(2, 2, []float64{0, 2, 0, 2}), r, two)
	assert.ErrorContains(t, err, "row 0")
	assert.ErrorContains(t, err, "row 1", "all problems at once")
}

func TestNewClosed(t *testing.T) {
	n := 13
	states := make([]State, n)
	q, r := mat.NewDense(n, n, nil), mat.NewDense(n, 2, nil)
	for i := range n {
		states[i] = At(row{path: string(rune('a' + i))}.names()[0])
		q.Set(i, (i+1)%n, 1)
	}
	_, err := New(q, r, states)
	var closed *ClosedError
	require.ErrorAs(t, err, &closed)
	assert.Equal(t, states, closed.States)
	assert.EqualError(t, err, "markov: no end can be reached from a, b, c, d, e, f, g, h, i, j and 3 more")

	// A state that stays where it is.
	_, err = New(mat.NewDense(1, 1, []float64{1}), mat.NewDense(1, 2, nil), []State{Start})
	assert.EqualError(t, err, "markov: no end can be reached from (start)")
}

// Ends may be very rare. What is beyond float64 then is an error, never
// infinite.
func TestNewRareEnds(t *testing.T) {
	pair := func(leak float64) (*Chain, error) {
		return New(
			mat.NewDense(2, 2, []float64{0, 1, 1, 0}),
			mat.NewDense(2, 2, []float64{0, 0, leak, 3 * leak}),
			[]State{Start, At("a")})
	}
	for _, leak := range []float64{1e-20, 1e-100, 1e-200, 1e-300} {
		c, err := pair(leak)
		require.NoError(t, err)
		p, err := c.PConvert(Start)
		require.NoError(t, err)
		assert.InEpsilon(t, 0.25, p, 1e-15)
		steps, err := c.ExpectedSteps(Start)
		require.NoError(t, err)
		assert.InEpsilon(t, 2/(4*leak), steps, 1e-14)
		variance, err := c.StepsVariance(Start)
		if leak < 1e-150 {
			assert.ErrorIs(t, err, ErrRange)
		} else {
			require.NoError(t, err)
			assert.InEpsilon(t, steps*steps, variance, 1e-12)
		}
	}
	_, err := pair(1e-310)
	assert.ErrorIs(t, err, ErrRange)
}
