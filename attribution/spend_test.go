package attribution_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

func TestSpend(t *testing.T) {
	var s attribution.Spend
	assert.Zero(t, s.Total())
	assert.Zero(t, s.Len())
	_, ok := s.Cost("email")
	assert.False(t, ok)
	for _, c := range []struct {
		channel touchpoint.Channel
		cost    float64
	}{{"tv", .1}, {"email", 0}, {"tv", .2}, {"radio", 1}, {"tv", .3}} {
		require.NoError(t, s.Add(c.channel, c.cost))
	}
	tv, ok := s.Cost("tv")
	assert.True(t, ok)
	assert.Equal(t, .6, tv, "the sum is exact and rounded once; .1+.2+.3 in float64 is not .6")
	email, ok := s.Cost("email")
	assert.True(t, ok, "known to be free")
	assert.Zero(t, email)
	assert.Equal(t, 1.6, s.Total())
	assert.Equal(t, 3, s.Len())
	var names []touchpoint.Channel
	for channel, cost := range s.All() {
		names = append(names, channel)
		want, _ := s.Cost(channel)
		assert.Equal(t, want, cost)
	}
	assert.Equal(t, []touchpoint.Channel{"email", "radio", "tv"}, names)
	for range s.All() {
		break
	}
}

func TestSpendRefuses(t *testing.T) {
	var s attribution.Spend
	require.NoError(t, s.Add("tv", math.MaxFloat64))
	for _, c := range []struct {
		channel touchpoint.Channel
		cost    float64
		class   error
	}{
		{"secret", -1, touchpoint.ErrRange},
		{"secret", math.NaN(), touchpoint.ErrRange},
		{"secret", math.Inf(1), touchpoint.ErrRange},
		{"secret", math.Inf(-1), touchpoint.ErrRange},
		{"secret", math.MaxFloat64, touchpoint.ErrRange}, // too much together
		{"", 1, touchpoint.ErrMissing},
		{journey.None, 1, touchpoint.ErrRange},
	} {
		err := s.Add(c.channel, c.cost)
		require.ErrorIs(t, err, attribution.ErrSpend)
		require.ErrorIs(t, err, c.class)
		var bad *attribution.SpendError
		require.ErrorAs(t, err, &bad)
		assert.Equal(t, c.channel, bad.Channel)
		assert.NotContains(t, err.Error(), "secret")
		assert.Equal(t, 1, s.Len(), "nothing has changed")
		assert.Equal(t, math.MaxFloat64, s.Total())
	}
	require.NoError(t, s.Add("radio", math.Copysign(0, -1)))
	radio, _ := s.Cost("radio")
	assert.False(t, math.Signbit(radio))
}

// The order of the costs does not change a bit.
func TestSpendOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 1))
	for range 50 {
		costs := make([]float64, 100)
		for i := range costs {
			costs[i] = math.Exp(60*rng.Float64() - 30)
		}
		total := func() (tv, all float64) {
			var s attribution.Spend
			for _, cost := range costs {
				require.NoError(t, s.Add([]touchpoint.Channel{"tv", "radio"}[math.Float64bits(cost)&1], cost))
			}
			tv, _ = s.Cost("tv")
			return tv, s.Total()
		}
		tv, all := total()
		rng.Shuffle(len(costs), func(i, j int) { costs[i], costs[j] = costs[j], costs[i] })
		tv2, all2 := total()
		require.Equal(t, tv, tv2)
		require.Equal(t, all, all2)
	}
}

func TestSpendStatusText(t *testing.T) {
	for status, text := range map[attribution.SpendStatus]string{
		attribution.Matched: "matched", attribution.Untouched: "untouched",
		attribution.Unpaid: "unpaid", attribution.NoTouch: "no-touch",
	} {
		assert.Equal(t, text, status.String())
		b, err := status.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, text, string(b))
		var back attribution.SpendStatus
		require.NoError(t, back.UnmarshalText(b))
		assert.Equal(t, status, back)
	}
	_, err := attribution.SpendStatus(4).MarshalText()
	assert.ErrorIs(t, err, attribution.ErrConfig)
	assert.Equal(t, "SpendStatus(4)", attribution.SpendStatus(4).String())
	status := attribution.Unpaid
	assert.ErrorIs(t, status.UnmarshalText([]byte("secret")), attribution.ErrConfig)
	assert.NotContains(t, status.UnmarshalText([]byte("secret")).Error(), "secret")
	assert.Equal(t, attribution.Unpaid, status)
}
