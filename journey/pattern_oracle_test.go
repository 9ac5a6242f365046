package journey

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// patternEnds returns where a match of the parts that begins at from may end, by
// trying everything.
func patternEnds(parts []PatternPart, labels []string, from int) []int {
	if len(parts) == 0 {
		return []int{from}
	}
	part, rest := parts[0], parts[1:]
	passes := func() bool {
		if from == len(labels) {
			return false
		}
		named := slices.Contains(part.names, labels[from])
		return part.matches == matchAny || named == (part.matches == matchOf)
	}
	switch part.kind {
	case partStart:
		if from > 0 {
			return nil
		}
		return patternEnds(rest, labels, from)
	case partEnd:
		if from < len(labels) {
			return nil
		}
		return patternEnds(rest, labels, from)
	case partTouch:
		if !passes() {
			return nil
		}
		return patternEnds(rest, labels, from+1)
	}
	ends := patternEnds(rest, labels, from)
	if passes() {
		ends = append(ends, patternEnds(parts, labels, from+1)...)
	}
	return ends
}

// patternBrute returns all matches, each the leftmost and then shortest that
// begins behind the one before.
func patternBrute(parts []PatternPart, labels []string) [][2]int {
	var all [][2]int
	for from := 0; from <= len(labels); from++ {
		if ends := patternEnds(parts, labels, from); len(ends) > 0 {
			to := slices.Min(ends)
			all = append(all, [2]int{from, to})
			if parts[0].kind == partStart || parts[len(parts)-1].kind == partEnd {
				break
			}
			from = to - 1
		}
	}
	return all
}

func patternRandom(rng *rand.Rand) (Pattern, bool) {
	name := func() string { return string(rune('a' + rng.IntN(3))) }
	var parts []PatternPart
	if rng.IntN(3) == 0 {
		parts = append(parts, PathStart())
	}
	for range rng.IntN(6) {
		switch rng.IntN(8) {
		case 0, 1:
			parts = append(parts, Touch(name()))
		case 2:
			parts = append(parts, Touch(name(), name()))
		case 3:
			parts = append(parts, TouchExcept(name(), name()))
		case 4:
			parts = append(parts, AnyTouch())
		case 5:
			parts = append(parts, Gap())
		case 6:
			parts = append(parts, GapOf(name(), name()))
		case 7:
			parts = append(parts, GapExcept(name()))
		}
	}
	if rng.IntN(3) == 0 {
		parts = append(parts, PathEnd())
	}
	p, err := NewPattern(parts...)
	return p, err == nil
}

func TestPatternOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 19))
	tried, found, several := 0, 0, 0
	for tried < 20_000 {
		p, ok := patternRandom(rng)
		if !ok {
			continue
		}
		tried++
		labels := make([]string, rng.IntN(9))
		for i := range labels {
			labels[i] = string(rune('a' + rng.IntN(4)))
		}
		want := patternBrute(p.Parts(), labels)
		var got [][2]int
		for from, to := range p.All(labels) {
			got = append(got, [2]int{from, to})
		}
		if !slices.Equal(want, got) || p.Match(labels) != (len(want) > 0) || p.Count(labels) != len(want) {
			require.Equal(t, want, got, "%v in %s", p, strings.Join(labels, ""))
			require.Fail(t, "match or count", "%v in %s", p, strings.Join(labels, ""))
		}
		if len(want) > 0 {
			found++
		}
		if len(want) > 1 {
			several++
		}
	}
	require.Greater(t, found, tried/4)
	require.Greater(t, several, tried/50)
}

// A pattern over which backtracking would take forever.
func TestPatternLinear(t *testing.T) {
	text := strings.Repeat(".* -> a -> ", 25) + "b"
	labels := slices.Repeat([]string{"a"}, 100_000)
	p := mustPattern(t, text)
	require.False(t, p.Match(labels))
	require.Zero(t, p.Count(labels))
	require.True(t, p.Match(append(labels, "b")))
	require.Equal(t, 100_000/2, mustPattern(t, "a -> a").Count(labels))
}
