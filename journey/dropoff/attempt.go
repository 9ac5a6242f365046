package dropoff

import (
	"time"

	"github.com/google/uuid"
)

// Attempt is what became of one customer in a funnel; with [EveryEntry], of one
// attempt of the customer. The zero value says that the customer never entered.
type Attempt struct {
	// Status is what became of it, and Reason says why.
	Status Status
	Reason Reason
	// Dropped tells that the status is Excluded because of an exclusion with
	// Drop, or because the tool of [Like] drops: the customer counts nowhere
	// but as excluded. The other fields then say what had been reached when the
	// exclusion came, unless it was a tool's, which do not say.
	Dropped bool
	// Entered is the number, from 1, of the step at which the attempt began: 1
	// unless the funnel is open. It is 0 if NotEntered.
	Entered int
	// Reached is the number of the deepest step done; 0 if NotEntered. With
	// [AnyOrder] and [LikePostHogAnyOrder] it is the number of different steps done.
	Reached int
	// Did has bit k-1 set if step k was done: if some chain ends at it, not
	// only the one that Hits shows. With AnyOrder, and for the tools of [Like],
	// these are the lowest Reached bits.
	Did uint64
	// Hits are the touches that count, one a step done, in the order of steps
	// (with AnyOrder in order of time), of the best chain: the first to come as
	// far as any; of those (in an open funnel) those that entered at the
	// earliest step; of those the one that began last. There may be fewer where
	// the tool of [Like] has steps without touches. Like Mixpanel, their times may
	// go back by up to 2 seconds; like PostHog in any order, Step only numbers them.
	Hits []Hit
	// Since is the time of the entry and Until that of the end: of completion,
	// of the loss (the touch that excluded or interrupted, the moment when the
	// window passed or LostAfter was over, the end of the journey), or as of
	// when the attempt is still open. With Tolerance, entry and completion have
	// the times of their instants. Until is never before Since. Both are zero if
	// NotEntered or where a tool only says that it dropped the customer.
	Since, Until time.Time
}

// Hit is a touch that counts for a step.
type Hit struct {
	// Step is the number of the step, from 1.
	Step int
	// Index is that of the touch in the path.
	Index int
	// Time and ID are those of the touch.
	Time time.Time
	ID   uuid.UUID
}
