package journey

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/internal/wire"
)

// durationsOf returns a multiset of the durations.
func durationsOf(all ...time.Duration) *Durations {
	var d Durations
	for _, x := range all {
		d.Add(x)
	}
	return &d
}

// listed returns every duration, ascending, as often as it is there.
func listed(d *Durations) []time.Duration {
	var all []time.Duration
	for x, n := range d.All() {
		for range n {
			all = append(all, x)
		}
	}
	return all
}

// randomDurations returns n durations out of about the given number of distinct
// ones, some of them negative.
func randomDurations(r *rand.Rand, n int, distinct int64) []time.Duration {
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = time.Duration(r.Int64N(distinct)-distinct/4) * time.Duration(1+r.IntN(2))
	}
	return all
}

func durationBytes(t testing.TB, d *Durations) []byte {
	b, err := d.MarshalBinary()
	require.NoError(t, err)
	return b
}

func TestDurationsAgainstSorting(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 60 {
		all := randomDurations(r, r.IntN(3000), 1+r.Int64N(1<<uint(1+r.IntN(40))))
		// Shards of any size, merged in any order, into any.
		shards := []*Durations{{}}
		for _, x := range all {
			if r.IntN(200) == 0 {
				shards = append(shards, new(Durations))
			}
			shards[len(shards)-1].Add(x)
		}
		for len(shards) > 1 {
			i := 1 + r.IntN(len(shards)-1)
			before := listed(shards[i])
			require.NoError(t, shards[r.IntN(i)].Merge(shards[i]))
			require.Equal(t, before, listed(shards[i]), "Merge changed the other")
			shards = slices.Delete(shards, i, i+1)
		}
		d := shards[0]
		if r.IntN(2) == 0 {
			d = d.Clone()
		}

		sorted := slices.Sorted(slices.Values(all))
		require.Equal(t, sorted, listed(d))
		require.EqualValues(t, len(all), d.Len())
		for range 20 {
			p := r.Float64()
			got, ok := d.Quantile(p)
			require.Equal(t, len(all) > 0, ok)
			if !ok {
				continue
			}
			k := slices.IndexFunc(sorted, func(x time.Duration) bool { return x == got })
			require.GreaterOrEqual(t, k, 0)
			atMost := k
			for atMost < len(sorted) && sorted[atMost] == got {
				atMost++
			}
			require.GreaterOrEqual(t, float64(atMost)/float64(len(all)), p)
			require.Less(t, float64(k)/float64(len(all)), p, "a shorter one would do")
		}
		require.Equal(t, durationBytes(t, durationsOf(all...)), durationBytes(t, d), "bytes depend on the sharding")
	}
}

func TestDurationsQuantile(t *testing.T) {
	var hundred Durations
	for i := 100; i > 0; i-- {
		hundred.Add(time.Duration(i))
	}
	for percent := 1; percent <= 100; percent++ {
		got, ok := hundred.Quantile(float64(percent) / 100)
		require.True(t, ok)
		require.EqualValues(t, percent, got)
	}
	for n := int64(1); n <= 200; n++ {
		d := Durations{total: n}
		for k := int64(1); k <= n; k++ {
			p := float64(k) / float64(n)
			require.Equal(t, k, d.rank(p))
			require.Equal(t, min(k+1, n), d.rank(math.Nextafter(p, 2)))
			require.Equal(t, k, d.rank(math.Nextafter(p, 0)))
		}
	}
	tied := durationsOf(5, 5, 5, 9)
	for p, want := range map[float64]time.Duration{0: 5, .5: 5, .75: 5, .76: 9, 1: 9} {
		got, ok := tied.Quantile(p)
		assert.True(t, ok)
		assert.Equal(t, want, got, p)
	}
	for _, p := range []float64{-.1, 1.1, math.NaN(), math.Inf(1)} {
		_, ok := tied.Quantile(p)
		assert.False(t, ok, p)
	}
	var none Durations
	_, ok := none.Quantile(.5)
	assert.False(t, ok)
	assert.Zero(t, none.Len())
	assert.Empty(t, listed(&none))
}

func TestDurationsReadingChangesNothing(t *testing.T) {
	d := durationsOf(3, 1, 2)
	c := d.Clone()
	d.Add(0)
	assert.Equal(t, []time.Duration{1, 2, 3}, listed(c))
	for x := range d.All() {
		assert.Zero(t, x)
		break
	}
	assert.Len(t, d.fresh, 4)
	require.NoError(t, d.Merge(d))
	assert.Equal(t, []time.Duration{0, 0, 1, 1, 2, 2, 3, 3}, listed(d))
	big := durationsOf(randomDurations(rand.New(rand.NewPCG(2, 2)), 1000, 700)...)
	twice := slices.Sorted(slices.Values(append(listed(big), listed(big)...)))
	require.NoError(t, big.Merge(big))
	assert.Equal(t, twice, listed(big))
}

// times returns the bytes of one duration that is there n times.
func times(n int64) []byte {
	b := wire.AppendUint(wire.AppendHeader(nil, durationsName, durationsVersion), 1)
	return wire.AppendCount(binary.AppendVarint(b, 7), n)
}

func TestDurationsOverflow(t *testing.T) {
	var most, one Durations
	require.NoError(t, most.UnmarshalBinary(times(maxDurations)))
	one.Add(1)
	assert.ErrorIs(t, most.Merge(&one), ErrOverflow)
	assert.ErrorIs(t, one.Merge(&most), ErrOverflow)
	assert.EqualValues(t, 1, one.Len())
	for p, want := range map[float64]time.Duration{0: 7, .3: 7, 1: 7} {
		got, ok := most.Quantile(p)
		assert.True(t, ok)
		assert.Equal(t, want, got)
	}
	most.Add(1)
	_, err := most.MarshalBinary()
	assert.ErrorIs(t, err, ErrOverflow)
	assert.ErrorIs(t, one.UnmarshalBinary(times(maxDurations+1)), wire.ErrCorrupt)
}

func TestDurationsBytes(t *testing.T) {
	extreme := durationsOf(math.MaxInt64, math.MinInt64, 0, 0, -1)
	b := durationBytes(t, extreme)
	var back Durations
	require.NoError(t, back.UnmarshalBinary(b))
	assert.Equal(t, listed(extreme), listed(&back))
	assert.EqualValues(t, 5, back.Len())

	for i := range b {
		require.ErrorIs(t, back.UnmarshalBinary(b[:i]), wire.ErrCorrupt, "cut off at %d", i)
	}
	head := wire.AppendHeader(nil, durationsName, durationsVersion)
	for reason, bad := range map[string][]byte{
		"left over":             append(bytes.Clone(b), 0),
		"other type":            wire.AppendUint(wire.AppendHeader(nil, "other", 1), 0),
		"a duration no times":   times(0),
		"the same twice":        append(bytes.Clone(head), 2, 4, 1, 0, 1),
		"beyond 2^63":           append(binary.AppendUvarint(append(bytes.Clone(head), 2, 2, 1), math.MaxInt64), 1),
		"more than there is":    append(bytes.Clone(head), 100, 2, 1),
		"total beyond 2^62":     wire.AppendCount(append(bytes.Clone(head), 2, 2, 1, 1), maxDurations),
		"number not in short":   append(bytes.Clone(head), 1, 0x84, 0x00, 1),
		"count above 2^63":      wire.AppendUint(append(bytes.Clone(head), 1, 4), 1<<63),
		"nothing behind header": head,
	} {
		require.ErrorIs(t, back.UnmarshalBinary(bad), wire.ErrCorrupt, reason)
		require.Equal(t, listed(extreme), listed(&back), "%s: a failed UnmarshalBinary changed it", reason)
	}

	// What was read can be added to.
	back.Add(5)
	extreme.Add(5)
	assert.Equal(t, durationBytes(t, extreme), durationBytes(t, &back))
}

func FuzzDurationsUnmarshalBinary(f *testing.F) {
	f.Add(durationBytes(f, new(Durations)))
	f.Add(durationBytes(f, durationsOf(math.MaxInt64, math.MinInt64)))
	f.Add(durationBytes(f, durationsOf(1, 2, 2, 3)))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d Durations
		if d.UnmarshalBinary(b) != nil {
			return
		}
		require.Equal(t, b, durationBytes(t, &d), "two encodings of the same durations")
		var total int64
		last, first := time.Duration(0), true
		for x, n := range d.All() {
			require.True(t, n > 0 && (first || x > last))
			total, last, first = total+n, x, false
		}
		require.Equal(t, d.Len(), total)
	})
}

func BenchmarkDurationsAdd(b *testing.B) {
	for _, c := range []struct {
		name     string
		distinct int64
	}{{"distinct", math.MaxInt64}, {"days", 365}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			const n = 1_000_000
			r := rand.New(rand.NewPCG(1, 2))
			for b.Loop() {
				var d Durations
				for range n {
					d.Add(time.Duration(r.Int64N(c.distinct)))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/add")
		})
	}
}

// TestDurationsCloneShares: a clone and what it was made of go their own ways.
func TestDurationsCloneShares(t *testing.T) {
	var d Durations
	for i := range 1000 {
		d.Add(time.Duration(i))
	}
	d.Compact()
	require.LessOrEqual(t, testing.AllocsPerRun(10, func() { d.Clone() }), 1.0, "nothing but the header is copied")
	before, err := d.MarshalBinary()
	require.NoError(t, err)
	clone := d.Clone()
	for i := range 1000 {
		clone.Add(time.Duration(i / 2))
	}
	after, err := d.MarshalBinary()
	require.NoError(t, err)
	assert.Equal(t, before, after)
	assert.Equal(t, int64(2000), clone.Len())
	d.Add(5)
	d.Compact()
	assert.Equal(t, int64(1001), d.Len())
	assert.Equal(t, int64(2000), clone.Len())
}

func TestDurationsAddN(t *testing.T) {
	var d, one Durations
	r := rand.New(rand.NewPCG(3, 3))
	for range 500 {
		x, n := time.Duration(r.IntN(40)), r.Int64N(5)-1
		require.NoError(t, d.AddN(x, n))
		for range n {
			one.Add(x)
		}
	}
	want, err := one.MarshalBinary()
	require.NoError(t, err)
	got, err := d.MarshalBinary()
	require.NoError(t, err)
	assert.Equal(t, want, got)
	assert.Equal(t, one.Len(), d.Len())
	require.ErrorIs(t, d.AddN(1, 1<<62), ErrOverflow)
	assert.Equal(t, one.Len(), d.Len())
}
