package exact

import (
	"encoding/binary"
	"errors"
)

// maxDigits bounds the digits of an encoded sum. The sum of 2^63 products of
// 2^63 and the largest float64 has 70.
const maxDigits = 80

// Errors of the codec.
var (
	// ErrRange says that the sum is beyond what the encoding holds. No sum of fewer than
	// 2^400 values is.
	ErrRange = errors.New("exact: sum out of range")
	// ErrCorrupt says that the bytes are not what AppendBinary writes.
	ErrCorrupt = errors.New("exact: corrupt encoding of a sum")
)

// AppendBinary appends the encoding of the sum to dst. Equal sums have equal
// encodings, however they were added up. The error is [ErrRange], in theory.
//
// The encoding is the number of digits, shifted left by one, with the sign in
// bit 0; then, unless that is 0, the position of the lowest digit, both as
// uvarint; then the digits, lowest first, as 4 bytes little-endian. The first
// and the last digit are not 0.
func (s *Sum) AppendBinary(dst []byte) ([]byte, error) {
	var buf [bufLimbs]int64
	digits, base, negative := s.magnitude(buf[:0])
	if len(digits) == 0 {
		return append(dst, 0), nil
	}
	if base+len(digits) > maxDigits {
		return dst, ErrRange
	}
	head := uint64(len(digits)) << 1
	if negative {
		head |= 1
	}
	dst = binary.AppendUvarint(dst, head)
	dst = binary.AppendUvarint(dst, uint64(base))
	for _, v := range digits {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(v))
	}
	return dst, nil
}

// Decode sets s to the sum encoded at the start of b and returns the bytes
// after it. It accepts only what AppendBinary writes; for anything else the
// error is [ErrCorrupt] and s is unchanged.
func (s *Sum) Decode(b []byte) (rest []byte, err error) {
	if len(b) == 0 {
		return b, ErrCorrupt
	}
	if b[0] == 0 {
		*s = Sum{}
		return b[1:], nil
	}
	// Both numbers are at most 2*maxDigits+1; a longer uvarint than needed
	// would be a second encoding of the same sum.
	head, rest, ok := shortUvarint(b)
	if !ok {
		return b, ErrCorrupt
	}
	base, rest, ok := shortUvarint(rest)
	n := head >> 1
	if !ok || n == 0 || base+n > maxDigits || len(rest) < 4*n {
		return b, ErrCorrupt
	}
	limbs := make([]int64, n)
	for i := range limbs {
		limbs[i] = int64(binary.LittleEndian.Uint32(rest[4*i:]))
	}
	if limbs[0] == 0 || limbs[n-1] == 0 {
		return b, ErrCorrupt
	}
	if head&1 == 1 {
		for i := range limbs {
			limbs[i] = -limbs[i]
		}
	}
	*s = Sum{limbs: limbs, base: int32(base)}
	s.carry()
	return rest[4*n:], nil
}

// shortUvarint reads a uvarint below 2^14 in its shortest form.
func shortUvarint(b []byte) (v int, rest []byte, ok bool) {
	u, n := binary.Uvarint(b)
	if n <= 0 || n > 2 || n == 2 && u < 0x80 {
		return 0, nil, false
	}
	return int(u), b[n:], true
}
