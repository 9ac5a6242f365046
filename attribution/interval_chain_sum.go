package attribution

import (
	"github.com/cjm-go/cjm/journey/markov"
)

// chainVariance adds up the squares of the influences that independent units, such
// as customers, have on all numbers of a Markov model.
type chainVariance struct {
	*chainInfluence
	*variances
	t        *tally
	excluded bool      // journeys without conversion are not in the chain
	shares   []float64 // by channel

	// Totals: conversions and their value, by whether a channel was touched.
	journeys                float64
	touched, none           float64
	touchedValue, noneValue float64

	credits, slopes []float64 // scratch, by channel
}

// influence is what a unit moves: the totals, by whether a channel was touched, and
// by channel the removal effects.
type influence struct {
	touched, none float64
	effect        []float64
}

// chainUnit is a number of alike units. The conversions of each are worth some v,
// and its influence on values is value + v*slope.
type chainUnit struct {
	n           float64
	conversions influence
	value       influence
	slope       *influence // nil for zeros
	w, s        float64    // the sum of v, and of its squares
}

// newChainVariance fits the chain.
func newChainVariance(t *tally, counts *markov.Counts) (*chainVariance, *flows, error) {
	chain, err := counts.Fit()
	if err != nil {
		return nil, nil, err
	}
	f := newFlows(counts, chain.States())
	g, err := newChainInfluence(t, chain, f.left)
	if err != nil {
		return nil, nil, err
	}
	v := &chainVariance{
		chainInfluence: g, variances: newVariances(t.size()+1, true), t: t,
		excluded: counts.Options().Nulls == markov.ExcludeNulls,
		journeys: float64(t.all.journeys()),
		touched:  float64(t.all.conversions - t.none.conversions), none: float64(t.none.conversions),
		touchedValue: t.touchedValue(), noneValue: t.none.value.Float64(),
		credits: make([]float64, len(g.codes)), slopes: make([]float64, len(g.codes)),
	}
	for _, e := range g.conversions.effect {
		share := 0.0
		if e > 0 {
			share = v.touched * (e / g.conversions.sum) / v.all()
		}
		v.shares = append(v.shares, share)
	}
	return v, f, nil
}

// all returns the number of conversions.
func (v *chainVariance) all() float64 { return v.touched + v.none }

// valued reports whether the chain knows removal effects on the value.
func (v *chainVariance) valued() bool { return v.chainInfluence.value.at[0] > 0 }

// newInfluence returns an influence of zeros.
func (v *chainVariance) newInfluence() influence {
	return influence{effect: make([]float64, len(v.codes))}
}

// add adds the squares of n units.
func (v *chainVariance) add(u *chainUnit) {
	if u.n == 0 {
		return
	}
	all := u.conversions.touched + u.conversions.none
	v.chainInfluence.conversions.credit(v.credits, u.conversions.effect, v.touched, u.conversions.touched)
	for c, code := range v.codes {
		a := v.credits[c]
		s := (a - v.shares[c]*all) / v.all()
		r := u.conversions.effect[c]
		v.variances.conversions[code] += u.n * a * a
		v.variances.share[code] += u.n * s * s
		v.variances.effect[code] += u.n * r * r
	}
	line := v.t.size()
	a := u.conversions.none
	s := (a - v.none/v.all()*all) / v.all()
	v.variances.conversions[line] += u.n * a * a
	v.variances.share[line] += u.n * s * s

	none := u.value.none
	if u.slope == nil {
		v.variances.value[line] += u.n * none * none
	} else {
		v.variances.value[line] += u.square(none, u.slope.none)
	}
	if !v.valued() {
		return
	}
	v.chainInfluence.value.credit(v.credits, u.value.effect, v.touchedValue, u.value.touched)
	if u.slope == nil {
		for c, code := range v.codes {
			a, r := v.credits[c], u.value.effect[c]
			v.variances.value[code] += u.n * a * a
			v.variances.valueEffect[code] += u.n * r * r
		}
		return
	}
	v.chainInfluence.value.credit(v.slopes, u.slope.effect, v.touchedValue, u.slope.touched)
	for c, code := range v.codes {
		v.variances.value[code] += u.square(v.credits[c], v.slopes[c])
		v.variances.valueEffect[code] += u.square(u.value.effect[c], u.slope.effect[c])
	}
}

// square returns the sum of (a + b*v)^2 over the units.
func (u *chainUnit) square(a, b float64) float64 {
	return u.n*a*a + 2*a*b*u.w + b*b*u.s
}

// spreadConversions adds what the credits vary because the number of conversions
// does, for a chain whose journeys all convert.
func (v *chainVariance) spreadConversions(r *Result) {
	k := float64(r.totals.Conversions)
	variance := k * (1 - k/v.journeys)
	for channel, c := range r.All() {
		line := v.t.size()
		if code, ok := v.t.dict().Lookup(channel); ok {
			line = int(code)
		}
		v.variances.conversions[line] += c.Share * c.Share * variance
		v.variances.value[line] += c.Value / k * (c.Value / k) * variance
	}
}

// step adds to the unit's influence that of a step from state i to state j.
func (v *chainVariance) step(u *chainUnit, i, j int) {
	v.chainInfluence.conversions.step(u.conversions.effect, i, j)
	if v.valued() {
		v.chainInfluence.value.step(u.value.effect, i, j)
	}
}

// end adds that of an end after state i without conversion.
func (v *chainVariance) end(u *chainUnit, i int) {
	v.chainInfluence.conversions.end(u.conversions.effect, i)
	if v.valued() {
		v.chainInfluence.value.end(u.value.effect, i)
	}
}

// worth adds what a conversion after state i has in addition to an end: for itself
// and for each unit of its value.
func (v *chainVariance) worth(u *chainUnit, i int) {
	v.chainInfluence.conversions.worth(u.conversions.effect, i)
	if v.valued() {
		v.chainInfluence.value.worth(u.value.effect, i)
	}
}

// convert adds the influence of an end after state i with a conversion. That of its
// value goes to slope, which is overwritten.
func (v *chainVariance) convert(u *chainUnit, slope *influence, i int) {
	v.end(u, i)
	v.chainInfluence.conversions.worth(u.conversions.effect, i)
	clear(slope.effect)
	if v.valued() {
		v.chainInfluence.value.worth(slope.effect, i)
	}
	slope.touched, slope.none = 1, 0
	if i == 0 {
		slope.touched, slope.none = 0, 1
	}
	u.conversions.touched += slope.touched
	u.conversions.none += slope.none
	u.slope = slope
}
