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

// Five spells: events at 1 and 2, a censoring and an event at 2 again, one censored
// at 4. The censored at 2 is at risk at 2:
//
//	t  n  d  c  S
//	1  5  1  0  4/5
//	2  4  2  1  4/5 · 2/4 = 2/5
//	4  1  0  1  2/5
//
// Greenwood at 2: (2/5)² (1/(5·4) + 2/(4·2)) = 4/25 · 3/10 = 6/125.
func TestKaplanMeierByHand(t *testing.T) {
	s := spellsOf(t, 1, ended(journey.Converted, 1, 2), ended(journey.Lost, 2), ended(journey.Open, 2, 4))
	c, err := s.KaplanMeier(.95)
	require.NoError(t, err)
	assert.Equal(t, .95, c.Level())
	assert.EqualValues(t, 5, c.Spells())
	assert.EqualValues(t, 3, c.Events())
	steps := slices.Collect(c.Steps())
	require.Len(t, steps, 3)
	for i, want := range []CurveStep{
		{Time: 1, AtRisk: 5, Events: 1, Survival: Probability{Value: .8, Variance: .16 / 5}},
		{Time: 2, AtRisk: 4, Events: 2, Censored: 1, Survival: Probability{Value: .4, Variance: 6. / 125}},
		{Time: 4, AtRisk: 1, Censored: 1, Survival: Probability{Value: .4, Variance: 6. / 125}},
	} {
		got := steps[i]
		assert.Equal(t, want.Survival.Value, got.Survival.Value)
		assert.InEpsilon(t, want.Survival.Variance, got.Survival.Variance, 1e-15)
		assert.True(t, got.Survival.Known)
		got.Survival, want.Survival = Probability{}, Probability{}
		assert.Equal(t, want, got)
	}

	// To conversion, the loss at 2 is censored: S(2) = 4/5 · 3/4.
	c, err = s.KaplanMeier(.95, journey.Converted)
	require.NoError(t, err)
	step, ok := c.At(3)
	assert.True(t, ok)
	assert.Equal(t, .6, step.Survival.Value)
	assert.EqualValues(t, 2, step.Time)
	assert.EqualValues(t, 2, step.Censored)
}

// The table of the 6-MP group in Kleinbaum and Klein, Survival Analysis, section 2.3, to
// three digits; standard errors and log-log intervals as SAS and Stata print them for
// these data, to four.
func TestKaplanMeierRemission(t *testing.T) {
	drug, err := spellsOf(t, week, remission.drug).KaplanMeier(.95)
	require.NoError(t, err)
	for _, want := range []struct {
		week, atRisk, events, censoredHere int64
		s, se, lo, hi                      float64
	}{
		{6, 21, 3, 1, .8571, .0764, .6197, .9516},
		{7, 17, 1, 0, .8067, .0869, .5631, .9228},
		{10, 15, 1, 1, .7529, .0963, .5032, .8894},
		{13, 12, 1, 0, .6902, .1068, .4316, .8491},
		{16, 11, 1, 0, .6275, .1141, .3675, .8049},
		{22, 7, 1, 0, .5378, .1282, .2678, .7468},
		{23, 6, 1, 0, .4482, .1346, .1881, .6801},
	} {
		got, ok := drug.At(time.Duration(want.week) * week)
		require.True(t, ok)
		assert.Equal(t, time.Duration(want.week)*week, got.Time)
		assert.Equal(t, []int64{want.atRisk, want.events, want.censoredHere}, []int64{got.AtRisk, got.Events, got.Censored})
		assert.InDelta(t, want.s, got.Survival.Value, .5e-4)
		assert.InDelta(t, want.se, math.Sqrt(got.Survival.Variance), .5e-4)
		assert.InDelta(t, want.lo, got.Survival.Lo, .5e-4)
		assert.InDelta(t, want.hi, got.Survival.Hi, .5e-4)
	}
	median, ok := drug.Median()
	assert.True(t, ok)
	assert.Equal(t, 23*week, median)
	_, ok = drug.Quantile(.6)
	assert.False(t, ok, "the curve ends at .448")

	placebo, err := spellsOf(t, week, remission.placebo).KaplanMeier(.95)
	require.NoError(t, err)
	median, ok = placebo.Median()
	assert.True(t, ok)
	assert.Equal(t, 8*week, median)
}

// The maintained group of the data on acute myelogenous leukemia in Miller, Survival
// Analysis, 1981, as R's survival package prints it (summary of survfit for aml).
func TestKaplanMeierMaintained(t *testing.T) {
	c, err := spellsOf(t, week,
		ended(journey.Lost, 9, 13, 18, 23, 31, 34, 48), ended(journey.Open, 13, 28, 45, 161)).KaplanMeier(.95, journey.Lost)
	require.NoError(t, err)
	for _, want := range []struct {
		week, atRisk int64
		s, se        float64
	}{
		{9, 11, .909, .0867},
		{13, 10, .818, .1163},
		{18, 8, .716, .1397},
		{23, 7, .614, .1526},
		{31, 5, .491, .1642},
		{34, 4, .368, .1627},
		{48, 2, .184, .1535},
	} {
		got, ok := c.At(time.Duration(want.week) * week)
		require.True(t, ok)
		assert.Equal(t, want.atRisk, got.AtRisk)
		assert.InDelta(t, want.s, got.Survival.Value, .5e-3)
		assert.InDelta(t, want.se, math.Sqrt(got.Survival.Variance), .5e-4)
	}
}

func TestKaplanMeierAgainstRationals(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 200 {
		all := randomObservations(r, 1+r.IntN(40), 1+r.IntN(30))
		c, err := spellsOf(t, 1, all).KaplanMeier(.9, journey.Converted)
		require.NoError(t, err)
		s, g := rat(1, 1), rat(0, 1)
		steps := slices.Collect(c.Steps())
		rows := tabulate(all)
		require.Len(t, steps, len(rows))
		for i, row := range rows {
			d := row.d[journey.Converted]
			s = ratMul(s, rat(row.n-d, row.n))
			got := steps[i]
			require.EqualValues(t, row.t, got.Time)
			require.Equal(t, row.n, got.AtRisk)
			require.Equal(t, d, got.Events)
			require.Equal(t, row.d[journey.Open]+row.d[journey.Lost], got.Censored)
			require.Equal(t, ratFloat(s), got.Survival.Value, "rounded once")
			if s.Sign() == 0 {
				require.Zero(t, got.Survival.Variance)
				require.Equal(t, Probability{Hi: 1}, got.Survival)
				continue
			}
			g = ratAdd(g, rat(d, row.n*(row.n-d)))
			want := ratFloat(ratMul(s, s, g))
			require.InDelta(t, want, got.Survival.Variance, 1e-14*want)
			p := got.Survival
			require.Equal(t, p.Value < 1, p.Known)
			require.True(t, p.Lo >= 0 && p.Lo <= p.Value && p.Value <= p.Hi && p.Hi <= 1)
		}
	}
}

func TestCurveAt(t *testing.T) {
	c, err := spellsOf(t, 1, ended(journey.Lost, 5), ended(journey.Open, 8)).KaplanMeier(.95)
	require.NoError(t, err)
	start, ok := c.At(4)
	assert.True(t, ok)
	assert.Equal(t, CurveStep{AtRisk: 2, Survival: Probability{Value: 1, Hi: 1}}, start)
	for at, want := range map[time.Duration]bool{-1: false, 0: true, 5: true, 6: true, 8: true, 9: false} {
		step, ok := c.At(at)
		assert.Equal(t, want, ok, at)
		if ok && at >= 5 {
			assert.Equal(t, .5, step.Survival.Value, at)
		}
	}
	// Where none is left, none will be.
	c, err = spellsOf(t, 1, ended(journey.Lost, 5)).KaplanMeier(.95)
	require.NoError(t, err)
	step, ok := c.At(1000)
	assert.True(t, ok)
	assert.Zero(t, step.Survival.Value)
}

// Where nothing is censored, the quantiles are those of the durations themselves, also
// where 1-S is a p that has no exact float64.
func TestCurveQuantiles(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for range 50 {
		var s Spells
		var d journey.Durations
		for range 100 {
			x := time.Duration(r.IntN(300))
			d.Add(x)
			require.NoError(t, s.Add(x, journey.Outcome(1+r.IntN(2))))
		}
		c, err := s.KaplanMeier(.95)
		require.NoError(t, err)
		for percent := 1; percent <= 100; percent++ {
			want, _ := d.Quantile(float64(percent) / 100)
			got, ok := c.Quantile(float64(percent) / 100)
			require.True(t, ok)
			require.Equal(t, want, got, percent)
		}
		for _, p := range []float64{-.1, 1.1, math.NaN()} {
			_, ok := c.Quantile(p)
			require.False(t, ok)
		}
		zero, ok := c.Quantile(0)
		require.True(t, ok)
		require.Zero(t, zero)
	}
}

func TestRestrictedMean(t *testing.T) {
	c, err := spellsOf(t, week, remission.drug).KaplanMeier(.95)
	require.NoError(t, err)
	// R prints rmean 23.29 and se(rmean) 2.83 for this group.
	mean, se, ok := c.RestrictedMean(35 * week)
	require.True(t, ok)
	assert.InDelta(t, 23.29, float64(mean)/float64(week), .005)
	assert.InDelta(t, 2.83, float64(se)/float64(week), .005)
	_, _, ok = c.RestrictedMean(35*week + 1)
	assert.False(t, ok)
	_, _, ok = c.RestrictedMean(-1)
	assert.False(t, ok)
	mean, se, ok = c.RestrictedMean(5 * week)
	assert.True(t, ok)
	assert.Equal(t, 5*week, mean)
	assert.Zero(t, se)

	// Without censoring it is the mean of min(t, horizon), and its standard error that
	// mean's.
	r := rand.New(rand.NewPCG(9, 9))
	for range 50 {
		n := 2 + r.IntN(50)
		const unit = 1000
		all := randomObservations(r, n, 60)
		horizon := r.IntN(80)
		sum, squares := 0.0, 0.0
		for i := range all {
			all[i].end = journey.Lost
			x := float64(min(all[i].t, horizon)) * unit
			sum += x
			squares += x * x
		}
		c, err := spellsOf(t, unit, all).KaplanMeier(.95)
		require.NoError(t, err)
		mean, se, ok := c.RestrictedMean(time.Duration(horizon) * unit)
		require.True(t, ok)
		m := sum / float64(n)
		require.InDelta(t, m, float64(mean), .51)
		require.InDelta(t, math.Sqrt(max(squares/float64(n)-m*m, 0)/float64(n)), float64(se), .51)
	}

	// A mean beyond what a Duration holds is not.
	c, err = spellsOf(t, math.MaxInt64, ended(journey.Lost, 1)).KaplanMeier(.95)
	require.NoError(t, err)
	mean, _, ok = c.RestrictedMean(math.MaxInt64)
	assert.True(t, ok)
	assert.EqualValues(t, math.MaxInt64, mean)
}

func TestKaplanMeierErrors(t *testing.T) {
	s := spellsOf(t, 1, ended(journey.Lost, 1))
	for _, level := range []float64{0, 1, -1, 2, math.NaN()} {
		_, err := s.KaplanMeier(level)
		assert.ErrorIs(t, err, ErrLevel)
		_, err = s.AalenJohansen(level)
		assert.ErrorIs(t, err, ErrLevel)
	}
	for _, end := range []journey.Outcome{journey.Open, 3} {
		_, err := s.KaplanMeier(.95, end)
		assert.ErrorIs(t, err, ErrSpellEnd)
	}
	_, err := new(Spells).KaplanMeier(.95)
	assert.ErrorIs(t, err, ErrNoSpells)
	_, err = new(Spells).AalenJohansen(.95)
	assert.ErrorIs(t, err, ErrNoSpells)
}

// Products and sums of millions of terms stay within half a unit in the last place.
func TestTwofold(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 10))
	for range 20 {
		product, sum := twofold{hi: 1}, twofold{}
		exactProduct := new(big.Float).SetPrec(400).SetInt64(1)
		exactSum := new(big.Float).SetPrec(400)
		for range 2000 {
			n := 2 + r.Int64N(1<<40)
			k := n - r.Int64N(n/50+1) // about 1% less
			product = product.fraction(k, n)
			exactProduct.Mul(exactProduct, new(big.Float).SetInt64(k))
			exactProduct.Quo(exactProduct, new(big.Float).SetInt64(n))
			if r.IntN(2) == 0 {
				sum = sum.plus(product)
				exactSum.Add(exactSum, exactProduct)
			} else {
				sum = sum.minus(product)
				exactSum.Sub(exactSum, exactProduct)
			}
			want, _ := exactProduct.Float64()
			require.Equal(t, want, product.float())
			want, _ = exactSum.Float64()
			require.InDelta(t, want, sum.float(), 1e-16*math.Abs(want)+1e-28)
		}
	}
	assert.Zero(t, twofold{hi: 1}.fraction(0, 5).float())
}
