package markov

import (
	"context"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/internal/gth"
)

func TestVariantText(t *testing.T) {
	for v, text := range map[Variant]string{Redirect: "redirect", Renormalise: "renormalise", NeverTouch: "never-touch"} {
		assert.Equal(t, text, v.String())
		b, err := v.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, text, string(b))
		var back Variant
		require.NoError(t, back.UnmarshalText(b))
		assert.Equal(t, v, back)
	}
	assert.Equal(t, "Variant(3)", Variant(3).String())
	_, err := Variant(3).MarshalText()
	require.ErrorIs(t, err, ErrOption)
	v := NeverTouch
	require.ErrorIs(t, v.UnmarshalText([]byte("Redirect")), ErrOption)
	err = v.UnmarshalText([]byte("bypass"))
	require.ErrorIs(t, err, ErrOption)
	assert.ErrorContains(t, err, "every effect would be 0")
	assert.Equal(t, NeverTouch, v)
}

// avoiding returns the conversions, the value and all ends of journeys that do not
// come to the states, as parts of all journeys.
func (o *oracle) avoiding(lost func(window []string) bool) (conversion, value, ends *big.Rat) {
	w := o.withoutAll(lost)
	end := func(s State) *big.Rat { return new(big.Rat).Add(o.p(s, Converted), o.p(s, Lost)) }
	x := w.solve(w.to(Converted), w.valueOf, end)[slices.Index(w.states, Start)]
	return x[0], x[1], x[2]
}

// renormalised returns the chain without the states, the probabilities of whose
// transitions go to the others in proportion. What then leads to no end is
// lost.
func (o *oracle) renormalised(lost func(window []string) bool) *oracle {
	w := &oracle{steps: map[State]map[State]*big.Rat{}, value: map[State]*big.Rat{}}
	counts := map[State]map[State]int64{} // 1 for each transition left
	for _, s := range o.states {
		if s != Start && lost(windowOf(s)) {
			continue
		}
		total := new(big.Rat)
		w.steps[s], counts[s] = map[State]*big.Rat{}, map[State]int64{}
		for to, p := range o.steps[s] {
			if to.kind == kindChannel && lost(windowOf(to)) {
				continue
			}
			w.steps[s][to] = new(big.Rat).Set(p)
			counts[s][to] = 1
			total.Add(total, p)
		}
		w.value[s] = new(big.Rat)
		if total.Sign() > 0 {
			for _, p := range w.steps[s] {
				p.Quo(p, total)
			}
			w.value[s].Quo(o.value[s], total)
		}
	}
	for _, s := range o.states {
		if counts[s] != nil && (s == Start || leadsToEnd(counts, s, map[State]bool{})) {
			w.states = append(w.states, s)
		}
	}
	if !leadsToEnd(counts, Start, map[State]bool{}) {
		w.steps[Start], w.value[Start] = nil, new(big.Rat)
	}
	return w
}

// rateLost returns 1 - rate/all, 1 where there is no rate.
func rateLost(part, whole, all *big.Rat) *big.Rat {
	one := big.NewRat(1, 1)
	if whole.Sign() == 0 {
		return one
	}
	q := new(big.Rat).Quo(part, whole)
	return one.Sub(one, q.Quo(q, all))
}

// The signed variants agree with elimination in rational numbers, for single
// channels and for sets.
func TestWindowVariantsOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 1))
	checked, negative, all := 0, 0, 0
	for range 60 {
		rows := randomRows(r, 4, r.IntN(2) == 0)
		for order := 1; order <= 3; order++ {
			c, err := countWindows(t, order, Options{Closed: CensorClosed}, rows...).Fit()
			if err != nil || c.converted == 0 {
				continue
			}
			o := windowOracle(rows, order)
			b, u := o.start()
			for range 4 {
				var set []string
				channels := c.Channels()
				r.Shuffle(len(channels), func(i, j int) { channels[i], channels[j] = channels[j], channels[i] })
				channels = channels[:min(len(channels), 1+r.IntN(2))]
				for _, channel := range channels {
					set = append(set, string(channel))
				}
				lost := func(w []string) bool {
					return slices.ContainsFunc(w, func(s string) bool { return slices.Contains(set, s) })
				}
				conversion, value, ends := o.avoiding(lost)
				e, err := c.RemovalOfSet(context.Background(), RemovalOptions{Variant: NeverTouch}, channels...)
				require.NoError(t, err)
				requireWithin(t, rateLost(conversion, ends, b), e.Conversion, e.ConversionBound, 1e-11)
				if u.Sign() > 0 {
					requireWithin(t, rateLost(value, ends, u), e.Value, e.ValueBound, 1e-11)
				}
				if ends.Sign() == 0 {
					all++
				}

				conversion, value = o.renormalised(lost).start()
				e, err = c.RemovalOfSet(context.Background(), RemovalOptions{Variant: Renormalise}, channels...)
				require.NoError(t, err)
				requireWithin(t, rateLost(conversion, big.NewRat(1, 1), b), e.Conversion, e.ConversionBound, 1e-11)
				if u.Sign() > 0 {
					requireWithin(t, rateLost(value, big.NewRat(1, 1), u), e.Value, e.ValueBound, 1e-11)
				}
				if e.Conversion < 0 {
					negative++
				}

				o2 := o.withoutAll(lost)
				wantC, wantV := o.effects(o2)
				e, err = c.RemovalOfSet(context.Background(), RemovalOptions{}, channels...)
				require.NoError(t, err)
				requireWithin(t, wantC, e.Conversion, e.ConversionBound, 1e-12)
				requireWithin(t, wantV, e.Value, e.ValueBound, 1e-12)
				checked++
			}
		}
	}
	assert.Greater(t, checked, 300)
	assert.Positive(t, negative)
	assert.Positive(t, all, "no set that every journey touches")
}

// Signed variants of chains that are solved by iteration.
func TestWindowVariantsIterated(t *testing.T) {
	counts, err := NewWindowCounts(2, Options{})
	require.NoError(t, err)
	for _, p := range windowBenchPaths(20, 2000, 4, .2) {
		require.NoError(t, counts.Add(p))
	}
	c, err := counts.Fit()
	require.NoError(t, err)
	require.Greater(t, len(c.system.cyclic), directRows)
	never := removeWindows(t, c, RemovalOptions{Variant: NeverTouch})
	again := removeWindows(t, c, RemovalOptions{Variant: Renormalise})
	require.LessOrEqual(t, never.Certificate(), DefaultTolerance)
	require.LessOrEqual(t, again.Certificate(), DefaultTolerance)
	b, u, _ := dense(t, c, func([]int32) bool { return false })
	for i, channel := range c.channels[:5] {
		lost := func(w []int32) bool { return slices.Contains(w, int32(i)) }
		b2, u2, ends := dense(t, c, lost)
		e := never.Effect(channel)
		require.InDelta(t, 1-b2/ends/b, e.Conversion, 1e-13+e.ConversionBound)
		require.InDelta(t, 1-u2/ends/u, e.Value, 1e-13+e.ValueBound)

		b2, u2 = denseRenormalised(t, c, lost)
		e = again.Effect(channel)
		require.InDelta(t, 1-b2/b, e.Conversion, 1e-13+e.ConversionBound)
		require.InDelta(t, 1-u2/u, e.Value, 1e-13+e.ValueBound)
	}
}

// denseRenormalised eliminates the chain without some windows. States that lead
// to no end then are given one, which is not a conversion.
func denseRenormalised(t *testing.T, c *WindowChain, out func(window []int32) bool) (conversion, value float64) {
	t.Helper()
	n := c.States()
	off, exit, x := make([]float64, n*n), make([]float64, n), make([]float64, 2*n)
	for j := range n {
		exit[j] = c.convert[j] + c.lose[j]
		x[2*j], x[2*j+1] = c.convert[j], c.worth[j]
		if out(c.window(nil, int32(j))) {
			continue
		}
		for e := c.ptr[j]; e < c.ptr[j+1]; e++ {
			off[int(c.pred[e])*n+j] = c.count[e]
		}
	}
	for _, j := range gth.Closed(n, off, exit) {
		exit[j] = 1
	}
	f, err := gth.Factorize(n, off, exit)
	require.NoError(t, err)
	require.NoError(t, f.Solve(x, 2))
	return x[0], x[1]
}
