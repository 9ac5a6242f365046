package journey

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ParsePattern makes a [Pattern] of its text. Parts are separated by arrows, and
// each stands directly after the one before:
//
//	email                   a touch with the label email
//	[email|search]          a touch with one of the labels
//	[^email|search]         a touch with any other label
//	.                       a touch with any label
//	.*                      a gap: any number of touches, none too
//	[email|search]*         a gap of touches with these labels only
//	[^email|search]*        a gap of touches with other labels only
//	^                       the start of the path, as the first part
//	$                       the end of the path, as the last part
//
// So a -> b is b directly after a, and a -> .* -> b is b at any time after a. A
// pattern that does not begin with ^ may begin at any touch, and one that does
// not end with $ may end at any.
//
// A name is a run of printable characters; it may have spaces and dots within.
// One that begins with a dot, or has one of
//
//	" [ ] | ^ $ * ? + ( ) { } \ >
//
// in it stands in double quotes, with the escapes of a Go string. A label such
// as "^" or "path end" is thus never taken for the end of a path.
//
// The error is a [*PatternError]; the reasons are those of [NewPattern] and
// faults of syntax.
func ParsePattern(text string) (Pattern, error) {
	p := patternParser{text: text}
	parts, err := p.parts()
	if err != nil {
		return Pattern{}, err
	}
	if faults := patternFaults(parts); len(faults) > 0 {
		return Pattern{}, &PatternError{Offset: p.offsets[faults[0].part], Reason: faults[0].reason}
	}
	return Pattern{compilePattern(parts)}, nil
}

const (
	patternArrow    = "->"
	patternReserved = `"[]|^$*?+(){}\>`
)

type patternParser struct {
	text    string
	at      int
	offsets []int // of the parts
}

// fail returns an error at the place that has been reached.
func (p *patternParser) fail(reason string) error {
	return &PatternError{Offset: p.at, Reason: reason}
}

// unexpected is fail for a text that goes on in another way than it should.
func (p *patternParser) unexpected(want string) error {
	if p.at == len(p.text) {
		return p.fail("ends where there should be " + want)
	}
	r, size := utf8.DecodeRuneInString(p.text[p.at:])
	switch {
	case r == utf8.RuneError && size == 1:
		return p.fail("not valid UTF-8: put the name in quotes, with escapes")
	case r == '*':
		return p.fail("* stands behind . or ] only: a gap of touches x is [x]*")
	}
	return p.fail(fmt.Sprintf("%q where there should be %s; a name that has this character must stand in quotes", r, want))
}

// next reads the text if it comes next.
func (p *patternParser) next(text string) bool {
	if !strings.HasPrefix(p.text[p.at:], text) {
		return false
	}
	p.at += len(text)
	return true
}

func (p *patternParser) space() {
	p.at = len(p.text) - len(strings.TrimLeftFunc(p.text[p.at:], unicode.IsSpace))
}

func (p *patternParser) parts() ([]PatternPart, error) {
	var parts []PatternPart
	for {
		p.space()
		p.offsets = append(p.offsets, p.at)
		part, err := p.part()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		p.space()
		if p.at == len(p.text) {
			return parts, nil
		}
		if !p.next(patternArrow) {
			return nil, p.unexpected(patternArrow)
		}
	}
}

func (p *patternParser) part() (PatternPart, error) {
	switch {
	case p.next("^"):
		return PathStart(), nil
	case p.next("$"):
		return PathEnd(), nil
	case p.next(".*"):
		return Gap(), nil
	case p.next("."):
		return AnyTouch(), nil
	case p.next("["):
		return p.class()
	}
	name, err := p.name("a touch or a gap")
	if err != nil {
		return PatternPart{}, err
	}
	return Touch(name), nil
}

// class reads what follows the opening bracket.
func (p *patternParser) class() (PatternPart, error) {
	part := PatternPart{matches: matchOf}
	if p.space(); p.next("^") {
		part.matches = matchExcept
	}
	for {
		p.space()
		name, err := p.name("a name")
		if err != nil {
			return PatternPart{}, err
		}
		part.names = append(part.names, name)
		p.space()
		if p.next("]") {
			break
		}
		if !p.next("|") {
			return PatternPart{}, p.unexpected("| or ]")
		}
	}
	part.names = classOf(part.names[0], part.names[1:])
	if p.next("*") {
		part.kind = partGap
	}
	return part, nil
}

// name reads a name, bare or in quotes.
func (p *patternParser) name(want string) (string, error) {
	rest := p.text[p.at:]
	if strings.HasPrefix(rest, `"`) {
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return "", p.fail("a quoted name without end, or with a bad escape")
		}
		name, err := strconv.Unquote(quoted)
		if err != nil {
			return "", p.fail("a quoted name with a bad escape") // not reached after QuotedPrefix
		}
		if name == "" {
			return "", p.fail("a name is empty")
		}
		p.at += len(quoted)
		return name, nil
	}
	name := bareName(rest)
	if name == "" {
		return "", p.unexpected(want)
	}
	p.at += len(name)
	return name, nil
}

// bareName returns the name without quotes at the beginning of the text, without
// the space behind it; "" if there is none.
func bareName(text string) string {
	end := len(text)
	for i, r := range text {
		invalid := r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError))
		if invalid || !unicode.IsPrint(r) || strings.ContainsRune(patternReserved, r) ||
			r == '.' && i == 0 || strings.HasPrefix(text[i:], patternArrow) {
			end = i
			break
		}
	}
	return strings.TrimRight(text[:end], " ")
}

// quoteName returns the name as it stands in a pattern.
func quoteName(name string) string {
	if name != "" && name[0] != ' ' && bareName(name) == name {
		return name
	}
	return strconv.Quote(name)
}
