package main

import (
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/cjm-go/cjm/journey"
)

const (
	// flowTop is how many lines each table has where none is said.
	flowTop = 20
	// widestVariant and widestLabel are how many characters a line shows of a
	// variant and of a label.
	widestVariant = 72
	widestLabel   = 32
	// widestName is how many characters a line shows of a name that stands alone.
	widestName = 48
)

// flowText is the flow for people: totals, then the most frequent variants,
// transitions and labels.
func flowText(r *flowReport, on string, top int) string {
	if top == 0 {
		top = flowTop
	}
	var b strings.Builder
	b.WriteString(aligned(flowTotals(r, on)))
	if r.result.Paths() == 0 {
		return b.String()
	}
	heading(&b, "Variants", top, r.result.NumVariants())
	b.WriteString(variantsBlock(r.result, top))
	edges := 0
	for range r.result.Edges() {
		edges++
	}
	heading(&b, "Transitions", top, edges)
	b.WriteString(transitionsBlock(r.result, top))
	if r.result.Touches() > 0 {
		heading(&b, flowThings[on], top, len(r.result.Names()))
		b.WriteString(labelsBlock(r.result, on, top))
		b.WriteString("\nSelf-loops come directly after a touch of the same label, repetitions after an earlier one with\n" +
			"others between. Reworked journeys have more than one.\n")
	}
	return b.String()
}

// flowThings are what --on tells touches apart by, as headings.
var flowThings = map[string]string{"event": "Events", "kind": "Kinds", "channel": "Channels", "stage": "Stages"}

func heading(b *strings.Builder, what string, top, of int) {
	if top < of {
		what += fmt.Sprintf(", the first %s of %s", grouped(int64(top)), grouped(int64(of)))
	}
	fmt.Fprintf(b, "\n%s\n\n", what)
}

// flowTotals says how much there is, and how varied it is.
func flowTotals(r *flowReport, on string) [][3]string {
	f := r.result
	journeys := f.Paths()
	lines := [][3]string{{"Journeys", grouped(journeys), ""}}
	if r.kept != nil {
		lines[0][2] = fmt.Sprintf("of %s, those with %s", grouped(r.kept.Paths), printable(r.pattern.String()))
	}
	if journeys == 0 {
		return lines
	}
	share := func(n int64) string { return percent(float64(n)/float64(journeys)) + " of the journeys" }
	if n := f.Outcome(journey.Converted); n > 0 {
		lines = append(lines, [3]string{"Converted", grouped(n), share(n)})
	}
	if n := f.Outcome(journey.Open); n > 0 {
		lines = append(lines, [3]string{"Still open", grouped(n), share(n)})
	}
	lines = append(lines,
		[3]string{"Touches", grouped(f.Touches()), amount(float64(f.Touches())/float64(journeys), 1) + " a journey"})
	if n := f.Unlabelled(); n > 0 {
		what := "touches"
		if n == 1 {
			what = "touch"
		}
		lines = append(lines, [3]string{"Left out", grouped(n), what + " without a " + on})
	}
	lines = append(lines,
		[3]string{flowThings[on], grouped(int64(len(f.Names()))), ""},
		[3]string{"Variants", grouped(int64(f.NumVariants())), ""})
	if median, ok := f.Span().Quantile(.5); ok {
		most, _ := f.Span().Quantile(.9)
		lines = append(lines, [3]string{
			"Median time", span(median), "from the first touch to the last; nine in ten within " + span(most),
		})
	}
	if h, ok := f.Entropy(); ok {
		lines = append(lines, [3]string{"Entropy", amount(h, 3), "of a journey: 0 if its touches are all alike, 1 if it has all labels equally often"})
	}
	if c, ok := f.Complexity(); ok {
		lines = append(lines, [3]string{"Complexity", amount(c, 3), "of a journey: the same, and how often the label changes; from 0 to 1"})
	}
	if h, ok := f.VariantEntropy(); ok {
		lines = append(lines, [3]string{"Variant entropy", amount(h, 3), "between journeys, in nats: 0 if all go the same way"})
	}
	return lines
}

func variantsBlock(f *journey.FlowResult, top int) string {
	converts := f.Outcome(journey.Converted) > 0
	header := []string{"Variant", "journeys", "share", "cover"}
	if converts {
		header = append(header, "converted")
	}
	t := newTextTable(header...)
	for v := range first(f.Variants(), top) {
		row := []string{variantText(v.Labels), grouped(v.Count), percent(v.Share), percent(v.Cover)}
		if converts {
			row = append(row, percent(float64(v.Converted)/float64(v.Count)))
		}
		t.row(row...)
	}
	return t.String()
}

func transitionsBlock(f *journey.FlowResult, top int) string {
	t := newTextTable("Transition", "times", "journeys", "median time")
	for e := range first(f.Edges(), top) {
		median := ""
		if d, ok := e.Times.Quantile(.5); ok {
			median = span(d)
		}
		t.row(nodeText(e.From)+" -> "+nodeText(e.To), grouped(e.Count), grouped(e.Paths), median)
	}
	return t.String()
}

func labelsBlock(f *journey.FlowResult, on string, top int) string {
	t := newTextTable(strings.TrimSuffix(flowThings[on], "s"), "touches", "journeys", "first", "last", "self-loops", "repetitions", "reworked")
	for l := range first(f.Labels(), top) {
		t.row(labelText(l.Label), grouped(l.Touches), grouped(l.Paths), grouped(l.Starts), grouped(l.Ends),
			grouped(l.SelfLoops), grouped(l.Repetitions), grouped(l.Reworked))
	}
	return t.String()
}

// first yields the first n of all.
func first[T any](all iter.Seq[T], n int) iter.Seq[T] {
	return func(yield func(T) bool) {
		left := n
		for v := range all {
			if left == 0 || !yield(v) {
				return
			}
			left--
		}
	}
}

// labelText is a label as a table shows it.
func labelText(label string) string { return cutText(label, widestLabel) }

// nameText is the name of a step, a state or a group as a table shows it.
func nameText(name string) string { return cutText(name, widestName) }

// cutText shows no more than so many characters of a text.
func cutText(text string, widest int) string {
	text = printable(text)
	if utf8.RuneCountInString(text) <= widest {
		return text
	}
	return string([]rune(text)[:widest-1]) + "…"
}

// nodeText is a node as a table shows it. A label that looks like the start or an
// end is in quotes.
func nodeText(n journey.Node) string {
	label, ok := n.Label()
	switch {
	case !ok:
		return n.String()
	case strings.HasPrefix(label, "("):
		return labelText(fmt.Sprintf("%q", label))
	}
	return labelText(label)
}

// variantText is a variant as a table shows it: the labels, or where they are too
// many the first ones and the last.
func variantText(labels []string) string {
	const arrow = " -> "
	if len(labels) == 0 {
		return string(journey.None)
	}
	texts := make([]string, len(labels))
	whole := -len(arrow)
	for i, label := range labels {
		texts[i] = nodeText(journey.LabelNode(label))
		whole += len(arrow) + utf8.RuneCountInString(texts[i])
	}
	if whole <= widestVariant || len(labels) < 3 {
		return strings.Join(texts, arrow)
	}
	last := texts[len(texts)-1]
	between := func(shown int) string { return fmt.Sprintf("… %d more …", len(texts)-1-shown) }
	shown, width := 1, utf8.RuneCountInString(texts[0])
	rest := 2*len(arrow) + utf8.RuneCountInString(between(0)) + utf8.RuneCountInString(last)
	for shown < len(texts)-2 {
		more := len(arrow) + utf8.RuneCountInString(texts[shown])
		if width+more+rest > widestVariant {
			break
		}
		width += more
		shown++
	}
	return strings.Join(texts[:shown], arrow) + arrow + between(shown) + arrow + last
}
