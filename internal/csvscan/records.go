package csvscan

import (
	"bytes"
	"errors"
)

// What can be wrong with one record.
var (
	// ErrQuote says that a quote stands where none may, or is never closed.
	ErrQuote = errors.New(`quote " out of place`)
	// ErrTooLong says that the record exceeds the limit.
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
