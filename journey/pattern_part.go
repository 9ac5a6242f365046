package journey

import (
	"slices"
	"strings"
)

// PatternPart is one part of a [Pattern]: a touch, a gap, or an end of the path.
// The functions that return one make it; [NewPattern] joins them. The zero value
// is [AnyTouch].
type PatternPart struct {
	kind partKind
	// names are those of the class, sorted and distinct; except turns it into
	// all others. Without names, except stands for any label at all.
	names   []string
	matches matchKind
}

type partKind uint8

const (
	partTouch partKind = iota // exactly one touch
	partGap                   // any number of touches, none too
	partStart
	partEnd
)

// matchKind says which labels a touch or gap accepts.
type matchKind uint8

const (
	matchAny    matchKind = iota
	matchOf               // one of the names
	matchExcept           // none of the names
)

// Touch is one touch with the label, or with one of several. As text: x, or
// [x|y].
func Touch(label string, or ...string) PatternPart {
	return PatternPart{kind: partTouch, matches: matchOf, names: classOf(label, or)}
}

// TouchExcept is one touch with any label but these. As text: [^x|y].
func TouchExcept(label string, or ...string) PatternPart {
	return PatternPart{kind: partTouch, matches: matchExcept, names: classOf(label, or)}
}

// AnyTouch is one touch with any label. As text: a dot.
func AnyTouch() PatternPart { return PatternPart{kind: partTouch} }

// Gap is any number of touches with any labels, none too. As text: .*
func Gap() PatternPart { return PatternPart{kind: partGap} }

// GapOf is any number of touches with these labels, none too. As text: [x|y]*
func GapOf(label string, or ...string) PatternPart {
	return PatternPart{kind: partGap, matches: matchOf, names: classOf(label, or)}
}

// GapExcept is any number of touches with any labels but these, none too. As
// text: [^x|y]*
func GapExcept(label string, or ...string) PatternPart {
	return PatternPart{kind: partGap, matches: matchExcept, names: classOf(label, or)}
}

// PathStart is the start of the path, before its first touch. As text: ^
func PathStart() PatternPart { return PatternPart{kind: partStart} }

// PathEnd is the end of the path, behind its last touch. As text: $
func PathEnd() PatternPart { return PatternPart{kind: partEnd} }

func classOf(label string, or []string) []string {
	names := append([]string{label}, or...)
	slices.Sort(names)
	return slices.Compact(names)
}

// accepts reports whether the touch or gap lets a touch with the label pass.
func (p *PatternPart) accepts(label string) bool {
	switch p.matches {
	case matchOf:
		return slices.Contains(p.names, label)
	case matchExcept:
		return !slices.Contains(p.names, label)
	}
	return true
}

// String returns the text form of the part, see [ParsePattern].
func (p PatternPart) String() string {
	switch p.kind {
	case partStart:
		return "^"
	case partEnd:
		return "$"
	}
	var b strings.Builder
	switch {
	case p.matches == matchAny:
		b.WriteByte('.')
	case p.kind == partTouch && p.matches == matchOf && len(p.names) == 1:
		return quoteName(p.names[0])
	default:
		b.WriteByte('[')
		if p.matches == matchExcept {
			b.WriteByte('^')
		}
		for i, name := range p.names {
			if i > 0 {
				b.WriteByte('|')
			}
			b.WriteString(quoteName(name))
		}
		b.WriteByte(']')
	}
	if p.kind == partGap {
		b.WriteByte('*')
	}
	return b.String()
}
