package markov

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cjm-go/cjm/touchpoint"
)

var (
	// ErrNotConverged says that a result could not be had with the tolerance asked
	// for. The error is a [*NotConvergedError].
	ErrNotConverged = errors.New("markov: tolerance not reached")
	// ErrUnknownChannel says that the chain has no such channel. The error is an
	// [*UnknownChannelError].
	ErrUnknownChannel = errors.New("markov: no such channel")
)

// NotConvergedError says how far a solution got.
type NotConvergedError struct {
	// Tolerance is what was asked for, and Reached the certified bound that the
	// solution had when it got no better.
	Tolerance, Reached float64
	// Iterations is the number of passes over the system.
	Iterations int
}

// Error tells the two numbers.
func (e *NotConvergedError) Error() string {
	return fmt.Sprintf("%v: %g asked for, %g after %d iterations", ErrNotConverged, e.Tolerance, e.Reached, e.Iterations)
}

// Unwrap returns [ErrNotConverged].
func (e *NotConvergedError) Unwrap() error { return ErrNotConverged }

// UnknownChannelError names a channel that the chain does not have.
type UnknownChannelError struct {
	Channel touchpoint.Channel
}

// Error names the channel.
func (e *UnknownChannelError) Error() string {
	return fmt.Sprintf("%v: %q", ErrUnknownChannel, e.Channel)
}

// Unwrap returns [ErrUnknownChannel].
func (e *UnknownChannelError) Unwrap() error { return ErrUnknownChannel }

// ClosedWindowError reports states of a chain of higher order from which no end
// can be reached.
type ClosedWindowError struct {
	// Windows are the windows of the states, in the order of the chain. That of
	// Start is empty.
	Windows [][]touchpoint.Channel
}

// Error names the windows, the first ten if there are more.
func (e *ClosedWindowError) Error() string {
	const most = 10
	var names []string
	for _, w := range e.Windows[:min(len(e.Windows), most)] {
		if len(w) == 0 {
			names = append(names, Start.String())
			continue
		}
		var parts []string
		for _, channel := range w {
			parts = append(parts, string(channel))
		}
		names = append(names, strings.Join(parts, " > "))
	}
	text := "markov: no end can be reached from " + strings.Join(names, ", ")
	if more := len(e.Windows) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// closedError names the states that are not open.
func (c *WindowChain) closedError(open []bool) error {
	e := new(ClosedWindowError)
	var buf []int32
	for s, ok := range open {
		if ok {
			continue
		}
		buf = c.window(buf[:0], int32(s))
		w := make([]touchpoint.Channel, len(buf))
		for i, channel := range buf {
			w[i] = c.channels[channel]
		}
		e.Windows = append(e.Windows, w)
	}
	return e
}
