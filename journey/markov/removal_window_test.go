package markov

import (
	"context"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/internal/gth"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

func removeWindows(t testing.TB, c *WindowChain, o RemovalOptions) *WindowRemoval {
	t.Helper()
	r, err := c.Removal(context.Background(), o)
	require.NoError(t, err)
	return r
}

// requireWithin fails unless the effect is within its bound of the exact one,
// which is close, by the tolerance of the test.
func requireWithin(t *testing.T, want *big.Rat, got, bound, tolerance float64) {
	t.Helper()
	d := new(big.Rat).SetFloat64(got)
	require.NotNil(t, d)
	d.Sub(d, want)
	off, _ := d.Abs(d).Float64()
	require.LessOrEqual(t, off, bound, "the bound is not one")
	require.LessOrEqual(t, bound, tolerance)
}

// Effects of orders 1 to 4 are those of elimination in rational numbers, one
// redirected chain a channel, and within their bounds.
func TestWindowRemovalOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 1))
	checked := 0
	for range 60 {
		rows := randomRows(r, 4, r.IntN(2) == 0)
		for order := 1; order <= 4; order++ {
			chain, err := countWindows(t, order, Options{Closed: CensorClosed}, rows...).Fit()
			if err != nil {
				continue
			}
			o := windowOracle(rows, order)
			removal, err := chain.Removal(context.Background(), RemovalOptions{})
			if b, _ := o.start(); b.Sign() == 0 {
				require.ErrorIs(t, err, ErrNoConversions)
				continue
			}
			require.NoError(t, err)
			sum := 0.0
			for _, channel := range chain.Channels() {
				without := o.withoutAll(func(w []string) bool { return slices.Contains(w, string(channel)) })
				conversion, value := o.effects(without)
				e := removal.Effect(channel)
				require.LessOrEqual(t, relativeError(conversion, e.Conversion), 1e-12)
				require.LessOrEqual(t, relativeError(value, e.Value), 1e-12)
				requireWithin(t, conversion, e.Conversion, e.ConversionBound, 1e-12)
				requireWithin(t, value, e.Value, e.ValueBound, 1e-12)
				sum += e.Conversion
				checked++
			}
			require.Equal(t, sum, removal.Sum().Conversion)
			for channel := range removal.All() {
				require.Equal(t, chain.channels[0], channel)
				break
			}
			require.Equal(t, RemovalOptions{}, removal.Options())
			require.LessOrEqual(t, removal.Certificate(), DefaultTolerance)
			require.Equal(t, order, removal.Order())
			require.Equal(t, chain.States(), removal.States())
			require.Equal(t, chain.Transitions(), removal.Transitions())
			require.Equal(t, chain.value > 0, removal.HasValue())
		}
	}
	assert.Greater(t, checked, 300)
}

// At or above the length of the longest path the chain is a tree, and the effect
// of a channel is the share of the conversions that touched it, in whole numbers.
func TestWindowRemovalTouchingShare(t *testing.T) {
	r := rand.New(rand.NewPCG(32, 1))
	for range 200 {
		rows := randomRows(r, 5, false)
		all, value := int64(0), new(big.Rat)
		touched, touchedValue := map[touchpoint.Channel]int64{}, map[touchpoint.Channel]*big.Rat{}
		longest := 1
		for _, w := range rows {
			all += w.conversions
			v := new(big.Rat).SetFloat64(w.value)
			value.Add(value, v)
			longest = max(longest, len(w.names()))
			for _, channel := range channelsOf([]row{w}) {
				touched[channel] += w.conversions
				if touchedValue[channel] == nil {
					touchedValue[channel] = new(big.Rat)
				}
				touchedValue[channel].Add(touchedValue[channel], v)
			}
		}
		if all == 0 {
			continue
		}
		for _, order := range []int{longest, longest + 1, 1000} {
			removal := removeWindows(t, fitWindows(t, order, rows...), RemovalOptions{})
			assert.Zero(t, removal.Iterations())
			for channel, e := range removal.All() {
				require.Equal(t, float64(touched[channel])/float64(all), e.Conversion)
				if value.Sign() > 0 {
					share := new(big.Rat).Quo(touchedValue[channel], value)
					require.LessOrEqual(t, relativeError(share, e.Value), 1e-15)
				}
			}
		}
	}
}

// dense eliminates the chain in which the transitions into some windows are taken
// out, written from the definition. It returns what a journey from Start is then
// expected to have of conversions, value and ends.
func dense(t *testing.T, c *WindowChain, out func(window []int32) bool) (conversion, value, ends float64) {
	t.Helper()
	n := c.States()
	off, exit, x := make([]float64, n*n), make([]float64, n), make([]float64, 3*n)
	for j := range n {
		exit[j] = c.convert[j] + c.lose[j]
		x[3*j], x[3*j+1], x[3*j+2] = c.convert[j], c.worth[j], exit[j]
	}
	for j := range n {
		lost := out(c.window(nil, int32(j)))
		for e := c.ptr[j]; e < c.ptr[j+1]; e++ {
			if i := int(c.pred[e]); lost {
				exit[i] += c.count[e]
			} else {
				off[i*n+j] = c.count[e]
			}
		}
	}
	f, err := gth.Factorize(n, off, exit)
	require.NoError(t, err)
	require.NoError(t, f.Solve(x, 3))
	return x[0], x[1], x[2]
}

// denseEffects returns the effects of redirecting a channel.
func denseEffects(t *testing.T, c *WindowChain, channel int32) (conversion, value float64) {
	t.Helper()
	b, u, _ := dense(t, c, func([]int32) bool { return false })
	b2, u2, _ := dense(t, c, func(w []int32) bool { return slices.Contains(w, channel) })
	return 1 - b2/b, 1 - u2/u
}

// Chains too large for rational numbers, and solved by iteration.
func TestWindowRemovalIterated(t *testing.T) {
	for _, c := range []struct {
		channels, order, paths int
		mean                   float64
	}{{8, 3, 3000, 5}, {20, 2, 2000, 4}, {4, 4, 2000, 30}, {12, 2, 300, 60}} {
		counts, err := NewWindowCounts(c.order, Options{})
		require.NoError(t, err)
		for _, p := range windowBenchPaths(c.channels, c.paths, c.mean, .2) {
			require.NoError(t, counts.Add(p))
		}
		chain, err := counts.Fit()
		require.NoError(t, err)
		require.Greater(t, len(chain.system.cyclic), directRows)
		removal := removeWindows(t, chain, RemovalOptions{})
		require.Positive(t, removal.Iterations())
		for i, channel := range chain.channels[:3] {
			conversion, value := denseEffects(t, chain, int32(i))
			e := removal.Effect(channel)
			// 1-b'/b of the oracle has an absolute error of a few roundings.
			require.InDelta(t, conversion, e.Conversion, 1e-14+e.ConversionBound)
			require.InDelta(t, value, e.Value, 1e-14+e.ValueBound)
		}
	}
}

// Every bound is one, however early the iteration stops. The reference comes from
// elimination and is within 1e-14, as other tests show.
func TestWindowCertificate(t *testing.T) {
	r := rand.New(rand.NewPCG(33, 1))
	chains := 3000
	if testing.Short() {
		chains = 300
	}
	checked, tight := 0, 0
	for range chains {
		rows := randomRows(r, 2+r.IntN(4), r.IntN(3) == 0)
		for range 1 + r.IntN(3) {
			rows = append(rows, randomRows(r, 2+r.IntN(4), false)...)
		}
		c, err := countWindows(t, 1+r.IntN(3), Options{Closed: CensorClosed}, rows...).Fit()
		if err != nil || c.converted == 0 || len(c.system.cyclic) == 0 {
			continue
		}
		exact := removeWindows(t, c, RemovalOptions{Tolerance: 1e-14})
		s := c.newRemovalSystem(RemovalOptions{Tolerance: math.Pow(10, -1-7*r.Float64())})
		sets := make([][]int32, min(width, len(c.channels)))
		for l := range sets {
			sets[l] = []int32{int32(l)}
		}
		p := s.redirected(s.having(sets), len(sets))
		// As solve does, without elimination.
		solver := &pullSolver{ctx: context.Background(), goals: s.goals, tolerance: s.options.Tolerance, weight: combine(s.goals)}
		p.sweep(p.first)
		solver.iterate(p)
		p.sweep(p.last)
		p.clamp()
		bounds := p.bound(s.goals)
		for g := range s.goals {
			values := s.goals[g].evaluate(p)
			for l := range sets {
				e := exact.effects[l]
				want, slop := e.Conversion, e.ConversionBound
				if g == 1 {
					want, slop = e.Value, e.ValueBound
				}
				off := math.Abs(values[l] - want)
				require.LessOrEqual(t, off, bounds[g][l]+slop)
				checked++
				if off > bounds[g][l]/10 && off > 1e-13 {
					tight++
				}
			}
		}
	}
	assert.Greater(t, checked, chains)
	assert.Greater(t, tight, checked/100, "bounds that nothing comes near prove nothing")
	t.Logf("%d bounds, of which %d less than ten times the error", checked, tight)
}

// The number of goroutines changes no bit.
func TestWindowRemovalParallelism(t *testing.T) {
	for _, v := range []Variant{Redirect, Renormalise, NeverTouch} {
		counts, err := NewWindowCounts(2, Options{})
		require.NoError(t, err)
		for _, p := range windowBenchPaths(30, 2000, 4, .2) {
			require.NoError(t, counts.Add(p))
		}
		chain, err := counts.Fit()
		require.NoError(t, err)
		want := removeWindows(t, chain, RemovalOptions{Variant: v, Parallelism: 1})
		require.Len(t, want.effects, 30)
		for _, n := range []int{0, 2, 3, 100} {
			got := removeWindows(t, chain, RemovalOptions{Variant: v, Parallelism: n})
			require.Equal(t, want.effects, got.effects)
			require.Equal(t, want.Iterations(), got.Iterations())
		}
	}
}

// Names decide on nothing but the order.
func TestWindowRemovalRenamed(t *testing.T) {
	rows := []row{{path: "a b c a b", conversions: 3, nulls: 2, value: 4}, {path: "b b a", nulls: 9}, {path: "c a", conversions: 1, value: 7}}
	renamed := []row{{path: "z y x z y", conversions: 3, nulls: 2, value: 4}, {path: "y y z", nulls: 9}, {path: "x z", conversions: 1, value: 7}}
	one, two := removeWindows(t, fitWindows(t, 2, rows...), RemovalOptions{}), removeWindows(t, fitWindows(t, 2, renamed...), RemovalOptions{})
	for from, to := range map[touchpoint.Channel]touchpoint.Channel{"a": "z", "b": "y", "c": "x"} {
		assert.InEpsilon(t, one.Effect(from).Conversion, two.Effect(to).Conversion, 1e-14)
	}
	assert.Equal(t, WindowEffect{}, one.Effect("z"))
}

func TestWindowRemovalErrors(t *testing.T) {
	c := fitWindows(t, 2, row{path: "a b a b c", conversions: 1, value: 2}, row{path: "b a b a b", nulls: 3})
	ctx := context.Background()
	for _, o := range []RemovalOptions{
		{Variant: 9},
		{Tolerance: -1},
		{Tolerance: math.NaN()},
		{Tolerance: math.Inf(1)},
		{Parallelism: -1},
	} {
		_, err := c.Removal(ctx, o)
		require.ErrorIs(t, err, ErrOption)
		_, err = c.RemovalOfSet(ctx, o, "a")
		require.ErrorIs(t, err, ErrOption)
		_, err = c.RemovalOfSequence(ctx, o, "a")
		require.ErrorIs(t, err, ErrOption)
	}
	joined := RemovalOptions{Variant: 9, Tolerance: -1, Parallelism: -1}.Validate()
	require.ErrorContains(t, joined, "Variant(9)")
	require.ErrorContains(t, joined, "tolerance")
	require.ErrorContains(t, joined, "parallelism")

	_, err := c.Removal(ctx, RemovalOptions{Tolerance: 1e-18})
	require.ErrorIs(t, err, ErrNotConverged)
	var stopped *NotConvergedError
	require.ErrorAs(t, err, &stopped)
	assert.Equal(t, 1e-18, stopped.Tolerance)
	assert.Greater(t, stopped.Reached, 1e-18)
	assert.Less(t, stopped.Reached, 1e-14)
	assert.ErrorContains(t, err, "markov: tolerance not reached: 1e-18 asked for, ")

	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = c.Removal(cancelled, RemovalOptions{})
	require.ErrorIs(t, err, context.Canceled)

	none := fitWindows(t, 2, row{path: "a b", nulls: 1})
	_, err = none.Removal(ctx, RemovalOptions{})
	require.ErrorIs(t, err, ErrNoConversions)
	_, err = none.RemovalOfSet(ctx, RemovalOptions{}, "a")
	require.ErrorIs(t, err, ErrNoConversions)
	_, err = none.RemovalOfSequence(ctx, RemovalOptions{}, "a", "b")
	require.ErrorIs(t, err, ErrNoConversions)
}

// A tolerance that iteration can reach only in twice the precision.
func TestWindowRemovalRefined(t *testing.T) {
	counts, err := NewWindowCounts(2, Options{})
	require.NoError(t, err)
	for _, p := range windowBenchPaths(20, 1000, 30, .3) {
		require.NoError(t, counts.Add(p))
	}
	chain, err := counts.Fit()
	require.NoError(t, err)
	fine := removeWindows(t, chain, RemovalOptions{Tolerance: 2e-15})
	assert.LessOrEqual(t, fine.Certificate(), 2e-15)
	rough := removeWindows(t, chain, RemovalOptions{Tolerance: 1e-6})
	assert.Less(t, rough.Iterations(), fine.Iterations())
	for channel, e := range fine.All() {
		assert.InDelta(t, e.Conversion, rough.Effect(channel).Conversion, rough.Effect(channel).ConversionBound)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	s := chain.newRemovalSystem(RemovalOptions{})
	_, err = s.remove(cancelled, [][]int32{{0}}, make([]WindowEffect, 1))
	require.ErrorIs(t, err, context.Canceled)
}

// Theta at orders 1 to 4 and at the order of the longest path: section 0, F2 of
// the project's notes on methods, where an independent program found them.
func TestPathDataOrders(t *testing.T) {
	data := sharedCSV(t, "pathdata.csv.gz")
	var d journey.Dictionary
	paths := make([]*journey.Counted, len(data))
	for i, r := range data {
		p := &journey.Counted{
			Dictionary:  &d,
			Conversions: int64(number(t, r[1])), Value: number(t, r[2]), Nulls: int64(number(t, r[3])),
		}
		for name := range strings.SplitSeq(r[0], " > ") {
			p.Channels = append(p.Channels, d.Code(touchpoint.Channel(name)))
		}
		paths[i] = p
	}
	for order, want := range map[int]float64{1: .2060, 2: .1855, 3: .1758, 4: .1704, 1000: .1651} {
		counts, err := NewWindowCounts(order, Options{})
		require.NoError(t, err)
		for _, p := range paths {
			require.NoError(t, counts.Add(p))
		}
		chain, err := counts.Fit()
		require.NoError(t, err)
		removal := removeWindows(t, chain, RemovalOptions{})
		assert.InDelta(t, want, removal.Effect("theta").Conversion, 0.5e-4, "order %d", order)
		t.Logf("order %d: %d states, %d transitions, %d passes, certificate %.1e",
			order, removal.States(), removal.Transitions(), removal.Iterations(), removal.Certificate())
	}
}
