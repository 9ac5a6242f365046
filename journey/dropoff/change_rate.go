package dropoff

import "github.com/cjm-go/cjm/internal/stat"

// RateChange is how a rate differs between two groups.
type RateChange struct {
	// Before and After are the rates as the reports have them, with intervals of
	// the reports' level.
	Before, After Rate
	// Known says that both rates are. If not, all that follows is zero.
	Known bool
	// Difference is After - Before, and Lo to Hi its interval by Newcombe's hybrid
	// score method (1998, method 10). It is not adjusted for the number of steps.
	Difference, Lo, Hi float64
	// Test is the test of the hypothesis that both groups have the same rate. Where
	// it is NoTest, Statistic, P and Adjusted are zero and mean nothing.
	Test Test
	// Statistic is that of the chi-square test, with one degree of freedom; zero for
	// Fisher's, which has none.
	Statistic float64
	// P is the two-sided p-value, and Adjusted that for the number of steps tested,
	// see [CompareOptions].
	P, Adjusted float64
}

// minExpected is the expected count of a cell from which on the chi-square test is
// used (Cochran, "Some methods for strengthening the common chi-squared tests",
// Biometrics 10 (1954) 417-451).
const minExpected = 5

// changeOf compares two rates. One that is 1 by definition is not tested.
func changeOf(before, after Rate, level float64, byDefinition bool) RateChange {
	c := RateChange{Before: before, After: after, Known: before.Known && after.Known}
	if !c.Known {
		return c
	}
	c.Difference = after.Value - before.Value
	if byDefinition {
		return c
	}
	c.Lo, c.Hi = stat.Newcombe(before.K, before.N, after.K, after.N, level)
	if leastExpected(before, after) >= minExpected {
		c.Test = ChiSquare
		c.Statistic, c.P, _ = stat.ChiSquare2x2(before.K, before.N, after.K, after.N)
		return c
	}
	c.Test = FisherExact
	c.P = stat.FisherExact(before.K, before.N, after.K, after.N)
	return c
}

// leastExpected returns the least of the four counts expected if the rates were
// equal.
func leastExpected(before, after Rate) float64 {
	successes := before.K + after.K
	failures := before.N + after.N - successes
	return float64(min(before.N, after.N)) * (float64(min(successes, failures)) / float64(before.N+after.N))
}

// adjust sets the adjusted p-values of a family of changes.
func (a Adjustment) adjust(changes []*RateChange) {
	var p []float64
	var tested []*RateChange
	for _, c := range changes {
		if c.Test != NoTest {
			p, tested = append(p, c.P), append(tested, c)
		}
	}
	method := stat.Holm
	if a == BenjaminiHochberg {
		method = stat.BenjaminiHochberg
	}
	for i, q := range method(p) {
		tested[i].Adjusted = q
	}
}
