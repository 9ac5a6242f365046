package touchpoint

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

var (
	errArrayEnd   = fmt.Errorf("%w: the array does not end", ErrSyntax)
	errArrayComma = fmt.Errorf("%w: no comma between the elements of an array", ErrSyntax)
)

// jsonStream reads JSON values one after another from a reader. There are two
// ways: lines, each of which is a value, and values that reach over lines, where
// the elements of an array count as values of their own. The first line that is
// not blank decides: if it begins with '[', or with '{' and does not close it,
// values reach over lines.
//
// Where a value ends is found by its brackets and quotes alone, so that one that
// is malformed within does not hide those behind it.
type jsonStream struct {
	lines   lineReader // its reader and limit also serve the other way
	over    bool       // values reach over lines
	begun   bool
	inArray bool
	index   int // of the last element, from 0; -1 before the first
	line    int // of the next byte
	buf     []byte
	err     error
}

// jsonValue is a value that has not been looked into. Its data are valid until
// the next one is read, and nil if it is too long.
type jsonValue struct {
	data  []byte
	line  int
	index int // in the array of which it is an element, or -1
}

// newJSONStream returns a stream in which a value may have limit bytes. Values
// reach over lines if over is set; else the input decides.
func newJSONStream(r io.Reader, limit int, over bool) *jsonStream {
	return &jsonStream{lines: *newLineReader(r, limit), over: over}
}

// next returns the next value. ok is false at the end of the input and on an
// error, which is then in err.
func (s *jsonStream) next() (v jsonValue, ok bool) {
	if s.err == nil && !s.begun {
		s.begin()
	}
	if s.err != nil {
		return v, false
	}
	if s.over {
		return s.nextOver()
	}
	for {
		text, tooLong, ok := s.lines.next()
		if s.line = s.lines.line; !ok {
			s.err = s.lines.err
			return v, false
		}
		if tooLong || len(bytes.TrimSpace(text)) > 0 {
			return jsonValue{data: text, line: s.line, index: -1}, true
		}
	}
}

var byteOrderMark = []byte("\ufeff")

// begin looks at the first line that is not blank, without reading it.
func (s *jsonStream) begin() {
	s.begun = true
	r := s.lines.r
	seen := 0 // bytes of the first line known to hold no end of it
	for n := 1; !s.over; n = r.Buffered() + 1 {
		_, err := r.Peek(n)
		window, _ := r.Peek(r.Buffered())
		text := bytes.TrimLeft(bytes.TrimPrefix(window, byteOrderMark), " \t\r\n")
		switch {
		case len(text) > 0 && text[0] == '[':
			s.over = true
		case len(text) > 0 && text[0] == '{':
			if end := bytes.IndexByte(text[seen:], '\n'); end >= 0 {
				var v valueEnd
				_, closed := v.pass(text[:seen+end])
				s.over = !closed
				err = io.EOF
			}
			seen = len(text)
		case len(text) > 0 && !bytes.HasPrefix(byteOrderMark, text):
			err = io.EOF
		}
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) || errors.Is(err, io.ErrUnexpectedEOF) {
				s.err = err
			}
			break
		}
	}
	if s.over {
		s.line = 1
		if mark, _ := r.Peek(len(byteOrderMark)); bytes.Equal(mark, byteOrderMark) {
			s.discard(len(byteOrderMark))
		}
	}
}

// nextOver is next for values that reach over lines.
func (s *jsonStream) nextOver() (v jsonValue, ok bool) {
	for {
		c, ok := s.space()
		switch {
		case !ok:
			if s.inArray && s.err == nil {
				s.err = errArrayEnd
			}
			return v, false
		case !s.inArray && c == '[':
			s.inArray, s.index = true, -1
			s.discard(1)
			continue
		case s.inArray && c == ']':
			s.inArray = false
			s.discard(1)
			continue
		case s.inArray && s.index >= 0 && c != ',':
			s.err = errArrayComma
			return v, false
		case s.inArray && s.index >= 0:
			s.discard(1)
			if _, ok = s.space(); !ok {
				continue
			}
		}
		break
	}
	v = jsonValue{line: s.line, index: -1}
	if s.inArray {
		s.index++
		v.index = s.index
	}
	if v.data, ok = s.value(); !ok {
		return jsonValue{}, false
	}
	return v, true
}

// space passes white space and returns the byte behind it.
func (s *jsonStream) space() (c byte, ok bool) {
	for {
		window := s.window()
		if len(window) == 0 {
			return 0, false
		}
		rest := bytes.TrimLeft(window, " \t\r\n")
		if s.discard(len(window) - len(rest)); len(rest) > 0 {
			return rest[0], true
		}
	}
}

// value passes one value. A value that is not there at all is an error.
func (s *jsonStream) value() (data []byte, ok bool) {
	s.buf = s.buf[:0]
	tooLong := false
	var end valueEnd
	for closed := false; !closed; {
		window := s.window()
		if len(window) == 0 {
			break
		}
		var n int
		n, closed = end.pass(window)
		if tooLong = tooLong || len(s.buf)+n > s.lines.limit; !tooLong {
			s.buf = append(s.buf, window[:n]...)
		}
		s.discard(n)
	}
	switch {
	case s.err != nil:
		return nil, false // what was read of the value is cut off
	case tooLong:
		return nil, true
	case len(s.buf) == 0:
		s.err = errNotJSON
		return nil, false
	}
	return s.buf, true
}

// window returns what is buffered, at least one byte but for the end of the
// input and an error.
func (s *jsonStream) window() []byte {
	if _, err := s.lines.r.Peek(1); err != nil {
		if !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			s.err = err
		}
		return nil
	}
	window, _ := s.lines.r.Peek(s.lines.r.Buffered())
	return window
}

// discard passes n bytes of the window.
func (s *jsonStream) discard(n int) {
	window, _ := s.lines.r.Peek(n)
	s.line += bytes.Count(window, []byte("\n"))
	_, _ = s.lines.r.Discard(n) // they are buffered
}

// valueEnd finds the end of a JSON value by its brackets and quotes. It needs no
// memory for the depth. The zero value stands before a value.
type valueEnd struct {
	depth   int
	quoted  bool
	escaped bool
	plain   bool // in a number or word
}

// pass returns how many bytes of data belong to the value, and whether it ends
// there.
func (v *valueEnd) pass(data []byte) (n int, closed bool) {
	for i, c := range data {
		switch {
		case v.escaped:
			v.escaped = false
		case v.quoted:
			switch c {
			case '\\':
				v.escaped = true
			case '"':
				v.quoted = false
				if v.depth == 0 {
					return i + 1, true
				}
			}
		case v.depth == 0 && v.plain && (c == '"' || c == '{' || c == '['):
			return i, true
		case c == '"':
			v.quoted = true
		case c == '{' || c == '[':
			v.depth++
		case v.depth > 0:
			if c == '}' || c == ']' {
				if v.depth--; v.depth == 0 {
					return i + 1, true
				}
			}
		case c == ',' || c == '}' || c == ']' || c == ' ' || c == '\t' || c == '\r' || c == '\n':
			return i, true
		default:
			v.plain = true
		}
	}
	return len(data), false
}

// elements calls yield with the place in data of each element of the array that
// begins at pos, until it returns false. The elements are found as those of a
// stream. It returns how far it came: behind the array if all is well.
func elements(data []byte, pos int, yield func(start, end int) bool) (int, error) {
	space := func() byte {
		for ; pos < len(data); pos++ {
			switch c := data[pos]; c {
			case ' ', '\t', '\r', '\n':
			default:
				return c
			}
		}
		return 0
	}
	pos++
	for first := true; ; first = false {
		c := space()
		switch {
		case pos == len(data):
			return pos, errArrayEnd
		case c == ']':
			return pos + 1, nil
		case !first && c != ',':
			return pos, errArrayComma
		case !first:
			pos++
			space()
		}
		var end valueEnd
		n, closed := end.pass(data[pos:])
		if n == 0 || !closed {
			return pos, errNotJSON
		}
		if !yield(pos, pos+n) {
			return pos, nil
		}
		pos += n
	}
}
