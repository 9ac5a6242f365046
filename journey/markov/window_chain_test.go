package markov

import (
	"context"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

func TestWindowChain(t *testing.T) {
	c := fitWindows(t, 2,
		row{path: "b a a a", conversions: 1, nulls: 2, value: 5},
		row{path: "a", nulls: 1},
		row{path: "", conversions: 1, value: 1},
	)
	assert.Equal(t, 2, c.Order())
	assert.Equal(t, 2, c.LongestWindow())
	assert.Equal(t, []touchpoint.Channel{"a", "b"}, c.Channels())
	assert.Equal(t, 5, c.States())
	assert.Equal(t, 5, c.Transitions(), "start to a and b, b to ba, ba to aa, aa to aa")
	assert.Empty(t, c.Dropped())
	assert.Zero(t, c.DroppedStates())
	var windows []string
	for j := range c.States() {
		var w []string
		for _, i := range c.window(nil, int32(j)) {
			w = append(w, string(c.channels[i]))
		}
		windows = append(windows, strings.Join(w, " "))
	}
	assert.Equal(t, []string{"", "a", "a a", "b", "b a"}, windows)
}

// Where all journeys have ended, as many come to a state as leave it, at every
// order: the visits that the counts tell solve the equations, and so do the
// conversions.
func TestWindowFlowIdentity(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 1))
	for range 100 {
		rows := randomRows(r, 4, false)
		for order := 1; order <= 6; order++ {
			counts := countWindows(t, order, Options{}, rows...)
			if counts.Journeys() == 0 {
				continue
			}
			chain, err := counts.Fit()
			require.NoError(t, err)
			chain.complete = false
			require.NoError(t, chain.solveVisits())
			for _, v := range chain.visits {
				require.InDelta(t, 1, v, 1e-13)
			}
			f, err := chain.solveForward()
			require.NoError(t, err)
			rate := float64(counts.Conversions()) / float64(counts.Journeys())
			require.InDelta(t, rate, f.convert[0], 1e-13)
			require.InDelta(t, counts.Value()/float64(counts.Journeys()), f.value[0], 1e-12*counts.Value())
		}
	}
}

// Order 1 is the chain of Counts.
func TestWindowOrderOne(t *testing.T) {
	r := rand.New(rand.NewPCG(22, 1))
	compared := 0
	for range 300 {
		rows := randomRows(r, 6, r.IntN(2) == 0)
		o := Options{Closed: CensorClosed, Nulls: Nulls(r.IntN(2))}
		want, wantErr := countRows(t, o, rows...).Fit()
		c, err := countWindows(t, 1, o, rows...).Fit()
		require.Equal(t, wantErr == nil, err == nil, "%v %v", wantErr, err)
		if err != nil {
			continue
		}
		var states []State
		for _, channel := range c.Channels() {
			states = append(states, At(channel))
			p, used, err := c.PConvert(channel)
			require.NoError(t, err)
			require.Equal(t, 1, used)
			q, err := want.PConvert(At(channel))
			require.NoError(t, err)
			require.InDelta(t, q, p, 1e-13)
			v, _, err := c.ExpectedValue(channel)
			require.NoError(t, err)
			u, err := want.ExpectedValue(At(channel))
			require.NoError(t, err)
			require.InDelta(t, u, v, 1e-13*max(1, u))
		}
		require.Equal(t, want.States(), append([]State{Start}, states...))
		var dropped []touchpoint.Channel
		for _, s := range want.Dropped() {
			dropped = append(dropped, s.channel)
		}
		require.Equal(t, dropped, c.Dropped())
		require.Equal(t, len(dropped), c.DroppedStates())

		effects, err := want.Removal()
		removal, err2 := c.Removal(context.Background(), RemovalOptions{})
		require.Equal(t, err, err2)
		if err != nil {
			continue
		}
		for channel, e := range removal.All() {
			require.InDelta(t, effects.Effect(channel).Conversion, e.Conversion, 1e-13)
			require.InDelta(t, effects.Effect(channel).Value, e.Value, 1e-13)
			compared++
		}
	}
	assert.Greater(t, compared, 500)
}

func TestWindowClosed(t *testing.T) {
	rows := []row{{path: "a b", opens: 3}, {path: "a", nulls: 1}, {path: "c a b d", opens: 1}, {path: "c", conversions: 1}}
	_, err := countWindows(t, 2, Options{}, rows...).Fit()
	var closed *ClosedWindowError
	require.ErrorAs(t, err, &closed)
	assert.Equal(t, [][]touchpoint.Channel{{"a", "b"}, {"b", "d"}, {"c", "a"}}, closed.Windows)
	assert.EqualError(t, err, "markov: no end can be reached from a > b, b > d, c > a")

	c, err := countWindows(t, 2, Options{Closed: CensorClosed}, rows...).Fit()
	require.NoError(t, err)
	assert.Equal(t, []touchpoint.Channel{"b", "d"}, c.Dropped())
	assert.Equal(t, 3, c.DroppedStates())
	assert.Equal(t, []touchpoint.Channel{"a", "c"}, c.Channels())

	_, err = countWindows(t, 2, Options{Closed: CensorClosed}, row{path: "a", opens: 1}).Fit()
	assert.EqualError(t, err, "markov: no end can be reached from (start), a")
	var many []row
	for _, name := range strings.Split("abcdefghijklmn", "") {
		many = append(many, row{path: name, opens: 1})
	}
	_, err = countWindows(t, 1, Options{}, many...).Fit()
	assert.ErrorContains(t, err, "from (start), a, b, c, d, e, f, g, h, i and 5 more")
}

func TestWindowValueOverflow(t *testing.T) {
	c := countWindows(t, 2, Options{},
		row{path: "a", conversions: 1, value: math.MaxFloat64},
		row{path: "b", conversions: 1, value: math.MaxFloat64})
	_, err := c.Fit()
	require.ErrorIs(t, err, ErrOverflow)
}

// PConvert and ExpectedValue of every window seen are those of elimination in
// rational numbers; other windows go back to chains of lower order.
func TestWindowPConvert(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 1))
	for range 40 {
		rows := randomRows(r, 3, r.IntN(2) == 0)
		const order = 3
		c, err := countWindows(t, order, Options{Closed: CensorClosed}, rows...).Fit()
		if err != nil {
			continue
		}
		type expected struct{ p, value *big.Rat }
		byOrder := make([]map[string]expected, order+1)
		for k := 1; k <= order; k++ {
			o := windowOracle(rows, k)
			x := o.solve(o.to(Converted), o.valueOf)
			byOrder[k] = map[string]expected{}
			for i, s := range o.states {
				byOrder[k][strings.Join(windowOf(s), " ")] = expected{x[i][0], x[i][1]}
			}
		}
		for range 60 {
			window := make([]touchpoint.Channel, r.IntN(6))
			for i := range window {
				window[i] = touchpoint.Channel([]string{"c0", "c1", "c2", "unknown"}[r.IntN(4)])
				if r.IntN(4) > 0 {
					window[i] = touchpoint.Channel([]string{"c0", "c1", "c2"}[r.IntN(3)])
				}
			}
			key := func(n int) string {
				var names []string
				for _, w := range window[len(window)-n:] {
					names = append(names, string(w))
				}
				return strings.Join(names, " ")
			}
			length := min(order, len(window))
			want, ok := byOrder[order][key(length)]
			for k := length; !ok && k > 0; k-- {
				if want, ok = byOrder[k][key(k)]; ok {
					length = k
				}
			}
			if !ok {
				length, want = 0, byOrder[order][""]
			}
			p, used, err := c.PConvert(window...)
			require.NoError(t, err)
			require.Equal(t, length, used, "%v %v", rows, window)
			require.LessOrEqual(t, relativeError(want.p, p), 1e-12, "%v %v", rows, window)
			v, used, err := c.ExpectedValue(window...)
			require.NoError(t, err)
			require.Equal(t, length, used)
			require.LessOrEqual(t, relativeError(want.value, v), 1e-12)
		}
	}
}

// The chain of lower order that questions go back to is the one of the counts.
func TestWindowReduce(t *testing.T) {
	r := rand.New(rand.NewPCG(24, 1))
	for range 50 {
		rows := randomRows(r, 4, false)
		c, err := countWindows(t, 4, Options{}, rows...).Fit()
		if errors.Is(err, ErrNoJourneys) {
			continue
		}
		require.NoError(t, err)
		for k := 1; k < 4; k++ {
			got, err := c.reduce(k)
			require.NoError(t, err)
			want := fitWindows(t, k, rows...)
			require.Equal(t, want.States(), got.States())
			require.Equal(t, want.pred, got.pred)
			require.Equal(t, want.count, got.count)
			require.Equal(t, want.loop, got.loop)
			require.Equal(t, want.convert, got.convert)
			require.Equal(t, want.lose, got.lose)
			require.InDeltaSlice(t, want.worth, got.worth, 1e-9)
		}
	}
}

// ConvertWithin is the conversion of the chain that is redirected in rational
// numbers.
func TestWindowConvertWithin(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 1))
	for range 60 {
		rows := randomRows(r, 4, r.IntN(2) == 0)
		for order := 1; order <= 4; order++ {
			c, err := countWindows(t, order, Options{Closed: CensorClosed}, rows...).Fit()
			if err != nil {
				continue
			}
			o := windowOracle(rows, order)
			all, allValue := o.start()
			for range 3 {
				var allowed []touchpoint.Channel
				for _, channel := range c.Channels() {
					if r.IntN(3) > 0 {
						allowed = append(allowed, channel)
					}
				}
				p, v := o.withoutAll(func(w []string) bool {
					return slices.ContainsFunc(w, func(s string) bool { return !slices.Contains(allowed, touchpoint.Channel(s)) })
				}).start()
				conversion, value, err := c.ConvertWithin(func(s touchpoint.Channel) bool { return slices.Contains(allowed, s) })
				require.NoError(t, err)
				requireNear(t, p, conversion, all, 2e-14)
				requireNear(t, v, value, allValue, 2e-14)
			}
		}
	}
}

// requireNear fails if got differs from want by more than a part of the whole.
func requireNear(t *testing.T, want *big.Rat, got float64, whole *big.Rat, part float64) {
	t.Helper()
	w, _ := want.Float64()
	u, _ := whole.Float64()
	require.LessOrEqual(t, math.Abs(got-w), part*u)
}

// A chain that is hardly ever left is beyond sweeping.
func TestWindowLeaky(t *testing.T) {
	rows := []row{
		{path: "a b a b a b c a b", nulls: 1, opens: 1 << 45},
		{path: "a b a b", conversions: 1, value: 3, opens: 1 << 44},
		{path: "c b a", conversions: 2, value: 9, nulls: 1},
		{path: "b c", nulls: 4, opens: 1 << 40},
	}
	for order := 1; order <= 3; order++ {
		c := fitWindows(t, order, rows...)
		o := windowOracle(rows, order)
		b, _ := o.start()
		p, _, err := c.PConvert()
		require.NoError(t, err)
		require.LessOrEqual(t, relativeError(b, p), 1e-13)
		removal, err := c.Removal(context.Background(), RemovalOptions{})
		require.NoError(t, err)
		for channel, e := range removal.All() {
			without := o.withoutAll(func(w []string) bool { return slices.Contains(w, string(channel)) })
			want, value := o.effects(without)
			require.LessOrEqual(t, relativeError(want, e.Conversion), 1e-12)
			require.LessOrEqual(t, relativeError(value, e.Value), 1e-12)
		}
		q, _, err := c.ConvertWithin(func(s touchpoint.Channel) bool { return s != "c" })
		require.NoError(t, err)
		want, _ := o.withoutAll(func(w []string) bool { return slices.Contains(w, "c") }).start()
		requireNear(t, want, q, b, 2e-14)
	}
}

// Two long cycles that hardly any journey leaves, of the same channels: neither
// sweeps nor the coarse system tell them apart, so it takes elimination.
func TestWindowSlow(t *testing.T) {
	r := rand.New(rand.NewPCG(27, 1))
	cycle := func() string {
		names := make([]string, 60)
		for i := range names {
			names[i] = string("ab"[r.IntN(2)])
		}
		return strings.Join(names, " ") + " "
	}
	a, b := cycle(), cycle()
	c := fitWindows(t, 8,
		row{path: "c " + strings.Repeat(a, 200), conversions: 3, value: 2},
		row{path: strings.Repeat(a, 100), nulls: 1, conversions: 1, value: 7},
		row{path: "c " + strings.Repeat(b, 100), nulls: 2},
		row{path: strings.Repeat(b, 300), conversions: 1, value: 9},
		row{path: a + b + a + b, nulls: 1},
	)
	require.Greater(t, len(c.system.cyclic), directRows)
	removal := removeWindows(t, c, RemovalOptions{})
	i, ok := c.channelIndex("c")
	require.True(t, ok)
	conversion, value := denseEffects(t, c, int32(i))
	e := removal.Effect("c")
	require.InDelta(t, conversion, e.Conversion, 1e-12)
	require.InDelta(t, value, e.Value, 1e-12)
	require.Greater(t, e.Conversion, 0.1)

	p, _, err := c.ConvertWithin(func(s touchpoint.Channel) bool { return s != "c" })
	require.NoError(t, err)
	all, _, err := c.PConvert()
	require.NoError(t, err)
	require.InDelta(t, 1-conversion, p/all, 1e-12)
}

// Values as large as a float64 can be change nothing but the unit.
func TestWindowLargeValues(t *testing.T) {
	rows := func(unit float64) []row {
		return []row{
			{path: "a b a", conversions: 1, value: 3 * unit, opens: 5},
			{path: "b a b", conversions: 2, value: unit, nulls: 4},
			{path: "c a", conversions: 1, value: unit / 2, opens: 2},
		}
	}
	one, large := fitWindows(t, 2, rows(1)...), fitWindows(t, 2, rows(0x1p1020)...)
	a, b := removeWindows(t, one, RemovalOptions{}), removeWindows(t, large, RemovalOptions{})
	require.Equal(t, a.effects, b.effects)
	for _, window := range [][]touchpoint.Channel{nil, {"a"}, {"a", "b"}, {"c", "b"}} {
		v, _, err := one.ExpectedValue(window...)
		require.NoError(t, err)
		w, _, err := large.ExpectedValue(window...)
		require.NoError(t, err)
		require.Equal(t, v*0x1p1020, w)
	}
	all := func(touchpoint.Channel) bool { return true }
	_, v, err := one.ConvertWithin(all)
	require.NoError(t, err)
	_, w, err := large.ConvertWithin(all)
	require.NoError(t, err)
	require.Equal(t, v*0x1p1020, w)
}

// More channels than there are groups in the coarse system.
func TestWindowManyChannels(t *testing.T) {
	r := rand.New(rand.NewPCG(28, 1))
	var rows []row
	for range 1500 {
		w := row{conversions: r.Int64N(2), nulls: 1}
		for range 1 + r.IntN(8) {
			w.path += " c" + strconv.Itoa(r.IntN(400))
		}
		rows = append(rows, w)
	}
	c := fitWindows(t, 1, rows...)
	require.Len(t, c.Channels(), 400)
	removal := removeWindows(t, c, RemovalOptions{})
	chain, err := countRows(t, Options{}, rows...).Fit()
	require.NoError(t, err)
	want, err := chain.Removal()
	require.NoError(t, err)
	for channel, e := range removal.All() {
		require.InDelta(t, want.Effect(channel).Conversion, e.Conversion, 1e-13)
	}
}
