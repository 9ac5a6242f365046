package dropoff

import "encoding/json"

// nextJSONVersion is the version of the JSON form of a Next.
const nextJSONVersion = 1

// MarshalJSON returns what was done next at each step as an object with a version
// field. A value that is not known is null.
func (n *Next) MarshalJSON() ([]byte, error) {
	type row struct {
		Value    Value `json:"value"`
		OfLost   Rate  `json:"of_lost"`
		OfWentOn Rate  `json:"of_went_on"`
	}
	type step struct {
		Step     int    `json:"step"`
		Name     string `json:"name"`
		Lost     int64  `json:"lost"`
		Nothing  int64  `json:"nothing"`
		Untraced int64  `json:"untraced,omitempty"`
		WentOn   int64  `json:"went_on"`
		Next     []row  `json:"next"`
	}
	steps := []step{}
	for k := 2; k <= len(n.steps); k++ {
		if n.layout.isOptional(k) {
			continue
		}
		s := step{
			Step: k, Name: n.layout.name(k), Lost: n.Lost(k), Nothing: n.Nothing(k), Untraced: n.Untraced(k),
			WentOn: n.WentOn(k), Next: []row{},
		}
		for r := range n.At(k) {
			s.Next = append(s.Next, row(r))
		}
		steps = append(steps, s)
	}
	return json.Marshal(struct {
		Version int     `json:"version"`
		Level   float64 `json:"level"`
		Steps   []step  `json:"steps"`
	}{nextJSONVersion, DefaultLevel, steps})
}
