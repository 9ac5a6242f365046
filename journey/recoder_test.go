package journey_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// TestRecoder feeds paths of several dictionaries, which grow meanwhile and have
// names that no path uses.
func TestRecoder(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 300 {
		dicts := make([]journey.Dictionary, 1+rng.IntN(3))
		var r journey.Recoder
		used := make(map[touchpoint.Channel]bool)
		for range rng.IntN(40) {
			d := &dicts[rng.IntN(len(dicts))]
			if rng.IntN(4) == 0 {
				d.Code(touchpoint.Channel(rune('a' + rng.IntN(12))))
			}
			p := &journey.Counted{Dictionary: d}
			for range rng.IntN(5) {
				name := touchpoint.Channel(rune('a' + rng.IntN(12)))
				p.Channels = append(p.Channels, d.Code(name))
				used[name] = true
			}
			codes, err := r.Codes(p)
			require.NoError(t, err)
			require.Len(t, codes, len(p.Channels))
			for i, c := range codes {
				require.Equal(t, d.Name(p.Channels[i]), r.Dictionary().Name(c))
			}
		}
		require.Equal(t, len(used), r.Dictionary().Len(), "no name but those of the paths")
	}
}

// TestRecoderAfterMerge: names that come by merging take codes that the dictionary
// of the paths uses for others.
func TestRecoderAfterMerge(t *testing.T) {
	d := journey.NewDictionary("a", "y")
	var r journey.Recoder
	_, err := r.Codes(&journey.Counted{Dictionary: d, Channels: []journey.Code{0}})
	require.NoError(t, err)
	r.Dictionary().Translate(journey.NewDictionary("z"))
	codes, err := r.Codes(&journey.Counted{Dictionary: d, Channels: []journey.Code{1, 0}})
	require.NoError(t, err)
	require.Len(t, codes, 2)
	assert.Equal(t, touchpoint.Channel("y"), r.Dictionary().Name(codes[0]))
	assert.Equal(t, touchpoint.Channel("a"), r.Dictionary().Name(codes[1]))
}

func TestRecoderUnknownCode(t *testing.T) {
	var r journey.Recoder
	for _, p := range []*journey.Counted{
		{Channels: []journey.Code{0}},
		{Dictionary: journey.NewDictionary("a"), Channels: []journey.Code{0, 1}},
		{Dictionary: journey.NewDictionary(), Channels: []journey.Code{1 << 31}},
	} {
		_, err := r.Codes(p)
		assert.ErrorIs(t, err, journey.ErrUnknownCode)
		assert.Zero(t, r.Dictionary().Len())
		assert.ErrorIs(t, new(journey.Counts).Add(&journey.Counted{Dictionary: p.Dictionary, Channels: p.Channels, Nulls: 1}), journey.ErrUnknownCode)
	}
	codes, err := r.Codes(&journey.Counted{})
	assert.NoError(t, err)
	assert.Empty(t, codes)
}

func TestRecoderSameDictionaryIsFree(t *testing.T) {
	var r journey.Recoder
	d := new(journey.Dictionary)
	p := lean(d, leanRow{"a|b|c|a", 1, 0, 0, 0})
	_, err := r.Codes(p)
	require.NoError(t, err)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		if _, err := r.Codes(p); err != nil {
			t.Fatal(err)
		}
	}))
}
