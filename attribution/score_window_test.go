package attribution

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/markov"
	"github.com/cjm-go/cjm/touchpoint"
)

func windowScorer(t *testing.T, order int, paths ...*journey.Counted) *Scorer {
	t.Helper()
	counts, err := markov.NewWindowCounts(order, markov.Options{Closed: markov.CensorClosed})
	require.NoError(t, err)
	for _, p := range paths {
		require.NoError(t, counts.Add(p))
	}
	chain, err := counts.Fit()
	require.NoError(t, err)
	s, err := newScorer(chain)
	require.NoError(t, err)
	require.Equal(t, order, s.Order())
	return s
}

// randomPaths are journeys of up to five touches of the channels a to d.
func randomPaths(rng *rand.Rand) []*journey.Counted {
	d := journey.NewDictionary("c", "a", "d", "b")
	paths := make([]*journey.Counted, 1+rng.IntN(12))
	for i := range paths {
		p := &journey.Counted{Dictionary: d, Conversions: rng.Int64N(20), Nulls: 1 + rng.Int64N(20)}
		if p.Conversions > 0 {
			p.Value = float64(rng.IntN(1000))
		}
		for range rng.IntN(6) {
			p.Channels = append(p.Channels, journey.Code(rng.IntN(4)))
		}
		paths[i] = p
	}
	return paths
}

// At an order that no path exceeds, a score is a ratio of counts: of the journeys
// that began with the path, how many converted and what did they bring.
func TestScoreOfLongOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(71, 1))
	for range 200 {
		paths := randomPaths(rng)
		s := windowScorer(t, 5, paths...)
		began := func(prefix []journey.Code) (conversions, journeys, value float64) {
			for _, p := range paths {
				if len(p.Channels) >= len(prefix) && slices.Equal(p.Channels[:len(prefix)], prefix) {
					conversions += float64(p.Conversions)
					journeys += float64(p.Conversions + p.Nulls)
					value += p.Value
				}
			}
			return conversions, journeys, value
		}
		for _, p := range paths {
			for n := range len(p.Channels) + 1 {
				begun := &journey.Counted{Dictionary: p.Dictionary, Channels: p.Channels[:n], Opens: 1}
				conversions, journeys, value := began(begun.Channels)
				got, err := s.Score(begun)
				require.NoError(t, err)
				require.Equal(t, n, got.Used)
				require.InDelta(t, conversions/journeys, got.PConvert, 1e-13)
				require.InDelta(t, value/journeys, got.ExpectedValue, 1e-13*value)
				if n == 0 {
					require.Equal(t, s.Start(), got)
				}
				if n == 5 {
					continue // the next touch pushes the first out of the window
				}
				next, err := s.Next(begun)
				require.NoError(t, err)
				for _, touch := range next {
					code, _ := p.Dictionary.Lookup(touch.Channel)
					conversions, journeys, value := began(append(slices.Clone(begun.Channels), code))
					if journeys == 0 {
						continue // a score of a shorter window
					}
					require.Equal(t, n+1, touch.Used)
					require.InDelta(t, conversions/journeys, touch.PConvert, 1e-13)
					require.InDelta(t, value/journeys, touch.ExpectedValue, 1e-13*value)
					require.Equal(t, touch.PConvert-got.PConvert, touch.Lift)
				}
			}
		}
	}
}

// By hand, order 2: the window is what counts, and where it was never seen, the
// part of it that was.
func TestScoreBacksOff(t *testing.T) {
	d := journey.NewDictionary("a", "b", "never")
	s := windowScorer(t, 2,
		&journey.Counted{Dictionary: d, Channels: []journey.Code{0, 1}, Conversions: 3, Nulls: 1, Value: 12},
		&journey.Counted{Dictionary: d, Channels: []journey.Code{1}, Conversions: 1, Nulls: 7, Value: 1},
	)
	for _, c := range []struct {
		path []journey.Code
		want Score
	}{
		{nil, Score{PConvert: 4. / 12, ExpectedValue: 13. / 12}},
		{[]journey.Code{0}, Score{PConvert: .75, ExpectedValue: 3, Used: 1}},
		{[]journey.Code{0, 1}, Score{PConvert: .75, ExpectedValue: 3, Used: 2}},
		{[]journey.Code{1, 0, 1}, Score{PConvert: .75, ExpectedValue: 3, Used: 2}},
		{[]journey.Code{1}, Score{PConvert: .125, ExpectedValue: .125, Used: 1}},
		// b behind b was never seen; all that were at b: 4 of 12, worth 13.
		{[]journey.Code{1, 1}, Score{PConvert: 4. / 12, ExpectedValue: 13. / 12, Used: 1}},
		{[]journey.Code{0, 2}, Score{PConvert: 4. / 12, ExpectedValue: 13. / 12, Used: 0}},
	} {
		got, err := s.Score(&journey.Counted{Dictionary: d, Channels: c.path})
		require.NoError(t, err)
		assert.Equal(t, c.want.Used, got.Used, "%v", c.path)
		assert.InEpsilon(t, c.want.PConvert, got.PConvert, 1e-14, "%v", c.path)
		assert.InEpsilon(t, c.want.ExpectedValue, got.ExpectedValue, 1e-14, "%v", c.path)
	}
	next, err := s.Next(&journey.Counted{Dictionary: d, Channels: []journey.Code{0}})
	require.NoError(t, err)
	require.Len(t, next, 2)
	assert.Equal(t, "b", string(next[0].Channel), "the way that all took")
	assert.Equal(t, 2, next[0].Used)
	assert.Zero(t, next[0].Lift)
	// a behind a was never seen. In the chain of the first order a leads to b.
	assert.Equal(t, 1, next[1].Used)
	assert.InEpsilon(t, 4./12-.75, next[1].Lift, 1e-14)
	assert.InEpsilon(t, 13./12-3, next[1].ValueLift, 1e-14)
}

// brokenChain fails at the n-th question, counted down.
type brokenChain struct{ n *int }

var errBroken = errors.New("broken")

func (brokenChain) Order() int                     { return 1 }
func (brokenChain) Channels() []touchpoint.Channel { return []touchpoint.Channel{"a"} }

func (c brokenChain) PConvert(...touchpoint.Channel) (float64, int, error) {
	if *c.n--; *c.n == 0 {
		return 0, 0, errBroken
	}
	return .5, 0, nil
}

func (c brokenChain) ExpectedValue(window ...touchpoint.Channel) (float64, int, error) {
	return c.PConvert(window...)
}

// An error of the chain is one of every question that meets it.
func TestScorerOfAChainThatFails(t *testing.T) {
	d := journey.NewDictionary("a")
	p := &journey.Counted{Dictionary: d, Channels: []journey.Code{0}}
	for n := range 7 {
		left := n
		s, err := newScorer(brokenChain{&left})
		if n == 1 || n == 2 {
			require.ErrorIs(t, err, errBroken)
			continue
		}
		require.NoError(t, err)
		next, err := s.Next(p) // asks for the path, then for the path with a
		if n > 0 {
			require.ErrorIs(t, err, errBroken)
			require.Nil(t, next)
			continue
		}
		require.NoError(t, err)
		require.Len(t, next, 1)
	}
}
