package markov

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
)

func TestCounts(t *testing.T) {
	c := countRows(t, Options{},
		row{path: "a b b", conversions: 2, nulls: 3, opens: 4, value: 10.5},
		row{path: "b", nulls: 1},
		row{path: "", conversions: 5, nulls: 6, opens: 7, value: 0.25},
		row{path: "z y x"}, // no journey
	)
	for _, q := range []struct {
		from, to State
		want     int64
	}{
		{Start, At("a"), 9},
		{Start, At("b"), 1},
		{At("a"), At("b"), 9},
		{At("b"), At("b"), 9},
		{At("b"), Converted, 2},
		{At("b"), Lost, 4},
		{Start, Converted, 5},
		{Start, Lost, 6},
		{At("a"), Lost, 0},
		{At("a"), Start, 0},
		{At("a"), At("c"), 0},
		{At("c"), At("a"), 0},
		{Converted, At("a"), 0},
		{Lost, Lost, 0},
	} {
		assert.Equal(t, q.want, c.Transitions(q.from, q.to), "%v to %v", q.from, q.to)
	}
	assert.Equal(t, int64(28), c.Journeys())
	assert.Equal(t, int64(7), c.Conversions())
	assert.Equal(t, int64(10), c.Nulls())
	assert.Equal(t, int64(11), c.Opens())
	assert.Zero(t, c.Excluded())
	assert.Equal(t, 10.75, c.Value())
	assert.Equal(t, []State{Start, At("a"), At("b")}, c.States())
	assert.Equal(t, Options{}, c.Options())
}

func TestCountsEmpty(t *testing.T) {
	var c Counts
	assert.Empty(t, c.States())
	assert.Zero(t, c.Transitions(Start, Converted))
	assert.Zero(t, c.Value())
	require.NoError(t, c.Merge(new(Counts)))
	require.NoError(t, c.Add(&journey.Counted{}))
	assert.Zero(t, c.Journeys())
	_, err := c.Fit()
	assert.ErrorIs(t, err, ErrNoJourneys)
}

func TestExcludeNulls(t *testing.T) {
	c := countRows(t, Options{Nulls: ExcludeNulls},
		row{path: "a b", conversions: 2, nulls: 3, opens: 4, value: 6},
		row{path: "n", nulls: 5},
	)
	assert.Equal(t, int64(2), c.Journeys())
	assert.Equal(t, int64(12), c.Excluded())
	assert.Zero(t, c.Nulls())
	assert.Zero(t, c.Opens())
	assert.Equal(t, []State{Start, At("a"), At("b")}, c.States())
	chain, err := c.Fit()
	require.NoError(t, err)
	p, err := chain.PConvert(Start)
	require.NoError(t, err)
	assert.Equal(t, 1.0, p)
	assert.ErrorIs(t, c.Merge(new(Counts)), ErrMismatch)
}

// A path that is refused leaves no trace.
func TestAddRefuses(t *testing.T) {
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
		{"value without conversion", journey.Counted{Nulls: 1, Value: 1}, journey.ErrValueWithoutConversion},
		{"sum of outcomes", journey.Counted{Conversions: most, Nulls: 1}, journey.ErrOverflow},
		{"times touches", journey.Counted{Dictionary: &d, Channels: []journey.Code{0}, Nulls: most/2 + 1}, journey.ErrOverflow},
		{"with what is there", journey.Counted{Nulls: most - 2}, journey.ErrOverflow},
		{"unknown code", journey.Counted{Dictionary: &d, Channels: []journey.Code{0, 1}, Nulls: 1}, journey.ErrUnknownCode},
		{"no dictionary", journey.Counted{Channels: []journey.Code{0}, Nulls: 1}, journey.ErrUnknownCode},
	} {
		counts := countRows(t, Options{}, row{path: "b", conversions: 1, nulls: 1, value: 3})
		before := marshal(t, counts)
		require.ErrorIs(t, counts.Add(&c.path), c.err, c.reason)
		assert.Equal(t, before, marshal(t, counts), c.reason)
		assert.Equal(t, int64(2), counts.Journeys())
		assert.Equal(t, []State{Start, At("b")}, counts.States(), c.reason)
	}
}

func TestOverflowAtTheLimit(t *testing.T) {
	c := countRows(t, Options{}, row{nulls: math.MaxInt64 - 1, conversions: 1})
	assert.Equal(t, int64(math.MaxInt64), c.Journeys())
	require.ErrorIs(t, c.Add(&journey.Counted{Opens: 1}), journey.ErrOverflow)
	require.ErrorIs(t, c.Merge(c), journey.ErrOverflow)
	require.NoError(t, c.Merge(new(Counts)))
	assert.Equal(t, int64(math.MaxInt64), c.Journeys())

	x := countRows(t, Options{Nulls: ExcludeNulls}, row{nulls: math.MaxInt64})
	assert.ErrorIs(t, x.Add(&journey.Counted{Nulls: 1}), journey.ErrOverflow)
	assert.ErrorIs(t, x.Merge(x), journey.ErrOverflow)
}

// Any order of rows, any dictionaries, any sharding and order of merging give the
// same bytes and the same chain, bit for bit.
func TestOrderAndSharding(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 100 {
		rows := randomRows(r, 6, true)
		options := Options{Closed: CensorClosed, Nulls: Nulls(r.IntN(2))}
		want := countRows(t, options, rows...)
		wantChain, wantErr := want.Fit()
		for range 4 {
			r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			shards := make([]*Counts, 1+r.IntN(4))
			for i := range shards {
				shards[i] = countRows(t, options)
			}
			dicts := make([]journey.Dictionary, 3)
			for i := range dicts {
				for range r.IntN(4) {
					dicts[i].Code(At(row{path: fmt.Sprintf("c%d", r.IntN(9))}.names()[0]).channel)
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
			total := countRows(t, options)
			for _, i := range r.Perm(len(shards)) {
				before := marshal(t, shards[i])
				if r.IntN(2) == 0 {
					back := countRows(t, options)
					require.NoError(t, back.UnmarshalBinary(before))
					shards[i] = back
				}
				require.NoError(t, total.Merge(shards[i]))
				require.Equal(t, before, marshal(t, shards[i]), "Merge changed its argument")
			}
			require.Equal(t, marshal(t, want), marshal(t, total))
			chain, err := total.Fit()
			require.Equal(t, wantErr, err)
			require.Equal(t, wantChain, chain)
		}
	}
}

func TestMergeSelf(t *testing.T) {
	rows := []row{{path: "a b a", conversions: 3, nulls: 1, value: 0.1}, {path: "", opens: 2}}
	c := countRows(t, Options{}, rows...)
	require.NoError(t, c.Merge(c))
	assert.Equal(t, marshal(t, countRows(t, Options{}, append(rows, rows...)...)), marshal(t, c))
}

func TestManyDictionaries(t *testing.T) {
	var c Counts
	for i := range 200 {
		var d journey.Dictionary
		d.Code("other")
		p := row{path: fmt.Sprintf("c%d x", i%5), nulls: 1}.counted(&d)
		require.NoError(t, c.Add(p))
		require.NoError(t, c.Add(p))
	}
	assert.Len(t, c.States(), 7)
	assert.Equal(t, int64(400), c.Transitions(At("x"), Lost))
}

// More channels than the matrix holds: the map takes over.
func TestManyChannels(t *testing.T) {
	var forward, backward Counts
	var d, e journey.Dictionary
	const n = denseLimit + 50
	name := func(i int) string { return fmt.Sprintf("c%04d c%04d c%04d", i, (i*7)%n, i) }
	for i := range n {
		require.NoError(t, forward.Add(row{path: name(i), nulls: 1, conversions: 1}.counted(&d)))
		require.NoError(t, backward.Add(row{path: name(n - 1 - i), nulls: 1, conversions: 1}.counted(&e)))
	}
	assert.Nil(t, forward.cells.dense)
	assert.Len(t, forward.States(), n+1)
	assert.Equal(t, int64(2), forward.Transitions(At("c0001"), At("c0007")))
	b := marshal(t, &forward)
	assert.Equal(t, b, marshal(t, &backward))
	refused := &journey.Counted{Dictionary: &d, Channels: []journey.Code{5, 3, n}, Nulls: 1}
	require.ErrorIs(t, forward.Add(refused), journey.ErrUnknownCode)
	assert.Equal(t, b, marshal(t, &forward))
	var back Counts
	require.NoError(t, back.UnmarshalBinary(b))
	assert.Equal(t, b, marshal(t, &back))
}

func TestAddDoesNotAllocate(t *testing.T) {
	var d journey.Dictionary
	var c Counts
	p := row{path: "a b c d a", conversions: 1, nulls: 2, value: 9.99}.counted(&d)
	require.NoError(t, c.Add(p))
	assert.Zero(t, testing.AllocsPerRun(1000, func() { _ = c.Add(p) }))
}
