package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStepList(t *testing.T) {
	tests := []struct {
		text string
		want stepList
	}{
		{"a", stepList{{"a", []string{"a"}, false}}},
		{" a , b c ", stepList{{"a", []string{"a"}, false}, {"b c", []string{"b c"}, false}}},
		{"a|b", stepList{{"a|b", []string{"a", "b"}, false}}},
		{"a?", stepList{{"a", []string{"a"}, true}}},
		{"x = a | b ?", stepList{{"x", []string{"a", "b"}, true}}},
		{"again=a,a", stepList{{"again", []string{"a"}, false}, {"a", []string{"a"}, false}}},
		{`"a,b"`, stepList{{"a,b", []string{"a,b"}, false}}},
		{`"x y"="a|b"|" c "?`, stepList{{"x y", []string{"a|b", " c "}, true}}},
		{`"say ""a"""`, stepList{{`say "a"`, []string{`say "a"`}, false}}},
		{`"""","="`, stepList{{`"`, []string{`"`}, false}, {"=", []string{"="}, false}}},
		{"🛒,соц", stepList{{"🛒", []string{"🛒"}, false}, {"соц", []string{"соц"}, false}}},
	}
	for _, test := range tests {
		var got stepList
		require.NoError(t, got.UnmarshalText([]byte(test.text)), test.text)
		assert.Equal(t, test.want, got, test.text)
	}
}

func TestStepListErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "step 1: want a name"},
		{" ", "step 1: want a name"},
		{"a,", "step 2: want a name"},
		{",a", "step 1: want a name"},
		{"a,,b", "step 2: want a name"},
		{"a||b", "step 1: want a name"},
		{"a|", "step 1: want a name"},
		{"?", "step 1: want a name"},
		{"=a", "step 1: want a name"},
		{"x=", "step 1: want a name"},
		{`a,""`, "step 2: want a name"},
		{`a,"b`, "step 2: a double quote is not closed"},
		{`"a""`, "step 1: a double quote is not closed"},
		{`a?b`, `step 1: want a comma before "b"`},
		{`a??`, `step 1: want a comma before "?"`},
		{`"a"b`, `step 1: want a comma before "b"`},
		{`a"b"`, `step 1: want a comma before "\"b\""`},
		{"x=y=z", `step 1: want a comma before "=z"`},
		{"x|y=z", `step 1: want a comma before "=z"`},
		{"\xff", "not valid UTF-8"},
	}
	for _, test := range tests {
		got := stepList{{"before", []string{"before"}, false}}
		require.ErrorContains(t, got.UnmarshalText([]byte(test.text)), test.want, test.text)
		assert.Equal(t, "before", got[0].name, "unchanged")
	}
}

// What is accepted can be written in one way that reads back as the same.
func FuzzStepList(f *testing.F) {
	for _, text := range []string{"a,b|c,d?", `x="a ""b"""|c?`, "", ",", `"`, " a = b ", "a?b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var got stepList
		if got.UnmarshalText([]byte(text)) != nil {
			return
		}
		var parts []string
		for _, s := range got {
			name := stepText{events: []string{s.name}}
			part := name.text() + "=" + s.text()
			if s.optional {
				part += "?"
			}
			parts = append(parts, part)
		}
		var again stepList
		require.NoError(t, again.UnmarshalText([]byte(strings.Join(parts, ","))))
		assert.Equal(t, got, again)
	})
}
