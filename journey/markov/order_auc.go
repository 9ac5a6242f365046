package markov

import (
	"math/big"
	"math/bits"
	"slices"
)

// orderScore is the last window of some journeys: with a held-out score, and how the
// journeys ended.
type orderScore struct {
	// The score is up/down: (R+1/2)/(R+D+1), both times two.
	up, down uint64
	orderEnds
}

// compareScore compares the scores exactly.
func compareScore(a, b orderScore) int {
	ahi, alo := bits.Mul64(a.up, b.down)
	bhi, blo := bits.Mul64(b.up, a.down)
	switch {
	case ahi == bhi && alo == blo:
		return 0
	case ahi < bhi || ahi == bhi && alo < blo:
		return -1
	}
	return 1
}

// heldOutPairs scores each journey that ended in part by the share of conversions
// among the journeys that ended in the same window outside of part,
// (R+1/2)/(R+D+1). It returns in how many pairs of a converted and a lost journey
// of part the converted one has the higher score, ties half, and the number of
// pairs: the Mann-Whitney statistic, whose ratio is the area under the ROC curve.
func heldOutPairs(all, part *orderTally) (wins, pairs float64) {
	ends := make([]orderScore, 0, len(part.stops))
	var converted, lost uint64
	for _, s := range part.stops {
		e, rest := part.ends[s], all.ends[s]
		rest.converted -= e.converted
		rest.lost -= e.lost
		ends = append(ends, orderScore{
			up: 2*uint64(rest.converted) + 1, down: 2 * (uint64(rest.total()) + 1),
			orderEnds: e,
		})
		converted += uint64(e.converted)
		lost += uint64(e.lost)
	}
	if converted == 0 || lost == 0 {
		return 0, 0
	}
	slices.SortFunc(ends, compareScore)
	// Twice the wins, in 128 bits: at most 2*converted*lost < 2^126.
	var hi, lo uint64
	below := uint64(0) // lost journeys with a lower score
	for i := 0; i < len(ends); {
		var c, l uint64
		tie := ends[i]
		for ; i < len(ends) && compareScore(tie, ends[i]) == 0; i++ {
			c += uint64(ends[i].converted)
			l += uint64(ends[i].lost)
		}
		h, w := bits.Mul64(c, 2*below+l)
		var carry uint64
		lo, carry = bits.Add64(lo, w, 0)
		hi, _ = bits.Add64(hi, h, carry)
		below += l
	}
	wins = float128(hi, lo) / 2
	hi, lo = bits.Mul64(converted, lost)
	return wins, float128(hi, lo)
}

// float128 returns the float64 nearest to hi*2^64 + lo.
func float128(hi, lo uint64) float64 {
	if hi == 0 {
		return float64(lo)
	}
	n := new(big.Int).SetUint64(hi)
	n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(lo))
	f, _ := n.Float64()
	return f
}
