package dropoff

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// StageOptions are the settings of [StageCounts]. The zero value works.
type StageOptions struct {
	// AsOf is the time from which the analysis looks: later touches and ends of
	// journeys do not count. The zero time means that there is no such limit.
	AsOf time.Time
	// LostAfter makes a journey that is open lost if it has been silent this long
	// at AsOf. 0 means that the outcome of the path says so.
	LostAfter time.Duration
}

// Validate reports all that is wrong with the options.
func (o StageOptions) Validate() error {
	var errs []error
	if o.LostAfter < 0 {
		errs = append(errs, errors.New("dropoff: StageOptions.LostAfter: negative"))
	}
	if o.LostAfter > 0 && o.AsOf.IsZero() {
		errs = append(errs, errors.New("dropoff: StageOptions.LostAfter: needs AsOf"))
	}
	return errors.Join(errs...)
}

// StageCounts counts how customers go through the stages of a model, by the stage
// that each touch says it is in. Touches that name none, or one that the model
// lacks, are counted and otherwise not seen.
//
// A stay is a run of touches in one stage: from the first of them to the first
// touch in another stage, or to the end of the journey. The stay in which an open
// journey is has not ended: it is censored at AsOf, or else at the last touch.
//
// StageCounts is an accumulator: Add paths, Merge the counts of other shards, then
// Report. The counts are checked integers, and every stay is kept with its time, in
// up to 16 bytes. It is not safe for concurrent use.
type StageCounts struct {
	model       stage.Model
	options     StageOptions
	description []byte
	index       map[stage.Stage]int
	ordered     []bool

	paths int64
	// unstaged are the paths without a touch in any stage.
	unstaged int64
	// buyers and customers are the paths with a touch in a stage of that part.
	buyers, customers int64
	// in, without, elsewhere, later are the touches: in a stage of the model, without
	// stage, in a stage that the model lacks, after AsOf.
	in, without, elsewhere, later int64
	stages                        []stageTally

	// The funnels through all stages, the buyer's and the customer's; nil where
	// the model has no stage of the part.
	funnel, buyer, customer *Counts

	walk stageWalk // scratch
}

// numSettings is how many settings there are.
const numSettings = int(touchpoint.Offline) + 1

// stageTally counts at one stage. All but moves are numbers of paths.
type stageTally struct {
	// reached by the setting of the first touch in the stage.
	reached [numSettings]int64
	// skipped it but reached a later one; it was the furthest.
	skipped, furthest int64
	// fellFrom it to an earlier one, fellTo it from a later one.
	fellFrom, fellTo int64
	// last: it was the stage of the last stay, by outcome.
	last [numOutcomes]int64
	// moves are the stays that followed upon one here, by stage.
	moves []int64
	// stays are the stays that ended, open those that did not.
	stays, open journey.Durations
}

// stagesGroup is the name of the group of the funnels.
const stagesGroup = "setting"

// NewStageCounts returns empty counts of the stages of the model. The error says all
// that is wrong with the model, see [stage.Model.Validate], and the options, or that
// there are more than [MaxSteps] stages.
func NewStageCounts(model stage.Model, o StageOptions) (*StageCounts, error) {
	if err := errors.Join(model.Validate(), o.Validate()); err != nil {
		return nil, err
	}
	model.Steps = slices.Clone(model.Steps)
	c := &StageCounts{
		model: model, options: o, description: describeStages(model, o),
		index: make(map[stage.Stage]int), ordered: inOrder(model),
	}
	n := model.Len()
	c.stages = make([]stageTally, n)
	c.walk.seen = make([]stageSeen, n)
	for i, s := range model.Steps {
		c.index[s.Stage] = i
		c.stages[i].moves = make([]int64, n)
	}
	var errs [3]error
	c.funnel, errs[0] = c.part(FunnelOf(model))
	c.buyer, errs[1] = c.part(FunnelOf(model, stage.PrePurchase, stage.AtPurchase))
	c.customer, errs[2] = c.part(FunnelOf(model, stage.PostPurchase))
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	return c, nil
}

// part returns empty counts of a funnel through some of the stages, nil if they are
// none.
func (c *StageCounts) part(f Funnel) (*Counts, error) {
	switch n := len(f.Steps); {
	case n == 0:
		return nil, nil
	case n > MaxSteps:
		return nil, fmt.Errorf("dropoff: %d stages in order, more than %d", n, MaxSteps)
	}
	f.AsOf, f.LostAfter = c.options.AsOf, c.options.LostAfter
	return NewCounts(f, Group{Name: stagesGroup, Key: journey.BySetting})
}

// parts returns the counts of the funnels that there are.
func (c *StageCounts) parts() []*Counts {
	return slices.DeleteFunc([]*Counts{c.funnel, c.buyer, c.customer}, func(f *Counts) bool { return f == nil })
}

// New returns empty counts of the same model and options.
func (c *StageCounts) New() *StageCounts {
	n, err := NewStageCounts(c.model, c.options)
	if err != nil {
		panic(err) // not reached: c was made of the same
	}
	return n
}

// describeStages returns all that can be said of a model and the options, but for
// the name and the labels.
func describeStages(model stage.Model, o StageOptions) []byte {
	var b []byte
	b = wire.AppendUint(b, uint64(model.Len()))
	for _, s := range model.Steps {
		b = wire.AppendString(b, string(s.Stage))
		b = wire.AppendUint(b, uint64(s.Phase))
	}
	b = appendTime(b, o.AsOf)
	return wire.AppendCount(b, int64(o.LostAfter))
}

// touches returns the number of touches counted.
func (c *StageCounts) touches() int64 { return c.in + c.without + c.elsewhere + c.later }

// Merge adds what other counted; other stays as it is. The error is [ErrMismatch],
// unless the stages, their phases and the options are equal, or
// [journey.ErrOverflow]. Nothing has changed then.
func (c *StageCounts) Merge(other *StageCounts) error {
	if !bytes.Equal(c.description, other.description) {
		return ErrMismatch
	}
	if other.paths > maxAttempts-c.paths || other.touches() > maxAttempts-c.touches() {
		return journey.ErrOverflow
	}
	if other == c {
		other = c.New()
		if err := other.Merge(c); err != nil {
			return err // not reached: into empty counts nothing overflows
		}
	}
	for i, f := range c.parts() {
		if err := f.Merge(other.parts()[i]); err != nil {
			return err // not reached: they count the same paths
		}
	}
	for i, to := range c.totals() {
		*to += *other.totals()[i]
	}
	for i := range c.stages {
		c.stages[i].merge(&other.stages[i])
	}
	return nil
}

// totals returns where the counts of paths and touches are.
func (c *StageCounts) totals() [8]*int64 {
	return [...]*int64{&c.paths, &c.unstaged, &c.buyers, &c.customers, &c.in, &c.without, &c.elsewhere, &c.later}
}

func (t *stageTally) merge(other *stageTally) {
	for i, to := range t.counts() {
		*to += *other.counts()[i]
	}
	for i, n := range other.moves {
		t.moves[i] += n
	}
	mergeDurations(&t.stays, &other.stays)
	mergeDurations(&t.open, &other.open)
}

// counts returns where the counts of paths are.
func (t *stageTally) counts() [4 + numSettings + numOutcomes]*int64 {
	return [...]*int64{
		&t.reached[0], &t.reached[1], &t.reached[2], &t.skipped, &t.furthest,
		&t.fellFrom, &t.fellTo, &t.last[0], &t.last[1], &t.last[2],
	}
}

// all returns how many paths reached the stage.
func (t *stageTally) all() int64 { return t.reached[0] + t.reached[1] + t.reached[2] }

// Paths returns the number of paths counted.
func (c *StageCounts) Paths() int64 { return c.paths }
