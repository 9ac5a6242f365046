package dropoff

import "encoding/json"

// chainExplanationVersion is the version of the JSON form.
const chainExplanationVersion = 1

// MarshalJSON returns the explanation as an object with a version field.
func (e *ChainExplanation) MarshalJSON() ([]byte, error) {
	out := jsonChainExplanation{
		Version: chainExplanationVersion,
		Before:  jsonChainPeriod(e.before), After: jsonChainPeriod(e.after),
		Change: e.Change(), Conversions: e.Conversions(), Residual: e.Residual(),
		States:      make([]jsonStatePart, 0, len(e.states)),
		Transitions: make([]jsonTransitionPart, 0, len(e.transitions)),
		Warnings:    newJSONWarnings(e.warnings),
	}
	for _, p := range e.states {
		out.States = append(out.States, jsonStatePart{
			State:        newJSONState(p.State),
			VisitsBefore: p.VisitsBefore, VisitsAfter: p.VisitsAfter,
			ConvertBefore: p.ConvertBefore, ConvertAfter: p.ConvertAfter,
			Part: p.Part, Conversions: p.Conversions,
		})
	}
	for _, p := range e.transitions {
		out.Transitions = append(out.Transitions, jsonTransitionPart{
			From: newJSONState(p.From), To: newJSONState(p.To),
			Before: p.Before, After: p.After,
			Part: p.Part, Shift: p.Shift, Conversions: p.Conversions,
		})
	}
	return json.Marshal(out)
}

type jsonChainExplanation struct {
	Version     int                  `json:"version"`
	Before      jsonChainPeriod      `json:"before"`
	After       jsonChainPeriod      `json:"after"`
	Change      float64              `json:"change"`
	Conversions float64              `json:"conversions"`
	Residual    float64              `json:"residual"`
	States      []jsonStatePart      `json:"states"`
	Transitions []jsonTransitionPart `json:"transitions"`
	Warnings    []string             `json:"warnings,omitempty"`
}

// jsonChainPeriod is ChainPeriod with names for its fields.
type jsonChainPeriod struct {
	Journeys    int64   `json:"journeys"`
	Conversions int64   `json:"conversions"`
	Opens       int64   `json:"opens"`
	PConvert    float64 `json:"p_convert"`
}

type jsonStatePart struct {
	State         jsonState `json:"state"`
	VisitsBefore  float64   `json:"visits_before"`
	VisitsAfter   float64   `json:"visits_after"`
	ConvertBefore float64   `json:"p_convert_before"`
	ConvertAfter  float64   `json:"p_convert_after"`
	Part          float64   `json:"part"`
	Conversions   float64   `json:"conversions"`
}

type jsonTransitionPart struct {
	From        jsonState `json:"from"`
	To          jsonState `json:"to"`
	Before      float64   `json:"before"`
	After       float64   `json:"after"`
	Part        float64   `json:"part"`
	Shift       float64   `json:"shift"`
	Conversions float64   `json:"conversions"`
}
