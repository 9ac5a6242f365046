package markov

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/touchpoint"
)

// encodedWindows builds the bytes of window counts by hand.
type encodedWindows struct {
	order uint64
	encoded
}

func (e encodedWindows) bytes(t testing.TB) []byte {
	t.Helper()
	b := wire.AppendHeader(nil, windowCountsName, windowCountsVersion)
	b = wire.AppendUint(b, e.nulls)
	b = wire.AppendUint(b, e.order)
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

// validWindows is, at order 2: Start, a, b, ab, ba; ab comes back from ba.
func validWindows() encodedWindows {
	return encodedWindows{order: 2, encoded: encoded{
		names: []touchpoint.Channel{"a", "b"}, journeys: 10, opens: 2,
		rows: []encodedRow{
			{converted: 1, value: 2.5, steps: []uint64{0, 7, 1, 2}},
			{lost: 1, steps: []uint64{1, 6}},
			{lost: 1},
			{converted: 5, value: 8, steps: []uint64{0, 3}},
			{steps: []uint64{1, 2}},
		},
	}}
}

func TestWindowMarshalBinaryFormat(t *testing.T) {
	c := countWindows(t, 2, Options{},
		row{conversions: 1, value: 2.5},
		row{path: "a", nulls: 1},
		row{path: "b", nulls: 1, opens: 1},
		row{path: "a b", conversions: 2, value: 1},
		row{path: "a b a", opens: 1},
		row{path: "a b a b", conversions: 2, value: 7},
		row{path: "a b", conversions: 1},
	)
	require.Equal(t, validWindows().bytes(t), marshalWindows(t, c))
}

func TestWindowUnmarshalBinaryRefuses(t *testing.T) {
	for _, c := range []struct {
		reason string
		spoil  func(*encodedWindows)
	}{
		{"order 0", func(e *encodedWindows) { e.order = 0 }},
		{"order beyond an int", func(e *encodedWindows) { e.order = math.MaxUint64 }},
		{"other windows at order 1", func(e *encodedWindows) { e.order = 1 }},
		{"unknown option", func(e *encodedWindows) { e.nulls = 2 }},
		{"names not sorted", func(e *encodedWindows) { e.names = []touchpoint.Channel{"b", "a"} }},
		{"too few rows", func(e *encodedWindows) { e.rows = e.rows[:4] }},
		{"too many rows", func(e *encodedWindows) { e.rows = append(e.rows, encodedRow{}) }},
		{"another number of open journeys", func(e *encodedWindows) { e.opens++ }},
		{"more leave than come", func(e *encodedWindows) { e.rows[1].lost = 10 }},
		{"more start than there are", func(e *encodedWindows) { e.journeys = 8 }},
		{"a channel nobody came to", func(e *encodedWindows) { e.names = append(e.names, "c") }},
		{"excluded, but nothing excludes", func(e *encodedWindows) { e.excluded = 1 }},
		{"value without conversion", func(e *encodedWindows) { e.rows[1].value = 1 }},
		{"negative value", func(e *encodedWindows) { e.rows[3].value = -1 }},
		{"a step of weight 0", func(e *encodedWindows) { e.rows[0].steps[1] = 0 }},
		{"steps not in order", func(e *encodedWindows) { e.rows[0].steps = []uint64{1, 2, 0, 7} }},
		{"a step to nowhere", func(e *encodedWindows) { e.rows[1].steps[0] = 2 }},
		{"counts beyond 2^63", func(e *encodedWindows) { e.rows[1].lost = math.MaxInt64 }},
		{"opens beyond 2^63", func(e *encodedWindows) { e.journeys, e.opens = math.MaxInt64, math.MaxInt64-8 }},
		{"nulls, though they are excluded", func(e *encodedWindows) { e.nulls = 1 }},
		{"opens, though they are excluded", func(e *encodedWindows) {
			e.nulls, e.rows[1].lost, e.rows[2].lost, e.opens = 1, 0, 0, 4
		}},
		{"channels without journeys", func(e *encodedWindows) { e.journeys, e.opens, e.rows = 0, 0, nil }},
		{"opens without journeys", func(e *encodedWindows) { *e = encodedWindows{order: 2, encoded: encoded{opens: 1}} }},
	} {
		e := validWindows()
		c.spoil(&e)
		counts := countWindows(t, 3, Options{}, row{path: "x", nulls: 1})
		before := marshalWindows(t, counts)
		require.ErrorIs(t, counts.UnmarshalBinary(e.bytes(t)), wire.ErrCorrupt, c.reason)
		require.Equal(t, before, marshalWindows(t, counts), "%s: a failed UnmarshalBinary changed the counts", c.reason)
	}
	b := validWindows().bytes(t)
	for i := range b {
		require.Error(t, new(WindowCounts).UnmarshalBinary(b[:i]), "cut off at %d", i)
	}
	require.Error(t, new(WindowCounts).UnmarshalBinary(append(bytes.Clone(b), 0)))
	require.NoError(t, new(WindowCounts).UnmarshalBinary(b))
	require.Error(t, new(WindowCounts).UnmarshalBinary(valid().bytes(t)), "bytes of Counts")
}

func TestWindowUnmarshalBinaryRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 5))
	for range 300 {
		options, order := Options{Nulls: Nulls(r.IntN(2))}, 1+r.IntN(5)
		c := countWindows(t, order, options, randomRows(r, 4, true)...)
		b := marshalWindows(t, c)
		back := &WindowCounts{options: Options{Closed: CensorClosed}}
		require.NoError(t, back.UnmarshalBinary(b))
		require.Equal(t, b, marshalWindows(t, back))
		require.Equal(t, c.Journeys(), back.Journeys())
		require.Equal(t, c.total, back.total)
		require.Equal(t, order, back.Order())
		require.Equal(t, Options{Nulls: options.Nulls, Closed: CensorClosed}, back.Options())

		// What was read can be added to.
		extra := randomRows(r, 6, false)
		for _, x := range []*WindowCounts{c, back} {
			require.NoError(t, x.Merge(countWindows(t, order, options, extra...)))
		}
		require.Equal(t, marshalWindows(t, c), marshalWindows(t, back))
	}
}

func FuzzWindowUnmarshalBinary(f *testing.F) {
	f.Add(validWindows().bytes(f))
	f.Add(marshalWindows(f, new(WindowCounts)))
	r := rand.New(rand.NewPCG(16, 6))
	for order := 1; order < 6; order++ {
		f.Add(marshalWindows(f, countWindows(f, order, Options{}, randomRows(r, 4, true)...)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c := &WindowCounts{options: Options{Closed: CensorClosed}}
		if c.UnmarshalBinary(b) != nil {
			return
		}
		require.Equal(t, b, marshalWindows(t, c), "two encodings of the same counts")
		if c.States() > 100 {
			return
		}
		chain, err := c.Fit()
		if err != nil {
			return
		}
		removal, err := chain.Removal(context.Background(), RemovalOptions{})
		if err != nil {
			return
		}
		for _, e := range removal.All() {
			require.True(t, e.Conversion >= 0 && e.Conversion <= 1)
		}
	})
}
