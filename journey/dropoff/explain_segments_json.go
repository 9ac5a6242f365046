package dropoff

import "encoding/json"

// segmentsExplanationVersion is the version of the JSON form.
const segmentsExplanationVersion = 1

// MarshalJSON returns the explanation as an object with a version field. A rate that
// is not known is null, and a standard error that is not is left out.
func (e *SegmentsExplanation) MarshalJSON() ([]byte, error) {
	out := jsonSegmentsExplanation{
		Version: segmentsExplanationVersion,
		Before:  e.before, After: e.after, Change: e.Change(),
		Mix: e.Mix(), Rate: e.Rate(), Segments: []jsonSegmentPart{},
	}
	for i := range e.parts {
		p := &e.parts[i]
		line := jsonSegmentPart{
			Segment: p.Segment, Before: newJSONSegment(&p.Before), After: newJSONSegment(&p.After),
			Mix: p.Mix, Shift: p.Shift, Rate: p.Rate,
		}
		if p.SEKnown {
			line.SE = &jsonSegmentSE{Mix: p.MixSE, Shift: p.ShiftSE, Rate: p.RateSE}
		}
		out.Segments = append(out.Segments, line)
	}
	return json.Marshal(out)
}

type jsonSegmentsExplanation struct {
	Version  int               `json:"version"`
	Before   Rate              `json:"before"`
	After    Rate              `json:"after"`
	Change   float64           `json:"change"`
	Mix      float64           `json:"mix"`
	Rate     float64           `json:"rate"`
	Segments []jsonSegmentPart `json:"segments"`
}

type jsonSegmentPart struct {
	Segment Value          `json:"segment"` // null where the value is not known
	Before  jsonSegment    `json:"before"`
	After   jsonSegment    `json:"after"`
	Mix     float64        `json:"mix"`
	Shift   float64        `json:"shift"`
	Rate    float64        `json:"rate"`
	SE      *jsonSegmentSE `json:"se,omitempty"`
}

type jsonSegment struct {
	Entered int64   `json:"entered"`
	Share   float64 `json:"share"`
	Rate    Rate    `json:"rate"`
}

func newJSONSegment(r *SegmentRow) jsonSegment {
	return jsonSegment{Entered: r.Entered, Share: r.Share, Rate: r.Rate}
}

type jsonSegmentSE struct {
	Mix   float64 `json:"mix"`
	Shift float64 `json:"shift"`
	Rate  float64 `json:"rate"`
}
