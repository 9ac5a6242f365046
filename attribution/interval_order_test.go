package attribution_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// intervalMethods are models with intervals of every kind.
func intervalMethods() []attribution.Model {
	return []attribution.Model{
		attribution.Delta{Model: attribution.PositionBased{}},
		attribution.Delta{Model: attribution.Markov{}},
		attribution.Sandwich{Model: attribution.Linear{}},
		attribution.Sandwich{Model: attribution.Markov{}},
		attribution.Sandwich{Model: attribution.Markov{Nulls: attribution.ExcludeNulls}},
		attribution.Bootstrap{Model: attribution.Linear{}, Replicates: 80},
		attribution.Bootstrap{Model: attribution.Markov{}, Replicates: 80, Seed: 7},
	}
}

// TestOrderAndShardsOfIntervals: not a bit of the intervals or of the bytes depends
// on the order of the paths, on the dictionary or on the sharding, although the
// journeys of a customer come on several shards.
func TestOrderAndShardsOfIntervals(t *testing.T) {
	rng := rand.New(rand.NewPCG(33, 1))
	for i := range 15 {
		rows := intervalRows(rng, i%2 == 0)
		rows = append(rows, intervalRows(rng, false)...)
		for _, m := range intervalMethods() {
			want := intervalCount(t, m, rows)
			wantIntervals, err := attribution.UncertaintyOf(t.Context(), want)
			require.NoError(t, err)

			shuffled := slices.Clone(rows)
			rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			whole := m.NewAccumulator()
			for len(shuffled) > 0 {
				n := 1 + rng.IntN(len(shuffled))
				shard := intervalCount(t, m, shuffled[:n])
				if rng.IntN(2) == 0 { // by way of the bytes
					b, err := shard.MarshalBinary()
					require.NoError(t, err)
					shard = m.NewAccumulator()
					require.NoError(t, shard.UnmarshalBinary(b))
				}
				if rng.IntN(2) == 0 {
					whole, shard = shard, whole
				}
				require.NoError(t, whole.Merge(shard))
				shuffled = shuffled[n:]
			}
			got, err := attribution.UncertaintyOf(t.Context(), whole)
			require.NoError(t, err)
			require.Equalf(t, wantIntervals, got, "%T of %s: %+v", m, m.Name(), rows)
			require.Equalf(t, accumulatorBytes(t, want), accumulatorBytes(t, whole), "%T of %s: %+v", m, m.Name(), rows)
		}
	}
}

func TestIntervalsWithParallelism(t *testing.T) {
	rows := intervalRows(rand.New(rand.NewPCG(33, 2)), true)
	var want *attribution.Uncertainty
	for _, p := range []int{1, 2, 3, 100} {
		u := intervalOf(t, attribution.Bootstrap{Model: attribution.Markov{}, Replicates: 50, Parallelism: p}, rows)
		if want == nil {
			want = u
		}
		require.Equal(t, want, u)
	}
}

// TestMergeWithItself counts everything twice, customers once.
func TestMergeIntervalsWithThemselves(t *testing.T) {
	rows := intervalRows(rand.New(rand.NewPCG(33, 3)), true)
	for _, m := range intervalMethods() {
		twice := intervalCount(t, m, slices.Concat(rows, rows))
		self := intervalCount(t, m, rows)
		require.NoError(t, self.Merge(self))
		assert.Equalf(t, accumulatorBytes(t, twice), accumulatorBytes(t, self), "%T of %s", m, m.Name())
	}
}

// TestScale: with four times the journeys the shares are the same and their
// standard errors half, those of the credits twice as large.
func TestScaleOfIntervals(t *testing.T) {
	rng := rand.New(rand.NewPCG(33, 4))
	for i := range 50 {
		rows := intervalRows(rng, i%3 == 0)
		larger := slices.Clone(rows)
		var customers []intervalRow
		for i := range larger {
			r := &larger[i]
			for copies := range uint64(4) {
				c := *r
				if c.customer != 0 {
					c.customer += 1000 * copies
				}
				customers = append(customers, c)
			}
			r.conversions, r.nulls, r.opens, r.value = 4*r.conversions, 4*r.nulls, 4*r.opens, 4*r.value
		}
		for _, m := range intervalMethods()[:5] {
			four := larger
			if _, ok := m.(attribution.Sandwich); ok {
				four = customers
			}
			small, large := intervalCount(t, m, rows), intervalCount(t, m, four)
			smallResult, err := small.Result()
			require.NoError(t, err)
			largeResult, err := large.Result()
			require.NoError(t, err)
			for channel, c := range smallResult.All() {
				l, _ := largeResult.Credit(channel)
				require.InDelta(t, c.Share, l.Share, 1e-15)
			}
			u, v := intervalOf(t, m, rows), intervalOf(t, m, four)
			require.Equal(t, 4*u.Units(), v.Units())
			for channel, c := range u.All() {
				l, _ := v.Channel(channel)
				same := func(want, got float64) {
					require.InDeltaf(t, want, got, 1e-9*(1+want), "%T of %s: %+v", m, m.Name(), rows)
				}
				same(c.Share.SE/2, l.Share.SE)
				same(c.Conversions.SE*2, l.Conversions.SE)
				same(c.Value.SE*2, l.Value.SE)
				if c.Removal != nil {
					same(c.Removal.Effect.SE/2, l.Removal.Effect.SE)
					same(c.Removal.ValueEffect.SE/2, l.Removal.ValueEffect.SE)
				}
			}
		}
	}
}

// TestSetOfIntervals: in a set, models with intervals share what they count with
// those without.
func TestSetOfIntervals(t *testing.T) {
	rows := intervalRows(rand.New(rand.NewPCG(33, 5)), true)
	set, err := attribution.NewSet(
		attribution.LastTouch{}, attribution.Delta{Model: attribution.Linear{}},
		attribution.Bootstrap{Model: attribution.FirstTouch{}}, attribution.Sandwich{Model: attribution.Markov{}},
	)
	require.NoError(t, err)
	dict := journey.NewDictionary("unused", "c", "b")
	for _, r := range rows {
		require.NoError(t, set.Add(r.counted(dict)))
	}
	results, err := set.Results()
	require.NoError(t, err)
	all, err := set.Uncertainties(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 4)
	assert.Nil(t, all[0])
	for i, m := range []attribution.Model{
		nil,
		attribution.Delta{Model: attribution.Linear{}},
		attribution.Bootstrap{Model: attribution.FirstTouch{}},
		attribution.Sandwich{Model: attribution.Markov{}},
	} {
		if m == nil {
			continue
		}
		assert.Equal(t, m.Name(), all[i].Model())
		assert.Equal(t, intervalOf(t, m, rows), all[i])
		var channels []touchpoint.Channel
		for channel := range results[i].All() {
			channels = append(channels, channel)
		}
		for channel := range all[i].All() {
			require.NotEmpty(t, channels)
			assert.Equal(t, channels[0], channel)
			channels = channels[1:]
		}
		assert.Empty(t, channels)
	}
}
