package dropoff

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
	"github.com/cjm-go/cjm/touchpoint"
)

func countsFuzzed(t testing.TB) *Counts {
	f := countsFunnel("a", "b?", "c")
	f.Open = true
	f.Exclusions = []Exclusion{{Name: "x", Channels: []touchpoint.Channel{"e"}}}
	c, err := NewCounts(f, Group{"code", journey.ByCode, AtEntry}, Group{"setting", journey.BySetting, FirstKnown})
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(4, 3))
	for range 20 {
		p := countsPath(rng)
		require.NoError(t, c.Add(&p))
	}
	return c
}

func TestCountsCodec(t *testing.T) {
	for _, c := range []*Counts{countsFuzzed(t), countsFuzzed(t).New(), countsOf(t, countsFunnel("a", "b"), nil, "a > b", "a > open", "x")} {
		data := countsBytes(t, c)
		back := c.New()
		require.NoError(t, back.UnmarshalBinary(data))
		require.Equal(t, data, countsBytes(t, back))
		if c.paths > 0 {
			want, err := countsReport(t, c).MarshalJSON()
			require.NoError(t, err)
			got, err := countsReport(t, back).MarshalJSON()
			require.NoError(t, err)
			assert.Equal(t, string(want), string(got))
		}
		for i := range data {
			require.Error(t, back.UnmarshalBinary(data[:i]), "cut at %d", i)
		}
		require.Error(t, back.UnmarshalBinary(append(data, 0)))
		require.Equal(t, data, countsBytes(t, back), "unchanged on error")
		p := journeytest.Path("a > c")
		require.NoError(t, back.Add(&p), "goes on")
	}
}

// One byte changed is refused, or is another valid form of itself.
func TestCountsCodecCorrupt(t *testing.T) {
	c := countsFuzzed(t)
	data := countsBytes(t, c)
	for i := range data {
		bad := append([]byte(nil), data...)
		bad[i] ^= 1
		back := c.New()
		if back.UnmarshalBinary(bad) == nil {
			require.Equal(t, bad, countsBytes(t, back))
			countsSums(t, countsReport(t, back))
		}
	}
}

func FuzzCountsUnmarshalBinary(f *testing.F) {
	c := countsFuzzed(f)
	data, err := c.MarshalBinary()
	require.NoError(f, err)
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		back := c.New()
		if back.UnmarshalBinary(data) != nil {
			return
		}
		require.Equal(t, data, countsBytes(t, back))
		if r, err := back.Report(); err == nil {
			countsSums(t, r)
			_, err = r.MarshalJSON()
			require.NoError(t, err)
		}
		if err := back.Merge(c); err != nil {
			require.ErrorIs(t, err, journey.ErrOverflow)
		}
	})
}

// Bytes that are none are an error of this package, also of the zero values, which
// were made for no funnel and no model.
func TestForeignBytes(t *testing.T) {
	next, err := NewNextCounts(countsFunnel("a", "b"), nil)
	require.NoError(t, err)
	for _, c := range []interface{ UnmarshalBinary(data []byte) error }{
		countsOf(t, countsFunnel("a", "b"), nil), next, stagesFuzzed(t), new(DwellCounts), new(Spells), new(Gaps),
	} {
		err := c.UnmarshalBinary([]byte("?"))
		assert.ErrorIs(t, err, wire.ErrCorrupt, "%T", c)
		assert.ErrorContains(t, err, "dropoff: ", "%T", c)
	}
	none := func(name string) []byte { return append(wire.AppendHeader(nil, name, 1), 0) }
	assert.ErrorIs(t, new(Counts).UnmarshalBinary(none(countsName)), ErrMismatch)
	assert.ErrorIs(t, new(NextCounts).UnmarshalBinary(none(nextName)), ErrMismatch)
	assert.ErrorIs(t, new(StageCounts).UnmarshalBinary(none(stagesName)), ErrMismatch)
}
