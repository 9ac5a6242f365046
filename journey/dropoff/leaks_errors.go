package dropoff

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cjm-go/cjm/journey/markov"
)

// Errors and warnings of [Leaks] and [ChainExplanation].
var (
	// ErrNoNulls says that the counts leave out the journeys that did not convert:
	// see [markov.ExcludeNulls].
	ErrNoNulls = errors.New("dropoff: the counts are without null journeys")
	// ErrDwell says that dwell times are not those of the journeys counted: there
	// are more of some transition than were counted.
	ErrDwell = errors.New("dropoff: dwell times of other journeys")
	// ErrNoLosses warns that no journey was lost.
	ErrNoLosses = errors.New("dropoff: no journey was lost")
	// ErrNoConversions warns that no journey converted, so that nothing can be
	// gained anywhere.
	ErrNoConversions = errors.New("dropoff: no journey converted")
	// ErrUntimed warns that some transitions have no dwell time, so that some
	// expected times are not known.
	ErrUntimed = errors.New("dropoff: transitions without dwell times")
)

// DeadEndError warns of states in which every journey that comes there is lost.
type DeadEndError struct {
	// States are the states, in the order of the chain.
	States []markov.State
}

// Error names the states, the first ten if there are more.
func (e *DeadEndError) Error() string {
	const most = 10
	var names []string
	for _, s := range e.States[:min(len(e.States), most)] {
		names = append(names, s.String())
	}
	text := "dropoff: every journey that comes there is lost in " + strings.Join(names, ", ")
	if more := len(e.States) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
