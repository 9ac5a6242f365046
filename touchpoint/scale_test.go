package touchpoint

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// requireLossless checks that every point of the scale comes back from its emotion,
// that emotions ascend, and that the ends are -1 and 1.
func requireLossless(t *testing.T, s Scale) {
	t.Helper()
	var scores []float64
	for x := range s.Points() {
		e, err := s.ToEmotion(x)
		require.NoError(t, err, "%+v: %v", s, x)
		back, err := s.FromEmotion(e)
		require.NoError(t, err)
		require.Equal(t, x, back, "%+v", s)
		score, given := e.Score()
		require.True(t, given)
		scores = append(scores, score)
	}
	require.Len(t, scores, s.Len())
	if s.Reversed {
		slices.Reverse(scores)
	}
	require.Equal(t, -1.0, scores[0])
	require.Equal(t, 1.0, scores[len(scores)-1])
	for i, score := range scores {
		require.Equal(t, -scores[len(scores)-1-i], score, "the scale is symmetric")
		require.True(t, i == 0 || score > scores[i-1])
	}
}

func TestScalesAreLossless(t *testing.T) {
	for _, s := range []Scale{
		Stars(), OneToSeven(), ZeroToTen(), ZeroToHundred(), ThreeSmileys(), FiveSmileys(), Thumbs(),
		{Min: 1, Max: 5, Step: 0.5},
		{Max: 1, Step: 0.1},
		{Min: -1, Max: 1, Step: 0.01},
		{Min: 1, Max: 6, Reversed: true},
		{Max: 1, Step: 1.0 / 3},
		{Min: 1e6, Max: 1e6 + 1},
		{Max: 1e300, Step: 1e299},
		{Max: 5e-324, Step: 5e-324},
	} {
		require.NoError(t, s.Validate(), "%+v", s)
		requireLossless(t, s)
	}
}

func TestRandomScalesAreLossless(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		s := Scale{Min: rng.NormFloat64() * 100, Step: math.Exp(rng.NormFloat64()), Reversed: rng.IntN(2) == 0}
		s.Max = s.Min + float64(1+rng.IntN(300))*s.Step
		require.NoError(t, s.Validate(), "%+v", s)
		requireLossless(t, s)
	}
}

func TestScaleValues(t *testing.T) {
	for _, test := range []struct {
		scale   Scale
		x, want float64
	}{
		{Stars(), 1, -1},
		{Stars(), 2, -0.5},
		{Stars(), 3, 0},
		{Stars(), 5, 1},
		{OneToSeven(), 4, 0},
		{OneToSeven(), 5, 1.0 / 3},
		{ZeroToTen(), 0, -1},
		{ZeroToTen(), 9, 0.8},
		{ZeroToHundred(), 75, 0.5},
		{ThreeSmileys(), 2, 0},
		{Thumbs(), 0, -1},
		{Thumbs(), 1, 1},
		{Scale{Min: 1, Max: 5, Reversed: true}, 1, 1},
		{Scale{Max: 1, Step: 0.1}, 0.3, -0.4},
		{Scale{Max: 1, Step: 0.1}, 0.1 + 0.2, -0.4}, // not quite 0.3
	} {
		e, err := test.scale.ToEmotion(test.x)
		require.NoError(t, err)
		score, _ := e.Score()
		assert.Equal(t, test.want, score, "%+v %v", test.scale, test.x)
	}
}

func TestFromEmotionTakesTheNearest(t *testing.T) {
	for _, test := range []struct {
		score float64
		scale Scale
		want  float64
	}{
		{0.1, Stars(), 3},
		{0.24, Stars(), 3},
		{0.25, Stars(), 4},
		{-0.25, Stars(), 3},
		{0, Thumbs(), 1},
		{-0.01, Thumbs(), 0},
		{0, Scale{Max: 1, Reversed: true}, 0}, // the better one
		{0.999, ZeroToTen(), 10},
	} {
		e, err := NewEmotion(test.score)
		require.NoError(t, err)
		x, err := test.scale.FromEmotion(e)
		require.NoError(t, err)
		assert.Equal(t, test.want, x, "%v", test.score)
	}
}

func TestScaleErrors(t *testing.T) {
	for _, x := range []float64{0, 6, 1.5, -1, math.NaN(), math.Inf(1), math.Inf(-1), math.Nextafter(5, 6)} {
		e, err := Stars().ToEmotion(x)
		require.ErrorIs(t, err, ErrRange, "%v", x)
		require.NotErrorIs(t, err, ErrScale, "the scale is fine")
		assert.Equal(t, Emotion{}, e)
	}
	_, err := Stars().FromEmotion(Emotion{})
	require.ErrorIs(t, err, ErrMissing)

	nan, inf := math.NaN(), math.Inf(1)
	some, _ := NewEmotion(0)
	for _, s := range []Scale{
		{},
		{Min: 1, Max: 1},
		{Min: 2, Max: 1},
		{Max: 1, Step: -1},
		{Max: 1, Step: 0.3},
		{Max: 1, Step: 2},
		{Max: 2.5},
		{Max: nan},
		{Max: inf},
		{Min: -inf},
		{Max: 1, Step: nan},
		{Max: 1, Step: inf},
		{Max: 1, Step: 1e-9},
		{Min: 1e9, Max: 1e9 + 1},
		{Min: -math.MaxFloat64, Max: math.MaxFloat64, Step: 1e300},
		{Max: math.MaxFloat64, Step: math.MaxFloat64 / 8},
	} {
		require.ErrorIs(t, s.Validate(), ErrScale, "%+v", s)
		assert.Zero(t, s.Len())
		for range s.Points() {
			require.Fail(t, "a scale that is none has no points")
		}
		_, err := s.ToEmotion(0)
		require.ErrorIs(t, err, ErrScale)
		_, err = s.FromEmotion(some)
		require.ErrorIs(t, err, ErrScale)
	}
	for range Stars().Points() {
		break // a consumer may stop
	}
}
