package csvscan

import (
	"bytes"
	"errors"
	"io"
)

// What can be wrong with one record.
var (
	// ErrQuote: a quote where none may stand, or one that is never closed.
	ErrQuote = errors.New(`quote " out of place`)
	// ErrTooLong: the record exceeds the limit.
	ErrTooLong = errors.New("record too long")
)

// Records walks through the records of a [Block].
type Records struct {
	Comma byte // field separator; 0 means ','

	data    []byte // what is left of the block
	quote   int    // index in data of the first quote; len(data) if none
	fields  [][]byte
	doubled []int // which fields have doubled quotes
	line    int   // of the current record
	next    int   // of the record behind it
	limit   int   // longest record; 0 means none
	long    bool
	err     error
}

// Reset starts on the records of the block. Their fields are slices of
// block.Data, which must not change meanwhile, and are unquoted in place.
func (r *Records) Reset(block Block) {
	*r = Records{
		Comma: comma(r.Comma), data: block.Data, fields: r.fields[:0], doubled: r.doubled[:0],
		next: block.Line, limit: block.limit, long: block.TooLong,
	}
	r.quote = firstQuote(block.Data)
}

func firstQuote(data []byte) int {
	if i := bytes.IndexByte(data, '"'); i >= 0 {
		return i
	}
	return len(data)
}

// Fields returns the fields of the current record, unquoted. They are valid
// until the next call of Next or Reset.
func (r *Records) Fields() [][]byte { return r.fields }

// Line returns the 1-based line on which the current record begins.
func (r *Records) Line() int { return r.line }

// Err returns what is wrong with the current record, nil if nothing is.
func (r *Records) Err() error { return r.err }

// Next advances to the next record, malformed or not, and reports whether there
// is one.
func (r *Records) Next() bool {
	r.fields, r.err = r.fields[:0], nil
	if r.long {
		r.long, r.err, r.line = false, ErrTooLong, r.next
		return true
	}
	for len(r.data) > 0 {
		r.line = r.next
		end := bytes.IndexByte(r.data, '\n') + 1
		if end == 0 {
			end = len(r.data)
		}
		if r.quote < end {
			return r.quoted()
		}
		record := trimEOL(r.data[:end])
		r.advance(end)
		r.next++
		if len(record) == 0 {
			continue
		}
		if r.limit > 0 && len(record) > r.limit {
			r.err = ErrTooLong
			return true
		}
		for {
			i := bytes.IndexByte(record, r.Comma)
			if i < 0 {
				break
			}
			r.fields = append(r.fields, record[:i])
			record = record[i+1:]
		}
		r.fields = append(r.fields, record)
		return true
	}
	return false
}

func (r *Records) advance(n int) {
	r.data = r.data[n:]
	r.quote -= n
	if r.quote < 0 {
		r.quote = firstQuote(r.data)
	}
}

// quoted reads a record that has a quote in its first line.
func (r *Records) quoted() bool {
	r.doubled = r.doubled[:0]
	end, ok := r.walk()
	raw := r.data[:end]
	r.advance(end)
	r.next += bytes.Count(raw, []byte{'\n'})
	switch {
	case r.limit > 0 && len(trimEOL(raw)) > r.limit:
		r.fields, r.err = r.fields[:0], ErrTooLong
	case !ok:
		r.fields, r.err = r.fields[:0], ErrQuote
	default:
		for _, i := range r.doubled {
			r.fields[i] = undouble(r.fields[i])
		}
	}
	return true
}

// walk appends the fields of the first record of r.data, returns its length with
// the line end, and whether it is well-formed. A malformed record ends with its
// first line.
func (r *Records) walk() (end int, ok bool) {
	end, ok, _ = span(r.data, r.Comma, true, func(field []byte, doubled bool) {
		if doubled {
			r.doubled = append(r.doubled, len(r.fields))
		}
		r.fields = append(r.fields, field)
	})
	return end, ok
}

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

// Reader reads the records of an input one after the other.
type Reader struct {
	blocks  *Blocks
	block   Block
	records Records
}

// NewReader returns a reader of r's records. comma 0 means ',', maxRecord 0 means
// [DefaultMaxRecord].
func NewReader(r io.Reader, comma byte, maxRecord int) *Reader {
	b := NewBlocks(r)
	b.Comma, b.MaxRecord = comma, maxRecord
	return &Reader{blocks: b, records: Records{Comma: comma}}
}

// Next advances to the next record, malformed or not, and reports whether there
// is one. It is false at the end and after a read error, see Err.
func (r *Reader) Next() bool {
	for !r.records.Next() {
		if !r.blocks.Next(&r.block) {
			return false
		}
		r.records.Reset(r.block)
	}
	return true
}

// Fields returns the fields of the current record, unquoted, valid until Next.
func (r *Reader) Fields() [][]byte { return r.records.Fields() }

// Line returns the 1-based line on which the current record begins.
func (r *Reader) Line() int { return r.records.Line() }

// RecordErr returns what is wrong with the current record, nil if nothing is.
func (r *Reader) RecordErr() error { return r.records.Err() }

// Err returns the read error that ended the input, nil at a regular end.
func (r *Reader) Err() error { return r.blocks.Err() }
