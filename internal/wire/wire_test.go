package wire_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/internal/wire"
)

func TestRoundTrip(t *testing.T) {
	var s exact.Sum
	s.Add(12.5)
	b := wire.AppendHeader(nil, "thing", 3)
	b = wire.AppendUint(b, math.MaxUint64)
	b = wire.AppendCount(b, math.MaxInt64)
	b = wire.AppendString(b, "")
	b = wire.AppendString(b, "Київ")
	b, err := s.AppendBinary(b)
	require.NoError(t, err)
	b = wire.AppendNames(b, []string{"a", "b"})
	b = wire.AppendUint(b, 4)

	d := wire.NewDecoder(b)
	d.Header("thing", 3)
	assert.Equal(t, uint64(math.MaxUint64), d.Uint())
	assert.Equal(t, int64(math.MaxInt64), d.Count())
	assert.Equal(t, "", d.String())
	assert.Equal(t, "Київ", d.String())
	var got exact.Sum
	d.Sum(&got)
	assert.Equal(t, 12.5, got.Float64())
	assert.Equal(t, []string{"a", "b"}, wire.Names[string](d))
	assert.Equal(t, 4, d.Index(5))
	require.NoError(t, d.Finish())
}

func TestRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		in   []byte
		read func(*wire.Decoder)
	}{
		"nothing":               {nil, func(d *wire.Decoder) { d.Uint() }},
		"longer form":           {[]byte{0x80, 0x00}, func(d *wire.Decoder) { d.Uint() }},
		"over 64 bits":          {[]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 2}, func(d *wire.Decoder) { d.Uint() }},
		"over 63 bits":          {wire.AppendUint(nil, 1<<63), func(d *wire.Decoder) { d.Count() }},
		"string cut off":        {[]byte{3, 'a', 'b'}, func(d *wire.Decoder) { _ = d.String() }},
		"length beyond the end": {wire.AppendUint(nil, 1<<40), func(d *wire.Decoder) { d.Len() }},
		"index at the end":      {[]byte{5}, func(d *wire.Decoder) { d.Index(5) }},
		"index in nothing":      {[]byte{0}, func(d *wire.Decoder) { d.Index(0) }},
		"names out of order":    {wire.AppendNames(nil, []string{"b", "a"}), func(d *wire.Decoder) { wire.Names[string](d) }},
		"a name twice":          {wire.AppendNames(nil, []string{"a", "a"}), func(d *wire.Decoder) { wire.Names[string](d) }},
		"other name":            {wire.AppendHeader(nil, "other", 1), func(d *wire.Decoder) { d.Header("thing", 1) }},
		"other version":         {wire.AppendHeader(nil, "thing", 2), func(d *wire.Decoder) { d.Header("thing", 1) }},
		"not a sum":             {[]byte{255}, func(d *wire.Decoder) { d.Sum(new(exact.Sum)) }},
		"left over":             {[]byte{0, 0}, func(d *wire.Decoder) { d.Uint() }},
		"after the first failure": {[]byte{5, 1}, func(d *wire.Decoder) {
			d.Index(1)
			assert.Zero(t, d.Uint())
			assert.Empty(t, d.String())
			d.Sum(new(exact.Sum))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			d := wire.NewDecoder(tc.in)
			tc.read(d)
			assert.ErrorIs(t, d.Finish(), wire.ErrCorrupt)
			assert.ErrorIs(t, d.Err(), wire.ErrCorrupt)
		})
	}
}
