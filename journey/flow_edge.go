package journey

import (
	"cmp"
	"iter"
	"slices"
)

// FlowEdge says how often one node came directly after another.
type FlowEdge struct {
	From, To Node
	// Count is how often To came directly after From. Where both are the same
	// label, that is a self-loop.
	Count int64
	// Paths is in how many paths it did so at least once.
	Paths int64
	// Times are those from the touch of From to that of To; none from the
	// start, to an end, and where a time is not known.
	Times FlowTimes
}

func (e *FlowEdge) compareNodes(from, to Node) int {
	return cmp.Or(e.From.Compare(from), e.To.Compare(to))
}

// flowEdges counts the edges of variants, with nodes as codes: those of the
// labels, then the start, then the ends.
type flowEdges struct {
	labels int // how many there are
	edges  map[labelPair]*flowEdge
	round  int
}

type flowEdge struct {
	count, paths int64
	round        int // in which it was met last
}

func (e *flowEdges) start() Code        { return Code(e.labels) }
func (e *flowEdges) end(o Outcome) Code { return Code(e.labels + 1 + int(o)) }

// add counts an edge that n paths have here.
func (e *flowEdges) add(from, to Code, n int64) {
	edge := e.edges[pairOf(from, to)]
	if edge == nil {
		edge = new(flowEdge)
		e.edges[pairOf(from, to)] = edge
	}
	edge.count += n
	if edge.round != e.round {
		edge.round = e.round
		edge.paths += n
	}
}

// addVariant counts the edges of the variant.
func (e *flowEdges) addVariant(v *variantCounts) {
	e.round++
	n, from := v.counts.total(), e.start()
	for _, to := range v.codes {
		e.add(from, to, n)
		from = to
	}
	for o, n := range v.counts {
		if n > 0 {
			e.add(from, e.end(Outcome(o)), n)
		}
	}
}

func (e *flowEdges) node(code Code, names []string) Node {
	switch i := int(code) - e.labels; {
	case i < 0:
		return LabelNode(names[code])
	case i == 0:
		return StartNode()
	default:
		return EndNode(Outcome(i - 1))
	}
}

// list returns the edges in the order of [FlowResult.Edges], without times.
func (e *flowEdges) list(names []string) []FlowEdge {
	all := make([]FlowEdge, 0, len(e.edges))
	for pair, edge := range e.edges {
		from, to := pair.codes()
		all = append(all, FlowEdge{From: e.node(from, names), To: e.node(to, names), Count: edge.count, Paths: edge.paths})
	}
	slices.SortFunc(all, func(a, b FlowEdge) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), a.compareNodes(b.From, b.To))
	})
	return all
}

// Edges yields which node came directly after which, the most frequent first,
// equally frequent ones in the order of the nodes. What leaves a node equals what
// comes to it: as often as its label occurs, or as there are paths.
func (r *FlowResult) Edges() iter.Seq[FlowEdge] { return slices.Values(r.edges) }

// Edge returns how often to came directly after from, and whether it ever did.
func (r *FlowResult) Edge(from, to Node) (FlowEdge, bool) {
	i, ok := r.place(from, to)
	if !ok {
		return FlowEdge{}, false
	}
	return r.edges[i], true
}

// place returns which edge leads from one node to the other.
func (r *FlowResult) place(from, to Node) (int, bool) {
	at, ok := slices.BinarySearchFunc(r.places, 0, func(i, _ int) int { return r.edges[i].compareNodes(from, to) })
	if !ok {
		return 0, false
	}
	return r.places[at], true
}
