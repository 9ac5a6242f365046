package markov

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/cjm-go/cjm/journey"
)

// The first outputs of SplitMix64 with seed 0, as in the test of
// java.util.SplittableRandom's C version by Vigna (splitmix64.c).
func TestMix(t *testing.T) {
	assert.Equal(t, uint64(0xe220a8397b1dcdaf), mix(0))
	assert.Equal(t, uint64(0x6e789e6aa1b965f4), mix(0x9e3779b97f4a7c15))
}

func TestPathHash(t *testing.T) {
	d := journey.NewDictionary("a", "ab", "b", "bc", "c")
	seen := map[uint64]bool{}
	for _, codes := range [][]journey.Code{{}, {0}, {2}, {0, 2}, {2, 0}, {1}, {0, 3}, {1, 4}, {0, 2, 4}, {0, 0}} {
		h := pathHash(d, codes)
		assert.False(t, seen[h], "%v", codes)
		seen[h] = true
		other := journey.NewDictionary("c", "bc", "ab", "b", "a")
		for i, c := range codes {
			codes[i] = other.Code(d.Name(c))
		}
		assert.Equal(t, h, pathHash(other, codes))
	}
}

// chiSquared checks counts against equal shares at the 1e-4 level.
func chiSquared(t *testing.T, counts []int64, msg string) {
	t.Helper()
	var n, x float64
	for _, c := range counts {
		n += float64(c)
	}
	mean := n / float64(len(counts))
	for _, c := range counts {
		x += (float64(c) - mean) * (float64(c) - mean) / mean
	}
	assert.Greater(t, distuv.ChiSquared{K: float64(len(counts) - 1)}.Survival(x), 1e-4, msg)
}

func TestFoldOf(t *testing.T) {
	for _, folds := range []int{2, 7, 10} {
		for seed := range uint64(3) {
			o := OrderOptions{Folds: folds, Seed: seed}
			counts := make([]int64, folds)
			moved := 0
			for customer := range uint64(20_000) {
				f := foldOf(customer+1, o)
				counts[f]++
				o2 := o
				o2.Seed += 100
				if foldOf(customer+1, o2) != f {
					moved++
				}
			}
			chiSquared(t, counts, "folds")
			assert.InDelta(t, 1-1/float64(folds), float64(moved)/20_000, 0.02, "another seed is another division")
		}
	}
}

func TestScatter(t *testing.T) {
	r := rand.New(rand.NewPCG(37, 1))
	for _, n := range []int64{0, 1, 63, 64, 65, 1000, 1 << 40, 1<<63 - 1} {
		dst := []int64{99, 99, 99, 99, 99}
		scatter(dst, n, r)
		sum := int64(0)
		for _, k := range dst {
			require.GreaterOrEqual(t, k, int64(0))
			sum += k
		}
		require.Equal(t, n, sum)
		if n >= 1000 && n <= 1<<40 {
			chiSquared(t, dst, "one large count")
		}
	}
	// Both ways of dividing are multinomial: mean n/F, variance n/F (1-1/F).
	for _, n := range []int64{50, 80} {
		const folds, runs = 5, 20_000
		var sum, squares [folds]float64
		dst := make([]int64, folds)
		for range runs {
			scatter(dst, n, r)
			for f, k := range dst {
				sum[f] += float64(k)
				squares[f] += float64(k * k)
			}
		}
		for f := range folds {
			mean := sum[f] / runs
			variance := squares[f]/runs - mean*mean
			expected := float64(n) / folds * (1 - 1./folds)
			assert.InDelta(t, float64(n)/folds, mean, 5*1.8*2/140, "n %d fold %d", n, f)
			assert.InEpsilon(t, expected, variance, 0.06, "n %d fold %d", n, f)
		}
	}
}

func TestDivide(t *testing.T) {
	rows := []orderRowIn{
		{row{"a b", 40, 40, 10, 0}, 0},
		{row{"a b", 2, 1, 0, 0}, 5},
		{row{"a", 0, 3, 0, 0}, 5},
		{row{"a", 0, 3, 0, 0}, 6},
	}
	folds := func(o OrderOptions) (byPath map[string]map[int]int64) {
		c := countOrders(t, o, rows...)
		byPath = map[string]map[int]int64{}
		for f, parts := range c.divide() {
			for _, p := range parts {
				_, codes := c.paths[p.path].decode(nil)
				key := ""
				for _, code := range codes {
					key += string(c.recoder.Dictionary().Name(code))
				}
				if byPath[key] == nil {
					byPath[key] = map[int]int64{}
				}
				byPath[key][f] += p.conversions + p.nulls + p.opens
			}
		}
		return byPath
	}
	byPath := folds(OrderOptions{FoldBy: ByPath})
	assert.Len(t, byPath["ab"], 1)
	assert.Len(t, byPath["a"], 1)
	byJourney := folds(OrderOptions{FoldBy: ByJourney})
	assert.Len(t, byJourney["ab"], 10, "93 journeys in 10 folds")
	o := OrderOptions{}
	byCustomer := folds(o)
	five, six := foldOf(5, o.withDefaults()), foldOf(6, o.withDefaults())
	require.NotEqual(t, five, six)
	assert.Equal(t, map[int]int64{five: 3, six: 3}, byCustomer["a"])
	assert.LessOrEqual(t, len(byCustomer["ab"]), 3, "rows without a customer stay whole")
	assert.GreaterOrEqual(t, byCustomer["ab"][five], int64(3))
}
