package markov

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

func marshalWindows(t testing.TB, c *WindowCounts) []byte {
	t.Helper()
	b, err := c.MarshalBinary()
	require.NoError(t, err)
	return b
}

func TestWindowCounts(t *testing.T) {
	c := countWindows(t, 2, Options{},
		row{path: "a b b", conversions: 2, nulls: 3, opens: 4, value: 10.5},
		row{path: "b", nulls: 1},
		row{path: "", conversions: 5, nulls: 6, opens: 7, value: 0.25},
		row{path: "z y x"}, // no journey
	)
	assert.Equal(t, 2, c.Order())
	assert.Equal(t, int64(28), c.Journeys())
	assert.Equal(t, int64(7), c.Conversions())
	assert.Equal(t, int64(10), c.Nulls())
	assert.Equal(t, int64(11), c.Opens())
	assert.Equal(t, int64(9*4+2+18), c.Steps())
	assert.Zero(t, c.Excluded())
	assert.Equal(t, 10.75, c.Value())
	assert.Equal(t, 5, c.States(), "start, a, b, ab, bb")
	assert.Equal(t, 4, c.Transitions())
	assert.Equal(t, Options{}, c.Options())
}

// The zero value is of order 1.
func TestWindowCountsZero(t *testing.T) {
	var c WindowCounts
	assert.Equal(t, 1, c.Order())
	assert.Zero(t, c.States())
	assert.Zero(t, c.Value())
	require.NoError(t, c.Merge(new(WindowCounts)))
	require.NoError(t, c.Add(&journey.Counted{}))
	_, err := c.Fit()
	require.ErrorIs(t, err, ErrNoJourneys)

	rows := []row{{path: "a b a b", nulls: 2}, {path: "b a", conversions: 1, value: 3}}
	var d journey.Dictionary
	for _, r := range rows {
		require.NoError(t, c.Add(r.counted(&d)))
	}
	assert.Equal(t, marshalWindows(t, countWindows(t, 1, Options{}, rows...)), marshalWindows(t, &c))
}

func TestNewWindowCountsRefuses(t *testing.T) {
	for _, order := range []int{0, -1, math.MinInt} {
		_, err := NewWindowCounts(order, Options{})
		require.ErrorIs(t, err, ErrOption)
	}
	_, err := NewWindowCounts(1, Options{Nulls: 9})
	require.ErrorIs(t, err, ErrOption)
	c, err := NewWindowCounts(math.MaxInt, Options{})
	require.NoError(t, err)
	require.NoError(t, c.Add(row{path: "a b", nulls: 1}.counted(new(journey.Dictionary))))
	assert.Equal(t, 3, c.States())
}

// The states of order k are the windows, counted here as strings.
func TestWindowStates(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 1))
	for range 200 {
		order := 1 + r.IntN(5)
		rows := randomRows(r, 3, true)
		c := countWindows(t, order, Options{}, rows...)
		counts := countRows(t, Options{}, windowRows(rows, order)...)
		require.Len(t, counts.States(), c.States())
		transitions := 0
		for range counts.cells.all() {
			transitions++
		}
		require.Equal(t, transitions, c.Transitions())
		require.Equal(t, counts.Steps(), c.Steps())
		require.Equal(t, counts.Value(), c.Value())
	}
}

func TestWindowExcludeNulls(t *testing.T) {
	c := countWindows(t, 2, Options{Nulls: ExcludeNulls},
		row{path: "a b", conversions: 2, nulls: 3, opens: 4, value: 6},
		row{path: "n", nulls: 5},
	)
	assert.Equal(t, int64(2), c.Journeys())
	assert.Equal(t, int64(12), c.Excluded())
	assert.Zero(t, c.Nulls())
	assert.Zero(t, c.Opens())
	assert.Equal(t, 3, c.States())
	chain, err := c.Fit()
	require.NoError(t, err)
	p, used, err := chain.PConvert()
	require.NoError(t, err)
	assert.Equal(t, 1.0, p)
	assert.Zero(t, used)
	assert.ErrorIs(t, c.Merge(countWindows(t, 2, Options{})), ErrMismatch)
	assert.ErrorIs(t, c.Merge(countWindows(t, 3, Options{Nulls: ExcludeNulls})), ErrMismatch)
}

// A path that is refused leaves no trace.
func TestWindowAddRefuses(t *testing.T) {
	var d journey.Dictionary
	d.Code("a")
	const most = math.MaxInt64
	for _, c := range []struct {
		reason string
		path   journey.Counted
		err    error
	}{
		{"negative", journey.Counted{Conversions: -1}, journey.ErrNegative},
		{"NaN", journey.Counted{Conversions: 1, Value: math.NaN()}, journey.ErrNotFinite},
		{"sum of outcomes", journey.Counted{Conversions: most, Nulls: 1}, journey.ErrOverflow},
		{"times touches", journey.Counted{Dictionary: &d, Channels: []journey.Code{0}, Nulls: most/2 + 1}, journey.ErrOverflow},
		{"with what is there", journey.Counted{Nulls: most - 2}, journey.ErrOverflow},
		{"unknown code", journey.Counted{Dictionary: &d, Channels: []journey.Code{0, 1}, Nulls: 1}, journey.ErrUnknownCode},
		{"no dictionary", journey.Counted{Channels: []journey.Code{0}, Nulls: 1}, journey.ErrUnknownCode},
	} {
		counts := countWindows(t, 2, Options{}, row{path: "b", conversions: 1, nulls: 1, value: 3})
		before := marshalWindows(t, counts)
		require.ErrorIs(t, counts.Add(&c.path), c.err, c.reason)
		assert.Equal(t, before, marshalWindows(t, counts), c.reason)
		assert.Equal(t, int64(2), counts.Journeys())
	}
	full := countWindows(t, 2, Options{}, row{nulls: math.MaxInt64 - 1, conversions: 1})
	require.ErrorIs(t, full.Add(&journey.Counted{Opens: 1}), journey.ErrOverflow)
	require.ErrorIs(t, full.Merge(full), journey.ErrOverflow)
	require.NoError(t, full.Merge(countWindows(t, 2, Options{})))
	excluded := countWindows(t, 2, Options{Nulls: ExcludeNulls}, row{nulls: math.MaxInt64})
	require.ErrorIs(t, excluded.Add(&journey.Counted{Nulls: 1}), journey.ErrOverflow)
	require.ErrorIs(t, excluded.Merge(excluded), journey.ErrOverflow)
}

// Any order of rows, any dictionaries, any sharding and order of merging give the
// same bytes and the same effects, bit for bit.
func TestWindowOrderAndSharding(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 3))
	for range 100 {
		rows := randomRows(r, 5, true)
		options, order := Options{Closed: CensorClosed, Nulls: Nulls(r.IntN(2))}, 1+r.IntN(4)
		want := countWindows(t, order, options, rows...)
		wantEffects, wantErr := windowEffects(want)
		for range 4 {
			r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			shards := make([]*WindowCounts, 1+r.IntN(4))
			for i := range shards {
				shards[i] = countWindows(t, order, options)
			}
			dicts := make([]journey.Dictionary, 3)
			for i := range dicts {
				for range r.IntN(4) {
					dicts[i].Code(touchpoint.Channel(fmt.Sprintf("c%d", r.IntN(9))))
				}
			}
			for _, row := range rows {
				// A row may also arrive in parts.
				part := row
				part.nulls /= 2
				part.conversions, part.value, part.opens = 0, 0, 0
				row.nulls -= part.nulls
				require.NoError(t, shards[r.IntN(len(shards))].Add(row.counted(&dicts[r.IntN(3)])))
				require.NoError(t, shards[r.IntN(len(shards))].Add(part.counted(&dicts[r.IntN(3)])))
			}
			total := countWindows(t, order, options)
			for _, i := range r.Perm(len(shards)) {
				before := marshalWindows(t, shards[i])
				if r.IntN(2) == 0 {
					back := countWindows(t, order, options)
					require.NoError(t, back.UnmarshalBinary(before))
					shards[i] = back
				}
				require.NoError(t, total.Merge(shards[i]))
				require.Equal(t, before, marshalWindows(t, shards[i]), "Merge changed its argument")
			}
			require.Equal(t, marshalWindows(t, want), marshalWindows(t, total))
			effects, err := windowEffects(total)
			require.Equal(t, wantErr, err)
			require.Equal(t, wantEffects, effects)
		}
	}
}

// windowEffects returns the effects of all channels of what is counted.
func windowEffects(c *WindowCounts) ([]WindowEffect, error) {
	chain, err := c.Fit()
	if err != nil {
		return nil, err
	}
	removal, err := chain.Removal(context.Background(), RemovalOptions{})
	if err != nil {
		return nil, err
	}
	return removal.effects, nil
}

func TestWindowMergeSelf(t *testing.T) {
	rows := []row{{path: "a b a c a", conversions: 3, nulls: 1, value: 0.1}, {path: "", opens: 2}}
	for order := 1; order <= 6; order++ {
		c := countWindows(t, order, Options{}, rows...)
		require.NoError(t, c.Merge(c))
		assert.Equal(t, marshalWindows(t, countWindows(t, order, Options{}, append(rows, rows...)...)), marshalWindows(t, c))
	}
}

func TestWindowAddDoesNotAllocate(t *testing.T) {
	var d journey.Dictionary
	c := countWindows(t, 3, Options{})
	p := row{path: "a b c d a", conversions: 1, nulls: 2, value: 9.99}.counted(&d)
	require.NoError(t, c.Add(p))
	assert.Zero(t, testing.AllocsPerRun(1000, func() { _ = c.Add(p) }))
}

// Many windows, so that the tables grow and their slots collide.
func TestWindowManyStates(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 8))
	var rows []row
	for range 3000 {
		w := row{nulls: 1}
		for range 1 + r.IntN(6) {
			w.path += fmt.Sprintf(" c%02d", r.IntN(40))
		}
		rows = append(rows, w)
	}
	seen := map[string]bool{"": true}
	for _, w := range windowRows(rows, 3) {
		for _, name := range w.names() {
			seen[string(name)] = true
		}
	}
	c := countWindows(t, 3, Options{}, rows...)
	require.Equal(t, len(seen), c.States())
	b := marshalWindows(t, c)
	r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	require.Equal(t, b, marshalWindows(t, countWindows(t, 3, Options{}, rows...)))
}
