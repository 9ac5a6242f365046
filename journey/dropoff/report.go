package dropoff

import (
	"errors"
	"fmt"
	"iter"

	"github.com/cjm-go/cjm/internal/stat"
	"github.com/cjm-go/cjm/journey"
)

// Rate is the part K of N, an estimate of a probability.
type Rate struct {
	// K of N are the evidence.
	K, N int64
	// Value is K/N, and Lo to Hi its interval by Wilson's score method. They are
	// 0 unless Known.
	Value, Lo, Hi float64
	// Known is false where N is 0: nothing is known of the probability.
	Known bool
}

// rateOf returns the part k of n, with an interval of the level.
func rateOf(k, n int64, level float64) Rate {
	if n == 0 {
		return Rate{}
	}
	r := Rate{K: k, N: n, Value: float64(k) / float64(n), Known: true}
	r.Lo, r.Hi = stat.Wilson(k, n, level)
	return r
}

// StepRow is one line of a [Report]. It counts attempts, of which there is one for
// each customer who entered unless the entry is [EveryEntry].
//
//	Entered = Reached + Skipped + Lost + Open
//
// The Lost of all lines are the attempts that were lost, each at one step, and so
// are the Open.
type StepRow struct {
	// Step is the number of the step, from 1, and Name its name. With [AnyOrder] and
	// [LikePostHogAnyOrder] a line is not of one step but of so many steps done,
	// such as "any 2 of 3".
	Step     int
	Name     string
	Optional bool
	// Entered came to the step: they did the last step before it that is not
	// optional, or, in an open funnel, began after that, at this step or one that
	// is optional. At the first step they are those who did it.
	Entered int64
	// Reached did the step.
	Reached int64
	// Skipped did not do the step, which is optional. What became of them is
	// counted at later steps, so Lost and Open of an optional step are 0.
	Skipped int64
	// Lost did not do the step and will not: see [Report.LostBy] for the reasons.
	Lost int64
	// Open have not done the step yet.
	Open int64
	// Started are those among Reached who began here: all of step 1, and others
	// in an open funnel only.
	Started int64
	// StepRate is the part Reached-Started of Entered-Started: how many of those
	// who came from before did the step. At the first step it is 1, without doubt,
	// if anybody did it.
	StepRate Rate
	// OverallRate is the part Reached of all who entered the funnel. At the first
	// step of a funnel that is not open it is 1, without doubt, if anybody did it.
	OverallRate Rate
}

// DefaultLevel is the confidence level of the intervals in a [Report].
const DefaultLevel = .95

var (
	// ErrNoPaths says that nothing has been counted.
	ErrNoPaths = errors.New("dropoff: no paths")
	// ErrLevel says that a confidence level is not between 0 and 1, both excluded.
	ErrLevel = errors.New("dropoff: confidence level not between 0 and 1")
)

// Report is the result of [Counts]: what became of customers in a funnel. It does
// not change, and may be read concurrently.
type Report struct {
	layout *layout
	level  float64

	customers int64
	tally     *tally
	lines     []line
	groups    []*Breakdown
	warnings  []error
}

// Report returns what has been counted so far, with intervals of [DefaultLevel].
// The error is [ErrNoPaths].
func (c *Counts) Report() (*Report, error) {
	if c.paths == 0 {
		return nil, ErrNoPaths
	}
	var groups []*Breakdown
	for i := range c.groups {
		groups = append(groups, c.breakdown(i))
	}
	// Every attempt has one value in each group.
	parts := make([]*tally, 0, len(c.tables[0]))
	for _, t := range c.tables[0] {
		parts = append(parts, t)
	}
	all := sumTallies(parts)
	r := c.reportOf(all)
	r.customers, r.groups = c.paths, groups
	r.warnings = c.warnings(r)
	return r, nil
}

// reportOf returns the report of a tally, which it keeps.
func (c *Counts) reportOf(t *tally) *Report {
	return &Report{
		layout: c.layout, level: DefaultLevel,
		customers: t.customers, tally: t, lines: t.lines(c.layout),
	}
}

// WithLevel returns the same report with intervals of another confidence level,
// between 0 and 1. Else the error is [ErrLevel].
func (r *Report) WithLevel(level float64) (*Report, error) {
	if err := checkLevel(level); err != nil {
		return nil, err
	}
	return r.withLevel(level), nil
}

// checkLevel reports a confidence level out of range.
func checkLevel(level float64) error {
	if level > 0 && level < 1 {
		return nil
	}
	return fmt.Errorf("%w: %v", ErrLevel, level)
}

// checkLevelOption is checkLevel for an option, of which 0 means [DefaultLevel].
func checkLevelOption(level float64) error {
	if level == 0 {
		return nil
	}
	return checkLevel(level)
}

func (r *Report) withLevel(level float64) *Report {
	n := *r
	n.level = level
	n.groups = make([]*Breakdown, len(r.groups))
	for i, g := range r.groups {
		n.groups[i] = g.withLevel(level)
	}
	return &n
}

// Level returns the confidence level of the intervals.
func (r *Report) Level() float64 { return r.level }

// Customers returns the number of paths counted. In the report of a value of a
// [Breakdown] it is that of the paths with an attempt of the value.
func (r *Report) Customers() int64 { return r.customers }

// Attempts returns the number of attempts: of customers who entered, unless the
// entry is [EveryEntry]. Excluded ones are not among them.
func (r *Report) Attempts() int64 { return r.tally.entered() }

// NotEntered returns how many customers never entered.
func (r *Report) NotEntered() int64 { return r.tally.absent }

// Excluded returns how many attempts an [Exclusion] with Drop took out of the
// funnel. They are counted nowhere else. Attempts that any other exclusion ended
// are lost.
func (r *Report) Excluded() int64 { return r.tally.dropped }

// Completed returns how many attempts completed.
func (r *Report) Completed() int64 { return r.tally.spells[journey.Converted].Len() }

// Lost returns how many attempts were lost, for whatever reason.
func (r *Report) Lost() int64 { return r.tally.spells[journey.Lost].Len() }

// Open returns how many attempts may yet complete.
func (r *Report) Open() int64 { return r.tally.spells[journey.Open].Len() }

// Len returns the number of steps.
func (r *Report) Len() int { return r.layout.len() }

// Steps returns the lines in order.
func (r *Report) Steps() iter.Seq[StepRow] {
	return func(yield func(StepRow) bool) {
		for k := 1; k <= r.Len(); k++ {
			if row, _ := r.Step(k); !yield(row) {
				return
			}
		}
	}
}

// Step returns the line of the step with the number, from 1, and whether there is
// one.
func (r *Report) Step(number int) (StepRow, bool) {
	if number < 1 || number > r.Len() {
		return StepRow{}, false
	}
	n := &r.lines[number-1]
	row := StepRow{
		Step: number, Name: r.layout.name(number), Optional: r.layout.isOptional(number),
		Entered: n.came, Reached: n.reached, Skipped: n.skipped, Lost: n.lost, Open: n.open, Started: n.began,
	}
	row.StepRate = rateOf(n.reached-n.began, n.came-n.began, r.level)
	row.OverallRate = rateOf(n.reached, r.Attempts(), r.level)
	if number == 1 {
		row.StepRate = rateOf(n.reached, n.reached, r.level)
		row.StepRate.Lo = row.StepRate.Value
		if !r.layout.open {
			row.OverallRate = row.StepRate
		}
	}
	return row, true
}

// LostBy returns the reasons for which attempts were lost at the step with the
// number, from 1, that occurred, in their order, and how many were lost for each.
func (r *Report) LostBy(step int) iter.Seq2[Reason, int64] {
	return func(yield func(Reason, int64) bool) {
		if step < 1 || step > r.Len() {
			return
		}
		for reason, n := range r.lines[step-1].lostBy {
			if n > 0 && !yield(Reason(reason), n) {
				return
			}
		}
	}
}

// Groups returns the number of groups of the counts.
func (r *Report) Groups() int { return len(r.groups) }

// Group returns the i-th group of the counts, from 0. It panics if there is none.
func (r *Report) Group(i int) *Breakdown { return r.groups[i] }

// Warnings returns what is odd about the data: an [*UnmatchedStepError], an
// [*UnmatchedExclusionError], [ErrBeforeData], [ErrNotEntered].
func (r *Report) Warnings() []error {
	return append([]error(nil), r.warnings...)
}
