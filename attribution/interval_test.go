package attribution_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// row is short for one row of a table without a customer.
func row(conversions, nulls int64, value float64, channels ...string) intervalRow {
	return intervalRow{oracleRow: oracleRow{channels: channels, conversions: conversions, nulls: nulls, value: value}}
}

// TestWilson: published intervals of the level .95 (Newcombe, "Two-sided confidence
// intervals for the single proportion", Statistics in Medicine 17 (1998) 857-872,
// table I, method 3), as those of the touching share.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		k, n   int64
		lo, hi float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		rows := []intervalRow{row(c.k, 3, 0, "a"), row(c.n-c.k, 2, 0, "b")}
		u := intervalOf(t, attribution.Delta{Model: attribution.Markov{}}, rows)
		line, ok := u.Channel("a")
		require.True(t, ok)
		share := line.Removal.TouchingShare
		assert.InDelta(t, c.lo, share.Lo, 5e-5)
		assert.InDelta(t, c.hi, share.Hi, 5e-5)
		p := float64(c.k) / float64(c.n)
		assert.InDelta(t, math.Sqrt(p*(1-p)/float64(c.n)), share.SE, 1e-15)
		assert.Equal(t, c.k, line.Touching)
		assert.Equal(t, c.k < attribution.FewConversions, line.Few)
		// Where there are few, the interval of the effect holds this one.
		effect := line.Removal.Effect
		if line.Few {
			assert.LessOrEqual(t, effect.Lo, share.Lo)
			assert.GreaterOrEqual(t, effect.Hi, share.Hi)
		}
		if c.k == 0 {
			assert.Equal(t, attribution.Estimate{Hi: share.Hi}, effect)
		}
		if !line.Few {
			// The effect is the touching share, as the channel is alone on its
			// paths; its interval is that of the normal approximation.
			assert.InDelta(t, p-1.959963984540054*share.SE, effect.Lo, 1e-12)
		}
	}
}

// TestFewConversions: at ten the mark is gone; the bounds with it hold the effect.
func TestFewConversions(t *testing.T) {
	for k := range int64(12) {
		rows := []intervalRow{row(k, 0, 0, "a", "b"), row(10, 30, 0, "b", "a", "c"), row(0, 5, 0, "a"), row(2, 0, 0)}
		u := intervalOf(t, attribution.Delta{Model: attribution.Markov{}}, append(rows, row(k, 1, 0, "d")))
		result, err := intervalCount(t, attribution.Markov{}, append(rows, row(k, 1, 0, "d"))).Result()
		require.NoError(t, err)
		for channel, c := range u.All() {
			assert.Equalf(t, c.Touching < 10, c.Few, "%s: %d", channel, c.Touching)
			if credit, _ := result.Credit(channel); credit.Removal != nil {
				assert.LessOrEqual(t, c.Removal.Effect.Lo, credit.Removal.Effect)
				assert.GreaterOrEqual(t, c.Removal.Effect.Hi, credit.Removal.Effect)
			}
		}
		d, _ := u.Channel("d")
		assert.Equal(t, k, d.Touching)
		none, ok := u.Channel(journey.None)
		require.True(t, ok)
		assert.EqualValues(t, 2, none.Touching)
		assert.Nil(t, none.Removal)
	}
}

// TestIntervalOfCount: the credits of the last touch are counts of conversions out
// of the journeys, with binomial variance, and the level says how wide.
func TestIntervalOfCount(t *testing.T) {
	rows := []intervalRow{row(30, 10, 300, "b", "a"), row(20, 35, 100, "a", "b"), row(5, 0, 50)}
	for _, c := range []struct{ level, z float64 }{{0, 1.959963984540054}, {0.9, 1.6448536269514722}, {0.99, 2.5758293035489004}} {
		u := intervalOf(t, attribution.Delta{Model: attribution.LastTouch{}, Level: c.level}, rows)
		for channel, k := range map[touchpoint.Channel]float64{"a": 30, "b": 20, journey.None: 5} {
			line, ok := u.Channel(channel)
			require.True(t, ok)
			se := math.Sqrt(k * (1 - k/100))
			assert.InDelta(t, se, line.Conversions.SE, 1e-12)
			assert.InDelta(t, max(k-c.z*se, 0), line.Conversions.Lo, 1e-9)
			assert.InDelta(t, k+c.z*se, line.Conversions.Hi, 1e-9)
			assert.InDelta(t, math.Sqrt(k/55*(1-k/55)/55), line.Share.SE, 1e-12)
		}
		assert.Equal(t, attribution.ByDelta, u.Method())
		assert.EqualValues(t, 100, u.Journeys())
		if c.level > 0 {
			assert.Equal(t, c.level, u.Level())
		} else {
			assert.Equal(t, attribution.DefaultLevel, u.Level())
		}
	}
}

// TestIntervalsStayInRange: no bound of a probability leaves [0, 1], none of a
// credit is negative, and each holds the number.
func TestIntervalsStayInRange(t *testing.T) {
	rng := rand.New(rand.NewPCG(36, 1))
	for i := range 60 {
		rows := intervalRows(rng, i%3 == 0)
		for _, m := range intervalMethods()[:5] {
			a := intervalCount(t, m, rows)
			result, err := a.Result()
			require.NoError(t, err)
			u, err := attribution.UncertaintyOf(t.Context(), a)
			require.NoError(t, err)
			for channel, c := range u.All() {
				credit, ok := result.Credit(channel)
				require.True(t, ok)
				in := func(e attribution.Estimate, x, most float64) {
					assert.LessOrEqual(t, 0.0, e.Lo)
					assert.LessOrEqual(t, e.Lo, x)
					assert.LessOrEqual(t, x, e.Hi)
					assert.LessOrEqual(t, e.Hi, most)
				}
				in(c.Conversions, credit.Conversions, math.MaxFloat64)
				in(c.Value, credit.Value, math.MaxFloat64)
				in(c.Share, credit.Share, 1)
				if c.Removal != nil {
					in(c.Removal.Effect, credit.Removal.Effect, 1)
					in(c.Removal.ValueEffect, credit.Removal.ValueEffect, 1)
					in(c.Removal.TouchingShare, credit.Removal.TouchingShare, 1)
				}
			}
		}
	}
}

// TestUncertaintyIsImmutable: what a caller does to what he is given changes nothing.
func TestUncertaintyIsImmutable(t *testing.T) {
	rows := []intervalRow{row(30, 10, 300, "b", "a"), row(20, 35, 100, "a", "c")}
	m := attribution.Bootstrap{Model: attribution.Markov{}}
	u := intervalOf(t, m, rows)
	for channel, c := range u.All() {
		*c.Removal = attribution.RemovalUncertainty{}
		u.Ranks(channel)[0] = -1
	}
	for range u.All() {
		break
	}
	assert.Equal(t, intervalOf(t, m, rows), u)
	_, ok := u.Channel("x")
	assert.False(t, ok)
	assert.Nil(t, u.Ranks("x"))
}

func TestFewUnitsWarn(t *testing.T) {
	for n, warns := range map[int64]bool{2: true, 29: true, 30: false} {
		u := intervalOf(t, attribution.Delta{Model: attribution.FirstTouch{}}, []intervalRow{row(n-1, 1, 0, "a")})
		if warns {
			assert.Equal(t, []error{attribution.ErrFewUnits}, u.Warnings())
		} else {
			assert.Empty(t, u.Warnings())
		}
	}
}

// ownModel is a model of a user's own: the last touch, in an accumulator that this
// package knows nothing of.
type ownModel struct{ attribution.LastTouch }

func (ownModel) Name() string { return "own" }

func (m ownModel) NewAccumulator() attribution.Accumulator {
	return &ownAccumulator{m.LastTouch.NewAccumulator()}
}

type ownAccumulator struct{ attribution.Accumulator }

func (a *ownAccumulator) Merge(other attribution.Accumulator) error {
	o, ok := other.(*ownAccumulator)
	if !ok {
		return attribution.ErrModel
	}
	return a.Accumulator.Merge(o.Accumulator)
}

func TestModelsWithoutClosedForm(t *testing.T) {
	for _, m := range []attribution.Model{
		ownModel{},
		attribution.Markov{Order: 2},
		attribution.Markov{Variant: attribution.NeverTouch},
		attribution.RateShapley{},
		attribution.Fractribution{},
		attribution.Delta{Model: attribution.Linear{}},
	} {
		for method, c := range map[attribution.Method]attribution.Model{
			attribution.ByDelta: attribution.Delta{Model: m}, attribution.BySandwich: attribution.Sandwich{Model: m},
		} {
			err := c.Validate()
			var none *attribution.MethodError
			require.ErrorAs(t, err, &none)
			require.ErrorIs(t, err, attribution.ErrConfig)
			assert.Equal(t, method, none.Method)
			assert.Equal(t, m.Name(), none.Model)
			assert.Contains(t, err.Error(), "bootstrap")
		}
		require.NoError(t, attribution.Bootstrap{Model: m}.Validate())
		assert.Equal(t, attribution.Bootstrap{Model: m, Level: 0.8}, attribution.WithUncertainty(m, true, 0.8))
		assert.Equal(t, attribution.Bootstrap{Model: m}, attribution.WithUncertainty(m, false, 0))
	}
	for _, m := range []attribution.Model{
		attribution.FirstTouch{},
		attribution.LastTouch{},
		attribution.LastNonDirect{},
		attribution.Linear{},
		attribution.TimeDecay{},
		attribution.PositionBased{},
		attribution.Weighted{Weights: oracleWeights},
		attribution.Shapley{},
		attribution.Shapley{Ordered: true},
		attribution.Markov{},
	} {
		assert.IsType(t, attribution.Delta{}, attribution.WithUncertainty(m, false, 0))
		assert.IsType(t, attribution.Sandwich{}, attribution.WithUncertainty(m, true, 0))
	}
}

func TestConfigurationOfIntervals(t *testing.T) {
	linear := attribution.Linear{}
	for _, c := range []struct {
		name  string
		model attribution.Model
		says  string
	}{
		{"no model", attribution.Delta{}, "no model"},
		{"no model for the sandwich", attribution.Sandwich{}, "no model"},
		{"no model for the bootstrap", attribution.Bootstrap{}, "no model"},
		{"bad model", attribution.Delta{Model: attribution.Linear{Per: 9}}, "Per"},
		{"bad model for the bootstrap", attribution.Bootstrap{Model: attribution.Linear{Per: 9}}, "Per"},
		{"level 1", attribution.Delta{Model: linear, Level: 1}, "level"},
		{"per cent", attribution.Sandwich{Model: linear, Level: 95}, "level"},
		{"negative level", attribution.Bootstrap{Model: linear, Level: -0.5}, "level"},
		{"level is not a number", attribution.Delta{Model: linear, Level: math.NaN()}, "level"},
		{"too few replicates", attribution.Bootstrap{Model: linear, Replicates: 38}, "39"},
		{"too few replicates for a level", attribution.Bootstrap{Model: linear, Level: 0.999}, "1999"},
		{"negative replicates", attribution.Bootstrap{Model: linear, Replicates: -1}, "39"},
		{"negative parallelism", attribution.Bootstrap{Model: linear, Parallelism: -1}, "Parallelism"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.model.Validate()
			require.ErrorIs(t, err, attribution.ErrConfig)
			assert.Contains(t, err.Error(), c.says)
		})
	}
	require.NoError(t, attribution.Bootstrap{Model: linear, Replicates: 39}.Validate())
	require.NoError(t, attribution.Bootstrap{Model: linear, Replicates: 1999, Level: 0.999}.Validate())
	assert.Empty(t, attribution.Delta{}.Name())
}

func TestNothingForIntervals(t *testing.T) {
	ctx := t.Context()
	for _, m := range intervalMethods() {
		_, err := attribution.UncertaintyOf(ctx, m.NewAccumulator())
		require.ErrorIs(t, err, attribution.ErrNoJourneys)
		_, err = attribution.UncertaintyOf(ctx, intervalCount(t, m, []intervalRow{row(0, 5, 0, "a")}))
		require.ErrorIs(t, err, attribution.ErrNoConversions)
		_, err = attribution.UncertaintyOf(ctx, intervalCount(t, m, []intervalRow{row(1, 0, 0, "a")}))
		require.ErrorIs(t, err, attribution.ErrUnits)

		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		_, err = attribution.UncertaintyOf(cancelled, intervalCount(t, m, []intervalRow{row(50, 50, 0, "a")}))
		require.ErrorIs(t, err, context.Canceled)

		require.ErrorIs(t, m.NewAccumulator().Merge(attribution.Linear{}.NewAccumulator()), attribution.ErrModel)
		large := row(1, 0, 0x1p481, "a")
		require.ErrorIs(t, m.NewAccumulator().Add(large.counted(new(journey.Dictionary))), attribution.ErrOverflow)
	}
	_, err := attribution.UncertaintyOf(ctx, attribution.Linear{}.NewAccumulator())
	require.ErrorIs(t, err, attribution.ErrNoIntervals)
	_, err = attribution.UncertaintyOf(ctx, ownModel{}.NewAccumulator())
	require.ErrorIs(t, err, attribution.ErrNoIntervals)
}

// TestOneCustomer: a thousand journeys of one customer are no sample of customers;
// for the delta method they are journeys.
func TestOneCustomer(t *testing.T) {
	rows := []intervalRow{row(500, 500, 0, "a")}
	rows[0].customer = 77
	for _, m := range intervalMethods() {
		_, err := attribution.UncertaintyOf(t.Context(), intervalCount(t, m, rows))
		if _, ok := m.(attribution.Delta); ok {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, attribution.ErrUnits)
		}
		two := append(rows, row(1, 0, 0, "b"))
		two[1].customer = 78
		u, err := attribution.UncertaintyOf(t.Context(), intervalCount(t, m, two))
		if errors.Is(err, attribution.ErrReplicates) {
			continue // both customers have the weight 0 in one replicate of seven
		}
		require.NoError(t, err)
		if u.Method() != attribution.ByDelta {
			assert.EqualValues(t, 2, u.Units())
			assert.EqualValues(t, 2, u.Customers())
			assert.Contains(t, u.Warnings(), attribution.ErrFewUnits)
		}
	}
}

func TestMethodText(t *testing.T) {
	for m, want := range map[attribution.Method]string{attribution.ByDelta: "delta", attribution.BySandwich: "sandwich", attribution.ByBootstrap: "bootstrap"} {
		assert.Equal(t, want, m.String())
		b, err := m.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, want, string(b))
		var got attribution.Method
		require.NoError(t, got.UnmarshalText(b))
		assert.Equal(t, m, got)
	}
	assert.Equal(t, "Method(9)", attribution.Method(9).String())
	_, err := attribution.Method(9).MarshalText()
	require.ErrorIs(t, err, attribution.ErrConfig)
	require.ErrorIs(t, new(attribution.Method).UnmarshalText([]byte("Delta")), attribution.ErrConfig)
}

// TestUncertaintyJSON compares with a golden file, numbers to 1e-9.
func TestUncertaintyJSON(t *testing.T) {
	rows := []intervalRow{row(30, 10, 300, "b", "a"), row(20, 35, 100, "a", "c"), row(5, 0, 50)}
	rows[0].customer, rows[1].customer = 1, 2
	var all []*attribution.Uncertainty
	for _, m := range []attribution.Model{
		attribution.Delta{Model: attribution.Linear{}},
		attribution.Sandwich{Model: attribution.Markov{}, Level: 0.9},
		attribution.Bootstrap{Model: attribution.Markov{}, Seed: math.MaxUint64, Replicates: 60},
	} {
		all = append(all, intervalOf(t, m, rows))
	}
	got, err := json.MarshalIndent(all, "", "  ")
	require.NoError(t, err)
	const golden = "testdata/uncertainty.json"
	if *update {
		require.NoError(t, os.WriteFile(golden, append(got, '\n'), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	var w, g any
	require.NoError(t, json.Unmarshal(want, &w))
	require.NoError(t, json.Unmarshal(got, &g))
	requireJSONNear(t, w, g, "")
}

// requireJSONNear compares two decoded documents, numbers with a tolerance.
func requireJSONNear(t *testing.T, want, got any, at string) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		require.Truef(t, ok && len(g) == len(w), "%s: %v", at, got)
		for k := range w {
			requireJSONNear(t, w[k], g[k], at+"."+k)
		}
	case []any:
		g, ok := got.([]any)
		require.Truef(t, ok && len(g) == len(w), "%s: %v", at, got)
		for i := range w {
			requireJSONNear(t, w[i], g[i], at+"[]")
		}
	case float64:
		g, ok := got.(float64)
		require.True(t, ok, at)
		require.InDelta(t, w, g, 1e-9*(1+math.Abs(w)), at)
	default:
		require.Equal(t, want, got, at)
	}
}
