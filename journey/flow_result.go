package journey

import (
	"cmp"
	"slices"
)

// FlowResult is what a [Flow] has counted, at the time of [Flow.Result]. It is
// immutable and may be used concurrently.
type FlowResult struct {
	name                string
	names               []string
	counts              outcomeCounts
	touches, unlabelled int64
	variants            []variantCounts
	labels              []FlowLabel
	edges               []FlowEdge
	places              []int // of the edges, in the order of their nodes
	spans               [outcomes]*Durations
}

// Result returns what has been counted. Later paths do not change it.
func (f *Flow) Result() *FlowResult {
	r := &FlowResult{name: f.options.Name, touches: f.touches, unlabelled: f.unlabelled, variants: f.sorted()}
	for _, name := range f.labels.SortedNames() {
		r.names = append(r.names, string(name))
	}
	// The order of the sequences stays among variants that are equally frequent.
	slices.SortStableFunc(r.variants, func(a, b variantCounts) int {
		return cmp.Compare(b.counts.total(), a.counts.total())
	})
	edges := flowEdges{labels: len(r.names), edges: make(map[labelPair]*flowEdge)}
	labels := newLabelCounts(r.names)
	for i := range r.variants {
		v := &r.variants[i]
		r.counts.add(&v.counts)
		edges.addVariant(v)
		labels.addVariant(v)
	}
	r.labels = labels.list()
	r.edges = edges.list(r.names)
	r.places = make([]int, len(r.edges))
	for i := range r.places {
		r.places[i] = i
	}
	slices.SortFunc(r.places, func(i, j int) int {
		return r.edges[i].compareNodes(r.edges[j].From, r.edges[j].To)
	})
	for pair, times := range f.times {
		from, to := pair.codes()
		i, _ := r.place(LabelNode(string(f.labels.Name(from))), LabelNode(string(f.labels.Name(to))))
		r.edges[i].Times = FlowTimes{times.Clone()}
	}
	for o := range f.spans {
		r.spans[o] = f.spans[o].Clone()
	}
	return r
}

// Paths returns how many paths there are.
func (r *FlowResult) Paths() int64 { return r.counts.total() }

// Outcome returns how many paths have the outcome.
func (r *FlowResult) Outcome(o Outcome) int64 {
	if int(o) >= outcomes {
		return 0
	}
	return r.counts[o]
}

// Touches returns how many touches have a label.
func (r *FlowResult) Touches() int64 { return r.touches }

// Unlabelled returns how many touches have the empty label, and took no part.
func (r *FlowResult) Unlabelled() int64 { return r.unlabelled }

// Names returns the labels that occur, sorted: those that [Pattern.Unknown]
// compares with.
func (r *FlowResult) Names() []string { return slices.Clone(r.names) }

// Span returns the throughput times, from the first touch of a path to the last,
// of the paths with one of the outcomes, or of all if none is given. That of an
// open journey is not over yet. A path with one touch has a span of 0; one
// without, or without the time of its first or last touch, has none.
func (r *FlowResult) Span(of ...Outcome) FlowTimes {
	var all Durations
	for o, span := range r.spans {
		if len(of) == 0 || slices.Contains(of, Outcome(o)) {
			if err := all.Merge(span); err != nil {
				return FlowTimes{} // not reached: a Flow bounds how many there are
			}
		}
	}
	return FlowTimes{all.Clone()}
}
