package unittest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
	"github.com/cjm-go/cjm/touchpoint"
)

// An attribution model: journeys in, asserted credit out.
func TestAdvice(t *testing.T) {
	tests := []struct {
		journey string
		want    map[touchpoint.Channel]float64
	}{
		{"search > buy", map[touchpoint.Channel]float64{"search": 1}},
		{"search > @store > buy", map[touchpoint.Channel]float64{"search": 1. / 3, "store": 2. / 3}},
		{"search > @store > @phone > buy", map[touchpoint.Channel]float64{"search": 1. / 5, "store": 2. / 5, "phone": 2. / 5}},
		{"search > @store > buy * 30", map[touchpoint.Channel]float64{"search": 10, "store": 20}},
	}
	for _, test := range tests {
		t.Run(test.journey, func(t *testing.T) {
			paths := journeytest.Stream(journeytest.Counted(test.journey))
			results, err := attribution.Attribute(paths, Advice("store", "phone"))
			require.NoError(t, err)
			for channel, want := range test.want {
				got, ok := results[0].Credit(channel)
				require.True(t, ok, channel)
				assert.InDelta(t, want, got.Conversions, 1e-12, channel)
			}
		})
	}
}

// A rule on whole customers: their touchpoints go through the Builder first.
func TestLoyal(t *testing.T) {
	tests := []struct {
		name    string
		history []string
		want    bool
	}{
		{"one purchase", []string{"ann: email > buy:10"}, false},
		{"again after a month", []string{"ann: email > buy:10", "ann: +30d search > buy:20"}, true},
		{"on the last day", []string{"ann: email > buy:10", "ann: +60d buy:20"}, true},
		{"an hour too late", []string{"ann: email > buy:10", "ann: +60d1h buy:20"}, false},
		{"only looked around", []string{"ann: email > buy:10", "ann: +30d search > email"}, false},
		{"late, then soon", []string{"ann: email > buy:10", "ann: +90d buy:20", "ann: +5d search > buy:5"}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			touches := journeytest.Stream(journeytest.Touchpoints(test.history...))
			var journeys []journey.Path
			for p, err := range (journey.Builder{}).Build(t.Context(), touches, nil) {
				require.NoError(t, err)
				journeys = append(journeys, p)
			}
			assert.Equal(t, test.want, Loyal(journeys))
		})
	}
}
