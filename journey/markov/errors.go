package markov

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrNoJourneys says that nothing has been counted.
	ErrNoJourneys = errors.New("markov: no journeys")
	// ErrNoConversions says that no journey converts, so removal effects, which are
	// parts of the conversions, are undefined.
	ErrNoConversions = errors.New("markov: no conversions")
	// ErrNoStart says that the chain has no state Start to begin in.
	ErrNoStart = errors.New("markov: the chain has no start")
	// ErrNoValue says that the chain was made of matrices, which say nothing of values.
	ErrNoValue = errors.New("markov: the chain knows no values")
	// ErrUnknownState says that the chain has no such state.
	ErrUnknownState = errors.New("markov: no such state")
	// ErrOverflow says that the values add up to more than the largest float64.
	ErrOverflow = errors.New("markov: total value overflows")
	// ErrMatrix says that the matrices do not make an absorbing chain.
	ErrMatrix = errors.New("markov: not a transition matrix")
	// ErrRange says that the probabilities differ so much that a result is beyond the
	// range of float64. Counted journeys never do.
	ErrRange = errors.New("markov: result out of range")
	// ErrOption says that an option has a value that is not one of its constants.
	ErrOption = errors.New("markov: bad option")
	// ErrMismatch says that counts of different orders, or that treat null journeys
	// differently, cannot be merged.
	ErrMismatch = errors.New("markov: counts with different options")
)

// ClosedError reports states from which no end can be reached: a journey that
// comes there would never end.
type ClosedError struct {
	// States are the closed states, in the order of the chain.
	States []State
}

// Error names the states, the first ten if there are more.
func (e *ClosedError) Error() string {
	const most = 10
	names := make([]string, 0, most)
	for _, s := range e.States[:min(len(e.States), most)] {
		names = append(names, s.String())
	}
	text := "markov: no end can be reached from " + strings.Join(names, ", ")
	if more := len(e.States) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
