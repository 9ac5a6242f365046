package attribution_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// shares is a result of a model with the conversions given.
func shares(t *testing.T, model string, conversions map[touchpoint.Channel]float64) *attribution.Result {
	t.Helper()
	total, credits := 0., make(map[touchpoint.Channel]attribution.Credit)
	for channel, n := range conversions {
		credits[channel] = attribution.Credit{Conversions: n, Value: 2 * n}
		total += n
	}
	r, err := attribution.NewResult(model, attribution.Totals{Journeys: int64(total), Conversions: int64(total), Value: 2 * total}, credits)
	require.NoError(t, err)
	return r
}

func agreement(t *testing.T, a, b *attribution.Result) attribution.Agreement {
	t.Helper()
	for pair := range attribution.Compare(a, b).Pairs() {
		return pair
	}
	t.Fatal("no pair")
	return attribution.Agreement{}
}

// randomShares spreads 60 conversions over some of the channels a to f and the
// line of empty paths, with ties more often than not, and at times all alike.
func randomShares(t *testing.T, rng *rand.Rand) *attribution.Result {
	t.Helper()
	conversions := map[touchpoint.Channel]float64{}
	for range 10 {
		channel := touchpoint.Channel("abcdef"[rng.IntN(6):][:1])
		if rng.IntN(8) == 0 {
			channel = journey.None
		}
		conversions[channel] += 6
	}
	switch rng.IntN(8) {
	case 0:
		conversions = map[touchpoint.Channel]float64{"a": 30, "b": 30}
	case 1, 2, 3:
		conversions["g"] = 0
	}
	return shares(t, "random", conversions)
}

// The distance is the most by which the two can differ on a set of channels, of
// all 2^n: the definition of total variation.
func TestCompareDistance(t *testing.T) {
	rng := rand.New(rand.NewPCG(61, 1))
	names := []touchpoint.Channel{"a", "b", "c", "d", "e", "f", "g", journey.None}
	for range 200 {
		a, b := randomShares(t, rng), randomShares(t, rng)
		want := 0.
		for set := range 1 << len(names) {
			difference := 0.
			for i, name := range names {
				if set>>i&1 == 1 {
					x, _ := a.Credit(name)
					y, _ := b.Credit(name)
					difference += x.Share - y.Share
				}
			}
			want = max(want, difference)
		}
		require.InDelta(t, want, agreement(t, a, b).Distance, 1e-14)
		require.Equal(t, agreement(t, b, a).Distance, agreement(t, a, b).Distance)
		require.Zero(t, agreement(t, a, a).Distance)
	}
	one := shares(t, "one", map[touchpoint.Channel]float64{"a": 3})
	other := shares(t, "other", map[touchpoint.Channel]float64{"b": 5})
	assert.Equal(t, 1., agreement(t, one, other).Distance, "nothing in common")
}

// Rank correlations by their definitions, with the plainest loops.
func TestCompareRanks(t *testing.T) {
	rng := rand.New(rand.NewPCG(61, 2))
	undefined := 0
	for range 500 {
		a, b := randomShares(t, rng), randomShares(t, rng)
		var x, y []float64
		for _, name := range []touchpoint.Channel{"a", "b", "c", "d", "e", "f", "g"} {
			p, inA := a.Credit(name)
			q, inB := b.Credit(name)
			if inA || inB {
				x, y = append(x, p.Conversions), append(y, q.Conversions)
			}
		}
		got := agreement(t, a, b)
		for _, c := range []struct {
			want float64
			got  attribution.Correlation
		}{{pearson(meanRanks(x), meanRanks(y)), got.Spearman}, {tauB(x, y), got.Kendall}} {
			require.Equal(t, !math.IsNaN(c.want), c.got.Defined)
			if !c.got.Defined {
				require.Zero(t, c.got.Value)
				undefined++
				continue
			}
			require.InDelta(t, c.want, c.got.Value, 1e-14)
		}
		if self := agreement(t, a, a); self.Spearman.Defined {
			require.Equal(t, 1., self.Spearman.Value)
			require.Equal(t, 1., self.Kendall.Value)
		}
	}
	assert.Positive(t, undefined)
}

// meanRanks counts who is smaller; those alike share the mean of their places.
func meanRanks(x []float64) []float64 {
	ranks := make([]float64, len(x))
	for i := range x {
		for j := range x {
			switch {
			case x[j] < x[i]:
				ranks[i]++
			case x[j] == x[i] && i != j:
				ranks[i] += .5
			}
		}
	}
	return ranks
}

func pearson(x, y []float64) float64 {
	mean := func(x []float64) float64 {
		sum := 0.
		for _, v := range x {
			sum += v
		}
		return sum / float64(len(x))
	}
	mx, my := mean(x), mean(y)
	var xy, xx, yy float64
	for i := range x {
		xy += (x[i] - mx) * (y[i] - my)
		xx += (x[i] - mx) * (x[i] - mx)
		yy += (y[i] - my) * (y[i] - my)
	}
	return xy / math.Sqrt(xx*yy)
}

// tauB counts the pairs that agree and disagree, and those tied in one of the two.
func tauB(x, y []float64) float64 {
	var agree, disagree, tiedX, tiedY float64
	for i := range x {
		for j := range i {
			switch d, e := x[i]-x[j], y[i]-y[j]; {
			case d == 0 && e == 0:
			case d == 0:
				tiedX++
			case e == 0:
				tiedY++
			case d > 0 == (e > 0):
				agree++
			default:
				disagree++
			}
		}
	}
	return (agree - disagree) / math.Sqrt((agree+disagree+tiedX)*(agree+disagree+tiedY))
}

func TestCompareByHand(t *testing.T) {
	a := shares(t, "one", map[touchpoint.Channel]float64{"a": 10, "b": 20, "c": 30, "d": 40})
	reverse := shares(t, "two", map[touchpoint.Channel]float64{"a": 40, "b": 30, "c": 20, "d": 10})
	swapped := shares(t, "three", map[touchpoint.Channel]float64{"a": 20, "b": 10, "c": 30, "d": 40})
	flat := shares(t, "four", map[touchpoint.Channel]float64{"a": 25, "b": 25, "c": 25, "d": 25})
	minus := attribution.Correlation{Value: -1, Defined: true}
	assert.Equal(t, attribution.Agreement{Second: 1, Distance: .4, Spearman: minus, Kendall: minus}, round(agreement(t, a, reverse)))
	// 1 - 6*2/(4*15) and (5-1)/6.
	got := agreement(t, a, swapped)
	assert.InEpsilon(t, .8, got.Spearman.Value, 1e-15)
	assert.InEpsilon(t, 2./3, got.Kendall.Value, 1e-15)
	assert.Equal(t, attribution.Agreement{Second: 1, Distance: .2}, round(agreement(t, a, flat)), "no order")
}

// round drops the last bits of a distance, which is a sum.
func round(a attribution.Agreement) attribution.Agreement {
	a.Distance = math.Round(a.Distance*1e12) / 1e12
	return a
}

// Credits that are the same up to rounding are ties.
func TestCompareTiesByRounding(t *testing.T) {
	third := 100. / 3
	a := shares(t, "one", map[touchpoint.Channel]float64{"a": third, "b": math.Nextafter(third, 0), "c": math.Nextafter(third, 99)})
	b := shares(t, "two", map[touchpoint.Channel]float64{"a": 1, "b": 2, "c": 3})
	assert.False(t, agreement(t, a, b).Kendall.Defined)
	assert.False(t, agreement(t, a, b).Spearman.Defined)
}

func TestCompareEdges(t *testing.T) {
	none := attribution.Compare()
	assert.Empty(t, none.Models())
	for range none.All() {
		t.Error("no channel")
	}
	one := shares(t, "one", map[touchpoint.Channel]float64{"a": 3, journey.None: 1})
	for range attribution.Compare(one).Pairs() {
		t.Error("no pair")
	}
	self := agreement(t, one, one)
	assert.Equal(t, attribution.Agreement{Second: 1}, self, "one channel has no order, and the line of empty paths is none")
	for range attribution.Compare(one).All() {
		break
	}
}

func TestCompare(t *testing.T) {
	byName := attribute(t, strings.NewReader("path,conversions,value,nulls\na > b,4,8,0\n,4,8,8\n"), attribution.FirstTouch{}, attribution.Linear{}, attribution.Markov{})
	results := []*attribution.Result{byName["first"], byName["linear"], byName["markov"]}
	c := attribution.Compare(results...)
	assert.Equal(t, []string{"first", "linear", "markov"}, c.Models())
	c.Models()[0] = "changed"
	assert.Equal(t, "first", c.Models()[0])
	for range 2 { // what is handed out is a copy
		n := 0
		for channel, credits := range c.All() {
			n++
			require.Len(t, credits, len(results))
			for i, r := range results {
				want, ok := r.Credit(channel)
				require.True(t, ok)
				assert.Equal(t, want, credits[i])
				credits[i].Share = 9
				if removal := credits[i].Removal; removal != nil {
					removal.Effect = 9
				}
			}
		}
		assert.Equal(t, 3, n)
	}
	var pairs [][2]int
	for p := range c.Pairs() {
		pairs = append(pairs, [2]int{p.First, p.Second})
	}
	assert.Equal(t, [][2]int{{0, 1}, {0, 2}, {1, 2}}, pairs)
}

// Credits are whole numbers and shares are eighths, so that the text is the same
// everywhere.
func TestComparisonJSON(t *testing.T) {
	byName := attribute(t, strings.NewReader("path,conversions,value,nulls\na > b,4,8,0\nc > c,1,4,2\n,3,8,8\n"), attribution.FirstTouch{}, attribution.LastTouch{}, attribution.Linear{})
	flat := shares(t, "flat", map[touchpoint.Channel]float64{"a": 4, "b": 4, "c": 4, "(none)": 4})
	golden(t, "testdata/comparison.json", attribution.Compare(byName["first"], byName["last"], byName["linear"], flat))
}

// Distances obey the triangle inequality.
func TestCompareTriangle(t *testing.T) {
	rng := rand.New(rand.NewPCG(61, 3))
	for range 100 {
		c := attribution.Compare(randomShares(t, rng), randomShares(t, rng), randomShares(t, rng))
		var d []float64
		for p := range c.Pairs() {
			d = append(d, p.Distance)
		}
		require.Len(t, d, 3)
		require.LessOrEqual(t, d[0], d[1]+d[2]+1e-15)
		require.LessOrEqual(t, d[1], d[0]+d[2]+1e-15)
		require.LessOrEqual(t, d[2], d[0]+d[1]+1e-15)
	}
}
