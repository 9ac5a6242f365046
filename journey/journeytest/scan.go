package journeytest

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cjm-go/cjm/journey"
)

// SyntaxError is a mistake in the notation.
type SyntaxError struct {
	Column int    // 1-based byte in the line at which it was noticed
	Msg    string // what is wrong there
}

// Error gives the column and what is wrong.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("journeytest: column %d: %s", e.Column, e.Msg)
}

// special are the characters that end a bare name.
const special = `>"/:*`

// line is what one line of notation says.
type line struct {
	customer *string // nil: none is named
	touches  []touch
	outcome  journey.Outcome
	endGap   gap
	value    float64
	currency string
	times    int64 // 0: none given
}

type touch struct {
	gap            gap
	offline        bool
	channel, stage string
}

// gap is the time since the element before, if one is given.
type gap struct {
	time.Duration
	given bool
}

// scanner reads a line from left to right. The first mistake stays in err, and
// nothing that is read after it counts.
type scanner struct {
	text string
	pos  int
	err  error
}

func scan(text string) (line, error) {
	s := scanner{text: text}
	l := line{outcome: journey.Lost}
	if !utf8.ValidString(text) {
		s.fail("not valid UTF-8: write the bytes in a quoted name, such as \"\\xff\"")
	}
	l.customer = s.customer()
	for s.element(&l) && s.take('>') {
	}
	if s.take('*') {
		l.times = s.times()
	}
	if s.space(); s.err == nil && s.pos < len(s.text) {
		r, _ := utf8.DecodeRuneInString(s.text[s.pos:])
		s.fail("unexpected %q", r)
	}
	return l, s.err
}

func (s *scanner) fail(format string, args ...any) {
	if s.err == nil {
		s.err = &SyntaxError{Column: s.pos + 1, Msg: fmt.Sprintf(format, args...)}
	}
}

func (s *scanner) space() {
	rest := strings.TrimLeftFunc(s.text[s.pos:], unicode.IsSpace)
	s.pos = len(s.text) - len(rest)
}

// take steps over c, behind any space, if it comes next.
func (s *scanner) take(c byte) bool {
	s.space()
	if s.err != nil || s.pos == len(s.text) || s.text[s.pos] != c {
		return false
	}
	s.pos++
	return true
}

// customer reads the name before a colon, if the line begins with one.
func (s *scanner) customer() *string {
	ahead := *s
	name, quoted := ahead.name("a name")
	if ahead.err != nil || !quoted && isEnd(name) || !ahead.take(':') {
		return nil
	}
	s.pos = ahead.pos
	return &name
}

// element reads a touch or an end and reports whether it was a touch.
func (s *scanner) element(l *line) bool {
	var t touch
	if s.take('+') {
		t.gap = s.gap()
	}
	t.offline = s.take('@')
	start := s.pos
	name, quoted := s.name("a channel or an end")
	if !quoted && !t.offline && isEnd(name) {
		l.endGap = t.gap
		s.end(l, name, start)
		return false
	}
	t.channel = name
	if s.take('/') {
		t.stage, _ = s.name("a stage")
	}
	l.touches = append(l.touches, t)
	return s.err == nil
}

func isEnd(name string) bool { return name == "buy" || name == "lost" || name == "open" }

// end reads what follows the word that ends a journey.
func (s *scanner) end(l *line, word string, start int) {
	switch word {
	case "buy":
		l.outcome = journey.Converted
		if s.take(':') {
			s.value(l)
		}
	case "open":
		l.outcome = journey.Open
	}
	if word != "buy" && l.endGap.given {
		s.pos = start
		s.fail("no gap before %s: such a journey ends with its last touch", word)
	}
	if s.take('>') {
		s.pos--
		s.fail("nothing comes after %s; a channel of that name is quoted", word)
	}
}

func (s *scanner) value(l *line) {
	s.space()
	start := s.pos
	v, err := strconv.ParseFloat(s.word(), 64)
	if err != nil || !(v >= 0 && v <= math.MaxFloat64) {
		s.pos = start
		s.fail("a value is a number, finite and not negative")
	}
	l.value = v + 0 // no -0
	s.space()
	start = s.pos
	if l.currency = s.word(); l.currency != "" && !isCurrency(l.currency) {
		s.pos = start
		s.fail("a currency is three capital letters")
	}
}

func isCurrency(code string) bool {
	return len(code) == 3 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func (s *scanner) times() int64 {
	s.space()
	start := s.pos
	n, err := strconv.ParseInt(s.word(), 10, 64)
	if err != nil || n < 1 {
		s.pos = start
		s.fail("a whole number from 1 comes after *")
	}
	return n
}

// gap reads a duration, behind its plus sign.
func (s *scanner) gap() gap {
	start := s.pos
	d, ok := parseGap(s.word())
	if !ok {
		s.pos = start
		s.fail("a gap is a duration such as 2d, 90m or 1d12h")
	}
	return gap{d, true}
}

func parseGap(text string) (time.Duration, bool) {
	var days time.Duration
	if number, rest, ok := strings.Cut(text, "d"); ok {
		n, err := strconv.ParseUint(number, 10, 64)
		if err != nil || n > uint64(math.MaxInt64/day) {
			return 0, false
		}
		if days = time.Duration(n) * day; rest == "" {
			return days, true
		}
		text = rest
	}
	if strings.HasPrefix(text, "+") {
		return 0, false
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > math.MaxInt64-days {
		return 0, false
	}
	return days + d, true
}

const day = 24 * time.Hour

// word reads up to the next space or special character.
func (s *scanner) word() string {
	rest := s.text[s.pos:]
	if i := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(special, r) }); i >= 0 {
		rest = rest[:i]
	}
	s.pos += len(rest)
	return rest
}

// name reads a name, bare or quoted.
func (s *scanner) name(what string) (name string, quoted bool) {
	s.space()
	rest := s.text[s.pos:]
	if strings.HasPrefix(rest, `"`) {
		prefix, err := strconv.QuotedPrefix(rest)
		if err == nil {
			name, err = strconv.Unquote(prefix)
		}
		if err != nil {
			s.fail("the quoted name does not end, or has an escape that Go does not know")
			return "", true
		}
		s.pos += len(prefix)
		return name, true
	}
	if strings.HasPrefix(rest, "@") || strings.HasPrefix(rest, "+") {
		s.fail("%s that begins with %c is quoted", what, rest[0])
		return "", false
	}
	if i := strings.IndexAny(rest, special); i >= 0 {
		rest = rest[:i]
	}
	s.pos += len(rest)
	name = strings.TrimRightFunc(rest, unicode.IsSpace)
	if name == "" {
		s.fail("%s is missing", what)
	}
	return name, false
}
