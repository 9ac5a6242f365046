package journey

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

func mustPattern(t testing.TB, text string) Pattern {
	t.Helper()
	p, err := ParsePattern(text)
	require.NoError(t, err, text)
	return p
}

func patternOf(t testing.TB, parts ...PatternPart) Pattern {
	t.Helper()
	p, err := NewPattern(parts...)
	require.NoError(t, err)
	return p
}

// patternLabels makes a path of one-letter labels.
func patternLabels(path string) []string { return strings.Split(path, "") }

func TestPatternFind(t *testing.T) {
	const none = -1
	for _, c := range []struct {
		pattern, path string
		from, to      int
		count         int
	}{
		{"a", "", none, 0, 0},
		{"a", "bab", 1, 2, 1},
		{"a -> b", "aab", 1, 3, 1},
		{"a -> b", "acb", none, 0, 0},
		{"a -> b", "abcab", 0, 2, 2},
		{"a -> .* -> b", "ab", 0, 2, 1},
		{"a -> .* -> b", "acccb", 0, 5, 1},
		{"a -> .* -> b", "bbaa", none, 0, 0},
		{"a -> .* -> b", "aabbab", 0, 3, 2},
		{"a -> . -> b", "abb", 0, 3, 1},
		{"a -> . -> b", "ab", none, 0, 0},
		{"[a|b] -> c", "dbcac", 1, 3, 2},
		{"[^a|b] -> c", "acbcdc", 4, 6, 1},
		{"a -> [^x]* -> b", "axbacb", 3, 6, 1},
		{"a -> [^x]* -> b", "ab", 0, 2, 1},
		{"a -> [c|d]* -> b", "aebacdcb", 3, 8, 1},
		{"a -> [c]* -> [d]* -> b", "acdb", 0, 4, 1},
		{"a -> [c]* -> [d]* -> b", "adcb", none, 0, 0},
		{"a -> [c]* -> . -> b", "accb", 0, 4, 1},
		{"a -> .* -> b -> .* -> c", "abcbcac", 0, 3, 1},
		{"a -> a", "aaaaa", 0, 2, 2},
		{"^ -> a", "ab", 0, 1, 1},
		{"^ -> a", "ba", none, 0, 0},
		{"^ -> .* -> a", "bba", 0, 3, 1},
		{".* -> a", "bbaba", 0, 3, 2},
		{"a -> $", "aba", 2, 3, 1},
		{"a -> $", "ab", none, 0, 0},
		{"a -> .* -> $", "baab", 1, 4, 1},
		{"a -> .*", "baab", 1, 2, 2},
		{"^ -> a -> .* -> b -> $", "acab", 0, 4, 1},
		{"^ -> a -> $", "aa", none, 0, 0},
		{"^ -> [^x]* -> $", "abc", 0, 3, 1},
		{"^ -> [^x]* -> $", "axc", none, 0, 0},
		{"^ -> $", "", 0, 0, 1},
		{"^ -> $", "a", none, 0, 0},
		{"^", "ab", 0, 0, 1},
		{"$", "ab", 2, 2, 1},
		{"$", "", 0, 0, 1},
		{".* -> $", "ab", 0, 2, 1},
		{"^ -> .*", "ab", 0, 0, 1},
	} {
		p := mustPattern(t, c.pattern)
		labels := patternLabels(c.path)
		from, to, ok := p.Find(labels)
		require.Equal(t, c.from != none, ok, "%s in %s", c.pattern, c.path)
		require.Equal(t, ok, p.Match(labels), "%s in %s", c.pattern, c.path)
		if ok {
			require.Equal(t, [2]int{c.from, c.to}, [2]int{from, to}, "%s in %s", c.pattern, c.path)
		}
		require.Equal(t, c.count, p.Count(labels), "%s in %s", c.pattern, c.path)
	}
}

func TestPatternZero(t *testing.T) {
	var p Pattern
	require.False(t, p.Match(nil))
	require.False(t, p.Match([]string{"a"}))
	_, _, ok := p.Find([]string{"a"})
	require.False(t, ok)
	require.Zero(t, p.Count([]string{"a"}))
	require.False(t, p.MatchPath(&Path{}, nil))
	require.Empty(t, p.String())
	require.Empty(t, p.Names())
	require.Empty(t, p.Parts())
	_, err := p.MarshalText()
	require.ErrorIs(t, err, ErrPattern)
	p = patternOf(t, PatternPart{})
	require.Equal(t, ".", p.String())
}

func TestPatternAllStops(t *testing.T) {
	n := 0
	for from, to := range mustPattern(t, "a").All(patternLabels("aaa")) {
		require.Equal(t, from+1, to)
		if n++; n == 2 {
			break
		}
	}
	require.Equal(t, 2, n)
}

func TestPatternParts(t *testing.T) {
	for text, parts := range map[string][]PatternPart{
		"^ -> email -> .* -> purchase": {PathStart(), Touch("email"), Gap(), Touch("purchase")},
		". -> [x|y] -> $":              {AnyTouch(), Touch("y", "x", "y"), PathEnd()},
		"a -> [^x|y]* -> [^z] -> b":    {Touch("a"), GapExcept("x", "y"), TouchExcept("z"), Touch("b")},
		"a -> [x]* -> [^z|~]":          {Touch("a"), GapOf("x"), TouchExcept("~", "z")},
		`"^" -> "a -> b" -> "$"`:       {Touch("^"), Touch("a -> b"), Touch("$")},
	} {
		p := patternOf(t, parts...)
		require.Equal(t, text, p.String())
		require.Equal(t, p, mustPattern(t, text))
		require.Equal(t, parts, p.Parts())
		clear(p.Parts())
		clear(p.Names())
		require.Equal(t, text, p.String())
	}
}

func TestPatternErrors(t *testing.T) {
	for name, c := range map[string]struct {
		parts []PatternPart
		texts []string
	}{
		"nothing":                {nil, []string{"part 1: no touch to find"}},
		"only gaps":              {[]PatternPart{Gap(), Gap()}, []string{"part 1: no touch to find"}},
		"start in the middle":    {[]PatternPart{Touch("a"), PathStart()}, []string{"part 2: the start"}},
		"start twice":            {[]PatternPart{PathStart(), PathStart(), Touch("a")}, []string{"part 2: the start"}},
		"end first":              {[]PatternPart{PathEnd(), Touch("a")}, []string{"part 1: the end"}},
		"empty name":             {[]PatternPart{Touch("a"), Touch("b", "")}, []string{"part 2: a name is empty"}},
		"open start":             {[]PatternPart{GapOf("a"), Touch("b")}, []string{"part 1: a restricted gap"}},
		"open end":               {[]PatternPart{Touch("b"), GapExcept("a")}, []string{"part 2: a restricted gap"}},
		"open behind a gap":      {[]PatternPart{Gap(), GapOf("a"), Touch("b")}, []string{"part 2: a restricted gap"}},
		"beside a gap":           {[]PatternPart{Touch("a"), GapOf("a"), Gap(), Touch("b")}, []string{"part 2: a restricted gap"}},
		"several":                {[]PatternPart{GapOf(""), PathEnd(), Touch("b")}, []string{"part 1: a restricted gap", "part 1: a name is empty", "part 2: the end"}},
		"64 touches":             {slices.Repeat([]PatternPart{AnyTouch()}, 64), []string{"part 64: more than 63"}},
		"66, with names and end": {append(slices.Repeat([]PatternPart{Touch("")}, 65), PathEnd()), []string{"part 64: more than 63", "part 65: a name"}},
	} {
		p, err := NewPattern(c.parts...)
		require.ErrorIs(t, err, ErrPattern, name)
		require.Zero(t, p, name)
		for _, text := range c.texts {
			require.ErrorContains(t, err, text, name)
		}
		if joined, ok := err.(interface{ Unwrap() []error }); ok && name != "66, with names and end" {
			require.Len(t, joined.Unwrap(), len(c.texts), name)
		}
	}
	patternOf(t, append(append([]PatternPart{PathStart()}, slices.Repeat([]PatternPart{AnyTouch()}, 63)...), PathEnd())...)
	patternOf(t, PathStart(), GapOf("a"), PathEnd())
}

func TestPatternUnknown(t *testing.T) {
	p := mustPattern(t, "email -> [^purchse|store]* -> [store|web] -> email")
	require.Equal(t, []string{"email", "purchse", "store", "web"}, p.Names())
	require.Equal(t, []string{"purchse", "web"}, p.Unknown([]string{"store", "purchase", "email"}))
	require.Empty(t, p.Unknown(p.Names()))
	require.Equal(t, p.Names(), p.Unknown(nil))
}

func TestPatternText(t *testing.T) {
	type query struct {
		Only Pattern `json:"only,omitzero"`
	}
	q := query{mustPattern(t, `^->a ->[ x|"y]" ]*-> $`)}
	data, err := json.Marshal(q)
	require.NoError(t, err)
	require.JSONEq(t, `{"only": "^ -> a -> [x|\"y]\"]* -> $"}`, string(data))
	var back query
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, q, back)
	require.ErrorIs(t, json.Unmarshal([]byte(`{"only": "a ->"}`), &back), ErrPattern)
	require.Equal(t, q, back)
	data, err = json.Marshal(query{})
	require.NoError(t, err)
	require.JSONEq(t, `{}`, string(data))
}

func TestPatternMatchPath(t *testing.T) {
	path := Path{Touchpoints: []touchpoint.Touchpoint{
		{Channel: "a", Stage: "s"}, {Stage: "t"}, {Channel: "a", Kind: "b"}, {Channel: "c"},
	}}
	for text, labels := range map[string]map[string]Key{
		"^ -> a -> b -> c -> $": {"nil": nil, "kind": ByEvent},
		"^ -> a -> a -> c -> $": {"channel": ByChannel},
		"^ -> s -> t -> $":      {"stage": ByStage},
		"t":                     {"stage": ByStage},
	} {
		for name, label := range labels {
			require.True(t, mustPattern(t, text).MatchPath(&path, label), "%s %s", text, name)
		}
	}
	require.False(t, mustPattern(t, "a -> a").MatchPath(&path, nil))
	require.False(t, mustPattern(t, "^ -> a -> $").MatchPath(&path, nil))
	require.True(t, mustPattern(t, "^ -> $").MatchPath(&Path{}, nil))
}

func TestPatternKeep(t *testing.T) {
	bad := errors.New("bad row")
	in := func(yield func(Path, error) bool) {
		for _, channels := range []string{"ab", "cb", "!", "acb", "b"} {
			if channels == "!" {
				if !yield(Path{}, bad) {
					return
				}
				continue
			}
			p := Path{Customer: channels}
			for _, c := range channels {
				p.Touchpoints = append(p.Touchpoints, touchpoint.Touchpoint{Channel: touchpoint.Channel(c)})
			}
			if !yield(p, nil) {
				return
			}
		}
	}
	p := mustPattern(t, "a -> .* -> [b|typo]")
	var report KeepReport
	var kept []string
	for path, err := range p.Keep(in, ByChannel, &report) {
		if err != nil {
			require.ErrorIs(t, err, bad)
			path.Customer = "error"
		}
		kept = append(kept, path.Customer)
	}
	require.Equal(t, []string{"ab", "error", "acb"}, kept)
	require.Equal(t, KeepReport{Paths: 4, Kept: 2, Unseen: []string{"typo"}}, report)

	// The report is that of each run, and the stream stops where the loop does.
	for range p.Keep(in, ByChannel, &report) {
		break
	}
	require.Equal(t, KeepReport{Paths: 1, Kept: 1, Unseen: []string{"typo"}}, report)
	n := 0
	for range p.Keep(in, ByChannel, nil) {
		n++
	}
	require.Equal(t, 3, n)
}

func TestPatternMatchAllocatesNothing(t *testing.T) {
	p := mustPattern(t, "a -> .* -> [b|c] -> [^d]* -> e")
	labels := patternLabels("abcdabdeacdabcbe")
	path := Path{Touchpoints: make([]touchpoint.Touchpoint, len(labels))}
	for i, label := range labels {
		path.Touchpoints[i].Channel = touchpoint.Channel(label)
	}
	require.Zero(t, testing.AllocsPerRun(100, func() {
		p.Match(labels)
		p.Find(labels)
		p.Count(labels)
		p.MatchPath(&path, nil)
	}))
}
