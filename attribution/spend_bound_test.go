package attribution

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

// The intervals of the quotients follow from those of the credits.
func TestReturnsIntervals(t *testing.T) {
	result, err := NewResult("mine", Totals{Journeys: 100, Conversions: 30, Value: 600}, map[touchpoint.Channel]Credit{
		"a": {Conversions: 20, Value: 400}, "b": {Conversions: 10, Value: 200}, "c": {}, "d": {}, "e": {},
	})
	require.NoError(t, err)
	estimate := func(lo, hi float64) Estimate { return Estimate{Lo: lo, Hi: hi} }
	u := &Uncertainty{model: "mine", channels: []touchpoint.Channel{"a", "b", "c", "d"}, lines: []ChannelUncertainty{
		{Conversions: estimate(16, 25), Value: estimate(300, 500)},
		{Conversions: estimate(0, 12), Value: estimate(0, 260), Few: true},
		{Conversions: estimate(0, 0), Value: estimate(0, 0)},
		{Conversions: estimate(1, 2), Value: estimate(1, 2)},
	}}
	var spend Spend
	for _, channel := range []touchpoint.Channel{"a", "b", "c", "e", "poster"} {
		require.NoError(t, spend.Add(channel, 100))
	}
	got, err := Returns(result, &spend, u)
	require.NoError(t, err)
	for channel, want := range map[touchpoint.Channel]Return{
		"a": {
			Cost: 100, Conversions: 20, Value: 400,
			ROAS: Ratio{Value: 4, Defined: true, Lo: 3, Hi: 5, Bounded: true},
			CPA:  Ratio{Value: 5, Defined: true, Lo: 4, Hi: 6.25, Bounded: true},
		},
		"b": { // perhaps there is no conversion at all, so one may cost anything
			Cost: 100, Conversions: 10, Value: 200, Few: true,
			ROAS: Ratio{Value: 2, Defined: true, Lo: 0, Hi: 2.6, Bounded: true},
			CPA:  Ratio{Value: 10, Defined: true, Lo: 100. / 12, Bounded: true, OpenEnded: true},
		},
		"c":      {Cost: 100, ROAS: Ratio{Defined: true, Bounded: true}},
		"d":      {Status: Unpaid},
		"e":      {Cost: 100, ROAS: Ratio{Defined: true}}, // not in the uncertainty
		"poster": {Status: Untouched, Cost: 100, ROAS: Ratio{Defined: true}},
	} {
		line, ok := got.Return(channel)
		require.True(t, ok)
		assert.Equal(t, want, line, channel)
	}
	b, err := json.Marshal(got)
	require.NoError(t, err)
	assert.Contains(t, string(b), `"roas":{"value":4,"lo":3,"hi":5},"cpa":{"value":5,"lo":4,"hi":6.25}`)
	assert.Contains(t, string(b), `"cpa":{"value":10,"lo":8.333333333333334},"few":true`)

	u.model = "other"
	_, err = Returns(result, &spend, u)
	assert.ErrorIs(t, err, ErrModel)
}

// Credits of some models can be negative: the money brought less than nothing, and
// a conversion has no price.
func TestReturnsOfNegativeCredits(t *testing.T) {
	result := &Result{
		model: "signed", totals: Totals{Conversions: 10, Value: 100},
		channels: []touchpoint.Channel{"a"}, credits: []Credit{{Conversions: -2, Value: -20}},
	}
	var spend Spend
	require.NoError(t, spend.Add("a", 10))
	u := &Uncertainty{model: "signed", channels: result.channels, lines: []ChannelUncertainty{
		{Conversions: Estimate{Lo: -3, Hi: 1}, Value: Estimate{Lo: -30, Hi: 10}},
	}}
	got, err := Returns(result, &spend, u)
	require.NoError(t, err)
	line, _ := got.Return("a")
	assert.Equal(t, Ratio{Value: -2, Defined: true, Lo: -3, Hi: 1, Bounded: true}, line.ROAS)
	assert.Equal(t, Ratio{}, line.CPA)
}
