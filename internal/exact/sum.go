package exact

import (
	"math"
	"math/bits"
)

const (
	// digitBits is the width of a digit. Digit i has the weight
	// 2^(digitBits*i - 1074): bit 0 of digit 0 is the smallest subnormal.
	digitBits = 32
	digitMask = 1<<digitBits - 1

	// addBits bounds what one value changes a limb by: less than 2^addBits. Add
	// puts up to 52 bits of a mantissa into one limb.
	addBits = 52
	// maxPending bounds how many values may be added between two passes of
	// carries. A carried limb is at most 2^32, so a limb stays within
	// maxPending * 2^addBits = 2^61, and those of two sums can be added.
	maxPending = 1 << 9

	// minBit is the exponent of the smallest subnormal, bit 0 of digit 0.
	minBit = -1074
)

// Sum is the exact sum of the float64 values added to it. The zero value is 0.
//
// A Sum must not be copied after first use: the copy would share its digits.
// Reading it (all methods with a result) concurrently is safe, changing it is
// not.
type Sum struct {
	limbs   []int64 // limbs[i] counts digit base+i; may be negative or above 2^32
	base    int32
	pending uint32 // values added since carries were propagated; < maxPending
}

// Add adds x. It panics if x is infinite or not a number.
func (s *Sum) Add(x float64) {
	b := math.Float64bits(x)
	off := b>>52&0x7ff - 1 // position of the lowest bit of x; wraps if subnormal or 0
	i := int(off>>5) - int(s.base)
	if off >= 0x7fe || i < 0 || i+2 > len(s.limbs) {
		s.addSlow(x)
		return
	}
	m := b&(1<<52-1) | 1<<52
	neg := int64(b) >> 63 // 0 or -1; d^neg-neg negates d if -1
	l := s.limbs[i : i+2 : i+2]
	l[0] += int64(uint32(m<<(off&31))) ^ neg - neg
	l[1] += int64(m>>(32-off&31)) ^ neg - neg
	if s.pending++; s.pending >= maxPending {
		s.carry()
	}
}

// addSlow is Add for every finite x, whatever the window.
func (s *Sum) addSlow(x float64) {
	m, off, neg := split(x)
	if m == 0 {
		return
	}
	s.addDigits([5]uint32{
		uint32(m << (off & 31)),
		uint32(m << (off & 31) >> digitBits),
		uint32(m >> (64 - off&31)),
	}, off>>5, neg)
}

// AddProduct adds x*n, exactly. It panics if x is infinite or not a number, or
// if n is negative.
func (s *Sum) AddProduct(x float64, n int64) {
	if n < 0 {
		panic("exact: negative factor")
	}
	m, off, neg := split(x)
	hi, lo := bits.Mul64(m, uint64(n))
	if hi|lo == 0 {
		return
	}
	sh := off & 31
	top := hi >> (64 - sh)
	hi, lo = hi<<sh|lo>>(64-sh), lo<<sh
	s.addDigits([5]uint32{
		uint32(lo), uint32(lo >> digitBits),
		uint32(hi), uint32(hi >> digitBits),
		uint32(top),
	}, off>>5, neg)
}

// split returns the integer m < 2^53 and the bit position off for which
// |x| = m * 2^(off+minBit), and neg = -1 if x is negative, else 0.
func split(x float64) (m uint64, off uint, neg int64) {
	b := math.Float64bits(x)
	e := uint(b >> 52 & 0x7ff)
	m = b & (1<<52 - 1)
	switch e {
	case 0x7ff:
		panic("exact: not a finite number")
	case 0:
		e = 1
	default:
		m |= 1 << 52
	}
	return m, e - 1, int64(b) >> 63
}

// addDigits adds the number with the digits d, the lowest of which is digit
// pos, after negating it if neg is -1.
func (s *Sum) addDigits(d [5]uint32, pos uint, neg int64) {
	n := len(d)
	for n > 0 && d[n-1] == 0 {
		n--
	}
	// Room for three digits at least: then the next value of about this size
	// takes the fast path of Add.
	s.widen(int(pos), int(pos)+max(n, 3))
	l := s.limbs[int(pos)-int(s.base):]
	for i, v := range d[:n] {
		l[i] += int64(v) ^ neg - neg
	}
	if s.pending++; s.pending >= maxPending {
		s.carry()
	}
}

// widen makes the window hold the digits lo to hi-1.
func (s *Sum) widen(lo, hi int) {
	base := int(s.base)
	if len(s.limbs) == 0 {
		s.limbs, s.base = make([]int64, hi-lo), int32(lo)
		return
	}
	if lo >= base && hi <= base+len(s.limbs) {
		return
	}
	lo, hi = min(lo, base), max(hi, base+len(s.limbs))
	limbs := make([]int64, hi-lo)
	copy(limbs[base-lo:], s.limbs)
	s.limbs, s.base = limbs, int32(lo)
}

// carry propagates carries: all limbs but the highest are then digits, and the
// highest is in [-2^31, 2^31).
func (s *Sum) carry() {
	s.limbs = carried(s.limbs)
	s.pending = 0
}

// carried propagates the carries in limbs, in place as far as the result fits.
func carried(limbs []int64) []int64 {
	if len(limbs) == 0 {
		return limbs
	}
	top := len(limbs) - 1
	var c int64
	for i, v := range limbs[:top] {
		v += c
		limbs[i], c = v&digitMask, v>>digitBits
	}
	v := limbs[top] + c
	for v != int64(int32(v)) {
		limbs[len(limbs)-1] = v & digitMask
		v >>= digitBits
		limbs = append(limbs, v)
	}
	limbs[len(limbs)-1] = v
	return limbs
}

// Merge adds what other holds. It does not change other, unless it is s.
func (s *Sum) Merge(other *Sum) {
	if len(other.limbs) == 0 {
		return
	}
	s.widen(int(other.base), int(other.base)+len(other.limbs))
	l := s.limbs[int(other.base)-int(s.base):]
	for i, v := range other.limbs {
		l[i] += v
	}
	if s.pending += other.pending + 1; s.pending >= maxPending {
		s.carry()
	}
}

// IsZero reports whether the sum is 0.
func (s *Sum) IsZero() bool {
	var buf [bufLimbs]int64
	digits, _, _ := s.magnitude(buf[:0])
	return len(digits) == 0
}

// magnitude returns the absolute value of the sum in digits, the lowest of
// which is digit base, and whether the sum is negative. Neither the first nor
// the last digit is 0; a sum of 0 has none. The digits use the memory of buf
// where it suffices.
func (s *Sum) magnitude(buf []int64) (digits []int64, base int, negative bool) {
	d := carried(append(buf[:0], s.limbs...))
	if len(d) > 0 && d[len(d)-1] < 0 {
		negative = true
		for i := range d {
			d[i] = -d[i]
		}
		d = carried(d)
	}
	for len(d) > 0 && d[len(d)-1] == 0 {
		d = d[:len(d)-1]
	}
	base = int(s.base)
	for len(d) > 0 && d[0] == 0 {
		d = d[1:]
		base++
	}
	return d, base, negative
}
