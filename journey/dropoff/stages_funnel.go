package dropoff

import (
	"slices"

	"github.com/cjm-go/cjm/stage"
)

// FunnelOf returns the funnel through the stages of the model in their order, a step
// each: of the phases given, or, if none are, of all phases that are known. Stages
// of [stage.UnknownPhase] stand outside the order, as a lost deal does; but if no
// stage of the model has a phase, all are steps.
//
// The part of the buyer is that of [stage.PrePurchase] and [stage.AtPurchase], the
// part of the customer that of [stage.PostPurchase]. Options can be set, and steps
// made optional, before the funnel is used.
func FunnelOf(model stage.Model, phases ...stage.Phase) Funnel {
	var f Funnel
	ordered := inOrder(model)
	for i, s := range model.Steps {
		if len(phases) == 0 && ordered[i] || slices.Contains(phases, s.Phase) {
			f.Steps = append(f.Steps, Step{Name: string(s.Stage), Stages: []stage.Stage{s.Stage}})
		}
	}
	return f
}

// inOrder says which stages of the model have a place in its order.
func inOrder(model stage.Model) []bool {
	ordered := make([]bool, len(model.Steps))
	none := true
	for i, s := range model.Steps {
		ordered[i] = s.Phase != stage.UnknownPhase
		none = none && !ordered[i]
	}
	for i := range ordered {
		ordered[i] = ordered[i] || none
	}
	return ordered
}
