package csvscan

import "bytes"

// closing returns the index of the quote that closes the field which s begins
// with, -1 if there is none, and whether the field has doubled quotes.
func closing(s []byte) (i int, doubled bool) {
	for i = 1; ; i += 2 {
		n := bytes.IndexByte(s[i:], '"')
		if n < 0 {
			return -1, doubled
		}
		i += n
		if i+1 >= len(s) || s[i+1] != '"' {
			return i, doubled
		}
		doubled = true
	}
}

// undouble replaces, in place, two quotes by one.
func undouble(s []byte) []byte {
	out := s[:0]
	for i := 0; i < len(s); i++ {
		out = append(out, s[i])
		if s[i] == '"' {
			i++
		}
	}
	return out
}

func trimEOL(record []byte) []byte {
	if n := len(record); n > 0 && record[n-1] == '\n' {
		record = record[:n-1]
	}
	if n := len(record); n > 0 && record[n-1] == '\r' {
		record = record[:n-1]
	}
	return record
}

// span walks over the first record of buf. It returns its length with the line
// end, whether it is well-formed, and whether buf holds all of it; last says that
// nothing follows buf. A malformed record ends with its first line. Each field
// goes to emit, which may be nil, without its outer quotes.
func span(buf []byte, comma byte, last bool, emit func(field []byte, doubled bool)) (n int, ok, whole bool) {
	line := bytes.IndexByte(buf, '\n') + 1
	if line == 0 {
		if !last || len(buf) == 0 {
			return 0, false, false
		}
		line = len(buf)
	}
	eol := line // end of the line in which i stands
	for i := 0; ; {
		if i < len(buf) && buf[i] == '"' {
			n, doubled := closing(buf[i:])
			if n < 0 { // never closed, or further on
				return line, false, last
			}
			if emit != nil {
				emit(buf[i+1:i+n], doubled)
			}
			i += n + 1
			end := i + len(lineEnd(buf[i:]))
			switch {
			case end > i && buf[end-1] == '\n':
				return end, true, true
			case end == len(buf):
				return end, true, last
			case buf[i] != comma:
				return line, false, true
			}
			if i++; i >= eol {
				eol = i + bytes.IndexByte(buf[i:], '\n') + 1
				if eol == i {
					eol = len(buf)
				}
			}
			continue
		}
		field, more := buf[i:eol], false
		if j := bytes.IndexByte(field, comma); j >= 0 {
			field, more = field[:j], true
		}
		if bytes.IndexByte(field, '"') >= 0 {
			return line, false, true
		}
		i += len(field) + 1
		if !more {
			if emit != nil {
				emit(trimEOL(field), false)
			}
			return eol, true, last || buf[eol-1] == '\n'
		}
		if emit != nil {
			emit(field, false)
		}
	}
}

// lineEnd returns the line end that s begins with, a lone CR at the very end of s
// included; empty if there is none.
func lineEnd(s []byte) []byte {
	switch {
	case len(s) > 0 && s[0] == '\n', len(s) == 1 && s[0] == '\r':
		return s[:1]
	case len(s) > 1 && s[0] == '\r' && s[1] == '\n':
		return s[:2]
	}
	return nil
}
