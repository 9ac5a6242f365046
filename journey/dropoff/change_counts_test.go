package dropoff

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// changeSteps returns a step for each letter, of touches over the channel of that
// name, some of them optional.
func changeSteps(letters, optional string) []Step {
	var steps []Step
	for _, letter := range letters {
		steps = append(steps, Step{
			Name: string(letter), Channels: []touchpoint.Channel{touchpoint.Channel(letter)},
			Optional: strings.ContainsRune(optional, letter),
		})
	}
	return steps
}

// countedRandomly counts n journeys of up to 8 touches, of kinds x and y, some of
// them open.
func countedRandomly(t *testing.T, r *rand.Rand, f Funnel, n int) *Report {
	t.Helper()
	c, err := NewCounts(f, Group{Name: "kind", Key: journey.ByKind, Of: FirstKnown})
	require.NoError(t, err)
	start := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for range n {
		p := &journey.Path{Outcome: []journey.Outcome{journey.Lost, journey.Open}[r.IntN(2)]}
		at := start
		for range 1 + r.IntN(8) {
			at = at.Add(time.Duration(1+r.IntN(100)) * time.Hour)
			p.Touchpoints = append(p.Touchpoints, touchpoint.Touchpoint{
				Time: at, Channel: touchpoint.Channel("abcd"[r.IntN(4)]), Kind: touchpoint.Kind([]string{"", "x", "y"}[r.IntN(3)]),
			})
		}
		p.End = at
		require.NoError(t, c.Add(p))
	}
	report, err := c.Report()
	require.NoError(t, err)
	return report
}

// TestExplainCounts: on counted journeys, the rates of the steps that are not
// optional multiply to the overall rate, and the parts sum to its change.
func TestExplainCounts(t *testing.T) {
	r := newChangeRand(20)
	for _, f := range []Funnel{
		{Steps: changeSteps("abc", "")},
		{Steps: changeSteps("abcd", "bc")},
		{Steps: changeSteps("a", "")},
		{Steps: changeSteps("abc", ""), Window: 100 * time.Hour},
		{Steps: changeSteps("abd", ""), Exclusions: []Exclusion{{Name: "c", Channels: []touchpoint.Channel{"c"}, Drop: true}}},
	} {
		before, after := countedRandomly(t, r, f, 60), countedRandomly(t, r, f, 80)
		steps, err := ExplainSteps(before, after)
		require.NoError(t, err)
		total := 0.0
		for s := range steps.Steps() {
			total += s.Part
		}
		assert.InDelta(t, steps.Change(), total, 1e-13)

		segments, err := ExplainSegments(before.Group(0), after.Group(0))
		require.NoError(t, err)
		assert.InDelta(t, segments.Change(), segments.Mix()+segments.Rate(), 1e-13)
		for _, r := range [][2]Rate{{steps.Before(), segments.Before()}, {steps.After(), segments.After()}} {
			assert.Equal(t, [2]int64{r[0].K, r[0].N}, [2]int64{r[1].K, r[1].N})
		}

		c, err := Compare(before, after, CompareOptions{})
		require.NoError(t, err)
		assert.InDelta(t, steps.Change(), c.Overall().Difference, 1e-15)
		assert.Equal(t, before.Attempts(), c.Entered(Before))
		assert.Equal(t, after.Attempts(), c.Entered(After))
		assert.Len(t, slices.Collect(c.Steps()), len(f.Steps))
	}
	open := Funnel{Steps: changeSteps("abc", ""), Open: true}
	_, err := ExplainSteps(countedRandomly(t, r, open, 60), countedRandomly(t, r, open, 60))
	require.ErrorIs(t, err, ErrNoChain)
}

// TestCompareLogRank: the change has the log-rank test of the times to completion.
func TestCompareLogRank(t *testing.T) {
	r := newChangeRand(21)
	f := Funnel{Steps: changeSteps("ab", "")}
	before, after := countedRandomly(t, r, f, 60), countedRandomly(t, r, f, 80)
	c, err := Compare(before, after, CompareOptions{})
	require.NoError(t, err)
	got, err := c.LogRank()
	require.NoError(t, err)
	want, err := LogRank(journey.Converted, before.Spells(), after.Spells())
	require.NoError(t, err)
	assert.Equal(t, want, got)
	assert.Equal(t, 1, got.DF())
	data, err := c.MarshalJSON()
	require.NoError(t, err)
	assert.Contains(t, string(data), `"log_rank":{"chi_square":`)

	never := Funnel{Steps: changeSteps("az", "")}
	c, err = Compare(countedRandomly(t, r, never, 9), countedRandomly(t, r, never, 9), CompareOptions{})
	require.NoError(t, err)
	_, err = c.LogRank()
	require.ErrorIs(t, err, ErrNoEvents)
	data, err = c.MarshalJSON()
	require.NoError(t, err)
	assert.NotContains(t, string(data), "log_rank")
}

// TestCompareReports: nobody entered in one of two groups.
func TestCompareReports(t *testing.T) {
	r := newChangeRand(22)
	f := Funnel{Steps: changeSteps("abc", "")}
	some := countedRandomly(t, r, f, 30)
	c, err := NewCounts(f, Group{Name: "kind", Key: journey.ByKind, Of: FirstKnown})
	require.NoError(t, err)
	require.NoError(t, c.Add(&journey.Path{Touchpoints: []touchpoint.Touchpoint{{Channel: "d", Time: time.Unix(0, 0)}}}))
	none, err := c.Report()
	require.NoError(t, err)
	for range 2 {
		_, err = Compare(some, none, CompareOptions{})
		require.ErrorIs(t, err, ErrEmptyGroup)
		_, err = ExplainSteps(none, some)
		require.ErrorIs(t, err, ErrEmptyGroup)
		_, err = ExplainSegments(some.Group(0), none.Group(0))
		require.ErrorIs(t, err, ErrEmptyGroup)
		some, none = none, some
	}
}

// TestCompareFalseAlarms: of 4000 funnels whose groups do not differ, with a Holm
// adjustment at .05 no more than .05 sound an alarm at any step, but for chance: the
// standard error is .0034. About one in nine would without it.
func TestCompareFalseAlarms(t *testing.T) {
	r := newChangeRand(23)
	draw := func() []StepRow {
		reached := []int64{400}
		for _, s := range []float64{.7, .5, .6} {
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
	const runs = 4000
	var alarms, raw, covered float64
	for range runs {
		c, err := compareRows(draw(), draw(), false, CompareOptions{})
		require.NoError(t, err)
		p, q := 1.0, 1.0
		for s := range c.Steps() {
			if s.StepRate.Test != NoTest {
				p, q = min(p, s.StepRate.P), min(q, s.StepRate.Adjusted)
			}
		}
		if p <= .05 {
			raw++
		}
		if q <= .05 {
			alarms++
		}
		if o := c.Overall(); o.Lo <= 0 && 0 <= o.Hi {
			covered++
		}
	}
	assert.Less(t, alarms/runs, .05+4*.0034)
	assert.Greater(t, raw/runs, .1)
	assert.InDelta(t, .95, covered/runs, 4*.0034)
}
