package dropoff

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/markov"
	"github.com/cjm-go/cjm/touchpoint"
)

// Customers of the simulation walk over three channels. Most are lost early; those who convert
// take their time.
const (
	longestGap = 4 * oneDay  // between touches, and before a conversion
	period     = 30 * oneDay // journeys begin at any time of it, and its end is the present
)

var (
	walkChannels = [...]touchpoint.Channel{"search", "email", "store"}
	// walkOnward[i] are the probabilities of each channel after channel i; the rest are lost.
	walkOnward  = [...][3]float64{{.1, .5, .1}, {.2, .2, .3}, {.1, .3, .1}}
	walkConvert = [...]float64{.02, .10, .40}
)

// walkConverting is P(convert) of a journey that begins with channel 0, by iteration of
// b = Q b + r.
func walkConverting() float64 {
	b := walkConvert
	for range 1000 {
		next := walkConvert
		for i := range b {
			for j := range b {
				next[i] += walkOnward[i][j] * b[j]
			}
		}
		b = next
	}
	return b[0]
}

// randomWalk returns a whole journey that begins at the given time. A loss is announced after a gap like any other step, or is silent: then the end is that
// of the last touch.
func randomWalk(r *rand.Rand, at time.Time, silent bool) *journey.Path {
	p := &journey.Path{Outcome: journey.Lost}
	for state := 0; ; {
		p.Touchpoints = append(p.Touchpoints, touchpoint.Touchpoint{Time: at, Channel: walkChannels[state]})
		next := at.Add(time.Duration(r.Int64N(int64(longestGap))))
		u := r.Float64()
		if u -= walkConvert[state]; u < 0 {
			p.Outcome, p.Conversions, p.End = journey.Converted, 1, next
			return p
		}
		to := 0
		for ; to < len(walkChannels); to++ {
			if u -= walkOnward[state][to]; u < 0 {
				break
			}
		}
		if to == len(walkChannels) {
			if p.End = next; silent {
				p.End = at
			}
			return p
		}
		state, at = to, next
	}
}

// walkSeen returns what is known of the journey at asOf. A silent loss is known once
// longestGap has passed.
func walkSeen(p *journey.Path, asOf time.Time, silent bool) *journey.Path {
	known := p.End
	if silent && p.Outcome == journey.Lost {
		known = known.Add(longestGap)
	}
	if !known.After(asOf) {
		return p
	}
	q := &journey.Path{Outcome: journey.Open}
	for _, t := range p.Touchpoints {
		if !t.Time.After(asOf) {
			q.Touchpoints = append(q.Touchpoints, t)
			q.End = t.Time
		}
	}
	return q
}

// walkBegin returns a random time of the period.
func walkBegin(r *rand.Rand, start time.Time) time.Time {
	return start.Add(time.Duration(r.Int64N(int64(period))))
}

// convertedBy returns the part of many journeys, watched to their end, that converted
// within the horizon, and its standard error.
func convertedBy(seed uint64, horizon time.Duration) (p, se float64) {
	r := rand.New(rand.NewPCG(seed, 0))
	const n = 100_000
	for range n {
		if w := randomWalk(r, dayOf(0), true); w.Outcome == journey.Converted && w.End.Sub(dayOf(0)) <= horizon {
			p += 1. / n
		}
	}
	return p, math.Sqrt(p * (1 - p) / n)
}

// Who counts open journeys as lost finds too few conversions. Aalen-Johansen finds the truth;
// Kaplan-Meier with losses censored finds too many, and so does who dates a loss from the last
// touch, when it could not be known, or leaves out the silence before the present.
func TestIncidenceOfOpenJourneys(t *testing.T) {
	const horizon = 14 * oneDay
	truth, truthSE := convertedBy(41, horizon)
	r := rand.New(rand.NewPCG(42, 0))
	start, asOf := dayOf(0), dayOf(0).Add(period)
	var spells, noAsOf, noLostAfter, neither Spells
	gaps := gapsAsOf(t, asOf)
	const n = 20_000
	converted, open := 0, 0
	for range n {
		p := walkSeen(randomWalk(r, walkBegin(r, start), true), asOf, true)
		require.NoError(t, spells.AddPath(p, asOf, longestGap))
		require.NoError(t, noAsOf.AddPath(p, time.Time{}, longestGap))
		require.NoError(t, noLostAfter.AddPath(p, asOf, 0))
		require.NoError(t, neither.AddPath(p, time.Time{}, 0))
		require.NoError(t, gaps.Add(p))
		switch {
		case p.Outcome == journey.Open:
			open++
		case p.Outcome == journey.Converted && p.End.Sub(p.Touchpoints[0].Time) <= horizon:
			converted++
		}
	}
	convertedAt := func(s *Spells) Probability {
		c, err := s.AalenJohansen(.95)
		require.NoError(t, err)
		at, ok := c.At(horizon)
		require.True(t, ok)
		return at.ConvertedBy
	}
	at := convertedAt(&spells)
	curve, err := spells.KaplanMeier(.95, journey.Converted)
	require.NoError(t, err)
	km, ok := curve.At(horizon)
	require.True(t, ok)
	naive := float64(converted) / n
	se := math.Hypot(math.Sqrt(at.Variance), truthSE)
	t.Logf("truth %.4f±%.4f; AJ %.4f [%.4f, %.4f]; open=lost %.4f; 1-KM %.4f; no asOf %.4f; no lostAfter %.4f; neither %.4f; %d open",
		truth, truthSE, at.Value, at.Lo, at.Hi, naive, 1-km.Survival.Value,
		convertedAt(&noAsOf).Value, convertedAt(&noLostAfter).Value, convertedAt(&neither).Value, open)
	assert.True(t, at.Lo <= truth && truth <= at.Hi)
	assert.Less(t, naive, truth-10*se, "open journeys counted as lost")
	assert.Greater(t, 1-km.Survival.Value, truth+10*se, "losses counted as censored")
	assert.Greater(t, convertedAt(&noAsOf).Value, at.Value, "censored at the last touch")
	assert.Greater(t, convertedAt(&noLostAfter).Value, truth+10*se, "lost before it could be known")

	// No gap of the simulation is longer than longestGap, and the data say so.
	tau, err := gaps.LostAfter(.001)
	require.NoError(t, err)
	assert.InEpsilon(t, float64(longestGap), float64(tau), .02)
}

func TestIncidenceCoverage(t *testing.T) {
	const horizon, replicates, n = 10 * oneDay, 300, 200
	truth, _ := convertedBy(43, horizon)
	r := rand.New(rand.NewPCG(44, 0))
	start, asOf := dayOf(0), dayOf(0).Add(period)
	covered := 0
	for range replicates {
		var s Spells
		for range n {
			require.NoError(t, s.AddPath(walkSeen(randomWalk(r, walkBegin(r, start), true), asOf, true), asOf, longestGap))
		}
		c, err := s.AalenJohansen(.95)
		require.NoError(t, err)
		at, ok := c.At(horizon)
		require.True(t, ok)
		if at.ConvertedBy.Lo <= truth && truth <= at.ConvertedBy.Hi {
			covered++
		}
	}
	// .95 ± three standard errors of so many replicates.
	t.Logf("covered %d of %d", covered, replicates)
	assert.InDelta(t, .95, float64(covered)/replicates, 3*math.Sqrt(.95*.05/replicates))
}

// The transitions of open journeys count in the chain, the ends that they do not have do
// not.
func TestChainOfOpenJourneys(t *testing.T) {
	truth := walkConverting()
	r := rand.New(rand.NewPCG(45, 0))
	start, asOf := dayOf(0), dayOf(0).Add(period)
	var chain, asLost, discarded markov.Counts
	var names journey.Dictionary
	var c journey.Counted
	ended := 0
	for range 20_000 {
		p := walkSeen(randomWalk(r, walkBegin(r, start), false), asOf, false)
		require.NoError(t, p.Count(&names, &c))
		require.NoError(t, chain.Add(&c))
		if p.Outcome == journey.Open {
			c.Opens, c.Nulls = 0, 1
		} else {
			ended++
			require.NoError(t, discarded.Add(&c))
		}
		require.NoError(t, asLost.Add(&c))
	}
	of := func(counts *markov.Counts) float64 {
		fitted, err := counts.Fit()
		require.NoError(t, err)
		b, err := fitted.PConvert(markov.Start)
		require.NoError(t, err)
		return b
	}
	se := math.Sqrt(truth * (1 - truth) / float64(ended))
	t.Logf("truth %.4f; censored %.4f; open=lost %.4f; discarded %.4f; se %.4f; %d of 20000 ended",
		truth, of(&chain), of(&asLost), of(&discarded), se, ended)
	assert.InDelta(t, truth, of(&chain), 3*se)
	assert.Less(t, of(&asLost), truth-5*se)
	assert.Greater(t, math.Abs(of(&discarded)-truth), 5*se)
}
