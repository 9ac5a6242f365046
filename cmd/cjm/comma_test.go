package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestComma(t *testing.T) {
	assert.Equal(t, ',', comma(0).orComma())
	for text, want := range map[string]rune{",": ',', ";": ';', "|": '|', "tab": '\t', "\t": '\t', " ": ' ', "\x01": 1} {
		var c comma
		require.NoError(t, c.UnmarshalText([]byte(text)))
		assert.Equal(t, want, c.orComma())
	}
	for _, text := range []string{"", ";;", "\"", "\n", "\r", "\x00", "；", "\xff", "comma", "TAB"} {
		var c comma
		assert.ErrorIs(t, c.UnmarshalText([]byte(text)), errComma, "%q", text)
	}
}

// The same rows under every comma give the same result, whatever holds them.
func TestCommaOfEveryInput(t *testing.T) {
	for name, text := range map[string]string{"paths.csv": smallTable, "events.csv": smallEvents} {
		want := cjm(t, "attribute", "--format", "csv", file(t, name, text))
		require.Equal(t, exitOK, want.code, want.stderr)
		for flag, char := range map[string]string{";": ";", "tab": "\t", "|": "|", ",": ","} {
			got := cjm(t, "attribute", "--format", "csv", "--comma", flag, file(t, name, strings.ReplaceAll(text, ",", char)))
			require.Equal(t, exitOK, got.code, got.stderr)
			assert.Equal(t, want.stdout, got.stdout, "%s under %s", name, flag)
		}
	}
	semicolons := file(t, "events.csv", strings.ReplaceAll(smallEvents, ",", ";"))
	got := cjm(t, "paths", "--comma", ";", semicolons)
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Equal(t, cjm(t, "paths", file(t, "events.csv", smallEvents)).stdout, got.stdout, "what is written has commas")
}

func TestCommaIsNotRefusedInSilence(t *testing.T) {
	lines := file(t, "a.jsonl", `{"customer":"anna","time":"2026-03-01","channel":"email","conversion":true}`+"\n")
	got := cjm(t, "attribute", "--comma", ";", lines)
	assert.Equal(t, exitUsage, got.code)
	assert.Contains(t, got.stderr, "--comma does not apply to JSON lines")
	got = cjm(t, "paths", "--comma", ";", lines)
	assert.Equal(t, exitUsage, got.code)
	assert.Contains(t, got.stderr, "--comma does not apply to JSON lines")
	rows := file(t, "a.csv", "customer;time;channel;conversion\nboris;2026-03-01;email;1\n")
	got = cjm(t, "attribute", "--comma", ";", "--model", "last", "--format", "csv", lines, rows)
	assert.Equal(t, "2", credit(t, got)["last email"], "the CSV file needs it")

	got = cjm(t, "attribute", file(t, "p.csv", "path;conversions\nA;1\n"))
	assert.Equal(t, exitFailed, got.code)
	assert.Contains(t, got.stderr, `say --comma ";"`)
	got = cjm(t, "attribute", file(t, "p.csv", "path\tconversions\nA\t1\n"))
	assert.Contains(t, got.stderr, "say --comma tab")
}
