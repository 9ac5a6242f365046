package attribution_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// propertyModels is one of each model, the channels in direct being direct.
func propertyModels(nulls attribution.Nulls, direct ...touchpoint.Channel) []attribution.Model {
	return []attribution.Model{
		attribution.FirstTouch{},
		attribution.LastTouch{},
		attribution.LastNonDirect{Direct: direct},
		attribution.Linear{},
		attribution.Linear{Per: attribution.PerChannel},
		attribution.PositionBased{First: 0.3, Last: 0.1},
		attribution.TimeDecay{},
		attribution.Weighted{Weights: oracleWeights},
		attribution.Markov{Nulls: nulls},
	}
}

// propertyTables calls test with random tables that have something to credit.
func propertyTables(t *testing.T, seed uint64, n int, test func(rng *rand.Rand, nulls attribution.Nulls, rows []oracleRow)) {
	t.Helper()
	rng := rand.New(rand.NewPCG(21, seed))
	for i := range n {
		rows := oracleRows(rng, i%3 == 0)
		if i%10 == 0 {
			rows = oracleLong(rng)
		}
		if oracleTotals(rows).totals.Conversions > 0 {
			test(rng, attribution.Nulls(i%2), rows)
		}
	}
}

func propertySet(t *testing.T, models []attribution.Model, dict *journey.Dictionary, rows []oracleRow) *attribution.Set {
	t.Helper()
	set, err := attribution.NewSet(models...)
	require.NoError(t, err)
	propertyAdd(t, set, dict, rows)
	return set
}

func propertyAdd(t *testing.T, set *attribution.Set, dict *journey.Dictionary, rows []oracleRow) {
	t.Helper()
	for p := range oracleFeed(dict, rows) {
		require.NoErrorf(t, set.Add(p), "%+v", rows)
	}
}

func propertyResults(t *testing.T, set *attribution.Set) []*attribution.Result {
	t.Helper()
	results, err := set.Results()
	require.NoError(t, err)
	return results
}

// requireSame says that two sets have the same results to the last bit, and the
// same bytes.
func requireSame(t *testing.T, want, got *attribution.Set, rows []oracleRow) {
	t.Helper()
	wantResults, gotResults := propertyResults(t, want), propertyResults(t, got)
	for i := range wantResults {
		require.Equalf(t, wantResults[i], gotResults[i], "%s: %+v", wantResults[i].Model(), rows)
	}
	require.Equalf(t, propertyBytes(t, want), propertyBytes(t, got), "bytes: %+v", rows)
}

func propertyBytes(t *testing.T, set *attribution.Set) []byte {
	t.Helper()
	b, err := set.MarshalBinary()
	require.NoError(t, err)
	return b
}

// propertyDictionary knows the names of the rows, in random order.
func propertyDictionary(rng *rand.Rand, rows []oracleRow) *journey.Dictionary {
	var names []touchpoint.Channel
	for _, r := range rows {
		for _, c := range r.channels {
			names = append(names, touchpoint.Channel(c))
		}
	}
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return journey.NewDictionary(names...)
}

func TestOrderOfRows(t *testing.T) {
	propertyTables(t, 1, 300, func(rng *rand.Rand, nulls attribution.Nulls, rows []oracleRow) {
		models := propertyModels(nulls)
		want := propertySet(t, models, new(journey.Dictionary), rows)
		shuffled := slices.Clone(rows)
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		requireSame(t, want, propertySet(t, models, new(journey.Dictionary), shuffled), rows)
		requireSame(t, want, propertySet(t, models, propertyDictionary(rng, rows), rows), rows)
	})
}

// TestSplitRows: one row for ten journeys is the same as ten rows. Models with
// weights may round a product once a row.
func TestSplitRows(t *testing.T) {
	propertyTables(t, 2, 300, func(rng *rand.Rand, nulls attribution.Nulls, rows []oracleRow) {
		models := propertyModels(nulls)
		var split []oracleRow
		for _, r := range rows {
			for rng.IntN(3) > 0 {
				part := r
				part.conversions = rng.Int64N(r.conversions + 1)
				part.nulls = rng.Int64N(r.nulls + 1)
				part.opens = rng.Int64N(r.opens + 1)
				part.value = 0
				if part.conversions > 0 {
					part.value = float64(rng.Int64N(int64(r.value*64)+1)) / 64
				}
				if part.conversions == r.conversions {
					part.value = r.value
				}
				r.conversions, r.nulls, r.opens, r.value = r.conversions-part.conversions, r.nulls-part.nulls, r.opens-part.opens, r.value-part.value
				split = append(split, part)
			}
			split = append(split, r)
		}
		for _, m := range models {
			one := []attribution.Model{m}
			want, got := propertySet(t, one, new(journey.Dictionary), rows), propertySet(t, one, new(journey.Dictionary), split)
			if !slices.Contains([]string{"position", "time-decay", "weighted"}, m.Name()) {
				requireSame(t, want, got, rows)
				continue
			}
			g := propertyResults(t, got)[0]
			require.Equal(t, propertyResults(t, want)[0].Totals(), g.Totals())
			for channel, w := range propertyResults(t, want)[0].All() {
				c, _ := g.Credit(channel)
				require.InDeltaf(t, w.Conversions, c.Conversions, 1e-15*w.Conversions, "%s: %q in %+v", m.Name(), channel, rows)
				require.InDeltaf(t, w.Value, c.Value, 1e-15*w.Value, "%s: %q in %+v", m.Name(), channel, rows)
			}
		}
	})
}

// TestShards: rows spread over sets with dictionaries of their own, some sent as
// bytes, merged in a random tree, are the same as one pass.
func TestShards(t *testing.T) {
	propertyTables(t, 3, 300, func(rng *rand.Rand, nulls attribution.Nulls, rows []oracleRow) {
		models := propertyModels(nulls)
		parts := make([][]oracleRow, 1+rng.IntN(6))
		for _, r := range rows {
			i := rng.IntN(len(parts))
			parts[i] = append(parts[i], r)
		}
		var shards []*attribution.Set
		for _, part := range parts {
			shards = append(shards, propertySet(t, models, propertyDictionary(rng, part), part))
		}
		for len(shards) > 1 {
			rng.Shuffle(len(shards), func(i, j int) { shards[i], shards[j] = shards[j], shards[i] })
			if rng.IntN(2) == 0 {
				sent := shards[0].New()
				require.NoError(t, sent.UnmarshalBinary(propertyBytes(t, shards[0])))
				shards[0] = sent
			}
			before := propertyBytes(t, shards[1])
			require.NoError(t, shards[0].Merge(shards[1]))
			require.Equal(t, before, propertyBytes(t, shards[1]), "what is merged stays as it is")
			shards = slices.Delete(shards, 1, 2)
		}
		requireSame(t, propertySet(t, models, new(journey.Dictionary), rows), shards[0], rows)
	})
}

// TestMergeIsACopy: what is added after a merge reaches one side only.
func TestMergeIsACopy(t *testing.T) {
	propertyTables(t, 4, 100, func(_ *rand.Rand, nulls attribution.Nulls, rows []oracleRow) {
		other := propertySet(t, propertyModels(nulls), new(journey.Dictionary), rows)
		set := other.New()
		require.NoError(t, set.Merge(other))
		requireSame(t, other, set, rows)
		before := propertyBytes(t, other)
		propertyAdd(t, set, new(journey.Dictionary), rows)
		propertyAdd(t, set, new(journey.Dictionary), []oracleRow{{channels: []string{"later"}, nulls: 1}})
		require.Equal(t, before, propertyBytes(t, other))
	})
}

// TestBytesRoundTrip: a set read back is the same set, and can be added to. The
// result may be asked for at any time and changes nothing.
func TestBytesRoundTrip(t *testing.T) {
	propertyTables(t, 5, 200, func(rng *rand.Rand, nulls attribution.Nulls, rows []oracleRow) {
		models := propertyModels(nulls)
		want := propertySet(t, models, new(journey.Dictionary), rows)
		cut := rng.IntN(len(rows) + 1)
		early := propertySet(t, models, new(journey.Dictionary), rows[:cut])
		_, _ = early.Results()
		got := propertySet(t, models, propertyDictionary(rng, rows[cut:]), rows[cut:]) // is replaced
		require.NoError(t, got.UnmarshalBinary(propertyBytes(t, early)))
		propertyAdd(t, early, new(journey.Dictionary), rows[cut:])
		propertyAdd(t, got, propertyDictionary(rng, rows[cut:]), rows[cut:])
		requireSame(t, want, early, rows)
		requireSame(t, want, got, rows)
	})
}

// TestMergeWithItself: merging a set with itself counts everything twice.
func TestMergeWithItself(t *testing.T) {
	propertyTables(t, 6, 200, func(_ *rand.Rand, nulls attribution.Nulls, rows []oracleRow) {
		models := propertyModels(nulls)
		set := propertySet(t, models, new(journey.Dictionary), rows)
		require.NoError(t, set.Merge(set))
		requireSame(t, propertySet(t, models, new(journey.Dictionary), append(slices.Clone(rows), rows...)), set, rows)
	})
}

// TestScaleCounts: ten times the journeys, the same shares.
func TestScaleCounts(t *testing.T) {
	propertyTables(t, 7, 300, func(rng *rand.Rand, nulls attribution.Nulls, rows []oracleRow) {
		models := propertyModels(nulls)
		want := propertyResults(t, propertySet(t, models, new(journey.Dictionary), rows))
		k := 2 + rng.Int64N(20)
		scaled := slices.Clone(rows)
		for i := range scaled {
			scaled[i].conversions *= k
			scaled[i].nulls *= k
			scaled[i].opens *= k
		}
		got := propertyResults(t, propertySet(t, models, new(journey.Dictionary), scaled))
		for i := range want {
			for channel, w := range want[i].All() {
				g, _ := got[i].Credit(channel)
				require.InDeltaf(t, w.Share, g.Share, 1e-15, "%s: %q times %d in %+v", want[i].Model(), channel, k, rows)
			}
		}
	})
}

// TestRenameChannels: other names, the same numbers. Only the chain may round
// otherwise, where the names come in another order.
func TestRenameChannels(t *testing.T) {
	direct := []touchpoint.Channel{"direct", "email"}
	for _, c := range []struct {
		name   string
		rename func(string) string
		tol    float64
	}{
		{"order kept", func(s string) string { return "~" + s }, 0},
		{"order broken", func(s string) string {
			b := []byte(strings.ToUpper(s) + s) // distinct for distinct names
			slices.Reverse(b)
			return string(b)
		}, 1e-13},
	} {
		t.Run(c.name, func(t *testing.T) {
			var renamedDirect []touchpoint.Channel
			for _, d := range oracleNames { // without regard to case, so before they are renamed
				if strings.EqualFold(d, "direct") || strings.EqualFold(d, "email") {
					renamedDirect = append(renamedDirect, touchpoint.Channel(c.rename(d)))
				}
			}
			propertyTables(t, 8, 200, func(_ *rand.Rand, nulls attribution.Nulls, rows []oracleRow) {
				want := propertyResults(t, propertySet(t, propertyModels(nulls, direct...), new(journey.Dictionary), rows))
				renamed := slices.Clone(rows)
				for i, r := range rows {
					renamed[i].channels = nil
					for _, channel := range r.channels {
						renamed[i].channels = append(renamed[i].channels, c.rename(channel))
					}
				}
				got := propertyResults(t, propertySet(t, propertyModels(nulls, renamedDirect...), new(journey.Dictionary), renamed))
				for i, r := range want {
					require.Equal(t, r.Totals(), got[i].Totals())
					for channel, w := range r.All() {
						name := channel
						if channel != journey.None {
							name = touchpoint.Channel(c.rename(string(channel)))
						}
						g, ok := got[i].Credit(name)
						require.True(t, ok)
						if r.Model() != "markov" || c.tol == 0 {
							require.Equalf(t, w, g, "%s: %q in %+v", r.Model(), channel, rows)
							continue
						}
						require.InDeltaf(t, w.Conversions, g.Conversions, c.tol*w.Conversions, "%q in %+v", channel, rows)
						require.InDeltaf(t, w.Value, g.Value, c.tol*w.Value, "%q in %+v", channel, rows)
					}
				}
			})
		})
	}
}

// TestNullsDoNotMatter: what did not convert is nothing to a heuristic, and a
// channel that is found there only gets exactly nothing.
func TestNullsDoNotMatter(t *testing.T) {
	propertyTables(t, 9, 200, func(_ *rand.Rand, nulls attribution.Nulls, rows []oracleRow) {
		models := propertyModels(nulls)
		want := propertyResults(t, propertySet(t, models, new(journey.Dictionary), rows))
		more := append([]oracleRow{{channels: []string{"new", rows[0].name()}, nulls: 7}, {channels: []string{"new"}, opens: 3}}, rows...)
		got := propertyResults(t, propertySet(t, models, new(journey.Dictionary), more))
		for i, r := range want {
			if r.Model() == "markov" && nulls == attribution.IncludeNulls {
				continue
			}
			for channel, w := range r.All() {
				g, _ := got[i].Credit(channel)
				require.Equalf(t, w, g, "%s: %q in %+v", r.Model(), channel, rows)
			}
			g, ok := got[i].Credit("new")
			require.True(t, ok)
			require.Zero(t, g.Conversions)
			require.Zero(t, g.Value)
		}
	})
}

// name is a channel of the row.
func (r oracleRow) name() string {
	if len(r.channels) == 0 {
		return "new"
	}
	return r.channels[0]
}

// TestUnusedNames: names of the dictionary that no path has are not channels of
// the journeys.
func TestUnusedNames(t *testing.T) {
	rows := []oracleRow{{channels: []string{"a"}, ages: make([]time.Duration, 1), conversions: 1}}
	for _, m := range propertyModels(attribution.IncludeNulls) {
		t.Run(m.Name(), func(t *testing.T) {
			models := []attribution.Model{m}
			want := propertySet(t, models, new(journey.Dictionary), rows)
			requireSame(t, want, propertySet(t, models, journey.NewDictionary("unused", "a", "b"), rows), rows)
		})
	}
}

// TestSharedDictionary: what one set counts is nothing to another of the same
// dictionary.
func TestSharedDictionary(t *testing.T) {
	dict := new(journey.Dictionary)
	models := []attribution.Model{attribution.FirstTouch{}}
	set := propertySet(t, models, dict, []oracleRow{{channels: []string{"a"}, conversions: 1}})
	before := propertyBytes(t, set)
	propertySet(t, models, dict, []oracleRow{{channels: []string{"b"}, conversions: 1}})
	assert.Equal(t, before, propertyBytes(t, set))
	_, ok := propertyResults(t, set)[0].Credit("b")
	assert.False(t, ok)
}

// TestJSONNumbers: the JSON form says the same as the accessors.
func TestJSONNumbers(t *testing.T) {
	propertyTables(t, 10, 50, func(_ *rand.Rand, nulls attribution.Nulls, rows []oracleRow) {
		for _, r := range propertyResults(t, propertySet(t, propertyModels(nulls), new(journey.Dictionary), rows)) {
			b, err := json.Marshal(r)
			require.NoError(t, err)
			var got struct {
				Model                                      string
				Journeys, Conversions, Nulls, Opens, Empty int64
				Value                                      float64
				Channels                                   []struct{ Conversions, Value, Share float64 }
			}
			require.NoError(t, json.Unmarshal(b, &got))
			require.Equal(t, r.Model(), got.Model)
			require.Equal(t, r.Totals(), attribution.Totals{
				Journeys: got.Journeys, Conversions: got.Conversions, Nulls: got.Nulls, Opens: got.Opens, Value: got.Value, Empty: got.Empty,
			})
			i := 0
			for _, c := range r.All() {
				require.Equal(t, []float64{c.Conversions, c.Value, c.Share}, []float64{got.Channels[i].Conversions, got.Channels[i].Value, got.Channels[i].Share})
				i++
			}
			require.Len(t, got.Channels, i)
		}
	})
}

// TestBytesCut: bytes that were cut short or have a tail are refused, and the set
// stays as it was.
func TestBytesCut(t *testing.T) {
	rows := []oracleRow{
		{channels: []string{"b", "a", "b"}, ages: []time.Duration{time.Hour, time.Minute, 0}, conversions: 2, nulls: 300, value: 0.1},
		{conversions: 1, value: 1e-9, opens: 1},
	}
	set := propertySet(t, propertyModels(attribution.IncludeNulls), new(journey.Dictionary), rows)
	b := propertyBytes(t, set)
	for n := range b {
		require.Errorf(t, set.UnmarshalBinary(b[:n]), "%d bytes of %d", n, len(b))
	}
	require.Error(t, set.UnmarshalBinary(append(slices.Clone(b), 0)))
	require.Equal(t, b, propertyBytes(t, set))
}

func FuzzSetOfAllModels(f *testing.F) {
	sets := make([]*attribution.Set, 2)
	for i := range sets {
		var err error
		sets[i], err = attribution.NewSet(propertyModels(attribution.Nulls(i))...)
		require.NoError(f, err)
		rng := rand.New(rand.NewPCG(22, uint64(i)))
		for range 4 {
			filled := sets[i].New()
			for p := range oracleFeed(new(journey.Dictionary), oracleRows(rng, true)) {
				require.NoError(f, filled.Add(p))
			}
			b, err := filled.MarshalBinary()
			require.NoError(f, err)
			f.Add(b, i == 1)
			f.Add(b[:len(b)/2], i == 1)
			b[rng.IntN(len(b))] ^= 1
			f.Add(b, i == 1)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, excludeNulls bool) {
		empty := sets[0]
		if excludeNulls {
			empty = sets[1]
		}
		set := empty.New()
		if set.UnmarshalBinary(b) != nil {
			require.Equal(t, propertyBytes(t, empty), propertyBytes(t, set))
			return
		}
		require.Equal(t, b, propertyBytes(t, set))
		require.NoError(t, set.Merge(empty))
		require.Equal(t, b, propertyBytes(t, set))
		results, err := set.Results()
		if err != nil {
			return
		}
		for _, r := range results {
			for channel, c := range r.All() {
				for _, x := range []float64{c.Conversions, c.Value, c.Share} {
					require.Truef(t, x >= 0 && x <= math.MaxFloat64, "%s: %q gets %v", r.Model(), channel, x)
				}
			}
		}
	})
}
