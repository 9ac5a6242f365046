package dropoff

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// splitLogMean returns the parts of positive factors in the change of their product
// by the logarithmic mean, and their standard errors.
func splitLogMean(factors []factor) (parts, ses []float64) {
	logs := make([]float64, len(factors))
	// u is ln(R1/R0): summed, so that the parts sum to what they should.
	var u, varBefore, varAfter float64
	before, after := 1.0, 1.0
	for i, f := range factors {
		logs[i] = logRatio(f.after, f.before)
		u += logs[i]
		before *= f.before
		after *= f.after
		varBefore += f.varBefore
		varAfter += f.varAfter
	}
	middle := math.Sqrt(before) * math.Sqrt(after)
	mean := middle * sinhc(u/2)
	// The derivatives of mean by ln R1 and by ln R0.
	byAfter, byBefore := middle*meanSlope(u/2), middle*meanSlope(-u/2)
	for i, f := range factors {
		parts = append(parts, mean*logs[i])
		// c_k = mean l_k depends on ln s1_j by byAfter l_k, and mean more if j = k; on
		// ln s0_j by byBefore l_k, and mean less.
		a, b := byAfter*logs[i], byBefore*logs[i]
		variance := a*a*(varAfter-f.varAfter) + (a+mean)*(a+mean)*f.varAfter +
			b*b*(varBefore-f.varBefore) + (b-mean)*(b-mean)*f.varBefore
		ses = append(ses, math.Sqrt(max(variance, 0)))
	}
	return parts, ses
}

// logRatio returns ln(x/y) of positive numbers, accurate near 1, with the opposite
// sign if they are exchanged.
func logRatio(x, y float64) float64 {
	if d := x - y; math.Abs(d) <= min(x, y) {
		return 2 * math.Atanh(d/(x+y))
	}
	if x < y {
		return -math.Log(y / x)
	}
	return math.Log(x / y)
}

// seriesBelow is the argument below which power series are used: the terms that they leave
// out do not count there.
const seriesBelow = 1e-3

// sinhc returns sinh(x)/x.
func sinhc(x float64) float64 {
	if math.Abs(x) < seriesBelow {
		return 1 + x*x/6*(1+x*x/20)
	}
	return math.Sinh(x) / x
}

// meanSlope returns (exp(h) - sinhc(h)) / (2h). The logarithmic mean of R1 and R0 is
// sqrt(R0 R1) sinhc(h), h = ln(R1/R0)/2, and this is its derivative by ln R1 over
// the same root.
func meanSlope(h float64) float64 {
	if math.Abs(h) < seriesBelow {
		return 1./2 + h*(1./6+h*(1./12+h*(1./60+h/240)))
	}
	return (math.Exp(h) - sinhc(h)) / (2 * h)
}

// splitShapley returns the Shapley value of the factors in the change of their
// product. By the multilinear extension of that game (Owen, "Multilinear extensions
// of games", Management Science 18 (1972) 64-79) it is an integral over a polynomial
// of a degree one below the number of factors, for which half as many nodes of
// Gauss and Legendre are exact. All that is summed has one sign.
func splitShapley(factors []factor) []float64 {
	n := len(factors)
	// Always as many as the longest funnel needs: of the rules of gonum v0.17.0 not
	// all are right (that of 26 nodes lacks a weight), and this one is tested.
	var at, weight [MaxSteps / 2]float64
	quad.Legendre{}.FixedLocations(at[:], weight[:], 0, 1)
	parts := make([]float64, n)
	// below[k] is the product of the factors before k at a node.
	below := make([]float64, n)
	for i, t := range at {
		product := 1.0
		for k, f := range factors {
			below[k] = product
			product *= f.at(t)
		}
		product = weight[i]
		for k := n - 1; k >= 0; k-- {
			parts[k] += below[k] * product
			product *= factors[k].at(t)
		}
	}
	for k, f := range factors {
		parts[k] *= f.after - f.before
	}
	return parts
}

// at returns the factor on the way from before to after.
func (f factor) at(t float64) float64 { return (1-t)*f.before + t*f.after }
