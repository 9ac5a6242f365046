package dropoff

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/cjm-go/cjm/internal/stat"
	"github.com/cjm-go/cjm/journey"
)

// Curve estimates how many spells last longer than any given time: the
// Kaplan-Meier or product-limit estimate
//
//	S(t) = ∏ (1 - dᵢ/nᵢ) over the times tᵢ ≤ t,
//
// where nᵢ spells were at risk, that is, had lasted tᵢ or longer, and dᵢ of them
// ended so that the event happened (Kaplan and Meier, Journal of the American
// Statistical Association 53 (1958) 457-481). All dᵢ count at once, and a spell
// censored at tᵢ is at risk at tᵢ. A Curve does not change.
type Curve struct {
	level  float64
	z      float64
	spells int64
	events int64
	rows   []curveRow
}

type curveRow struct {
	t                        time.Duration
	atRisk, events, censored int64
	survival                 twofold // after the events
	variance                 float64
}

// CurveStep is a time at which spells ended or were censored.
type CurveStep struct {
	// Time is how long the spells had lasted.
	Time time.Duration
	// AtRisk counts the spells that lasted so long or longer, Events those in which
	// the event happened at Time, Censored those that were censored at it.
	AtRisk, Events, Censored int64
	// Survival is the probability that a spell lasts longer than Time without the
	// event. Its variance is Greenwood's, S² Σ d/(n(n-d)), and 0 where S is 0 (Greenwood,
	// The Natural Duration of Cancer, 1926); its interval is the exponential one,
	// on the log-minus-log scale.
	Survival Probability
}

// KaplanMeier returns the curve of the time to an event: to the given ends or, if
// none is given, to any. Spells that ended otherwise are censored at their end.
// Intervals have the level, such as 0.95.
//
// One minus the curve to conversion, with losses censored, is not the probability of
// converting: it is what would be if nobody were ever lost. Use
// [Spells.AalenJohansen] for that.
//
// The error is [ErrLevel], [ErrNoSpells] or [ErrSpellEnd].
func (s *Spells) KaplanMeier(level float64, events ...journey.Outcome) (*Curve, error) {
	if err := checkLevel(level); err != nil {
		return nil, err
	}
	if len(events) == 0 {
		events = []journey.Outcome{journey.Converted, journey.Lost}
	}
	var is [numOutcomes]bool
	for _, e := range events {
		if e != journey.Converted && e != journey.Lost {
			return nil, ErrSpellEnd
		}
		is[e] = true
	}
	atRisk := s.Len()
	if atRisk == 0 {
		return nil, ErrNoSpells
	}
	moments := s.moments()
	c := &Curve{level: level, z: stat.NormalQuantile(level), spells: atRisk, rows: make([]curveRow, len(moments))}
	survival, variance := twofold{hi: 1}, 0.0
	for i := range moments {
		m := &moments[i]
		row := &c.rows[i]
		row.t, row.atRisk = m.t, atRisk
		for end, n := range m.ends {
			if is[end] {
				row.events += n
			} else {
				row.censored += n
			}
		}
		if row.events > 0 {
			// Greenwood's formula as a recursion, which needs no division by n-d.
			before := survival.float()
			q := float64(row.events) / float64(atRisk)
			stay := float64(atRisk-row.events) / float64(atRisk)
			variance = stay*stay*variance + before*before*q*stay/float64(atRisk)
			survival = survival.fraction(atRisk-row.events, atRisk)
		}
		row.survival, row.variance = survival, variance
		c.events += row.events
		atRisk -= row.events + row.censored
	}
	return c, nil
}

// Level returns the probability with which an interval covers.
func (c *Curve) Level() float64 { return c.level }

// Spells returns the number of spells.
func (c *Curve) Spells() int64 { return c.spells }

// Events returns the number of spells in which the event happened.
func (c *Curve) Events() int64 { return c.events }

// Steps yields the times at which anything ended or was censored, ascending.
func (c *Curve) Steps() iter.Seq[CurveStep] {
	return func(yield func(CurveStep) bool) {
		for i := range c.rows {
			if !yield(c.step(i)) {
				return
			}
		}
	}
}

func (c *Curve) step(i int) CurveStep {
	r := &c.rows[i]
	return CurveStep{r.t, r.atRisk, r.events, r.censored, estimated(r.survival.float(), r.variance, c.z)}
}

// At returns the last step at or before t: what the curve is at t. Before the first
// step, that is time 0 with all at risk. It reports false if t is negative, or if
// nothing is known of t because every spell that lasted so long was censored
// before it.
func (c *Curve) At(t time.Duration) (CurveStep, bool) {
	i, found := slices.BinarySearchFunc(c.rows, t, func(r curveRow, t time.Duration) int { return cmp.Compare(r.t, t) })
	if !found {
		i--
	}
	switch {
	case t < 0:
		return CurveStep{}, false
	case i < 0:
		return CurveStep{AtRisk: c.spells, Survival: estimated(1, 0, c.z)}, true
	case !c.reaches(t):
		return CurveStep{}, false
	}
	return c.step(i), true
}

// reaches reports whether the curve is known at t.
func (c *Curve) reaches(t time.Duration) bool {
	last := &c.rows[len(c.rows)-1]
	return t <= last.t || last.survival.hi == 0
}

// Median returns the time by which the event has happened in half the spells. See
// [Curve.Quantile].
func (c *Curve) Median() (time.Duration, bool) { return c.Quantile(.5) }

// Quantile returns the shortest time by which the event has happened with
// probability p or more: the first at which 1-S(t), rounded to a float64, is at
// least p. It reports false where the curve does not come so far, or p is not in
// [0, 1].
func (c *Curve) Quantile(p float64) (time.Duration, bool) {
	if !(p >= 0 && p <= 1) {
		return 0, false
	}
	if p == 0 {
		return 0, true
	}
	one := twofold{hi: 1}
	i, _ := slices.BinarySearchFunc(c.rows, p, func(r curveRow, p float64) int {
		if one.minus(r.survival).float() < p {
			return -1
		}
		return 1
	})
	if i == len(c.rows) {
		return 0, false
	}
	return c.rows[i].t, true
}

// RestrictedMean returns the mean time until the event or the horizon, whichever
// comes first, and its standard error: the area A under the curve up to the horizon h,
// and the root of
//
//	Σ A(tᵢ,h)² dᵢ/(nᵢ(nᵢ-dᵢ)),
//
// where A(tᵢ,h) is the area from tᵢ on (Klein and Moeschberger, Survival Analysis,
// 2003, section 4.5). It reports false if the horizon is negative, or farther than the
// curve is known.
func (c *Curve) RestrictedMean(horizon time.Duration) (mean, se time.Duration, ok bool) {
	if horizon < 0 || !c.reaches(horizon) {
		return 0, 0, false
	}
	area, variance, to := 0.0, 0.0, horizon
	for i := len(c.rows) - 1; i >= 0; i-- {
		r := &c.rows[i]
		if r.t >= horizon {
			continue
		}
		area += r.survival.float() * float64(to-r.t)
		to = r.t
		if area > 0 && r.events > 0 { // then some are left, too
			n, d := float64(r.atRisk), float64(r.events)
			variance += area * area * d / (n * (n - d))
		}
	}
	area += float64(to)
	return nanoseconds(area), nanoseconds(math.Sqrt(variance)), true
}

// nanoseconds returns so many nanoseconds, rounded; the longest duration stands for
// longer ones.
func nanoseconds(ns float64) time.Duration {
	if ns >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(math.Round(ns))
}
