package attribution_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// propertyAccumulators runs test with an accumulator of each model.
func propertyAccumulators(t *testing.T, test func(t *testing.T, m attribution.Model, a attribution.Accumulator)) {
	t.Helper()
	for _, nulls := range []attribution.Nulls{attribution.IncludeNulls, attribution.ExcludeNulls} {
		for _, m := range propertyModels(nulls) {
			if m.Name() == "markov" || nulls == attribution.IncludeNulls {
				t.Run(strings.TrimSuffix(m.Name()+" "+nulls.String(), " include"), func(t *testing.T) { test(t, m, m.NewAccumulator()) })
			}
		}
	}
}

func accumulatorBytes(t *testing.T, a attribution.Accumulator) []byte {
	t.Helper()
	b, err := a.MarshalBinary()
	require.NoError(t, err)
	return b
}

func TestNothingToCredit(t *testing.T) {
	propertyAccumulators(t, func(t *testing.T, m attribution.Model, a attribution.Accumulator) {
		_, err := a.Result()
		require.ErrorIs(t, err, attribution.ErrNoJourneys)
		require.NoError(t, a.Merge(m.NewAccumulator()))
		require.Equal(t, accumulatorBytes(t, m.NewAccumulator()), accumulatorBytes(t, a))
		require.NoError(t, a.Add(oracleRow{channels: []string{"a"}, nulls: 2, opens: 1}.counted(new(journey.Dictionary))))
		_, err = a.Result()
		require.ErrorIs(t, err, attribution.ErrNoConversions)
		require.NoError(t, a.Add(oracleRow{conversions: 1}.counted(new(journey.Dictionary))))
		_, err = a.Result()
		require.NoError(t, err)
	})
}

// TestBadPaths: a path that is refused changes nothing.
func TestBadPaths(t *testing.T) {
	age := make([]time.Duration, 1)
	a := func(conversions, nulls, opens int64, value float64) oracleRow {
		return oracleRow{channels: []string{"a"}, ages: age, conversions: conversions, nulls: nulls, opens: opens, value: value}
	}
	for _, c := range []struct {
		name string
		row  oracleRow
		want error
	}{
		{"negative conversions", a(-1, 0, 0, 0), journey.ErrNegative},
		{"negative nulls", a(1, -1, 0, 0), journey.ErrNegative},
		{"negative opens", a(1, 0, -1, 0), journey.ErrNegative},
		{"negative value", a(1, 0, 0, -0.01), journey.ErrNegative},
		{"value is not a number", a(1, 0, 0, math.NaN()), journey.ErrNotFinite},
		{"value is infinite", a(1, 0, 0, math.Inf(1)), journey.ErrNotFinite},
		{"value is infinitely negative", a(1, 0, 0, math.Inf(-1)), journey.ErrNotFinite},
		{"value without conversion", a(0, 1, 1, 5), journey.ErrValueWithoutConversion},
		{"value of no journey", a(0, 0, 0, 5), journey.ErrValueWithoutConversion},
		{"two ages for one touch", oracleRow{channels: []string{"a"}, ages: make([]time.Duration, 2), conversions: 1}, journey.ErrAges},
		{"row overflows", a(math.MaxInt64, 1, 0, 0), journey.ErrOverflow},
		{"row overflows twice", a(math.MaxInt64, math.MaxInt64, math.MaxInt64, 0), journey.ErrOverflow},
		{"sum of conversions overflows", a(math.MaxInt64, 0, 0, 0), journey.ErrOverflow},
		{"sum of nulls overflows", a(0, math.MaxInt64, 0, 0), journey.ErrOverflow},
		{"sum of opens overflows", a(0, 0, math.MaxInt64-1, 0), journey.ErrOverflow},
		{"sum of empty journeys overflows", oracleRow{conversions: math.MaxInt64 - 2}, journey.ErrOverflow},
	} {
		t.Run(c.name, func(t *testing.T) {
			propertyAccumulators(t, func(t *testing.T, m attribution.Model, acc attribution.Accumulator) {
				dict := new(journey.Dictionary)
				require.NoError(t, acc.Add(oracleRow{channels: []string{"b", "a"}, ages: make([]time.Duration, 2), conversions: 2, nulls: 1, value: 3}.counted(dict)))
				want, err := acc.Result()
				require.NoError(t, err)
				before := accumulatorBytes(t, acc)
				for _, row := range append([]oracleRow{c.row}, oracleTimeless([]oracleRow{c.row})...) {
					if row.ages == nil && (errors.Is(c.want, journey.ErrAges) || m.Name() == "time-decay") {
						continue
					}
					require.ErrorIs(t, acc.Add(row.counted(dict)), c.want)
					assert.Equal(t, before, accumulatorBytes(t, acc))
					got, err := acc.Result()
					require.NoError(t, err)
					assert.Equal(t, want, got)
				}
			})
		})
	}
}

// TestMergeOverflow: counts that do not fit are refused in a merge as well.
func TestMergeOverflow(t *testing.T) {
	propertyAccumulators(t, func(t *testing.T, m attribution.Model, a attribution.Accumulator) {
		other := m.NewAccumulator()
		for i, acc := range []attribution.Accumulator{a, other} {
			row := oracleRow{channels: []string{"a"}, ages: make([]time.Duration, 1), conversions: 1 + int64(i), value: 1}
			require.NoError(t, acc.Add(row.counted(new(journey.Dictionary))))
			require.NoError(t, acc.Add(oracleRow{nulls: 1 << 62}.counted(new(journey.Dictionary))))
		}
		before, otherBefore := accumulatorBytes(t, a), accumulatorBytes(t, other)
		require.ErrorIs(t, a.Merge(other), journey.ErrOverflow)
		assert.Equal(t, before, accumulatorBytes(t, a))
		assert.Equal(t, otherBefore, accumulatorBytes(t, other))
		require.ErrorIs(t, a.Merge(a), journey.ErrOverflow)
		assert.Equal(t, before, accumulatorBytes(t, a))
	})
}

// TestReserved: no channel may have the name of the line of empty paths.
func TestReserved(t *testing.T) {
	for _, m := range propertyModels(attribution.IncludeNulls) {
		for _, rows := range [][]oracleRow{
			{{channels: []string{"a", "(none)"}, ages: make([]time.Duration, 2), conversions: 1}},
			{{channels: []string{"(none)"}, ages: make([]time.Duration, 1), nulls: 1}, {conversions: 1}},
		} {
			_, err := attribution.Attribute(oracleFeed(new(journey.Dictionary), rows), m)
			require.ErrorIsf(t, err, attribution.ErrReserved, "%s", m.Name())
		}
	}
}

func TestValueOverflow(t *testing.T) {
	propertyAccumulators(t, func(t *testing.T, _ attribution.Model, a attribution.Accumulator) {
		for range 2 {
			require.NoError(t, a.Add(oracleRow{channels: []string{"a"}, ages: make([]time.Duration, 1), conversions: 1, value: math.MaxFloat64}.counted(new(journey.Dictionary))))
		}
		_, err := a.Result()
		require.ErrorIs(t, err, attribution.ErrOverflow)
	})
}

func TestNoTimes(t *testing.T) {
	dict, acc := new(journey.Dictionary), attribution.TimeDecay{}.NewAccumulator()
	require.NoError(t, acc.Add(oracleRow{channels: []string{"a"}, nulls: 1, opens: 1}.counted(dict)), "nothing to weigh")
	require.NoError(t, acc.Add(oracleRow{conversions: 1}.counted(dict)), "no touch to weigh")
	before := accumulatorBytes(t, acc)
	require.ErrorIs(t, acc.Add(oracleRow{channels: []string{"a"}, conversions: 1}.counted(dict)), attribution.ErrNoTimes)
	assert.Equal(t, before, accumulatorBytes(t, acc))
	_, err := attribution.Attribute(oracleFeed(dict, []oracleRow{{channels: []string{"a"}, conversions: 1}}), attribution.TimeDecay{})
	require.ErrorIs(t, err, attribution.ErrNoTimes)
}

func TestBadWeights(t *testing.T) {
	for name, weights := range map[string][]float64{
		"not a number": {math.NaN(), 1}, "negative": {-1, 2}, "infinite": {1, math.Inf(1)}, "minus infinite": {1, math.Inf(-1)},
		"all zero": {0, 0}, "zero sum": {1, -1}, "all minus zero": {math.Copysign(0, -1), 0},
	} {
		t.Run(name, func(t *testing.T) {
			bad := false
			acc := attribution.Weighted{Weights: func(dst []float64, _ *journey.Counted) {
				if copy(dst, []float64{1, 2}); bad {
					copy(dst, weights)
				}
			}}.NewAccumulator()
			row := oracleRow{channels: []string{"a", "b"}, conversions: 3, value: 1}
			require.NoError(t, acc.Add(row.counted(new(journey.Dictionary))))
			before := accumulatorBytes(t, acc)
			bad = true
			require.ErrorIs(t, acc.Add(row.counted(new(journey.Dictionary))), attribution.ErrWeights)
			assert.Equal(t, before, accumulatorBytes(t, acc))
		})
	}
}

// propertyFamilies are models none of which may be taken for another.
func propertyFamilies() []attribution.Model {
	return append(propertyModels(attribution.IncludeNulls),
		attribution.Markov{Nulls: attribution.ExcludeNulls},
		attribution.LastNonDirect{Direct: []touchpoint.Channel{"a", "b"}},
		attribution.LastNonDirect{Direct: []touchpoint.Channel{"a|b"}},
		attribution.LastNonDirect{Direct: []touchpoint.Channel{"a,b"}},
		attribution.LastNonDirect{Direct: []touchpoint.Channel{}},
		attribution.PositionBased{},
		attribution.PositionBased{First: 0.1, Last: 0.3},
		attribution.TimeDecay{HalfLife: time.Hour},
		attribution.Weighted{Label: "first", Weights: oracleWeights},
		attribution.Weighted{Label: "mine", Weights: oracleWeights},
	)
}

func TestOtherModels(t *testing.T) {
	models := propertyFamilies()
	row := oracleRow{channels: []string{"a", "b"}, ages: make([]time.Duration, 2), conversions: 1, value: 1}
	for i, m := range models {
		for j, n := range models {
			a, b := m.NewAccumulator(), n.NewAccumulator()
			require.NoError(t, a.Add(row.counted(new(journey.Dictionary))))
			require.NoError(t, b.Add(row.counted(new(journey.Dictionary))))
			before := accumulatorBytes(t, a)
			if i == j {
				assert.NoError(t, a.UnmarshalBinary(accumulatorBytes(t, b)))
				assert.NoError(t, a.Merge(b))
				continue
			}
			assert.ErrorIsf(t, a.Merge(b), attribution.ErrModel, "%T%+v and %T%+v", m, m, n, n)
			assert.Errorf(t, a.UnmarshalBinary(accumulatorBytes(t, b)), "%T%+v and %T%+v", m, m, n, n)
			assert.Equalf(t, before, accumulatorBytes(t, a), "%T%+v and %T%+v", m, m, n, n)
		}
		assert.ErrorIs(t, m.NewAccumulator().Merge(nil), attribution.ErrModel)
		assert.ErrorIs(t, m.NewAccumulator().Merge(foreign{m.NewAccumulator()}), attribution.ErrModel)
	}
}

// foreign is an accumulator of somebody else.
type foreign struct{ attribution.Accumulator }

// TestSameModel: a default written out is the same model.
func TestSameModel(t *testing.T) {
	for _, c := range [][2]attribution.Model{
		{attribution.PositionBased{}, attribution.PositionBased{First: 0.4, Last: 0.4}},
		{attribution.TimeDecay{}, attribution.TimeDecay{HalfLife: attribution.DefaultHalfLife}},
		{attribution.LastNonDirect{}, attribution.LastNonDirect{Direct: []touchpoint.Channel{"(Direct)", "direct", "DIRECT"}}},
	} {
		assert.NoErrorf(t, c[0].NewAccumulator().Merge(c[1].NewAccumulator()), "%+v", c)
		assert.Equalf(t, accumulatorBytes(t, c[0].NewAccumulator()), accumulatorBytes(t, c[1].NewAccumulator()), "%+v", c)
	}
}

func TestOtherSets(t *testing.T) {
	set := func(models ...attribution.Model) *attribution.Set {
		return propertySet(t, models, new(journey.Dictionary), []oracleRow{{channels: []string{"a"}, conversions: 1}})
	}
	one := set(attribution.FirstTouch{}, attribution.LastTouch{})
	for _, other := range []*attribution.Set{
		set(), set(attribution.FirstTouch{}), set(attribution.LastTouch{}, attribution.FirstTouch{}),
		set(attribution.FirstTouch{}, attribution.LastTouch{}, attribution.Linear{}),
	} {
		before := propertyBytes(t, one)
		assert.ErrorIs(t, one.Merge(other), attribution.ErrModel)
		assert.Error(t, one.UnmarshalBinary(propertyBytes(t, other)))
		assert.Equal(t, before, propertyBytes(t, one))
	}
}

func TestBadConfiguration(t *testing.T) {
	bad := []attribution.Model{
		attribution.Linear{Per: attribution.PerChannel + 1},
		attribution.PositionBased{First: -0.1, Last: 0.5},
		attribution.PositionBased{First: 0.5, Last: -0.1},
		attribution.PositionBased{First: 0.7, Last: 0.4},
		attribution.PositionBased{First: 1.5, Last: -0.5},
		attribution.PositionBased{First: math.NaN(), Last: 0.4},
		attribution.PositionBased{First: 0.4, Last: math.NaN()},
		attribution.PositionBased{First: math.Inf(1)},
		attribution.PositionBased{Last: math.Inf(-1)},
		attribution.TimeDecay{HalfLife: -1},
		attribution.Weighted{},
		attribution.Weighted{Label: "mine"},
		attribution.Markov{Nulls: attribution.ExcludeNulls + 1},
	}
	for _, m := range bad {
		require.ErrorIsf(t, m.Validate(), attribution.ErrConfig, "%T%+v", m, m)
		_, err := attribution.NewSet(attribution.FirstTouch{}, m)
		require.ErrorIsf(t, err, attribution.ErrConfig, "%T%+v", m, m)
		_, err = attribution.Attribute(oracleFeed(new(journey.Dictionary), nil), m)
		require.ErrorIsf(t, err, attribution.ErrConfig, "%T%+v", m, m)
	}
	for _, m := range propertyFamilies() {
		require.NoErrorf(t, m.Validate(), "%T%+v", m, m)
	}
	_, err := attribution.NewSet(attribution.FirstTouch{}, attribution.Linear{}, attribution.FirstTouch{})
	require.ErrorIs(t, err, attribution.ErrConfig)
	_, err = attribution.NewSet(bad[0], bad[1], attribution.LastTouch{}, attribution.LastTouch{})
	for _, want := range []string{bad[0].Validate().Error(), bad[1].Validate().Error(), `"last"`} {
		assert.ErrorContains(t, err, want, "all at once")
	}
}
