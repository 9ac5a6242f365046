package dropoff

import (
	"errors"
	"fmt"
)

var (
	// ErrBeforeData warns that all touches are later than AsOf, so that the funnel
	// saw none.
	ErrBeforeData = errors.New("dropoff: all touches are later than the time from which the analysis looks")
	// ErrNotEntered warns that nobody entered the funnel, so that no rate is known.
	ErrNotEntered = errors.New("dropoff: nobody entered the funnel")
)

// UnmatchedStepError warns that no touch of anybody matches a step: is there a
// typing error in its condition?
type UnmatchedStepError struct {
	// Step is the number of the step, from 1, and Name its name.
	Step int
	Name string
}

// Error names the step.
func (e *UnmatchedStepError) Error() string {
	return fmt.Sprintf("dropoff: no touch matches step %d, %q", e.Step, e.Name)
}

// UnmatchedExclusionError warns that no touch of anybody matches an exclusion.
type UnmatchedExclusionError struct {
	// Exclusion is the number of the exclusion, from 1, and Name its name.
	Exclusion int
	Name      string
}

// Error names the exclusion.
func (e *UnmatchedExclusionError) Error() string {
	return fmt.Sprintf("dropoff: no touch matches exclusion %d, %q", e.Exclusion, e.Name)
}

// warnings returns what is odd about the counts, of which r is the report.
func (c *Counts) warnings(r *Report) []error {
	var all []error
	if c.touches == 0 && c.later > 0 {
		all = append(all, ErrBeforeData)
	}
	if c.touches > 0 {
		for i := range c.funnel.Steps {
			if c.matched>>i&1 == 0 {
				all = append(all, &UnmatchedStepError{Step: i + 1, Name: c.funnel.Steps[i].Name})
			}
		}
		for i := range c.funnel.Exclusions {
			if c.matchedExclusions>>i&1 == 0 {
				all = append(all, &UnmatchedExclusionError{Exclusion: i + 1, Name: c.funnel.Exclusions[i].Name})
			}
		}
	}
	if r.Attempts() == 0 {
		all = append(all, ErrNotEntered)
	}
	return all
}
