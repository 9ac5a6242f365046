package attribution_test

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

func TestHeuristicsOracle(t *testing.T) {
	for i, m := range oracleHeuristics() {
		t.Run(m.model.Name()+strconv.Itoa(i), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, uint64(i)))
			tol := 1e-13
			if m.rounded {
				tol = 0
			}
			credited, worst := 0, 0.0
			for range 1000 {
				rows := oracleRows(rng, rng.IntN(3) == 0)
				if rng.IntN(2) == 0 && m.model.Name() != "time-decay" {
					rows = oracleTimeless(rows)
				}
				want := m.shares.result(rows)
				results, err := attribution.Attribute(oracleFeed(new(journey.Dictionary), rows), m.model)
				if want.totals.Conversions == 0 {
					requireNothing(t, want, err)
					continue
				}
				require.NoErrorf(t, err, "%+v", rows)
				require.Len(t, results, 1)
				require.Equal(t, m.model.Name(), results[0].Model())
				for _, credit := range results[0].All() {
					require.Nil(t, credit.Removal)
				}
				worst = max(worst, requireOracle(t, want, results[0], tol, rows))
				credited++
			}
			assert.Greater(t, credited, 750)
			t.Logf("%d tables, largest relative error %.2g", credited, worst)
		})
	}
}

func TestHeuristicsLongPaths(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 0))
	for range 30 {
		rows := oracleLong(rng)
		for _, m := range oracleHeuristics() {
			results, err := attribution.Attribute(oracleFeed(new(journey.Dictionary), rows), m.model)
			require.NoError(t, err)
			requireOracle(t, m.shares.result(rows), results[0], 1e-13, rows)
		}
	}
}

// TestHeuristicsOnePass: one pass for many models gives each what it gets alone.
func TestHeuristicsOnePass(t *testing.T) {
	seen := map[string]bool{}
	var models []attribution.Model
	var oracles []oracleModel
	for _, m := range oracleHeuristics() {
		if !seen[m.model.Name()] {
			models, oracles = append(models, m.model), append(oracles, m)
		}
		seen[m.model.Name()] = true
	}
	rng := rand.New(rand.NewPCG(2, 0))
	for range 200 {
		rows := oracleRows(rng, true)
		results, err := attribution.Attribute(oracleFeed(new(journey.Dictionary), rows), models...)
		if want := oracleTotals(rows); want.totals.Conversions == 0 {
			requireNothing(t, want, err)
			continue
		}
		require.NoError(t, err)
		require.Len(t, results, len(models))
		for i, r := range results {
			requireOracle(t, oracles[i].shares.result(rows), r, 1e-13, rows)
		}
	}
}

// TestHeuristicsManyDictionaries: paths of several dictionaries may meet in one
// accumulator; what counts is the name.
func TestHeuristicsManyDictionaries(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	for range 100 {
		rows := oracleRows(rng, false)
		dicts := []*journey.Dictionary{new(journey.Dictionary), new(journey.Dictionary), new(journey.Dictionary)}
		feed := func(yield func(*journey.Counted, error) bool) {
			for _, r := range rows {
				for p, err := range oracleFeed(dicts[rng.IntN(len(dicts))], []oracleRow{r}) {
					if !yield(p, err) {
						return
					}
				}
			}
		}
		for _, m := range oracleHeuristics() {
			want := m.shares.result(rows)
			results, err := attribution.Attribute(feed, m.model)
			if want.totals.Conversions == 0 {
				requireNothing(t, want, err)
				continue
			}
			require.NoError(t, err)
			requireOracle(t, want, results[0], 1e-13, rows)
		}
	}
}

// TestHeuristicsExtremes: values far apart, counts near the limit, weights and
// ages at the ends of their ranges.
func TestHeuristicsExtremes(t *testing.T) {
	const year = 365 * 24 * time.Hour
	weights := func(w ...float64) attribution.Weighted {
		return attribution.Weighted{Weights: func(dst []float64, _ *journey.Counted) { copy(dst, w) }}
	}
	ab := []string{"a", "b"}
	half := func(oracleRow) []*big.Rat { return []*big.Rat{big.NewRat(1, 2), big.NewRat(1, 2)} }
	far := []oracleRow{
		{channels: ab, conversions: 1, value: 1e300},
		{channels: ab, conversions: 1, value: 1e-3},
		{channels: []string{"c"}, conversions: 1, value: 0x1p-1074},
		{channels: []string{"b", "c"}, conversions: 1 << 59, value: 3},
	}
	for _, c := range []struct {
		name   string
		model  attribution.Model
		shares oracleShares
		rows   []oracleRow
	}{
		{"first, far apart", attribution.FirstTouch{}, oracleFirst, far},
		{"linear, far apart", attribution.Linear{}, oracleLinear, far},
		{"unique, far apart", attribution.Linear{Per: attribution.PerChannel}, oracleLinearUnique, far},
		{"position, far apart", attribution.PositionBased{}, oraclePosition("0.4", "0.4"), far},
		{"huge weights", weights(1e308, 1e308), half, []oracleRow{{channels: ab, conversions: 3, value: 1}}},
		{"tiny weights", weights(0x1p-1074, 0x1p-1074), half, []oracleRow{{channels: ab, conversions: 3, value: 1}}},
		{
			"old ages",
			attribution.TimeDecay{HalfLife: time.Hour},
			oracleDecay(time.Hour),
			[]oracleRow{{channels: ab, ages: []time.Duration{20*year + time.Hour, 20 * year}, conversions: 3, value: 1}},
		},
		{
			"short half-life",
			attribution.TimeDecay{HalfLife: 1},
			oracleDecay(1),
			[]oracleRow{{channels: ab, ages: []time.Duration{290 * year, 0}, conversions: 3, value: 1}},
		},
		{
			"long half-life",
			attribution.TimeDecay{HalfLife: math.MaxInt64},
			oracleDecay(math.MaxInt64),
			[]oracleRow{{channels: ab, ages: []time.Duration{math.MaxInt64, 0}, conversions: 3, value: 1}},
		},
		{
			"ages far apart",
			attribution.TimeDecay{HalfLife: math.MaxInt64},
			func(oracleRow) []*big.Rat { return []*big.Rat{big.NewRat(4, 5), big.NewRat(1, 5)} },
			[]oracleRow{{channels: ab, ages: []time.Duration{-math.MaxInt64, math.MaxInt64}, conversions: 3, value: 1}},
		},
		{"all to the ends", attribution.PositionBased{First: 0.5, Last: 0.5}, oraclePosition("0.5", "0.5"), []oracleRow{
			{channels: []string{"a", "b", "c"}, conversions: 1 << 59, value: 1e15},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			results, err := attribution.Attribute(oracleFeed(new(journey.Dictionary), c.rows), c.model)
			require.NoError(t, err)
			requireOracle(t, c.shares.result(c.rows), results[0], 1e-13, c.rows)
		})
	}
}

// TestPositionRest: parts that add up to one leave nothing for the middle, also
// where their float64 sum is a little off one, and never less than nothing.
func TestPositionRest(t *testing.T) {
	rows := []oracleRow{{channels: []string{"a", "b", "c"}, conversions: 1_000_000, value: 1e9}}
	for first := range 101 {
		m := attribution.PositionBased{First: float64(first) / 100, Last: float64(100-first) / 100}
		require.NoErrorf(t, m.Validate(), "%v", m)
		results, err := attribution.Attribute(oracleFeed(new(journey.Dictionary), rows), m)
		require.NoErrorf(t, err, "%v", m)
		middle, _ := results[0].Credit("b")
		assert.GreaterOrEqualf(t, middle.Conversions, 0.0, "%v", m)
		assert.GreaterOrEqualf(t, middle.Value, 0.0, "%v", m)
		assert.LessOrEqualf(t, middle.Share, 1e-15, "%v", m)
	}
}

// TestDirectFold: direct is compared without regard to case in every script.
func TestDirectFold(t *testing.T) {
	for _, c := range []struct{ direct, channel string }{
		{"Direct", "dIRECT"}, {"ПРЯМОЙ", "прямой"}, {"ΑΠΕΥΘΕΊΑΣ", "απευθείας"}, {"kiosk", "\u212aiosk"}, {"bad\xff", "BAD\xff"},
	} {
		rows := []oracleRow{{channels: []string{"ad", c.channel}, conversions: 1}}
		m := attribution.LastNonDirect{Direct: []touchpoint.Channel{touchpoint.Channel(c.direct)}}
		results, err := attribution.Attribute(oracleFeed(new(journey.Dictionary), rows), m)
		require.NoError(t, err)
		credit, _ := results[0].Credit("ad")
		assert.Equalf(t, 1.0, credit.Conversions, "%q is %q", c.channel, c.direct)
	}
}

// TestAttributeStops: the first error among the paths ends the pass.
func TestAttributeStops(t *testing.T) {
	broken := errors.New("broken")
	feed := func(yield func(*journey.Counted, error) bool) {
		if yield(oracleRow{channels: []string{"a"}, conversions: 1}.counted(new(journey.Dictionary)), nil) && yield(nil, broken) {
			t.Error("asked for more after an error")
		}
	}
	_, err := attribution.Attribute(feed, attribution.FirstTouch{})
	assert.ErrorIs(t, err, broken)
}
