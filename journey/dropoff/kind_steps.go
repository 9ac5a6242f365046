package dropoff

import "github.com/cjm-go/cjm/touchpoint"

// KindSteps returns a step for each kind of touch, with the kind as its name: the
// funnel that is asked for most.
func KindSteps(kinds ...touchpoint.Kind) []Step {
	steps := make([]Step, len(kinds))
	for i, kind := range kinds {
		steps[i] = Step{Name: string(kind), Kinds: []touchpoint.Kind{kind}}
	}
	return steps
}
