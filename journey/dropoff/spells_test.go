package dropoff

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

func spellBytes(t testing.TB, s *Spells) []byte {
	b, err := s.MarshalBinary()
	require.NoError(t, err)
	return b
}

func TestSpellsAdd(t *testing.T) {
	var s Spells
	require.NoError(t, s.Add(0, journey.Converted))
	require.NoError(t, s.Add(3, journey.Converted))
	require.NoError(t, s.Add(3, journey.Open))
	assert.ErrorIs(t, s.Add(-1, journey.Lost), ErrNegativeDuration)
	assert.ErrorIs(t, s.Add(1, 3), ErrSpellEnd)
	assert.EqualValues(t, 3, s.Len())
	assert.EqualValues(t, 2, s.Count(journey.Converted))
	assert.EqualValues(t, 1, s.Count(journey.Open))
	assert.EqualValues(t, 0, s.Count(journey.Lost))
	assert.EqualValues(t, 0, s.Count(3))

	var lost, negative journey.Durations
	lost.Add(2)
	lost.Add(5)
	negative.Add(4)
	negative.Add(-4)
	require.NoError(t, s.AddAll(&lost, journey.Lost))
	assert.EqualValues(t, 2, s.Count(journey.Lost))
	assert.ErrorIs(t, s.AddAll(&negative, journey.Lost), ErrNegativeDuration)
	assert.ErrorIs(t, s.AddAll(&lost, 3), ErrSpellEnd)
	assert.EqualValues(t, 5, s.Len())
}

func TestSpellsAddPath(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2024, 5, day, 0, 0, 0, 0, time.UTC) }
	const day = 24 * time.Hour
	touches := []touchpoint.Touchpoint{{Time: at(1)}, {Time: at(4)}}
	path := func(o journey.Outcome, end int) *journey.Path {
		return &journey.Path{Touchpoints: touches, Outcome: o, End: at(end)}
	}
	for _, c := range []struct {
		reason    string
		path      *journey.Path
		asOf      time.Time
		lostAfter time.Duration
		want      time.Duration
		err       error
	}{
		{"converted", path(journey.Converted, 6), at(20), 7 * day, 5 * day, nil},
		{"lost when silent for long enough", path(journey.Lost, 4), at(20), 7 * day, 10 * day, nil},
		{"lost just then", path(journey.Lost, 4), at(11), 7 * day, 10 * day, nil},
		{"lost with the last touch", path(journey.Lost, 4), at(20), 0, 3 * day, nil},
		{"open until the present", path(journey.Open, 4), at(9), 7 * day, 8 * day, nil},
		{"open until the last touch", path(journey.Open, 4), time.Time{}, 7 * day, 3 * day, nil},
		{"one that cannot be known to be lost yet", path(journey.Lost, 4), at(10), 7 * day, 0, ErrAsOf},
		{"converted in the future", path(journey.Converted, 6), at(5), 0, 0, ErrAsOf},
		{"open, with touches in the future", path(journey.Open, 4), at(3), 0, 0, ErrAsOf},
		{"converted before the first touch", &journey.Path{
			Touchpoints: touches[1:], Outcome: journey.Converted, End: at(2),
		}, at(20), 0, 0, ErrNegativeDuration},
		{"a negative lostAfter", path(journey.Lost, 4), at(20), -1, 0, ErrNegativeDuration},
		{"no touch", &journey.Path{Outcome: journey.Converted, End: at(1)}, at(20), 0, 0, ErrUntimedPath},
		{"no end", &journey.Path{Touchpoints: touches}, at(20), 0, 0, ErrUntimedPath},
		{"no time", &journey.Path{Touchpoints: make([]touchpoint.Touchpoint, 1), End: at(1)}, at(20), 0, 0, ErrUntimedPath},
		{"no outcome", path(3, 4), at(20), 0, 0, ErrSpellEnd},
	} {
		var got, want Spells
		require.ErrorIs(t, got.AddPath(c.path, c.asOf, c.lostAfter), c.err, c.reason)
		if c.err == nil {
			require.NoError(t, want.Add(c.want, c.path.Outcome))
		}
		require.Equal(t, spellBytes(t, &want), spellBytes(t, &got), c.reason)
	}
}

func TestSpellsMergeAndBytes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 50 {
		all := randomObservations(r, r.IntN(500), 1+r.IntN(400))
		shards := [3]Spells{}
		for _, o := range all {
			require.NoError(t, shards[r.IntN(3)].Add(time.Duration(o.t), o.end))
		}
		require.NoError(t, shards[1].Merge(&shards[2]))
		require.NoError(t, shards[0].Merge(&shards[1]))
		b := spellBytes(t, &shards[0])
		require.Equal(t, spellBytes(t, spellsOf(t, 1, all)), b)
		var back Spells
		require.NoError(t, back.UnmarshalBinary(b))
		require.Equal(t, b, spellBytes(t, &back))
		require.EqualValues(t, len(all), back.Len())
	}
}

func TestSpellsUnmarshalBinaryRefuses(t *testing.T) {
	head := wire.AppendHeader(nil, spellsName, spellsVersion)
	part := func(times ...time.Duration) string {
		var d journey.Durations
		for _, x := range times {
			d.Add(x)
		}
		b, err := d.MarshalBinary()
		require.NoError(t, err)
		return string(b)
	}
	// A duration of 1, 2^62 times.
	many := part(1)
	many = string(wire.AppendCount([]byte(many[:len(many)-1]), maxAttempts))
	join := func(parts ...string) []byte {
		b := bytes.Clone(head)
		for _, p := range parts {
			b = wire.AppendString(b, p)
		}
		return b
	}
	var s Spells
	good := join(part(1), part(2, 3), part())
	require.NoError(t, s.UnmarshalBinary(good))
	before := spellBytes(t, &s)
	for reason, b := range map[string][]byte{
		"a negative spell": join(part(1), part(-1), part()),
		"a part too few":   join(part(1), part(2)),
		"a part too many":  join(part(), part(), part(), part()),
		"other content":    join("", "", ""),
		"too many":         join(many, part(1), part()),
		"another type":     wire.AppendHeader(nil, "x", 1),
	} {
		require.ErrorIs(t, s.UnmarshalBinary(b), wire.ErrCorrupt, reason)
		require.Equal(t, before, spellBytes(t, &s), reason)
	}

	var most Spells
	require.NoError(t, most.UnmarshalBinary(join(many, part(), part())))
	assert.ErrorIs(t, most.Merge(&s), journey.ErrOverflow)
	assert.ErrorIs(t, s.Merge(&most), journey.ErrOverflow)
	var d journey.Durations
	d.Add(1)
	assert.ErrorIs(t, most.AddAll(&d, journey.Lost), journey.ErrOverflow)
	assert.Equal(t, before, spellBytes(t, &s))
	assert.EqualValues(t, maxAttempts, most.Len())
}

func FuzzSpellsUnmarshalBinary(f *testing.F) {
	f.Add(spellBytes(f, new(Spells)))
	f.Add(spellBytes(f, spellsOf(f, week, remission.drug)))
	f.Add(spellBytes(f, spellsOf(f, math.MaxInt64/4, randomObservations(rand.New(rand.NewPCG(1, 1)), 20, 4))))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s Spells
		if s.UnmarshalBinary(b) != nil {
			return
		}
		require.Equal(t, b, spellBytes(t, &s), "two encodings of the same spells")
		c, err := s.AalenJohansen(.95)
		if s.Len() == 0 {
			require.ErrorIs(t, err, ErrNoSpells)
			return
		}
		require.NoError(t, err)
		for step := range c.Steps() {
			for _, p := range []Probability{step.ConvertedBy, step.LostBy, step.Still} {
				require.True(t, p.Value >= 0 && p.Value <= 1 && p.Variance >= 0 && p.Lo >= 0 && p.Hi <= 1 && p.Lo <= p.Hi)
			}
			require.InDelta(t, 1, step.ConvertedBy.Value+step.LostBy.Value+step.Still.Value, 1e-15)
		}
	})
}
