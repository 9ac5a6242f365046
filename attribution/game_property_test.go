package attribution_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// TestGameShards: the order of the rows, their dictionaries, sharding, travelling as
// bytes and the order of merging change no bit of results and bytes.
func TestGameShards(t *testing.T) {
	tables := 80
	if testing.Short() {
		tables = 20
	}
	propertyTables(t, 91, tables, func(rng *rand.Rand, _ attribution.Nulls, rows []oracleRow) {
		for _, models := range [][]attribution.Model{gameModels(), gameVariants()} {
			want := propertySet(t, models, new(journey.Dictionary), rows)
			parts := make([][]oracleRow, 1+rng.IntN(4))
			for _, i := range rng.Perm(len(rows)) {
				k := rng.IntN(len(parts))
				parts[k] = append(parts[k], rows[i])
			}
			got := want.New()
			for _, part := range parts {
				shard := propertySet(t, models, propertyDictionary(rng, part), part)
				if rng.IntN(2) == 0 {
					sent := shard.New()
					require.NoError(t, sent.UnmarshalBinary(propertyBytes(t, shard)))
					shard = sent
				}
				before := propertyBytes(t, shard)
				require.NoError(t, got.Merge(shard))
				require.Equal(t, before, propertyBytes(t, shard), "what is merged stays as it is")
			}
			requireSame(t, want, got, rows)
			require.NoError(t, got.Merge(got))
			requireSame(t, propertySet(t, models, new(journey.Dictionary), append(slices.Clone(rows), rows...)), got, rows)
		}
	})
}

// TestGameTouchesAddUp: over all rows the credits of a channel's touches are the credit of
// the channel.
func TestGameTouchesAddUp(t *testing.T) {
	propertyTables(t, 92, 60, func(_ *rand.Rand, _ attribution.Nulls, rows []oracleRow) {
		for _, m := range slices.Concat(gameModels(), gameVariants()) {
			dict := new(journey.Dictionary)
			a := m.NewAccumulator()
			for p := range oracleFeed(dict, rows) {
				require.NoError(t, a.Add(p))
			}
			r, err := a.Result()
			require.NoError(t, err)
			crediter, err := attribution.NewCrediter(a)
			require.NoError(t, err)
			sums := map[touchpoint.Channel]*[2]float64{}
			for p := range oracleFeed(dict, rows) {
				touches, err := crediter.Credit(p)
				require.NoError(t, err)
				for _, touch := range touches {
					if sums[touch.Channel] == nil {
						sums[touch.Channel] = new([2]float64)
					}
					sums[touch.Channel][0] += touch.Conversions
					sums[touch.Channel][1] += touch.Value
				}
			}
			conversions, value := 0.0, 0.0
			for channel, c := range r.All() {
				conversions += c.Conversions
				value += c.Value
				if sum := sums[channel]; sum != nil {
					require.InDeltaf(t, c.Conversions, sum[0], 1e-9*float64(r.Totals().Conversions), "%s: %q of %+v", m.Name(), channel, rows)
					require.InDeltaf(t, c.Value, sum[1], 1e-9*r.Totals().Value, "%s: value of %q of %+v", m.Name(), channel, rows)
				}
			}
			require.InEpsilonf(t, float64(r.Totals().Conversions), conversions, 1e-12, "%s: %+v", m.Name(), rows)
			require.InDeltaf(t, r.Totals().Value, value, 1e-12*r.Totals().Value, "%s: %+v", m.Name(), rows)
		}
	})
}

// TestGameAxioms: other names in another order give the same credits, DP6's default
// apart, and ten times the journeys give the same shares.
func TestGameAxioms(t *testing.T) {
	rename := map[string]string{}
	for i, name := range oracleNames {
		rename[name] = oracleNames[len(oracleNames)-1-i] + "!"
	}
	propertyTables(t, 93, 60, func(_ *rand.Rand, _ attribution.Nulls, rows []oracleRow) {
		renamed, tenfold := slices.Clone(rows), slices.Clone(rows)
		for i, r := range rows {
			renamed[i].channels = nil
			for _, c := range r.channels {
				renamed[i].channels = append(renamed[i].channels, rename[c])
			}
			tenfold[i].conversions, tenfold[i].nulls, tenfold[i].opens, tenfold[i].value = 10*r.conversions, 10*r.nulls, 10*r.opens, 10*r.value
		}
		if names, _ := gameNames(rows); len(names) > 10 {
			return // orders are sampled by name
		}
		for _, m := range gameModels() {
			want, scaled := gameResult(t, m, rows), gameResult(t, m, tenfold)
			byName := gameResult(t, m, renamed)
			for channel, c := range want.All() {
				s, _ := scaled.Credit(channel)
				require.InDeltaf(t, c.Share, s.Share, 1e-12, "%s: %q of %+v", m.Name(), channel, rows)
				if channel == journey.None || m.Name() == "dp6-shapley" {
					continue
				}
				n, ok := byName.Credit(touchpoint.Channel(rename[string(channel)]))
				require.True(t, ok)
				require.InDeltaf(t, c.Share, n.Share, 1e-12, "%s: %q of %+v", m.Name(), channel, rows)
			}
		}
	})
}

// TestGameManyChannels: more channels than fit a byte.
func TestGameManyChannels(t *testing.T) {
	rng := rand.New(rand.NewPCG(95, 0))
	var rows []oracleRow
	for range 1000 {
		r := oracleRow{conversions: rng.Int64N(9), nulls: 1 + rng.Int64N(9)}
		for range 1 + rng.IntN(3) {
			r.channels = append(r.channels, fmt.Sprint("c", rng.IntN(300)))
		}
		rows = append(rows, r)
	}
	require.Greater(t, len(oracleTotals(rows).credits), 280)
	requireOracle(t, oracleFractribution(rows).result(rows), gameResult(t, attribution.Fractribution{}, rows), 1e-13, rows)
	models := []attribution.Model{
		attribution.Shapley{},
		attribution.Fractribution{},
		attribution.DP6Shapley{},
		attribution.RateShapley{Permutations: 4},
		attribution.MarkovShapley{Permutations: 4},
	}
	want := propertySet(t, models, new(journey.Dictionary), rows)
	got := want.New()
	require.NoError(t, got.UnmarshalBinary(propertyBytes(t, propertySet(t, models, propertyDictionary(rng, rows), rows[500:]))))
	require.NoError(t, got.Merge(propertySet(t, models, propertyDictionary(rng, rows), rows[:500])))
	requireSame(t, want, got, rows)
}

// TestGameNothing: without journeys, without conversions, and without a touch.
func TestGameNothing(t *testing.T) {
	for _, m := range slices.Concat(gameModels(), gameVariants()) {
		a := m.NewAccumulator()
		_, err := a.Result()
		require.ErrorIs(t, err, attribution.ErrNoJourneys, m.Name())
		require.NoError(t, a.Add(oracleRow{channels: []string{"a"}, nulls: 2, opens: 1}.counted(new(journey.Dictionary))))
		_, err = a.Result()
		require.ErrorIs(t, err, attribution.ErrNoConversions, m.Name())
		require.NoError(t, a.Add(oracleRow{conversions: 3, value: 6}.counted(new(journey.Dictionary))))
		r, err := a.Result()
		require.NoError(t, err, m.Name())
		require.Zero(t, credit(t, r, "a").Conversions, m.Name())
		require.Equal(t, attribution.Credit{Conversions: 3, Value: 6, Share: 1}, credit(t, r, string(journey.None)))
		_, err = json.Marshal(r)
		require.NoError(t, err)
	}
}

func TestNewGame(t *testing.T) {
	for _, m := range []attribution.Model{attribution.Shapley{}, attribution.DP6Shapley{}, attribution.Linear{}} {
		_, err := attribution.NewGame(m.NewAccumulator())
		require.ErrorIs(t, err, attribution.ErrNoGame)
	}
	_, err := attribution.NewGame(&stubAccumulator{})
	require.ErrorIs(t, err, attribution.ErrNoGame)
	a := attribution.RateShapley{}.NewAccumulator()
	_, err = attribution.NewGame(a)
	require.ErrorIs(t, err, attribution.ErrNoJourneys)
	require.NoError(t, a.Add(oracleRow{channels: []string{"b"}, nulls: 1}.counted(new(journey.Dictionary))))
	_, err = attribution.NewGame(a)
	require.ErrorIs(t, err, attribution.ErrNoConversions)
}

// TestGameConfigurations: accumulators that would give other results do not merge.
func TestGameConfigurations(t *testing.T) {
	models := []attribution.Model{
		attribution.Shapley{},
		attribution.Shapley{Ordered: true},
		attribution.DP6Shapley{},
		attribution.DP6Shapley{Size: 3},
		attribution.DP6Shapley{Order: true},
		attribution.RateShapley{},
		attribution.RateShapley{MaxExact: 3},
		attribution.RateShapley{Permutations: 10},
		attribution.RateShapley{Seed: 1},
		attribution.MarkovShapley{},
		attribution.MarkovShapley{Order: 2},
		attribution.MarkovShapley{Nulls: attribution.ExcludeNulls},
		attribution.MarkovShapley{MaxExact: 3},
		attribution.MarkovShapley{Permutations: 10},
		attribution.MarkovShapley{Seed: 1},
		attribution.Fractribution{},
	}
	for i, m := range models {
		require.NoError(t, m.Validate())
		for j, other := range models {
			err := m.NewAccumulator().Merge(other.NewAccumulator())
			if i == j {
				require.NoError(t, err)
			} else {
				require.ErrorIsf(t, err, attribution.ErrModel, "%+v and %+v", m, other)
			}
		}
	}
	// What is the same by default, or changes nothing, does.
	for _, same := range [][2]attribution.Model{
		{attribution.DP6Shapley{}, attribution.DP6Shapley{Size: 4}},
		{attribution.RateShapley{}, attribution.RateShapley{MaxExact: 24, Permutations: 1024, Parallelism: 3}},
		{attribution.MarkovShapley{}, attribution.MarkovShapley{Order: 1, MaxExact: 20, Permutations: 1023, Parallelism: 3}},
	} {
		require.NoError(t, same[0].NewAccumulator().Merge(same[1].NewAccumulator()))
	}
}

// TestGameBytesCut: bytes that were cut short or have a tail are refused.
func TestGameBytesCut(t *testing.T) {
	rows := []oracleRow{
		{channels: []string{"b", "a", "b"}, conversions: 2, nulls: 300, value: 0.1},
		{channels: []string{"a", "c"}, conversions: 1, opens: 1, value: 3},
		{conversions: 1, value: 1e-9, opens: 1},
	}
	for _, models := range [][]attribution.Model{gameModels(), gameVariants()} {
		set := propertySet(t, models, new(journey.Dictionary), rows)
		b := propertyBytes(t, set)
		for n := range b {
			require.Errorf(t, set.UnmarshalBinary(b[:n]), "%d bytes of %d", n, len(b))
		}
		require.Error(t, set.UnmarshalBinary(append(slices.Clone(b), 0)))
		require.Equal(t, b, propertyBytes(t, set))
	}
}

// FuzzGameAccumulators: bytes that an accumulator of a game accepts are those that
// it writes, and nothing that follows can go wrong.
func FuzzGameAccumulators(f *testing.F) {
	models := slices.Concat(gameModels(), gameVariants())
	rng := rand.New(rand.NewPCG(94, 0))
	for i, m := range models {
		for range 3 {
			a := m.NewAccumulator()
			for p := range oracleFeed(new(journey.Dictionary), oracleRows(rng, true)) {
				require.NoError(f, a.Add(p))
			}
			b, err := a.MarshalBinary()
			require.NoError(f, err)
			f.Add(b, byte(i))
			f.Add(b[:len(b)/2], byte(i))
			b[rng.IntN(len(b))] ^= 1
			f.Add(b, byte(i))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, model byte) {
		m := models[int(model)%len(models)]
		a := m.NewAccumulator()
		if a.UnmarshalBinary(b) != nil {
			require.Equal(t, accumulatorBytes(t, m.NewAccumulator()), accumulatorBytes(t, a))
			return
		}
		require.Equal(t, b, accumulatorBytes(t, a))
		other := m.NewAccumulator()
		require.NoError(t, other.Merge(a))
		require.Equal(t, b, accumulatorBytes(t, other))
		require.NoError(t, a.Add(oracleRow{channels: []string{"a"}, ages: []time.Duration{0}, nulls: 1}.counted(new(journey.Dictionary))))
		r, err := other.Result()
		if err != nil {
			return
		}
		for channel, c := range r.All() {
			for _, x := range []float64{c.Conversions, c.Value, c.Share} {
				require.Falsef(t, math.IsNaN(x) || math.IsInf(x, 0), "%s: %q gets %v", m.Name(), channel, x)
			}
		}
	})
}
