package dropoff

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/cjm-go/cjm/internal/enum"
)

// SplitMethod is a way to split the change of a product over its factors.
type SplitMethod uint8

const (
	// LogMean is the logarithmic mean Divisia index, see [ExplainSteps].
	LogMean SplitMethod = iota
	// ShapleyValue is the Shapley value of the steps, which is defined where a rate
	// is zero, too.
	ShapleyValue
)

var splitNames = []string{LogMean: "log-mean", ShapleyValue: "shapley"}

// String returns "log-mean" or "shapley".
func (m SplitMethod) String() string { return enum.String("SplitMethod", splitNames, m) }

// MarshalText returns the text of [SplitMethod.String].
func (m SplitMethod) MarshalText() ([]byte, error) {
	return enum.Text("dropoff", "way to split", splitNames, m)
}

// UnmarshalText is the inverse of [SplitMethod.MarshalText].
func (m *SplitMethod) UnmarshalText(text []byte) error {
	return enum.Parse("dropoff", "way to split", splitNames, text, m)
}

// StepPart is the part that one step has in the change of the overall rate.
type StepPart struct {
	// Step is the number of the step, from 1, and Name its name.
	Step int
	Name string
	// Before and After are its step rates. One that is not known, as nobody came
	// to the step, is taken to be the same as the other, so that Part is 0.
	Before, After Rate
	// Part is how much of the change of the overall rate is due to the step.
	Part float64
	// Conversions is Part in conversions of those who entered after: how many more
	// they made than if the step had not changed; negative where it got worse.
	Conversions float64
	// SE is the standard error of Part by the delta method, if SEKnown; that of
	// Conversions is as many times larger. It is not known by [ShapleyValue], whose
	// rates of zero have an observed variance of zero.
	SE      float64
	SEKnown bool
}

// StepsExplanation splits the change of the overall rate of a funnel over its steps.
// It does not change.
type StepsExplanation struct {
	before, after Rate
	method        SplitMethod
	parts         []StepPart
}

// ExplainSteps splits the change R1 - R0 of the overall rate from one group to the
// other over the steps of the funnel. As R = s_1 s_2 ... s_n, the product of the step
// rates, the logarithmic mean Divisia index (Ang, "The LMDI approach to decomposition
// analysis: a practical guide", Energy Policy 33 (2005) 867-871) gives step k
//
//	c_k = L(R1, R0) ln(s1_k / s0_k),   L(x, y) = (x-y) / ln(x/y),   L(x, x) = x.
//
// Where a rate is zero there is no logarithm, and the parts are the Shapley value of
// the steps: what the change of a step adds to the rate, in the mean over all orders
// in which the steps could have changed,
//
//	c_k = (s1_k - s0_k) integral over t from 0 to 1 of prod over j != k of (s0_j + t (s1_j - s0_j)).
//
// Either way the parts sum to R1 - R0, a step that did not change has the part 0, and
// exchanging the groups turns the signs round. See [StepsExplanation.Method] for
// which it was. Steps that are optional are no factors of the overall rate and are
// left out.
//
// The standard errors take the counts of each step, given how many came to it, to be
// binomial, and the two groups to be independent. They are too small where a rate
// rests on a few customers.
//
// The errors are [ErrMismatch], [ErrEmptyGroup] and, for an open funnel,
// [ErrNoChain].
func ExplainSteps(before, after *Report) (*StepsExplanation, error) {
	if err := checkSteps(before.layout, after.layout); err != nil {
		return nil, err
	}
	return explainRows(slices.Collect(before.Steps()), slices.Collect(after.Steps()))
}

func explainRows(before, after []StepRow) (*StepsExplanation, error) {
	if err := errors.Join(checkEntered(enteredOf(before), Before), checkEntered(enteredOf(after), After)); err != nil {
		return nil, err
	}
	if err := errors.Join(checkChain(before, Before), checkChain(after, After)); err != nil {
		return nil, err
	}
	e := &StepsExplanation{before: before[len(before)-1].OverallRate, after: after[len(after)-1].OverallRate}
	var factors []factor
	for i := range before {
		if before[i].Optional {
			continue
		}
		b, a := before[i].StepRate, after[i].StepRate
		f := factorOf(b, a)
		factors = append(factors, f)
		if f.before == 0 || f.after == 0 {
			e.method = ShapleyValue
		}
		e.parts = append(e.parts, StepPart{Step: before[i].Step, Name: before[i].Name, Before: b, After: a})
	}
	var parts, ses []float64
	if e.method == LogMean {
		parts, ses = splitLogMean(factors)
	} else {
		parts = splitShapley(factors)
	}
	for i, part := range parts {
		p := &e.parts[i]
		p.Part, p.Conversions = part, part*float64(e.after.N)
		if ses != nil {
			p.SE, p.SEKnown = ses[i], true
		}
	}
	return e, nil
}

// checkChain reports rows whose required steps do not follow one another, each
// beginning with those who did the one before.
func checkChain(rows []StepRow, side Side) error {
	came := enteredOf(rows)
	for i := range rows {
		if rows[i].Optional {
			continue
		}
		if rows[i].StepRate.N != came || rows[i].StepRate.K != rows[i].OverallRate.K {
			return fmt.Errorf("%w: step %d, %q, in the group %v", ErrNoChain, rows[i].Step, rows[i].Name, side)
		}
		came = rows[i].StepRate.K
	}
	return nil
}

// factor is a factor of the overall rate in either group.
type factor struct {
	before, after float64
	// varBefore and varAfter are the variances of the logarithms of the two; zero
	// where a rate is not positive.
	varBefore, varAfter float64
}

// factorOf returns the step rates. A rate that is not known is that of the other
// group. Where neither is, an earlier step has the rate 0 in both groups or is such
// a stand-in for it, so that all parts are 0 for any rate.
func factorOf(before, after Rate) factor {
	if !before.Known {
		before = after
	}
	if !after.Known {
		after = before
	}
	return factor{
		before: before.Value, after: after.Value,
		varBefore: logVariance(before), varAfter: logVariance(after),
	}
}

// logVariance returns the variance of ln(K/N) by the delta method: (1-s)/(N s).
func logVariance(r Rate) float64 {
	if r.K == 0 {
		return 0
	}
	return float64(r.N-r.K) / float64(r.N) / float64(r.K)
}

// Before returns the overall rate of the first group, and After that of the second.
func (e *StepsExplanation) Before() Rate { return e.before }

// After returns the overall rate of the second group.
func (e *StepsExplanation) After() Rate { return e.after }

// Change returns by how much the overall rate rose: the sum of the parts.
func (e *StepsExplanation) Change() float64 { return e.after.Value - e.before.Value }

// Method returns how the change was split.
func (e *StepsExplanation) Method() SplitMethod { return e.method }

// Steps yields the steps that are not optional, in order.
func (e *StepsExplanation) Steps() iter.Seq[StepPart] { return slices.Values(e.parts) }
