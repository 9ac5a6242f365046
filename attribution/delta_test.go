package attribution_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

func TestDeltaOfPathsIsTheJackknife(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 2))
	for i := range 40 {
		rows := intervalRows(rng, i%3 == 0)
		split := intervalSplit(rows)
		want := intervalJackknife(split, func(i int) uint64 { return uint64(i) }, intervalLinear)
		u := intervalOf(t, attribution.Delta{Model: attribution.Linear{}}, rows)
		requireSEs(t, want, u, rows)
		assert.EqualValues(t, len(split), u.Units())
		assert.Zero(t, u.Customers())
	}
}

// intervalDraw is one step of a journey: the state it left, and what came next.
type intervalDraw struct {
	from, to string
	value    float64
}

// intervalDraws counts the steps of the rows. To is a channel, or the way of ending.
func intervalDraws(rows []intervalRow) (draws []intervalDraw, counts []float64) {
	add := func(d intervalDraw) {
		i := slices.Index(draws, d)
		if i < 0 {
			i = len(draws)
			draws, counts = append(draws, d), append(counts, 0)
		}
		counts[i]++
	}
	for _, r := range rows {
		at := ""
		for _, c := range r.channels {
			add(intervalDraw{at, "channel " + c, 0})
			at = c
		}
		switch {
		case r.conversions > 0:
			add(intervalDraw{at, "converted", r.value})
		case r.nulls > 0:
			add(intervalDraw{at, "lost", 0})
		default:
			add(intervalDraw{at, "open", 0})
		}
	}
	return draws, counts
}

// TestDeltaOfChainIsTheDerivative: the numbers as functions of the counted steps,
// with journeys that are drawn from the rows of the chain step by step.
func TestDeltaOfChainIsTheDerivative(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 3))
	for i := range 60 {
		rows := intervalRows(rng, i%3 == 0)
		draws, counts := intervalDraws(intervalCensor(intervalSplit(rows)))
		journeys := 0.0
		for i, d := range draws {
			if d.from == "" {
				journeys += counts[i]
			}
		}
		const h = 1e-4
		want := map[string][]float64{}
		for at, n := range counts {
			slope := map[string][]float64{}
			for _, p := range []struct{ at, factor float64 }{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}} {
				moved := slices.Clone(counts)
				moved[at] += p.at * h
				for c, of := range intervalChain(draws, moved, journeys) {
					if slope[c] == nil {
						slope[c] = make([]float64, len(of.list()))
					}
					for j, x := range of.list() {
						slope[c][j] += p.factor * x / (12 * h)
					}
				}
			}
			for c, of := range slope {
				if want[c] == nil {
					want[c] = make([]float64, len(of))
				}
				for j, s := range of {
					want[c][j] += n * s * s
				}
			}
		}
		for _, of := range want {
			for j := range of {
				of[j] = math.Sqrt(of[j])
			}
		}
		requireSEs(t, want, intervalOf(t, attribution.Delta{Model: attribution.Markov{}}, rows), rows)
	}
}

// intervalChain computes the numbers of a Markov model for the given number of
// journeys from the rows of the chain alone. What a journey brings on the way to
// its end or to being open is found in the chain that has both; the removal effects
// in that of the ends.
func intervalChain(draws []intervalDraw, counts []float64, journeys float64) map[string]intervalNumbers {
	number := map[string]int{"": 0}
	var names []string
	for _, d := range draws {
		if _, ok := number[d.from]; !ok {
			names = append(names, d.from)
			number[d.from] = len(names)
		}
	}
	k := len(names) + 1
	solve := func(without int, open bool, brings func(d intervalDraw) float64) float64 {
		left := make([]float64, k)
		for i, d := range draws {
			if d.to != "open" || open {
				left[number[d.from]] += counts[i]
			}
		}
		a, b := mat.NewDense(k, k, nil), mat.NewVecDense(k, nil)
		for i := range k {
			a.Set(i, i, 1)
		}
		for i, d := range draws {
			from := number[d.from]
			if left[from] == 0 || d.to == "open" {
				continue
			}
			if len(d.to) > 8 && d.to[:8] == "channel " {
				if to := number[d.to[8:]]; to != without {
					a.Set(from, to, a.At(from, to)-counts[i]/left[from])
				}
			} else {
				b.SetVec(from, b.AtVec(from)+brings(d)*counts[i]/left[from])
			}
		}
		var x mat.VecDense
		if err := x.SolveVec(a, b); err != nil {
			panic(err)
		}
		return x.AtVec(0)
	}
	conversion := func(d intervalDraw) float64 {
		if d.to == "converted" {
			return 1
		}
		return 0
	}
	value := func(d intervalDraw) float64 { return d.value }
	touching := func(of func(intervalDraw) float64, touched bool) func(intervalDraw) float64 {
		return func(d intervalDraw) float64 {
			if (d.from != "") == touched {
				return of(d)
			}
			return 0
		}
	}
	all := journeys * solve(-1, true, conversion)
	touched := journeys * solve(-1, true, touching(conversion, true))
	touchedValue := journeys * solve(-1, true, touching(value, true))
	lines := map[string]intervalNumbers{string(journey.None): {
		conversions: journeys * solve(-1, true, touching(conversion, false)),
		value:       journeys * solve(-1, true, touching(value, false)),
	}}
	b, u := solve(-1, false, conversion), solve(-1, false, value)
	effects := map[string]intervalNumbers{}
	var sum intervalNumbers
	for i, c := range names {
		n := intervalNumbers{effect: 1 - solve(i+1, false, conversion)/b}
		if u > 0 {
			n.valueEffect = 1 - solve(i+1, false, value)/u
		}
		effects[c] = n
		sum.effect += n.effect
		sum.valueEffect += n.valueEffect
	}
	for c, n := range effects {
		n.conversions = touched * n.effect / sum.effect
		if sum.valueEffect > 0 {
			n.value = touchedValue * n.valueEffect / sum.valueEffect
		}
		lines[c] = n
	}
	return intervalScale(lines, all, 1)
}

// TestDeltaWithoutNulls: where the chain has converting journeys only, their number
// varies independently of it.
func TestDeltaWithoutNulls(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 4))
	for range 20 {
		rows := intervalRows(rng, false)
		only := slices.Clone(rows)
		for i := range only {
			only[i].nulls = 0
		}
		converted := intervalOf(t, attribution.Delta{Model: attribution.Markov{}}, only)
		got := intervalOf(t, attribution.Delta{Model: attribution.Markov{Nulls: attribution.ExcludeNulls}}, rows)
		result, err := intervalCount(t, attribution.Markov{Nulls: attribution.ExcludeNulls}, rows).Result()
		require.NoError(t, err)
		k, m := float64(result.Totals().Conversions), float64(result.Totals().Journeys)
		for channel, c := range result.All() {
			g, _ := got.Channel(channel)
			o, _ := converted.Channel(touchpoint.Channel(channel))
			variance := k * (1 - k/m)
			assert.InDelta(t, math.Sqrt(o.Conversions.SE*o.Conversions.SE+c.Share*c.Share*variance), g.Conversions.SE, 1e-9)
			assert.InDelta(t, math.Sqrt(o.Value.SE*o.Value.SE+c.Value/k*c.Value/k*variance), g.Value.SE, 1e-9)
			assert.InDelta(t, o.Share.SE, g.Share.SE, 1e-12)
		}
	}
}
