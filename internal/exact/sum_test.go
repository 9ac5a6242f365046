package exact

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// anyFinite returns a float64 with uniform bits, or one of the edges.
func anyFinite(r *rand.Rand) float64 {
	edges := [...]float64{
		0, math.Copysign(0, -1), math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64,
		0x1p-1022, 0x1p-1022 - math.SmallestNonzeroFloat64, math.MaxFloat64, -math.MaxFloat64, 1, -1, 1e308,
	}
	switch r.IntN(4) {
	case 0:
		return edges[r.IntN(len(edges))]
	case 1: // subnormal
		return math.Float64frombits(r.Uint64() &^ (0x7ff << 52))
	}
	for {
		if x := math.Float64frombits(r.Uint64()); !math.IsNaN(x) && !math.IsInf(x, 0) {
			return x
		}
	}
}

// money returns an amount such as a shop reports.
func money(r *rand.Rand) float64 {
	return math.Round(r.Float64()*1e6) / 100
}

func addRat(dst *big.Rat, x float64, n int64) {
	y := new(big.Rat).SetFloat64(x)
	dst.Add(dst, y.Mul(y, new(big.Rat).SetInt64(n)))
}

// checkLimbs verifies the bound that keeps limbs from overflowing.
func checkLimbs(t *testing.T, s *Sum) {
	t.Helper()
	require.Less(t, s.pending, uint32(maxPending))
	bound := (int64(s.pending) + 1) << addBits
	for i, l := range s.limbs {
		require.LessOrEqual(t, l, bound, "limb %d", i)
		require.GreaterOrEqual(t, l, -bound, "limb %d", i)
	}
}

// checkSum compares a sum with the rational number that it should be.
func checkSum(t *testing.T, want *big.Rat, s *Sum) {
	t.Helper()
	require.Zero(t, want.Cmp(s.Rat(nil)), "want %v, got %v", want, s.Rat(nil))
	f, _ := want.Float64()
	require.Equal(t, f, s.Float64())
	require.Equal(t, want.Sign() == 0, s.IsZero())
	checkLimbs(t, s)

	b, err := s.AppendBinary(nil)
	require.NoError(t, err)
	var back Sum
	rest, err := back.Decode(b)
	require.NoError(t, err)
	require.Empty(t, rest)
	require.Zero(t, want.Cmp(back.Rat(nil)))
	checkLimbs(t, &back)
	again, err := back.AppendBinary(nil)
	require.NoError(t, err)
	require.Equal(t, b, again)
}

func TestSumAgainstRat(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 3000 {
		draw := anyFinite
		if r.IntN(2) == 0 {
			draw = money
		}
		var s Sum
		want := new(big.Rat)
		var seen []float64
		for range r.IntN(12) {
			x, n := draw(r), int64(1)
			if len(seen) > 0 && r.IntN(3) == 0 {
				x = -seen[r.IntN(len(seen))] // cancels
			}
			seen = append(seen, x)
			if r.IntN(3) == 0 {
				n = r.Int64() >> r.IntN(64)
				s.AddProduct(x, n)
			} else {
				s.Add(x)
			}
			addRat(want, x, n)
			if r.IntN(8) == 0 {
				s.carry()
			}
			checkLimbs(t, &s)
		}
		checkSum(t, want, &s)
	}
}

func TestSumRounding(t *testing.T) {
	const ulp = 0x1p-52
	for _, c := range []struct {
		reason string
		add    []float64
		want   float64
	}{
		{"nothing", nil, 0},
		{"naive addition loses the 1", []float64{1e300, 1, -1e300}, 1},
		{"half an ulp above an even mantissa goes down", []float64{1, ulp / 2}, 1},
		{"half an ulp above an odd mantissa goes up", []float64{1 + ulp, ulp / 2}, 1 + 2*ulp},
		{"a hair above the half goes up", []float64{1, ulp / 2, math.SmallestNonzeroFloat64}, 1 + ulp},
		{"a hair below the half goes down", []float64{1 + ulp, ulp / 2, -math.SmallestNonzeroFloat64}, 1 + ulp},
		{"rounding carries into the exponent", []float64{2 - ulp, ulp / 2}, 2},
		{"negative ties go to even too", []float64{-1 - ulp, -ulp / 2}, -1 - 2*ulp},
		{"subnormals add exactly", []float64{0x1p-1074, 0x1p-1074, 0x1p-1074}, 3 * 0x1p-1074},
		{"subnormal becomes normal", []float64{0x1p-1022 - 0x1p-1074, 0x1p-1074}, 0x1p-1022},
		{"largest", []float64{math.MaxFloat64, 0x1p969}, math.MaxFloat64},
		{"half an ulp above the largest", []float64{math.MaxFloat64, 0x1p970}, math.Inf(1)},
		{"above the range", []float64{math.MaxFloat64, math.MaxFloat64}, math.Inf(1)},
		{"below the range", []float64{-math.MaxFloat64, -math.MaxFloat64}, math.Inf(-1)},
		{"back in the range", []float64{math.MaxFloat64, math.MaxFloat64, -math.MaxFloat64}, math.MaxFloat64},
		{"cancelled", []float64{0.1, -0.1}, 0},
		{"no negative zero", []float64{math.Copysign(0, -1)}, 0},
	} {
		var s Sum
		for _, x := range c.add {
			s.Add(x)
		}
		assert.Equal(t, math.Float64bits(c.want), math.Float64bits(s.Float64()), c.reason)
	}
}

func TestAddProductExtremes(t *testing.T) {
	var s Sum
	s.AddProduct(math.MaxFloat64, math.MaxInt64)
	want := new(big.Rat)
	addRat(want, math.MaxFloat64, math.MaxInt64)
	require.Zero(t, want.Cmp(s.Rat(nil)))
	assert.Equal(t, math.Inf(1), s.Float64())
	s.AddProduct(-math.MaxFloat64, math.MaxInt64)
	assert.True(t, s.IsZero())
	s.AddProduct(1, 0)
	s.AddProduct(0, 1)
	assert.True(t, s.IsZero())
}

// extreme returns a sum with limbs as large as values can make them between two
// passes of carries, and what it stands for.
func extreme(neg int64) (*Sum, *big.Rat) {
	s := &Sum{base: 30, limbs: make([]int64, 6), pending: maxPending - 1}
	value := new(big.Rat)
	for i := range s.limbs {
		l := int64(maxPending) << addBits
		s.limbs[i] = l ^ neg - neg
		v := new(big.Rat).SetInt64(s.limbs[i])
		scale := new(big.Rat).SetFloat64(math.Ldexp(1, digitBits*(int(s.base)+i)+minBit))
		value.Add(value, v.Mul(v, scale))
	}
	return s, value
}

func TestCarryAtLimit(t *testing.T) {
	for _, neg := range []int64{0, -1} {
		for _, x := range []float64{0x1.fffffffffffffp40, -0x1.fffffffffffffp40} {
			s, want := extreme(neg)
			s.Add(x)
			addRat(want, x, 1)
			assert.Zero(t, s.pending, "the limit triggers the carries")
			checkSum(t, want, s)
		}
		for _, negOther := range []int64{0, -1} {
			s, want := extreme(neg)
			other, v := extreme(negOther)
			s.Merge(other)
			assert.Zero(t, s.pending, "the limit triggers the carries")
			checkSum(t, want.Add(want, v), s)
		}
	}
}

func TestOrderAndSharding(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 100 {
		xs := make([]float64, 1+r.IntN(60))
		for i := range xs {
			xs[i] = anyFinite(r)
		}
		var first []byte
		for range 6 {
			r.Shuffle(len(xs), func(i, j int) { xs[i], xs[j] = xs[j], xs[i] })
			shards := make([]Sum, 1+r.IntN(5))
			for _, x := range xs {
				shards[r.IntN(len(shards))].Add(x)
			}
			var total Sum
			for _, i := range r.Perm(len(shards)) {
				before, err := shards[i].AppendBinary(nil)
				require.NoError(t, err)
				total.Merge(&shards[i])
				after, err := shards[i].AppendBinary(nil)
				require.NoError(t, err)
				require.Equal(t, before, after, "Merge changed its argument")
				checkLimbs(t, &total)
			}
			b, err := total.AppendBinary(nil)
			require.NoError(t, err)
			if first == nil {
				first = b
			}
			require.Equal(t, first, b)
		}
	}
}

func TestMergeSelf(t *testing.T) {
	var s Sum
	s.Add(0.1)
	for range 40 {
		s.Merge(&s)
		checkLimbs(t, &s)
	}
	want := new(big.Rat)
	addRat(want, 0.1, 1<<40)
	checkSum(t, want, &s)
}

func TestMoneyStaysSmall(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	var s Sum
	for range 100_000 {
		s.Add(money(r))
	}
	assert.LessOrEqual(t, len(s.limbs), 6)
	assert.Zero(t, testing.AllocsPerRun(100, func() { s.Add(12.34) }))
	assert.Zero(t, testing.AllocsPerRun(100, func() { s.AddProduct(12.34, 7) }))
}

func TestAddPanics(t *testing.T) {
	var s Sum
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		assert.Panics(t, func() { s.Add(x) })
		assert.Panics(t, func() { s.AddProduct(x, 0) })
	}
	assert.Panics(t, func() { s.AddProduct(1, -1) })
	assert.True(t, s.IsZero())
}

func BenchmarkAdd(b *testing.B) {
	r := rand.New(rand.NewPCG(4, 4))
	xs := make([]float64, 4096)
	for i := range xs {
		xs[i] = money(r)
	}
	b.Run("naive", func(b *testing.B) {
		var sum float64
		i := 0
		for b.Loop() {
			sum += xs[i&4095]
			i++
		}
		_ = sum
	})
	b.Run("exact", func(b *testing.B) {
		var s Sum
		i := 0
		for b.Loop() {
			s.Add(xs[i&4095])
			i++
		}
	})
	b.Run("product", func(b *testing.B) {
		var s Sum
		i := 0
		for b.Loop() {
			s.AddProduct(xs[i&4095], int64(i&7))
			i++
		}
	})
}

func BenchmarkFloat64(b *testing.B) {
	r := rand.New(rand.NewPCG(5, 5))
	var s Sum
	for range 1000 {
		s.Add(money(r))
	}
	for b.Loop() {
		s.Float64()
	}
}
