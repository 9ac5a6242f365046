package csvscan

import (
	"bytes"
	"errors"
	"io"
)

// DefaultMaxRecord is the longest record accepted where no other limit is set.
const DefaultMaxRecord = 16 << 20

// DefaultBlockSize is how much is read at once where no other size is set: large
// enough that the cost of a block does not show, small enough for a CPU cache.
const DefaultBlockSize = 256 << 10

// Block is a run of whole records.
type Block struct {
	Data []byte // the records, the last one perhaps without its line end
	Line int    // 1-based line on which Data begins
	// TooLong marks a block that stands for one record over the limit; Data
	// is empty.
	TooLong bool

	limit int // longest record in bytes; 0 means none
}

// Blocks cuts an input into blocks of whole records.
type Blocks struct {
	Comma     byte // field separator; 0 means ','
	MaxRecord int  // longest record in bytes; 0 means [DefaultMaxRecord]
	BlockSize int  // about how much a block holds; 0 means [DefaultBlockSize]

	r     io.Reader
	rest  []byte // read, but not yet handed out; owned by Blocks
	line  int    // line on which rest begins
	begun bool
	eof   bool
	err   error
}

// NewBlocks returns the blocks of r.
func NewBlocks(r io.Reader) *Blocks { return &Blocks{r: r, line: 1} }

// Err returns the error that ended the reading, nil at a regular end.
func (b *Blocks) Err() error { return b.err }

// Next fills block with the next run of records, reusing the memory of
// block.Data, and reports whether there was one. The records before a read
// error are handed out first.
func (b *Blocks) Next(block *Block) bool {
	size, limit := b.BlockSize, b.limit()
	if size <= 0 {
		size = DefaultBlockSize
	}
	size = min(size, limit+1)
	buf := append(block.Data[:0], b.rest...)
	b.rest = b.rest[:0]
	for {
		if !b.eof {
			buf = b.fill(buf, max(size, len(buf)+1))
		}
		if !b.begun && (len(buf) >= 3 || b.eof) {
			b.begun = true
			buf = bytes.TrimPrefix(buf, []byte("\xef\xbb\xbf"))
		}
		end := b.whole(buf)
		switch {
		case end > 0:
			b.rest = append(b.rest, buf[end:]...)
			*block = Block{Data: buf[:end], Line: b.line, limit: limit}
			b.line += bytes.Count(buf[:end], []byte{'\n'})
			return true
		case b.eof: // what is left was cut off by a read error
			*block = Block{Data: buf[:0], Line: b.line}
			return false
		case len(buf) > limit:
			return b.tooLong(block, buf)
		}
		size = min(2*max(size, len(buf)), limit+1)
	}
}

// fill reads until buf holds want bytes or the input ends.
func (b *Blocks) fill(buf []byte, want int) []byte {
	if cap(buf) < want {
		buf = append(make([]byte, 0, want), buf...)
	}
	for empty := 0; len(buf) < want; {
		n, err := b.r.Read(buf[len(buf):want])
		buf = buf[:len(buf)+n]
		if n > 0 {
			empty = 0
		} else if empty++; err == nil && empty == 100 {
			err = io.ErrNoProgress
		}
		if err != nil {
			b.eof = true
			if !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				b.err = err
			}
			return buf
		}
	}
	return buf
}

// whole returns the length of the whole records at the beginning of buf.
func (b *Blocks) whole(buf []byte) int {
	if b.eof && b.err == nil {
		return len(buf)
	}
	if bytes.IndexByte(buf, '"') < 0 {
		return bytes.LastIndexByte(buf, '\n') + 1
	}
	end := 0
	for {
		n, _, whole := span(buf[end:], comma(b.Comma), false, nil)
		if !whole {
			break
		}
		end += n
	}
	if end == 0 && len(buf) > b.limit() {
		// An opening quote whose partner is nowhere near: not a long record
		// but a malformed line.
		end = bytes.IndexByte(buf, '\n') + 1
	}
	return end
}

func (b *Blocks) limit() int {
	if b.MaxRecord <= 0 {
		return DefaultMaxRecord
	}
	return b.MaxRecord
}

// tooLong skips the record at the beginning of buf and hands out a block that
// stands for it.
func (b *Blocks) tooLong(block *Block, buf []byte) bool {
	*block = Block{Data: buf[:0], Line: b.line, TooLong: true}
	for {
		if i := bytes.IndexByte(buf, '\n'); i >= 0 {
			b.rest = append(b.rest, buf[i+1:]...)
			b.line++
			return true
		}
		if b.eof {
			return true
		}
		buf = b.fill(buf[:0], DefaultBlockSize)
	}
}

func comma(c byte) byte {
	if c == 0 {
		return ','
	}
	return c
}
