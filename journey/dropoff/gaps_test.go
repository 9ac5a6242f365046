package dropoff

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

const oneDay = 24 * time.Hour

// dayOf returns the start of a day of the tests' calendar.
func dayOf(n int) time.Time { return time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n) }

// touchedOn returns a path with touches on the days, the last of which is its end.
func touchedOn(o journey.Outcome, days ...int) *journey.Path {
	p := &journey.Path{Outcome: o}
	for _, d := range days {
		p.Touchpoints = append(p.Touchpoints, touchpoint.Touchpoint{Time: dayOf(d)})
		p.End = dayOf(d)
	}
	return p
}

func gapsAsOf(t testing.TB, asOf time.Time, paths ...*journey.Path) *Gaps {
	g, err := NewGaps(asOf)
	require.NoError(t, err)
	for _, p := range paths {
		require.NoError(t, g.Add(p))
	}
	return g
}

// gapsOf returns gaps of so many days that were ended by a return, or not.
func gapsOf(t testing.TB, returned, silent []int) *Gaps {
	g := gapsAsOf(t, dayOf(0))
	for _, d := range returned {
		require.NoError(t, g.spells.Add(time.Duration(d)*oneDay, journey.Converted))
	}
	for _, d := range silent {
		require.NoError(t, g.spells.Add(time.Duration(d)*oneDay, journey.Open))
	}
	return g
}

func gapBytes(t testing.TB, g *Gaps) []byte {
	b, err := g.MarshalBinary()
	require.NoError(t, err)
	return b
}

func TestGapsAdd(t *testing.T) {
	bought := touchedOn(journey.Converted, 0, 2)
	bought.End = dayOf(5)
	history := touchedOn(journey.Converted, 0, 2, 9)
	history.End = dayOf(5)
	atATouch := touchedOn(journey.Converted, 0, 2, 9)
	atATouch.Touchpoints[1].Conversion = true
	atATouch.End = dayOf(2)
	for _, c := range []struct {
		reason           string
		path             *journey.Path
		returned, silent []int
	}{
		{"open", touchedOn(journey.Open, 0, 2, 9), []int{2, 7}, []int{11}},
		{"called lost", touchedOn(journey.Lost, 0, 2, 9), []int{2, 7}, []int{11}},
		{"to the conversion, and nothing after it", bought, []int{2, 3}, nil},
		{"from the next touch after it", history, []int{2, 3}, []int{11}},
		{"a touch that converts", atATouch, []int{2}, []int{11}},
		{"what is later is ignored", touchedOn(journey.Open, 0, 2, 30), []int{2}, []int{18}},
		{"just now", touchedOn(journey.Open, 20), nil, []int{0}},
		{"all later", touchedOn(journey.Lost, 21), nil, nil},
		{"no touch", &journey.Path{Outcome: journey.Converted, End: dayOf(1)}, nil, nil},
		{"a conversion that is later", &journey.Path{
			Touchpoints: touchedOn(journey.Open, 0).Touchpoints, Outcome: journey.Converted, End: dayOf(25),
		}, nil, []int{20}},
		{"a touch that converts, and nothing after it", &journey.Path{
			Touchpoints: []touchpoint.Touchpoint{{Time: dayOf(1)}, {Time: dayOf(3), Conversion: true}},
			Outcome:     journey.Converted, End: dayOf(3),
		}, []int{2}, nil},
	} {
		g := gapsAsOf(t, dayOf(20), c.path)
		want := gapsOf(t, c.returned, c.silent)
		assert.Equal(t, spellBytes(t, &want.spells), spellBytes(t, &g.spells), c.reason)
		assert.EqualValues(t, len(c.returned), g.Returns(), c.reason)
		assert.EqualValues(t, len(c.silent), g.Silent(), c.reason)
		assert.Equal(t, dayOf(20), g.AsOf())
	}
}

func TestGapsErrors(t *testing.T) {
	_, err := NewGaps(time.Time{})
	assert.ErrorIs(t, err, ErrAsOf)
	assert.ErrorIs(t, new(Gaps).Add(touchedOn(journey.Open, 1)), ErrAsOf)
	_, err = new(Gaps).MarshalBinary()
	assert.ErrorIs(t, err, ErrAsOf)

	g := gapsAsOf(t, dayOf(20))
	assert.ErrorIs(t, g.Add(touchedOn(journey.Open, 1, 5, 4)), ErrNegativeDuration)
	untimed := touchedOn(journey.Open, 1, 5)
	untimed.Touchpoints[1].Time = time.Time{}
	assert.ErrorIs(t, g.Add(untimed), ErrUntimedPath)
	noEnd := touchedOn(journey.Converted, 1, 5)
	noEnd.End = time.Time{}
	assert.ErrorIs(t, g.Add(noEnd), ErrUntimedPath)
	assert.Zero(t, g.spells.Len())
	assert.ErrorIs(t, g.Merge(gapsAsOf(t, dayOf(21))), ErrAsOf)
	_, err = g.Curve(1)
	assert.ErrorIs(t, err, ErrLevel)
	for _, p := range []float64{0, 1, math.NaN()} {
		_, err = g.LostAfter(p)
		assert.ErrorIs(t, err, ErrProbability)
	}
}

// Twenty silences: returns after 1 (four), 2 (two) and 6 days (one), three censored at 3
// days, ten at 30.
//
//	τ   n   d  S
//	0   20  0  1
//	1   20  4  4/5
//	2   16  2  4/5·14/16 = 7/10
//	6   11  1  7/10·10/11 = 7/11
//
// S(30) = 7/11, so 1-S(30)/S(τ) is 4/11 at 0, 1-(7/11)/(4/5) = 9/44 at 1, 1/11 at 2, 0 at 6.
func TestGapsCurveByHand(t *testing.T) {
	thirty := slices.Repeat([]int{30}, 10)
	g := gapsOf(t, []int{1, 1, 1, 1, 2, 2, 6}, append(thirty, 3, 3, 3))
	curve, err := g.Curve(.95)
	require.NoError(t, err)
	points := slices.Collect(curve)
	require.Len(t, points, 4)
	for i, want := range []struct {
		days    int
		watched int64
		p       float64
	}{{0, 20, 4. / 11}, {1, 16, 9. / 44}, {2, 14, 1. / 11}, {6, 10, 0}} {
		got := points[i]
		assert.Equal(t, time.Duration(want.days)*oneDay, got.For)
		assert.Equal(t, want.watched, got.Watched)
		assert.InDelta(t, want.p, got.Return.Value, 1e-15)
		assert.True(t, got.Decided)
		assert.Equal(t, want.p > 0, got.Return.Known)
		assert.True(t, got.Return.Lo <= got.Return.Value && got.Return.Value <= got.Return.Hi)
	}
	// Given two days of silence it is one return of eleven: the variance is that of 10/11.
	assert.InEpsilon(t, 10./11/11/11, points[2].Return.Variance, 1e-13)
	for range curve {
		break
	}

	for p, days := range map[float64]int{.5: 0, .25: 1, .1: 2, .05: 6} {
		tau, err := g.LostAfter(p)
		require.NoError(t, err)
		assert.Equal(t, time.Duration(days)*oneDay, tau, p)
	}

	// Returns in quick succession change nothing but the start.
	for range 1000 {
		require.NoError(t, g.spells.Add(time.Minute, journey.Converted))
	}
	tau, err := g.LostAfter(.1)
	require.NoError(t, err)
	assert.Equal(t, 2*oneDay, tau)
}

func TestGapsUndecided(t *testing.T) {
	ten := func(day int) []int { return slices.Repeat([]int{day}, 10) }
	for _, c := range []struct {
		reason           string
		returned, silent []int
	}{
		{"nothing", nil, nil},
		{"nobody returned", nil, ten(30)},
		{"few silences", []int{1, 2, 3}, []int{30, 30}},
		{"everyone returned, the last ten together", append(ten(3), ten(9)...), nil},
		{"all at once", ten(0), ten(0)},
		{"returns until the end", []int{1, 5, 10, 15, 20, 25, 29}, ten(30)},
		{"not watched for twice as long", []int{1, 2, 16}, ten(30)},
	} {
		_, err := gapsOf(t, c.returned, c.silent).LostAfter(.05)
		assert.ErrorIs(t, err, ErrUndecided, c.reason)
	}
	tau, err := gapsOf(t, []int{1, 2, 15}, ten(30)).LostAfter(.05)
	require.NoError(t, err)
	assert.Equal(t, 15*oneDay, tau)
	// A return after which fewer than ten are left to watch is beyond the end.
	tau, err = gapsOf(t, []int{1, 2, 15, 40}, append(ten(30), 41, 42)).LostAfter(.05)
	require.NoError(t, err)
	assert.Equal(t, 15*oneDay, tau)
}

// Customers return with probability r, after a time that is exponential with mean m, and are
// watched for up to 60 m. Then P(return | silent for τ) = r e^-τ/m / (1 - r + r e^-τ/m), so
// that it is p after τ = m ln(r(1-p) / (p(1-r))).
func TestLostAfterIsTheTruth(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 31))
	const returning, mean, p = .6, 2 * oneDay, .05
	g := gapsAsOf(t, dayOf(0))
	for range 60_000 {
		watched := time.Duration(r.Float64() * 60 * float64(mean))
		x := watched
		if r.Float64() < returning {
			x = time.Duration(r.ExpFloat64() * float64(mean))
		}
		end := journey.Converted
		if x >= watched {
			x, end = watched, journey.Open
		}
		require.NoError(t, g.spells.Add(x, end))
	}
	want := float64(mean) * math.Log(returning*(1-p)/(p*(1-returning)))
	tau, err := g.LostAfter(p)
	require.NoError(t, err)
	assert.InEpsilon(t, want, float64(tau), .03)

	curve, err := g.Curve(.99)
	require.NoError(t, err)
	for s := range curve {
		left := returning * math.Exp(-float64(s.For)/float64(mean))
		truth := left / (1 - returning + left)
		if s.For < 4*mean {
			require.True(t, s.Return.Lo <= truth && truth <= s.Return.Hi, "%v: %v not in %v", s.For, truth, s.Return)
		}
	}
}

func TestGapsMergeAndBytes(t *testing.T) {
	r := rand.New(rand.NewPCG(32, 32))
	for range 30 {
		whole := gapsAsOf(t, dayOf(50))
		shards := []*Gaps{gapsAsOf(t, dayOf(50)), gapsAsOf(t, dayOf(50).In(time.FixedZone("", 3600))), gapsAsOf(t, dayOf(50))}
		for range r.IntN(60) {
			days := []int{r.IntN(20)}
			for range r.IntN(6) {
				days = append(days, days[len(days)-1]+r.IntN(12))
			}
			p := touchedOn(journey.Outcome(r.IntN(3)), days...)
			require.NoError(t, whole.Add(p))
			require.NoError(t, shards[r.IntN(3)].Add(p))
		}
		require.NoError(t, shards[2].Merge(shards[1]))
		require.NoError(t, shards[0].Merge(shards[2]))
		b := gapBytes(t, shards[0])
		require.Equal(t, gapBytes(t, whole), b)
		var back Gaps
		require.NoError(t, back.UnmarshalBinary(b))
		require.Equal(t, b, gapBytes(t, &back))
		require.Equal(t, dayOf(50), back.AsOf())
	}

	lost := gapsOf(t, []int{1}, []int{2})
	require.NoError(t, lost.spells.Add(1, journey.Lost))
	var g Gaps
	assert.ErrorIs(t, g.UnmarshalBinary(gapBytes(t, lost)), wire.ErrCorrupt)
	b := gapBytes(t, gapsOf(t, []int{1}, []int{2}))
	for i := range b {
		require.ErrorIs(t, g.UnmarshalBinary(b[:i]), wire.ErrCorrupt)
	}
	assert.ErrorIs(t, g.UnmarshalBinary(append(bytes.Clone(b), 0)), wire.ErrCorrupt)
	assert.True(t, g.AsOf().IsZero())
}

func FuzzGapsUnmarshalBinary(f *testing.F) {
	f.Add(gapBytes(f, gapsAsOf(f, dayOf(0))))
	f.Add(gapBytes(f, gapsAsOf(f, time.Unix(-5, 7), touchedOn(journey.Open, 1))))
	f.Add(gapBytes(f, gapsOf(f, []int{1, 2, 3, 3, 5}, []int{0, 1, 9, 20, 20, 20, 30})))
	f.Fuzz(func(t *testing.T, b []byte) {
		var g Gaps
		if g.UnmarshalBinary(b) != nil {
			return
		}
		require.Equal(t, b, gapBytes(t, &g), "two encodings of the same gaps")
		curve, err := g.Curve(.95)
		if err != nil {
			require.ErrorIs(t, err, ErrUndecided)
			return
		}
		last := 1.0
		for s := range curve {
			require.True(t, s.Return.Value >= 0 && s.Return.Value <= last && s.Watched >= 0)
			require.True(t, s.Return.Lo >= 0 && s.Return.Hi <= 1 && s.Return.Lo <= s.Return.Hi)
			last = s.Return.Value
		}
	})
}
