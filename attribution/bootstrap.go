package attribution

import (
	"fmt"
	"math"
)

// Bootstrap is a model together with intervals by the Poisson bootstrap, which
// works for any model, also one of your own. Its results are those of the model;
// [UncertaintyOf] gives the intervals.
//
// Each replicate is an accumulator of the model that counts every customer, with all
// journeys, as often as an independent draw from Poisson(1) says (Hanley and
// MacGibbon, "Creating non-parametric bootstrap samples using Poisson frequencies",
// Computer Methods and Programs in Biomedicine 83 (2006) 57-62; Chamandy,
// Muralidharan, Najmi and Naidu, "Estimating uncertainty for massive data streams",
// Google, 2012). The draw is made of a hash of the customer, the replicate and the
// seed, so shards agree on it. Journeys of which the customer is not known are
// independent: along one path, n of them count as a draw from Poisson(n), converted,
// lost and open ones apart. Credits are scaled to the number of journeys counted.
//
// The intervals lie between quantiles of the replicates, and the standard error is
// their standard deviation. Places by credit come with their probabilities:
// [Uncertainty.Ranks].
//
// Counting a path takes the time of as many as there are replicates, two thirds of
// them on average, and so does the memory. In addition each customer takes 16 bytes
// and each distinct path without a customer is kept, together with the ages of its
// touches where the model may look at them. The model is used on several
// goroutines, with an accumulator of its own on each.
type Bootstrap struct {
	Model Model
	// Level is the level of the intervals; 0 means [DefaultLevel].
	Level float64
	// Replicates is their number; 0 means 200. An interval of the level .95 needs
	// 39 at least, or else its ends would lie beyond the extremes.
	Replicates int
	// Seed makes the draws others.
	Seed uint64
	// Parallelism is how many goroutines make results of replicates: 0 as many as
	// GOMAXPROCS says, 1 only that of the caller. Nothing depends on it.
	Parallelism int
}

// DefaultReplicates is the number of replicates where none is set.
const DefaultReplicates = 200

// Name returns the name of the model.
func (b Bootstrap) Name() string { return nameOf(b.Model) }

// Validate reports what is wrong with the model, a level outside of (0, 1), and
// fewer replicates than the level needs.
func (b Bootstrap) Validate() error {
	if err := checkModel(ByBootstrap, b.Model); err != nil {
		return err
	}
	if err := checkLevel(ByBootstrap, b.Level); err != nil {
		return err
	}
	if b.Parallelism < 0 {
		return fmt.Errorf("%w: bootstrap: negative Parallelism", ErrConfig)
	}
	if n := leastReplicates(level(b.Level)); b.replicates() < n {
		return fmt.Errorf("%w: bootstrap: an interval of level %v needs %d replicates at least", ErrConfig, level(b.Level), n)
	}
	return nil
}

// leastReplicates returns the least n such that the quantiles (1-level)/2 and
// (1+level)/2 of n replicates lie between the smallest and the largest.
func leastReplicates(level float64) int {
	n := 2/(1-level) - 1
	return int(min(math.Ceil(n-1e-9), math.MaxInt32))
}

func (b Bootstrap) replicates() int {
	if b.Replicates == 0 {
		return DefaultReplicates
	}
	return b.Replicates
}

// NewAccumulator implements [Model]. The model must be valid.
func (b Bootstrap) NewAccumulator() Accumulator {
	a := &bootstrap{
		config: bootstrapConfig{
			name: b.Name(), level: level(b.Level), replicates: b.replicates(), seed: b.Seed,
		},
		model: b.Model, parallelism: b.Parallelism, aged: looksAtAges(b.Model),
		base: b.Model.NewAccumulator(), tally: new(tally),
	}
	a.streams = make([]replicate, b.replicates())
	for i := range a.streams {
		a.streams[i].counts = b.Model.NewAccumulator()
	}
	return a
}

// looksAtAges reports whether the model may depend on the ages of touches.
func looksAtAges(m Model) bool {
	switch m := m.(type) {
	case TimeDecay, Weighted:
		return true
	case Delta:
		return looksAtAges(m.Model)
	case Sandwich:
		return looksAtAges(m.Model)
	case Bootstrap:
		return looksAtAges(m.Model)
	}
	_, ours := m.NewAccumulator().(*accumulator)
	return !ours
}
