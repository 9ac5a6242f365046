package dropoff

import "encoding/json"

// stepsExplanationVersion is the version of the JSON form.
const stepsExplanationVersion = 1

// MarshalJSON returns the explanation as an object with a version field. A rate that
// is not known is null, and a standard error that is not is left out.
func (e *StepsExplanation) MarshalJSON() ([]byte, error) {
	out := jsonStepsExplanation{
		Version: stepsExplanationVersion, Method: e.method,
		Before: e.before, After: e.after, Change: e.Change(),
		Steps: []jsonStepPart{},
	}
	for i := range e.parts {
		p := &e.parts[i]
		line := jsonStepPart{
			Step: p.Step, Name: p.Name,
			Before: p.Before, After: p.After,
			Part: p.Part, Conversions: p.Conversions,
		}
		if p.SEKnown {
			line.SE = &p.SE
		}
		out.Steps = append(out.Steps, line)
	}
	return json.Marshal(out)
}

type jsonStepsExplanation struct {
	Version int            `json:"version"`
	Method  SplitMethod    `json:"method"`
	Before  Rate           `json:"before"`
	After   Rate           `json:"after"`
	Change  float64        `json:"change"`
	Steps   []jsonStepPart `json:"steps"`
}

type jsonStepPart struct {
	Step        int      `json:"step"`
	Name        string   `json:"name"`
	Before      Rate     `json:"before"`
	After       Rate     `json:"after"`
	Part        float64  `json:"part"`
	Conversions float64  `json:"conversions"`
	SE          *float64 `json:"se,omitempty"`
}
