package dropoff

import (
	"time"

	"github.com/cjm-go/cjm/journey/markov"
)

// Leak is what is known of one state of the chain. In the formulas i is the state, s
// the start, M the number of journeys, D_i those that were last seen in i and lost,
// and Q, r, d, N and b are as in the documentation of package markov.
type Leak struct {
	State markov.State
	// Visits is how often a journey was in the state. Of these visits,
	// Conversions and Losses were the last of a journey that converted or was
	// lost, and Open were the last that is known of a journey: it has not ended,
	// or went on to a closed state.
	Visits, Open, Conversions, Losses int64
	// ExitRate is d_i, the probability that a visit is the last of a journey that
	// is lost: Losses of Visits-Open, with Wilson's interval.
	ExitRate Rate
	// LossShare is D_i / sum D: Losses of the losses of all states, with Wilson's
	// interval. It is not known where nothing was lost.
	LossShare Rate
	// ExpectedVisits is N_si, how often a journey is in the state on average. If
	// there are no open journeys it is Visits/M.
	ExpectedVisits float64
	// ExpectedLosses is M N_si d_i, how many of all the journeys will have been
	// lost in the state once every journey has ended. If there are no open
	// journeys it is Losses.
	ExpectedLosses float64
	// PConvert is b_i, the probability that a journey in the state will convert,
	// and PLost the probability that it will be lost.
	PConvert, PLost float64
	// Dwell is how long a visit takes on average, until the next touch or the end
	// of the journey. It is 0 in the start. Timed says whether it is known.
	Dwell time.Duration
	Timed bool
	// ToEnd is what a journey in the state has ahead of it until its end, the
	// present visit included, and StepsVariance the variance of its steps.
	ToEnd         Ahead
	StepsVariance float64
	// ToConversion is the same of a journey that will convert.
	ToConversion Ahead
	// Upside is what there would be to gain if no journey were lost here.
	Upside Upside
}

// Ahead is how far it is to the end of a journey, on average.
type Ahead struct {
	// Steps is the number of steps, the one into the end included. From the start
	// that is one more than the number of touches. To the end it is
	// sum_k N_ik, to the conversion sum_k N_ik b_k / b_i.
	Steps float64
	// Known is false, and Steps 0, where no journey comes to that end.
	Known bool
	// Time is the same with the mean dwell time of each transition for 1, rounded
	// to nanoseconds; the longest duration stands for any that is longer.
	Time time.Duration
	// Timed is false, and Time 0, where the dwell time of a transition on the way
	// is not known.
	Timed bool
}

// Upside is how much more there would be if no journey were lost in a state i: if
// those that are lost there went on, or converted, as the others do that are in i.
// The row of i without its loss is divided by what remains of it, 1-d_i. Of the
// journeys counted, once all have ended, so many more convert:
//
//	M N_si d_i b_i / (1 - d_i N_ii)
//
// Here M N_si d_i are the losses, and b_i / (1 - d_i N_ii) is the probability that a
// journey in i converts given that it is not lost in i. The formula is the
// difference of P(convert) between the two chains by the formula of Sherman and
// Morrison. The denominator is found as b_i + sum_{k != i} N_ik d_k, a sum of
// non-negative numbers, so that it keeps its precision where nearly every journey
// is lost in i.
//
// The upsides of several states do not add up: who is kept here may be lost there.
type Upside struct {
	// Conversions is the number of conversions more, of the journeys counted.
	Conversions float64
	// Value is what these conversions are worth: u_i, the expected value, for b_i
	// in the formula. It is 0 where conversions have no value.
	Value float64
	// Kept is the number of visits that the upside is an extrapolation of: those
	// after which the journey went on or converted. Few says that it is below
	// [FewKept]: the upside is then no guide, however large.
	Kept int64
	Few  bool
	// Known is false, and Conversions and Value are 0, where all journeys that come
	// to the state are lost there: nothing shows how they would go on.
	Known bool
}

// FewKept is the number of visits below which an upside is marked: [Upside.Few].
const FewKept = 10
