package journey

import (
	"iter"
	"math/bits"
	"time"
)

// FlowTimes are durations that a [Flow] measured: between two touches, or from
// the first touch of a path to the last. They are exact. The zero value holds
// none.
type FlowTimes struct{ durations *Durations }

// Len returns how many durations there are. Where times of touches are not
// known, that is fewer than there are pairs of touches, or paths.
func (t FlowTimes) Len() int64 {
	if t.durations == nil {
		return 0
	}
	return t.durations.Len()
}

// All returns the distinct durations in ascending order and how often each is
// there.
func (t FlowTimes) All() iter.Seq2[time.Duration, int64] {
	if t.durations == nil {
		return func(func(time.Duration, int64) bool) {}
	}
	return t.durations.All()
}

// Quantile returns the smallest duration that at least the part p of them does
// not exceed: the shortest for 0, the median for 0.5, the longest for 1. It
// reports false if there are none, or p is not in [0, 1].
func (t FlowTimes) Quantile(p float64) (time.Duration, bool) {
	if t.durations == nil {
		return 0, false
	}
	return t.durations.Quantile(p)
}

// Mean returns the mean of the durations, rounded once to the nearest
// nanosecond, halves up. It reports false if there are none.
func (t FlowTimes) Mean() (time.Duration, bool) {
	n := uint64(t.Len())
	if n == 0 {
		return 0, false
	}
	var hi, lo, carry uint64 // no duration of a Flow is negative
	for d, count := range t.All() {
		h, l := bits.Mul64(uint64(d), uint64(count))
		lo, carry = bits.Add64(lo, l, 0)
		hi += h + carry
	}
	mean, rest := bits.Div64(hi, lo, n)
	if rest >= n-rest {
		mean++
	}
	return time.Duration(mean), true
}
