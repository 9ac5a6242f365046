package dropoff

import "math"

// Probability is an estimate of a probability.
type Probability struct {
	// Value is the estimate, Variance the square of its standard error.
	Value, Variance float64
	// Lo and Hi bound the confidence interval. They are 0 and 1 where it is not
	// Known.
	Lo, Hi float64
	// Known says whether there is an interval. There is none while the estimate is 0
	// or 1: the data then do not show how far it may vary.
	Known bool
}

// estimated returns a probability with its interval on the log-minus-log scale,
//
//	p^exp(∓z σ/(p ln p)),
//
// where σ is the standard error and z the normal quantile. It is within [0, 1] by
// itself, and closer to its level in small samples than p ∓ zσ (Kalbfleisch and
// Prentice, The Statistical Analysis of Failure Time Data, 1980, section 1.3; for
// incidences Choudhury, Statistics in Medicine 21 (2002) 1129-1144).
func estimated(p, variance, z float64) Probability {
	e := Probability{Value: p, Variance: variance, Hi: 1}
	if p <= 0 || p >= 1 {
		return e
	}
	factor := math.Exp(z * math.Sqrt(variance) / (p * -math.Log(p)))
	e.Lo, e.Hi, e.Known = math.Pow(p, factor), math.Pow(p, 1/factor), true
	return e
}

// twofold is a number as the unevaluated sum of two float64, of which the second is
// at most half a unit in the last place of the first: about 106 bits. With it, a
// product or a sum over millions of steps is as good as rounded once (Dekker,
// Numerische Mathematik 18 (1971) 224-242).
type twofold struct{ hi, lo float64 }

// float returns the number rounded.
func (a twofold) float() float64 { return a.hi + a.lo }

// renormalized returns a + b, where |a| is not less than |b| unless it is 0.
func renormalized(a, b float64) twofold {
	s := a + b
	return twofold{s, b - (s - a)}
}

// plus returns a + b.
func (a twofold) plus(b twofold) twofold {
	s := a.hi + b.hi
	v := s - a.hi
	err := (a.hi - (s - v)) + (b.hi - v)
	return renormalized(s, err+(a.lo+b.lo))
}

// minus returns a - b.
func (a twofold) minus(b twofold) twofold { return a.plus(twofold{-b.hi, -b.lo}) }

// times returns a * x.
func (a twofold) times(x float64) twofold {
	p := a.hi * x
	return renormalized(p, math.FMA(a.lo, x, math.FMA(a.hi, x, -p)))
}

// over returns a / x.
func (a twofold) over(x float64) twofold {
	q := a.hi / x
	rest := math.FMA(-q, x, a.hi) + a.lo
	return renormalized(q, rest/x)
}

// fraction returns a * k/n.
func (a twofold) fraction(k, n int64) twofold {
	if k == 0 {
		return twofold{}
	}
	return a.times(float64(k)).over(float64(n))
}
