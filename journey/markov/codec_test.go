package markov

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/touchpoint"
)

// encoded builds the bytes of counts by hand.
type encoded struct {
	nulls                     uint64
	names                     []touchpoint.Channel
	journeys, opens, excluded int64
	rows                      []encodedRow
}

type encodedRow struct {
	converted, lost int64
	value           float64
	steps           []uint64 // to, count, to, count
}

func (e encoded) bytes(t testing.TB) []byte {
	t.Helper()
	b := wire.AppendHeader(nil, countsName, countsVersion)
	b = wire.AppendUint(b, e.nulls)
	b = wire.AppendNames(b, e.names)
	b = wire.AppendCount(b, e.journeys)
	b = wire.AppendCount(b, e.opens)
	b = wire.AppendCount(b, e.excluded)
	for _, r := range e.rows {
		b = wire.AppendCount(b, r.converted)
		b = wire.AppendCount(b, r.lost)
		var s exact.Sum
		s.Add(r.value)
		var err error
		b, err = s.AppendBinary(b)
		require.NoError(t, err)
		b = wire.AppendUint(b, uint64(len(r.steps)/2))
		for _, v := range r.steps {
			b = wire.AppendUint(b, v)
		}
	}
	return b
}

func valid() encoded {
	return encoded{
		names: []touchpoint.Channel{"a", "b"}, journeys: 10, opens: 4,
		rows: []encodedRow{
			{converted: 1, value: 2.5, steps: []uint64{1, 8}},
			{lost: 2, steps: []uint64{1, 1, 2, 5}},
			{converted: 3, value: 7, steps: nil},
		},
	}
}

func TestMarshalBinaryFormat(t *testing.T) {
	c := countRows(t, Options{},
		row{path: "a b", conversions: 3, opens: 2, value: 7},
		row{path: "a", nulls: 1},
		row{path: "a a", nulls: 1},
		row{path: "a", opens: 1},
		row{conversions: 1, value: 2.5},
		row{opens: 1},
	)
	// Two open journeys ended at b, one at a and one at the start.
	assert.Equal(t, valid().bytes(t), marshal(t, c))
}

func TestUnmarshalBinaryRefuses(t *testing.T) {
	for _, c := range []struct {
		reason string
		spoil  func(*encoded)
	}{
		{"unknown option", func(e *encoded) { e.nulls = 2 }},
		{"names not sorted", func(e *encoded) { e.names = []touchpoint.Channel{"b", "a"} }},
		{"too few rows", func(e *encoded) { e.rows = e.rows[:2] }},
		{"too many rows", func(e *encoded) { e.rows = append(e.rows, encodedRow{}) }},
		{"another number of open journeys", func(e *encoded) { e.opens++ }},
		{"more leave than come", func(e *encoded) { e.rows[1].lost = 10 }},
		{"more start than there are", func(e *encoded) { e.journeys = 8 }},
		{"a channel nobody came to", func(e *encoded) {
			e.names = append(e.names, "c")
			e.rows = append(e.rows, encodedRow{})
		}},
		{"excluded, but nothing excludes", func(e *encoded) { e.excluded = 1 }},
		{"value without conversion", func(e *encoded) { e.rows[1].value = 1 }},
		{"negative value", func(e *encoded) { e.rows[2].value = -1 }},
		{"a step of weight 0", func(e *encoded) { e.rows[1].steps = []uint64{1, 0, 2, 5} }},
		{"steps not in order", func(e *encoded) { e.rows[1].steps = []uint64{2, 5, 1, 1} }},
		{"a step to the start", func(e *encoded) { e.rows[1].steps = []uint64{0, 1, 2, 5} }},
		{"a step to nowhere", func(e *encoded) { e.rows[1].steps = []uint64{1, 1, 3, 5} }},
		{"counts beyond 2^63", func(e *encoded) {
			e.journeys = math.MaxInt64
			e.rows[0].steps[1], e.rows[1].lost = math.MaxInt64/2+1, math.MaxInt64/2+1
		}},
		{"opens beyond 2^63", func(e *encoded) { e.journeys, e.opens = math.MaxInt64, math.MaxInt64-6 }},
		{"nulls, though they are excluded", func(e *encoded) { e.nulls, e.opens, e.journeys, e.rows[1].lost, e.rows[2].converted = 1, 0, 9, 3, 5 }},
		{"opens, though they are excluded", func(e *encoded) { e.nulls, e.rows[1].lost, e.opens = 1, 0, 6 }},
		{"channels without journeys", func(e *encoded) { e.journeys, e.opens, e.rows = 0, 0, nil }},
		{"opens without journeys", func(e *encoded) { *e = encoded{opens: 1} }},
	} {
		e := valid()
		c.spoil(&e)
		counts := countRows(t, Options{}, row{path: "x", nulls: 1})
		before := marshal(t, counts)
		require.ErrorIs(t, counts.UnmarshalBinary(e.bytes(t)), wire.ErrCorrupt, c.reason)
		require.Equal(t, before, marshal(t, counts), "%s: a failed UnmarshalBinary changed the counts", c.reason)
	}
	good := valid().bytes(t)
	for i := range good {
		require.Error(t, new(Counts).UnmarshalBinary(good[:i]), "cut off at %d", i)
	}
	require.Error(t, new(Counts).UnmarshalBinary(append(bytes.Clone(good), 0)))
	require.NoError(t, new(Counts).UnmarshalBinary(good))
}

func TestUnmarshalBinaryRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for range 300 {
		options := Options{Nulls: Nulls(r.IntN(2))}
		c := countRows(t, options, randomRows(r, 5, true)...)
		b := marshal(t, c)
		back, err := NewCounts(Options{Closed: CensorClosed})
		require.NoError(t, err)
		require.NoError(t, back.UnmarshalBinary(b))
		require.Equal(t, b, marshal(t, back))
		require.Equal(t, c.Journeys(), back.Journeys())
		require.Equal(t, c.total, back.total)
		require.Equal(t, Options{Nulls: options.Nulls, Closed: CensorClosed}, back.Options())

		// What was read can be added to.
		extra := randomRows(r, 7, false)
		for _, x := range []*Counts{c, back} {
			require.NoError(t, x.Merge(countRows(t, options, extra...)))
		}
		require.Equal(t, marshal(t, c), marshal(t, back))
	}
}

func FuzzUnmarshalBinary(f *testing.F) {
	f.Add(valid().bytes(f))
	f.Add(marshal(f, new(Counts)))
	r := rand.New(rand.NewPCG(6, 6))
	for range 5 {
		f.Add(marshal(f, countRows(f, Options{}, randomRows(r, 4, true)...)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := NewCounts(Options{Closed: CensorClosed})
		require.NoError(t, err)
		if c.UnmarshalBinary(b) != nil {
			return
		}
		require.Equal(t, b, marshal(t, c), "two encodings of the same counts")
		if len(c.ends) > 100 {
			return
		}
		chain, err := c.Fit()
		if err != nil {
			return
		}
		for _, s := range chain.States() {
			p, err := chain.PConvert(s)
			require.NoError(t, err)
			require.True(t, p >= 0 && p <= 1)
		}
	})
}
