package touchpoint

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// lineReader reads lines of any length up to a limit, and skips longer ones. A
// byte order mark at the beginning is skipped.
type lineReader struct {
	r     *bufio.Reader
	limit int // longest line in bytes, its end not counted
	long  []byte
	line  int // number of the current line, from 1
	err   error
}

func newLineReader(r io.Reader, limit int) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, 128<<10), limit: limit}
}

// next returns the next line without its end, valid until the next call. ok is
// false at the end of the input and on a read error, which is then in err. The
// text of a line that is too long is nil.
func (l *lineReader) next() (text []byte, tooLong, ok bool) {
	part, err := l.r.ReadSlice('\n')
	l.long = l.long[:0]
	for errors.Is(err, bufio.ErrBufferFull) {
		if !tooLong {
			l.long = append(l.long, part...)
			tooLong = len(l.long) > l.limit+len("\ufeff\r\n")
		}
		part, err = l.r.ReadSlice('\n')
	}
	if err != nil && !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		l.err = err // what was read of the line is cut off
		return nil, false, false
	}
	if len(part) == 0 && len(l.long) == 0 && !tooLong {
		return nil, false, false
	}
	l.line++
	if tooLong {
		return nil, true, true
	}
	text = part
	if len(l.long) > 0 {
		l.long = append(l.long, part...)
		text = l.long
	}
	text = bytes.TrimSuffix(text, []byte("\n"))
	text = bytes.TrimSuffix(text, []byte("\r"))
	if l.line == 1 {
		text = bytes.TrimPrefix(text, []byte("\ufeff"))
	}
	if len(text) > l.limit {
		return nil, true, true
	}
	return text, false, true
}
