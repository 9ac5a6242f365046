package journey

import (
	"cmp"
	"strings"
)

// Node is a place in a [Flow]: the start of the paths, a label, or one of their
// ends. Nodes are comparable with == and can be map keys. No label is special:
// LabelNode("(start)") is a label, and differs from StartNode(). The zero value
// is the start.
type Node struct {
	kind    nodeKind
	outcome Outcome // of an end
	label   string
}

// Kinds of nodes, in the order of [Node.Compare].
type nodeKind uint8

const (
	nodeStart nodeKind = iota
	nodeLabel
	nodeEnd
)

// StartNode returns the start of all paths, before their first touch.
func StartNode() Node { return Node{} }

// LabelNode returns the node of the touches with the label.
func LabelNode(label string) Node { return Node{kind: nodeLabel, label: label} }

// EndNode returns the end, behind the last touch, of the paths with the outcome.
func EndNode(outcome Outcome) Node { return Node{kind: nodeEnd, outcome: outcome} }

// Label returns the label of the node, and whether it has one.
func (n Node) Label() (string, bool) { return n.label, n.kind == nodeLabel }

// Outcome returns the outcome of the paths that end in the node, and whether it
// is an end.
func (n Node) Outcome() (Outcome, bool) { return n.outcome, n.kind == nodeEnd }

// IsStart reports whether the node is the start of the paths.
func (n Node) IsStart() bool { return n.kind == nodeStart }

// IsEnd reports whether the node is an end of paths.
func (n Node) IsEnd() bool { return n.kind == nodeEnd }

// String returns the label, "(start)", or the outcome in parentheses. It is
// meant for people: a label may have such a name.
func (n Node) String() string {
	switch n.kind {
	case nodeStart:
		return "(start)"
	case nodeEnd:
		return "(" + n.outcome.String() + ")"
	}
	return n.label
}

// Compare orders nodes: the start, the labels by name, the ends by outcome.
func (n Node) Compare(m Node) int {
	return cmp.Or(cmp.Compare(n.kind, m.kind), strings.Compare(n.label, m.label), cmp.Compare(n.outcome, m.outcome))
}
