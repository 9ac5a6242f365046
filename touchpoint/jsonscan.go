package touchpoint

import (
	"bytes"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep objects and arrays may be nested in a row.
const maxDepth = 1000

var (
	errNotJSON      = fmt.Errorf("%w: not valid JSON", ErrSyntax)
	errNotObject    = fmt.Errorf("%w: not a JSON object", ErrSyntax)
	errTrailing     = fmt.Errorf("%w: text after the JSON object", ErrSyntax)
	errDuplicateKey = fmt.Errorf("%w: an object has a key twice", ErrSyntax)
	errTooDeep      = fmt.Errorf("%w: nested too deep", ErrSyntax)
)

// jsonScanner reads JSON from memory. It differs from encoding/json in what a
// decoder of other people's data needs: a key that occurs twice is an error, and
// so is text that is not Unicode, instead of being changed in silence.
type jsonScanner struct {
	data  []byte
	pos   int
	valid bool     // the data is UTF-8: strings need no check of their own
	depth int      // of the value in hand
	keys  [][]byte // of all objects that are open
	arena []byte   // texts of strings with escapes
}

func (s *jsonScanner) reset(data []byte) {
	clear(s.keys)
	*s = jsonScanner{data: data, valid: utf8.Valid(data), keys: s.keys[:0], arena: s.arena[:0]}
}

// peek skips white space and returns the next byte without passing it; 0 at the
// end.
func (s *jsonScanner) peek() byte {
	for ; s.pos < len(s.data); s.pos++ {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// object passes an object, the brace of which is next. It calls member with each
// key, the value of which is then next; a nil member skips the values.
func (s *jsonScanner) object(member func(key []byte) error) error {
	if err := s.open(); err != nil {
		return err
	}
	base := len(s.keys)
	var seen map[string]bool
	for more := s.peek() != '}'; more; {
		if s.peek() != '"' {
			return errNotJSON
		}
		key, err := s.text()
		if err != nil {
			return err
		}
		if seen, err = s.newKey(key, base, seen); err != nil {
			return err
		}
		if s.peek() != ':' {
			return errNotJSON
		}
		s.pos++
		if member == nil {
			err = s.skip()
		} else {
			err = member(key)
		}
		if err != nil {
			return err
		}
		if more = s.peek() == ','; more {
			s.pos++
		}
	}
	s.keys = s.keys[:base]
	return s.closeWith('}')
}

// newKey remembers a key of the object whose keys begin at base. Few keys are
// compared one by one; with many, seen takes over.
func (s *jsonScanner) newKey(key []byte, base int, seen map[string]bool) (map[string]bool, error) {
	const few = 24
	if seen != nil {
		if seen[string(key)] {
			return seen, errDuplicateKey
		}
		seen[string(key)] = true
		return seen, nil
	}
	for _, k := range s.keys[base:] {
		if bytes.Equal(k, key) {
			return nil, errDuplicateKey
		}
	}
	s.keys = append(s.keys, key)
	if len(s.keys)-base < few {
		return nil, nil
	}
	seen = make(map[string]bool, 2*few)
	for _, k := range s.keys[base:] {
		seen[string(k)] = true
	}
	return seen, nil
}

func (s *jsonScanner) array() error {
	if err := s.open(); err != nil {
		return err
	}
	for more := s.peek() != ']'; more; {
		if err := s.skip(); err != nil {
			return err
		}
		if more = s.peek() == ','; more {
			s.pos++
		}
	}
	return s.closeWith(']')
}

func (s *jsonScanner) open() error {
	if s.depth++; s.depth > maxDepth {
		return errTooDeep
	}
	s.pos++
	return nil
}

func (s *jsonScanner) closeWith(c byte) error {
	if s.peek() != c {
		return errNotJSON
	}
	s.depth--
	s.pos++
	return nil
}

// skip passes any value.
func (s *jsonScanner) skip() error {
	switch c := s.peek(); {
	case c == '{':
		return s.object(nil)
	case c == '[':
		return s.array()
	case c == '"':
		_, err := s.text()
		return err
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	}
	for _, word := range [...]string{"true", "false", "null"} {
		if bytes.HasPrefix(s.data[s.pos:], []byte(word)) {
			s.pos += len(word)
			return nil
		}
	}
	return errNotJSON
}

func (s *jsonScanner) number() error {
	if s.data[s.pos] == '-' {
		s.pos++
	}
	if s.next('0') {
		// nothing may follow a leading zero but a point or an exponent
	} else if !s.digits() {
		return errNotJSON
	}
	if s.next('.') && !s.digits() {
		return errNotJSON
	}
	if s.next('e') || s.next('E') {
		if !s.next('+') {
			s.next('-')
		}
		if !s.digits() {
			return errNotJSON
		}
	}
	return nil
}

// next passes the byte c if it is next.
func (s *jsonScanner) next(c byte) bool {
	if s.pos < len(s.data) && s.data[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

// digits passes at least one digit.
func (s *jsonScanner) digits() bool {
	start := s.pos
	for s.pos < len(s.data) && '0' <= s.data[s.pos] && s.data[s.pos] <= '9' {
		s.pos++
	}
	return s.pos > start
}

// text passes a string, the quote of which is next, and returns what it stands
// for: a slice of the data or of the arena.
func (s *jsonScanner) text() ([]byte, error) {
	s.pos++
	start := s.pos
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; {
		case c == '"':
			text := s.data[start:s.pos]
			s.pos++
			if !s.valid && !utf8.Valid(text) {
				return nil, ErrEncoding
			}
			return text, nil
		case c == '\\':
			return s.escaped(start)
		case c < ' ':
			return nil, errNotJSON
		}
		s.pos++
	}
	return nil, errNotJSON
}

// escaped is text for a string that begins at start and has its first escape
// here.
func (s *jsonScanner) escaped(start int) ([]byte, error) {
	base := len(s.arena)
	s.arena = append(s.arena, s.data[start:s.pos]...)
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; {
		case c == '"':
			s.pos++
			text := s.arena[base:len(s.arena):len(s.arena)]
			if !s.valid && !utf8.Valid(text) {
				return nil, ErrEncoding
			}
			return text, nil
		case c == '\\':
			if err := s.escape(); err != nil {
				return nil, err
			}
		case c < ' ':
			return nil, errNotJSON
		default:
			s.arena = append(s.arena, c)
			s.pos++
		}
	}
	return nil, errNotJSON
}

// escape passes one escape sequence and appends what it stands for. Half of a
// surrogate pair stands for nothing: [ErrEncoding].
func (s *jsonScanner) escape() error {
	if s.pos+1 >= len(s.data) {
		return errNotJSON
	}
	c := s.data[s.pos+1]
	if c == 'u' {
		r, ok := s.unit()
		if !ok {
			return errNotJSON
		}
		if utf16.IsSurrogate(r) {
			low := rune(-1)
			if s.pos < len(s.data) && s.data[s.pos] == '\\' {
				if low, ok = s.unit(); !ok {
					low = -1
				}
			}
			if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
				return ErrEncoding
			}
		}
		s.arena = utf8.AppendRune(s.arena, r)
		return nil
	}
	i := bytes.IndexByte([]byte(`"\/bfnrt`), c)
	if i < 0 {
		return errNotJSON
	}
	s.arena = append(s.arena, "\"\\/\b\f\n\r\t"[i])
	s.pos += 2
	return nil
}

// unit passes an escape of the form \uXXXX.
func (s *jsonScanner) unit() (rune, bool) {
	if s.pos+6 > len(s.data) || s.data[s.pos+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range s.data[s.pos+2 : s.pos+6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	s.pos += 6
	return r, true
}

// compact returns valid JSON without the white space between its parts.
func compact(data []byte) []byte {
	var out []byte
	start, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
			if c == '\\' {
				i++
			}
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			out = append(out, data[start:i]...)
			start = i + 1
		}
	}
	if start == 0 {
		return data
	}
	return append(out, data[start:]...)
}
