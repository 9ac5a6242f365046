package journey

import "encoding/json"

// flowResultVersion is the version of the JSON form.
const flowResultVersion = 1

// MarshalJSON returns the result as an object with a version field: the totals,
// the labels, the edges and the variants in their orders. A node is an object
// with one field, "start", "label" or "end". Durations are in seconds. What is
// undefined is left out.
func (r *FlowResult) MarshalJSON() ([]byte, error) {
	out := jsonFlow{
		Version: flowResultVersion, Name: r.name,
		Paths: r.Paths(), Converted: r.Outcome(Converted), Lost: r.Outcome(Lost), Open: r.Outcome(Open),
		Touches: r.Touches(), Unlabelled: r.Unlabelled(),
		Entropy: defined(r.Entropy()), Complexity: defined(r.Complexity()), VariantEntropy: defined(r.VariantEntropy()),
		Span: jsonTimesOf(r.Span()), Labels: []jsonFlowLabel{}, Edges: []jsonFlowEdge{}, Variants: []jsonVariant{},
	}
	for l := range r.Labels() {
		out.Labels = append(out.Labels, jsonFlowLabel(l))
	}
	for e := range r.Edges() {
		out.Edges = append(out.Edges, jsonFlowEdge{jsonNodeOf(e.From), jsonNodeOf(e.To), e.Count, e.Paths, jsonTimesOf(e.Times)})
	}
	for v := range r.Variants() {
		out.Variants = append(out.Variants, jsonVariant(v))
	}
	return json.Marshal(out)
}

type jsonFlow struct {
	Version        int             `json:"version"`
	Name           string          `json:"name,omitempty"`
	Paths          int64           `json:"paths"`
	Converted      int64           `json:"converted"`
	Lost           int64           `json:"lost"`
	Open           int64           `json:"open"`
	Touches        int64           `json:"touches"`
	Unlabelled     int64           `json:"unlabelled,omitempty"`
	Entropy        *float64        `json:"entropy,omitempty"`
	Complexity     *float64        `json:"complexity,omitempty"`
	VariantEntropy *float64        `json:"variant_entropy,omitempty"`
	Span           *jsonTimes      `json:"span,omitempty"`
	Labels         []jsonFlowLabel `json:"labels"`
	Edges          []jsonFlowEdge  `json:"edges"`
	Variants       []jsonVariant   `json:"variants"`
}

type jsonFlowLabel struct {
	Label       string `json:"label"`
	Touches     int64  `json:"touches"`
	Paths       int64  `json:"paths"`
	Starts      int64  `json:"starts"`
	Ends        int64  `json:"ends"`
	SelfLoops   int64  `json:"self_loops"`
	Repetitions int64  `json:"repetitions"`
	Reworked    int64  `json:"reworked"`
}

type jsonFlowEdge struct {
	From  jsonNode   `json:"from"`
	To    jsonNode   `json:"to"`
	Count int64      `json:"count"`
	Paths int64      `json:"paths"`
	Times *jsonTimes `json:"times,omitempty"`
}

type jsonVariant struct {
	Labels    []string `json:"labels"`
	Count     int64    `json:"count"`
	Converted int64    `json:"converted"`
	Lost      int64    `json:"lost"`
	Open      int64    `json:"open"`
	Share     float64  `json:"share"`
	Cover     float64  `json:"cover"`
}

type jsonNode struct {
	Start bool     `json:"start,omitempty"`
	Label *string  `json:"label,omitempty"`
	End   *Outcome `json:"end,omitempty"`
}

func jsonNodeOf(n Node) jsonNode {
	if outcome, ok := n.Outcome(); ok {
		return jsonNode{End: &outcome}
	}
	if label, ok := n.Label(); ok {
		return jsonNode{Label: &label}
	}
	return jsonNode{Start: true}
}

type jsonTimes struct {
	N      int64   `json:"n"`
	Min    float64 `json:"min_seconds"`
	Median float64 `json:"p50_seconds"`
	Mean   float64 `json:"mean_seconds"`
	Max    float64 `json:"max_seconds"`
}

// jsonTimesOf returns nil if there are none.
func jsonTimesOf(t FlowTimes) *jsonTimes {
	mean, ok := t.Mean()
	if !ok {
		return nil
	}
	at := func(p float64) float64 {
		d, _ := t.Quantile(p) // there are some
		return d.Seconds()
	}
	return &jsonTimes{N: t.Len(), Min: at(0), Median: at(0.5), Mean: mean.Seconds(), Max: at(1)}
}

// defined returns nil for an undefined value.
func defined(v float64, ok bool) *float64 {
	if !ok {
		return nil
	}
	return &v
}
