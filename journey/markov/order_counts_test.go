package markov

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// Order of rows, sharding, merging, dictionaries and, but for rows that stay
// together themselves, splitting of rows change no byte of the counts and no bit of
// the table.
func TestOrderCountsShards(t *testing.T) {
	r := rand.New(rand.NewPCG(32, 1))
	for range 200 {
		options := randomOrderOptions(r)
		rows := randomOrderRows(r, 4)
		whole := countOrders(t, options, rows...)
		want := marshalOrder(t, whole)
		wantTable, wantErr := whole.Choose()

		var split []orderRowIn
		for _, x := range rows {
			if options.FoldBy == ByCustomer && x.customer == 0 {
				split = append(split, x) // a row is what stays together
				continue
			}
			y := x
			y.conversions, y.nulls = x.conversions/2, x.nulls/3
			x.conversions -= y.conversions
			x.nulls -= y.nulls
			x.value, y.value, y.opens = 0, 0, 0
			split = append(split, x, y)
		}
		r.Shuffle(len(split), func(i, j int) { split[i], split[j] = split[j], split[i] })
		shards := make([]*OrderCounts, 1+r.IntN(4))
		for i := range shards {
			var part []orderRowIn
			for j := i; j < len(split); j += len(shards) {
				part = append(part, split[j])
			}
			shards[i] = countOrders(t, options, part...)
		}
		r.Shuffle(len(shards), func(i, j int) { shards[i], shards[j] = shards[j], shards[i] })
		merged := shards[0]
		for _, s := range shards[1:] {
			before := marshalOrder(t, s)
			require.NoError(t, merged.Merge(s))
			require.Equal(t, before, marshalOrder(t, s))
		}
		require.Equal(t, want, marshalOrder(t, merged))
		require.Equal(t, whole.Journeys(), merged.Journeys())
		require.Equal(t, whole.Excluded(), merged.Excluded())
		require.Equal(t, whole.total, merged.total)
		table, err := merged.Choose()
		require.Equal(t, wantErr, err)
		require.Equal(t, wantTable, table)
	}
}

func TestOrderCountsMergeSelf(t *testing.T) {
	rows := []orderRowIn{{row{"a b", 3, 4, 1, 0}, 1}, {row{"a", 0, 2, 0, 0}, 0}}
	c := countOrders(t, OrderOptions{}, rows...)
	require.NoError(t, c.Merge(c))
	assert.Equal(t, marshalOrder(t, countOrders(t, OrderOptions{}, append(rows, rows...)...)), marshalOrder(t, c))
	assert.Equal(t, int64(20), c.Journeys())
}

func TestOrderCountsMergeRefused(t *testing.T) {
	base := OrderOptions{}
	same := OrderOptions{Folds: DefaultFolds, MaxOrder: 9, Criterion: BIC}
	rows := []orderRowIn{{row{"a b", 3, 4, 1, 0}, 1}}
	require.NoError(t, countOrders(t, base, rows...).Merge(countOrders(t, same, rows...)))
	for name, o := range map[string]OrderOptions{
		"folds": {Folds: 9}, "fold by": {FoldBy: ByPath}, "seed": {Seed: 1}, "nulls": {Nulls: ExcludeNulls},
	} {
		c := countOrders(t, base, rows...)
		before := marshalOrder(t, c)
		assert.ErrorIs(t, c.Merge(countOrders(t, o, rows...)), ErrMismatch, name)
		assert.Equal(t, before, marshalOrder(t, c), name)
	}
}

func TestOrderCountsRefused(t *testing.T) {
	d := journey.NewDictionary("a", "b")
	for name, tc := range map[string]struct {
		p   journey.Counted
		err error
	}{
		"negative":     {journey.Counted{Dictionary: d, Nulls: -1}, journey.ErrNegative},
		"sum":          {journey.Counted{Dictionary: d, Nulls: math.MaxInt64, Opens: 1}, journey.ErrOverflow},
		"steps":        {journey.Counted{Dictionary: d, Channels: []journey.Code{0, 1}, Nulls: math.MaxInt64 / 2}, journey.ErrOverflow},
		"total":        {journey.Counted{Dictionary: d, Nulls: math.MaxInt64 - 1}, journey.ErrOverflow},
		"unknown code": {journey.Counted{Dictionary: d, Channels: []journey.Code{2}, Nulls: 1}, journey.ErrUnknownCode},
	} {
		c := countOrders(t, OrderOptions{}, orderRowIn{row{"a", 1, 1, 0, 0}, 0})
		before := marshalOrder(t, c)
		assert.ErrorIs(t, c.Add(&tc.p), tc.err, name)
		assert.Equal(t, before, marshalOrder(t, c), name)
	}
	large := countOrders(t, OrderOptions{FoldBy: ByJourney}, orderRowIn{row{"", 0, math.MaxInt64, 0, 0}, 0})
	before := marshalOrder(t, large)
	assert.ErrorIs(t, large.Merge(countOrders(t, OrderOptions{FoldBy: ByJourney}, orderRowIn{row{"", 1, 0, 0, 0}, 0})), journey.ErrOverflow)
	assert.Equal(t, before, marshalOrder(t, large))
	_, err := large.Choose()
	assert.NoError(t, err, "counts near the limit can be divided")
}

func TestOrderCountsExcludeNulls(t *testing.T) {
	with := countOrders(t, OrderOptions{Nulls: ExcludeNulls, Criterion: AIC},
		orderRowIn{row{"a b", 2, 5, 1, 0}, 0}, orderRowIn{row{"c", 0, 7, 0, 0}, 0})
	assert.Equal(t, int64(2), with.Journeys())
	assert.Equal(t, int64(13), with.Excluded())
	table, err := with.Choose()
	require.NoError(t, err)
	assert.Equal(t, 2, table.Channels(), "c is on no journey counted")
	first, _ := table.Row(1)
	// Windows none, a, b; symbols a, b and conversion.
	assert.Equal(t, 3*2., first.Parameters)
	assert.Equal(t, 0., first.LogLikelihood, "one path only")
}

// With folds by customer the names of channels do not matter.
func TestOrderRenamed(t *testing.T) {
	r := rand.New(rand.NewPCG(33, 1))
	for range 50 {
		rows := randomOrderRows(r, 4)
		options := OrderOptions{Criterion: AIC}
		for i := range rows {
			rows[i].customer = uint64(1 + i%7)
		}
		plain := countOrders(t, options, rows...)
		renamed, err := NewOrderCounts(options)
		require.NoError(t, err)
		d := journey.NewDictionary("z")
		names := map[touchpoint.Channel]touchpoint.Channel{"c0": "z", "c1": "(start)", "c2": "é,\"", "c3": "\xff"}
		for _, x := range rows {
			p := &journey.Counted{Dictionary: d, Conversions: x.conversions, Nulls: x.nulls, Opens: x.opens, Customer: x.customer}
			for _, name := range x.names() {
				p.Channels = append(p.Channels, d.Code(names[name]))
			}
			require.NoError(t, renamed.Add(p))
		}
		want, wantErr := plain.Choose()
		got, err := renamed.Choose()
		require.Equal(t, wantErr, err)
		require.Equal(t, want, got)
	}
}

// Where every journey is counted m times, fit and in-sample curve are the same.
func TestOrderScaled(t *testing.T) {
	r := rand.New(rand.NewPCG(34, 1))
	const m = 1000
	for range 50 {
		rows := randomOrderRows(r, 3)
		large := make([]orderRowIn, len(rows))
		for i, x := range rows {
			x.conversions, x.nulls, x.opens = m*x.conversions, m*x.nulls, m*x.opens
			large[i] = x
		}
		options := OrderOptions{Criterion: AIC}
		if countOrders(t, options, rows...).Journeys() == 0 {
			continue
		}
		a, b := chooseOrder(t, options, rows...), chooseOrder(t, options, large...)
		for x := range a.All() {
			y, _ := b.Row(x.Order)
			require.Equal(t, x.Contexts, y.Contexts)
			require.InEpsilon(t, 1+m*-x.LogLikelihood, 1-y.LogLikelihood, 1e-14)
			if x.InSampleAUC != nil {
				require.Equal(t, x.InSampleAUC.AUC, y.InSampleAUC.AUC)
			}
		}
	}
}
