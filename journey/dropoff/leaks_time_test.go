package dropoff_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/journey/markov"
)

func leaksOfTimed(t testing.TB, paths []*journey.Counted) *dropoff.Leaks {
	t.Helper()
	counts, err := markov.NewCounts(markov.Options{Closed: markov.CensorClosed})
	require.NoError(t, err)
	dwell := new(dropoff.DwellCounts)
	addPaths(t, paths, counts, dwell)
	l, err := dropoff.NewLeaks(counts, dropoff.LeaksOptions{Dwell: dwell})
	require.NoError(t, err)
	return l
}

// requireTime requires the rational number of nanoseconds rounded.
func requireTime(t *testing.T, want *big.Rat, got time.Duration) {
	t.Helper()
	f, _ := want.Float64()
	require.InDelta(t, f, float64(got), math.Max(.5+1e-6, f*1e-12))
}

// chainRowOf returns the path as a row of the oracle.
func chainRowOf(p *journey.Counted) chainRow {
	row := chainRow{conversions: p.Conversions, nulls: p.Nulls, open: p.Opens, value: p.Value}
	for _, c := range p.Channels {
		row.path += string(p.Dictionary.Name(c)) + " "
	}
	return row
}

// The time to the end is that of the chain with dwell times, to the conversion that of
// the chain conditioned on the conversion.
func TestLeaksTimesAgainstRational(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 1))
	conversions := 0
	for trial := range trials(400) {
		d := new(journey.Dictionary)
		paths := randomTimed(r, 4, trial%2 == 0, 30*24*time.Hour, d)
		var rows []chainRow
		for _, p := range paths {
			rows = append(rows, chainRowOf(p))
		}
		o := newChainOracle(rows)
		sums := map[[2]markov.State][2]*big.Rat{} // n and sum
		add := func(from, to markov.State, n int64, dwell time.Duration) {
			if n == 0 {
				return
			}
			key := [2]markov.State{from, to}
			s, ok := sums[key]
			if !ok {
				s = [2]*big.Rat{new(big.Rat), new(big.Rat)}
			}
			s[0].Add(s[0], new(big.Rat).SetInt64(n))
			s[1].Add(s[1], new(big.Rat).Mul(new(big.Rat).SetInt64(n), new(big.Rat).SetInt64(int64(dwell))))
			sums[key] = s
		}
		for _, p := range paths {
			for i, c := range p.Channels {
				from := markov.At(d.Name(c))
				if i+1 < len(p.Channels) {
					add(from, markov.At(d.Name(p.Channels[i+1])), p.Conversions+p.Nulls+p.Opens, p.Ages[i]-p.Ages[i+1])
					continue
				}
				add(from, markov.Converted, p.Conversions, p.Ages[i])
				add(from, markov.Lost, p.Nulls, p.Ages[i])
			}
		}
		stay := func(c *chainOracle) func(markov.State) *big.Rat {
			return func(s markov.State) *big.Rat {
				sum := new(big.Rat)
				for to, p := range c.steps[s] {
					if dwell, ok := sums[[2]markov.State{s, to}]; ok {
						mean := new(big.Rat).Quo(dwell[1], dwell[0])
						sum.Add(sum, mean.Mul(mean, p))
					}
				}
				return sum
			}
		}
		x := o.solve(o.converted, stay(o))
		b := map[markov.State]*big.Rat{}
		for s := range x {
			b[s] = x[s][0]
		}
		conditioned := o.conditioned(b)
		y := conditioned.solve(stay(conditioned))

		l := leaksOfTimed(t, paths)
		require.NotContains(t, l.Warnings(), dropoff.ErrUntimed)
		for leak := range l.All() {
			require.True(t, leak.Timed && leak.ToEnd.Timed)
			requireTime(t, stay(o)(leak.State), leak.Dwell)
			requireTime(t, x[leak.State][1], leak.ToEnd.Time)
			require.Equal(t, leak.ToConversion.Known, leak.ToConversion.Timed)
			if leak.ToConversion.Timed {
				requireTime(t, y[leak.State][0], leak.ToConversion.Time)
				conversions++
			}
		}
	}
	assert.Greater(t, conversions, trials(300))
}

// The mean time from the start is what was counted, if all journeys have ended; and
// where it takes as long to any next state, the time to the conversion is the steps
// with the dwell times for 1.
func TestLeaksTimesByHand(t *testing.T) {
	d := new(journey.Dictionary)
	const h = time.Hour
	l := leaksOfTimed(t, []*journey.Counted{
		timedRow(chainRow{path: "a b", conversions: 3}, d, 5*h, 2*h),
		timedRow(chainRow{path: "a", nulls: 1}, d, 3*h),
		timedRow(chainRow{path: "b b", nulls: 2}, d, 4*h, 2*h),
		timedRow(chainRow{nulls: 4}, d),
	})
	start, _ := l.State(markov.Start)
	a, _ := l.State(markov.At("a"))
	b, _ := l.State(markov.At("b"))
	assert.Zero(t, start.Dwell)
	assert.True(t, start.Timed)
	assert.Equal(t, 3*h, a.Dwell)
	assert.Equal(t, 2*h, b.Dwell)
	assert.Equal(t, (15+3+8)*h/10, start.ToEnd.Time)
	// b: 7 visits, 3 convert, 2 repeat, 2 are lost; N_bb = 7/5.
	assert.Equal(t, 14*h/5, b.ToConversion.Time)
	assert.Equal(t, 3*h+14*h/5, a.ToConversion.Time)
}

// Journeys whose times are not known leave holes only where they went alone.
func TestLeaksUntimed(t *testing.T) {
	d := new(journey.Dictionary)
	l := leaksOfTimed(t, []*journey.Counted{
		timedRow(chainRow{path: "a", conversions: 1}, d, time.Hour),
		chainRow{path: "a", conversions: 7}.counted(d),
		chainRow{path: "b a", nulls: 1}.counted(d),
		timedRow(chainRow{path: "c", nulls: 1}, d, 0),
	})
	assert.Contains(t, l.Warnings(), dropoff.ErrUntimed)
	a, _ := l.State(markov.At("a"))
	assert.False(t, a.Timed || a.ToEnd.Timed, "lost after a")
	assert.Zero(t, a.ToEnd.Time)
	assert.True(t, a.ToConversion.Timed)
	assert.Equal(t, time.Hour, a.ToConversion.Time)
	b, _ := l.State(markov.At("b"))
	assert.False(t, b.Timed || b.ToEnd.Timed || b.ToConversion.Timed)
	c, _ := l.State(markov.At("c"))
	assert.True(t, c.Timed && c.ToEnd.Timed)
	assert.False(t, c.ToConversion.Known || c.ToConversion.Timed)
	start, _ := l.State(markov.Start)
	assert.True(t, start.Timed)
	assert.False(t, start.ToEnd.Timed || start.ToConversion.Timed)
}

func TestLeaksDwellOfOthers(t *testing.T) {
	d := new(journey.Dictionary)
	counts := countChain(t, markov.Options{}, chainRow{path: "a", conversions: 2, nulls: 1})
	for _, row := range []chainRow{{path: "a", conversions: 3}, {path: "b", nulls: 1}} {
		dwell := new(dropoff.DwellCounts)
		require.NoError(t, dwell.Add(timedRow(row, d, 1)))
		_, err := dropoff.NewLeaks(counts, dropoff.LeaksOptions{Dwell: dwell})
		require.ErrorIs(t, err, dropoff.ErrDwell)
	}
	// Transitions into a closed state, and out of it, are of the same journeys.
	l := leaksOfTimed(t, []*journey.Counted{
		timedRow(chainRow{path: "a", conversions: 1, nulls: 1}, d, 8),
		timedRow(chainRow{path: "a x x", open: 1}, d, 100, 50, 0),
	})
	a, _ := l.State(markov.At("a"))
	assert.EqualValues(t, 8, a.Dwell)
}

// A journey that hardly ever ends takes longer than a duration can say.
func TestLeaksLongestTime(t *testing.T) {
	d := new(journey.Dictionary)
	paths := []*journey.Counted{timedRow(chainRow{path: "a b a", conversions: 1}, d, 3, 2, 1)}
	for range 40 {
		p := timedRow(chainRow{path: "a b a", open: 1 << 50}, d, math.MaxInt64, math.MaxInt64/2, 0)
		paths = append(paths, p)
	}
	l := leaksOfTimed(t, paths)
	start, _ := l.State(markov.Start)
	assert.True(t, start.ToEnd.Timed)
	assert.Equal(t, time.Duration(math.MaxInt64), start.ToEnd.Time)
}
