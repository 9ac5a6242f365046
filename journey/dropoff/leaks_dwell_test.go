package dropoff_test

import (
	"encoding"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/journey/markov"
	"github.com/cjm-go/cjm/touchpoint"
)

var (
	_ encoding.BinaryMarshaler   = (*dropoff.DwellCounts)(nil)
	_ encoding.BinaryUnmarshaler = (*dropoff.DwellCounts)(nil)
)

// timedRow returns the path with the given ages.
func timedRow(r chainRow, d *journey.Dictionary, ages ...time.Duration) *journey.Counted {
	p := r.counted(d)
	p.Ages = ages
	return p
}

// randomTimed returns random paths with descending ages up to most.
func randomTimed(r *rand.Rand, channels int, open bool, most time.Duration, d *journey.Dictionary) []*journey.Counted {
	rows := randomChainRows(r, channels, open)
	paths := make([]*journey.Counted, len(rows))
	for i, row := range rows {
		p := row.counted(d)
		p.Ages = make([]time.Duration, len(p.Channels))
		age := time.Duration(0)
		for j := range p.Ages {
			age += time.Duration(r.Int64N(int64(most)/int64(len(p.Ages)) + 1))
			p.Ages[len(p.Ages)-1-j] = age
		}
		paths[i] = p
	}
	return paths
}

func addPaths(t testing.TB, paths []*journey.Counted, to ...interface {
	Add(*journey.Counted) error
},
) {
	t.Helper()
	for _, p := range paths {
		for _, a := range to {
			require.NoError(t, a.Add(p))
		}
	}
}

func dwellBytes(t testing.TB, c *dropoff.DwellCounts) []byte {
	t.Helper()
	b, err := c.MarshalBinary()
	require.NoError(t, err)
	return b
}

func TestDwellByHand(t *testing.T) {
	var c dropoff.DwellCounts
	var d journey.Dictionary
	addPaths(t, []*journey.Counted{
		timedRow(chainRow{path: "a b", conversions: 1, nulls: 2, open: 4}, &d, 10, 4),
		timedRow(chainRow{path: "a", conversions: 2}, &d, 7),
		timedRow(chainRow{path: "a", conversions: 1}, &d, 8),
		timedRow(chainRow{nulls: 5}, &d),
		chainRow{path: "b a", nulls: 3}.counted(&d),          // no ages
		timedRow(chainRow{path: "a b", nulls: 1}, &d, 4, 5),  // not in order
		timedRow(chainRow{path: "a b", nulls: 1}, &d, 4, -1), // after the end
		timedRow(chainRow{path: "x"}, &d, 1),                 // no journey
	}, &c)
	assert.EqualValues(t, 7+2+1+5+3+1+1, c.Journeys())
	assert.EqualValues(t, 5, c.Untimed())
	for _, w := range []struct {
		from, to markov.State
		mean     time.Duration
		ok       bool
	}{
		{markov.At("a"), markov.At("b"), 6, true},
		{markov.At("a"), markov.Converted, 7, true}, // 22/3
		{markov.At("b"), markov.Converted, 4, true},
		{markov.At("b"), markov.Lost, 4, true},
		{markov.At("b"), markov.At("a"), 0, false},
		{markov.At("a"), markov.Lost, 0, false},
		{markov.At("x"), markov.Lost, 0, false},
		{markov.At("a"), markov.At("nobody"), 0, false},
		{markov.At("a"), markov.Start, 0, false},
		{markov.Start, markov.At("a"), 0, false},
		{markov.Lost, markov.At("a"), 0, false},
	} {
		mean, ok := c.Mean(w.from, w.to)
		assert.Equal(t, w.ok, ok, "%v to %v", w.from, w.to)
		assert.Equal(t, w.mean, mean, "%v to %v", w.from, w.to)
	}
	// Half a nanosecond is rounded up.
	addPaths(t, []*journey.Counted{timedRow(chainRow{path: "b", nulls: 2}, &d, 5)}, &c)
	mean, _ := c.Mean(markov.At("b"), markov.Lost)
	assert.EqualValues(t, 5, mean)
}

// Sums beyond 64 bits, against big integers.
func TestDwellAgainstBig(t *testing.T) {
	r := rand.New(rand.NewPCG(22, 1))
	for range 200 {
		var c dropoff.DwellCounts
		d := journey.NewDictionary("a")
		sum, n := new(big.Int), int64(0)
		for range 1 + r.IntN(10) {
			count, age := 1+r.Int64N(math.MaxInt64/16), time.Duration(r.Int64())
			require.NoError(t, c.Add(timedRow(chainRow{path: "a", conversions: count}, d, age)))
			n += count
			sum.Add(sum, new(big.Int).Mul(big.NewInt(count), big.NewInt(int64(age))))
		}
		// (2 sum + n) / 2n rounds half up.
		sum.Add(sum.Lsh(sum, 1), big.NewInt(n))
		sum.Quo(sum, new(big.Int).Lsh(big.NewInt(n), 1))
		mean, ok := c.Mean(markov.At("a"), markov.Converted)
		require.True(t, ok)
		require.Equal(t, sum.Int64(), int64(mean))

		var back dropoff.DwellCounts
		require.NoError(t, back.UnmarshalBinary(dwellBytes(t, &c)))
		require.Equal(t, dwellBytes(t, &c), dwellBytes(t, &back))
		again, _ := back.Mean(markov.At("a"), markov.Converted)
		require.Equal(t, mean, again)
	}
}

// Any order, sharding and grouping gives the same bytes, also where paths are added
// after a merge, and each shard has a dictionary of its own.
func TestDwellShards(t *testing.T) {
	r := rand.New(rand.NewPCG(22, 2))
	for range 100 {
		var d journey.Dictionary
		paths := randomTimed(r, 4, true, time.Hour, &d)
		var whole dropoff.DwellCounts
		addPaths(t, paths, &whole)

		shards := make([]dropoff.DwellCounts, 1+r.IntN(4))
		for _, i := range r.Perm(len(paths)) {
			s := r.IntN(len(shards))
			p := *paths[i]
			if s > 0 {
				own := journey.NewDictionary("", "unused")
				codes := own.Translate(p.Dictionary)
				p.Channels = append([]journey.Code(nil), p.Channels...)
				for k, code := range p.Channels {
					p.Channels[k] = codes[code]
				}
				p.Dictionary = own
			}
			require.NoError(t, shards[s].Add(&p))
			if other := r.IntN(len(shards)); other != s {
				require.NoError(t, shards[s].Merge(&shards[other]))
				shards[other] = dropoff.DwellCounts{}
			}
		}
		var merged dropoff.DwellCounts
		for i := range shards {
			require.NoError(t, merged.Merge(&shards[i]))
		}
		require.Equal(t, dwellBytes(t, &whole), dwellBytes(t, &merged))

		var back dropoff.DwellCounts
		require.NoError(t, back.UnmarshalBinary(dwellBytes(t, &whole)))
		require.NoError(t, back.Merge(new(dropoff.DwellCounts)))
		addPaths(t, paths, &back, &whole)
		require.Equal(t, dwellBytes(t, &whole), dwellBytes(t, &back))
	}
}

func TestDwellErrors(t *testing.T) {
	var c dropoff.DwellCounts
	d := journey.NewDictionary("a")
	addPaths(t, []*journey.Counted{timedRow(chainRow{path: "a a", nulls: 1}, d, 2, 1)}, &c)
	before := dwellBytes(t, &c)
	for _, e := range []struct {
		p    *journey.Counted
		want error
	}{
		{timedRow(chainRow{path: "a", nulls: -1}, d, 1), journey.ErrNegative},
		{timedRow(chainRow{path: "a a", nulls: 1}, d, 1), journey.ErrAges},
		{timedRow(chainRow{path: "a", nulls: math.MaxInt64, open: 1}, d, 1), journey.ErrOverflow},
		{timedRow(chainRow{path: "a", nulls: math.MaxInt64}, d, 1), journey.ErrOverflow},
		{timedRow(chainRow{path: "a a", nulls: math.MaxInt64/2 + 1}, d, 1, 1), journey.ErrOverflow},
		{timedRow(chainRow{path: "a a", nulls: math.MaxInt64 / 2}, d, 1, 1), journey.ErrOverflow},
		{timedRow(chainRow{path: "a a a", nulls: math.MaxInt64 / 2}, d, 1, 1, 1), journey.ErrOverflow},
		{&journey.Counted{Dictionary: d, Channels: []journey.Code{1}, Ages: []time.Duration{1}, Nulls: 1}, journey.ErrUnknownCode},
	} {
		require.ErrorIs(t, c.Add(e.p), e.want)
		require.Equal(t, before, dwellBytes(t, &c))
	}
	var big dropoff.DwellCounts
	addPaths(t, []*journey.Counted{timedRow(chainRow{path: "a", nulls: math.MaxInt64}, d, 1)}, &big)
	require.ErrorIs(t, c.Merge(&big), journey.ErrOverflow)
	require.Equal(t, before, dwellBytes(t, &c))
	// Open journeys leave their last touch without dwell time.
	var open dropoff.DwellCounts
	addPaths(t, []*journey.Counted{timedRow(chainRow{path: "a a", open: 3}, d, 2, 0)}, &open)
	_, ok := open.Mean(markov.At("a"), markov.Lost)
	assert.False(t, ok)
	require.NoError(t, open.Merge(&open))
	assert.EqualValues(t, 6, open.Journeys())
}

func TestDwellRefusesBytes(t *testing.T) {
	var c dropoff.DwellCounts
	addPaths(t, []*journey.Counted{timedRow(chainRow{path: "a b", nulls: 2}, new(journey.Dictionary), 5, 3)}, &c)
	good := dwellBytes(t, &c)
	// form writes names, journeys, untimed and cells of from, to, n, hi, lo.
	form := func(names []touchpoint.Channel, journeys, untimed uint64, cells ...[5]uint64) []byte {
		b := wire.AppendHeader(nil, "cjm/journey/dropoff.DwellCounts", 1)
		b = wire.AppendNames(b, names)
		b = wire.AppendUint(wire.AppendUint(b, journeys), untimed)
		b = wire.AppendUint(b, uint64(len(cells)))
		for _, cell := range cells {
			for _, v := range cell {
				b = wire.AppendUint(b, v)
			}
		}
		return b
	}
	ab := []touchpoint.Channel{"a", "b"}
	step, end := [5]uint64{0, 3, 2, 0, 4}, [5]uint64{1, 1, 2, 0, 6}
	require.Equal(t, good, form(ab, 2, 0, step, end))
	for name, b := range map[string][]byte{
		"empty":             nil,
		"cut off":           good[:len(good)-1],
		"left over":         append(good[:len(good):len(good)], 0),
		"more untimed":      form(ab, 2, 3, step, end),
		"more ends":         form(ab, 2, 1, step, end),
		"order":             form(ab, 2, 0, end, step),
		"twice":             form(ab, 2, 0, step, step, end),
		"zero":              form(ab, 2, 0, [5]uint64{0, 3, 0, 0, 0}, end),
		"longer than int64": form(ab, 2, 0, [5]uint64{0, 3, 2, 1, 0}, end),
		"unused name":       form([]touchpoint.Channel{"a", "b", "c"}, 2, 0, step, end),
		"no such name":      form(ab, 2, 0, [5]uint64{0, 4, 2, 0, 4}, end),
		"overflow":          form(ab, math.MaxInt64, 0, [5]uint64{0, 3, math.MaxInt64, 0, 0}, [5]uint64{1, 1, math.MaxInt64, 0, 0}),
		"names":             form([]touchpoint.Channel{"b", "a"}, 2, 0, step, end),
	} {
		var d dropoff.DwellCounts
		require.NoError(t, d.UnmarshalBinary(good))
		assert.ErrorIs(t, d.UnmarshalBinary(b), wire.ErrCorrupt, name)
		assert.Equal(t, good, dwellBytes(t, &d), "%s: nothing has changed", name)
	}
}

func FuzzDwellCounts(f *testing.F) {
	r := rand.New(rand.NewPCG(22, 3))
	for range 20 {
		var c dropoff.DwellCounts
		addPaths(f, randomTimed(r, 3, true, time.Hour, new(journey.Dictionary)), &c)
		f.Add(dwellBytes(f, &c))
	}
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var c dropoff.DwellCounts
		if c.UnmarshalBinary(b) == nil {
			require.Equal(t, b, dwellBytes(t, &c))
		}
	})
}
