package stat

import "math/bits"

// fisherTie is the relative difference up to which two tables are taken to be
// equally probable. It is above the rounding error of the weights for up to 10^9
// trials, which is below 3e-10, and far below the differences that there are
// between tables of few trials.
const fisherTie = 1e-9

// FisherExact returns the two-sided p-value of Fisher's exact test that k1 of n1
// and k2 of n2 have the same probability: the sum of the probabilities of all
// tables with these margins that are no more probable than the one observed, where
// those within a relative 1e-9 of it count as equal to it. It is 1 where a margin
// is 0, and 0 where it is below the range of float64.
//
// No probability is computed by factorials: those of neighbouring tables have a
// simple ratio, and starting from the most probable one, the walk to either side
// ends where what is left no longer counts. The time is proportional to the
// standard deviation of k1 given the margins.
func FisherExact(k1, n1, k2, n2 int64) float64 {
	h := newHypergeometric(n1, n2, k1+k2)
	observed := h.weight(k1)
	if observed == 0 {
		return 0
	}
	limit := observed * (1 + fisherTie)
	if peak <= limit {
		return 1
	}
	above, aboveExtreme := h.tail(upwards, limit)
	below, belowExtreme := h.tail(downwards, limit)
	return min(1, (aboveExtreme+belowExtreme)/(peak+above+below))
}

const (
	// peak is the weight of the most probable table, so small that the sum of all is
	// within the range of float64. Weights below least are so much smaller that even
	// 2^63 of them make a p-value below that range.
	peak  = 0x1p960
	least = 0x1p-200
	// negligible is the part of a sum below which the rest of it is left out.
	negligible = 0x1p-60
)

// hypergeometric is the distribution of the number x of successes among the first
// n1 of n1+n2 trials, successes of which succeed. The weights of the x are in
// proportion to their probabilities.
type hypergeometric struct {
	n1, successes int64
	// spare is n2 - successes: of the other n2 trials, spare + x fail.
	spare int64
	mode  int64
}

func newHypergeometric(n1, n2, successes int64) hypergeometric {
	// The mode is floor((n1+1)(successes+1) / (n1+n2+2)); it is in the support.
	hi, lo := bits.Mul64(uint64(n1)+1, uint64(successes)+1)
	mode, _ := bits.Div64(hi, lo, uint64(n1)+uint64(n2)+2)
	return hypergeometric{n1: n1, successes: successes, spare: n2 - successes, mode: int64(mode)}
}

// The ways to walk along the support.
const (
	upwards   = +1
	downwards = -1
)

// ratio returns the weight of x+way over that of x. Beyond the support it is 0.
func (h *hypergeometric) ratio(x, way int64) float64 {
	if way == downwards {
		return float64(x) * float64(h.spare+x) / (float64(h.successes-x+1) * float64(h.n1-x+1))
	}
	return float64(h.successes-x) * float64(h.n1-x) / (float64(x+1) * float64(h.spare+x+1))
}

// weight returns that of x, or 0 if it is below least.
func (h *hypergeometric) weight(x int64) float64 {
	way := int64(upwards)
	if x < h.mode {
		way = downwards
	}
	w := float64(peak)
	for at := h.mode; at != x; at += way {
		w *= h.ratio(at, way)
		if w < least {
			return 0
		}
	}
	return w
}

// tail returns the sum of the weights on one side of the mode, and of those among
// them that are at most limit.
func (h *hypergeometric) tail(way int64, limit float64) (all, extreme float64) {
	w := float64(peak)
	for x := h.mode; ; x += way {
		ratio := h.ratio(x, way)
		// The ratios fall from here on, so that what is left is less than a
		// geometric series.
		if ratio == 0 || w <= limit && w*ratio <= (1-ratio)*extreme*negligible {
			return all, extreme
		}
		w *= ratio
		all += w
		if w <= limit {
			extreme += w
		}
	}
}
