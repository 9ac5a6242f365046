package dropoff

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/cjm-go/cjm/internal/stat"
	"github.com/cjm-go/cjm/journey"
)

// Incidence estimates what part of the spells has converted, and what part was lost,
// by any given time, where each excludes the other: the Aalen-Johansen estimate
//
//	Fⱼ(t) = Σ S(tᵢ-) dᵢⱼ/nᵢ over the times tᵢ ≤ t.
//
// At each time nᵢ spells are at risk, dᵢⱼ of them end in the way j, and S(tᵢ-) is
// the [Curve] to any end just before (Aalen and Johansen, Scandinavian Journal of
// Statistics 5 (1978) 141-150). Conversions and losses at the same time count at once,
// and a spell censored at tᵢ is at risk at tᵢ: nothing depends on an order among ties.
//
// The variance is Greenwood's for several ends, in which the numbers of ends
// of each time are multinomial,
//
//	Σ (F(t)-F(tᵢ))² dᵢ/(nᵢ(nᵢ-dᵢ)) + S(tᵢ-)² dᵢⱼ(nᵢ-dᵢⱼ)/nᵢ³ - 2 (F(t)-F(tᵢ)) S(tᵢ-) dᵢⱼ/nᵢ²
//
// (Marubini and Valsecchi, Analysing Survival Data from Clinical Trials and
// Observational Studies, 1995, page 341; Andersen, Borgan, Gill and Keiding,
// Statistical Models Based on Counting Processes, 1993, section IV.4). Without censoring
// it is F(1-F)/n. An Incidence does not change.
type Incidence struct {
	level  float64
	z      float64
	counts [numOutcomes]int64 // by outcome
	rows   []incidenceRow
}

type incidenceRow struct {
	moment
	atRisk int64
	// By outcome; open stands for neither.
	estimate, variance [numOutcomes]float64
}

// IncidenceStep is a time at which spells ended or were censored. See [Incidence].
type IncidenceStep struct {
	// Time is how long the spells had lasted.
	Time time.Duration
	// AtRisk counts the spells that lasted so long or longer; Converted, Lost and
	// Censored those of them that ended so at Time.
	AtRisk, Converted, Lost, Censored int64
	// ConvertedBy and LostBy are the probabilities of having converted and of being
	// lost at Time or before, Still that of neither. They add up to 1, each rounded
	// once. Intervals are on the log-minus-log scale.
	ConvertedBy, LostBy, Still Probability
}

// AalenJohansen returns the incidence of conversion and loss, with intervals of the
// level, such as 0.95. The error is [ErrLevel] or [ErrNoSpells].
func (s *Spells) AalenJohansen(level float64) (*Incidence, error) {
	if err := checkLevel(level); err != nil {
		return nil, err
	}
	atRisk := s.Len()
	if atRisk == 0 {
		return nil, ErrNoSpells
	}
	moments := s.moments()
	c := &Incidence{level: level, z: stat.NormalQuantile(level), rows: make([]incidenceRow, len(moments))}
	for end := range c.counts {
		c.counts[end] = s.ends[end].Len()
	}
	still, stillVariance := twofold{hi: 1}, 0.0
	var by [numOutcomes]twofold
	var variance, covariance [numOutcomes]float64 // of F, and of F and S
	for i, m := range moments {
		row := &c.rows[i]
		row.moment, row.atRisk = m, atRisk
		ended := m.ends[journey.Converted] + m.ends[journey.Lost]
		if ended > 0 {
			n := float64(atRisk)
			before := still.float()
			noise := before * before / n
			q, stay := float64(ended)/n, float64(atRisk-ended)/n
			// The covariance matrix of F and S one step on: the linear map of the
			// old one, and the multinomial noise of this time.
			for _, end := range [...]journey.Outcome{journey.Converted, journey.Lost} {
				d := m.ends[end]
				p := float64(d) / n
				variance[end] += 2*p*covariance[end] + p*p*stillVariance + noise*p*float64(atRisk-d)/n
				covariance[end] = stay*(covariance[end]+p*stillVariance) - noise*p*stay
				by[end] = by[end].plus(still.fraction(d, atRisk))
			}
			stillVariance = stay*stay*stillVariance + noise*q*stay
			still = still.fraction(atRisk-ended, atRisk)
		}
		by[journey.Open], variance[journey.Open] = still, stillVariance
		for end := range by {
			row.estimate[end], row.variance[end] = by[end].float(), max(variance[end], 0)
		}
		atRisk -= ended + m.ends[journey.Open]
	}
	return c, nil
}

// Level returns the probability with which an interval covers.
func (c *Incidence) Level() float64 { return c.level }

// Count returns the number of spells that ended so; of those that were censored if
// end is [journey.Open].
func (c *Incidence) Count(end journey.Outcome) int64 {
	if int(end) >= len(c.counts) {
		return 0
	}
	return c.counts[end]
}

// Spells returns the number of spells.
func (c *Incidence) Spells() int64 { return c.counts[0] + c.counts[1] + c.counts[2] }

// Steps yields the times at which anything ended or was censored, ascending.
func (c *Incidence) Steps() iter.Seq[IncidenceStep] {
	return func(yield func(IncidenceStep) bool) {
		for i := range c.rows {
			if !yield(c.step(i)) {
				return
			}
		}
	}
}

func (c *Incidence) step(i int) IncidenceStep {
	r := &c.rows[i]
	of := func(end journey.Outcome) Probability { return estimated(r.estimate[end], r.variance[end], c.z) }
	return IncidenceStep{
		Time: r.t, AtRisk: r.atRisk,
		Converted: r.ends[journey.Converted], Lost: r.ends[journey.Lost], Censored: r.ends[journey.Open],
		ConvertedBy: of(journey.Converted), LostBy: of(journey.Lost), Still: of(journey.Open),
	}
}

// At returns the last step at or before t, such as a horizon: what the incidence is
// at t. Before the first step, that is time 0 with all at risk. It reports false if t is
// negative, or if nothing is known of t because every spell that lasted so long was
// censored before it.
func (c *Incidence) At(t time.Duration) (IncidenceStep, bool) {
	i, found := slices.BinarySearchFunc(c.rows, t, func(r incidenceRow, t time.Duration) int { return cmp.Compare(r.t, t) })
	if !found {
		i--
	}
	last := &c.rows[len(c.rows)-1]
	switch {
	case t < 0:
		return IncidenceStep{}, false
	case i < 0:
		none, all := estimated(0, 0, c.z), estimated(1, 0, c.z)
		return IncidenceStep{AtRisk: c.Spells(), ConvertedBy: none, LostBy: none, Still: all}, true
	case t > last.t && last.estimate[journey.Open] > 0:
		return IncidenceStep{}, false
	}
	return c.step(i), true
}
