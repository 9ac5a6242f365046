package journey_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
)

func countsOf(t testing.TB, rows ...leanRow) *journey.Counts {
	t.Helper()
	c, d := new(journey.Counts), new(journey.Dictionary)
	for _, r := range rows {
		require.NoError(t, c.Add(lean(d, r)))
	}
	return c
}

func TestSuppressSmall(t *testing.T) {
	rows := []leanRow{{"", 0, 3, 0, 0}, {"a", 1, 9, 0, 5}, {"a|b", 2, 2, 1, 7.5}, {"b", 0, 0, 10, 0}, {"c", 4, 0, 0, 0.1}}
	for _, test := range []struct {
		least      int64
		kept       []leanRow
		suppressed journey.Suppressed
	}{
		{math.MinInt64, rows, journey.Suppressed{}},
		{0, rows, journey.Suppressed{}},
		{1, rows, journey.Suppressed{}},
		{3, rows, journey.Suppressed{}},
		{4, rows[1:], journey.Suppressed{Rows: 1, Journeys: 3}},
		{5, rows[1:4], journey.Suppressed{Rows: 2, Journeys: 7}},
		{10, []leanRow{rows[1], rows[3]}, journey.Suppressed{Rows: 3, Journeys: 12}},
		{11, nil, journey.Suppressed{Rows: 5, Journeys: 32}},
		{math.MaxInt64, nil, journey.Suppressed{Rows: 5, Journeys: 32}},
	} {
		c := countsOf(t, rows...)
		before, err := c.MarshalBinary()
		require.NoError(t, err)
		kept, suppressed := journey.SuppressSmall(c, test.least)
		assert.Equal(t, test.kept, leanRows(kept), "%d", test.least)
		assert.Equal(t, test.suppressed, suppressed, "%d", test.least)
		after, err := c.MarshalBinary()
		require.NoError(t, err)
		assert.Equal(t, before, after, "what comes in stays")
	}
}

func TestSuppressSmallCells(t *testing.T) {
	rows := []leanRow{{"a", 1, 9, 0, 5}, {"a|b", 5, 5, 1, 7.5}, {"b", 0, 0, 10, 0}, {"c", 4, 0, 0, 0.1}, {"d", 5, 0, 6, 1}}
	kept, suppressed := journey.SuppressSmallCells(countsOf(t, rows...), 5)
	assert.Equal(t, []leanRow{rows[2], rows[4]}, leanRows(kept), "no count from 1 to 4 is left")
	assert.Equal(t, journey.Suppressed{Rows: 3, Journeys: 25}, suppressed)
	kept, suppressed = journey.SuppressSmallCells(countsOf(t, rows...), 1)
	assert.Equal(t, rows, leanRows(kept))
	assert.Zero(t, suppressed)
}

// What is kept and what is left out are the whole, no small path is left, and the bytes
// are those of counts that never had one, names and exact sums included.
func TestSuppressSmallProperties(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		least := rng.Int64N(8)
		all, large := new(journey.Counts), new(journey.Counts)
		d := new(journey.Dictionary)
		var total int64
		for path := range 1 + rng.IntN(20) {
			r := leanRow{fmt.Sprintf("only-%d|x", path), rng.Int64N(5), rng.Int64N(5), rng.Int64N(5), 0}
			if r.Conversions > 0 {
				r.Value = rng.Float64() * 1e17
			}
			n := r.Conversions + r.Nulls + r.Opens
			total += n
			for _, v := range []float64{0, 0.1} { // in two rows, the sum of which is not exact in a float64
				part := r
				if v > 0 {
					part = leanRow{r.Path, r.Conversions, 0, 0, v}
					if r.Conversions == 0 {
						continue
					}
					n += r.Conversions
					total += r.Conversions
				}
				require.NoError(t, all.Add(lean(d, part)))
			}
			if n >= least {
				require.NoError(t, large.Add(lean(d, r)))
				if r.Conversions > 0 {
					require.NoError(t, large.Add(lean(d, leanRow{r.Path, r.Conversions, 0, 0, 0.1})))
				}
			}
		}
		kept, suppressed := journey.SuppressSmall(all, least)
		got, err := kept.MarshalBinary()
		require.NoError(t, err)
		want, err := large.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, want, got)
		for p := range kept.All() {
			n, err := p.Journeys()
			require.NoError(t, err)
			require.GreaterOrEqual(t, n, least)
			total -= n
		}
		require.Equal(t, total, suppressed.Journeys)
		require.EqualValues(t, all.Len()-kept.Len(), suppressed.Rows)

		// The result is an accumulator like any other.
		require.NoError(t, kept.Merge(all))
		require.Equal(t, all.Len(), kept.Len())
	}
}

// A path that is left out leaves no name behind in the bytes.
func TestSuppressSmallForgetsNames(t *testing.T) {
	kept, _ := journey.SuppressSmall(countsOf(t, leanRow{"a", 0, 9, 0, 0}, leanRow{"a|secret", 1, 0, 0, 1}), 5)
	b, err := kept.MarshalBinary()
	require.NoError(t, err)
	assert.NotContains(t, string(b), "secret")
	var table bytes.Buffer
	require.NoError(t, journey.PathTable{}.Write(&table, kept))
	assert.Equal(t, "path,conversions,value,nulls\na,0,0,9\n", table.String())
}

func ExampleSuppressSmall() {
	var counts journey.Counts
	d := journey.NewDictionary("email", "search", "clinic")
	for _, p := range []journey.Counted{
		{Channels: []journey.Code{0, 1}, Conversions: 30, Nulls: 70, Value: 900},
		{Channels: []journey.Code{1}, Conversions: 5, Nulls: 45, Value: 100},
		{Channels: []journey.Code{2, 1}, Conversions: 1, Nulls: 1, Value: 75},
	} {
		p.Dictionary = d
		if err := counts.Add(&p); err != nil {
			fmt.Println(err)
		}
	}
	kept, suppressed := journey.SuppressSmall(&counts, 10)
	if err := (journey.PathTable{}).Write(os.Stdout, kept); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("left out: %d paths, %d journeys\n", suppressed.Rows, suppressed.Journeys)
	// Output:
	// path,conversions,value,nulls
	// email > search,30,900,70
	// search,5,100,45
	// left out: 1 paths, 2 journeys
}
