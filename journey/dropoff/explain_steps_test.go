package dropoff

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestExplainRows: 1000 -> 500 -> 100 and 1000 -> 800 -> 80. The first rate rose by
// ln 1.6 and the second fell by ln 2, of ln .8 in all.
func TestExplainRows(t *testing.T) {
	e, err := explainRows(rowsOf(1000, 500, 100), rowsOf(2000, 1600, 160))
	require.NoError(t, err)
	assert.Equal(t, LogMean, e.Method())
	assert.Equal(t, rate(100, 1000), e.Before())
	assert.Equal(t, rate(160, 2000), e.After())
	assert.InDelta(t, -.02, e.Change(), 1e-16)
	mean := -.02 / math.Log(.8)
	steps := slices.Collect(e.Steps())
	require.Len(t, steps, 3)
	for i, want := range []float64{0, mean * math.Log(1.6), -mean * math.Log(2)} {
		s := steps[i]
		assert.InDelta(t, want, s.Part, 1e-16)
		assert.InDelta(t, 2000*want, s.Conversions, 1e-12)
		assert.True(t, s.SEKnown)
		assert.Equal(t, i+1, s.Step)
	}
	assert.Equal(t, [2]Rate{rate(100, 500), rate(160, 1600)}, [2]Rate{steps[2].Before, steps[2].After})
	assert.Zero(t, steps[0].Part, "all do the first step")
	assert.Zero(t, steps[0].SE)
}

// TestExplainZero: nobody completed before. Both ways of changing two steps from
// (1/2, 0) to (1, 1/4) in turn: 0 and 1/4, or 1/8 and 1/8.
func TestExplainZero(t *testing.T) {
	e, err := explainRows(rowsOf(8, 4, 0), rowsOf(8, 8, 2))
	require.NoError(t, err)
	assert.Equal(t, ShapleyValue, e.Method())
	steps := slices.Collect(e.Steps())
	assert.Zero(t, steps[0].Part)
	assert.InDelta(t, 1./16, steps[1].Part, 1e-16)
	assert.InDelta(t, 3./16, steps[2].Part, 1e-16)
	assert.InDelta(t, 1.5, steps[2].Conversions, 1e-15)
	for _, s := range steps {
		assert.False(t, s.SEKnown)
		assert.Zero(t, s.SE)
	}
}

// TestExplainUnknown: a step that nobody came to has no part.
func TestExplainUnknown(t *testing.T) {
	for _, c := range [][2][]StepRow{
		{rowsOf(10, 5, 0, 0), rowsOf(10, 6, 3, 1)},
		{rowsOf(10, 6, 3, 1), rowsOf(10, 5, 0, 0)},
		{rowsOf(10, 0, 0, 0), rowsOf(10, 5, 0, 0)},
		{rowsOf(10, 0, 0, 0), rowsOf(10, 0, 0, 0)},
	} {
		e, err := explainRows(c[0], c[1])
		require.NoError(t, err)
		steps := slices.Collect(e.Steps())
		assert.False(t, steps[3].Before.Known && steps[3].After.Known)
		total := 0.0
		for _, s := range steps {
			assert.False(t, math.IsNaN(s.Part))
			total += s.Part
		}
		assert.Zero(t, steps[3].Part)
		assert.InDelta(t, e.Change(), total, 1e-16)
	}
}

// TestExplainSum: with counts of any size and pattern, the parts sum to the change
// and the conversions to those won.
func TestExplainSum(t *testing.T) {
	r := newChangeRand(7)
	methods := map[SplitMethod]int{}
	for range 1500 {
		n := 1 + r.IntN(12)
		if r.IntN(10) == 0 {
			n = MaxSteps
		}
		most := []int64{20, 10_000, 1e12}[r.IntN(3)]
		before, after := rowsOf(randomReached(r, n, most)...), rowsOf(randomReached(r, n, most)...)
		e, err := explainRows(before, after)
		require.NoError(t, err)
		back, err := explainRows(after, before)
		require.NoError(t, err)
		methods[e.Method()]++
		assert.Equal(t, e.Method(), back.Method())
		parts, conversions := 0.0, 0.0
		for i, s := range slices.Collect(e.Steps()) {
			parts += s.Part
			conversions += s.Conversions
			if before[i].StepRate.Value == after[i].StepRate.Value && before[i].StepRate.Known == after[i].StepRate.Known {
				assert.Zero(t, s.Part)
			}
			assert.InDelta(t, s.Part, -back.parts[i].Part, 1e-15)
			assert.False(t, math.IsNaN(s.SE))
		}
		assert.InDelta(t, e.Change(), parts, 1e-13)
		m := float64(after[0].Reached)
		assert.InDelta(t, float64(after[n-1].Reached)-m*e.Before().Value, conversions, 1e-13*m)
	}
	assert.Greater(t, methods[LogMean], 250)
	assert.Greater(t, methods[ShapleyValue], 250)
}

// TestExplainOptional: who skips an optional step is not lost there.
func TestExplainOptional(t *testing.T) {
	rows := func(first, optional, last int64) []StepRow {
		r := rowsOf(first, optional, last)
		r[1].Optional = true
		r[2].Entered, r[2].StepRate = first, rate(last, first)
		return r
	}
	e, err := explainRows(rows(10, 1, 4), rows(10, 9, 6))
	require.NoError(t, err)
	steps := slices.Collect(e.Steps())
	require.Len(t, steps, 2)
	assert.Equal(t, []int{1, 3}, []int{steps[0].Step, steps[1].Step})
	assert.InDelta(t, .2, steps[1].Part, 1e-16)
}

// TestExplainOpen: of those who did the second step some began there.
func TestExplainOpen(t *testing.T) {
	rows := func() []StepRow {
		r := rowsOf(10, 8)
		r[0].OverallRate, r[1].OverallRate = rate(10, 14), rate(12, 14)
		r[1].Entered, r[1].Reached, r[1].Started = 14, 12, 4
		return r
	}
	_, err := explainRows(rows(), rowsOf(10, 8))
	require.ErrorIs(t, err, ErrNoChain)
	require.ErrorContains(t, err, "before")
	_, err = explainRows(rowsOf(10, 8), rows())
	require.ErrorIs(t, err, ErrNoChain)
	require.ErrorContains(t, err, "after")
	// An open funnel that nobody entered later is as good as one that is not open.
	_, err = explainRows(rowsOf(10, 8), rowsOf(12, 8))
	require.NoError(t, err)
}

// TestExplainSE: against the spread of the parts over 4000 pairs of random groups, of
// which the standard deviation has a standard error of 1.1 %.
func TestExplainSE(t *testing.T) {
	r := newChangeRand(8)
	truth := [2][]float64{{1, .5, .3, .6}, {1, .55, .25, .6}}
	draw := func(side int) []StepRow {
		reached := []int64{800}
		for _, s := range truth[side][1:] {
			k := int64(0)
			for range reached[len(reached)-1] {
				if r.Float64() < s {
					k++
				}
			}
			reached = append(reached, k)
		}
		return rowsOf(reached...)
	}
	expected, err := explainRows(rowsOf(1e8, 5e7, 15e6, 9e6), rowsOf(1e8, 55e6, 1375e4, 825e4))
	require.NoError(t, err)
	const runs = 4000
	var squares, variances [4]float64
	for range runs {
		e, err := explainRows(draw(0), draw(1))
		require.NoError(t, err)
		for k, s := range e.parts {
			d := s.Part - expected.parts[k].Part
			squares[k] += d * d
			variances[k] += s.SE * s.SE
		}
	}
	assert.Zero(t, squares[0])
	for k := 1; k < 4; k++ {
		assert.InDelta(t, 1, math.Sqrt(squares[k]/variances[k]), .045, "step %d", k+1)
	}
}

func TestStepsExplanationJSON(t *testing.T) {
	e, err := explainRows(plainRows(4, 2), plainRows(4, 4))
	require.NoError(t, err)
	assert.InDelta(t, .25, e.parts[1].SE, 1e-15)
	e.parts[1].SE = .25 // to the last bit
	got, err := json.Marshal(e)
	require.NoError(t, err)
	assert.JSONEq(t, `{"version":1,"method":"log-mean",
		"before":{"k":2,"n":4,"value":0.5,"lo":0,"hi":0.5},"after":{"k":4,"n":4,"value":1,"lo":0,"hi":1},"change":0.5,"steps":[
		{"step":1,"name":"step 1","before":{"k":4,"n":4,"value":1,"lo":0,"hi":1},"after":{"k":4,"n":4,"value":1,"lo":0,"hi":1},"part":0,"conversions":0,"se":0},
		{"step":2,"name":"step 2","before":{"k":2,"n":4,"value":0.5,"lo":0,"hi":0.5},"after":{"k":4,"n":4,"value":1,"lo":0,"hi":1},"part":0.5,"conversions":2,"se":0.25}]}`,
		string(got))

	e, err = explainRows(plainRows(4, 0, 0), plainRows(4, 2, 1))
	require.NoError(t, err)
	got, err = json.Marshal(e)
	require.NoError(t, err)
	assert.JSONEq(t, `{"version":1,"method":"shapley",
		"before":{"k":0,"n":4,"value":0,"lo":0,"hi":0},"after":{"k":1,"n":4,"value":0.25,"lo":0,"hi":0.25},"change":0.25,"steps":[
		{"step":1,"name":"step 1","before":{"k":4,"n":4,"value":1,"lo":0,"hi":1},"after":{"k":4,"n":4,"value":1,"lo":0,"hi":1},"part":0,"conversions":0},
		{"step":2,"name":"step 2","before":{"k":0,"n":4,"value":0,"lo":0,"hi":0},"after":{"k":2,"n":4,"value":0.5,"lo":0,"hi":0.5},"part":0.25,"conversions":1},
		{"step":3,"name":"step 3","before":null,"after":{"k":1,"n":2,"value":0.5,"lo":0,"hi":0.5},"part":0,"conversions":0}]}`, string(got))
}
