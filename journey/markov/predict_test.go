package markov_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/markov"
	"github.com/cjm-go/cjm/touchpoint"
)

// predictor counts timed paths.
type predictor struct {
	dict   journey.Dictionary
	counts markov.Counts
	pace   markov.PaceCounts
}

func (p *predictor) add(t testing.TB, c journey.Counted, channels ...touchpoint.Channel) {
	c.Dictionary = &p.dict
	for _, name := range channels {
		c.Channels = append(c.Channels, p.dict.Code(name))
	}
	require.NoError(t, p.counts.Add(&c))
	require.NoError(t, p.pace.Add(&c))
}

func (p *predictor) fit(t testing.TB) *markov.Predictor {
	fitted, err := markov.NewPredictor(&p.counts, &p.pace)
	require.NoError(t, err)
	return fitted
}

var monday = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

// openPath is a path of touches at the hours.
func openPath(hours []int, channels ...touchpoint.Channel) *journey.Path {
	p := &journey.Path{}
	for i, c := range channels {
		at := monday.Add(time.Duration(hours[i]) * time.Hour)
		p.Touchpoints = append(p.Touchpoints, touchpoint.Touchpoint{Channel: c, Time: at})
		p.End = at
	}
	return p
}

// TestPredictOneTouch: for journeys of one touch the prediction is a count: of those
// that were still silent, how many converted, and when.
func TestPredictOneTouch(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 200 {
		var p predictor
		var gaps []int
		lost := r.IntN(6)
		for range lost {
			p.add(t, journey.Counted{Nulls: 1, Ages: []time.Duration{0}}, "a")
		}
		for range 1 + r.IntN(12) {
			gap := 1 + r.IntN(10)
			gaps = append(gaps, gap)
			p.add(t, journey.Counted{Conversions: 1, Value: 10, Ages: []time.Duration{time.Duration(gap) * time.Hour}}, "a")
		}
		fitted := p.fit(t)
		for hours := range 12 {
			got, err := fitted.Predict(openPath([]int{0}, "a"), monday.Add(time.Duration(hours)*time.Hour))
			require.NoError(t, err)
			var longer, left int
			for _, gap := range gaps {
				if gap > hours {
					longer++
					left += gap - hours
				}
			}
			require.Equal(t, time.Duration(hours)*time.Hour, got.Silent)
			require.Equal(t, int64(longer), got.Longer)
			require.Equal(t, int64(len(gaps)), got.Silences)
			want := float64(longer) / float64(max(longer+lost, 1))
			if lost == 0 {
				want = 1 // nobody was ever lost: silence says nothing
			}
			require.InDelta(t, want, got.PConvert, 1e-12)
			require.InDelta(t, 10*want, got.ExpectedValue, 1e-11)
			require.Equal(t, longer > 0, got.Timed)
			if longer > 0 {
				require.InDelta(t, float64(left)/float64(longer), got.TimeToConversion.Hours(), 1e-9)
			}
			require.Equal(t, markov.NextChannel{Channel: "a", PConvert: float64(len(gaps)) / float64(len(gaps)+lost)}, got.Next)
		}
	}
}

// TestPredictSimulation holds the predictions against a process with known odds: in a
// silence go on to a, b, or the conversion, or are lost.
func TestPredictSimulation(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	step := func(from int) (to int, gap time.Duration) { // 0 a, 1 b, 2 converted, 3 lost
		odds := [2][4]float64{{.2, .3, .1, .4}, {.25, .1, .35, .3}}[from]
		u := r.Float64()
		for to = range odds {
			if u -= odds[to]; u < 0 {
				break
			}
		}
		return to, time.Duration(r.ExpFloat64() * float64(time.Hour) * float64(2+3*from))
	}
	names := []touchpoint.Channel{"a", "b"}
	const silence = 3 * time.Hour
	// Of the visits of b with a silence longer than that, or lost: how many
	// converted in the end, and how long it took from there.
	var waited, converted int
	var took time.Duration
	var p predictor
	for range 60_000 {
		at, state := time.Duration(0), 0
		var times []time.Duration
		var channels []touchpoint.Channel
		var pending []time.Duration // moments at which a prediction would be asked for
		c := journey.Counted{}
		for state < 2 {
			times, channels = append(times, at), append(channels, names[state])
			to, gap := step(state)
			if state == 1 && (to == 3 || gap > silence) {
				pending = append(pending, at+silence)
			}
			if to != 3 {
				at += gap
			}
			state = to
		}
		if state == 2 {
			c.Conversions = 1
		} else {
			c.Nulls = 1
		}
		for _, moment := range pending {
			waited++
			if state == 2 {
				converted++
				took += at - moment
			}
		}
		for _, tm := range times {
			c.Ages = append(c.Ages, at-tm)
		}
		p.add(t, c, channels...)
	}
	got, err := p.fit(t).Predict(openPath([]int{0, 1}, "a", "b"), monday.Add(time.Hour+silence))
	require.NoError(t, err)
	share := float64(converted) / float64(waited)
	assert.InDelta(t, share, got.PConvert, 4*math.Sqrt(share*(1-share)/float64(waited)))
	assert.InEpsilon(t, took.Hours()/float64(converted), got.TimeToConversion.Hours(), .03)
	assert.Equal(t, touchpoint.Channel("b"), got.Next.Channel)
	assert.Greater(t, got.Next.PConvert, got.PConvert+.05, "silence has cost something")
}

// TestPredictFallsWithSilence: without silence it is the chain's, then it falls.
func TestPredictFallsWithSilence(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for range 100 {
		var p predictor
		d := &p.dict
		p.add(t, journey.Counted{Nulls: 1, Ages: []time.Duration{9}}, "a")
		p.add(t, journey.Counted{Conversions: 1, Ages: []time.Duration{9}}, "a")
		for range 30 {
			c := randomTimed(r, d)
			require.NoError(t, p.counts.Add(c))
			require.NoError(t, p.pace.Add(c))
		}
		fitted := p.fit(t)
		b, err := fitted.Chain().PConvert(markov.At("a"))
		require.NoError(t, err)
		before := b
		for silent := range 1002 {
			got, err := fitted.Predict(openPath([]int{0}, "a"), monday.Add(time.Duration(silent)))
			require.NoError(t, err)
			if silent == 0 {
				require.Equal(t, b, got.PConvert)
			}
			require.LessOrEqual(t, got.PConvert, before)
			before = got.PConvert
		}
		require.Zero(t, before, "nobody was silent that long and came back")
	}
}

func TestPredictLooksNotAhead(t *testing.T) {
	var p predictor
	p.add(t, journey.Counted{Conversions: 1, Ages: []time.Duration{2 * time.Hour, time.Hour}}, "a", "b")
	p.add(t, journey.Counted{Nulls: 1, Ages: []time.Duration{0}}, "a")
	fitted := p.fit(t)
	long := openPath([]int{0, 5}, "a", "b")
	short := openPath([]int{0}, "a")
	now := monday.Add(30 * time.Minute)
	want, err := fitted.Predict(short, now)
	require.NoError(t, err)
	got, err := fitted.Predict(long, now)
	require.NoError(t, err)
	assert.Equal(t, want, got)

	ended := openPath([]int{0}, "a")
	ended.Outcome, ended.End = journey.Converted, monday.Add(time.Hour)
	got, err = fitted.Predict(ended, now)
	require.NoError(t, err, "as of now it is open")
	assert.Equal(t, want, got)
	_, err = fitted.Predict(ended, monday.Add(time.Hour))
	require.ErrorIs(t, err, markov.ErrEnded)
}

func TestPredictUndefined(t *testing.T) {
	var p predictor
	p.add(t, journey.Counted{Conversions: 1, Ages: []time.Duration{time.Hour}}, "a")
	p.add(t, journey.Counted{Conversions: 1}, "untimed")
	p.add(t, journey.Counted{Nulls: 1, Ages: []time.Duration{0}}, "dead end")
	fitted := p.fit(t)

	start, err := fitted.Predict(&journey.Path{}, monday)
	require.NoError(t, err)
	assert.InDelta(t, 2./3, start.PConvert, 1e-15)
	assert.False(t, start.Timed)

	_, err = fitted.Predict(openPath([]int{0}, "unheard of"), monday)
	require.ErrorIs(t, err, markov.ErrUnknownChannel)
	_, err = fitted.Predict(openPath([]int{0}, "untimed"), monday.Add(1))
	require.ErrorIs(t, err, markov.ErrNoPace)
	now, err := fitted.Predict(openPath([]int{0}, "untimed"), monday)
	require.NoError(t, err)
	assert.Equal(t, 1.0, now.PConvert)
	assert.False(t, now.Timed)

	_, err = markov.NewPredictor(new(markov.Counts), new(markov.PaceCounts))
	require.ErrorIs(t, err, markov.ErrNoJourneys)

	all := fitted.Next()
	require.Len(t, all, 3)
	assert.Equal(t, touchpoint.Channel("a"), all[0].Channel)
	assert.Equal(t, touchpoint.Channel("untimed"), all[1].Channel, "alike in the order of names")
	all[0].Channel = "changed"
	assert.Equal(t, touchpoint.Channel("a"), fitted.Next()[0].Channel)
}
