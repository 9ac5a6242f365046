package dropoff

import (
	"errors"
	"fmt"
)

var (
	// ErrNoSpells says that there is nothing to estimate a curve from.
	ErrNoSpells = errors.New("dropoff: no spells")
	// ErrNoEvents says that there is nothing to compare: in no group did the event happen
	// while anybody of another group was at risk of it.
	ErrNoEvents = errors.New("dropoff: no events to compare")
	// ErrNegativeDuration says that something ended before it began.
	ErrNegativeDuration = errors.New("dropoff: negative duration")
	// ErrSpellEnd says that a spell cannot end so, or is not an event that a curve can
	// be about: an open spell is the absence of one.
	ErrSpellEnd = errors.New("dropoff: no such end of a spell")
	// ErrUntimedPath says that a path has no touch, or one of unknown time, or does not say
	// when it ended.
	ErrUntimedPath = errors.New("dropoff: path without times")
	// ErrAsOf says that a path knows more than could be known at the time from which the
	// analysis looks, that this time is missing, or that accumulators look from
	// different times.
	ErrAsOf = errors.New("dropoff: does not fit the time from which the analysis looks")
	// ErrProbability says that a probability is not between 0 and 1, both excluded.
	ErrProbability = errors.New("dropoff: probability not between 0 and 1")
	// ErrGroups says that there are fewer than two groups to compare.
	ErrGroups = errors.New("dropoff: fewer than two groups")
	// ErrUndecided says that the data do not reach far enough to answer. See
	// [Gaps.LostAfter].
	ErrUndecided = errors.New("dropoff: journeys were not watched for long enough to tell")
)

// EmptySpellsError names the group of a comparison that is empty. It is an
// [ErrNoSpells].
type EmptySpellsError struct {
	// Group is the index of the group, from 0.
	Group int
}

// Error names the group.
func (e *EmptySpellsError) Error() string {
	return fmt.Sprintf("%v in group %d", ErrNoSpells, e.Group)
}

// Unwrap returns [ErrNoSpells].
func (e *EmptySpellsError) Unwrap() error { return ErrNoSpells }
