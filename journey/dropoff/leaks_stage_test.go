package dropoff_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// StagePath is Path.Count of the path whose channels are the stages, without the
// touches that have none.
func TestStagePathAgainstCount(t *testing.T) {
	r := rand.New(rand.NewPCG(24, 1))
	stages := []stage.Stage{"", "awareness", "purchase", "loyalty"}
	var got journey.Counted // used again and again
	timed := 0
	for range 500 {
		p := journey.Path{Customer: string(rune('a' + r.IntN(3))), Outcome: journey.Outcome(r.IntN(3))}
		if p.Outcome == journey.Converted {
			p.Conversions, p.Value = 1, float64(r.IntN(100))
		}
		at := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
		for range r.IntN(5) {
			at = at.Add(time.Duration(r.IntN(1000)) * time.Second)
			touch := touchpoint.Touchpoint{Channel: "email", Stage: stages[r.IntN(4)], Time: at}
			if r.IntN(12) == 0 {
				touch.Time = time.Time{}
			}
			p.Touchpoints = append(p.Touchpoints, touch)
		}
		if r.IntN(4) > 0 {
			p.End = at.Add(time.Minute)
		}
		original := p

		mapped := p
		mapped.Touchpoints = nil
		for _, touch := range p.Touchpoints {
			if touch.Stage != "" {
				touch.Channel = touchpoint.Channel(touch.Stage)
				mapped.Touchpoints = append(mapped.Touchpoints, touch)
			}
		}
		var want journey.Counted
		var d, e journey.Dictionary
		require.NoError(t, mapped.Count(&e, &want))
		without, err := dropoff.StagePath(&p, &d, &got)
		require.NoError(t, err)
		require.Equal(t, len(p.Touchpoints)-len(mapped.Touchpoints), without)
		require.Equal(t, original, p, "the path stays as it is")
		require.Equal(t, e.SortedNames(), d.SortedNames())
		require.Same(t, &d, got.Dictionary)
		want.Dictionary, got.Dictionary = nil, nil
		require.Empty(t, got.Channels[len(want.Channels):])
		require.Equal(t, append([]journey.Code{}, want.Channels...), append([]journey.Code{}, got.Channels...))
		require.Equal(t, want.Ages == nil, got.Ages == nil)
		require.Equal(t, append([]time.Duration{}, want.Ages...), append([]time.Duration{}, got.Ages...))
		if got.Ages != nil {
			timed++
		}
		channels, ages := got.Channels, got.Ages
		want.Channels, want.Ages, got.Channels, got.Ages = nil, nil, nil, nil
		require.Equal(t, want, got)
		got.Channels, got.Ages = channels, ages
	}
	assert.Greater(t, timed, 100)
}

func TestStagePathErrors(t *testing.T) {
	d := journey.NewDictionary("before")
	dst := journey.Counted{Dictionary: d, Channels: []journey.Code{0}, Nulls: 7}
	p := journey.Path{Outcome: journey.Lost, Conversions: 1, Touchpoints: []touchpoint.Touchpoint{{Stage: "new"}, {}}}
	without, err := dropoff.StagePath(&p, d, &dst)
	require.ErrorIs(t, err, journey.ErrOutcome)
	assert.Zero(t, without)
	assert.Equal(t, 1, d.Len())
	assert.Equal(t, journey.Counted{Dictionary: d, Channels: []journey.Code{0}, Nulls: 7}, dst)
}

func TestStagePathAllocates(t *testing.T) {
	at := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
	p := journey.Path{
		Customer: "c", Outcome: journey.Lost, End: at.Add(time.Hour),
		Touchpoints: []touchpoint.Touchpoint{{Stage: "awareness", Time: at}, {Time: at}, {Stage: "purchase", Time: at}},
	}
	var d journey.Dictionary
	var dst journey.Counted
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		_, err := dropoff.StagePath(&p, &d, &dst)
		require.NoError(t, err)
	}))
}
