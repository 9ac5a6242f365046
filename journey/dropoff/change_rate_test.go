package dropoff

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cjm-go/cjm/internal/stat"
)

func rate(k, n int64) Rate { return rateOf(k, n, DefaultLevel) }

// TestChangeOfTest: the test depends on the least expected count: exactly five of
// each still has the chi-square test.
func TestChangeOfTest(t *testing.T) {
	for _, c := range []struct {
		before, after Rate
		want          Test
	}{
		{rate(5, 10), rate(5, 10), ChiSquare},   // 5 of each expected
		{rate(5, 10), rate(4, 10), FisherExact}, // 4.5 successes
		{rate(5, 10), rate(6, 10), FisherExact}, // 4.5 failures
		{rate(0, 10), rate(10, 10), ChiSquare},
		{rate(0, 1e9), rate(9, 1e9), FisherExact},
		{rate(0, 1e9), rate(10, 1e9), ChiSquare},
		{rate(500, 1000), rate(3, 5), FisherExact},
		{rate(0, 1000), rate(0, 1000), FisherExact},
		{rate(9, 9), rate(1000, 1000), FisherExact},
	} {
		got := changeOf(c.before, c.after, .95, false)
		assert.Equal(t, c.want, got.Test, "%+v", c)
		assert.True(t, got.Known)
		b, a := c.before, c.after
		if c.want == ChiSquare {
			x, p, _ := stat.ChiSquare2x2(b.K, b.N, a.K, a.N)
			assert.Equal(t, x, got.Statistic)
			assert.Equal(t, p, got.P)
		} else {
			assert.Zero(t, got.Statistic)
			assert.Equal(t, stat.FisherExact(b.K, b.N, a.K, a.N), got.P)
		}
		lo, hi := stat.Newcombe(b.K, b.N, a.K, a.N, .95)
		assert.Equal(t, [3]float64{a.Value - b.Value, lo, hi}, [3]float64{got.Difference, got.Lo, got.Hi})
		assert.Equal(t, [2]Rate{b, a}, [2]Rate{got.Before, got.After})
	}
}

func TestChangeOfUnknown(t *testing.T) {
	for _, c := range [][2]Rate{{rate(0, 0), rate(1, 2)}, {rate(1, 2), rate(0, 0)}, {rate(0, 0), rate(0, 0)}} {
		assert.Equal(t, RateChange{Before: c[0], After: c[1]}, changeOf(c[0], c[1], .95, false))
	}
	b, a := rate(7, 7), rate(9, 9)
	assert.Equal(t, RateChange{Before: b, After: a, Known: true}, changeOf(b, a, .95, true), "by definition")
}

// TestChangeOfExchanged: with the groups exchanged the difference is turned round,
// and the tests say the same.
func TestChangeOfExchanged(t *testing.T) {
	r := newChangeRand(1)
	for range 300 {
		n := []int64{1 + r.Int64N(30), 1 + r.Int64N(3000)}
		b, a := rate(r.Int64N(n[0]+1), n[0]), rate(r.Int64N(n[1]+1), n[1])
		there, back := changeOf(b, a, .9, false), changeOf(a, b, .9, false)
		assert.Equal(t, there.Difference, -back.Difference)
		assert.Equal(t, there.Lo, -back.Hi)
		assert.Equal(t, there.Hi, -back.Lo)
		assert.Equal(t, there.Test, back.Test)
		assert.InDelta(t, there.Statistic, back.Statistic, 1e-14*there.Statistic)
		assert.InDelta(t, there.P, back.P, 1e-12*there.P)
		assert.True(t, there.Lo <= there.Difference && there.Difference <= there.Hi)
		for _, x := range []float64{there.Difference, there.Lo, there.Hi, there.P} {
			assert.False(t, math.IsNaN(x))
		}
	}
}

// TestAdjust: what is not tested is not in the family.
func TestAdjust(t *testing.T) {
	p := []float64{.01, .04, .03}
	family := func() []*RateChange {
		return []*RateChange{
			{Known: true},
			{Known: true, Test: ChiSquare, P: p[0]},
			{},
			{Known: true, Test: FisherExact, P: p[1]},
			{Known: true, Test: ChiSquare, P: p[2]},
		}
	}
	adjusted := func(a Adjustment) (q []float64) {
		f := family()
		a.adjust(f)
		for _, c := range f {
			q = append(q, c.Adjusted)
		}
		return q
	}
	assert.InDeltaSlice(t, []float64{0, .03, 0, .06, .06}, adjusted(Holm), 1e-15)
	assert.InDeltaSlice(t, []float64{0, .03, 0, .04, .04}, adjusted(BenjaminiHochberg), 1e-15)
}
