package attribution_test

import (
	"cmp"
	"context"
	"io"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

// from returns, for each state of the chain, the probability of converting and the
// expected value.
func (c *oracleChain) from() (conversion, value []*big.Rat) {
	n := len(c.next)
	a := make([][]*big.Rat, n) // I-Q, and two columns: reward by conversion, by value
	for i := range a {
		a[i] = oracleZeros(n + 2)
		total := c.converted[i] + c.lost[i]
		for _, k := range c.next[i] {
			total += k
		}
		if total > 0 {
			for j, k := range c.next[i] {
				a[i][j].SetFrac64(-k, total)
			}
			a[i][n].SetFrac64(c.converted[i], total)
			a[i][n+1].Quo(c.value[i], oracleInt(total))
		}
		a[i][i].Add(a[i][i], oracleInt(1))
	}
	oracleSolve(a)
	for i := range a {
		conversion, value = append(conversion, a[i][n]), append(value, a[i][n+1])
	}
	return conversion, value
}

func scorer(t *testing.T, m attribution.Model, rows []oracleRow) *attribution.Scorer {
	t.Helper()
	a := m.NewAccumulator()
	for p := range oracleFeed(new(journey.Dictionary), rows) {
		require.NoError(t, a.Add(p))
	}
	s, err := attribution.NewScorer(a)
	require.NoError(t, err)
	return s
}

// scored returns the score of a path with the channels.
func scored(t *testing.T, s *attribution.Scorer, channels ...string) attribution.Score {
	t.Helper()
	score, err := s.Score(oracleRow{channels: channels}.counted(new(journey.Dictionary)))
	require.NoError(t, err)
	return score
}

// Scores of the first order are those of the last channel, by an elimination in
// rational arithmetic.
func TestScoreFirstOrder(t *testing.T) {
	tables := 0
	propertyTables(t, 41, 200, func(rng *rand.Rand, _ attribution.Nulls, rows []oracleRow) {
		chain := newOracleChain(rows)
		if n := len(chain.names); n == 0 || n > 6 || !chain.ends() {
			return // no touch, or slow in rational arithmetic, or not defined
		}
		tables++
		conversion, value := chain.from()
		require1e12 := func(state int, got attribution.Score) {
			require.LessOrEqualf(t, oracleError(conversion[state], got.PConvert), 1e-12, "%+v", rows)
			require.LessOrEqualf(t, oracleError(value[state], got.ExpectedValue), 1e-12, "%+v", rows)
		}
		s := scorer(t, attribution.Markov{}, rows)
		require.Equal(t, 1, s.Order())
		require1e12(0, s.Start())
		require.Equal(t, s.Start(), scored(t, s))
		for i, name := range chain.names {
			// What came before does not matter, known or not.
			path := []string{chain.names[rng.IntN(len(chain.names))], "never seen", name}
			score := scored(t, s, path[rng.IntN(3):]...)
			require.Equal(t, 1, score.Used)
			require1e12(i+1, score)
		}
		unknown := scored(t, s, chain.names[0], "never seen")
		require.Equal(t, s.Start(), unknown)
		require.Zero(t, unknown.Used)

		for _, path := range [][]string{nil, {chain.names[0]}, {"never seen"}} {
			now := scored(t, s, path...)
			next, err := s.Next(oracleRow{channels: path}.counted(new(journey.Dictionary)))
			require.NoError(t, err)
			require.Len(t, next, len(chain.names))
			for _, touch := range next {
				state := 1 + slices.Index(chain.names, string(touch.Channel))
				require1e12(state, touch.Score)
				require.Equal(t, touch.PConvert-now.PConvert, touch.Lift)
				require.Equal(t, touch.ExpectedValue-now.ExpectedValue, touch.ValueLift)
			}
			require.True(t, slices.IsSortedFunc(next, func(a, b attribution.NextTouch) int {
				return cmp.Or(cmp.Compare(b.PConvert, a.PConvert), strings.Compare(string(a.Channel), string(b.Channel)))
			}))
		}
	})
	assert.Greater(t, tables, 50)
}

// By hand: a converts three of four journeys that end, c one of four.
func TestScoreByHand(t *testing.T) {
	s := scorer(t, attribution.Markov{}, []oracleRow{
		{channels: []string{"a"}, conversions: 3, nulls: 1, value: 30},
		{channels: []string{"c"}, conversions: 1, nulls: 3, opens: 9, value: 2},
	})
	assert.Equal(t, attribution.Score{PConvert: .75, ExpectedValue: 7.5, Used: 1}, scored(t, s, "c", "a"))
	assert.Equal(t, attribution.Score{PConvert: .25, ExpectedValue: .5, Used: 1}, scored(t, s, "c"), "open journeys say nothing of the end")

	next, err := s.Next(oracleRow{channels: []string{"a"}}.counted(new(journey.Dictionary)))
	require.NoError(t, err)
	assert.Equal(t, []attribution.NextTouch{
		{Channel: "a", Score: attribution.Score{PConvert: .75, ExpectedValue: 7.5, Used: 1}},
		{Channel: "c", Score: attribution.Score{PConvert: .25, ExpectedValue: .5, Used: 1}, Lift: -.5, ValueLift: -7},
	}, next, "no touch is better than where the journey is")
}

func TestScorerErrors(t *testing.T) {
	for _, m := range propertyModels(attribution.IncludeNulls) {
		a := m.NewAccumulator()
		_, err := attribution.NewScorer(a)
		if m.Name() == "markov" {
			require.ErrorIs(t, err, attribution.ErrNoJourneys)
		} else {
			require.ErrorIsf(t, err, attribution.ErrNoChain, "%s", m.Name())
		}
		_, err = attribution.NewScorer(foreign{a})
		require.ErrorIs(t, err, attribution.ErrNoChain)
	}

	// Only open journeys: nothing is known of any end.
	a := attribution.Markov{}.NewAccumulator()
	require.NoError(t, a.Add(oracleRow{channels: []string{"a"}, opens: 1}.counted(new(journey.Dictionary))))
	_, err := attribution.NewScorer(a)
	require.Error(t, err)

	s := scorer(t, attribution.Markov{}, []oracleRow{{channels: []string{"a"}, nulls: 1}})
	assert.Equal(t, attribution.Score{Used: 1}, scored(t, s, "a"), "nothing converted so far")
	for _, p := range []*journey.Counted{
		{Channels: []journey.Code{0}},
		{Dictionary: journey.NewDictionary("a"), Channels: []journey.Code{1, 0}},
	} {
		_, err = s.Score(p)
		require.ErrorIs(t, err, journey.ErrUnknownCode)
		_, err = s.Next(p)
		require.ErrorIs(t, err, journey.ErrUnknownCode)
	}
}

// The order of the model is that of the scores.
func TestScoreHigherOrder(t *testing.T) {
	rows := []oracleRow{
		{channels: []string{"a", "b"}, conversions: 3, nulls: 1, value: 12},
		{channels: []string{"b"}, conversions: 1, nulls: 7, value: 1},
	}
	first, second := scorer(t, attribution.Markov{}, rows), scorer(t, attribution.Markov{Order: 2}, rows)
	assert.Equal(t, 2, second.Order())
	assert.InEpsilon(t, 4./12, scored(t, first, "a", "b").PConvert, 1e-14)
	assert.InEpsilon(t, 3./4, scored(t, second, "a", "b").PConvert, 1e-14)
	assert.InEpsilon(t, 1./8, scored(t, second, "b").PConvert, 1e-14)
	assert.Equal(t, 2, scored(t, second, "b", "a", "b").Used)
}

// A channel that was seen on open journeys only is not in the chain.
func TestScoreOfAnUnjudgedChannel(t *testing.T) {
	s := scorer(t, attribution.Markov{}, []oracleRow{
		{channels: []string{"a"}, conversions: 1, nulls: 1},
		{channels: []string{"new"}, opens: 5},
	})
	assert.Equal(t, s.Start(), scored(t, s, "new"))
	next, err := s.Next(oracleRow{}.counted(new(journey.Dictionary)))
	require.NoError(t, err)
	assert.Len(t, next, 1)
}

// A scorer is made of what a fold counted, as any other accumulator.
func TestScorerAfterFold(t *testing.T) {
	in := journey.Input{Name: "table", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("path,conversions,nulls\na > b,3,1\nb,0,4\n")), nil
	}}
	a, _, err := journey.Fold(context.Background(), journey.PathTable{}, []journey.Input{in}, journey.FoldOptions{}, attribution.Markov{}.NewAccumulator)
	require.NoError(t, err)
	s, err := attribution.NewScorer(a)
	require.NoError(t, err)
	assert.InEpsilon(t, 3./8, scored(t, s, "b").PConvert, 1e-15)
}
