package dropoff

import (
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

const (
	// MaxSteps is how many steps a [Funnel] may have.
	MaxSteps = 64
	// MaxExclusions is how many exclusions a [Funnel] may have.
	MaxExclusions = 64
)

// Funnel asks how far customers come along named steps, and where they are lost.
// The zero value of every field but Steps is the usual choice: steps in order
// with any touches between them, the best of all entries, no windows.
//
// What is counted are chains: touches of a customer, each for one step, in the
// order of the steps, none for two, which meet all that the funnel demands. A
// customer reached a step if a chain ends there. All chains are considered, so a
// customer who could complete in some way has completed, also where a touch
// matches several steps or several touches have the same time.
//
// Windows hold to the end: a touch exactly Window after the first is within. The
// times of a path need no zone, and may lie before 1970.
type Funnel struct {
	// Steps are what a customer is to do, in order: from 1 to [MaxSteps]. Steps
	// with the same condition need as many touches.
	Steps []Step
	// Order says how the touches of the steps follow one another.
	Order Order
	// Entry says which touches of the first step begin an attempt.
	Entry Entry
	// Open lets a customer enter at any step, not at the first only.
	Open bool
	// Window bounds the time from the first touch of a conversion to its last;
	// exactly Window is within. 0 means no bound.
	Window time.Duration
	// StepWindow bounds the time from the touch of one step to that of the
	// next, likewise. 0 means no bound.
	StepWindow time.Duration
	// Exclusions are touches that must not lie between steps; at most
	// [MaxExclusions].
	Exclusions []Exclusion
	// Constant demands that all touches of a conversion have the same value of
	// the key, such as one order number. Touches whose value is not known go
	// together. nil demands nothing. With FirstEntry and EveryEntry, entries are
	// those of each value.
	Constant journey.Key
	// Ties says what is before what among touches of the same time. AnyOrder
	// does not ask.
	Ties Ties
	// Tolerance widens "the same time": a touch and those that follow it by no
	// more than Tolerance happen at one instant, its time. It needs other
	// [Ties] than [TiesInOrder].
	Tolerance time.Duration
	// AsOf is the time from which the analysis looks: later touches do not
	// count. The zero time means that the outcome of the path says whether it
	// is open, at its last touch.
	AsOf time.Time
	// LostAfter makes a customer who has been silent this long at AsOf lost, though
	// the windows are still open. 0 leaves it to the windows; without any, whoever
	// did not complete is lost unless the outcome of the path is
	// [github.com/cjm-go/cjm/journey.Open] or the path has a touch or its end after
	// AsOf.
	LostAfter time.Duration
	// Like, unless [Exact], counts as a named tool does, with its quirks. The
	// tool decides on Order, Entry and Ties, which must then be zero.
	Like Like
}

// Step is one step of a [Funnel]. It matches a touchpoint that meets every
// condition given: over one of Channels, of one of Kinds, in one of Stages,
// Match is true. A step without any condition is an error.
type Step struct {
	// Name is the name of the step in reports, not empty and unlike all others.
	Name string
	// Channels, if any, are those of which the touchpoint must have one.
	Channels []touchpoint.Channel
	// Kinds, if any, are those of which the touchpoint must have one.
	Kinds []touchpoint.Kind
	// Stages, if any, are those of which the touchpoint must have one.
	Stages []stage.Stage
	// Match, if not nil, must return true. It is asked last, must not keep or
	// change the touchpoint, and must always answer the same.
	Match func(*touchpoint.Touchpoint) bool
	// Optional lets customers skip the step. The first and the last step cannot
	// be optional.
	Optional bool
	// Directly demands that the touch of the step is the customer's very next
	// one after that of the step before.
	Directly bool
	// Within is the StepWindow of this step; 0 means that of the funnel. Where
	// optional steps are left out it begins at the last step done.
	Within time.Duration
}

// Exclusion names touches that end progress where they lie between two steps.
// It matches as a [Step] does. A touch that takes a customer a step further does
// not exclude what it takes further.
type Exclusion struct {
	// Name is the name of the exclusion in reports; unlike all others.
	Name string
	// Channels, Kinds, Stages and Match are the condition, as of a [Step].
	Channels []touchpoint.Channel
	Kinds    []touchpoint.Kind
	Stages   []stage.Stage
	Match    func(*touchpoint.Touchpoint) bool
	// From and To are the numbers, from 1, of the steps between which the
	// exclusion holds: it ends what has done step From, but not yet To. 0 means
	// the first and the last step.
	From, To int
	// Drop drops the customer from the funnel, who is then counted as
	// excluded, unless a later entry is clean; otherwise only the attempt ends
	// and what was reached stays. Who has done step To already, or completed, is
	// not dropped.
	Drop bool
}
