package dropoff

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
)

// Two groups of three, with a tie across the groups and a censoring at the same time:
//
//	t  n1 n2  d1 d2  expected of 1  variance d(n-d)/(n-1) · n1 n2/n²
//	1   3  3   1  0      1/2        1·5/5 · 9/36 = 1/4
//	2   2  3   1  1      4/5        2·3/4 · 6/25 = 9/25
//	3   0  2   0  1      0          0
//
// The spell of group 1 that is censored at 2 is at risk then. Observed less expected is
// 2 - 13/10 = 7/10, the variance 61/100, chi-square 49/61.
func TestLogRankByHand(t *testing.T) {
	a := spellsOf(t, 1, ended(journey.Converted, 1, 2), ended(journey.Open, 2))
	b := spellsOf(t, 1, ended(journey.Converted, 2, 3), ended(journey.Lost, 3))
	l, err := LogRank(journey.Converted, a, b)
	require.NoError(t, err)
	assert.InEpsilon(t, 49./61, l.ChiSquare(), 1e-14)
	assert.Equal(t, 1, l.DF())
	for i, g := range l.Groups() {
		assert.EqualValues(t, 3, g.Spells)
		assert.EqualValues(t, 2, g.Observed)
		assert.InEpsilon(t, []float64{1.3, 2.7}[i], g.Expected, 1e-14)
		assert.InEpsilon(t, .61, g.Variance, 1e-14)
	}
	for range l.Groups() {
		break
	}
}

// Published figures: of the data on remission, Kleinbaum and Klein, Survival Analysis,
// section 2.5; of those on acute myelogenous leukemia (Miller 1981), survdiff of R for
// aml; of the small one, survdiff as quoted by the tests of statsmodels
// (statsmodels/duration/tests/test_survfunc.py).
func TestLogRankPublished(t *testing.T) {
	for _, c := range []struct {
		name             string
		a, b             []observation
		chi, within, p   float64
		expected         [2]float64
		observed         [2]int64
		expectedIsQuoted bool
	}{
		{
			"remission", remission.drug, remission.placebo,
			16.79, .005, .0000417,
			[2]float64{19.25, 10.75},
			[2]int64{9, 21},
			true,
		},
		{
			"aml",
			slices.Concat(ended(journey.Converted, 9, 13, 18, 23, 31, 34, 48), ended(journey.Open, 13, 28, 45, 161)),
			slices.Concat(ended(journey.Converted, 5, 5, 8, 8, 12, 23, 27, 30, 33, 43, 45), ended(journey.Open, 16)),
			3.4, .05, .0653,
			[2]float64{10.69, 7.31},
			[2]int64{7, 11},
			true,
		},
		{
			"small",
			slices.Concat(ended(journey.Converted, 1, 2, 3, 5), ended(journey.Open, 3, 2, 1, 3)),
			slices.Concat(ended(journey.Converted, 1, 7, 5, 9), ended(journey.Open, 1, 2, 3, 1, 3)),
			2.14673, .000005, .14287,
			[2]float64{},
			[2]int64{4, 4},
			false,
		},
	} {
		l, err := LogRank(journey.Converted, spellsOf(t, 1, c.a), spellsOf(t, 1, c.b))
		require.NoError(t, err)
		assert.InDelta(t, c.chi, l.ChiSquare(), c.within, c.name)
		assert.InEpsilon(t, c.p, l.P(), .002, c.name)
		for i, g := range l.Groups() {
			assert.Equal(t, c.observed[i], g.Observed, c.name)
			if c.expectedIsQuoted {
				assert.InDelta(t, c.expected[i], g.Expected, .005, c.name)
			}
		}
	}
}

// exactLogRank is the statistic of all but the last group, in rationals. It is nil if the
// covariance matrix is singular.
func exactLogRank(groups [][]observation) *big.Rat {
	k := len(groups) - 1
	z := make([]*big.Rat, k)
	v := make([][]*big.Rat, k)
	for i := range v {
		z[i] = rat(0, 1)
		v[i] = make([]*big.Rat, k)
		for j := range v[i] {
			v[i][j] = rat(0, 1)
		}
	}
	for t := range int64(100) {
		var n, d int64
		ni, di := make([]int64, len(groups)), make([]int64, len(groups))
		for g, all := range groups {
			for _, o := range all {
				if int64(o.t) >= t {
					ni[g]++
				}
				if int64(o.t) == t && o.end == journey.Converted {
					di[g]++
				}
			}
			n, d = n+ni[g], d+di[g]
		}
		if d == 0 {
			continue
		}
		for i := range k {
			z[i] = ratAdd(z[i], rat(di[i], 1), rat(-d*ni[i], n))
			for j := range k {
				if n == 1 {
					continue
				}
				own := rat(0, 1)
				if i == j {
					own = rat(ni[i], n)
				}
				v[i][j] = ratAdd(v[i][j], ratMul(rat(d*(n-d), n-1), ratSub(own, rat(ni[i]*ni[j], n*n))))
			}
		}
	}
	// Solve V x = z by elimination; chi-square is z·x.
	x := make([]*big.Rat, k)
	copy(x, z)
	for c := range k {
		p := slices.IndexFunc(v[c:], func(row []*big.Rat) bool { return row[c].Sign() != 0 })
		if p < 0 {
			return nil
		}
		v[c], v[c+p] = v[c+p], v[c]
		x[c], x[c+p] = x[c+p], x[c]
		for r := range k {
			if r == c {
				continue
			}
			f := new(big.Rat).Quo(v[r][c], v[c][c])
			for j := range k {
				v[r][j] = ratSub(v[r][j], ratMul(f, v[c][j]))
			}
			x[r] = ratSub(x[r], ratMul(f, x[c]))
		}
	}
	chi := rat(0, 1)
	for i := range k {
		chi = ratAdd(chi, ratMul(z[i], new(big.Rat).Quo(x[i], v[i][i])))
	}
	return chi
}

func TestLogRankAgainstRationals(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 21))
	compared := 0
	for range 150 {
		groups := make([][]observation, 2+r.IntN(3))
		spells := make([]*Spells, len(groups))
		for g := range groups {
			groups[g] = randomObservations(r, 1+r.IntN(15), 1+r.IntN(12))
			spells[g] = spellsOf(t, 1, groups[g])
		}
		l, err := LogRank(journey.Converted, spells...)
		want := exactLogRank(groups)
		if want == nil {
			if err != nil {
				require.ErrorIs(t, err, ErrNoEvents)
				continue
			}
			require.Less(t, l.DF(), len(groups)-1)
			continue
		}
		require.NoError(t, err)
		compared++
		require.Equal(t, len(groups)-1, l.DF())
		require.InDelta(t, ratFloat(want), l.ChiSquare(), 1e-11*(1+ratFloat(want)))
		observed, expected := int64(0), 0.0
		for _, g := range l.Groups() {
			observed += g.Observed
			expected += g.Expected
		}
		require.InDelta(t, float64(observed), expected, 1e-12*(1+expected))

		r.Shuffle(len(spells), func(i, j int) { spells[i], spells[j] = spells[j], spells[i] })
		again, err := LogRank(journey.Converted, spells...)
		require.NoError(t, err)
		require.InDelta(t, l.ChiSquare(), again.ChiSquare(), 1e-11*(1+l.ChiSquare()))
	}
	assert.Greater(t, compared, 100)
}

// A group that was gone before the first event says nothing.
func TestLogRankOfAGroupGoneBefore(t *testing.T) {
	a := spellsOf(t, 1, ended(journey.Converted, 1, 2, 4))
	b := spellsOf(t, 1, ended(journey.Converted, 3, 5, 6))
	gone := spellsOf(t, 1, ended(journey.Open, 0, 0))
	alone, err := LogRank(journey.Converted, a, b)
	require.NoError(t, err)
	with, err := LogRank(journey.Converted, gone, a, b)
	require.NoError(t, err)
	assert.Equal(t, alone.ChiSquare(), with.ChiSquare())
	assert.Equal(t, 1, with.DF())
	assert.Equal(t, alone.P(), with.P())
	for i, g := range with.Groups() {
		assert.Equal(t, i == 0, g.Expected == 0)
	}
}

func TestLogRankErrors(t *testing.T) {
	a, empty := spellsOf(t, 1, ended(journey.Converted, 1)), new(Spells)
	_, err := LogRank(journey.Converted)
	assert.ErrorIs(t, err, ErrGroups)
	_, err = LogRank(journey.Converted, a)
	assert.ErrorIs(t, err, ErrGroups)
	_, err = LogRank(journey.Open, a, a)
	assert.ErrorIs(t, err, ErrSpellEnd)
	_, err = LogRank(journey.Converted, a, empty)
	var none *EmptySpellsError
	require.ErrorAs(t, err, &none)
	assert.Equal(t, 1, none.Group)
	assert.ErrorIs(t, err, ErrNoSpells)
	assert.EqualError(t, err, "dropoff: no spells in group 1")
	_, err = LogRank(journey.Lost, a, a)
	assert.ErrorIs(t, err, ErrNoEvents)
	_, err = LogRank(journey.Converted, a, a)
	assert.ErrorIs(t, err, ErrNoEvents, "all end at once")
	_, err = LogRank(journey.Converted, spellsOf(t, 1, ended(journey.Open, 1)), spellsOf(t, 1, ended(journey.Converted, 2, 3)))
	assert.ErrorIs(t, err, ErrNoEvents, "one group was gone before the first event")
}
