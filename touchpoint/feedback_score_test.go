package touchpoint

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/internal/stat"
)

// answersOf returns an accumulator with so many answers at each point from the lower end.
func answersOf(t testing.TB, s Scale, counts ...int64) *Answers {
	t.Helper()
	a, err := NewAnswers(s)
	require.NoError(t, err)
	for i, n := range counts {
		for range n {
			require.NoError(t, a.Add(s.at(float64(i))))
		}
	}
	return a
}

func TestNPS(t *testing.T) {
	// 3 detractors, 2 passives, 5 promoters: p = 0.5, d = 0.3.
	a := answersOf(t, ZeroToTen(), 1, 0, 0, 0, 0, 0, 2, 1, 1, 2, 3)
	s, err := a.Score(NPS, 0.95)
	require.NoError(t, err)
	assert.Equal(t, NPS, s.Metric)
	assert.InDelta(t, 20, s.Value, 1e-12)
	assert.EqualValues(t, 10, s.N)
	assert.InDelta(t, 100*math.Sqrt((0.5+0.3-0.2*0.2)/10), s.SE, 1e-12)
	lo, hi := scoreOfMean([]float64{-1, 0, 1}, []int64{3, 2, 5}, 0.95)
	assert.InDelta(t, 100*lo, s.Lo, 1e-11)
	assert.InDelta(t, 100*hi, s.Hi, 1e-11)
	assert.Equal(t, MeanScoreInterval, s.Interval)
	assert.Equal(t, 0.95, s.Level)
}

// The classes of the Net Promoter Score: 0 to 6, 7 and 8, 9 and 10.
func TestNPSClasses(t *testing.T) {
	for answer, want := range []float64{-100, -100, -100, -100, -100, -100, -100, 0, 0, 100, 100} {
		a := answersOf(t, ZeroToTen())
		require.NoError(t, a.Add(float64(answer)))
		s, err := a.Score(NPS, 0.95)
		require.NoError(t, err)
		assert.Equal(t, want, s.Value, "%d", answer)
		assert.Zero(t, s.SE)
		assert.True(t, -100 <= s.Lo && s.Lo <= s.Value && s.Value <= s.Hi && s.Hi <= 100)
		assert.Greater(t, s.Hi-s.Lo, 50.0, "one answer says little")
	}
}

func TestCSAT(t *testing.T) {
	a := answersOf(t, Stars(), 1, 2, 3, 4, 10)
	s, err := a.Score(CSAT, 0.9)
	require.NoError(t, err)
	lo, hi := stat.Wilson(14, 20, 0.9)
	assert.InDelta(t, math.Sqrt(0.7*0.3/20), s.SE, 1e-15)
	assert.Equal(t, Score{CSAT, 0.7, 20, s.SE, lo, hi, 0.9, WilsonInterval}, s)

	s, err = a.Score(CSATSum, 0.9)
	require.NoError(t, err)
	sum := 1.0*1 + 2*2 + 3*3 + 4*4 + 5*10
	assert.InDelta(t, sum/(5*20), s.Value, 1e-15)
	assert.Equal(t, MeanScoreInterval, s.Interval)
	variance := (1*9+2*4+3*1+4*0+10*1)/20.0 - 0 // around 4, which is the mean
	assert.InDelta(t, math.Sqrt(variance/20)/5, s.SE, 1e-15)

	reversed := Stars()
	reversed.Reversed = true
	s, err = answersOf(t, reversed, 10, 4, 3, 2, 1).Score(CSAT, 0.9)
	require.NoError(t, err)
	assert.Equal(t, 0.7, s.Value, "the best two points are the lowest")

	smileys, err := answersOf(t, ThreeSmileys(), 1, 1, 2).Score(CSAT, 0.9)
	require.NoError(t, err)
	assert.Equal(t, 0.75, smileys.Value)
}

func TestCES(t *testing.T) {
	a := answersOf(t, OneToSeven(), 0, 1, 0, 1, 2, 0, 4)
	s, err := a.Score(CES, 0.95)
	require.NoError(t, err)
	mean := (2 + 4 + 2*5 + 4*7) / 8.0
	variance := ((2-mean)*(2-mean) + (4-mean)*(4-mean) + 2*(5-mean)*(5-mean) + 4*(7-mean)*(7-mean)) / 8
	assert.InDelta(t, mean, s.Value, 1e-15)
	assert.InDelta(t, math.Sqrt(variance/8), s.SE, 1e-15)
	lo, hi := scoreOfMean([]float64{1, 2, 3, 4, 5, 6, 7}, []int64{0, 1, 0, 1, 2, 0, 4}, 0.95)
	assert.InDelta(t, lo, s.Lo, 1e-12, "points nobody answered between the ends do not matter")
	assert.InDelta(t, hi, s.Hi, 1e-12)

	s, err = a.Score(CESShare, 0.95)
	require.NoError(t, err)
	lo, hi = stat.Wilson(6, 8, 0.95)
	assert.Equal(t, Score{CESShare, 0.75, 8, math.Sqrt(0.75 * 0.25 / 8), lo, hi, 0.95, WilsonInterval}, s)
}

func TestScoreErrors(t *testing.T) {
	for m := range numMetrics {
		scale := map[Metric]Scale{NPS: ZeroToTen(), CSAT: Stars(), CSATSum: Stars(), CES: OneToSeven(), CESShare: OneToSeven()}[m]
		_, err := answersOf(t, scale).Score(m, 0.95)
		require.ErrorIs(t, err, ErrNoAnswers, "%v", m)
		for _, level := range []float64{0, 1, -1, 95, math.NaN(), math.Inf(1)} {
			_, err = answersOf(t, scale, 1).Score(m, level)
			require.ErrorIs(t, err, ErrLevel, "%v", m)
		}
		_, err = answersOf(t, scale, 1).Score(m, 0.95)
		require.NoError(t, err)
	}
	reversed := OneToSeven()
	reversed.Reversed = true
	for _, test := range []struct {
		m Metric
		s Scale
	}{
		{NPS, Stars()},
		{NPS, ZeroToHundred()},
		{NPS, Scale{Max: 10, Step: 0.5}},
		{NPS, Scale{Max: 10, Reversed: true}},
		{CSAT, Thumbs()},
		{CSATSum, Scale{Min: -1, Max: 1}},
		{CSATSum, reversed},
		{CES, Stars()},
		{CES, reversed},
		{CESShare, reversed},
	} {
		_, err := answersOf(t, test.s, 1).Score(test.m, 0.95)
		require.ErrorIs(t, err, ErrScale, "%v on %+v", test.m, test.s)
	}
	_, err := answersOf(t, Stars(), 1).Score(numMetrics, 0.95)
	require.ErrorIs(t, err, ErrRange)
	_, err = new(Answers).Score(NPS, 0.95)
	require.ErrorIs(t, err, ErrNoAnswers)
}

// The interval holds the score and stays within what the metric can be, whatever the
// answers.
func TestScoreIntervals(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	bounds := map[Metric][2]float64{NPS: {-100, 100}, CSAT: {0, 1}, CSATSum: {1.0 / 7, 1}, CES: {1, 7}, CESShare: {0, 1}}
	for range 40 {
		for m, b := range bounds {
			scale := OneToSeven()
			if m == NPS {
				scale = ZeroToTen()
			}
			a := answersOf(t, scale)
			for range 1 + rng.IntN(10) {
				require.NoError(t, a.Add(scale.at(float64(rng.IntN(scale.Len())))))
			}
			s, err := a.Score(m, 0.95)
			require.NoError(t, err)
			require.True(t, b[0] <= s.Lo && s.Lo <= s.Value && s.Value <= s.Hi && s.Hi <= b[1], "%+v", s)
			require.Less(t, s.Lo, s.Hi)
		}
	}
}

// Of many samples the intervals at the level 0.9 cover the truth about that often, small
// samples from a skewed distribution included.
func TestScoreCoverage(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: a simulation of a few hundred milliseconds")
	}
	rng := rand.New(rand.NewPCG(7, 8))
	chances := []float64{0.05, 0, 0, 0, 0.05, 0.05, 0.05, 0.1, 0.2, 0.2, 0.3}
	const truth = 100 * (0.5 - 0.2)
	for _, n := range []int{5, 20, 100} {
		const samples = 800
		covered := 0
		for range samples {
			a, err := NewAnswers(ZeroToTen())
			require.NoError(t, err)
			for range n {
				x, u := 0, rng.Float64()
				for ; x < 10 && u >= chances[x]; x++ {
					u -= chances[x]
				}
				require.NoError(t, a.Add(float64(x)))
			}
			s, err := a.Score(NPS, 0.9)
			require.NoError(t, err)
			if s.Lo <= truth && truth <= s.Hi {
				covered++
			}
		}
		// The coverage of a discrete statistic is not exact: within 0.04 of the level, and
		// 4 standard errors of the simulation.
		assert.InDelta(t, 0.9, float64(covered)/samples, 0.04+4*math.Sqrt(0.09/samples), "n = %d", n)
	}
}

func TestScoreJSON(t *testing.T) {
	data, err := json.Marshal(Score{CESShare, 0.75, 8, 0.5, 0.25, 1, 0.95, WilsonInterval})
	require.NoError(t, err)
	assert.Equal(t, `{"metric":"ces-share","value":0.75,"n":8,"se":0.5,"lo":0.25,"hi":1,"level":0.95,"interval":"wilson"}`, string(data))
	var back Score
	require.NoError(t, json.Unmarshal(data, &back))
	assert.Equal(t, CESShare, back.Metric)
}
