package dropoff

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/internal/stat"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
	"github.com/cjm-go/cjm/touchpoint"
)

func TestReportRates(t *testing.T) {
	r := countsReport(t, countsOf(t, countsFunnel("a", "b", "c"), nil, "a > b > c", "a > b", "a > b", "a", "x"))
	var rows []StepRow
	for s := range r.Steps() {
		rows = append(rows, s)
	}
	require.Len(t, rows, 3)
	assert.Equal(t, Rate{K: 4, N: 4, Value: 1, Lo: 1, Hi: 1, Known: true}, rows[0].StepRate, "by definition")
	assert.Equal(t, rows[0].StepRate, rows[0].OverallRate)
	want := Rate{K: 1, N: 3, Value: 1. / 3, Known: true}
	want.Lo, want.Hi = stat.Wilson(1, 3, .95)
	assert.Equal(t, want, rows[2].StepRate)
	want = Rate{K: 1, N: 4, Value: .25, Known: true}
	want.Lo, want.Hi = stat.Wilson(1, 4, .95)
	assert.Equal(t, want, rows[2].OverallRate)
	assert.Equal(t, "c", rows[2].Name)
	assert.Equal(t, 3, rows[2].Step)

	for _, k := range []int{-1, 0, 4} {
		_, ok := r.Step(k)
		assert.False(t, ok)
		for range r.LostBy(k) {
			assert.Fail(t, "no such step")
		}
		assert.Zero(t, r.Between(k).Len())
	}
	for range r.Steps() {
		break
	}

	other, err := r.WithLevel(.5)
	require.NoError(t, err)
	assert.Equal(t, .5, other.Level())
	assert.Equal(t, .95, r.Level())
	row, _ := other.Step(3)
	lo, hi := stat.Wilson(1, 4, .5)
	assert.Equal(t, [2]float64{lo, hi}, [2]float64{row.OverallRate.Lo, row.OverallRate.Hi})
	for _, level := range []float64{0, 1, -1} {
		_, err := r.WithLevel(level)
		assert.ErrorIs(t, err, ErrLevel)
	}
}

// In an open funnel those who begin at a step are no evidence of its rate.
func TestReportOpenRates(t *testing.T) {
	f := countsFunnel("a", "b")
	f.Open = true
	r := countsReport(t, countsOf(t, f, []Group{{"setting", journey.BySetting, AtEntry}}, "a > b", "a", "a", "b", "b", "@b"))
	first, _ := r.Step(1)
	assert.Equal(t, Rate{K: 3, N: 3, Value: 1, Lo: 1, Hi: 1, Known: true}, first.StepRate)
	assert.EqualValues(t, 3, first.OverallRate.K)
	assert.EqualValues(t, 6, first.OverallRate.N)
	assert.Less(t, first.OverallRate.Hi, 1.)
	second, _ := r.Step(2)
	assert.EqualValues(t, 3, second.Started)
	assert.EqualValues(t, 1, second.StepRate.K)
	assert.EqualValues(t, 3, second.StepRate.N)
	assert.EqualValues(t, 4, second.OverallRate.K)

	offline, _ := r.Group(0).Find(ValueOf("offline"))
	first, _ = offline.Step(1)
	assert.False(t, first.StepRate.Known, "nobody offline began at step 1")
	assert.Equal(t, Rate{}, first.StepRate)
	wide, err := r.WithLevel(.99)
	require.NoError(t, err)
	offline, _ = wide.Group(0).Find(ValueOf("offline"))
	assert.Equal(t, .99, offline.Level())
}

func TestReportLostBy(t *testing.T) {
	f := countsFunnel("a", "b", "c")
	f.Window = 2 * time.Hour
	f.Exclusions = []Exclusion{{Name: "x", Channels: []touchpoint.Channel{"x"}}}
	r := countsReport(t, countsOf(t, f, nil, "a > b", "a > b > +9h y", "a > b > x", "a > x > b", "a > x", "a > b > c"))
	got := map[Reason]int64{}
	for reason, n := range r.LostBy(3) {
		got[reason] = n
	}
	assert.Equal(t, map[Reason]int64{ReasonEnded: 1, ReasonWindow: 1, ReasonExcluded: 1}, got)
	var order []Reason
	for reason := range r.LostBy(3) {
		order = append(order, reason)
	}
	assert.Equal(t, []Reason{ReasonEnded, ReasonWindow, ReasonExcluded}, order)
	for range r.LostBy(3) {
		break
	}
	for reason, n := range r.LostBy(2) {
		assert.Equal(t, ReasonExcluded, reason)
		assert.EqualValues(t, 2, n)
	}
	assert.EqualValues(t, 5, r.Lost())
	assert.Zero(t, r.Excluded())
}

func TestReportDropped(t *testing.T) {
	f := countsFunnel("a", "b")
	f.Exclusions = []Exclusion{{Name: "x", Channels: []touchpoint.Channel{"x"}, Drop: true}}
	r := countsReport(t, countsOf(t, f, nil, "a > x > b", "a > b", "a"))
	assert.Equal(t, [][6]int64{{2, 2, 0, 0, 0, 2}, {2, 1, 0, 1, 0, 0}}, countsRows(r))
	assert.EqualValues(t, 1, r.Excluded())
	assert.EqualValues(t, 3, r.Customers())
}

func TestReportTimes(t *testing.T) {
	r := countsReport(t, countsOf(t, countsFunnel("a", "b?", "c"), nil,
		"a > +1h b > +2h c", "a > +4h c", "a > +8h c", "a > +16h c", "a > +5m b"))
	between := r.Between(3)
	assert.EqualValues(t, 4, between.Len())
	for p, want := range map[float64]time.Duration{0: 2, .25: 2, .26: 4, .5: 4, .75: 8, .76: 16, 1: 16} {
		q, ok := between.Quantile(p)
		assert.True(t, ok)
		assert.Equal(t, want*time.Hour, q, "%v", p)
	}
	median, ok := r.ToComplete().Median()
	assert.True(t, ok)
	assert.Equal(t, 4*time.Hour, median)
	var all []time.Duration
	for d, n := range r.Between(2).All() {
		assert.EqualValues(t, 1, n)
		all = append(all, d)
	}
	assert.Equal(t, []time.Duration{5 * time.Minute, time.Hour}, all)
	assert.Zero(t, r.Between(1).Len())

	var none Times
	assert.Zero(t, none.Len())
	_, ok = none.Median()
	assert.False(t, ok)
	for range none.All() {
		assert.Fail(t, "there is none")
	}
}

func TestReportWarnings(t *testing.T) {
	f := countsFunnel("a", "cart", "c")
	f.Exclusions = []Exclusion{{Name: "refund", Channels: []touchpoint.Channel{"r"}}}
	r := countsReport(t, countsOf(t, f, []Group{{"setting", journey.BySetting, AtEntry}}, "a > c", "a"))
	var step *UnmatchedStepError
	var exclusion *UnmatchedExclusionError
	require.Len(t, r.Warnings(), 2)
	require.ErrorAs(t, r.Warnings()[0], &step)
	assert.Equal(t, UnmatchedStepError{2, "cart"}, *step)
	assert.EqualError(t, step, `dropoff: no touch matches step 2, "cart"`)
	require.ErrorAs(t, r.Warnings()[1], &exclusion)
	assert.Equal(t, UnmatchedExclusionError{1, "refund"}, *exclusion)
	assert.EqualError(t, exclusion, `dropoff: no touch matches exclusion 1, "refund"`)
	r.Warnings()[0] = errors.New("mine")
	assert.Equal(t, step, r.Warnings()[0], "a copy")

	r = countsReport(t, countsOf(t, countsFunnel("a", "b"), nil, "b", "x"))
	assert.Equal(t, []error{&UnmatchedStepError{1, "a"}, ErrNotEntered}, r.Warnings())

	f = countsFunnel("a", "b")
	f.AsOf = journeytest.Start().Add(-time.Second)
	r = countsReport(t, countsOf(t, f, nil, "a > b"))
	assert.Equal(t, []error{ErrBeforeData, ErrNotEntered}, r.Warnings())

	assert.Empty(t, countsReport(t, countsOf(t, countsFunnel("a", "b"), nil, "a > b")).Warnings())
	c, err := NewCounts(f)
	require.NoError(t, err)
	_, err = c.Report()
	assert.ErrorIs(t, err, ErrNoPaths)
}

// Lines of funnels in any order have no names of steps: they are of so many steps.
func TestReportAnyOrderNames(t *testing.T) {
	any, postHog := countsFunnel("a", "b", "c"), countsFunnel("a", "b", "c")
	any.Order, postHog.Like = AnyOrder, LikePostHogAnyOrder
	for _, f := range []Funnel{any, postHog} {
		r := countsReport(t, countsOf(t, f, nil, "c > b"))
		var names []string
		var reached []int64
		for s := range r.Steps() {
			names, reached = append(names, s.Name), append(reached, s.Reached)
		}
		assert.Equal(t, []string{"any 1 of 3", "any 2 of 3", "any 3 of 3"}, names, f.Like)
		assert.Equal(t, []int64{1, 1, 0}, reached, f.Like)
		assert.EqualValues(t, 1, r.Between(2).Len(), f.Like)
		assert.Zero(t, r.Between(1).Len(), f.Like)
	}
}

// With a tolerance touches have the time of the one that begins their group.
func TestReportTimesOfInstants(t *testing.T) {
	f := countsFunnel("a", "b", "c")
	f.Ties, f.Tolerance = TiesInAnyOrder, 2*time.Second
	f.AsOf = journeytest.Start().Add(time.Hour)
	// The groups are b a x, c x and x x.
	r := countsReport(t, countsOf(t, f, nil, "b > +1s a > +1s x > +1s c > +2s x > +1s x > +0s x > +2h c"))
	assert.EqualValues(t, 1, r.Completed())
	countsSameTimes(t, []time.Duration{0}, r.Between(2))
	countsSameTimes(t, []time.Duration{3 * time.Second}, r.Between(3))
	countsSameTimes(t, []time.Duration{3 * time.Second}, r.ToComplete())

	p := journeytest.Path("b > +1s a > +1s x > +1s c > +2s x > +1s x > +2h c")
	var seconds []float64
	for _, at := range appendInstants(nil, &p, f.Tolerance, f.AsOf) {
		seconds = append(seconds, at.Sub(journeytest.Start()).Seconds())
	}
	assert.Equal(t, []float64{0, 0, 0, 3, 3, 6, 6}, seconds)
}

// In a path that is not in order of time no time is negative.
func TestReportTimesOutOfOrder(t *testing.T) {
	p := journeytest.Path("a > b")
	p.Touchpoints[0].Time = p.Touchpoints[1].Time.Add(time.Hour)
	c, err := NewCounts(countsFunnel("a", "b"))
	require.NoError(t, err)
	require.NoError(t, c.Add(&p))
	r := countsReport(t, c)
	countsSameTimes(t, []time.Duration{0}, r.Between(2))
	countsSameTimes(t, []time.Duration{0}, r.ToComplete())
	assert.NotPanics(t, func() { r.Spells() })
}

func TestReportJSON(t *testing.T) {
	f := countsFunnel("a", "b?", "c")
	r := countsReport(t, countsOf(t, f, []Group{{"setting", journey.BySetting, AtEntry}}, "a > b > +90m c", "a > c", "@a > b", "x"))
	data, err := json.Marshal(r)
	require.NoError(t, err)
	var v struct {
		Version    int
		Level      float64
		Customers  int
		NotEntered int `json:"not_entered"`
		Completed  int
		Lost       int
		ToComplete map[string]float64 `json:"to_complete"`
		Steps      []struct {
			Name     string
			Optional bool
			Entered  int
			Skipped  int
			StepRate *struct{ K, N, Value, Lo, Hi float64 } `json:"step_rate"`
			LostBy   []struct {
				Reason string
				Count  int
			} `json:"lost_by"`
			Between map[string]float64
		}
		Groups []struct {
			Name   string
			Of     Which
			Values []struct {
				Value *string
				Steps []struct {
					OverallRate *struct{ Value float64 } `json:"overall_rate"`
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal(data, &v))
	assert.Equal(t, 1, v.Version)
	assert.Equal(t, .95, v.Level)
	assert.Equal(t, []int{4, 1, 2, 1}, []int{v.Customers, v.NotEntered, v.Completed, v.Lost})
	assert.Equal(t, map[string]float64{
		"n": 2, "min_seconds": 3600, "p10_seconds": 3600, "p25_seconds": 3600, "p50_seconds": 3600,
		"p75_seconds": 9000, "p90_seconds": 9000, "max_seconds": 9000,
	}, v.ToComplete)
	require.Len(t, v.Steps, 3)
	assert.True(t, v.Steps[1].Optional)
	assert.Equal(t, 1, v.Steps[1].Skipped)
	assert.Equal(t, 3, v.Steps[2].Entered)
	assert.Equal(t, 2., v.Steps[2].StepRate.K)
	assert.Equal(t, "ended", v.Steps[2].LostBy[0].Reason)
	assert.Equal(t, map[string]float64{"n": 0}, v.Steps[0].Between)
	require.Len(t, v.Groups, 1)
	assert.Equal(t, "setting", v.Groups[0].Name)
	require.Len(t, v.Groups[0].Values, 3)
	assert.Equal(t, "offline", *v.Groups[0].Values[0].Value)
	assert.Equal(t, 0., v.Groups[0].Values[0].Steps[2].OverallRate.Value)
	assert.Nil(t, v.Groups[0].Values[2].Value, "not known")
	assert.Nil(t, v.Groups[0].Values[2].Steps[2].OverallRate, "nobody entered")
	assert.NotContains(t, string(data), "warnings")

	r = countsReport(t, countsOf(t, f, nil, "x"))
	data, err = json.Marshal(r)
	require.NoError(t, err)
	assert.Contains(t, string(data), `"warnings":["dropoff: no touch matches step 1, \"a\""`)
	assert.Contains(t, string(data), `"step_rate":null`)
}

func TestValue(t *testing.T) {
	text, ok := ValueOf("x").Text()
	assert.True(t, ok)
	assert.Equal(t, "x", text)
	_, ok = Value{}.Text()
	assert.False(t, ok)
	assert.Equal(t, Value{}, ValueOf(""))
	assert.Equal(t, "(unknown)", Value{}.String())
	assert.NotEqual(t, Value{}, ValueOf("(unknown)"))
	for _, v := range []Value{{}, ValueOf("x"), ValueOf(`"q"`)} {
		data, err := json.Marshal(v)
		require.NoError(t, err)
		back := ValueOf("other")
		require.NoError(t, json.Unmarshal(data, &back))
		assert.Equal(t, v, back)
	}
	var v Value
	assert.Error(t, json.Unmarshal([]byte("1"), &v))
	assert.Negative(t, ValueOf("z").Compare(Value{}))
	assert.Positive(t, Value{}.Compare(ValueOf("z")))
	assert.Zero(t, Value{}.Compare(Value{}))
	assert.Negative(t, ValueOf("a").Compare(ValueOf("b")))
}
