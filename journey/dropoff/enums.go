package dropoff

import (
	"github.com/cjm-go/cjm/internal/enum"
)

// Order says how the touches of a conversion follow one another.
type Order uint8

const (
	// Ordered: one step after the other, with any touches between. What most
	// tools count; the zero value.
	Ordered Order = iota
	// Consecutive: no touch between two steps but repetitions of the step done.
	// PostHog calls this strict.
	Consecutive
	// Strict: no touch at all between two steps.
	Strict
	// AnyOrder: each step once, by touches of their own, in any order. Step k
	// counts who did any k of the steps.
	AnyOrder
)

// Entry says which touches begin an attempt.
type Entry uint8

const (
	// AnyEntry: every touch of the first step does; the best attempt counts,
	// once a customer. The best is the one that comes farthest; then the first
	// to come there; then the one that began last. The zero value.
	AnyEntry Entry = iota
	// FirstEntry: only the customer's first touch of the first step does.
	FirstEntry
	// EveryEntry: attempts are counted, not customers. A touch of the first
	// step begins one whenever none is under way: the one before has completed,
	// was excluded or interrupted, or its time is over. A touch that an attempt
	// has used belongs to no other.
	EveryEntry
)

// Ties says what is before what among touches of the same time.
type Ties uint8

const (
	// TiesInOrder: touches of the same time are in the order of the path. The
	// zero value.
	TiesInOrder Ties = iota
	// TiesInAnyOrder: either of two touches of the same time may be the first.
	TiesInAnyOrder
	// TiesApart: neither of two touches of the same time follows the other.
	TiesApart
)

// Like names a tool whose counting a [Funnel] reproduces.
type Like uint8

const (
	// Exact: by the definitions of this package. The zero value.
	Exact Like = iota
	// LikeClickHouse: windowFunnel of ClickHouse. Touches of one instant are taken in
	// order of steps; a touch of several steps does them all, so it can count too many.
	LikeClickHouse
	// LikeClickHouseStrictOrder: with strict_order. After the first touch of step 1, a touch
	// of no step, or of one whose turn has not come, ends the count for good; steps
	// done may be repeated.
	LikeClickHouseStrictOrder
	// LikeClickHouseStrictDeduplication: with strict_deduplication. Doing a step after
	// the first a second time ends the count for good.
	LikeClickHouseStrictDeduplication
	// LikeClickHouseStrictIncrease: with strict_increase. Steps must be later than the one
	// before, which is the latest seen, so some conversions are missed.
	LikeClickHouseStrictIncrease
	// LikeClickHouseStrictOnce: with strict_once. A touch does one step only; of touches of
	// one instant either may be the first. Exact otherwise.
	LikeClickHouseStrictOnce
	// LikePostHog: ordered funnels of PostHog. Touches of one instant are taken in order
	// of steps, without exclusions. An exclusion drops the customer, unless a later
	// clean entry comes as deep.
	LikePostHog
	// LikePostHogStrict: strict funnels of PostHog. Only repetitions of the step done may
	// come between, but anything in the same instant.
	LikePostHogStrict
	// LikePostHogAnyOrder: funnels of PostHog in any order. A touch of several steps is
	// given to one and stays there, so it can count too few. An exclusion clears what
	// is under way. As with AnyOrder, step k counts who did any k of the steps.
	LikePostHogAnyOrder
	// LikeMixpanel: uniques of Mixpanel. Only the first touch of step 1 enters; steps within
	// 2 seconds are interchangeable; an exclusion ends progress, what was done stays.
	LikeMixpanel
	// LikeMixpanelReentry: the same with optimized re-entry. Every touch of step 1 enters.
	LikeMixpanelReentry
	// LikeRetentioneering: the funnel of retentioneering. The first touch of each step
	// behind that of the one before, by the order of the path, without a window. (There,
	// rates are of all paths, not of those that did step 1.)
	LikeRetentioneering
	// LikeGA4: the funnel report of the Google Analytics Data API (v1alpha). Step windows
	// inclusive in whole microseconds, Directly and Open; no window for the whole.
	LikeGA4
)

// Status is what became of an attempt.
type Status uint8

const (
	// NotEntered: never did the first step.
	NotEntered Status = iota
	// Completed: did every step that is not optional.
	Completed
	// Lost: went away, or the journey ended otherwise.
	Lost
	// StillOpen: may yet complete.
	StillOpen
	// TimedOut: did not go on within the windows.
	TimedOut
	// Excluded: an exclusion ended it.
	Excluded
)

// Reason says in one word why the status is what it is.
type Reason uint8

const (
	// ReasonAbsent: never entered; the status is NotEntered.
	ReasonAbsent Reason = iota
	// ReasonCompleted: did every step; the status is Completed.
	ReasonCompleted
	// ReasonInactive: silent for LostAfter; the status is Lost.
	ReasonInactive
	// ReasonEnded: the journey ended without the step; the status is Lost.
	ReasonEnded
	// ReasonOpen: may yet go on; the status is StillOpen.
	ReasonOpen
	// ReasonWindow: the window of the funnel passed; the status is TimedOut.
	ReasonWindow
	// ReasonStepWindow: the window of a step passed; the status is TimedOut.
	ReasonStepWindow
	// ReasonExcluded: an exclusion came between; the status is Excluded.
	ReasonExcluded
	// ReasonInterrupted: another touch came between where none may; the status
	// is Lost.
	ReasonInterrupted
)

var (
	orderNames = []string{Ordered: "ordered", Consecutive: "consecutive", Strict: "strict", AnyOrder: "any"}
	entryNames = []string{AnyEntry: "any", FirstEntry: "first", EveryEntry: "every"}
	tiesNames  = []string{TiesInOrder: "in-order", TiesInAnyOrder: "any-order", TiesApart: "apart"}
	likeNames  = []string{
		Exact:                             "exact",
		LikeClickHouse:                    "clickhouse",
		LikeClickHouseStrictOrder:         "clickhouse-strict-order",
		LikeClickHouseStrictDeduplication: "clickhouse-strict-dedup",
		LikeClickHouseStrictIncrease:      "clickhouse-strict-increase",
		LikeClickHouseStrictOnce:          "clickhouse-strict-once",
		LikePostHog:                       "posthog",
		LikePostHogStrict:                 "posthog-strict",
		LikePostHogAnyOrder:               "posthog-any",
		LikeMixpanel:                      "mixpanel",
		LikeMixpanelReentry:               "mixpanel-reentry",
		LikeRetentioneering:               "retentioneering",
		LikeGA4:                           "ga4",
	}
	statusNames = []string{
		NotEntered: "absent", Completed: "completed", Lost: "lost", StillOpen: "open",
		TimedOut: "timed-out", Excluded: "excluded",
	}
	reasonNames = []string{
		ReasonAbsent: "absent", ReasonCompleted: "completed", ReasonInactive: "inactive",
		ReasonEnded: "ended", ReasonOpen: "open", ReasonWindow: "window",
		ReasonStepWindow: "step-window", ReasonExcluded: "excluded", ReasonInterrupted: "interrupted",
	}
)

// String returns "ordered", "consecutive", "strict" or "any".
func (o Order) String() string { return enum.String("Order", orderNames, o) }

// MarshalText returns the text of [Order.String].
func (o Order) MarshalText() ([]byte, error) { return enum.Text("dropoff", "order", orderNames, o) }

// UnmarshalText is the inverse of [Order.MarshalText].
func (o *Order) UnmarshalText(text []byte) error {
	return enum.Parse("dropoff", "order", orderNames, text, o)
}

// String returns "any", "first" or "every".
func (e Entry) String() string { return enum.String("Entry", entryNames, e) }

// MarshalText returns the text of [Entry.String].
func (e Entry) MarshalText() ([]byte, error) { return enum.Text("dropoff", "entry", entryNames, e) }

// UnmarshalText is the inverse of [Entry.MarshalText].
func (e *Entry) UnmarshalText(text []byte) error {
	return enum.Parse("dropoff", "entry", entryNames, text, e)
}

// String returns "in-order", "any-order" or "apart".
func (t Ties) String() string { return enum.String("Ties", tiesNames, t) }

// MarshalText returns the text of [Ties.String].
func (t Ties) MarshalText() ([]byte, error) {
	return enum.Text("dropoff", "rule for ties", tiesNames, t)
}

// UnmarshalText is the inverse of [Ties.MarshalText].
func (t *Ties) UnmarshalText(text []byte) error {
	return enum.Parse("dropoff", "rule for ties", tiesNames, text, t)
}

// String returns the name of the tool in lower case, with that of its mode behind
// a hyphen: "clickhouse", "clickhouse-strict-order", "clickhouse-strict-dedup",
// "clickhouse-strict-increase", "clickhouse-strict-once", "posthog",
// "posthog-strict", "posthog-any", "mixpanel", "mixpanel-reentry",
// "retentioneering", "ga4"; or "exact".
func (l Like) String() string { return enum.String("Like", likeNames, l) }

// MarshalText returns the text of [Like.String].
func (l Like) MarshalText() ([]byte, error) {
	return enum.Text("dropoff", "tool to count like", likeNames, l)
}

// UnmarshalText is the inverse of [Like.MarshalText].
func (l *Like) UnmarshalText(text []byte) error {
	return enum.Parse("dropoff", "tool to count like", likeNames, text, l)
}

// String returns "absent", "completed", "lost", "open", "timed-out" or "excluded".
func (s Status) String() string { return enum.String("Status", statusNames, s) }

// MarshalText returns the text of [Status.String].
func (s Status) MarshalText() ([]byte, error) { return enum.Text("dropoff", "status", statusNames, s) }

// UnmarshalText is the inverse of [Status.MarshalText].
func (s *Status) UnmarshalText(text []byte) error {
	return enum.Parse("dropoff", "status", statusNames, text, s)
}

// String returns one word: "absent", "completed", "inactive", "ended", "open",
// "window", "step-window", "excluded" or "interrupted".
func (r Reason) String() string { return enum.String("Reason", reasonNames, r) }

// MarshalText returns the text of [Reason.String].
func (r Reason) MarshalText() ([]byte, error) { return enum.Text("dropoff", "reason", reasonNames, r) }

// UnmarshalText is the inverse of [Reason.MarshalText].
func (r *Reason) UnmarshalText(text []byte) error {
	return enum.Parse("dropoff", "reason", reasonNames, text, r)
}
