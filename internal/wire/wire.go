// Package wire has the few primitives of which the byte forms of accumulators
// are made: a header with a name and a version, unsigned varints in their only
// (shortest) form, strings with their length in front. Appending cannot fail;
// reading is strict, so equal bytes and equal content are the same thing.
package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/cjm-go/cjm/internal/exact"
)

// ErrCorrupt says that the bytes are not what the type writes.
var ErrCorrupt = errors.New("corrupt or foreign bytes")

// AppendHeader appends the name of a type and the version of its form.
func AppendHeader(dst []byte, name string, version uint64) []byte {
	return binary.AppendUvarint(AppendString(dst, name), version)
}

// AppendUint appends a number.
func AppendUint(dst []byte, n uint64) []byte { return binary.AppendUvarint(dst, n) }

// AppendCount appends a number that is not negative.
func AppendCount(dst []byte, n int64) []byte { return binary.AppendUvarint(dst, uint64(n)) }

// AppendString appends the length of s, then s.
func AppendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// AppendNames appends names, which are sorted and distinct.
func AppendNames[S ~string](dst []byte, names []S) []byte {
	dst = AppendUint(dst, uint64(len(names)))
	for _, name := range names {
		dst = AppendString(dst, string(name))
	}
	return dst
}

// Names reads names and fails unless they are sorted and distinct.
func Names[S ~string](d *Decoder) []S {
	names := make([]S, d.Len())
	for i := range names {
		names[i] = S(d.String())
		if i > 0 && names[i] <= names[i-1] {
			d.Fail()
		}
	}
	if d.err != nil {
		return nil
	}
	return names
}

// Decoder reads what the functions above wrote. After the first failure it gives
// zero values; Err tells.
type Decoder struct {
	b   []byte
	err error
}

// NewDecoder returns a decoder of b.
func NewDecoder(b []byte) *Decoder { return &Decoder{b: b} }

// Fail records that the content makes no sense to the caller.
func (d *Decoder) Fail() {
	if d.err == nil {
		d.err = ErrCorrupt
	}
	d.b = nil
}

// Err returns the first failure.
func (d *Decoder) Err() error { return d.err }

// Finish returns the first failure; bytes that are left over are one.
func (d *Decoder) Finish() error {
	if len(d.b) > 0 {
		d.Fail()
	}
	return d.err
}

// Header reads a header and fails unless it is that of the name and version.
func (d *Decoder) Header(name string, version uint64) {
	if d.String() != name || d.err != nil {
		d.Fail()
		return
	}
	if v := d.Uint(); d.err == nil && v != version {
		d.Fail()
		d.err = fmt.Errorf("%w: version %d of %s, this program reads %d", ErrCorrupt, v, name, version)
	}
}

// Uint reads a number.
func (d *Decoder) Uint() uint64 {
	v, n := binary.Uvarint(d.b)
	// The last byte of a longer form than needed is zero.
	if n <= 0 || n > 1 && d.b[n-1] == 0 {
		d.Fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

// Count reads a number up to 2^63-1.
func (d *Decoder) Count() int64 {
	v := d.Uint()
	if v > math.MaxInt64 {
		d.Fail()
		return 0
	}
	return int64(v)
}

// Len reads how many things follow. Each takes a byte at least, so a number
// larger than what is left is refused before anything is allocated for it.
func (d *Decoder) Len() int {
	v := d.Uint()
	if v > uint64(len(d.b)) {
		d.Fail()
		return 0
	}
	return int(v)
}

// Index reads a number below n.
func (d *Decoder) Index(n int) int {
	v := d.Uint()
	if v >= uint64(max(n, 0)) {
		d.Fail()
		return 0
	}
	return int(v)
}

// String reads a string.
func (d *Decoder) String() string {
	n := d.Len()
	s := string(d.b[:n])
	d.b = d.b[n:]
	return s
}

// Sum reads an exact sum.
func (d *Decoder) Sum(s *exact.Sum) {
	if d.err != nil {
		return
	}
	rest, err := s.Decode(d.b)
	if err != nil {
		d.Fail()
		return
	}
	d.b = rest
}
