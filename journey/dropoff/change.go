package dropoff

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/cjm-go/cjm/journey"
)

// CompareOptions are options of [Compare]. The zero value is the usual choice.
type CompareOptions struct {
	// Level is the probability with which the intervals of the differences cover,
	// in (0, 1); 0 means [DefaultLevel].
	Level float64
	// Adjustment adjusts the p-values for the number of steps: of the step rates
	// among themselves, and of the overall rates among themselves.
	Adjustment Adjustment
}

// Validate reports all that is wrong with the options.
func (o CompareOptions) Validate() error {
	_, err := o.Adjustment.MarshalText()
	return errors.Join(checkLevelOption(o.Level), err)
}

// StepChange is how the rates of one step differ between two groups.
type StepChange struct {
	// Step is the number of the step, from 1, and Name its name.
	Step     int
	Name     string
	Optional bool
	// StepRate is the rate among those who came to the step, see
	// [StepRow.StepRate], and OverallRate that among all who entered the funnel. At
	// the first step of a funnel that is not open both are 1 by definition, and
	// there is nothing to test.
	StepRate, OverallRate RateChange
}

// Change is how a funnel differs between two groups of customers: two periods, two
// segments or the two arms of a test. It does not change.
type Change struct {
	level      float64
	adjustment Adjustment
	entered    [2]int64 // of each Side
	steps      []StepChange
	logRank    *LogRankTest
	logRankErr error
}

// Compare compares the reports of one funnel on two groups of customers. The error
// is [ErrMismatch] if the steps of the two are not the same or only one of the funnels
// is open, [ErrEmptyGroup] if nobody entered in one of them, or that of [CompareOptions.Validate]. A step to which
// nobody came in one of the groups has no difference, see [RateChange.Known].
//
// Each rate is tested by the chi-square test where at least five successes and five
// failures would be expected in each group if their rates were equal, elsewhere by
// Fisher's exact test. The tests and intervals take those counted to be
// independent. With [EveryEntry], which counts a customer as often as they try, they
// are surer than they should be.
func Compare(before, after *Report, o CompareOptions) (*Change, error) {
	if err := errors.Join(o.Validate(), checkSteps(before.layout, after.layout)); err != nil {
		return nil, err
	}
	c, err := compareRows(slices.Collect(before.Steps()), slices.Collect(after.Steps()), before.layout.open, o)
	if err != nil {
		return nil, err
	}
	c.logRank, c.logRankErr = LogRank(journey.Converted, before.Spells(), after.Spells())
	return c, nil
}

// compareRows compares the rows of funnels that are open or are not.
func compareRows(before, after []StepRow, open bool, o CompareOptions) (*Change, error) {
	c := &Change{
		level: cmp.Or(o.Level, DefaultLevel), adjustment: o.Adjustment,
		entered: [2]int64{enteredOf(before), enteredOf(after)},
	}
	if err := errors.Join(checkEntered(c.entered[0], Before), checkEntered(c.entered[1], After)); err != nil {
		return nil, err
	}
	for i := range before {
		b, a := &before[i], &after[i]
		first := i == 0
		c.steps = append(c.steps, StepChange{
			Step: b.Step, Name: b.Name, Optional: b.Optional,
			StepRate:    changeOf(b.StepRate, a.StepRate, c.level, first),
			OverallRate: changeOf(b.OverallRate, a.OverallRate, c.level, first && !open),
		})
	}
	var steps, overall []*RateChange
	for i := range c.steps {
		steps, overall = append(steps, &c.steps[i].StepRate), append(overall, &c.steps[i].OverallRate)
	}
	c.adjustment.adjust(steps)
	c.adjustment.adjust(overall)
	return c, nil
}

// checkSteps reports steps that are not the same.
func checkSteps(before, after *layout) error {
	if before.len() != after.len() {
		return fmt.Errorf("%w: %d steps before, %d after", ErrMismatch, before.len(), after.len())
	}
	if before.anyOrder != after.anyOrder {
		return fmt.Errorf("%w: the steps may be done in any order only %v", ErrMismatch, sideOf(before.anyOrder))
	}
	if before.open != after.open {
		return fmt.Errorf("%w: the funnel is open only %v", ErrMismatch, sideOf(before.open))
	}
	for i, name := range before.names {
		if name != after.names[i] {
			return fmt.Errorf("%w: step %d is %q before, %q after", ErrMismatch, i+1, name, after.names[i])
		}
		if before.optional[i] != after.optional[i] {
			return fmt.Errorf("%w: step %d, %q, is optional only %v", ErrMismatch, i+1, name, sideOf(before.optional[i]))
		}
	}
	return nil
}

// sideOf returns the side of which something is true.
func sideOf(before bool) Side {
	if before {
		return Before
	}
	return After
}

// enteredOf returns how many entered the funnel.
func enteredOf(rows []StepRow) int64 { return rows[len(rows)-1].OverallRate.N }

func checkEntered(n int64, side Side) error {
	if n == 0 {
		return &EmptyGroupError{Side: side}
	}
	return nil
}

// Level returns the probability with which the intervals of the differences cover.
func (c *Change) Level() float64 { return c.level }

// Adjustment returns how the p-values are adjusted.
func (c *Change) Adjustment() Adjustment { return c.adjustment }

// Entered returns how many entered the funnel in the group.
func (c *Change) Entered(s Side) int64 {
	if int(s) >= len(c.entered) {
		return 0
	}
	return c.entered[s]
}

// Steps yields the steps in order.
func (c *Change) Steps() iter.Seq[StepChange] { return slices.Values(c.steps) }

// Overall returns the change of the overall rate of the last step: of all who
// entered, who completed.
func (c *Change) Overall() RateChange { return c.steps[len(c.steps)-1].OverallRate }

// LogRank returns the test of whether completion comes as often and as early in both
// groups among those who are neither lost nor have completed yet. Unlike the rates it
// does justice to those who are still open, so it is the test to look at where the
// groups were not watched for equally long. The error is that of the function
// [LogRank], such as [ErrNoEvents] if nobody completed.
func (c *Change) LogRank() (*LogRankTest, error) { return c.logRank, c.logRankErr }
