package journey

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParsePattern(t *testing.T) {
	for text, want := range map[string]string{
		"a":                                   "a",
		" a->b ":                              "a -> b",
		"\ta\n->\n.*->b":                      "a -> .* -> b",
		"^->.->$":                             "^ -> . -> $",
		"T02 Check  confirmation -> x":        "T02 Check  confirmation -> x",
		"add-to-cart -> page.view":            "add-to-cart -> page.view",
		"a- -> -b -> -":                       "a- -> -b -> -",
		"[ b | a|b ]":                         "[a|b]",
		"[a]":                                 "a",
		"[^ a ]":                              "[^a]",
		"a -> [b]* -> a":                      "a -> [b]* -> a",
		"a -> [ ^ c|b ]* -> a":                "a -> [^b|c]* -> a",
		`"a"`:                                 "a",
		`"a b" -> "c.d"`:                      "a b -> c.d",
		`".x" -> "." -> "^" -> "[a]"`:         `".x" -> "." -> "^" -> "[a]"`,
		`"(start)" -> "a->b" -> "say \"hi\""`: `"(start)" -> "a->b" -> "say \"hi\""`,
		`" a" -> "a "`:                        `" a" -> "a "`,
		`"\xff" -> "\t" -> "\u00a0"`:          `"\xff" -> "\t" -> "\u00a0"`,
		"корзина -> 購入 -> é":                  "корзина -> 購入 -> é",
		`[^"a|b"|c]`:                          `[^"a|b"|c]`,
		"Start -> end -> Q&A, 50 %":           "Start -> end -> Q&A, 50 %",
		"\ufffd":                              "\ufffd",
	} {
		p, err := ParsePattern(text)
		require.NoError(t, err, text)
		require.Equal(t, want, p.String(), text)
		require.Equal(t, p, mustPattern(t, want), text)
	}
}

func TestParsePatternErrors(t *testing.T) {
	for text, c := range map[string]struct {
		offset int
		reason string
	}{
		"":                    {0, "ends where there should be a touch or a gap"},
		"  ":                  {2, "ends where there should be a touch or a gap"},
		"a ->":                {4, "ends where there should be a touch or a gap"},
		"a -> -> b":           {5, "'-' where there should be a touch or a gap"},
		"-> b":                {0, "'-' where there should be a touch or a gap"},
		"a - > b":             {4, `'>' where there should be ->`},
		"a $":                 {2, `'$' where there should be ->`},
		"^a":                  {1, `'a' where there should be ->`},
		".x":                  {1, `'x' where there should be ->`},
		"..*":                 {1, `'.' where there should be ->`},
		".**":                 {2, "* stands behind . or ] only"},
		"a -> b*":             {6, "* stands behind . or ] only"},
		"a+":                  {1, `must stand in quotes`},
		"(none)":              {0, `'(' where there should be a touch or a gap; a name that has this character must stand in quotes`},
		"[]":                  {1, "']' where there should be a name"},
		"[^]":                 {2, "']' where there should be a name"},
		"[a":                  {2, "ends where there should be | or ]"},
		"[a|":                 {3, "ends where there should be a name"},
		"[a||b]":              {3, "'|' where there should be a name"},
		"[a->b]":              {2, "'-' where there should be | or ]"},
		"[a|.]":               {3, "'.' where there should be a name"},
		"[a|[b]]":             {3, "'[' where there should be a name"},
		"a|b":                 {1, `'|' where there should be ->`},
		`a -> "b`:             {5, "a quoted name without end"},
		`"\q"`:                {0, "a quoted name without end, or with a bad escape"},
		"\"a\nb\"":            {0, "a quoted name without end"},
		`""`:                  {0, "a name is empty"},
		`a -> ["x"|""]`:       {10, "a name is empty"},
		`"a"b`:                {3, `'b' where there should be ->`},
		"a -> b\xff":          {6, "not valid UTF-8"},
		"a\u00a0b":            {3, `'b' where there should be ->`},
		"a\x00":               {1, `'\x00' where there should be ->`},
		"a -> ^":              {5, "the start of the path must be the first part"},
		"  $ -> a":            {2, "the end of the path must be the last part"},
		"[^x]* -> a":          {0, "a restricted gap at an open end"},
		"a -> [x]*":           {5, "a restricted gap at an open end"},
		"a -> [^x]* -> .*":    {5, "a restricted gap at an open end"},
		".*":                  {0, "no touch to find"},
		".* -> .*":            {0, "no touch to find"},
		many(64):              {63 * 5, "more than 63 touches and gaps"},
		"^ -> " + many(64):    {5 + 63*5, "more than 63 touches and gaps"},
		many(66) + " -> [a]*": {63 * 5, "more than 63 touches and gaps"},
	} {
		p, err := ParsePattern(text)
		require.ErrorIs(t, err, ErrPattern, text)
		var at *PatternError
		require.ErrorAs(t, err, &at, text)
		require.Equal(t, c.offset, at.Offset, "%s: %v", text, err)
		require.Contains(t, at.Reason, c.reason, text)
		require.ErrorContains(t, err, "journey: bad pattern: offset ")
		require.Zero(t, p)
	}
	mustPattern(t, "^ -> "+many(63)+" -> $")
}

// many is a pattern of n touches.
func many(n int) string { return strings.Repeat(". -> ", n-1) + "." }

func FuzzParsePattern(f *testing.F) {
	for _, text := range []string{
		"a", "a->b", "^ -> a -> .* -> [b|c]* -> [^d] -> $", `"a b" -> [^"x|y"]* -> z`, "[", "a -> ", "\"\\xff\"", ".* -> a", "-",
	} {
		f.Add(text, "abcd")
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		p, err := ParsePattern(text)
		if err != nil {
			var at *PatternError
			require.ErrorAs(t, err, &at)
			require.True(t, 0 <= at.Offset && at.Offset <= len(text))
			require.Zero(t, p)
			return
		}
		back, err := ParsePattern(p.String())
		require.NoError(t, err)
		require.Equal(t, p, back)
		again, err := NewPattern(p.Parts()...)
		require.NoError(t, err)
		require.Equal(t, p, again)

		labels := patternLabels(path)
		from, to, ok := p.Find(labels)
		require.Equal(t, ok, p.Match(labels))
		require.Equal(t, ok, p.Count(labels) > 0)
		if ok {
			require.True(t, 0 <= from && from <= to && to <= len(labels))
		}
	})
}
