package attribution_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/markov"
	"github.com/cjm-go/cjm/touchpoint"
)

// A coverageChain generates journeys by a first-order chain. Row 0 is the start,
// rows 1 to 3 are the channels a, b and c. A row has the probabilities of the next
// channel, of a conversion and, with the rest, of a loss.
type coverageChain [4][5]float64

var coverageNames = [...]touchpoint.Channel{"a", "b", "c"}

// coverageValue is what a conversion after the state is worth on average.
var coverageValue = [...]float64{5, 10, 20, 40}

// journeys adds n journeys to the accumulators. The value of a conversion is
// uniform between 0 and twice its mean.
func (c *coverageChain) journeys(t *testing.T, rng *rand.Rand, dict *journey.Dictionary, customer uint64, n int, to ...attribution.Accumulator) {
	for range n {
		p := journey.Counted{Dictionary: dict, Customer: customer}
		at := 0
		for {
			x := rng.Float64()
			next := 0
			for next < len(c[at]) && x >= c[at][next] {
				x -= c[at][next]
				next++
			}
			if next < len(coverageNames) {
				p.Channels = append(p.Channels, dict.Code(coverageNames[next]))
				at = next + 1
				continue
			}
			if next == len(coverageNames) {
				p.Conversions, p.Value = 1, 2*coverageValue[at]*rng.Float64()
			} else {
				p.Nulls = 1
			}
			break
		}
		for _, a := range to {
			if err := a.Add(&p); err != nil {
				require.NoError(t, err)
			}
		}
	}
}

// flow returns, for one journey on average, how often it leaves each state and how
// it ends.
func (c *coverageChain) flow() (left []float64) {
	a := mat.NewDense(4, 4, nil)
	for i := range 4 {
		a.Set(i, i, 1)
		for j := range coverageNames {
			a.Set(j+1, i, a.At(j+1, i)-c[i][j]) // transposed
		}
	}
	var x mat.VecDense
	if err := x.SolveVec(a, mat.NewVecDense(4, []float64{1, 0, 0, 0})); err != nil {
		panic(err)
	}
	return x.RawVector().Data
}

// coverageTruth is what the numbers of a model tend to for one journey.
type coverageTruth struct{ conversions, share, value, effect, valueEffect [3]float64 }

// coverageMixed returns the truth for the Markov model and the last touch where the
// journeys come from several chains in equal parts: the removal effects are those of
// the chain that has their mean flows.
func coverageMixed(t *testing.T, chains ...coverageChain) (chained, last coverageTruth) {
	var mean coverageChain
	left := make([]float64, 4)
	for _, c := range chains {
		for i, n := range c.flow() {
			left[i] += n
			for j, p := range c[i] {
				mean[i][j] += n * p
			}
		}
	}
	transition, absorption := mat.NewDense(4, 4, nil), mat.NewDense(4, 2, nil)
	states := []markov.State{markov.Start}
	for _, name := range coverageNames {
		states = append(states, markov.At(name))
	}
	for i := range mean {
		lost := 1.0
		for j := range mean[i] {
			mean[i][j] /= left[i]
			lost -= mean[i][j]
		}
		for j := range coverageNames {
			transition.Set(i, j+1, mean[i][j])
		}
		absorption.Set(i, 0, mean[i][3])
		absorption.Set(i, 1, max(lost, 0))
	}
	chain, err := markov.New(transition, absorption, states)
	require.NoError(t, err)
	// What comes without a touch is not shared.
	var all, touched, touchedValue, sum, valueSum float64
	visits := chain.Visits()
	worth := make([]float64, 4) // of a journey in the state
	for i := range 4 {
		for j := range 4 {
			worth[i] += visits.At(i, j) * mean[j][3] * coverageValue[j]
		}
		all += visits.At(0, i) * mean[i][3]
		if i > 0 {
			touched += visits.At(0, i) * mean[i][3]
			touchedValue += visits.At(0, i) * mean[i][3] * coverageValue[i]
		}
	}
	for c := range coverageNames {
		last.conversions[c] = visits.At(0, c+1) * mean[c+1][3]
		last.share[c] = last.conversions[c] / all
		last.value[c] = last.conversions[c] * coverageValue[c+1]
	}
	for c := range coverageNames {
		hit := visits.At(0, c+1) / visits.At(c+1, c+1)
		b, err := chain.PConvert(states[c+1])
		require.NoError(t, err)
		chained.effect[c], chained.valueEffect[c] = hit*b/all, hit*worth[c+1]/worth[0]
		sum += chained.effect[c]
		valueSum += chained.valueEffect[c]
	}
	for c := range coverageNames {
		chained.conversions[c] = touched * chained.effect[c] / sum
		chained.share[c] = chained.conversions[c] / all
		chained.value[c] = touchedValue * chained.valueEffect[c] / valueSum
	}
	return chained, last
}

// coverage counts how often the intervals of a method hold the truth, by number.
type coverage struct {
	method  attribution.Model
	truth   coverageTruth
	numbers int // that have intervals
	held    [5]int
	of      int
}

// coverageOf returns the methods for chain and last touch in turn.
func coverageOf(t *testing.T, chains ...coverageChain) []*coverage {
	chained, last := coverageMixed(t, chains...)
	return []*coverage{
		{method: attribution.Delta{Model: attribution.Markov{}}, truth: chained, numbers: 5},
		{method: attribution.Delta{Model: attribution.LastTouch{}}, truth: last, numbers: 3},
		{method: attribution.Sandwich{Model: attribution.Markov{}}, truth: chained, numbers: 5},
		{method: attribution.Sandwich{Model: attribution.LastTouch{}}, truth: last, numbers: 3},
		{method: attribution.Bootstrap{Model: attribution.Markov{}, Replicates: 59}, truth: chained, numbers: 5},
		{method: attribution.Bootstrap{Model: attribution.LastTouch{}, Replicates: 59}, truth: last, numbers: 3},
	}
}

func (c *coverage) add(u *attribution.Uncertainty, journeys float64) {
	in := func(i int, e attribution.Estimate, x float64) {
		if e.Lo <= x && x <= e.Hi {
			c.held[i]++
		}
	}
	for i, name := range coverageNames {
		line, _ := u.Channel(name)
		in(0, line.Conversions, journeys*c.truth.conversions[i])
		in(1, line.Share, c.truth.share[i])
		in(2, line.Value, journeys*c.truth.value[i])
		if line.Removal != nil {
			in(3, line.Removal.Effect, c.truth.effect[i])
			in(4, line.Removal.ValueEffect, c.truth.valueEffect[i])
		}
		c.of++
	}
}

var coverageNumbers = [...]string{"conversions", "share", "value", "removal effect", "removal effect on value"}

// require says how often intervals of the nominal level .95 hold the truth.
func (c *coverage) require(t *testing.T, least, most float64) {
	t.Helper()
	for i, held := range c.held[:c.numbers] {
		rate := float64(held) / float64(c.of)
		t.Logf("%T of %s: 95 %% intervals of %s hold the truth in %.1f %%", c.method, c.method.Name(), coverageNumbers[i], 100*rate)
		assert.Truef(t, rate >= least && rate <= most, "%T of %s, %s: %.4f", c.method, c.method.Name(), coverageNumbers[i], rate)
	}
}

// coverageRun simulates as many samples as said, of which the bootstrap gets the
// first. Sample adds one to the accumulators.
func coverageRun(t *testing.T, methods []*coverage, samples, bootstraps int, journeys float64, sample func(to ...attribution.Accumulator)) {
	t.Helper()
	for i := range samples {
		var to []attribution.Accumulator
		for _, c := range methods {
			m := c.method
			if b, ok := m.(attribution.Bootstrap); ok {
				if i >= bootstraps {
					continue
				}
				b.Seed = uint64(i) // with one seed, what is drawn for a path is the same in all samples
				m = b
			}
			to = append(to, m.NewAccumulator())
		}
		sample(to...)
		for j, a := range to {
			u, err := attribution.UncertaintyOf(t.Context(), a)
			require.NoError(t, err)
			methods[j].add(u, journeys)
		}
	}
}

var coverageOne = coverageChain{
	{0.5, 0.3, 0.17, 0.01},
	{0.1, 0.3, 0.1, 0.1},
	{0.2, 0.05, 0.2, 0.15},
	{0.1, 0.25, 0.1, 0.3},
}

func TestCoverageOfIndependentJourneys(t *testing.T) {
	rng := rand.New(rand.NewPCG(32, 1))
	const journeys = 300
	samples, bootstraps := 1500, 300
	if testing.Short() {
		bootstraps = 0
	}
	dict := journey.NewDictionary(coverageNames[:]...)
	methods := coverageOf(t, coverageOne)
	coverageRun(t, methods, samples, bootstraps, journeys, func(to ...attribution.Accumulator) {
		coverageOne.journeys(t, rng, dict, 0, journeys, to...)
	})
	for _, c := range methods {
		if c.of > 0 {
			c.require(t, 0.93, 0.97)
		}
	}
}

// Two kinds of customers: for the second each channel leads to others and in the end
// to a conversion.
var coverageTwo = [2]coverageChain{
	{
		{0.8, 0.05, 0.1, 0.01},
		{0.2, 0.05, 0.1, 0.25},
		{0.1, 0.1, 0.1, 0.1},
		{0.1, 0.1, 0.1, 0.1},
	},
	{
		{0.05, 0.7, 0.2, 0.01},
		{0.1, 0.2, 0.2, 0.1},
		{0.05, 0.1, 0.2, 0.2},
		{0.05, 0.2, 0.05, 0.25},
	},
}

// TestCoverageOfCustomers: with eight journeys a customer, which are alike, the delta
// method, which takes journeys for independent, does not hold what it promises. The
// sandwich and the bootstrap over customers do.
func TestCoverageOfCustomers(t *testing.T) {
	rng := rand.New(rand.NewPCG(32, 2))
	const customers, each = 150, 8
	samples := 400
	if testing.Short() {
		samples = 150
	}
	dict := journey.NewDictionary(coverageNames[:]...)
	// The bootstrap of the chain would take most of the time.
	methods := slices.DeleteFunc(coverageOf(t, coverageTwo[:]...), func(c *coverage) bool {
		b, ok := c.method.(attribution.Bootstrap)
		return ok && (b.Model == attribution.Model(attribution.Markov{}) || testing.Short())
	})
	coverageRun(t, methods, samples, samples, customers*each, func(to ...attribution.Accumulator) {
		for c := range customers {
			coverageTwo[rng.IntN(2)].journeys(t, rng, dict, uint64(c+1), each, to...)
		}
	})
	for _, c := range methods {
		switch c.method.(type) {
		case attribution.Delta:
			c.require(t, 0.75, 0.92)
		default:
			c.require(t, 0.93, 0.97)
		}
	}
}
