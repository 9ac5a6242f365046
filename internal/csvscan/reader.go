package csvscan

import "io"

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
