package journey

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

func TestBuilderValidate(t *testing.T) {
	require.NoError(t, Builder{}.Validate())
	require.NoError(t, Builder{Order: Grouped, LostAfter: time.Hour, AsOf: builderHour(1)}.Validate())
	for field, b := range map[string]Builder{
		"Order":         {Order: 2},
		"MaxBuffered":   {MaxBuffered: -1},
		"Split":         {Split: 2},
		"ConvertOn[1]":  {ConvertOn: []touchpoint.Kind{"buy", ""}},
		"Lookback":      {Lookback: -1},
		"LookbackSteps": {LookbackSteps: -1},
		"LostAfter":     {Order: Grouped, LostAfter: time.Hour},
		"Known[0]":      {Known: []touchpoint.Channel{""}},
		"Unknown":       {Unknown: 4},
	} {
		require.ErrorContains(t, b.Validate(), "journey: Builder."+field+": ")
	}
	require.Error(t, Builder{LostAfter: -1}.Validate())

	err := Builder{Order: 2, Split: 2, Unknown: 4}.Validate()
	for _, field := range []string{"Order", "Split", "Unknown"} {
		require.ErrorContains(t, err, field)
	}
	paths, _, errs := builderCollect(Builder{Lookback: -1}, builderSeq(builderTouch("ann", 0, "email")))
	require.Empty(t, paths)
	require.Len(t, errs, 1)
	require.ErrorContains(t, errs[0], "Lookback")
}

func TestBuilderPaths(t *testing.T) {
	convertingTouch := builderTouch("ann", 2, "store")
	convertingTouch.Conversion, convertingTouch.Value, convertingTouch.Currency = true, 5, "EUR"
	bare := convertingTouch
	bare.Channel = ""
	both := builderSale("ann", 2, 7)
	both.Channel, both.Conversion = "web", true

	buy := []touchpoint.Kind{"purchase"}
	email, search := builderTouch("ann", 0, "email"), builderTouch("ann", 1, "search")
	for name, c := range map[string]struct {
		b    Builder
		in   []touchpoint.Touchpoint
		want []string
	}{
		"nothing": {Builder{}, nil, nil},
		"no conversion is lost": {
			Builder{},
			[]touchpoint.Touchpoint{search, email},
			[]string{"ann: email search > lost @1h"},
		},
		"a touch that converts": {
			Builder{},
			[]touchpoint.Touchpoint{email, search, convertingTouch},
			[]string{"ann: email search store > converted 5EUR @2h"},
		},
		"a conversion without channel is no touch": {
			Builder{},
			[]touchpoint.Touchpoint{email, bare},
			[]string{"ann: email > converted 5EUR @2h"},
		},
		"an event named as the conversion": {
			Builder{ConvertOn: buy},
			[]touchpoint.Touchpoint{email, builderSale("ann", 3, 9)},
			[]string{"ann: email > converted 9 @3h"},
		},
		"by channel, where there is no kind": {
			Builder{ConvertOn: buy},
			[]touchpoint.Touchpoint{email, builderTouch("ann", 3, "purchase")},
			[]string{"ann: email > converted @3h"},
		},
		"not by channel, where there is a kind": {
			Builder{ConvertOn: []touchpoint.Kind{"email"}},
			[]touchpoint.Touchpoint{{Customer: "ann", Time: builderHour(0), Channel: "email", Kind: "open"}},
			[]string{"ann: email > lost @0h"},
		},
		"named and marked: a conversion, no touch": {
			Builder{ConvertOn: buy},
			[]touchpoint.Touchpoint{email, both},
			[]string{"ann: email > converted 7 @2h"},
		},
		"the next touch begins the next path": {
			Builder{ConvertOn: buy},
			[]touchpoint.Touchpoint{email, builderSale("ann", 0.5, 1), search, builderSale("ann", 4, 2), builderTouch("ann", 5, "store")},
			[]string{"ann: email > converted 1 @0.5h", "ann: search > converted 2 @4h", "ann: store > lost @5h"},
		},
		"a conversion out of nothing": {
			Builder{ConvertOn: buy},
			[]touchpoint.Touchpoint{builderSale("ann", 0, 1), builderSale("ann", 1, 2)},
			[]string{"ann: > converted 1 @0h", "ann: > converted 2 @1h"},
		},
		"one path a customer": {
			Builder{ConvertOn: buy, Split: OnePerCustomer},
			[]touchpoint.Touchpoint{email, builderSale("ann", 0.5, 0.1), search, builderSale("ann", 4, 0.2), builderTouch("ann", 5, "store")},
			[]string{"ann: email search store > converted x2 0.30000000000000004 @4h"},
		},
		"customers by name": {
			Builder{},
			[]touchpoint.Touchpoint{builderTouch("c", 0, "x"), builderTouch("a", 1, "x"), builderTouch("b", 2, "x")},
			[]string{"a: x > lost @1h", "b: x > lost @2h", "c: x > lost @0h"},
		},
		"grouped: customers as they come": {
			Builder{Order: Grouped},
			[]touchpoint.Touchpoint{builderTouch("c", 5, "y"), builderTouch("c", 0, "x"), builderTouch("a", 1, "x")},
			[]string{"c: x y > lost @5h", "a: x > lost @1h"},
		},
		"lookback is inclusive": {
			Builder{Lookback: 2 * time.Hour},
			[]touchpoint.Touchpoint{builderTouch("ann", 0.875, "old"), builderTouch("ann", 1, "edge"), builderTouch("ann", 3, "last")},
			[]string{"ann: edge last > lost @3h"},
		},
		"lookback from the conversion, not from the last touch": {
			Builder{Lookback: 2 * time.Hour, ConvertOn: buy},
			[]touchpoint.Touchpoint{email, search, builderSale("ann", 3.5, 1)},
			[]string{"ann: > converted 1 @3.5h"},
		},
		"the last steps": {
			Builder{LookbackSteps: 2},
			[]touchpoint.Touchpoint{email, search, builderTouch("ann", 2, "store")},
			[]string{"ann: search store > lost @2h"},
		},
		"as of: inclusive": {
			Builder{AsOf: builderHour(1)},
			[]touchpoint.Touchpoint{email, search, builderTouch("ann", 1.125, "store")},
			[]string{"ann: email search > lost @1h"},
		},
		"lost after exactly that long": {
			Builder{AsOf: builderHour(4), LostAfter: 3 * time.Hour},
			[]touchpoint.Touchpoint{search, builderTouch("bob", 1.125, "email")},
			[]string{"ann: search > lost @1h", "bob: email > open @1.125h"},
		},
		"as of the latest time, a conversion's too": {
			Builder{LostAfter: 3 * time.Hour, ConvertOn: buy},
			[]touchpoint.Touchpoint{builderSale("bob", 4, 1), search, builderTouch("cid", 2, "email")},
			[]string{"ann: search > lost @1h", "bob: > converted 1 @4h", "cid: email > open @2h"},
		},
		"a gap does not end a path": {
			Builder{LostAfter: time.Hour},
			[]touchpoint.Touchpoint{email, builderTouch("ann", 100, "search")},
			[]string{"ann: email search > open @100h"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			paths, report := builderBuild(t, c.b, c.in...)
			assert.Equal(t, c.want, builderLines(paths))
			builderBalance(t, &report)
		})
	}
}

func TestBuilderEqualTimes(t *testing.T) {
	var in []touchpoint.Touchpoint
	for i, channel := range []touchpoint.Channel{"third", "first", "second"} {
		touch := builderTouch("ann", 1, channel)
		touch.Seq = []int64{1, 0, 0}[i]
		touch.ID = uuid.UUID{0: []byte{1, 2, 3}[i]}
		in = append(in, touch)
	}
	for range 6 {
		in = append(in[1:], in[0])
		paths, _ := builderBuild(t, Builder{}, in...)
		require.Equal(t, []string{"ann: first second third > lost @1h"}, builderLines(paths))
	}
}

// One form for what means the same.
func TestBuilderNormalises(t *testing.T) {
	kyiv := time.FixedZone("", 2*60*60)
	local := builderTouch("ann", 1, "email")
	local.Time, local.Received = local.Time.In(kyiv), local.Time.In(kyiv)
	paths, _ := builderBuild(t, Builder{}, local)
	require.Equal(t, time.UTC, paths[0].End.Location())
	require.Equal(t, time.UTC, paths[0].Touchpoints[0].Time.Location())
	require.Equal(t, time.UTC, paths[0].Touchpoints[0].Received.Location())

	paths, report := builderBuild(t, Builder{}, local, builderTouch("ann", 1, "email"))
	require.Equal(t, []string{"ann: email > lost @1h"}, builderLines(paths))
	require.EqualValues(t, 1, report.Duplicates, "one instant, whatever its zone")

	negative := builderTouch("ann", 1, "email")
	negative.Conversion, negative.Value = true, math.Copysign(0, -1)
	paths, _ = builderBuild(t, Builder{}, negative)
	require.False(t, math.Signbit(paths[0].Touchpoints[0].Value))

	// An empty property takes no part in the content id, but in the choice.
	with, without := builderTouch("ann", 1, "email"), builderTouch("ann", 1, "email")
	with.Properties, without.Properties = map[string]string{"page": ""}, map[string]string{}
	one, _ := builderBuild(t, Builder{}, with, without)
	other, _ := builderBuild(t, Builder{}, without, with)
	require.Equal(t, one, other)
	require.Nil(t, one[0].Touchpoints[0].Properties)
}

func TestBuilderDuplicates(t *testing.T) {
	id := uuid.UUID{1}
	first := builderTouch("ann", 1, "email")
	first.ID, first.Received = id, builderHour(10)
	again := first
	again.Received = builderHour(9)
	other := first
	other.Channel, other.Time = "store", builderHour(2)
	stranger := first
	stranger.Customer = "bob"
	in := []touchpoint.Touchpoint{other, first, again, stranger}

	paths, report := builderBuild(t, Builder{}, in...)
	require.Equal(t, []string{"ann: email > lost @1h", "bob: email > lost @1h"}, builderLines(paths))
	require.Equal(t, builderHour(9), paths[0].Touchpoints[0].Received, "the earliest delivery stays")
	require.EqualValues(t, 1, report.Duplicates)
	require.EqualValues(t, 1, report.ConflictingIDs)

	paths, report = builderBuild(t, Builder{KeepDuplicates: true}, in...)
	require.Equal(t, []string{"ann: email email store > lost @2h", "bob: email > lost @1h"}, builderLines(paths))
	require.Zero(t, report.Duplicates+report.ConflictingIDs)

	// Without an id, equal content is the same touchpoint.
	plain := builderTouch("ann", 1, "email")
	paths, report = builderBuild(t, Builder{}, plain, plain, builderTouch("ann", 2, "email"))
	require.Equal(t, []string{"ann: email email > lost @2h"}, builderLines(paths))
	require.EqualValues(t, 1, report.Duplicates)
	require.Equal(t, plain.ContentID(), paths[0].Touchpoints[0].ID)
}

func TestBuilderManyDuplicates(t *testing.T) {
	var in []touchpoint.Touchpoint
	for range 3 {
		for h := range 50 {
			in = append(in, builderTouch("ann", float64(h), "email"))
		}
	}
	late := in[7]
	late.ID, late.Time = in[7].ContentID(), builderHour(60)
	paths, report := builderBuild(t, Builder{}, append(in, late)...)
	require.Len(t, paths[0].Touchpoints, 50)
	require.EqualValues(t, 100, report.Duplicates)
	require.EqualValues(t, 1, report.ConflictingIDs)
}

func TestBuilderUnknownChannels(t *testing.T) {
	odd := builderTouch("ann", 2, "odd")
	odd.Conversion, odd.Value = true, 3
	in := []touchpoint.Touchpoint{builderTouch("ann", 0, "email"), builderTouch("ann", 1, ""), odd, builderTouch("bob", 1, "odd")}
	known := []touchpoint.Channel{"email"}
	for name, c := range map[string]struct {
		b       Builder
		want    []string
		refused int
		dropped int64
	}{
		"keep, nothing listed": {Builder{}, []string{"ann: email (unknown) odd > converted 3 @2h", "bob: odd > lost @1h"}, 0, 0},
		"keep":                 {Builder{Known: known}, []string{"ann: email (unknown) odd > converted 3 @2h", "bob: odd > lost @1h"}, 0, 0},
		"merge":                {Builder{Known: known, Unknown: MergeUnknown}, []string{"ann: email (unknown) (unknown) > converted 3 @2h", "bob: (unknown) > lost @1h"}, 0, 0},
		"drop":                 {Builder{Known: known, Unknown: DropUnknown}, []string{"ann: email > converted 3 @2h"}, 0, 3},
		"drop, nothing listed": {Builder{Unknown: DropUnknown}, []string{"ann: email odd > converted 3 @2h", "bob: odd > lost @1h"}, 0, 1},
		"drop, nothing known":  {Builder{Known: []touchpoint.Channel{}, Unknown: DropUnknown}, []string{"ann: > converted 3 @2h"}, 0, 4},
		"refuse":               {Builder{Known: known, Unknown: RefuseUnknown}, []string{"ann: email > lost @0h"}, 3, 0},
		"not for conversion events": {
			Builder{Known: known, Unknown: RefuseUnknown, ConvertOn: []touchpoint.Kind{"odd"}},
			[]string{"ann: email > converted 3 @2h", "bob: > converted @1h"},
			1, 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			paths, report, errs := builderCollect(c.b, builderSeq(in...))
			assert.Equal(t, c.want, builderLines(paths))
			assert.Len(t, errs, c.refused)
			for _, err := range errs {
				var row *touchpoint.RowError
				require.ErrorIs(t, err, ErrUnknownChannel)
				require.ErrorAs(t, err, &row, "a consumer who skips bad rows skips this")
			}
			assert.EqualValues(t, c.refused, report.UnknownRefused)
			assert.Equal(t, c.dropped, report.UnknownDropped)
			builderBalance(t, &report)
		})
	}
}

func TestBuilderCurrency(t *testing.T) {
	sale := func(customer string, hour, value float64, currency string) touchpoint.Touchpoint {
		s := builderSale(customer, hour, value)
		s.Currency = currency
		return s
	}
	b := Builder{ConvertOn: []touchpoint.Kind{"purchase"}, Split: OnePerCustomer}
	browsing := builderTouch("ann", 5, "email")
	browsing.Currency, browsing.Value = "JPY", 1
	paths, report := builderBuild(t, b, sale("ann", 0, 0, "USD"), sale("ann", 1, 2, ""), sale("ann", 2, 3, "EUR"), browsing,
		sale("bob", 0, 1, "EUR"), sale("cid", 0, 0, "GBP"))
	require.Equal(t, []string{"EUR", "EUR", "GBP"}, []string{paths[0].Currency, paths[1].Currency, paths[2].Currency})
	require.EqualValues(t, 1, report.UnusedValues)

	for _, order := range []Order{Unordered, Grouped} {
		b.Order = order
		_, _, errs := builderCollect(b, builderSeq(sale("ann", 0, 1, "EUR"), sale("bob", 0, 1, "USD")))
		require.Equal(t, []error{ErrMixedCurrency}, errs)
	}

	huge := sale("ann", 0, math.MaxFloat64, "")
	later := huge
	later.Time = builderHour(1)
	_, _, errs := builderCollect(b, builderSeq(huge, later))
	require.Equal(t, []error{ErrNotFinite}, errs)
}

// A loop may run twice over the same sequence.
func TestBuilderTwice(t *testing.T) {
	var report Report
	seq := Builder{LostAfter: time.Hour}.Build(context.Background(), builderSeq(builderTouch("a", 0, "x"), builderTouch("b", 3, "x")), &report)
	var runs [2][]string
	for i := range runs {
		for p, err := range seq {
			require.NoError(t, err)
			runs[i] = append(runs[i], builderLines([]Path{p})...)
		}
		require.EqualValues(t, 2, report.Read)
		require.Equal(t, builderHour(3), report.AsOf)
	}
	require.Equal(t, runs[0], runs[1])
	require.Equal(t, []string{"a: x > lost @0h", "b: x > open @3h"}, runs[0])
}

// The consumer owns the paths: changing one changes no other.
func TestBuilderPathsAreOwn(t *testing.T) {
	b := Builder{Order: Grouped, ConvertOn: []touchpoint.Kind{"purchase"}}
	in := []touchpoint.Touchpoint{builderTouch("a", 0, "x"), builderSale("a", 1, 1), builderTouch("a", 2, "y"), builderTouch("b", 0, "z")}
	var kept []Path
	for p, err := range b.Build(context.Background(), builderSeq(in...), nil) {
		require.NoError(t, err)
		_ = append(p.Touchpoints, builderTouch("intruder", 0, "w"))
		kept = append(kept, p)
	}
	require.Equal(t, []string{"a: x > converted 1 @1h", "a: y > lost @2h", "b: z > lost @0h"}, builderLines(kept))
}
