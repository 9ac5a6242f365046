package stat_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cjm-go/cjm/internal/stat"
)

// TestFisherPublished: the tea of Fisher, "The design of experiments" (1935), and the
// twins of his "The logic of inductive inference" (Journal of the Royal Statistical
// Society 98 (1935) 39-82), with the two-sided p-values of R's documentation of
// fisher.test.
func TestFisherPublished(t *testing.T) {
	assert.InDelta(t, .4857, stat.FisherExact(3, 4, 1, 4), 5e-5)
	assert.InDelta(t, .0005367, stat.FisherExact(2, 17, 10, 13), 5e-8)
}

// bigFisher adds the probabilities of the tables as integers: ties are exact.
func bigFisher(k1, n1, k2, n2 int64) float64 {
	k := k1 + k2
	tables := func(x int64) *big.Int {
		w := new(big.Int).Binomial(n1, x)
		return w.Mul(w, new(big.Int).Binomial(n2, k-x))
	}
	observed := tables(k1)
	extreme := new(big.Int)
	for x := max(0, k-n2); x <= min(n1, k); x++ {
		if w := tables(x); w.Cmp(observed) <= 0 {
			extreme.Add(extreme, w)
		}
	}
	p, _ := new(big.Rat).SetFrac(extreme, new(big.Int).Binomial(n1+n2, k)).Float64()
	return p
}

// TestFisherSmall: all tables of two groups of up to 9.
func TestFisherSmall(t *testing.T) {
	for n1 := range int64(10) {
		for n2 := range int64(10) {
			for k1 := range n1 + 1 {
				for k2 := range n2 + 1 {
					assert.InEpsilon(t, bigFisher(k1, n1, k2, n2), stat.FisherExact(k1, n1, k2, n2), 1e-14,
						"%d of %d, %d of %d", k1, n1, k2, n2)
				}
			}
		}
	}
}

// TestFisherExact: up to 300 trials a group, with p-values below 1e-100.
func TestFisherExact(t *testing.T) {
	r := newRand(3)
	smallest := 1.0
	for range 1500 {
		k1, n1, k2, n2 := proportions(r, 300)
		p := stat.FisherExact(k1, n1, k2, n2)
		assert.InEpsilon(t, bigFisher(k1, n1, k2, n2), p, 1e-13, "%d of %d, %d of %d", k1, n1, k2, n2)
		assert.InEpsilon(t, p, stat.FisherExact(k2, n2, k1, n1), 1e-13, "groups exchanged")
		assert.InEpsilon(t, p, stat.FisherExact(n1-k1, n1, n2-k2, n2), 1e-13, "successes and failures exchanged")
		smallest = min(smallest, p)
	}
	assert.Less(t, smallest, 1e-100, "extreme tables are among them")
}

// TestFisherLarge: the sum in 300 bits, over all tables whose probability is above
// 1e-40 of the most probable one's.
func TestFisherLarge(t *testing.T) {
	for _, c := range [][4]int64{
		{5_000_500, 1e7, 5_001_900, 1e7}, {50, 1e9, 93, 1e9}, {3, 1e9, 0, 1e3}, {400_300, 1e6, 198_000, 5e5},
	} {
		k1, n1, n2, k := c[0], c[1], c[3], c[0]+c[2]
		var weights []*big.Float
		at := -1
		mode := int64(float64(k) * (float64(n1) / float64(n1+n2)))
		for _, way := range []int64{-1, 1} {
			w := bigInt(1)
			for x := mode; w.Cmp(bigFloat(1e-40)) > 0; x += way {
				if x != mode || way == 1 {
					if x == k1 {
						at = len(weights)
					}
					weights = append(weights, w)
				}
				if way == 1 {
					w = quo(mul(mul(w, bigInt(k-x)), bigInt(n1-x)), mul(bigInt(x+1), bigInt(n2-k+x+1)))
				} else {
					w = quo(mul(mul(w, bigInt(x)), bigInt(n2-k+x)), mul(bigInt(k-x+1), bigInt(n1-x+1)))
				}
			}
		}
		all, extreme := bigInt(0), bigInt(0)
		limit := mul(weights[at], bigFloat(1+1e-9))
		for _, w := range weights {
			all.Add(all, w)
			if w.Cmp(limit) <= 0 {
				extreme.Add(extreme, w)
			}
		}
		assert.InEpsilon(t, float(quo(extreme, all)), stat.FisherExact(k1, n1, c[2], n2), 1e-11, "%v", c)
	}
}

func TestFisherEnds(t *testing.T) {
	const n = 1_000_000_000
	assert.EqualValues(t, 1, stat.FisherExact(0, 0, 3, 7), "an empty group")
	assert.EqualValues(t, 1, stat.FisherExact(0, n, 0, n), "no success")
	assert.EqualValues(t, 1, stat.FisherExact(n, n, n, n), "no failure")
	assert.EqualValues(t, 1, stat.FisherExact(5, 10, 5, 10), "the most probable table")
	assert.Zero(t, stat.FisherExact(0, n, n, n), "below the range of float64")
	assert.Zero(t, stat.FisherExact(n, n, 0, n))
	// One table on either side: 2/C(1074, 537) = 1.7e-322, a subnormal number.
	want := bigFisher(0, 537, 537, 537)
	assert.InDelta(t, want, stat.FisherExact(0, 537, 537, 537), math.SmallestNonzeroFloat64)
	assert.Positive(t, want)
}

func BenchmarkFisherExact(b *testing.B) {
	for _, c := range []struct {
		name           string
		k1, n1, k2, n2 int64
	}{{"20", 3, 10, 9, 10}, {"2e6", 500_000, 1e6, 500_900, 1e6}, {"2e9", 5e8, 1e9, 500_010_000, 1e9}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				stat.FisherExact(c.k1, c.n1, c.k2, c.n2)
			}
		})
	}
}
