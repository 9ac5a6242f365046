package attribution_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// TestGamePathData: on the 10,000 paths of ChannelAttribution's PathData the credits of
// all touches add up to those of the channels, and the chain's game comes closer to
// that of the journeys with its order.
func TestGamePathData(t *testing.T) {
	models := []attribution.Model{
		attribution.Shapley{},
		attribution.Shapley{Ordered: true},
		attribution.RateShapley{},
		attribution.MarkovShapley{},
		attribution.DP6Shapley{},
		attribution.DP6Shapley{Order: true},
		attribution.Fractribution{},
	}
	var paths []*journey.Counted
	for p, err := range (journey.PathTable{}).Paths(context.Background(), dataFile(t, "attribution/pathdata.csv.gz"), nil) {
		require.NoError(t, err)
		paths = append(paths, p.Clone())
	}
	results := map[string]*attribution.Result{}
	count := func(m attribution.Model) attribution.Accumulator {
		a := m.NewAccumulator()
		for _, p := range paths {
			require.NoError(t, a.Add(p))
		}
		return a
	}
	for _, m := range models {
		a := count(m)
		r, err := a.Result()
		require.NoError(t, err)
		results[m.Name()] = r
		crediter, err := attribution.NewCrediter(a)
		require.NoError(t, err)
		conversions, value := map[touchpoint.Channel]float64{}, map[touchpoint.Channel]float64{}
		var touches []attribution.TouchCredit
		for _, p := range paths {
			touches, err = crediter.AppendCredit(touches[:0], p)
			require.NoError(t, err)
			for _, touch := range touches {
				conversions[touch.Channel] += touch.Conversions
				value[touch.Channel] += touch.Value
			}
		}
		for channel, c := range r.All() {
			require.InDeltaf(t, c.Conversions, conversions[channel], 1e-9*19785, "%s %s", m.Name(), channel)
			require.InDeltaf(t, c.Value, value[channel], 1e-9*74802.97, "%s %s", m.Name(), channel)
		}
	}
	last := distance(results["shapley"], results["shapley-markov"])
	for order := 2; order <= 3; order++ {
		r, err := count(attribution.MarkovShapley{Order: order}).Result()
		require.NoError(t, err)
		d := distance(results["shapley"], r)
		require.Less(t, d, 0.6*last, "order %d", order)
		last = d
		if testing.Short() {
			break
		}
	}
}

// distance returns the total variation distance of shares.
func distance(a, b *attribution.Result) (sum float64) {
	for channel, c := range a.All() {
		other, _ := b.Credit(channel)
		sum += math.Abs(c.Share-other.Share) / 2
	}
	return sum
}
