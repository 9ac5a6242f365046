package dropoff

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/internal/stat"
)

func TestCompareRows(t *testing.T) {
	before, after := rowsOf(1000, 500, 40, 2), rowsOf(1200, 700, 42, 5)
	c, err := compareRows(before, after, false, CompareOptions{Level: .9})
	require.NoError(t, err)
	assert.Equal(t, .9, c.Level())
	assert.Equal(t, Holm, c.Adjustment())
	assert.EqualValues(t, 1000, c.Entered(Before))
	assert.EqualValues(t, 1200, c.Entered(After))
	assert.Zero(t, c.Entered(7))

	steps := slices.Collect(c.Steps())
	require.Len(t, steps, 4)
	// The first step is 1 by definition, and no test of it weighs on the others.
	assert.Equal(t, RateChange{Before: before[0].StepRate, After: after[0].StepRate, Known: true}, steps[0].StepRate)
	assert.Equal(t, RateChange{Before: before[0].OverallRate, After: after[0].OverallRate, Known: true}, steps[0].OverallRate)
	var p, overall []float64
	for i, s := range steps {
		assert.Equal(t, before[i].Step, s.Step)
		assert.Equal(t, before[i].Name, s.Name)
		if i == 0 {
			continue
		}
		assert.Equal(t, [2]Rate{before[i].StepRate, after[i].StepRate}, [2]Rate{s.StepRate.Before, s.StepRate.After})
		assert.Equal(t, [2]Rate{before[i].OverallRate, after[i].OverallRate}, [2]Rate{s.OverallRate.Before, s.OverallRate.After})
		lo, hi := stat.Newcombe(before[i].Reached, 1000, after[i].Reached, 1200, .9)
		assert.Equal(t, [2]float64{lo, hi}, [2]float64{s.OverallRate.Lo, s.OverallRate.Hi})
		p, overall = append(p, s.StepRate.P), append(overall, s.OverallRate.P)
	}
	for i, s := range steps[1:] {
		assert.Equal(t, stat.Holm(p)[i], s.StepRate.Adjusted)
		assert.Equal(t, stat.Holm(overall)[i], s.OverallRate.Adjusted)
	}
	assert.Equal(t, []Test{NoTest, ChiSquare, ChiSquare, FisherExact},
		[]Test{steps[0].StepRate.Test, steps[1].StepRate.Test, steps[2].StepRate.Test, steps[3].StepRate.Test})
	assert.Equal(t, steps[3].OverallRate, c.Overall())

	other, err := compareRows(before, after, false, CompareOptions{Adjustment: BenjaminiHochberg})
	require.NoError(t, err)
	assert.Equal(t, DefaultLevel, other.Level())
	assert.Equal(t, BenjaminiHochberg, other.Adjustment())
	for i, s := range slices.Collect(other.Steps())[1:] {
		assert.Equal(t, stat.BenjaminiHochberg(p)[i], s.StepRate.Adjusted)
	}
}

// TestCompareNobodyCame: a step to which nobody came in one group has no difference,
// and the steps before and after are compared all the same.
func TestCompareNobodyCame(t *testing.T) {
	c, err := compareRows(rowsOf(10, 0, 0), rowsOf(12, 6, 3), false, CompareOptions{})
	require.NoError(t, err)
	steps := slices.Collect(c.Steps())
	assert.True(t, steps[1].StepRate.Known)
	assert.Equal(t, RateChange{After: rate(3, 6)}, steps[2].StepRate)
	assert.Equal(t, steps[1].StepRate.P, steps[1].StepRate.Adjusted, "a family of one")
	assert.True(t, steps[2].OverallRate.Known)
	assert.NotEqual(t, NoTest, steps[2].OverallRate.Test)
}

// TestCompareOpen: in an open funnel the overall rate of the first step is tested.
func TestCompareOpen(t *testing.T) {
	rows := func(first, all int64) []StepRow {
		r := rowsOf(first, first)
		for i := range r {
			r[i].OverallRate = rate(first, all)
		}
		return r
	}
	c, err := compareRows(rows(50, 90), rows(70, 120), true, CompareOptions{})
	require.NoError(t, err)
	first := slices.Collect(c.Steps())[0]
	assert.Equal(t, NoTest, first.StepRate.Test)
	assert.Equal(t, ChiSquare, first.OverallRate.Test)
	assert.EqualValues(t, 90, c.Entered(Before))

	// It is no less a test where all happened to begin at the first step.
	c, err = compareRows(rows(90, 90), rows(120, 120), true, CompareOptions{})
	require.NoError(t, err)
	first = slices.Collect(c.Steps())[0]
	assert.Equal(t, NoTest, first.StepRate.Test)
	assert.Equal(t, FisherExact, first.OverallRate.Test)
	assert.Less(t, first.OverallRate.Lo, first.OverallRate.Hi)
}

func TestCompareEmptyGroup(t *testing.T) {
	for _, c := range []struct {
		before, after []StepRow
		sides         []Side
	}{
		{rowsOf(0, 0), rowsOf(3, 1), []Side{Before}},
		{rowsOf(3, 1), rowsOf(0, 0), []Side{After}},
		{rowsOf(0, 0), rowsOf(0, 0), []Side{Before, After}},
	} {
		_, compared := compareRows(c.before, c.after, false, CompareOptions{})
		_, explained := explainRows(c.before, c.after)
		for _, err := range []error{compared, explained} {
			require.ErrorIs(t, err, ErrEmptyGroup)
			var e *EmptyGroupError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, c.sides[0], e.Side)
			for _, s := range c.sides {
				assert.ErrorContains(t, err, "dropoff: nobody entered in the group "+s.String())
			}
		}
	}
}

func reportOf(f Funnel) *Report { return &Report{layout: layoutOf(&f)} }

// TestCompareMismatch: of reports that are not of the same steps.
func TestCompareMismatch(t *testing.T) {
	ab := []Step{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	for _, c := range []struct {
		other Funnel
		want  string
	}{
		{Funnel{Steps: ab[:2]}, "3 steps before, 2 after"},
		{Funnel{Steps: []Step{{Name: "a"}, {Name: "x"}, {Name: "c"}}}, `step 2 is "b" before, "x" after`},
		{Funnel{Steps: []Step{{Name: "a"}, {Name: "b", Optional: true}, {Name: "c"}}}, `step 2, "b", is optional only after`},
		{Funnel{Steps: ab, Order: AnyOrder}, "any order only after"},
		{Funnel{Steps: ab, Like: LikePostHogAnyOrder}, "any order only after"},
		{Funnel{Steps: ab, Open: true}, "open only after"},
	} {
		_, err := Compare(reportOf(Funnel{Steps: ab}), reportOf(c.other), CompareOptions{})
		require.ErrorIs(t, err, ErrMismatch)
		require.ErrorContains(t, err, c.want)
		_, err = ExplainSteps(reportOf(c.other), reportOf(Funnel{Steps: ab}))
		require.ErrorIs(t, err, ErrMismatch)
	}
	_, err := Compare(reportOf(Funnel{Steps: ab, Order: AnyOrder}), reportOf(Funnel{Steps: ab}), CompareOptions{})
	require.ErrorContains(t, err, "any order only before")
	// Steps in any order have no names in their rows.
	_, err = Compare(reportOf(Funnel{Steps: ab[:2], Order: AnyOrder}), reportOf(Funnel{Steps: ab[1:], Order: AnyOrder}), CompareOptions{})
	require.ErrorIs(t, err, ErrMismatch)
}

// TestCompareOptions: all that is wrong is reported at once.
func TestCompareOptions(t *testing.T) {
	for _, level := range []float64{-.1, 1, 95} {
		o := CompareOptions{Level: level, Adjustment: 9}
		_, err := Compare(reportOf(Funnel{Steps: []Step{{Name: "a"}}}), reportOf(Funnel{Steps: []Step{{Name: "b"}}}), o)
		require.ErrorIs(t, err, ErrLevel)
		require.ErrorIs(t, err, ErrMismatch)
		require.ErrorContains(t, err, "no such adjustment: 9")
	}
	assert.NoError(t, CompareOptions{}.Validate())
}

func TestChangeJSON(t *testing.T) {
	c, err := compareRows(plainRows(4, 0, 0), plainRows(4, 4, 2), false, CompareOptions{})
	require.NoError(t, err)
	// The numbers are exact but for these.
	s := c.steps
	assert.InEpsilon(t, 2./70, s[1].StepRate.P, 1e-15)
	assert.InEpsilon(t, 2./70, s[1].OverallRate.P, 1e-15)
	assert.InEpsilon(t, 3./7, s[2].OverallRate.P, 1e-15)
	s[1].StepRate.Lo, s[1].StepRate.P, s[1].StepRate.Adjusted = .25, .125, .125
	s[1].StepRate.Test, s[1].StepRate.Statistic = ChiSquare, 8
	s[1].OverallRate.Lo, s[1].OverallRate.P, s[1].OverallRate.Adjusted = .25, .125, .25
	s[2].OverallRate.Lo, s[2].OverallRate.Hi, s[2].OverallRate.P, s[2].OverallRate.Adjusted = -.25, .875, .375, .375
	got, err := json.Marshal(c)
	require.NoError(t, err)
	assert.JSONEq(t, `{"version":1,"level":0.95,"adjustment":"holm","entered":{"before":4,"after":4},"steps":[
		{"step":1,"name":"step 1",
			"step_rate":{"before":{"k":4,"n":4,"value":1,"lo":0,"hi":1},"after":{"k":4,"n":4,"value":1,"lo":0,"hi":1},"difference":{"value":0,"lo":0,"hi":0}},
			"overall_rate":{"before":{"k":4,"n":4,"value":1,"lo":0,"hi":1},"after":{"k":4,"n":4,"value":1,"lo":0,"hi":1},"difference":{"value":0,"lo":0,"hi":0}}},
		{"step":2,"name":"step 2",
			"step_rate":{"before":{"k":0,"n":4,"value":0,"lo":0,"hi":0},"after":{"k":4,"n":4,"value":1,"lo":0,"hi":1},"difference":{"value":1,"lo":0.25,"hi":1},
				"test":{"name":"chi-square","statistic":8,"p":0.125,"adjusted":0.125}},
			"overall_rate":{"before":{"k":0,"n":4,"value":0,"lo":0,"hi":0},"after":{"k":4,"n":4,"value":1,"lo":0,"hi":1},"difference":{"value":1,"lo":0.25,"hi":1},
				"test":{"name":"fisher","p":0.125,"adjusted":0.25}}},
		{"step":3,"name":"step 3",
			"step_rate":{"before":null,"after":{"k":2,"n":4,"value":0.5,"lo":0,"hi":0.5}},
			"overall_rate":{"before":{"k":0,"n":4,"value":0,"lo":0,"hi":0},"after":{"k":2,"n":4,"value":0.5,"lo":0,"hi":0.5},"difference":{"value":0.5,"lo":-0.25,"hi":0.875},
				"test":{"name":"fisher","p":0.375,"adjusted":0.375}}}]}`, string(got))
}
