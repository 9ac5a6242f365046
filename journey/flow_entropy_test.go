package journey_test

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
)

// By hand, from the formulas; and what the documentation of TraMineR says: its
// help of seqient has the entropy of 12 states of which each of 4 comes three
// times, ln 4, and that of seqtransn the sequence AAAABBADDD, with 3 transitions.
func TestPathIndices(t *testing.T) {
	ln := math.Log
	mixed := (.5*ln(2) + .2*ln(5) + .3*ln(10./3)) / ln(3) // A 5, B 2, D 3 of 10
	for _, c := range []struct {
		path                string
		alphabet            int
		entropy, complexity float64
	}{
		{"a", 2, 0, 0},
		{"aaaa", 2, 0, 0},
		{"ab", 2, 1, 1},
		{"abab", 2, 1, 1},
		{"aabb", 2, 1, math.Sqrt(1. / 3)},
		{"aabb", 4, .5, math.Sqrt(.5 / 3)},
		{"abcdabcdabcd", 4, 1, 1},
		{"aaabbbcccddd", 4, 1, math.Sqrt(3. / 11)},
		{"aaaabbaddd", 3, mixed, math.Sqrt(3. / 9 * mixed)},
		{"abbc", 3, (.5*ln(4) + .5*ln(2)) / ln(3), math.Sqrt(2. / 3 * (.5*ln(4) + .5*ln(2)) / ln(3))},
	} {
		labels := strings.Split(c.path, "")
		h, ok := journey.PathEntropy(labels, c.alphabet)
		require.True(t, ok, c.path)
		require.InDelta(t, c.entropy, h, 1e-15, c.path)
		q, ok := journey.PathComplexity(labels, c.alphabet)
		require.True(t, ok, c.path)
		require.InDelta(t, c.complexity, q, 1e-15, c.path)
	}
	for path, alphabet := range map[string]int{"": 3, "a": 1, "aa": 1, "b": 0, "ab": -1, "abc": 2} {
		labels := strings.Split(path, "")
		_, ok := journey.PathEntropy(labels, alphabet)
		require.False(t, ok, path)
		_, ok = journey.PathComplexity(labels, alphabet)
		require.False(t, ok, path)
	}
}

// Rounding does not make a path more even than even.
func TestPathEntropyAtMostOne(t *testing.T) {
	for n := 2; n < 300; n++ {
		labels := make([]string, n)
		for i := range labels {
			labels[i] = strconv.Itoa(i)
		}
		h, ok := journey.PathEntropy(labels, n)
		require.True(t, ok)
		require.LessOrEqual(t, h, 1.0)
		require.InDelta(t, 1, h, 1e-14)
	}
}

// The means are those over the paths one by one; within bounds for any path.
func TestFlowMeanIndices(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	for range 200 {
		paths := flowRandomPaths(rng, 1+rng.IntN(30))
		var f journey.Flow
		seen := make(map[string]bool)
		var sequences [][]string
		variants := make(map[string]float64)
		for i := range paths {
			require.NoError(t, f.Add(&paths[i]))
			var labels []string
			for _, touch := range paths[i].Touchpoints {
				if touch.Channel != "" {
					labels = append(labels, string(touch.Channel))
					seen[string(touch.Channel)] = true
				}
			}
			sequences = append(sequences, labels)
			variants[strings.Join(labels, ",")]++
		}
		r := f.Result()
		var entropy, complexity, touched, spread float64
		for _, labels := range sequences {
			if len(labels) == 0 {
				continue
			}
			touched++
			h, ok := journey.PathEntropy(labels, len(seen))
			require.Equal(t, len(seen) >= 2, ok)
			require.True(t, 0 <= h && h <= 1)
			c, ok := journey.PathComplexity(labels, len(seen))
			require.Equal(t, len(seen) >= 2, ok)
			require.True(t, 0 <= c && c <= 1)
			entropy += h
			complexity += c
		}
		require.EqualValues(t, touched, r.Touched())
		h, ok := r.Entropy()
		require.Equal(t, len(seen) >= 2, ok)
		if ok {
			require.InDelta(t, entropy/touched, h, 1e-13)
			c, ok := r.Complexity()
			require.True(t, ok)
			require.InDelta(t, complexity/touched, c, 1e-13)
		}
		for _, n := range variants {
			spread -= n / float64(len(paths)) * math.Log(n/float64(len(paths)))
		}
		got, ok := r.VariantEntropy()
		require.True(t, ok)
		require.InDelta(t, spread, got, 1e-13)
	}
}

func TestFlowVariantEntropy(t *testing.T) {
	h, ok := flowOf(t, journey.FlowOptions{}, "a > lost", "a > buy").Result().VariantEntropy()
	require.True(t, ok)
	require.Zero(t, h)
	h, ok = flowOf(t, journey.FlowOptions{}, "a > lost", "b > buy", "a > b > open", "lost").Result().VariantEntropy()
	require.True(t, ok)
	require.InDelta(t, math.Log(4), h, 1e-15)
}
