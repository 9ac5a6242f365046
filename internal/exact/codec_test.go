package exact

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDecodeRefuses(t *testing.T) {
	for _, c := range []struct {
		reason string
		in     []byte
	}{
		{"empty", nil},
		{"a sign but no digits", []byte{1}},
		{"no position", []byte{2}},
		{"no digits", []byte{2, 33}},
		{"half a digit", []byte{2, 33, 1, 0}},
		{"first digit 0", []byte{4, 33, 0, 0, 0, 0, 1, 0, 0, 0}},
		{"last digit 0", []byte{4, 33, 1, 0, 0, 0, 0, 0, 0, 0}},
		{"long form of the head", []byte{0x82, 0, 33, 1, 0, 0, 0}},
		{"long form of 0", []byte{0x80, 0}},
		{"long form of the position", []byte{2, 0xa1, 0, 1, 0, 0, 0}},
		{"position out of range", []byte{2, 80, 1, 0, 0, 0}},
		{"position beyond int", []byte{2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 1, 0, 0, 0}},
		{"endless uvarint", []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
	} {
		var s Sum
		s.Add(1.5)
		_, err := s.Decode(c.in)
		assert.ErrorIs(t, err, ErrCorrupt, c.reason)
		assert.Equal(t, 1.5, s.Float64(), "%s: a failed Decode changed the sum", c.reason)
	}
}

func TestDecodeLeavesRest(t *testing.T) {
	var a, b, z Sum
	a.Add(-0.1)
	b.Add(1e300)
	var buf []byte
	var err error
	for _, s := range []*Sum{&a, &z, &b} {
		buf, err = s.AppendBinary(buf)
		require.NoError(t, err)
	}
	for _, want := range []float64{-0.1, 0, 1e300} {
		var s Sum
		buf, err = s.Decode(buf)
		require.NoError(t, err)
		assert.Equal(t, want, s.Float64())
	}
	assert.Empty(t, buf)
}

func TestAppendBinaryRange(t *testing.T) {
	var s Sum
	s.Add(math.MaxFloat64)
	for range 600 {
		s.Merge(&s)
	}
	_, err := s.AppendBinary(nil)
	assert.ErrorIs(t, err, ErrRange)
	assert.Equal(t, math.Inf(1), s.Float64())
}

func FuzzDecode(f *testing.F) {
	for _, x := range []float64{0, 1, -1, 0.1, math.MaxFloat64, -math.SmallestNonzeroFloat64} {
		var s Sum
		s.Add(x)
		s.Add(x / 3)
		b, err := s.AppendBinary(nil)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var s Sum
		rest, err := s.Decode(b)
		if err != nil {
			require.ErrorIs(t, err, ErrCorrupt)
			return
		}
		again, err := s.AppendBinary(nil)
		require.NoError(t, err)
		require.Equal(t, b[:len(b)-len(rest)], again, "two encodings of one sum")
	})
}
