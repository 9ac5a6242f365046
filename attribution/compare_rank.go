package attribution

import (
	"cmp"
	"math"
	"slices"
)

// Correlation is a rank correlation in [-1, 1]: 1 for the same order, -1 for the
// reverse.
//
// Spearman's is Pearson's correlation of the ranks, where channels with the same
// credit share the mean of their ranks. Kendall's is tau-b: of the pairs of
// channels, those in the same order less those in the reverse, over the
// geometric mean of the numbers of pairs that either model tells apart (Kendall,
// "The treatment of ties in ranking problems", Biometrika 33 (1945) 239-251).
// Shares that differ by no more than 1e-12 are the same: that much is rounding.
type Correlation struct {
	// Value is the correlation; 0 where it is not defined.
	Value float64
	// Defined is false where a model gives the same to all channels, so that
	// there is no order, or where there are fewer than two channels.
	Defined bool
}

// shareTie is the difference up to which shares are the same.
const shareTie = 1e-12

// ranks returns the rank of each share among all, times two so that means of
// ranks are whole numbers.
func ranks(shares []float64) []int {
	order := make([]int, len(shares))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(shares[i], shares[j]) })
	out := make([]int, len(shares))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && shares[order[to]]-shares[order[to-1]] <= shareTie {
			to++
		}
		for _, i := range order[from:to] {
			out[i] = from + to - 1 // the mean of from to to-1, times two
		}
		from = to
	}
	return out
}

// spearman returns the correlation of ranks, of which the mean is n-1.
func spearman(a, b []int) Correlation {
	mean := len(a) - 1
	var ab, aa, bb int64
	for i := range a {
		x, y := int64(a[i]-mean), int64(b[i]-mean)
		ab += x * y
		aa += x * x
		bb += y * y
	}
	return correlation(ab, aa, bb)
}

func kendall(a, b []int) Correlation {
	var ab, aa, bb int64
	for i := range a {
		for j := range i {
			x, y := int64(cmp.Compare(a[i], a[j])), int64(cmp.Compare(b[i], b[j]))
			ab += x * y
			aa += x * x
			bb += y * y
		}
	}
	return correlation(ab, aa, bb)
}

func correlation(ab, aa, bb int64) Correlation {
	if aa == 0 || bb == 0 {
		return Correlation{}
	}
	return Correlation{Value: float64(ab) / math.Sqrt(float64(aa)*float64(bb)), Defined: true}
}

func (c Correlation) json() *float64 {
	if !c.Defined {
		return nil
	}
	return &c.Value
}
