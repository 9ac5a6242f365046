package dropoff

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey/journeytest"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// stagesModel has stages of every phase; "gone" stands outside the order.
func stagesModel() stage.Model {
	return stage.Model{Name: "test", Steps: []stage.Step{
		{Stage: "aware", Phase: stage.PrePurchase},
		{Stage: "compare", Phase: stage.PrePurchase},
		{Stage: "buy", Phase: stage.AtPurchase},
		{Stage: "use", Phase: stage.PostPurchase},
		{Stage: "praise", Phase: stage.PostPurchase},
		{Stage: "gone"},
	}}
}

func stagesOf(t *testing.T, o StageOptions, lines ...string) *StageCounts {
	t.Helper()
	c, err := NewStageCounts(stagesModel(), o)
	require.NoError(t, err)
	for _, line := range lines {
		p := journeytest.Path(line)
		require.NoError(t, c.Add(&p))
	}
	return c
}

func stagesReport(t *testing.T, c *StageCounts) *StageReport {
	t.Helper()
	r, err := c.Report()
	require.NoError(t, err)
	return r
}

func stagesRow(t *testing.T, r *StageReport, s stage.Stage) StageRow {
	t.Helper()
	row, ok := r.Stage(s)
	require.True(t, ok)
	return row
}

func TestStages(t *testing.T) {
	r := stagesReport(t, stagesOf(t, StageOptions{},
		"e/aware > e > e/aware > @s/compare > +3h @s/buy > e/use > +1h buy", // one hour with aware twice
		"@s/aware > @s/buy > e/aware > e/compare > lost",                    // fell back, skipped nothing
		"e/buy > e/aware > e/praise > +1d e/gone > open",                    // skipped compare and use
		"e > e/other > lost",
	))
	assert.EqualValues(t, 4, r.Paths())
	assert.EqualValues(t, 1, r.Unstaged())
	assert.EqualValues(t, 3, r.Buyers())
	assert.EqualValues(t, 2, r.Customers())
	assert.Equal(t, []int64{13, 2, 1}, []int64{r.Touches(), r.WithoutStage(), r.InOtherStages()})
	assert.Equal(t, 6, r.Len())

	aware := stagesRow(t, r, "aware")
	assert.Equal(t, []int64{3, 2, 1, 0}, []int64{aware.Reached, aware.Online, aware.Offline, aware.UnknownSetting})
	assert.Equal(t, rateOf(3, 4, .95), aware.ReachedRate)
	assert.Equal(t, []int64{0, 0, 0, 2}, []int64{aware.Skipped, aware.Furthest, aware.FellFrom, aware.FellTo})
	assert.Equal(t, stage.PrePurchase, aware.Phase)
	compare := stagesRow(t, r, "compare")
	assert.Equal(t, []int64{2, 1, 0, 1}, []int64{compare.Reached, compare.Skipped, compare.Furthest, compare.LastLost})
	bought := stagesRow(t, r, "buy")
	assert.Equal(t, []int64{3, 0, 1, 2, 0}, []int64{bought.Reached, bought.Skipped, bought.Furthest, bought.FellFrom, bought.FellTo})
	use := stagesRow(t, r, "use")
	assert.Equal(t, []int64{1, 1, 1, 1}, []int64{use.Reached, use.Skipped, use.Furthest, use.LastConverted})
	praise := stagesRow(t, r, "praise")
	assert.Equal(t, []int64{1, 0, 1, 0}, []int64{praise.Reached, praise.Skipped, praise.Furthest, praise.LastOpen})
	gone := stagesRow(t, r, "gone")
	assert.Equal(t, []int64{1, 0, 0, 1}, []int64{gone.Reached, gone.Skipped, gone.Furthest, gone.LastOpen})

	countsSameTimes(t, []time.Duration{3 * time.Hour, time.Hour, time.Hour, time.Hour}, aware.Stays)
	countsSameTimes(t, []time.Duration{3 * time.Hour, 0}, compare.Stays)
	countsSameTimes(t, []time.Duration{time.Hour}, use.Stays)
	countsSameTimes(t, []time.Duration{24 * time.Hour}, praise.Stays)
	countsSameTimes(t, nil, gone.Stays)
	countsSameTimes(t, []time.Duration{0}, gone.Open)

	var moves []string
	for m := range r.Moves() {
		moves = append(moves, fmt.Sprint(m.From, " ", m.To, " ", m.Back, " ", m.Count))
	}
	assert.Equal(t, []string{
		"aware compare false 2", "aware buy false 1", "aware praise false 1", "compare buy false 1",
		"buy aware true 2", "buy use false 1", "praise gone false 1",
	}, moves)
	for range r.Moves() {
		break
	}
	for range r.Stages() {
		break
	}
	_, ok := r.Stage("other")
	assert.False(t, ok)
}

// The funnels are through the stages in order, each part by itself.
func TestStagesFunnels(t *testing.T) {
	r := stagesReport(t, stagesOf(t, StageOptions{},
		"e/aware > e/compare > e/buy > e/use > e/praise", "e/aware > e/buy > e/use", "e/use > e/praise", "e/aware > open"))
	assert.Equal(t, [][6]int64{{3, 3, 0, 0, 0, 3}, {3, 1, 0, 1, 1, 0}, {1, 1, 0, 0, 0, 0}, {1, 1, 0, 0, 0, 0}, {1, 1, 0, 0, 0, 0}}, countsRows(r.Funnel()))
	buyer, ok := r.Buyer()
	require.True(t, ok)
	assert.Equal(t, 3, buyer.Len())
	assert.EqualValues(t, 1, buyer.Completed())
	customer, ok := r.Customer()
	require.True(t, ok)
	assert.Equal(t, [][6]int64{{3, 3, 0, 0, 0, 3}, {3, 2, 0, 1, 0, 0}}, countsRows(customer))

	// Offline against online.
	r = stagesReport(t, stagesOf(t, StageOptions{}, "@s/aware > e/compare", "e/aware > e/compare > @s/buy", "e/aware"))
	require.Equal(t, 1, r.Funnel().Groups())
	for v, want := range map[string][]int64{"offline": {1, 1, 0}, "online": {2, 1, 1}} {
		part, ok := r.Funnel().Group(0).Find(ValueOf(v))
		require.True(t, ok)
		rows := countsRows(part)
		assert.Equal(t, want, []int64{rows[0][1], rows[1][1], rows[2][1]}, v)
	}

	// A model of which nobody has said the phases has neither part.
	plain := stage.Model{Name: "plain", Steps: []stage.Step{{Stage: "one"}, {Stage: "two"}}}
	c, err := NewStageCounts(plain, StageOptions{})
	require.NoError(t, err)
	p := journeytest.Path("e/one > e/two")
	require.NoError(t, c.Add(&p))
	r = stagesReport(t, c)
	assert.EqualValues(t, 1, r.Funnel().Completed())
	_, ok = r.Buyer()
	assert.False(t, ok)
	_, ok = r.Customer()
	assert.False(t, ok)
	assert.Zero(t, r.Buyers()+r.Customers())
	back, err := NewStageCounts(plain, StageOptions{})
	require.NoError(t, err)
	require.NoError(t, back.UnmarshalBinary(countsBytes(t, c)))
	require.NoError(t, back.Merge(c))
	assert.EqualValues(t, 2, back.Paths())
}

func TestFunnelOf(t *testing.T) {
	names := func(f Funnel) (all []string) {
		for _, s := range f.Steps {
			assert.Equal(t, []stage.Stage{stage.Stage(s.Name)}, s.Stages)
			all = append(all, s.Name)
		}
		return all
	}
	m := stagesModel()
	assert.Equal(t, []string{"aware", "compare", "buy", "use", "praise"}, names(FunnelOf(m)))
	assert.Equal(t, []string{"aware", "compare", "buy"}, names(FunnelOf(m, stage.PrePurchase, stage.AtPurchase)))
	assert.Equal(t, []string{"use", "praise"}, names(FunnelOf(m, stage.PostPurchase)))
	assert.Equal(t, []string{"gone"}, names(FunnelOf(m, stage.UnknownPhase)))
	assert.Equal(t, []string{"one"}, names(FunnelOf(stage.Model{Steps: []stage.Step{{Stage: "one"}}})))
	assert.Empty(t, FunnelOf(stage.Model{}).Steps)
	for name, preset := range stage.Presets() {
		assert.NoError(t, FunnelOf(preset).Validate(), name)
	}
}

// AsOf cuts off what comes later, and tells the open from the lost.
func TestStagesAsOf(t *testing.T) {
	asOf := journeytest.Start().Add(10 * time.Hour)
	lines := []string{
		"e/aware > +4h e/buy > +20h e/use > +1h buy", // open: the rest is not seen
		"e/aware > +9h e/compare > open",
		"e/aware > +1h buy",
		"+11h e/aware > lost",
	}
	r := stagesReport(t, stagesOf(t, StageOptions{AsOf: asOf}, lines...))
	bought := stagesRow(t, r, "buy")
	assert.Equal(t, []int64{1, 0, 0}, []int64{bought.LastOpen, bought.LastLost, bought.LastConverted})
	countsSameTimes(t, []time.Duration{6 * time.Hour}, bought.Open)
	countsSameTimes(t, []time.Duration{time.Hour}, stagesRow(t, r, "compare").Open)
	countsSameTimes(t, []time.Duration{4 * time.Hour, 9 * time.Hour, time.Hour}, stagesRow(t, r, "aware").Stays)
	assert.EqualValues(t, 1, r.Unstaged())

	r = stagesReport(t, stagesOf(t, StageOptions{AsOf: asOf, LostAfter: 6 * time.Hour}, lines...))
	bought = stagesRow(t, r, "buy")
	assert.Equal(t, []int64{0, 1, 0}, []int64{bought.LastOpen, bought.LastLost, bought.LastConverted})
	countsSameTimes(t, []time.Duration{0}, bought.Stays)
	assert.EqualValues(t, 1, stagesRow(t, r, "compare").LastOpen)
	assert.EqualValues(t, 1, stagesRow(t, r, "aware").LastConverted)

	// An end of unknown time is not before a touch.
	c := stagesOf(t, StageOptions{AsOf: asOf})
	p := journeytest.Path("e/aware > +20h e/buy > lost")
	p.End = time.Time{}
	require.NoError(t, c.Add(&p))
	assert.EqualValues(t, 1, stagesRow(t, stagesReport(t, c), "aware").LastOpen)
}

func TestStagesWarnings(t *testing.T) {
	r := stagesReport(t, stagesOf(t, StageOptions{}, "e/aware > e/compare > e/buy > e/gone > e/use > e/typo"))
	require.Len(t, r.Warnings(), 2)
	var unmatched *UnmatchedStageError
	require.ErrorAs(t, r.Warnings()[0], &unmatched)
	assert.Equal(t, stage.Stage("praise"), unmatched.Stage)
	assert.EqualError(t, unmatched, `dropoff: no touch is in stage "praise"`)
	assert.Equal(t, ErrOtherStages, r.Warnings()[1])
	r = stagesReport(t, stagesOf(t, StageOptions{}, "e > e"))
	assert.Equal(t, []error{ErrNoStages}, r.Warnings())
	r = stagesReport(t, stagesOf(t, StageOptions{AsOf: journeytest.Start().Add(-1)}, "e/aware"))
	assert.Equal(t, []error{ErrBeforeData}, r.Warnings())
	_, err := stagesOf(t, StageOptions{}).Report()
	assert.ErrorIs(t, err, ErrNoPaths)
}

func TestNewStageCountsErrors(t *testing.T) {
	_, err := NewStageCounts(stage.Model{}, StageOptions{LostAfter: -1})
	require.ErrorIs(t, err, stage.ErrNoSteps)
	assert.ErrorContains(t, err, "LostAfter: negative")
	_, err = NewStageCounts(stagesModel(), StageOptions{LostAfter: 1})
	assert.ErrorContains(t, err, "needs AsOf")
	m := stage.Model{Name: "long"}
	for i := range MaxSteps + 1 {
		m.Steps = append(m.Steps, stage.Step{Stage: stage.Stage(fmt.Sprint("s", i))})
	}
	_, err = NewStageCounts(m, StageOptions{})
	assert.ErrorContains(t, err, "65 stages in order")
	m.Steps = m.Steps[:MaxSteps]
	_, err = NewStageCounts(m, StageOptions{})
	assert.NoError(t, err)
}

func TestStagesLevel(t *testing.T) {
	r := stagesReport(t, stagesOf(t, StageOptions{}, "e/aware > e/use", "e/aware"))
	wide, err := r.WithLevel(.99)
	require.NoError(t, err)
	assert.Equal(t, .99, wide.Level())
	assert.Equal(t, .99, wide.Funnel().Level())
	customer, _ := wide.Customer()
	assert.Equal(t, .99, customer.Level())
	assert.Equal(t, .95, r.Funnel().Level())
	assert.Equal(t, rateOf(1, 2, .99), stagesRow(t, wide, "use").ReachedRate)
	_, err = r.WithLevel(2)
	assert.ErrorIs(t, err, ErrLevel)
}

func TestStagesUnknownSetting(t *testing.T) {
	p := journeytest.Path("e/aware > @e/aware")
	p.Touchpoints[0].Setting = touchpoint.UnknownSetting
	c := stagesOf(t, StageOptions{})
	require.NoError(t, c.Add(&p))
	p.Touchpoints[0].Setting = 200
	require.NoError(t, c.Add(&p))
	assert.EqualValues(t, 2, stagesRow(t, stagesReport(t, c), "aware").UnknownSetting)
}
