package stat

import (
	"cmp"
	"slices"
)

// Holm returns the p-values of a family of tests adjusted by the step-down method
// of Holm, "A simple sequentially rejective multiple test procedure", Scandinavian
// Journal of Statistics 6 (1979) 65-70: of the i-th smallest of m,
//
//	max over j <= i of min(1, (m-j+1) p_(j)).
//
// To reject where it is at most alpha keeps the probability of any false rejection
// at alpha, however the tests depend on each other. The result is in the order of
// p, which does not change.
func Holm(p []float64) []float64 {
	adjusted := make([]float64, len(p))
	least := 0.0
	for i, at := range ascending(p) {
		least = max(least, min(1, float64(len(p)-i)*p[at]))
		adjusted[at] = least
	}
	return adjusted
}

// BenjaminiHochberg returns the p-values of a family of tests adjusted by the
// step-up method of Benjamini and Hochberg, "Controlling the false discovery rate",
// Journal of the Royal Statistical Society B 57 (1995) 289-300: of the i-th
// smallest of m,
//
//	min over j >= i of min(1, m p_(j) / j).
//
// To reject where it is at most alpha keeps the expected part of false rejections
// among all at alpha if the tests are independent or positively dependent. The
// result is in the order of p, which does not change.
func BenjaminiHochberg(p []float64) []float64 {
	adjusted := make([]float64, len(p))
	most := 1.0
	for i, at := range slices.Backward(ascending(p)) {
		most = min(most, float64(len(p))/float64(i+1)*p[at])
		adjusted[at] = most
	}
	return adjusted
}

// ascending returns the places of the p-values from the smallest up.
func ascending(p []float64) []int {
	places := make([]int, len(p))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(i, j int) int { return cmp.Compare(p[i], p[j]) })
	return places
}
