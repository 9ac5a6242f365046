package journey

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// MaxPatternParts is how many touches and gaps a [Pattern] may have; the ends of
// the path do not count.
const MaxPatternParts = 63

// Pattern is a search over the labels of a path: touches that follow directly
// on one another, and gaps between them. It is made by [ParsePattern] or
// [NewPattern], is immutable and may be used concurrently. The zero value has no
// parts and finds nothing.
//
// Searching takes time proportional to the length of the path, whatever the
// pattern.
type Pattern struct{ program *patternProgram }

// patternProgram is a pattern as a nondeterministic automaton. State i, bit i of
// a set, is about to match the i-th touch or gap; state n has matched all. A gap
// stays in its state with each touch that it lets pass, and may be left without
// any.
type patternProgram struct {
	parts []PatternPart
	names []string
	// start and end say that the pattern begins at the start of the path, ends
	// at its end.
	start, end bool
	n          int
	gaps       uint64                 // the states of gaps
	initial    uint64                 // the states in which a match may begin
	named      map[string]patternName // of each name of the pattern
	other      uint64                 // the states that let pass a label that the pattern does not name
}

// patternName is a label that a pattern names.
type patternName struct {
	states uint64 // those that let it pass
	index  int    // in the names
}

// NewPattern joins parts, each directly after the one before:
//
//	NewPattern(PathStart(), Touch("email"), Gap(), Touch("purchase"))
//
// is the pattern with the text ^ -> email -> .* -> purchase. All errors are
// [ErrPattern]; they are reported together, with the number of the part from 1:
//
//   - there is neither a touch nor an end of the path: every path would match;
//   - the start of the path is not the first part, its end not the last;
//   - a name is empty;
//   - a gap that lets only some touches pass stands at an open end of the
//     pattern or beside one that lets all pass, where it would have no effect;
//   - there are more than [MaxPatternParts] touches and gaps.
func NewPattern(parts ...PatternPart) (Pattern, error) {
	faults := patternFaults(parts)
	if len(faults) == 0 {
		return Pattern{compilePattern(parts)}, nil
	}
	errs := make([]error, len(faults))
	for i, f := range faults {
		errs[i] = fmt.Errorf("%w: part %d: %s", ErrPattern, f.part+1, f.reason)
	}
	return Pattern{}, errors.Join(errs...)
}

type patternFault struct {
	part   int
	reason string
}

// patternFaults returns what is wrong with the parts, in their order.
func patternFaults(parts []PatternPart) []patternFault {
	var faults []patternFault
	bad := func(part int, reason string) { faults = append(faults, patternFault{part, reason}) }
	// vacuous reports whether the place beside a gap lets any touch pass.
	vacuous := func(i int) bool {
		return i < 0 || i >= len(parts) || parts[i].kind == partGap && parts[i].matches == matchAny
	}
	touches, places := 0, 0
	for i, p := range parts {
		switch p.kind {
		case partStart:
			if touches++; i > 0 {
				bad(i, "the start of the path must be the first part")
			}
		case partEnd:
			if touches++; i < len(parts)-1 {
				bad(i, "the end of the path must be the last part")
			}
		case partTouch:
			touches++
			places++
		case partGap:
			if places++; p.matches != matchAny && (vacuous(i-1) || vacuous(i+1)) {
				bad(i, "a restricted gap at an open end or beside an unrestricted gap has no effect")
			}
		}
		if slices.Contains(p.names, "") {
			bad(i, "a name is empty")
		}
		if places == MaxPatternParts+1 && (p.kind == partTouch || p.kind == partGap) {
			bad(i, fmt.Sprintf("more than %d touches and gaps", MaxPatternParts))
		}
	}
	if touches == 0 {
		bad(0, "no touch to find")
	}
	return faults
}

// compilePattern makes the automaton of parts without fault.
func compilePattern(parts []PatternPart) *patternProgram {
	c := &patternProgram{parts: slices.Clone(parts), named: make(map[string]patternName)}
	var places []*PatternPart
	for i := range c.parts {
		p := &c.parts[i]
		switch p.kind {
		case partStart:
			c.start = true
		case partEnd:
			c.end = true
		case partGap:
			c.gaps |= 1 << len(places)
			fallthrough
		case partTouch:
			places = append(places, p)
			c.names = append(c.names, p.names...)
		}
	}
	slices.Sort(c.names)
	c.names = slices.Compact(c.names)
	c.n = len(places)
	c.initial = c.leaveGaps(1)
	for i, name := range c.names {
		known := patternName{index: i}
		for state, p := range places {
			if p.accepts(name) {
				known.states |= 1 << state
			}
		}
		c.named[name] = known
	}
	for state, p := range places {
		if p.matches != matchOf {
			c.other |= 1 << state
		}
	}
	return c
}

// Names returns the labels that the pattern names, sorted and distinct.
func (p Pattern) Names() []string {
	if p.program == nil {
		return nil
	}
	return slices.Clone(p.program.names)
}

// Unknown returns the names of the pattern that are not among the labels, such
// as those of a [FlowResult]. A name that never occurs is often mistyped, and
// must not pass for one that is never met.
func (p Pattern) Unknown(labels []string) []string {
	known := make(map[string]bool, len(labels))
	for _, label := range labels {
		known[label] = true
	}
	return slices.DeleteFunc(p.Names(), func(name string) bool { return known[name] })
}

// Parts returns the parts of the pattern in order.
func (p Pattern) Parts() []PatternPart {
	if p.program == nil {
		return nil
	}
	return slices.Clone(p.program.parts)
}

// String returns the text form, from which [ParsePattern] makes the same
// pattern. It is empty for the zero value.
func (p Pattern) String() string {
	var b strings.Builder
	for i, part := range p.Parts() {
		if i > 0 {
			b.WriteString(" -> ")
		}
		b.WriteString(part.String())
	}
	return b.String()
}

// MarshalText returns the text of [Pattern.String]. The zero value has none; the
// error is then [ErrPattern].
func (p Pattern) MarshalText() ([]byte, error) {
	if p.program == nil {
		return nil, fmt.Errorf("%w: it has no parts", ErrPattern)
	}
	return []byte(p.String()), nil
}

// UnmarshalText is [ParsePattern].
func (p *Pattern) UnmarshalText(text []byte) error {
	q, err := ParsePattern(string(text))
	if err == nil {
		*p = q
	}
	return err
}
