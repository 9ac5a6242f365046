package dropoff

import (
	"errors"
	"fmt"
	"iter"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

var (
	// ErrNoStages warns that no touch is in any stage of the model.
	ErrNoStages = errors.New("dropoff: no touch is in a stage of the model")
	// ErrOtherStages warns that touches are in stages that the model lacks: is it
	// the right model, with the right names?
	ErrOtherStages = errors.New("dropoff: touches are in stages that the model lacks")
)

// UnmatchedStageError warns that no touch of anybody is in a stage of the model.
type UnmatchedStageError struct{ Stage stage.Stage }

// Error names the stage.
func (e *UnmatchedStageError) Error() string {
	return fmt.Sprintf("dropoff: no touch is in stage %q", e.Stage)
}

// StageRow is one line of a [StageReport]. It counts paths.
type StageRow struct {
	Stage stage.Stage
	Phase stage.Phase
	// Reached have a touch in the stage: the part ReachedRate of all paths. By the
	// first such touch they are Online, Offline, or of UnknownSetting.
	Reached, Online, Offline, UnknownSetting int64
	ReachedRate                              Rate
	// Skipped have none, but one in a later stage.
	Skipped int64
	// Furthest came to this stage and none later.
	Furthest int64
	// FellFrom went from a stay in this stage to one in an earlier stage; FellTo
	// came from a later stage.
	FellFrom, FellTo int64
	// LastOpen, LastConverted and LastLost had their last stay here, by how the
	// journey stands. LastLost is where journeys are lost.
	LastOpen, LastConverted, LastLost int64
	// Stays are the times of the stays that ended; a path may have several. Open
	// are those of the stays that have not ended, up to when they were watched.
	Stays, Open Times
}

// StageMove counts how often a stay in one stage was followed by one in another.
type StageMove struct {
	From, To stage.Stage
	// Back reports that To is earlier than From.
	Back  bool
	Count int64
}

// StageReport is the result of [StageCounts]: how customers go through the stages of
// a model. It does not change, and may be read concurrently.
//
// Skipped, Furthest, FellFrom, FellTo and Back look at the order of the model, in which
// a stage of [stage.UnknownPhase] has no place unless all are, see [FunnelOf].
type StageReport struct {
	level float64
	c     *StageCounts // a copy of its own; its funnels are not used

	funnel, buyer, customer *Report
}

// Report returns what has been counted so far, with intervals of [DefaultLevel].
// The error is [ErrNoPaths].
func (c *StageCounts) Report() (*StageReport, error) {
	if c.paths == 0 {
		return nil, ErrNoPaths
	}
	r := &StageReport{level: DefaultLevel, c: c.snapshot()}
	for _, part := range [...]struct {
		from *Counts
		to   **Report
	}{{c.funnel, &r.funnel}, {c.buyer, &r.buyer}, {c.customer, &r.customer}} {
		if part.from == nil {
			continue
		}
		report, err := part.from.Report()
		if err != nil {
			return nil, err // not reached: it has as many paths
		}
		*part.to = report
	}
	return r, nil
}

// snapshot returns a copy of the counts without the funnels.
func (c *StageCounts) snapshot() *StageCounts {
	n := *c
	n.funnel, n.buyer, n.customer, n.walk = nil, nil, nil, stageWalk{}
	n.stages = make([]stageTally, len(c.stages))
	for i := range c.stages {
		t, from := &n.stages[i], &c.stages[i]
		*t = *from
		t.moves = append([]int64(nil), from.moves...)
		t.stays, t.open = *from.stays.Clone(), *from.open.Clone()
	}
	return &n
}

// WithLevel returns the same report with intervals of another confidence level,
// between 0 and 1. Else the error is [ErrLevel].
func (r *StageReport) WithLevel(level float64) (*StageReport, error) {
	if err := checkLevel(level); err != nil {
		return nil, err
	}
	n := *r
	n.level = level
	for _, part := range [...]**Report{&n.funnel, &n.buyer, &n.customer} {
		if *part != nil {
			*part = (*part).withLevel(level)
		}
	}
	return &n, nil
}

// Level returns the confidence level of the intervals.
func (r *StageReport) Level() float64 { return r.level }

// Paths returns the number of paths counted.
func (r *StageReport) Paths() int64 { return r.c.paths }

// Unstaged returns how many paths have no touch in any stage.
func (r *StageReport) Unstaged() int64 { return r.c.unstaged }

// Buyers returns how many paths have a touch before or at the purchase, in a stage
// of [stage.PrePurchase] or [stage.AtPurchase].
func (r *StageReport) Buyers() int64 { return r.c.buyers }

// Customers returns how many paths have a touch after the purchase, in a stage of
// [stage.PostPurchase].
func (r *StageReport) Customers() int64 { return r.c.customers }

// Touches returns how many touches are in a stage of the model. Of the others,
// WithoutStage name no stage, and InOtherStages one that the model lacks.
func (r *StageReport) Touches() int64 { return r.c.in }

// WithoutStage returns how many touches name no stage.
func (r *StageReport) WithoutStage() int64 { return r.c.without }

// InOtherStages returns how many touches name a stage that the model lacks.
func (r *StageReport) InOtherStages() int64 { return r.c.elsewhere }

// Len returns the number of stages.
func (r *StageReport) Len() int { return len(r.c.stages) }

// Stages returns the lines in the order of the model.
func (r *StageReport) Stages() iter.Seq[StageRow] {
	return func(yield func(StageRow) bool) {
		for i := range r.c.stages {
			if !yield(r.row(i)) {
				return
			}
		}
	}
}

// Stage returns the line of a stage, and whether the model has it.
func (r *StageReport) Stage(s stage.Stage) (StageRow, bool) {
	i, ok := r.c.index[s]
	if !ok {
		return StageRow{}, false
	}
	return r.row(i), true
}

func (r *StageReport) row(i int) StageRow {
	t, s := &r.c.stages[i], r.c.model.Steps[i]
	return StageRow{
		Stage: s.Stage, Phase: s.Phase,
		Reached: t.all(), Online: t.reached[touchpoint.Online], Offline: t.reached[touchpoint.Offline],
		UnknownSetting: t.reached[touchpoint.UnknownSetting],
		ReachedRate:    rateOf(t.all(), r.c.paths, r.level),
		Skipped:        t.skipped, Furthest: t.furthest, FellFrom: t.fellFrom, FellTo: t.fellTo,
		LastOpen: t.last[journey.Open], LastConverted: t.last[journey.Converted], LastLost: t.last[journey.Lost],
		Stays: timesOf(&t.stays), Open: timesOf(&t.open),
	}
}

// Moves returns the moves that occurred between stages, in the order of the model.
func (r *StageReport) Moves() iter.Seq[StageMove] {
	return func(yield func(StageMove) bool) {
		for i := range r.c.stages {
			for j, n := range r.c.stages[i].moves {
				m := StageMove{From: r.c.model.Steps[i].Stage, To: r.c.model.Steps[j].Stage, Back: r.c.back(i, j), Count: n}
				if n > 0 && !yield(m) {
					return
				}
			}
		}
	}
}

// Funnel returns the report of the funnel through all stages in order, see
// [FunnelOf]: there, who skipped a stage does not come to the next. Its one group
// tells those who entered online from those who entered offline.
func (r *StageReport) Funnel() *Report { return r.funnel }

// Buyer returns the report of the funnel through the buyer's stages, up to the
// purchase, with the same group, and whether the model has any.
func (r *StageReport) Buyer() (*Report, bool) { return r.buyer, r.buyer != nil }

// Customer returns the report of the funnel through the customer's stages, after
// the purchase, with the same group, and whether the model has any.
func (r *StageReport) Customer() (*Report, bool) { return r.customer, r.customer != nil }

// Warnings returns what is odd about the data: [ErrBeforeData], or [ErrNoStages], or
// an [*UnmatchedStageError] for each such stage; [ErrOtherStages].
func (r *StageReport) Warnings() []error {
	var all []error
	switch {
	case r.c.later > 0 && r.c.later == r.c.touches():
		all = append(all, ErrBeforeData)
	case r.c.in == 0:
		all = append(all, ErrNoStages)
	default:
		for row := range r.Stages() {
			if row.Reached == 0 {
				all = append(all, &UnmatchedStageError{row.Stage})
			}
		}
	}
	if r.c.elsewhere > 0 {
		all = append(all, ErrOtherStages)
	}
	return all
}
