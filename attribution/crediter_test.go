package attribution_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

func crediters(t *testing.T, set *attribution.Set) []*attribution.Crediter {
	t.Helper()
	all, err := set.Crediters()
	require.NoError(t, err)
	return all
}

// pathModels are the models that credit paths, with touches that have no times where
// timed is false.
func pathModels(nulls attribution.Nulls, timed bool) []attribution.Model {
	models := append(propertyModels(nulls),
		attribution.Shapley{}, attribution.Shapley{Ordered: true},
		attribution.MarkovShapley{Nulls: nulls}, attribution.RateShapley{},
		attribution.DP6Shapley{}, attribution.Fractribution{})
	if !timed {
		models = slices.DeleteFunc(models, func(m attribution.Model) bool { return m.Name() == "time-decay" })
	}
	return models
}

// requireAddUp says that the credits of the touches of all paths add up to the
// result, to 1e-9 of a channel's credit, the bound that the issue sets.
func requireAddUp(t *testing.T, r *attribution.Result, c *attribution.Crediter, paths func(func(*journey.Counted) bool), context any) {
	t.Helper()
	type sums struct{ conversions, value float64 }
	got := make(map[touchpoint.Channel]*sums)
	var credits []attribution.TouchCredit
	for p := range paths {
		var err error
		credits, err = c.AppendCredit(credits[:0], p)
		require.NoErrorf(t, err, "%s: %+v", r.Model(), context)
		require.Len(t, credits, len(p.Channels))
		for i, touch := range credits {
			require.Equal(t, i, touch.Position)
			require.Equal(t, p.Dictionary.Name(p.Channels[i]), touch.Channel)
			if got[touch.Channel] == nil {
				got[touch.Channel] = new(sums)
			}
			got[touch.Channel].conversions += touch.Conversions
			got[touch.Channel].value += touch.Value
		}
	}
	for channel, want := range r.All() {
		if channel == journey.None {
			continue
		}
		require.Contains(t, got, channel)
		require.InDeltaf(t, want.Conversions, got[channel].conversions, 1e-9*math.Abs(want.Conversions), "%s: conversions of %q in %+v", r.Model(), channel, context)
		require.InDeltaf(t, want.Value, got[channel].value, 1e-9*math.Abs(want.Value), "%s: value of %q in %+v", r.Model(), channel, context)
	}
}

func TestPathCreditsAddUp(t *testing.T) {
	propertyTables(t, 31, 300, func(rng *rand.Rand, nulls attribution.Nulls, rows []oracleRow) {
		if slices.ContainsFunc(rows, func(r oracleRow) bool { return len(r.channels) > 9 }) {
			rows = oracleRows(rng, true) // too many channels for some models
		}
		if oracleTotals(rows).totals.Conversions == 0 {
			return
		}
		set := propertySet(t, pathModels(nulls, true), new(journey.Dictionary), rows)
		before := propertyBytes(t, set)
		// The paths come with another dictionary than they were counted with.
		dict := propertyDictionary(rng, rows)
		for i, c := range crediters(t, set) {
			requireAddUp(t, propertyResults(t, set)[i], c, func(yield func(*journey.Counted) bool) {
				for p := range oracleFeed(dict, rows) {
					if !yield(p) {
						return
					}
				}
			}, rows)
		}
		require.Equal(t, before, propertyBytes(t, set), "crediting counts nothing")
	})
}

// Over PathData each model adds up as well: item 6 of what the models must show.
func TestPathCreditsAddUpOnPathData(t *testing.T) {
	var paths []*journey.Counted
	for p, err := range (journey.PathTable{}).Paths(t.Context(), dataFile(t, "attribution/pathdata.csv.gz"), nil) {
		require.NoError(t, err)
		paths = append(paths, p.Clone())
	}
	sets := []*attribution.Set{attributionSet(t, pathModels(attribution.IncludeNulls, false)...)}
	for _, m := range []attribution.Model{
		attribution.Markov{Order: 2},
		attribution.Markov{Order: 4},
		attribution.MarkovShapley{Order: 2},
	} {
		sets = append(sets, attributionSet(t, m)) // a set tells models by their names
	}
	for _, set := range sets {
		for _, p := range paths {
			require.NoError(t, set.Add(p))
		}
		results, err := set.Results()
		require.NoError(t, err)
		for i, c := range crediters(t, set) {
			requireAddUp(t, results[i], c, slices.Values(paths), "PathData")
		}
	}
}

// Chains of higher order and the other variants of removal, whose credits may be
// negative.
func TestPathCreditsAddUpOfChains(t *testing.T) {
	checked := 0
	propertyTables(t, 35, 100, func(_ *rand.Rand, nulls attribution.Nulls, rows []oracleRow) {
		if slices.ContainsFunc(rows, func(r oracleRow) bool { return len(r.channels) > 9 }) {
			return // too many channels for some models
		}
		for _, m := range []attribution.Model{
			attribution.Markov{Nulls: nulls, Order: 2},
			attribution.Markov{Nulls: nulls, Order: 3},
			attribution.Markov{Nulls: nulls, Order: 10},
			attribution.MarkovShapley{Nulls: nulls, Order: 2},
			attribution.Markov{Nulls: nulls, Variant: attribution.NeverTouch},
			attribution.Markov{Nulls: nulls, Order: 2, Variant: attribution.Renormalise},
		} {
			set := propertySet(t, []attribution.Model{m}, new(journey.Dictionary), rows)
			results, err := set.Results()
			if errors.Is(err, attribution.ErrSigned) {
				_, err = set.Crediters()
				require.ErrorIs(t, err, attribution.ErrSigned)
				continue
			}
			require.NoErrorf(t, err, "%+v", rows)
			requireAddUp(t, results[0], crediters(t, set)[0], func(yield func(*journey.Counted) bool) {
				for p := range oracleFeed(new(journey.Dictionary), rows) {
					if !yield(p) {
						return
					}
				}
			}, rows)
			checked++
		}
	})
	assert.Greater(t, checked, 300)
}

// A crediter goes on with what it knew when it was made.
func TestCrediterIsASnapshot(t *testing.T) {
	propertyTables(t, 32, 100, func(_ *rand.Rand, nulls attribution.Nulls, rows []oracleRow) {
		if slices.ContainsFunc(rows, func(r oracleRow) bool { return len(r.channels) > 9 }) {
			return // too many channels for some models
		}
		set := propertySet(t, pathModels(nulls, true), new(journey.Dictionary), rows)
		credit := func(c *attribution.Crediter) (all []attribution.TouchCredit) {
			for p := range oracleFeed(new(journey.Dictionary), rows) {
				var err error
				all, err = c.AppendCredit(all, p)
				require.NoError(t, err)
			}
			return all
		}
		all := crediters(t, set)
		var want [][]attribution.TouchCredit
		for _, c := range all {
			want = append(want, credit(c))
		}
		later := oracleRow{channels: []string{"later", "direct", "email"}, conversions: 5, nulls: 7, value: 100}
		later.ages = make([]time.Duration, 3)
		propertyAdd(t, set, new(journey.Dictionary), []oracleRow{later})
		for i, c := range all {
			require.Equalf(t, want[i], credit(c), "model %d", i)
			_, err := c.Credit(later.counted(new(journey.Dictionary)))
			var unknown *attribution.UnknownChannelError
			require.ErrorAs(t, err, &unknown, "counted too late for this crediter")
		}
	})
}

func TestUnknownChannel(t *testing.T) {
	set := propertySet(t, pathModels(attribution.IncludeNulls, true), new(journey.Dictionary), []oracleRow{
		{channels: []string{"a", "b"}, ages: make([]time.Duration, 2), conversions: 2, nulls: 1, value: 8},
	})
	dict := journey.NewDictionary("elsewhere", "b", "a", "strange")
	path := &journey.Counted{Dictionary: dict, Channels: []journey.Code{2, 1}, Ages: make([]time.Duration, 2), Conversions: 1}
	for _, c := range crediters(t, set) {
		before := []attribution.TouchCredit{{Position: 9}}
		_, err := c.Credit(path)
		require.NoError(t, err)

		bad := path.Clone()
		bad.Channels[1] = 3
		got, err := c.AppendCredit(before, bad)
		var unknown *attribution.UnknownChannelError
		require.ErrorAs(t, err, &unknown)
		assert.Equal(t, attribution.UnknownChannelError{Position: 1, Channel: "strange"}, *unknown)
		assert.NotContains(t, err.Error(), "strange", "a name may be somebody's data")
		assert.Equal(t, before, got)

		bad.Channels[1] = math.MaxUint32
		_, err = c.Credit(bad)
		assert.ErrorIs(t, err, journey.ErrUnknownCode)
		_, err = c.Credit(&journey.Counted{Channels: []journey.Code{0}})
		assert.ErrorIs(t, err, journey.ErrUnknownCode, "no dictionary")
		_, err = c.Credit(&journey.Counted{Conversions: -1})
		assert.ErrorIs(t, err, journey.ErrNegative)

		// The dictionary may grow while the crediter knows it.
		bad.Channels[1] = dict.Code("latest")
		_, err = c.Credit(bad)
		require.ErrorAs(t, err, &unknown)
		_, err = c.Credit(path)
		require.NoError(t, err)

		credits, err := c.Credit(&journey.Counted{Conversions: 3})
		require.NoError(t, err)
		assert.Empty(t, credits, "a path without a touch")
	}
}

func TestCrediterErrors(t *testing.T) {
	for _, m := range pathModels(attribution.IncludeNulls, true) {
		a := m.NewAccumulator()
		_, err := attribution.NewCrediter(a)
		require.ErrorIs(t, err, attribution.ErrNoJourneys)
		require.NoError(t, a.Add(&journey.Counted{Nulls: 1}))
		_, err = attribution.NewCrediter(a)
		require.ErrorIs(t, err, attribution.ErrNoConversions)
		_, err = attribution.NewCrediter(foreign{a})
		require.ErrorIs(t, err, attribution.ErrNoPathCredit)
	}

	timed := attributionSet(t, attribution.TimeDecay{})
	_, err := timed.Crediters()
	require.ErrorIs(t, err, attribution.ErrNoJourneys)
	row := oracleRow{channels: []string{"a"}, ages: make([]time.Duration, 1), conversions: 1}
	propertyAdd(t, timed, new(journey.Dictionary), []oracleRow{row})
	row.ages = nil
	_, err = crediters(t, timed)[0].Credit(row.counted(new(journey.Dictionary)))
	require.ErrorIs(t, err, attribution.ErrNoTimes)

	mixed := attributionSet(t, attribution.LastTouch{}, stub{})
	propertyAdd(t, mixed, new(journey.Dictionary), []oracleRow{row})
	_, err = mixed.Crediters()
	require.ErrorIs(t, err, attribution.ErrNoPathCredit)
	assert.ErrorContains(t, err, "stub")
}

// halves is an accumulator of a user's own, which gives each touch half of the path.
type halves struct{ stubAccumulator }

func (*halves) PathCredit() (func(*journey.Counted, []float64, []float64) error, error) {
	return func(p *journey.Counted, conversions, value []float64) error {
		for i := range conversions {
			conversions[i] += float64(p.Conversions) / 2
			value[i] += p.Value * 2
		}
		return nil
	}, nil
}

func TestCrediterOfAUsersModel(t *testing.T) {
	c, err := attribution.NewCrediter(new(halves))
	require.NoError(t, err)
	path := oracleRow{channels: []string{"a", "b"}, conversions: 3, value: 4}.counted(new(journey.Dictionary))
	for range 2 { // scratch memory is cleared
		got, err := c.Credit(path)
		require.NoError(t, err)
		assert.Equal(t, []attribution.TouchCredit{
			{Position: 0, Channel: "a", Conversions: 1.5, Value: 8},
			{Position: 1, Channel: "b", Conversions: 1.5, Value: 8},
		}, got)
	}
	path.Value = math.MaxFloat64
	_, err = c.Credit(path)
	assert.ErrorIs(t, err, attribution.ErrOverflow)
}

// AppendCredit on memory that suffices allocates nothing.
func TestCrediterAllocations(t *testing.T) {
	row := oracleRow{channels: []string{"a", "b", "a"}, ages: make([]time.Duration, 3), conversions: 2, nulls: 1, value: 8}
	set := propertySet(t, propertyModels(attribution.IncludeNulls), new(journey.Dictionary), []oracleRow{row})
	path := row.counted(new(journey.Dictionary))
	for i, c := range crediters(t, set) {
		credits, err := c.Credit(path)
		require.NoError(t, err)
		assert.Zero(t, testing.AllocsPerRun(100, func() { credits, _ = c.AppendCredit(credits[:0], path) }), "model %d", i)
	}
}
