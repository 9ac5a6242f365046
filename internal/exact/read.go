package exact

import (
	"math"
	"math/big"
	"math/bits"
	"slices"
)

// bufLimbs suffices for every sum of fewer than 2^63 values and products.
const bufLimbs = 72

// Float64 returns the float64 nearest to the sum, ties to even. It is infinite
// if the sum is beyond the range of float64.
func (s *Sum) Float64() float64 {
	var buf [bufLimbs]int64
	digits, base, negative := s.magnitude(buf[:0])
	if len(digits) == 0 {
		return 0
	}
	digit := func(i int) uint64 {
		if i -= base; i < 0 || i >= len(digits) {
			return 0
		}
		return uint64(digits[i])
	}

	// The result keeps the 53 bits from bit low up, fewer if it is subnormal.
	last := len(digits) - 1
	high := digitBits*(base+last) + bits.Len64(uint64(digits[last])) - 1
	low := max(high-52, 0)
	if low > 2045 {
		return math.Inf(sign(negative))
	}
	i, sh := low/digitBits, low%digitBits
	m := (digit(i)|digit(i+1)<<digitBits)>>sh | digit(i+2)<<(2*digitBits-sh)
	// The exponent field is low+1, or 0 for a subnormal, and the leading bit of
	// m, if set, adds 1 to it.
	f := uint64(low)<<52 + m
	if low > 0 {
		half := low - 1
		i, sh := half/digitBits, half%digitBits
		below := digit(i) & (1<<sh - 1)
		for j := base; j < i && below == 0; j++ {
			below = digit(j)
		}
		if digit(i)>>sh&1 == 1 && (below != 0 || m&1 == 1) {
			f++ // may carry into the exponent, up to infinity
		}
	}
	x := math.Float64frombits(f)
	if negative {
		x = -x
	}
	return x
}

func sign(negative bool) int {
	if negative {
		return -1
	}
	return 1
}

// Rat sets dst to the sum and returns it. A nil dst is allocated.
func (s *Sum) Rat(dst *big.Rat) *big.Rat {
	if dst == nil {
		dst = new(big.Rat)
	}
	digits, base, negative := s.magnitude(nil)
	num, d := new(big.Int), new(big.Int)
	for _, v := range slices.Backward(digits) {
		num.Lsh(num, digitBits)
		num.Or(num, d.SetInt64(v))
	}
	if negative {
		num.Neg(num)
	}
	e := digitBits*base + minBit
	if e >= 0 {
		return dst.SetInt(num.Lsh(num, uint(e)))
	}
	return dst.SetFrac(num, d.Lsh(big.NewInt(1), uint(-e)))
}
