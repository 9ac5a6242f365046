package attribution_test

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

// requireTouches says that the touches of a row get the conversions and the value
// that are due to them, to a relative 1e-13: a few roundings.
func requireTouches(t *testing.T, c *attribution.Crediter, r oracleRow, conversions, value []*big.Rat, context any) {
	t.Helper()
	got, err := c.Credit(r.counted(new(journey.Dictionary)))
	require.NoError(t, err)
	for i, touch := range got {
		require.LessOrEqualf(t, oracleError(conversions[i], touch.Conversions), 1e-13, "touch %d of %+v: %+v, want %s; %+v", i, r, touch, conversions[i], context)
		require.LessOrEqualf(t, oracleError(value[i], touch.Value), 1e-13, "touch %d of %+v: %+v, want %s; %+v", i, r, touch, value[i], context)
	}
}

// A heuristic shares the conversions of a row among its touches by the shares that
// define it.
func TestPathCreditOfHeuristics(t *testing.T) {
	propertyTables(t, 33, 60, func(_ *rand.Rand, _ attribution.Nulls, rows []oracleRow) {
		for _, m := range oracleHeuristics() {
			c := crediters(t, propertySet(t, []attribution.Model{m.model}, new(journey.Dictionary), rows))[0]
			for _, r := range rows {
				conversions, value := oracleZeros(len(r.channels)), oracleZeros(len(r.channels))
				if len(r.channels) > 0 {
					shares := m.shares(r)
					if m.model == (attribution.Linear{Per: attribution.PerChannel}) {
						shares = amongTouches(r, shares)
					}
					for i, share := range shares {
						conversions[i].Mul(share, oracleInt(r.conversions))
						value[i].Mul(share, oracleRat(r.value))
					}
				}
				requireTouches(t, c, r, conversions, value, m.model)
			}
		}
	})
}

// amongTouches gives what the touches of a channel have to all of them, equally.
func amongTouches(r oracleRow, shares []*big.Rat) []*big.Rat {
	out := oracleZeros(len(shares))
	for i, channel := range r.channels {
		times := int64(0)
		for j := range shares {
			if r.channels[j] == channel {
				out[i].Add(out[i], shares[j])
				times++
			}
		}
		out[i].Quo(out[i], oracleInt(times))
	}
	return out
}

// What a chain gives to a channel goes to the conversions whose journeys touched
// the channel, or to all touches where there is no such conversion.
func TestPathCreditOfMarkov(t *testing.T) {
	spread, spreadByTouch := 0, 0
	propertyTables(t, 34, 300, func(_ *rand.Rand, nulls attribution.Nulls, rows []oracleRow) {
		if slices.ContainsFunc(rows, func(r oracleRow) bool { return len(r.channels) > 9 }) {
			return // slow in rational arithmetic
		}
		want, _, ok := oracleMarkov(rows, nulls)
		if !ok {
			return // the chain is not defined
		}
		c := crediters(t, propertySet(t, []attribution.Model{attribution.Markov{Nulls: nulls}}, new(journey.Dictionary), rows))[0]
		for _, r := range rows {
			conversions, value := oracleZeros(len(r.channels)), oracleZeros(len(r.channels))
			for i, channel := range r.channels {
				credit := want.credits[channel]
				if credit.conversions.Sign() == 0 {
					continue
				}
				converted, worth, touches := touching(rows, channel)
				if converted.Sign() == 0 {
					part := new(big.Rat).Quo(oracleInt(r.conversions+r.nulls+r.opens), touches)
					conversions[i].Mul(credit.conversions, part)
					value[i].Mul(credit.value, part)
					spreadByTouch++
					continue
				}
				times := int64(0)
				for _, other := range r.channels {
					if other == channel {
						times++
					}
				}
				part := new(big.Rat).Quo(oracleInt(r.conversions), converted)
				part.Quo(part, oracleInt(times))
				conversions[i].Mul(credit.conversions, part)
				if worth.Sign() > 0 {
					part.Quo(oracleRat(r.value), worth)
					part.Quo(part, oracleInt(times))
				}
				value[i].Mul(credit.value, part)
				spread++
			}
			requireTouches(t, c, r, conversions, value, rows)
		}
	})
	assert.Greater(t, spread, 500)
	assert.Greater(t, spreadByTouch, 10, "both rules are met")
}

// touching counts the conversions whose journeys touched the channel, what they
// were worth, and how often the journeys touched it, whatever became of them.
func touching(rows []oracleRow, channel string) (conversions, value, touches *big.Rat) {
	conversions, value, touches = new(big.Rat), new(big.Rat), new(big.Rat)
	for _, r := range rows {
		if !slices.Contains(r.channels, channel) {
			continue
		}
		conversions.Add(conversions, oracleInt(r.conversions))
		value.Add(value, oracleRat(r.value))
		for _, c := range r.channels {
			if c == channel {
				touches.Add(touches, oracleInt(r.conversions+r.nulls+r.opens))
			}
		}
	}
	return conversions, value, touches
}

// Credits are proportional to what a path stands for: ten journeys get ten times
// what one gets.
func TestPathCreditIsLinear(t *testing.T) {
	rows := []oracleRow{
		{channels: []string{"a", "b", "a"}, ages: make([]time.Duration, 3), conversions: 7, nulls: 2, value: 21},
		{channels: []string{"b", "c"}, ages: make([]time.Duration, 2), nulls: 5},
		{channels: []string{"c", "a"}, ages: make([]time.Duration, 2), conversions: 1, value: 3},
	}
	set := propertySet(t, propertyModels(attribution.IncludeNulls), new(journey.Dictionary), rows)
	for i, c := range crediters(t, set) {
		for _, r := range rows {
			one, err := c.Credit(r.counted(new(journey.Dictionary)))
			require.NoError(t, err)
			r.conversions, r.nulls, r.value = 10*r.conversions, 10*r.nulls, 10*r.value
			ten, err := c.Credit(r.counted(new(journey.Dictionary)))
			require.NoError(t, err)
			for k := range one {
				assert.InDelta(t, 10*one[k].Conversions, ten[k].Conversions, 1e-14*ten[k].Conversions, "model %d", i)
				assert.InDelta(t, 10*one[k].Value, ten[k].Value, 1e-14*ten[k].Value, "model %d", i)
			}
		}
	}
}

// By hand: c is on no converting journey, yet the chain goes from c to a and so to
// a conversion. It converts half of what starts, two thirds of what is at a, a
// third of what is at c, and comes to a or c with 3/4 each: effects of 1 and 1/2.
func TestPathCreditWithoutConversion(t *testing.T) {
	rows := []oracleRow{
		{channels: []string{"a"}, conversions: 2, value: 6},
		{channels: []string{"c", "a", "c"}, nulls: 2},
	}
	set := propertySet(t, []attribution.Model{attribution.Markov{}}, new(journey.Dictionary), rows)
	c := crediters(t, set)[0]
	got, err := c.Credit(rows[0].counted(new(journey.Dictionary)))
	require.NoError(t, err)
	require.Len(t, got, 1)
	assert.InEpsilon(t, 4./3, got[0].Conversions, 1e-14)
	assert.InEpsilon(t, 4., got[0].Value, 1e-14)
	got, err = c.Credit(rows[1].counted(new(journey.Dictionary)))
	require.NoError(t, err)
	require.Len(t, got, 3)
	for _, i := range []int{0, 2} {
		assert.InEpsilon(t, 1./3, got[i].Conversions, 1e-14, "2/3 for two touches")
		assert.InEpsilon(t, 1., got[i].Value, 1e-14)
	}
	assert.Zero(t, got[1].Conversions, "all that a has is for the journeys that converted")
	assert.Zero(t, got[1].Value)
}
