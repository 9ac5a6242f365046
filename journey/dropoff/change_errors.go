package dropoff

import (
	"errors"
	"fmt"
)

var (
	// ErrEmptyGroup says that nobody entered the funnel in a group, so that it has
	// no rates to compare. The error that a function returns is an
	// [*EmptyGroupError], or two joined.
	ErrEmptyGroup = errors.New("dropoff: nobody entered in a group")
	// ErrNoChain says that the overall rate is not the product of the rates of the
	// steps, as in an open funnel, so that it cannot be explained by them.
	ErrNoChain = errors.New("dropoff: the overall rate is not the product of the rates of the steps")
)

// EmptyGroupError names a group that nobody entered. It is an [ErrEmptyGroup].
type EmptyGroupError struct {
	Side Side
}

// Error names the group.
func (e *EmptyGroupError) Error() string {
	return fmt.Sprintf("dropoff: nobody entered in the group %v", e.Side)
}

// Unwrap returns ErrEmptyGroup.
func (e *EmptyGroupError) Unwrap() error { return ErrEmptyGroup }
