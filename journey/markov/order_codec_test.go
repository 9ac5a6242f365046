package markov

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/internal/wire"
)

func TestOrderCodecRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(35, 1))
	for range 200 {
		options := randomOrderOptions(r)
		c := countOrders(t, options, randomOrderRows(r, 4)...)
		b := marshalOrder(t, c)
		back := countOrders(t, OrderOptions{MaxOrder: options.MaxOrder, Criterion: options.Criterion})
		require.NoError(t, back.UnmarshalBinary(b))
		require.Equal(t, b, marshalOrder(t, back))
		require.Equal(t, options, back.Options())
		require.Equal(t, c.total, back.total)
		require.Equal(t, c.Journeys(), back.Journeys())
		want, wantErr := c.Choose()
		got, err := back.Choose()
		require.Equal(t, wantErr, err)
		require.Equal(t, want, got)

		extra := randomOrderRows(r, 5)
		for _, x := range []*OrderCounts{c, back} {
			require.NoError(t, x.Merge(countOrders(t, options, extra...)))
		}
		require.Equal(t, marshalOrder(t, c), marshalOrder(t, back))
	}
}

// orderWire writes what MarshalBinary writes, but takes anything.
type orderWire struct {
	nulls, foldBy, folds, seed uint64
	names                      []string
	excluded                   int64
	entries                    [][]uint64
}

func (w orderWire) bytes() []byte {
	b := wire.AppendHeader(nil, orderCountsName, orderCountsVersion)
	for _, n := range []uint64{w.nulls, w.foldBy, w.folds, w.seed} {
		b = wire.AppendUint(b, n)
	}
	b = wire.AppendNames(b, w.names)
	b = wire.AppendCount(b, w.excluded)
	b = wire.AppendUint(b, uint64(len(w.entries)))
	for _, e := range w.entries {
		for _, n := range e {
			b = wire.AppendUint(b, n)
		}
	}
	return b
}

// validOrder has, by length, channels, fold, conversions, losses, open journeys, the
// paths "", "a b" in two folds, and "b".
func validOrder() orderWire {
	return orderWire{folds: 10, seed: 7, names: []string{"a", "b"}, entries: [][]uint64{
		{0, 0, 1, 2, 3},
		{2, 0, 1, 4, 0, 5, 0},
		{2, 0, 1, 9, 1, 0, 0},
		{1, 1, 0, 0, 0, 1},
	}}
}

func TestOrderCodecRefused(t *testing.T) {
	good := validOrder().bytes()
	c := new(OrderCounts)
	require.NoError(t, c.UnmarshalBinary(good))
	require.Equal(t, good, marshalOrder(t, c))
	require.Equal(t, int64(13), c.Journeys())
	require.Equal(t, int64(6+3*5+3*1+2), c.total)

	for name, spoil := range map[string]func(*orderWire){
		"no such Nulls":      func(w *orderWire) { w.nulls = 2 },
		"no such FoldBy":     func(w *orderWire) { w.foldBy = 3 },
		"one fold":           func(w *orderWire) { w.folds = 1 },
		"too many folds":     func(w *orderWire) { w.folds = maxFolds + 1 },
		"names out of order": func(w *orderWire) { w.names = []string{"b", "a"} },
		"unused name":        func(w *orderWire) { w.names = []string{"a", "b", "c"} },
		"excluded":           func(w *orderWire) { w.excluded = 1 },
		"nulls excluded":     func(w *orderWire) { w.nulls = 1 },
		"unknown channel":    func(w *orderWire) { w.entries[3][1] = 2 },
		"fold beyond":        func(w *orderWire) { w.entries[2][3] = 11 },
		"fold by path":       func(w *orderWire) { w.foldBy = uint64(ByPath) },
		"fold by journey":    func(w *orderWire) { w.foldBy = uint64(ByJourney) },
		"no journeys":        func(w *orderWire) { w.entries[3][5] = 0 },
		"twice":              func(w *orderWire) { w.entries[2][3] = 4 },
		"folds out of order": func(w *orderWire) { w.entries[2][3] = 3 },
		"paths out of order": func(w *orderWire) { w.entries[0], w.entries[1] = w.entries[1], w.entries[0] },
		"over 63 bits":       func(w *orderWire) { w.entries[0][3] = 1 << 63 },
		"sum over 63 bits":   func(w *orderWire) { w.entries[0][3] = math.MaxInt64 },
		"steps over 63 bits": func(w *orderWire) { w.entries[2][5] = math.MaxInt64 / 2 },
		"total over 63 bits": func(w *orderWire) { w.entries[0][3] = math.MaxInt64 - 10 },
		"path too long":      func(w *orderWire) { w.entries[3][0] = 1 << 40 },
		"cut off":            func(w *orderWire) { w.entries[3] = w.entries[3][:5] },
	} {
		w := validOrder()
		spoil(&w)
		c := countOrders(t, OrderOptions{}, orderRowIn{row{"x", 1, 0, 0, 0}, 0})
		before := marshalOrder(t, c)
		assert.ErrorIs(t, c.UnmarshalBinary(w.bytes()), wire.ErrCorrupt, name)
		assert.Equal(t, before, marshalOrder(t, c), name)
	}
	for i := range good {
		require.Error(t, new(OrderCounts).UnmarshalBinary(good[:i]), "cut off at %d", i)
	}
	require.Error(t, new(OrderCounts).UnmarshalBinary(append(bytes.Clone(good), 0)))
}

func FuzzOrderUnmarshalBinary(f *testing.F) {
	f.Add(validOrder().bytes())
	f.Add(marshalOrder(f, new(OrderCounts)))
	r := rand.New(rand.NewPCG(36, 1))
	for range 5 {
		f.Add(marshalOrder(f, countOrders(f, randomOrderOptions(r), randomOrderRows(r, 3)...)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c := countOrders(t, OrderOptions{Criterion: AIC, MaxOrder: 3})
		if c.UnmarshalBinary(b) != nil {
			return
		}
		require.Equal(t, b, marshalOrder(t, c), "two encodings of the same counts")
		table, err := c.Choose()
		if err != nil {
			require.ErrorIs(t, err, ErrNoJourneys)
			return
		}
		for r := range table.All() {
			require.LessOrEqual(t, r.LogLikelihood, 0.0)
			require.False(t, math.IsNaN(r.AIC+r.BIC))
		}
		_, err = table.MarshalJSON()
		require.NoError(t, err)
	})
}
