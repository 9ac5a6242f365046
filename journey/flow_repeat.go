package journey

import (
	"cmp"
	"iter"
	"slices"
)

// FlowLabel says how often a label occurs. Every touch with the label is its
// first in the path, a self-loop, or a repetition:
//
//	Touches = Paths + SelfLoops + Repetitions
type FlowLabel struct {
	Label string
	// Touches is how many touches have the label, and Paths in how many paths
	// there is one at least.
	Touches, Paths int64
	// Starts and Ends are how many paths have it at their first and their last
	// touch.
	Starts, Ends int64
	// SelfLoops are touches directly after another of the label: in a b b b a
	// there are 2 of b. Repetitions are those after an earlier one with others
	// between: there is 1 of a.
	SelfLoops, Repetitions int64
	// Reworked is how many paths have more than one touch with the label.
	Reworked int64
}

// Labels yields the labels, the most frequent first, equally frequent ones by
// name.
func (r *FlowResult) Labels() iter.Seq[FlowLabel] { return slices.Values(r.labels) }

// labelCounts counts what is to be said of each label.
type labelCounts struct {
	labels []FlowLabel
	// round is that of the variant; seen and again say in which a label was
	// met last, and met a second time.
	round       int
	seen, again []int
}

func newLabelCounts(names []string) *labelCounts {
	c := &labelCounts{labels: make([]FlowLabel, len(names)), seen: make([]int, len(names)), again: make([]int, len(names))}
	for i, name := range names {
		c.labels[i].Label = name
	}
	return c
}

func (c *labelCounts) addVariant(v *variantCounts) {
	c.round++
	n := v.counts.total()
	for i, code := range v.codes {
		l := &c.labels[code]
		l.Touches += n
		if c.seen[code] != c.round {
			c.seen[code] = c.round
			l.Paths += n
		} else {
			if v.codes[i-1] == code {
				l.SelfLoops += n
			} else {
				l.Repetitions += n
			}
			if c.again[code] != c.round {
				c.again[code] = c.round
				l.Reworked += n
			}
		}
		if i == 0 {
			l.Starts += n
		}
		if i == len(v.codes)-1 {
			l.Ends += n
		}
	}
}

// list returns the labels in the order of [FlowResult.Labels].
func (c *labelCounts) list() []FlowLabel {
	slices.SortStableFunc(c.labels, func(a, b FlowLabel) int { return cmp.Compare(b.Touches, a.Touches) })
	return c.labels
}
