package dropoff

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
)

// Six spells, of which at 2 one converts, one is lost and one is censored, all at once:
//
//	t  n  converted  lost  censored  S before  F converted           F lost
//	1  6      1        0       0        1      1/6                   0
//	2  5      1        1       1       5/6     1/6 + 5/6·1/5 = 1/3   5/6·1/5 = 1/6
//	3  2      0        1       0       1/2     1/3                   1/6 + 1/2·1/2 = 5/12
//	4  1      0        0       1       1/4     1/3                   5/12
//
// and S = 1/4 at the end. The variance of F converted at 3, with F(3)-F(1) = 1/6 and no
// further differences, is the sum of
//
//	at 1: (1/6)²·1/(6·5) + 1·1·5/6³ - 2·1/6·1·1/6²
//	at 2: (5/6)²·1·4/5³
func TestAalenJohansenByHand(t *testing.T) {
	s := spellsOf(t, 1,
		ended(journey.Converted, 1, 2), ended(journey.Lost, 2, 3), ended(journey.Open, 2, 4))
	c, err := s.AalenJohansen(.95)
	require.NoError(t, err)
	assert.Equal(t, .95, c.Level())
	assert.EqualValues(t, 6, c.Spells())
	for end, n := range []int64{2, 2, 2, 0} {
		assert.Equal(t, n, c.Count(journey.Outcome(end)))
	}
	third := 1. / 3
	for i, want := range [][8]float64{
		{1, 6, 1, 0, 0, 1. / 6, 0, 5. / 6},
		{2, 5, 1, 1, 1, third, 1. / 6, .5},
		{3, 2, 0, 1, 0, third, 5. / 12, .25},
		{4, 1, 0, 0, 1, third, 5. / 12, .25},
	} {
		got := slices.Collect(c.Steps())[i]
		assert.Equal(t, want, [8]float64{
			float64(got.Time), float64(got.AtRisk), float64(got.Converted), float64(got.Lost), float64(got.Censored),
			got.ConvertedBy.Value, got.LostBy.Value, got.Still.Value,
		})
	}
	at3, ok := c.At(3)
	require.True(t, ok)
	want := 1./36/30 + 5./216 - 2./6/36 + 25./36*4/125
	assert.InEpsilon(t, want, at3.ConvertedBy.Variance, 1e-14)
}

func TestIncidenceAt(t *testing.T) {
	c, err := spellsOf(t, 1, ended(journey.Lost, 5), ended(journey.Open, 8)).AalenJohansen(.95)
	require.NoError(t, err)
	start, ok := c.At(4)
	assert.True(t, ok)
	none := Probability{Hi: 1}
	assert.Equal(t, IncidenceStep{AtRisk: 2, ConvertedBy: none, LostBy: none, Still: Probability{Value: 1, Hi: 1}}, start)
	for at, want := range map[time.Duration]bool{-1: false, 0: true, 5: true, 6: true, 8: true, 9: false} {
		step, ok := c.At(at)
		assert.Equal(t, want, ok, at)
		if ok && at >= 5 {
			assert.Equal(t, .5, step.LostBy.Value, at)
		}
	}
	c, err = spellsOf(t, 1, ended(journey.Lost, 5), ended(journey.Converted, 7)).AalenJohansen(.95)
	require.NoError(t, err)
	step, ok := c.At(1000)
	assert.True(t, ok, "nobody is left, so it is known for ever")
	assert.Equal(t, .5, step.ConvertedBy.Value)
	for range c.Steps() {
		break
	}
}

// Three causes among 18 observations with ties of every kind. The estimates are those of
// cuminc of R's cmprsk, the standard errors those of Stata, by the formula of
// Marubini and Valsecchi; both as quoted by the tests of statsmodels
// (statsmodels/duration/tests/test_survfunc.py, test_incidence).
func TestAalenJohansenAgainstStata(t *testing.T) {
	times := []int{1, 1, 2, 4, 4, 4, 6, 6, 7, 8, 9, 9, 9, 1, 2, 2, 4, 4}
	causes := []int{1, 1, 1, 2, 2, 2, 3, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	at := []time.Duration{1, 2, 4, 6, 7, 8, 9}
	for cause, want := range map[int]struct{ estimate, se []float64 }{
		1: {
			[]float64{.11111111, .17037037, .17037037, .17037037, .17037037, .17037037, .17037037},
			[]float64{.07407407, .08976251, .08976251, .08976251, .08976251, .08976251, .08976251},
		},
		2: {
			[]float64{0, 0, .20740741, .20740741, .20740741, .20740741, .20740741},
			[]float64{0, 0, .10610391, .10610391, .10610391, .10610391, .10610391},
		},
		3: {
			[]float64{0, 0, 0, .17777778, .26666667, .26666667, .26666667},
			[]float64{0, 0, 0, .11196147, .12787781, .12787781, .12787781},
		},
	} {
		var s Spells
		for i, x := range times {
			end := journey.Lost // of another cause
			switch causes[i] {
			case 0:
				end = journey.Open
			case cause:
				end = journey.Converted
			}
			require.NoError(t, s.Add(time.Duration(x), end))
		}
		c, err := s.AalenJohansen(.95)
		require.NoError(t, err)
		for i, x := range at {
			step, ok := c.At(x)
			require.True(t, ok)
			assert.InDelta(t, want.estimate[i], step.ConvertedBy.Value, .6e-8)
			assert.InDelta(t, want.se[i], math.Sqrt(step.ConvertedBy.Variance), .6e-8)
		}
	}
}

// Table 2 of Satagopan and others, British Journal of Cancer 91 (2004) 1229-1235: the
// first 27 months of 305 women with breast cancer, death of it the event, other
// deaths competing; in per cent to one digit. The table adds the incidences up after
// it rounded them, so they are compared one by one.
func TestAalenJohansenSatagopan(t *testing.T) {
	s := spellsOf(t, 1,
		ended(journey.Converted, 10, 16, 23, 27), ended(journey.Lost, 18, 26), ended(journey.Open, 7, 14, 24))
	for range 305 - 9 {
		require.NoError(t, s.Add(100, journey.Open))
	}
	c, err := s.AalenJohansen(.95)
	require.NoError(t, err)
	before := 0.0
	for _, want := range []struct {
		month, atRisk   int64
		still, incident float64
	}{
		{10, 304, 99.7, .3},
		{16, 302, 99.3, .3},
		{18, 301, 99.0, 0},
		{23, 300, 98.7, .3},
		{26, 298, 98.3, 0},
		{27, 297, 98.0, .3},
	} {
		step, ok := c.At(time.Duration(want.month))
		require.True(t, ok)
		assert.Equal(t, want.atRisk, step.AtRisk)
		assert.InDelta(t, want.still, 100*step.Still.Value, .05)
		assert.InDelta(t, want.incident, 100*(step.ConvertedBy.Value-before), .05)
		before = step.ConvertedBy.Value
	}
}

// marubini is the variance of F at row k by the sum in the doc of Incidence, and f the
// incidence after each row.
func marubini(rows []tiedRow, end journey.Outcome, k int) (f []*big.Rat, variance *big.Rat) {
	s, sum := rat(1, 1), rat(0, 1)
	var before []*big.Rat
	for _, r := range rows[:k+1] {
		before = append(before, s)
		sum = ratAdd(sum, ratMul(s, rat(r.d[end], r.n)))
		f = append(f, sum)
		s = ratMul(s, rat(r.n-r.events(), r.n))
	}
	variance = rat(0, 1)
	for i, r := range rows[:k+1] {
		later := ratSub(f[k], f[i])
		d, dj := r.events(), r.d[end]
		if later.Sign() != 0 {
			variance = ratAdd(variance, ratMul(later, later, rat(d, r.n*(r.n-d))))
		}
		variance = ratAdd(variance, ratMul(before[i], before[i], rat(dj*(r.n-dj), r.n*r.n*r.n)))
		variance = ratAdd(variance, ratMul(rat(-2, 1), later, before[i], rat(dj, r.n*r.n)))
	}
	return f, variance
}

func TestAalenJohansenAgainstRationals(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 11))
	for range 100 {
		all := randomObservations(r, 1+r.IntN(40), 1+r.IntN(30))
		c, err := spellsOf(t, 1, all).AalenJohansen(.9)
		require.NoError(t, err)
		rows := tabulate(all)
		steps := slices.Collect(c.Steps())
		require.Len(t, steps, len(rows))
		for k, row := range rows {
			got := steps[k]
			require.Equal(t, IncidenceStep{
				Time: time.Duration(row.t), AtRisk: row.n,
				Converted: row.d[journey.Converted], Lost: row.d[journey.Lost], Censored: row.d[journey.Open],
				ConvertedBy: got.ConvertedBy, LostBy: got.LostBy, Still: got.Still,
			}, got)
			total := rat(0, 1)
			for end, p := range map[journey.Outcome]Probability{journey.Converted: got.ConvertedBy, journey.Lost: got.LostBy} {
				f, variance := marubini(rows, end, k)
				total = ratAdd(total, f[k])
				require.Equal(t, ratFloat(f[k]), p.Value, "rounded once")
				require.InDelta(t, ratFloat(variance), p.Variance, 1e-13*ratFloat(variance)+1e-18)
				require.Equal(t, p.Value > 0 && p.Value < 1, p.Known)
				require.True(t, p.Lo >= 0 && p.Lo <= p.Value && p.Value <= p.Hi && p.Hi <= 1)
			}
			require.Equal(t, ratFloat(ratSub(rat(1, 1), total)), got.Still.Value)
		}
	}
}

// Without censoring an incidence is a share of all spells, and its variance that of a
// multinomial, exactly.
func TestAalenJohansenWithoutCensoring(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 12))
	for range 50 {
		n := 1 + r.IntN(300)
		var s Spells
		var converted journey.Durations
		for range n {
			x, end := time.Duration(r.IntN(100)), journey.Outcome(1+r.IntN(2))
			if end == journey.Converted {
				converted.Add(x)
			}
			require.NoError(t, s.Add(x, end))
		}
		c, err := s.AalenJohansen(.95)
		require.NoError(t, err)
		for step := range c.Steps() {
			k := int64(0)
			for x, times := range converted.All() {
				if x <= step.Time {
					k += times
				}
			}
			p := float64(k) / float64(n)
			require.Equal(t, p, step.ConvertedBy.Value)
			want := p * (1 - p) / float64(n)
			require.InDelta(t, want, step.ConvertedBy.Variance, 1e-13*want)
		}
	}
}

// The delete-one jackknife knows nothing of formulas. It agrees but for terms of the
// order 1/n.
func TestAalenJohansenVarianceByJackknife(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 13))
	const n, horizon = 300, 12
	all := randomObservations(r, n, 25)
	at := func(all []observation) Probability {
		c, err := spellsOf(t, 1, all).AalenJohansen(.95)
		require.NoError(t, err)
		step, ok := c.At(horizon)
		require.True(t, ok)
		return step.ConvertedBy
	}
	sum, squares := 0.0, 0.0
	for i := range all {
		x := at(slices.Concat(all[:i], all[i+1:])).Value
		sum += x
		squares += x * x
	}
	mean := sum / n
	assert.InEpsilon(t, (n-1)*(squares/n-mean*mean), at(all).Variance, .01)
}

// However many steps, the three add up to 1 but for the rounding of each.
func TestIncidenceAddsUp(t *testing.T) {
	r := rand.New(rand.NewPCG(14, 14))
	var s Spells
	for range 100_000 {
		require.NoError(t, s.Add(time.Duration(r.Int64N(1<<40)), journey.Outcome(r.IntN(3))))
	}
	c, err := s.AalenJohansen(.95)
	require.NoError(t, err)
	both, err := s.KaplanMeier(.95)
	require.NoError(t, err)
	i := 0
	for step := range c.Steps() {
		if math.Abs(1-(step.ConvertedBy.Value+step.LostBy.Value+step.Still.Value)) > 1e-15 {
			t.Fatalf("at step %d", i)
		}
		if row := &both.rows[i]; row.survival.float() != step.Still.Value ||
			math.Abs(row.variance-step.Still.Variance) > 1e-12*row.variance {
			t.Fatalf("at step %d another curve to any end", i)
		}
		i++
	}
	assert.Greater(t, i, 99_000)
}

func BenchmarkAalenJohansen(b *testing.B) {
	r := rand.New(rand.NewPCG(15, 15))
	var s Spells
	for range 1_000_000 {
		if err := s.Add(time.Duration(r.Int64N(1<<45)), journey.Outcome(r.IntN(3))); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.AalenJohansen(.95); err != nil {
			b.Fatal(err)
		}
	}
}
