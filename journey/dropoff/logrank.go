package dropoff

import (
	"iter"
	"time"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/cjm-go/cjm/journey"
)

// LogRankTest tests whether an event comes as often and as early in several groups:
// whether its rate among those still at risk is the same at every time (Mantel, Cancer
// Chemotherapy Reports 50 (1966) 163-170; Peto and Peto, Journal of the Royal
// Statistical Society A 135 (1972) 185-207). It does not change.
type LogRankTest struct {
	chiSquare float64
	df        int
	p         float64
	groups    []LogRankGroup
}

// LogRankGroup is what a [LogRankTest] says of one group.
type LogRankGroup struct {
	// Spells is the size of the group, Observed the number of spells with the event.
	Spells, Observed int64
	// Expected is how many there would be if at each time the events fell on those
	// at risk without regard to the group: Σ dᵢ nᵢg/nᵢ.
	Expected float64
	// Variance is that of Observed, given the numbers at risk and of events at
	// each time, all groups together: hypergeometric, so exact for ties.
	Variance float64
}

// LogRank compares the time to an event, [journey.Converted] or [journey.Lost],
// between groups, two or more. Spells that ended otherwise are censored at their end:
// the test is about the rate of the event among those who are still there, not about
// how many come to it in the end, which a higher rate of the other event lowers. For
// that compare [Incidence] at a horizon.
//
// The statistic is the quadratic form Zᵀ V⁻ Z of Z, observed less expected, with its
// hypergeometric covariance V, and is referred to chi-square. The degrees of freedom are
// the groups less one. A group of which nobody was at risk any more when the event
// first happened says nothing, and does not count.
//
// The error is [ErrGroups], [ErrSpellEnd], an [*EmptySpellsError], or [ErrNoEvents]
// where there is nothing to compare.
func LogRank(event journey.Outcome, groups ...*Spells) (*LogRankTest, error) {
	if len(groups) < 2 {
		return nil, ErrGroups
	}
	if event != journey.Converted && event != journey.Lost {
		return nil, ErrSpellEnd
	}
	l := &LogRankTest{groups: make([]LogRankGroup, len(groups))}
	lanes := make([]lane, len(groups))
	for g, s := range groups {
		l.groups[g].Spells, l.groups[g].Observed = s.Len(), s.Count(event)
		if s.Len() == 0 {
			return nil, &EmptySpellsError{Group: g}
		}
		lanes[g] = lane{moments: s.moments(), atRisk: s.Len()}
	}
	excess := make([]float64, len(groups))
	shared := mat.NewDense(len(groups), len(groups), nil)
	for t, ok := earliest(lanes); ok; t, ok = earliest(lanes) {
		l.compare(event, lanes, t, excess, shared)
	}
	for g := range groups {
		for h := range groups {
			l.groups[g].Variance += shared.At(g, h)
		}
	}
	if err := l.test(excess, shared); err != nil {
		return nil, err
	}
	return l, nil
}

// lane is what is left of a group at a time.
type lane struct {
	moments []moment
	atRisk  int64
}

// earliest returns the next time at which anything ends in any group.
func earliest(lanes []lane) (t time.Duration, ok bool) {
	for i := range lanes {
		if m := lanes[i].moments; len(m) > 0 && (!ok || m[0].t < t) {
			t, ok = m[0].t, true
		}
	}
	return t, ok
}

// compare enters the time t, and goes past it. Of the covariance matrix it keeps minus
// the elements beside the diagonal, which are positive; each row of the matrix
// adds up to 0.
func (l *LogRankTest) compare(event journey.Outcome, lanes []lane, t time.Duration, excess []float64, shared *mat.Dense) {
	events, total := int64(0), int64(0)
	for g := range lanes {
		total += lanes[g].atRisk
		if m := lanes[g].moments; len(m) > 0 && m[0].t == t {
			events += m[0].ends[event]
		}
	}
	d, n := float64(events), float64(total)
	for g := range lanes {
		if events == 0 {
			break
		}
		a := &lanes[g]
		expected := d * (float64(a.atRisk) / n)
		l.groups[g].Expected += expected
		excess[g] -= expected
		if m := a.moments; len(m) > 0 && m[0].t == t {
			excess[g] += float64(m[0].ends[event])
		}
		if events == total {
			continue // all that are left, so no chance is in it
		}
		weight := d * (n - d) / (n - 1) * (float64(a.atRisk) / n)
		for h := range lanes {
			if h != g {
				shared.Set(g, h, shared.At(g, h)+weight*(float64(lanes[h].atRisk)/n))
			}
		}
	}
	for g := range lanes {
		if a := &lanes[g]; len(a.moments) > 0 && a.moments[0].t == t {
			for _, gone := range a.moments[0].ends {
				a.atRisk -= gone
			}
			a.moments = a.moments[1:]
		}
	}
}

// test fills in the statistic.
func (l *LogRankTest) test(excess []float64, shared *mat.Dense) error {
	// Everyone is at risk from 0 on, so whoever shares any time with others shares
	// the first event with all of them.
	var sharing []int
	for g := range excess {
		if l.groups[g].Variance > 0 {
			sharing = append(sharing, g)
		}
	}
	if len(sharing) < 2 {
		return ErrNoEvents
	}
	// One group says nothing new: all excesses add up to 0.
	rest := sharing[1:]
	v := mat.NewSymDense(len(rest), nil)
	z := mat.NewVecDense(len(rest), nil)
	for i, g := range rest {
		z.SetVec(i, excess[g])
		v.SetSym(i, i, l.groups[g].Variance)
		for j, h := range rest[:i] {
			v.SetSym(i, j, -shared.At(g, h))
		}
	}
	var factors mat.Cholesky
	var solved mat.VecDense
	if !factors.Factorize(v) || factors.SolveVecTo(&solved, z) != nil {
		return ErrNoEvents // as good as nothing in common
	}
	l.chiSquare = mat.Dot(z, &solved)
	l.df = len(rest)
	l.p = distuv.ChiSquared{K: float64(l.df)}.Survival(l.chiSquare)
	return nil
}

// ChiSquare returns the statistic.
func (l *LogRankTest) ChiSquare() float64 { return l.chiSquare }

// DF returns the degrees of freedom.
func (l *LogRankTest) DF() int { return l.df }

// P returns the probability of a statistic as large or larger if the groups do not
// differ.
func (l *LogRankTest) P() float64 { return l.p }

// Groups yields the groups in the order given.
func (l *LogRankTest) Groups() iter.Seq2[int, LogRankGroup] {
	return func(yield func(int, LogRankGroup) bool) {
		for i, g := range l.groups {
			if !yield(i, g) {
				return
			}
		}
	}
}
