package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every bad or odd path table gives a clear error, with the place where it has one,
// or the result that is documented.
func TestOddPathTables(t *testing.T) {
	const header = "path,conversions,value,nulls\n"
	tests := []struct {
		name, text string
		args       []string
		wrong      string            // part of the error; "" if there is none
		want       map[string]string // else some of the credits
	}{
		{name: "empty", text: "", wrong: "in.csv: the input is empty, a header is needed"},
		{name: "empty, kind given", text: "", args: []string{"--input", "paths"}, wrong: "in.csv: missing: the input is empty"},
		{name: "header only", text: header, wrong: "no journeys"},
		{name: "missing column", text: "path,nulls\nA,1\n", args: []string{"--input", "paths"}, wrong: `in.csv:1: missing: column "conversions"`},
		{name: "missing column, kind not given", text: "path,nulls\nA,1\n", wrong: `it has "path", "nulls"`},
		{name: "named column missing", text: header + "A,1,0,0\n", args: []string{"--columns", "path=journey"}, wrong: `column "journey"`},
		{name: "empty path", text: header + ",2,3,0\nA,1,0,0\n", want: map[string]string{"last (none)": "2", "last A": "1"}},
		{name: "only empty paths", text: header + ",2,3,0\n", want: map[string]string{"last (none)": "2", "markov (none)": "2"}},
		{name: "negative", text: header + "A,1,0,0\nA,-1,0,0\n", wrong: "in.csv:3: conversions: out of range: negative"},
		{name: "fraction", text: header + "A,1.5,0,0\n", wrong: "in.csv:2: conversions: out of range: not a whole number"},
		{name: "not a number", text: header + "A,1,0,NaN\n", wrong: "in.csv:2: nulls: bad format"},
		{name: "infinite value", text: header + "A,1,Inf,0\n", wrong: "in.csv:2: value: "},
		{name: "1e300 journeys", text: header + "A,1e300,0,0\n", wrong: "in.csv:2: conversions: out of range: more than 2^63-1"},
		{name: "1e300 of value", text: header + "A,1,1e300,0\nA,1,1e300,0\n", want: map[string]string{"last A": "2"}},
		{name: "too much value", text: header + "A,1,1e308,0\nA,1,1e308,0\n", wrong: "total value overflows"},
		{name: "sum over 2^63", text: header + "A,9223372036854775807,0,0\nA,1,0,0\n", args: []string{"--model", "last"}, wrong: "journey: count overflows 2^63-1"},
		{name: "value without conversions", text: header + "A,0,5,1\nB,1,2,0\n", wrong: "in.csv:2: value: out of range: journey: value without conversion"},
		{name: "value without conversions, skipped", text: header + "A,0,5,1\nB,1,2,0\n", args: []string{"--on-error", "skip"}, want: map[string]string{"last A": "", "last B": "1"}},
		{name: "no conversions", text: header + "A,0,0,5\n", wrong: "no conversions"},
		{name: "conversions only", text: header + "A > B,3,0,0\n", want: map[string]string{"markov A": "1.5", "markov B": "1.5"}},
		{name: "one channel", text: header + "A,3,0,4\n", want: map[string]string{"markov A": "3", "linear A": "3"}},
		{
			name: "names that mean something elsewhere", text: header + "(start) > (conversion) > (null) > null,4,0,1\n",
			want: map[string]string{"first (start)": "4", "last null": "4", "markov (conversion)": "1", "markov (null)": "1", "linear null": "1"},
		},
		{name: "the reserved name", text: header + "(none) > A,1,0,0\n", wrong: "in.csv:2: path: out of range: touch 1 has the channel (none)"},
		{name: "comma", text: header + "\"A, B > C\",2,0,0\n", want: map[string]string{"first A, B": "2"}},
		{name: "quote", text: header + "\"say \"\"A\"\" > C\",2,0,0\n", want: map[string]string{`first say "A"`: "2"}},
		{name: "line end in a path", text: header + "\"A\nB > C\",2,0,0\n", want: map[string]string{"first A\nB": "2"}},
		{name: "separator in a name", text: header + "A > B | C,2,0,0\n", args: []string{"--sep", "|"}, want: map[string]string{"first A > B": "2"}},
		{name: "emoji", text: header + "🛒 > 👩‍👩‍👧,2,0,0\n", want: map[string]string{"first 🛒": "2", "last 👩‍👩‍👧": "2"}},
		{name: "space around", text: header + " A\u00a0>\u2003B ,2,0,0\nA,1,0,0\n", want: map[string]string{"first A": "3", "last B": "2"}},
		{name: "invalid UTF-8", text: header + "A > \xff,2,0,0\n", wrong: "in.csv:2: path: invalid UTF-8 in touch 2"},
		{name: "touch without a name", text: header + "A > > B,2,0,0\n", wrong: "in.csv:2: path: missing: touch 2 has no channel"},
		{name: "byte order mark", text: "\ufeff" + header + "A,2,0,0\n", want: map[string]string{"first A": "2"}},
		{name: "CRLF", text: strings.ReplaceAll(header+"A,2,0,0\n\nB,1,0,0\n", "\n", "\r\n"), want: map[string]string{"first A": "2", "first B": "1"}},
		{name: "too few fields", text: header + "A,2\n", wrong: "in.csv:2: malformed row"},
		{name: "stray quote", text: header + "\"A\"x,2,0,0\n", wrong: "in.csv:2: malformed row"},
		{name: "a line of 10 MB", text: header + strings.Repeat("A > ", 10<<20/4) + "B,1,0,0\n", want: map[string]string{"last B": "1"}},
		{name: "a line of 17 MB", text: header + strings.Repeat("A > ", 17<<20/4) + "B,1,0,0\n", wrong: "in.csv:2: row too long"},
		{name: "a line of 17 MB, skipped", text: header + strings.Repeat("A > ", 17<<20/4) + "B,1,0,0\nC,1,0,0\n", args: []string{"--on-error", "skip"}, want: map[string]string{"last C": "1", "last B": ""}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { checkOdd(t, test.text, test.args, test.wrong, test.want) })
	}
}

func checkOdd(t *testing.T, text string, args []string, wrong string, want map[string]string) {
	t.Helper()
	got := cjm(t, append([]string{"attribute", "--format", "csv", file(t, "in.csv", text)}, args...)...)
	if wrong != "" {
		assert.Equal(t, exitFailed, got.code)
		assert.Contains(t, got.stderr, wrong)
		assert.Empty(t, got.stdout)
		return
	}
	credits := credit(t, got)
	for name, n := range want {
		assert.Equal(t, n, credits[name], "%s of %v", name, credits)
	}
}

// The same for events.
func TestOddEvents(t *testing.T) {
	const header = "customer,time,channel,conversion,value\n"
	tests := []struct {
		name, text string
		args       []string
		wrong      string
		want       map[string]string
	}{
		{name: "empty", text: "", args: []string{"--input", "events"}, wrong: "the input is empty, a header is needed"},
		{name: "header only", text: header, wrong: "no journeys"},
		{name: "missing column", text: "customer,channel\n1,A\n", args: []string{"--input", "events"}, wrong: "missing: no column for time; the header has customer, channel"},
		{name: "no conversions", text: header + "1,2026-01-01,A,0,\n", wrong: "--convert-on"},
		{name: "unparsable time", text: header + "1,2026-01-01,A,1,\n1,soon,A,1,\n", wrong: "in.csv:3: time: bad format"},
		{name: "no customer", text: header + ",2026-01-01,A,1,\n", wrong: "in.csv:2: customer: missing"},
		{name: "bad conversion", text: header + "1,2026-01-01,A,maybe,\n", wrong: "in.csv:2: conversion: bad format"},
		{name: "negative value", text: header + "1,2026-01-01,A,1,-5\n", wrong: "in.csv:2: value: out of range"},
		{name: "invalid UTF-8", text: header + "1,2026-01-01,\xff,1,5\n", wrong: "in.csv:2: channel: invalid UTF-8"},
		{name: "too few fields", text: header + "1,2026-01-01\n", wrong: "in.csv:2: malformed row"},
		{name: "bad JSON", text: `{"customer":"1",` + "\n", wrong: "in.csv:1: malformed row"},
		{name: "two currencies", text: "customer,time,channel,conversion,value,currency\n1,2026-01-01,A,1,5,EUR\n2,2026-01-01,A,1,5,USD\n", wrong: "more than one currency"},
		{name: "not grouped", text: header + "1,2026-01-01,A,1,\n2,2026-01-01,A,1,\n1,2026-01-02,A,1,\n", args: []string{"--grouped"}, wrong: "not grouped by customer"},
		{name: "the reserved name", text: header + "1,2026-01-01,(none),1,\n", wrong: "reserved channel name (none)"},
		{name: "one event", text: header + "1,2026-01-01,A,1,\n", want: map[string]string{"last A": "1", "markov A": "1"}},
		{name: "conversion without a touch", text: header + "1,2026-01-01,,1,5\n", want: map[string]string{"last (none)": "1"}},
		{
			// By id at the same time: the order of the rows must not matter.
			name: "equal times", text: "id,customer,time,channel,conversion\n" +
				"00000000-0000-0000-0000-000000000002,1,2026-01-01,B,1\n00000000-0000-0000-0000-000000000001,1,2026-01-01,A,\n",
			want: map[string]string{"first A": "1", "last B": "1"},
		},
		{
			name: "time zones", text: header + "1,2026-01-01T12:00:00+03:00,A,,\n1,2026-01-01T10:00:00Z,B,1,\n",
			want: map[string]string{"first A": "1", "last B": "1"},
		},
		{
			name: "a zone for times without", args: []string{"--time-zone", "America/New_York"},
			text: header + "1,2026-01-01 05:00:00,A,1,\n1,2026-01-01T09:59:59Z,B,,\n",
			want: map[string]string{"first B": "1", "last A": "1"},
		},
		{name: "redelivered", text: header + "1,2026-01-01,A,1,5\n1,2026-01-01,A,1,5\n", want: map[string]string{"last A": "1"}},
		{name: "a line of 10 MB", text: header + "1,2026-01-01," + strings.Repeat("x", 10<<20) + ",1,\n", args: []string{"--transform", "trim=1", "--known", "A", "--unknown", "merge"}, want: map[string]string{"last (unknown)": "1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { checkOdd(t, test.text, test.args, test.wrong, test.want) })
	}
}

func TestTruncatedGzip(t *testing.T) {
	table := zipped(t, "path,conversions\n"+strings.Repeat("A > B,1\nC > D > E,2\n", 20_000))
	rows := zipped(t, smallEvents)
	for _, command := range []string{"attribute", "paths"} {
		got := cjm(t, command, file(t, "in.csv.gz", rows[:len(rows)-9]))
		assert.Equal(t, exitFailed, got.code)
		assert.Contains(t, got.stderr, "in.csv.gz: ")
		assert.Contains(t, got.stderr, "truncated")
		assert.Empty(t, got.stdout)
	}
	// Behind the first block, and with bad rows skipped: a broken file is not a bad row.
	got := cjm(t, "attribute", "--on-error", "skip", file(t, "in.csv.gz", table[:len(table)-9]))
	assert.Equal(t, exitFailed, got.code)
	assert.Contains(t, got.stderr, "in.csv.gz: the compressed file is truncated")
	assert.Empty(t, got.stdout)
}

// No input makes the command panic, and what it fails at leaves nothing on
// standard output.
func FuzzAttribute(f *testing.F) {
	f.Add(smallTable, "paths")
	f.Add(smallEvents, "events")
	f.Add("", "paths")
	f.Add("path,conversion\nA > B,1\n", "")
	f.Add(`{"customer":"1","time":"2026-01-01","channel":"A","conversion":true}`, "")
	f.Add("\xef\xbb\xbfpath,conversions,value,nulls\r\n\"A > B\",1,2.5,\r\n", "")
	f.Fuzz(func(t *testing.T, text, input string) {
		args := []string{"attribute", "--model", "all", "--on-error", "skip", "--format", "csv", "--parallel", "1", "-"}
		if input == "paths" || input == "events" {
			args = append(args, "--input", input)
		}
		got := cjmIn(t, text, args...)
		if got.code == exitOK {
			require.True(t, strings.HasPrefix(got.stdout, "model,channel,"))
		} else {
			require.Empty(t, got.stdout)
			require.NotEmpty(t, got.stderr)
		}
	})
}
