package attribution_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/touchpoint"
)

func TestChange(t *testing.T) {
	before, after := periods(t, attribution.Markov{})
	s, err := attribution.Change(before, after)
	require.NoError(t, err)
	assert.Equal(t, "markov", s.Model())
	assert.Equal(t, before.Totals(), s.Before())
	assert.Equal(t, after.Totals(), s.After())
	want := map[touchpoint.Channel]attribution.Presence{
		"a": attribution.Vanished, "b": attribution.Stayed, "fax": attribution.Vanished,
		"chat": attribution.Appeared, "(none)": attribution.Appeared,
	}
	n, distance := 0, 0.
	for range 2 { // what is handed out is a copy
		n, distance = 0, 0
		last := touchpoint.Channel("")
		for channel, shift := range s.All() {
			n++
			assert.Less(t, last, channel)
			last = channel
			b, _ := before.Credit(channel)
			a, _ := after.Credit(channel)
			assert.Equal(t, attribution.ChannelShift{
				Presence: want[channel], Before: b, After: a,
				Conversions: a.Conversions - b.Conversions, Value: a.Value - b.Value, Share: a.Share - b.Share,
			}, shift, channel)
			again, ok := s.Channel(channel)
			assert.True(t, ok)
			assert.Equal(t, shift, again)
			distance += max(0, shift.Share)
			if shift.Before.Removal != nil {
				shift.Before.Removal.Effect = 9
			}
			if shift.After.Removal != nil {
				shift.After.Removal.Effect = 9
			}
		}
	}
	assert.Equal(t, len(want), n)
	assert.InEpsilon(t, distance, s.Distance(), 1e-14, "what some gained, others lost")
	_, ok := s.Channel("nobody")
	assert.False(t, ok)
	for range s.All() {
		break
	}
}

// periods returns the results of two periods. Linear credits and their shares are
// eighths at most, so that the text is the same everywhere.
func periods(t *testing.T, m attribution.Model) (before, after *attribution.Result) {
	t.Helper()
	before = attribute(t, strings.NewReader("path,conversions,value,nulls\na > b,4,8,0\nfax,4,8,8\n"), m)[m.Name()]
	after = attribute(t, strings.NewReader("path,conversions,value,nulls\nb,8,32,0\nchat > b,4,8,4\n,4,0,0\n"), m)[m.Name()]
	return before, after
}

func TestChangeJSON(t *testing.T) {
	s, err := attribution.Change(periods(t, attribution.Linear{}))
	require.NoError(t, err)
	golden(t, "testdata/shift.json", s)
}

func TestChangeOfNothing(t *testing.T) {
	r := attribute(t, strings.NewReader("path,conversions\na > b,4\n"), attribution.Linear{})["linear"]
	s, err := attribution.Change(r, r)
	require.NoError(t, err)
	assert.Zero(t, s.Distance())
	for channel, shift := range s.All() {
		assert.Zero(t, shift.Conversions, channel)
		assert.Zero(t, shift.Share, channel)
		assert.Equal(t, attribution.Stayed, shift.Presence)
	}
}

func TestChangeOfModel(t *testing.T) {
	results := attribute(t, strings.NewReader("path,conversions\na > b,4\n"), attribution.Linear{}, attribution.LastTouch{})
	_, err := attribution.Change(results["linear"], results["last"])
	require.ErrorIs(t, err, attribution.ErrModel)
	assert.ErrorContains(t, err, "linear before, last after")
}

func TestPresenceText(t *testing.T) {
	for presence, text := range map[attribution.Presence]string{
		attribution.Stayed: "stayed", attribution.Appeared: "appeared", attribution.Vanished: "vanished",
	} {
		assert.Equal(t, text, presence.String())
		b, err := presence.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, text, string(b))
		var back attribution.Presence
		require.NoError(t, back.UnmarshalText(b))
		assert.Equal(t, presence, back)
	}
	_, err := attribution.Presence(3).MarshalText()
	assert.ErrorIs(t, err, attribution.ErrConfig)
	assert.Equal(t, "Presence(3)", attribution.Presence(3).String())
	assert.ErrorIs(t, new(attribution.Presence).UnmarshalText([]byte("")), attribution.ErrConfig)
}
