package attribution_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

// TestBootstrapAgreesWithTheSandwich: with many replicates and units the standard
// errors are the same; that of a standard deviation of 2,000 numbers is 1.6 %.
func TestBootstrapAgreesWithTheSandwich(t *testing.T) {
	rng := rand.New(rand.NewPCG(37, 1))
	for name, known := range map[string]bool{"customers": true, "journeys": false} {
		t.Run(name, func(t *testing.T) {
			var rows []intervalRow
			for range 100 {
				r := row(rng.Int64N(4), rng.Int64N(6), 0, "a", "b", "c")
				rng.Shuffle(3, func(i, j int) { r.channels[i], r.channels[j] = r.channels[j], r.channels[i] })
				r.channels = r.channels[:rng.IntN(4)]
				if r.conversions > 0 {
					r.value = float64(r.conversions) * (1 + 9*rng.Float64())
				}
				if known {
					r.customer = 1 + rng.Uint64N(60)
				}
				rows = append(rows, r)
			}
			for _, m := range []attribution.Model{attribution.Linear{}, attribution.Markov{}} {
				want := intervalOf(t, attribution.Sandwich{Model: m}, rows)
				got := intervalOf(t, attribution.Bootstrap{Model: m, Replicates: 2000, Seed: 5}, rows)
				for channel, c := range got.All() {
					w, _ := want.Channel(channel)
					ses := intervalSEs(w)
					for i, se := range intervalSEs(c) {
						assert.InDeltaf(t, ses[i], se, 0.08*ses[i], "%s of %s, number %d", channel, m.Name(), i)
					}
				}
				used, skipped := got.Replicates()
				assert.Equal(t, 2000, used)
				assert.Zero(t, skipped)
				assert.EqualValues(t, 5, got.Seed())
				assert.Equal(t, want.Units(), got.Units())
				assert.Equal(t, want.Customers(), got.Customers())
				assert.Equal(t, want.Journeys(), got.Journeys())
			}
		})
	}
}

// TestBootstrapOfRowsAndJourneys: ten journeys in one row are as uncertain as in ten,
// since paths without a customer are added up first.
func TestBootstrapOfRowsAndJourneys(t *testing.T) {
	rows := []intervalRow{row(12, 30, 0, "a", "b"), row(7, 5, 0, "b"), row(9, 11, 0, "c", "a")}
	m := attribution.Bootstrap{Model: attribution.Markov{}}
	assert.Equal(t, intervalOf(t, m, rows), intervalOf(t, m, intervalSplit(rows)))
}

// TestBootstrapRanks: two channels that do as well as each other are each first in
// half of the replicates, one that never converts is last in all.
func TestBootstrapRanks(t *testing.T) {
	rows := []intervalRow{row(50, 50, 0, "a"), row(50, 50, 0, "b"), row(0, 10, 0, "c"), row(90, 0, 0)}
	u := intervalOf(t, attribution.Bootstrap{Model: attribution.FirstTouch{}, Replicates: 1000}, rows)
	a, b, c := u.Ranks("a"), u.Ranks("b"), u.Ranks("c")
	assert.InDelta(t, 0.5, a[0], 4*0.5/math.Sqrt(1000))
	assert.InDelta(t, 1, a[0]+b[0], 1e-12)
	assert.InDelta(t, 1, a[0]+a[1], 1e-12)
	assert.Equal(t, []float64{0, 0, 1}, c)
	assert.Nil(t, u.Ranks(journey.None))
	assert.Nil(t, intervalOf(t, attribution.Delta{Model: attribution.FirstTouch{}}, rows).Ranks("a"))
}

// TestBootstrapSeed: another seed draws otherwise, the same seed does not.
func TestBootstrapSeed(t *testing.T) {
	rows := []intervalRow{row(12, 30, 0, "a", "b"), row(7, 5, 0, "b")}
	rows[1].customer = 3
	of := func(seed uint64) *attribution.Uncertainty {
		return intervalOf(t, attribution.Bootstrap{Model: attribution.Linear{}, Seed: seed}, rows)
	}
	assert.Equal(t, of(1), of(1))
	one, _ := of(1).Channel("a")
	two, _ := of(2).Channel("a")
	assert.NotEqual(t, one.Conversions, two.Conversions)

	a := intervalCount(t, attribution.Bootstrap{Model: attribution.Linear{}, Seed: 1}, rows)
	require.ErrorIs(t, a.Merge(attribution.Bootstrap{Model: attribution.Linear{}, Seed: 2}.NewAccumulator()), attribution.ErrModel)
	require.ErrorIs(t, a.Merge(attribution.Bootstrap{Model: attribution.Linear{}, Seed: 1, Replicates: 50}.NewAccumulator()), attribution.ErrModel)
	require.ErrorIs(t, a.Merge(attribution.Bootstrap{Model: attribution.LastTouch{}, Seed: 1}.NewAccumulator()), attribution.ErrModel)
}

// TestSkippedReplicates: of three conversions there is none in e^-3 of the replicates;
// those are counted.
func TestSkippedReplicates(t *testing.T) {
	rows := []intervalRow{row(3, 50, 0, "a")}
	u := intervalOf(t, attribution.Bootstrap{Model: attribution.Linear{}, Replicates: 2000}, rows)
	used, skipped := u.Replicates()
	assert.Equal(t, 2000, used+skipped)
	p := math.Exp(-3)
	assert.InDelta(t, 2000*p, skipped, 4*math.Sqrt(2000*p*(1-p)))
	assert.Equal(t, []error{attribution.ErrSkipped}, u.Warnings())

	_, err := attribution.UncertaintyOf(t.Context(), intervalCount(t, attribution.Bootstrap{Model: attribution.Linear{}, Replicates: 39}, rows))
	require.ErrorIs(t, err, attribution.ErrReplicates)
}

// TestBootstrapOfOwnModel: any model will do, and it counts what the same model of
// this package does.
func TestBootstrapOfOwnModel(t *testing.T) {
	rows := intervalRows(rand.New(rand.NewPCG(37, 2)), true)
	rows = append(rows, row(20, 20, 0, "a"))
	want := intervalOf(t, attribution.Bootstrap{Model: attribution.LastTouch{}}, rows)
	got := intervalOf(t, attribution.Bootstrap{Model: ownModel{}}, rows)
	for channel, c := range want.All() {
		g, ok := got.Channel(channel)
		require.True(t, ok)
		assert.Equal(t, c, g)
		assert.Equal(t, want.Ranks(channel), got.Ranks(channel))
	}
	_, err := attribution.NewCrediter(intervalCount(t, attribution.Bootstrap{Model: ownModel{}}, rows))
	require.ErrorIs(t, err, attribution.ErrNoPathCredit)
}

// TestBootstrapKeepsAges: without customers paths with other ages are kept apart for
// the models that look at them.
func TestBootstrapKeepsAges(t *testing.T) {
	early, late := row(20, 5, 0, "a", "b"), row(20, 5, 0, "a", "b")
	early.ages = []time.Duration{14 * 24 * time.Hour, 0}
	late.ages = []time.Duration{time.Hour, 0}
	a := intervalCount(t, attribution.Bootstrap{Model: attribution.TimeDecay{}}, []intervalRow{early, late})
	b, err := a.MarshalBinary()
	require.NoError(t, err)
	again := attribution.Bootstrap{Model: attribution.TimeDecay{}}.NewAccumulator()
	require.NoError(t, again.UnmarshalBinary(b))
	u, err := attribution.UncertaintyOf(t.Context(), again)
	require.NoError(t, err)
	sandwich := intervalOf(t, attribution.Delta{Model: attribution.TimeDecay{}}, []intervalRow{early, late})
	for channel, c := range u.All() {
		s, _ := sandwich.Channel(channel)
		assert.InEpsilon(t, s.Share.SE, c.Share.SE, 0.2)
	}
}

// TestBootstrapOfTooMany: replicates could overflow where the counts do not. The
// result is still there, and what is kept does not depend on the order.
func TestBootstrapOfTooMany(t *testing.T) {
	m := attribution.Bootstrap{Model: attribution.Linear{}}
	customer := row(5, 5, 0, "a")
	customer.customer = 9
	rows := []intervalRow{customer, row(math.MaxInt64/128, math.MaxInt64/128, 0, "b"), customer}
	a := intervalCount(t, m, rows)
	_, err := a.Result()
	require.NoError(t, err)
	_, err = attribution.UncertaintyOf(t.Context(), a)
	require.ErrorIs(t, err, journey.ErrOverflow)
	other := intervalCount(t, m, []intervalRow{rows[1], rows[0]})
	require.NoError(t, other.Merge(intervalCount(t, m, rows[:1])))
	assert.Equal(t, accumulatorBytes(t, a), accumulatorBytes(t, other))
}

// TestBootstrapOfHigherOrder: there is no closed form, but the bootstrap knows.
func TestBootstrapOfHigherOrder(t *testing.T) {
	rows := []intervalRow{row(30, 60, 0, "a", "b"), row(25, 20, 0, "b", "a"), row(10, 40, 0, "a"), row(9, 2, 0, "b", "c")}
	u := intervalOf(t, attribution.Bootstrap{Model: attribution.Markov{Order: 2}}, rows)
	for channel, c := range u.All() {
		assert.Positive(t, c.Share.SE, channel)
		require.NotNil(t, c.Removal)
		assert.Positive(t, c.Removal.Effect.SE, channel)
		assert.Positive(t, c.Removal.TouchingShare.SE, channel)
	}
}

// TestBootstrapCountsCustomers: each once, in any order, over shards.
func TestBootstrapCountsCustomers(t *testing.T) {
	m := attribution.Bootstrap{Model: attribution.LastTouch{}, Replicates: 39}
	rng := rand.New(rand.NewPCG(37, 3))
	distinct := map[uint64]bool{}
	var shards [2][]intervalRow
	for range 6000 {
		r := row(1, 1, 0, "a")
		r.customer = 1 + rng.Uint64N(4000)
		distinct[r.customer] = true
		i := rng.IntN(2)
		shards[i] = append(shards[i], r, r)
	}
	a := intervalCount(t, m, shards[0])
	require.NoError(t, a.Merge(intervalCount(t, m, shards[1])))
	u, err := attribution.UncertaintyOf(t.Context(), a)
	require.NoError(t, err)
	assert.EqualValues(t, len(distinct), u.Customers())
	assert.Equal(t, u.Customers(), u.Units())
	assert.EqualValues(t, 24_000, u.Journeys())
}

// TestBootstrapOfModelsWithIntervals: the intervals are those of the model inside.
func TestBootstrapOfModelsWithIntervals(t *testing.T) {
	rows := []intervalRow{row(12, 30, 0, "a", "b"), row(7, 5, 0, "b")}
	want := intervalOf(t, attribution.Bootstrap{Model: attribution.Linear{}}, rows)
	for _, m := range []attribution.Model{
		attribution.Delta{Model: attribution.Linear{}}, attribution.Sandwich{Model: attribution.Linear{}},
	} {
		assert.Equal(t, want, intervalOf(t, attribution.Bootstrap{Model: m}, rows))
	}
	_, err := attribution.UncertaintyOf(t.Context(), intervalCount(t, attribution.Bootstrap{Model: attribution.Bootstrap{Model: attribution.Linear{}, Replicates: 39}}, rows))
	require.NoError(t, err)
}
