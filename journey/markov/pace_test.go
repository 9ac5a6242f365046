package markov_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/markov"
	"github.com/cjm-go/cjm/touchpoint"
)

// randomTimed returns a path over the channels of d with ages.
func randomTimed(r *rand.Rand, d *journey.Dictionary) *journey.Counted {
	p := &journey.Counted{Dictionary: d}
	for range r.IntN(5) {
		p.Channels = append(p.Channels, d.Code(touchpoint.Channel(rune('a'+r.IntN(4)))))
		p.Ages = append(p.Ages, time.Duration(r.IntN(1000)))
	}
	slices.SortFunc(p.Ages, func(a, b time.Duration) int { return int(b - a) })
	switch r.IntN(3) {
	case 0:
		p.Conversions = 1 + r.Int64N(3)
	case 1:
		p.Nulls = 1
	default:
		p.Opens = 1
	}
	return p
}

// TestPaceCounts counts the silences a second time, by name.
func TestPaceCounts(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for range 50 {
		want := make(map[touchpoint.Channel]map[time.Duration]int64)
		shards := make([]markov.PaceCounts, 1+r.IntN(4))
		var all markov.PaceCounts
		var journeys int64
		for range r.IntN(60) {
			d := new(journey.Dictionary)
			p := randomTimed(r, d)
			n, err := p.Journeys()
			require.NoError(t, err)
			journeys += n
			for i, code := range p.Channels {
				gap, times := p.Ages[i], p.Conversions
				if i+1 < len(p.Channels) {
					gap, times = gap-p.Ages[i+1], n
				}
				if times == 0 {
					continue
				}
				name := d.Name(code)
				if want[name] == nil {
					want[name] = make(map[time.Duration]int64)
				}
				want[name][gap] += times
			}
			require.NoError(t, all.Add(p))
			require.NoError(t, shards[r.IntN(len(shards))].Add(p))
		}
		require.Equal(t, journeys, all.Journeys())
		for _, name := range []touchpoint.Channel{"a", "b", "c", "d", "e"} {
			got := make(map[time.Duration]int64)
			for gap, n := range all.Gaps(name) {
				got[gap] = n
			}
			if len(want[name]) == 0 {
				require.Empty(t, got)
			} else {
				require.Equal(t, want[name], got)
			}
		}

		var merged markov.PaceCounts
		for _, i := range r.Perm(len(shards)) {
			require.NoError(t, merged.Merge(&shards[i]))
		}
		bytes, err := all.MarshalBinary()
		require.NoError(t, err)
		again, err := merged.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, bytes, again)
		var read markov.PaceCounts
		require.NoError(t, read.UnmarshalBinary(bytes))
		again, err = read.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, bytes, again)
	}
}

func TestPaceCountsUntimed(t *testing.T) {
	d := journey.NewDictionary("a")
	codes := []journey.Code{0, 0}
	var c markov.PaceCounts
	for _, ages := range [][]time.Duration{nil, {1, 2}, {1, -1}} {
		require.NoError(t, c.Add(&journey.Counted{Dictionary: d, Channels: codes, Ages: ages, Conversions: 2}))
	}
	assert.Equal(t, int64(6), c.Journeys())
	assert.Equal(t, int64(6), c.Untimed())
	for range c.Gaps("a") {
		t.Error("no silence is known")
	}
}

func TestPaceCountsErrors(t *testing.T) {
	d := journey.NewDictionary("a")
	path := func(n int64) *journey.Counted {
		return &journey.Counted{Dictionary: d, Channels: []journey.Code{0}, Ages: []time.Duration{1}, Conversions: n}
	}
	var c markov.PaceCounts
	require.NoError(t, c.Add(path(1<<62)))
	before, err := c.MarshalBinary()
	require.NoError(t, err)
	require.ErrorIs(t, c.Add(path(1)), journey.ErrOverflow)
	require.ErrorIs(t, c.Add(path(math.MaxInt64)), journey.ErrOverflow)
	var other markov.PaceCounts
	require.NoError(t, other.Add(path(1)))
	require.ErrorIs(t, c.Merge(&other), journey.ErrOverflow)
	require.ErrorIs(t, other.Add(&journey.Counted{Dictionary: d, Channels: []journey.Code{7}, Conversions: 1}), journey.ErrUnknownCode)
	require.Error(t, c.Add(&journey.Counted{Dictionary: d, Conversions: -1}))
	after, err := c.MarshalBinary()
	require.NoError(t, err)
	assert.Equal(t, before, after, "an error changes nothing")
}

func FuzzPaceCountsUnmarshalBinary(f *testing.F) {
	r := rand.New(rand.NewPCG(6, 6))
	var c markov.PaceCounts
	for range 20 {
		require.NoError(f, c.Add(randomTimed(r, new(journey.Dictionary))))
	}
	data, err := c.MarshalBinary()
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		var c markov.PaceCounts
		if c.UnmarshalBinary(data) != nil {
			return
		}
		again, err := c.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, data, again)
	})
}
