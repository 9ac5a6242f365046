package markov

import (
	"math/big"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// close13 requires agreement with a rational number to 1e-13, relative.
func close13(t *testing.T, want *big.Rat, got float64, what string, states ...any) {
	t.Helper()
	if e := relativeError(want, got); e > 1e-13 {
		require.Failf(t, "not close", "%s %v: want %s, got %g, relative error %.1e", what, states, want.FloatString(25), got, e)
	}
}

// checkChain compares all that a chain answers with the oracle.
func checkChain(t *testing.T, o *oracle, c *Chain) {
	t.Helper()
	ask := func(f func(State) (float64, error), s State) float64 {
		v, err := f(s)
		require.NoError(t, err)
		return v
	}
	require.Equal(t, o.states, c.States())
	x := o.solve(o.to(Converted), o.to(Lost), one, o.valueOf)
	columns := make([]func(State) *big.Rat, len(o.states))
	for j, s := range o.states {
		columns[j] = func(at State) *big.Rat {
			if at == s {
				return big.NewRat(1, 1)
			}
			return new(big.Rat)
		}
	}
	visits := o.solve(columns...)
	// The variance as in the literature, (2N-I)t - t^2.
	variance := o.solve(func(s State) *big.Rat {
		for i, r := range o.states {
			if r == s {
				return new(big.Rat).Mul(big.NewRat(2, 1), x[i][2])
			}
		}
		return nil
	})
	for i, s := range o.states {
		close13(t, x[i][0], ask(c.PConvert, s), "PConvert", s)
		close13(t, x[i][1], ask(c.PLost, s), "PLost", s)
		close13(t, x[i][2], ask(c.ExpectedSteps, s), "ExpectedSteps", s)
		close13(t, x[i][3], ask(c.ExpectedValue, s), "ExpectedValue", s)
		v := variance[i][0]
		v.Sub(v, x[i][2])
		v.Sub(v, new(big.Rat).Mul(x[i][2], x[i][2]))
		// A variance of 0 comes out as the square of a rounding error.
		got := ask(c.StepsVariance, s)
		if v.Sign() == 0 {
			require.InDelta(t, 0, got, 1e-26)
		} else {
			close13(t, v, got, "StepsVariance", s)
		}

		close13(t, o.p(s, Converted), c.Absorption().At(i, 0), "R", s)
		close13(t, o.p(s, Lost), c.Absorption().At(i, 1), "R", s)
		for j, u := range o.states {
			close13(t, o.p(s, u), c.Transition().At(i, j), "Q", s, u)
			close13(t, visits[i][j], c.Visits().At(i, j), "N", s, u)
			h := big.NewRat(1, 1)
			if i != j {
				h.Quo(visits[i][j], visits[j][j])
			}
			got, err := c.Hitting(s, u)
			require.NoError(t, err)
			close13(t, h, got, "Hitting", s, u)
		}
		again := big.NewRat(1, 1)
		again.Sub(again, new(big.Rat).Inv(visits[i][i]))
		close13(t, again, ask(c.Return, s), "Return", s)
	}
	checkRemoval(t, o, c)
}

// checkStart requires the row of Start to be rational numbers rounded once.
func checkStart(t *testing.T, o *oracle, c *Chain) {
	t.Helper()
	x := o.solve(o.to(Converted), o.to(Lost), one, o.valueOf)[0]
	for k, f := range []func(State) (float64, error){c.PConvert, c.PLost, c.ExpectedSteps, c.ExpectedValue} {
		want, _ := x[k].Float64()
		got, err := f(Start)
		require.NoError(t, err)
		require.Equal(t, want, got, "answer %d", k)
	}
	for j, s := range o.states {
		visits := o.solve(func(at State) *big.Rat {
			if at == s {
				return big.NewRat(1, 1)
			}
			return new(big.Rat)
		})
		want, _ := visits[0][0].Float64()
		require.Equal(t, want, c.Visits().At(0, j), "visits of %v", s)
	}
}

// checkRemoval removes one channel after the other from the oracle.
func checkRemoval(t *testing.T, o *oracle, c *Chain) {
	t.Helper()
	base := o.solve(o.to(Converted), o.valueOf)[0]
	removal, err := c.Removal()
	if base[0].Sign() == 0 {
		require.ErrorIs(t, err, ErrNoConversions)
		return
	}
	require.NoError(t, err)
	require.Equal(t, base[1].Sign() > 0, removal.HasValue())
	for _, s := range o.states {
		channel, ok := s.Channel()
		if !ok {
			continue
		}
		w := o.without(s)
		left := w.solve(w.to(Converted), w.valueOf)[0]
		e := removal.Effect(channel)
		for k, got := range []float64{e.Conversion, e.Value} {
			want := new(big.Rat)
			if base[k].Sign() > 0 {
				want.Sub(base[k], left[k])
				want.Quo(want, base[k])
			}
			close13(t, want, got, "Effect", s, k)
			require.LessOrEqual(t, got, 1.0)
		}
	}
}

func TestFitAgainstRational(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	fitted := 0
	for range 3000 {
		rows := randomRows(r, 1+r.IntN(5), false)
		chain, err := countRows(t, Options{}, rows...).Fit()
		o := newOracle(rows, false)
		require.Empty(t, o.closed, "complete journeys leave no closed state")
		if len(o.states) == 0 {
			require.ErrorIs(t, err, ErrNoJourneys)
			continue
		}
		require.NoError(t, err)
		checkChain(t, o, chain)
		checkStart(t, o, chain)
		residual, ok := chain.FlowResidual()
		require.True(t, ok)
		require.LessOrEqual(t, residual, 1e-13)
		fitted++
	}
	assert.Greater(t, fitted, 2000)
}

func TestFitOpenAgainstRational(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	refused, censored, hopeless := 0, 0, 0
	for range 2000 {
		rows := randomRows(r, 1+r.IntN(5), true)
		counts := countRows(t, Options{Closed: CensorClosed}, rows...)
		if counts.Journeys() == 0 {
			continue
		}
		o := newOracle(rows, true)
		chain, err := counts.Fit()
		if len(o.states) == 0 || o.states[0] != Start {
			var closed *ClosedError
			require.ErrorAs(t, err, &closed)
			require.Equal(t, Start, closed.States[0])
			hopeless++
			continue
		}
		require.NoError(t, err)
		require.Equal(t, o.closed, chain.Dropped())
		checkChain(t, o, chain)
		_, ok := chain.FlowResidual()
		require.Equal(t, counts.Opens() == 0, ok)

		_, err = countRows(t, Options{}, rows...).Fit()
		if len(o.closed) == 0 {
			require.NoError(t, err)
			continue
		}
		censored++
		var closed *ClosedError
		require.ErrorAs(t, err, &closed)
		require.Equal(t, o.closed, closed.States)
		refused++
	}
	assert.Greater(t, censored, 20)
	assert.Greater(t, refused, 20)
	assert.Greater(t, hopeless, 5)
}

func TestChainEnds(t *testing.T) {
	c := fitRows(t, row{path: "a b", conversions: 1, nulls: 1, value: 8})
	for _, q := range []struct {
		name            string
		f               func(State) (float64, error)
		converted, lost float64
	}{
		{"PConvert", c.PConvert, 1, 0},
		{"PLost", c.PLost, 0, 1},
		{"ExpectedSteps", c.ExpectedSteps, 0, 0},
		{"StepsVariance", c.StepsVariance, 0, 0},
		{"ExpectedValue", c.ExpectedValue, 0, 0},
		{"Return", c.Return, 0, 0},
	} {
		got, err := q.f(Converted)
		require.NoError(t, err)
		assert.Equal(t, q.converted, got, q.name)
		got, err = q.f(Lost)
		require.NoError(t, err)
		assert.Equal(t, q.lost, got, q.name)
		_, err = q.f(At("(start)"))
		assert.ErrorIs(t, err, ErrUnknownState, q.name)
		assert.EqualError(t, err, "markov: no such state: (start)")
	}
	for _, q := range []struct {
		from, to State
		want     float64
	}{
		{Start, Converted, 0.5},
		{Start, Lost, 0.5},
		{Converted, Converted, 1},
		{Converted, Lost, 0},
		{Lost, Lost, 1},
		{Converted, At("a"), 0},
		{At("b"), At("a"), 0},
		{At("a"), At("b"), 1},
		{At("a"), Start, 0},
	} {
		got, err := c.Hitting(q.from, q.to)
		require.NoError(t, err)
		assert.Equal(t, q.want, got, "%v to %v", q.from, q.to)
	}
	_, err := c.Hitting(At("x"), At("a"))
	assert.ErrorIs(t, err, ErrUnknownState)
	_, err = c.Hitting(At("a"), At("x"))
	assert.ErrorIs(t, err, ErrUnknownState)
	_, err = c.Hitting(At("x"), Converted)
	assert.ErrorIs(t, err, ErrUnknownState)
}

// P(convert) is the rate that was counted, to the last bit, even where counts
// are beyond 2^53 and so are rounded themselves.
func TestStartIsCounted(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 300 {
		conversions, nulls := 1+r.Int64()>>(2+r.IntN(60)), r.Int64()>>(2+r.IntN(60))
		chain := fitRows(t, row{path: "a", conversions: conversions, nulls: nulls, value: 1})
		want, _ := big.NewRat(conversions, conversions+nulls).Float64()
		got, err := chain.PConvert(Start)
		require.NoError(t, err)
		require.Equal(t, want, got)
		want, _ = big.NewRat(1, conversions+nulls).Float64()
		got, err = chain.ExpectedValue(Start)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestMatricesCannotBeWritten(t *testing.T) {
	c := fitRows(t, row{path: "a b a", conversions: 1, nulls: 1})
	for _, m := range []mat.Matrix{c.Transition(), c.Absorption(), c.Visits(), c.Visits().T()} {
		_, settable := m.(mat.Mutable)
		assert.False(t, settable)
		_, raw := m.(mat.RawMatrixer)
		assert.False(t, raw)
	}
	assert.PanicsWithValue(t, mat.ErrRowAccess, func() { c.Absorption().At(3, 0) })
	assert.PanicsWithValue(t, mat.ErrColAccess, func() { c.Absorption().At(0, 2) })
	assert.PanicsWithValue(t, mat.ErrColAccess, func() { c.Absorption().At(0, -1) })

	// I + QN = N.
	var qn mat.Dense
	qn.Mul(c.Transition(), c.Visits())
	for i := range 3 {
		qn.Set(i, i, qn.At(i, i)+1)
	}
	assert.True(t, mat.EqualApprox(c.Visits(), &qn, 1e-14))

	states := c.States()
	states[0] = Lost
	assert.Equal(t, Start, c.States()[0])
}

func TestConcurrentReads(t *testing.T) {
	c := fitRows(t, row{path: "a b a", conversions: 1, nulls: 1, value: 3})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			_, err := c.Removal()
			assert.NoError(t, err)
			_, err = c.Return(At("a"))
			assert.NoError(t, err)
			c.Visits().At(0, 0)
		})
	}
	wg.Wait()
}
