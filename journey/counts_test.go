package journey_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// lean makes a counted path with channel names separated by "|".
func lean(d *journey.Dictionary, r leanRow) *journey.Counted {
	p := &journey.Counted{Dictionary: d, Conversions: r.Conversions, Nulls: r.Nulls, Opens: r.Opens, Value: r.Value}
	for name := range strings.SplitSeq(r.Path, "|") {
		if name != "" {
			p.Channels = append(p.Channels, d.Code(touchpoint.Channel(name)))
		}
	}
	return p
}

func leanRows(c *journey.Counts) (rows []leanRow) {
	for p := range c.All() {
		rows = append(rows, leanRowOf(p))
	}
	return rows
}

func TestCounts(t *testing.T) {
	var c journey.Counts
	d, e := new(journey.Dictionary), journey.NewDictionary("b", "a")
	for _, p := range []*journey.Counted{
		lean(d, leanRow{"a|b", 1, 0, 0, 0.1}),
		lean(e, leanRow{"a|b", 2, 1, 0, 0.2}), // another dictionary, the same path
		lean(d, leanRow{"b", 0, 1, 0, 0}),
		lean(e, leanRow{"", 0, 0, 5, 0}),
		lean(d, leanRow{"never", 0, 0, 0, 0}), // stands for no journey
	} {
		require.NoError(t, c.Add(p))
	}
	assert.Equal(t, []leanRow{{"", 0, 0, 5, 0}, {"a|b", 3, 1, 0, 0.30000000000000004}, {"b", 0, 1, 0, 0}}, leanRows(&c))
	assert.Equal(t, 3, c.Len())
}

func TestCountsRefuses(t *testing.T) {
	var c journey.Counts
	d := new(journey.Dictionary)
	require.NoError(t, c.Add(lean(d, leanRow{"a", math.MaxInt64 - 1, 0, 0, 1})))
	before, err := c.MarshalBinary()
	require.NoError(t, err)
	for _, tc := range []struct {
		row   leanRow
		class error
	}{
		{leanRow{"a", 1, 1, 0, 0}, journey.ErrOverflow},
		{leanRow{"b", 0, 2, 0, 0}, journey.ErrOverflow},
		{leanRow{"b", math.MaxInt64, math.MaxInt64, math.MaxInt64, 0}, journey.ErrOverflow},
		{leanRow{"a", -1, 0, 0, 0}, journey.ErrNegative},
		{leanRow{"a", 0, -1, 0, 0}, journey.ErrNegative},
		{leanRow{"a", 0, 0, -1, 0}, journey.ErrNegative},
		{leanRow{"a", 1, 0, 0, -1}, journey.ErrNegative},
		{leanRow{"a", 1, 0, 0, math.NaN()}, journey.ErrNotFinite},
		{leanRow{"a", 1, 0, 0, math.Inf(1)}, journey.ErrNotFinite},
		{leanRow{"a", 0, 1, 0, 5}, journey.ErrValueWithoutConversion},
	} {
		assert.ErrorIs(t, c.Add(lean(d, tc.row)), tc.class, "%+v", tc.row)
	}
	assert.ErrorIs(t, c.Merge(&c), journey.ErrOverflow)
	after, err := c.MarshalBinary()
	require.NoError(t, err)
	assert.Equal(t, before, after, "an error changes nothing")
}

func TestCountedValidateSaysAll(t *testing.T) {
	p := &journey.Counted{Conversions: -1, Nulls: -1, Value: -1, Channels: []journey.Code{0}, Ages: nil}
	err := p.Validate()
	assert.ErrorIs(t, err, journey.ErrNegative)
	assert.Equal(t, 3, strings.Count(err.Error(), "negative"), err)
	p = &journey.Counted{Dictionary: journey.NewDictionary("a"), Channels: []journey.Code{0, 0}, Ages: make([]journeyAge, 1)}
	assert.ErrorIs(t, p.Validate(), journey.ErrAges)
}

// randomRows returns rows whose values are short binary fractions, so that sums
// of parts are the whole.
func randomRows(rng *rand.Rand, n int) []leanRow {
	rows := make([]leanRow, n)
	for i := range rows {
		var names []string
		for range rng.IntN(5) {
			names = append(names, []string{"a", "b", "c", "(null)", "ü"}[rng.IntN(5)])
		}
		rows[i] = leanRow{strings.Join(names, "|"), rng.Int64N(4), rng.Int64N(4), rng.Int64N(2), 0}
		if rows[i].Conversions > 0 {
			rows[i].Value = rng.ExpFloat64() * 100
		}
	}
	return rows
}

// TestCountsOrderAndSharding: any order of the rows, spread over any shards with
// dictionaries of their own, merged in any order, gives the same bytes.
func TestCountsOrderAndSharding(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		rows := randomRows(rng, rng.IntN(30))
		var once journey.Counts
		d := new(journey.Dictionary)
		for _, r := range rows {
			require.NoError(t, once.Add(lean(d, r)))
		}
		want, err := once.MarshalBinary()
		require.NoError(t, err)

		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		shards := make([]journey.Counts, 1+rng.IntN(4))
		dicts := make([]journey.Dictionary, len(shards))
		for _, r := range rows {
			i := rng.IntN(len(shards))
			require.NoError(t, shards[i].Add(lean(&dicts[i], r)))
		}
		for _, i := range rng.Perm(len(shards))[:len(shards)-1] {
			j := (i + 1) % len(shards)
			require.NoError(t, shards[j].Merge(&shards[i]))
			shards[i] = journey.Counts{}
		}
		var all journey.Counts
		for i := range shards {
			require.NoError(t, all.Merge(&shards[i]))
		}
		got, err := all.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, leanRows(&once), leanRows(&all))

		var back journey.Counts
		require.NoError(t, back.UnmarshalBinary(got))
		again, err := back.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, want, again)
	}
}

func TestCountsMergeWithItself(t *testing.T) {
	var c journey.Counts
	d := new(journey.Dictionary)
	require.NoError(t, c.Add(lean(d, leanRow{"a|b", 1, 2, 3, 1.5})))
	require.NoError(t, c.Merge(&c))
	assert.Equal(t, []leanRow{{"a|b", 2, 4, 6, 3}}, leanRows(&c))
}

func FuzzCountsUnmarshal(f *testing.F) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 5 {
		var c journey.Counts
		d := new(journey.Dictionary)
		for _, r := range randomRows(rng, 5) {
			require.NoError(f, c.Add(lean(d, r)))
		}
		b, err := c.MarshalBinary()
		require.NoError(f, err)
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var c journey.Counts
		if c.UnmarshalBinary(b) != nil {
			require.Zero(t, c.Len(), "an error changes nothing")
			return
		}
		again, err := c.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, b, again, "there is one form")
	})
}

func TestDictionary(t *testing.T) {
	var d journey.Dictionary
	_, ok := d.Lookup("a")
	assert.False(t, ok)
	var names []touchpoint.Channel
	// Names that share their length and their last bytes share a slot of the cache.
	for i := range 300 {
		names = append(names, touchpoint.Channel(strings.Repeat("x", i%7)+string(rune('a'+i%26))+"-same-end"+strings.Repeat("y", i%11)))
	}
	for _, name := range names {
		c := d.CodeBytes([]byte(name))
		assert.Equal(t, c, d.Code(name))
		assert.Equal(t, name, d.Name(c))
	}
	for c, name := range d.All() {
		got, ok := d.Lookup(name)
		assert.True(t, ok)
		assert.Equal(t, c, got)
		assert.Equal(t, c, d.CodeBytes([]byte(name)))
	}
	sorted := d.SortedNames()
	assert.True(t, slices.IsSorted(sorted))
	assert.Len(t, sorted, d.Len())
	ranks := d.Ranks()
	for i, c := range d.Sorted() {
		assert.Equal(t, sorted[i], d.Name(c))
		assert.Equal(t, i, ranks[c])
	}
	e := journey.NewDictionary("zz", names[5])
	to := e.Translate(&d)
	for c, name := range d.All() {
		assert.Equal(t, name, e.Name(to[c]))
	}
	assert.Equal(t, d.Len()+1, e.Len())
}

func TestCountedClone(t *testing.T) {
	d := journey.NewDictionary("a", "b")
	p := &journey.Counted{Dictionary: d, Channels: []journey.Code{0, 1}, Ages: []journeyAge{2, 1}, Conversions: 1}
	q := p.Clone()
	assert.Equal(t, p, q)
	q.Channels[0], q.Ages[0] = 1, 9
	assert.Equal(t, journey.Code(0), p.Channels[0])
	assert.Equal(t, journeyAge(2), p.Ages[0])
}

func TestOutcomeText(t *testing.T) {
	for o, name := range map[journey.Outcome]string{journey.Open: "open", journey.Converted: "converted", journey.Lost: "lost"} {
		assert.Equal(t, name, o.String())
		text, err := o.MarshalText()
		require.NoError(t, err)
		var back journey.Outcome
		require.NoError(t, back.UnmarshalText(text))
		assert.Equal(t, o, back)
	}
	assert.Equal(t, "Outcome(9)", journey.Outcome(9).String())
	_, err := journey.Outcome(9).MarshalText()
	assert.Error(t, err)
	assert.Error(t, new(journey.Outcome).UnmarshalText([]byte("Open")))
}
