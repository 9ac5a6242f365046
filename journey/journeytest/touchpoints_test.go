package journeytest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

func build(t *testing.T, b journey.Builder, lines ...string) []journey.Path {
	t.Helper()
	var paths []journey.Path
	for p, err := range b.Build(context.Background(), Stream(Touchpoints(lines...)), nil) {
		require.NoError(t, err)
		paths = append(paths, p)
	}
	return paths
}

// The Builder makes of the touchpoints of a line the path of the line.
func TestTouchpointsBuildThePath(t *testing.T) {
	for _, notation := range []string{
		"email > search > @store > buy:120 EUR", "email", "buy:1", "ann: email/awareness > +0s email > +0s buy", `"a > b" > +2d x > lost`,
	} {
		require.Equal(t, []journey.Path{Path(notation)}, build(t, journey.Builder{}, notation), notation)
	}
	require.Empty(t, Touchpoints("lost", "open"))
	open := build(t, journey.Builder{LostAfter: time.Hour}, "email > open")
	require.Equal(t, []journey.Path{Path("email > open")}, open)
}

func TestTouchpointsOfSeveralLines(t *testing.T) {
	var got []string
	for _, p := range build(t, journey.Builder{}, "ann: email > buy:10", "search", "ann: @store > +2d buy:20", "ann: email") {
		got = append(got, Format(p))
	}
	require.Equal(t, []string{
		"ann: email > buy:10",
		"ann: +2h @store > +2d buy:20",
		"ann: +2d3h email > lost",
		"customer-2: search > lost",
	}, got)
	all := Touchpoints("ann: a > buy", "ann: b")
	require.Equal(t, []int64{0, 1, 2}, []int64{all[0].Seq, all[1].Seq, all[2].Seq})
	for _, touch := range all {
		require.NoError(t, touch.Validate())
		require.Equal(t, touch.ContentID(), touch.ID)
	}
}

func TestTouchpointsPanics(t *testing.T) {
	require.PanicsWithError(t, "journeytest: column 5: a channel or an end is missing (line 2 of the arguments)", func() { Touchpoints("a", "b > ") })
	require.PanicsWithError(t, "journeytest: column 3: only Counted takes * and a number (line 1 of the arguments)", func() { Touchpoints("a * 2") })
}

func TestStreamStops(t *testing.T) {
	var got []string
	for item, err := range Stream([]string{"a", "b", "c"}) {
		require.NoError(t, err)
		if got = append(got, item); len(got) == 2 {
			break
		}
	}
	require.Equal(t, []string{"a", "b"}, got)
}

func TestCounted(t *testing.T) {
	all := Counted("email > search > buy:20 EUR", "search > lost * 3", "@store > email > +2h buy:0.1 * 3", "open", `"" * 1`)
	dict := all[0].Dictionary
	var names []touchpoint.Channel
	for _, name := range dict.All() {
		names = append(names, name)
	}
	require.Equal(t, []touchpoint.Channel{"email", "search", "store", ""}, names)
	first := all[0].Customer
	require.NotZero(t, first)
	require.NotEqual(t, first, all[3].Customer)
	h := time.Hour
	require.Equal(t, []*journey.Counted{
		{Dictionary: dict, Channels: []journey.Code{0, 1}, Ages: []time.Duration{2 * h, h}, Conversions: 1, Value: 20, Customer: first},
		{Dictionary: dict, Channels: []journey.Code{1}, Ages: []time.Duration{0}, Nulls: 3},
		{Dictionary: dict, Channels: []journey.Code{2, 0}, Ages: []time.Duration{3 * h, 2 * h}, Conversions: 3, Value: 0.30000000000000004},
		{Dictionary: dict, Opens: 1, Customer: all[3].Customer},
		{Dictionary: dict, Channels: []journey.Code{3}, Ages: []time.Duration{0}, Nulls: 1},
	}, all)
	for _, c := range all {
		require.NoError(t, c.Validate())
	}
	require.Equal(t, first, Counted("customer-1: x")[0].Customer)
	require.Empty(t, Counted())
}

func TestCountedPanics(t *testing.T) {
	require.PanicsWithError(t, "journeytest: column 6: a value is a number, finite and not negative (line 2 of the arguments)", func() { Counted("a", "buy: x") })
	defer func() {
		err, _ := recover().(error)
		require.True(t, errors.Is(err, journey.ErrNotFinite))
	}()
	Counted("buy:1e308 * 2")
}
