package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fiveCustomers are those whose numbers are found by hand: anna and boris did visit,
// cart and order, eva came to the cart, clara only made visits, dora never entered.
const fiveCustomers = `customer,time,kind,channel,order_id,coupon
anna,2026-03-01T10:00:00Z,visit,search,,
anna,2026-03-01T10:05:00Z,cart,site,o1,
anna,2026-03-02T10:00:00Z,order,site,o1,SPRING
boris,2026-03-01T11:00:00Z,visit,email,,
boris,2026-03-01T11:10:00Z,cart,site,o2,
boris,2026-03-01T11:20:00Z,help,phone,,
boris,2026-03-04T11:20:00Z,order,site,o3,
clara,2026-03-03T09:00:00Z,visit,search,,
clara,2026-03-03T09:01:00Z,visit,site,,
dora,2026-03-01T08:00:00Z,help,phone,,
eva,2026-03-10T08:00:00Z,visit,email,,
eva,2026-03-20T08:00:00Z,cart,store,o4,
`

const funnelColumns = "step,name,entered,reached,lost,open,step_rate,overall_rate,lo,hi\n"

// stepCounts returns the CSV of a funnel without its rates: "1 visit 4 4 0 0".
func stepCounts(t *testing.T, got outcome) []string {
	t.Helper()
	require.Equal(t, exitOK, got.code, got.stderr)
	var lines []string
	for line := range strings.Lines(got.stdout) {
		if cells := strings.Split(line, ","); cells[0] != "step" {
			lines = append(lines, strings.Join(cells[:6], " "))
		}
	}
	return lines
}

func TestDropoffFormats(t *testing.T) {
	rows := file(t, "events.csv", fiveCustomers)
	base := []string{"dropoff", rows, "--steps", "visit,cart|basket,details?,order"}
	for name, args := range map[string][]string{
		"dropoff.stdout":             {},
		"dropoff_all.stdout":         {"--lost-after", "7d", "--window", "2d", "--by", "channel", "--exclude-drop", "refund", "--level", "0.9"},
		"dropoff.csv":                {"--format", "csv"},
		"dropoff_by.csv":             {"--format", "csv", "--by", "channel"},
		"dropoff_next.stdout":        {"--next", "4"},
		"dropoff_next.csv":           {"--next", "4", "--format", "csv"},
		"dropoff_lost.stdout":        {"--lost", "4", "--window", "2d"},
		"dropoff_lost.csv":           {"--lost", "4", "--window", "2d", "--format", "csv"},
		"dropoff_lost.json":          {"--lost", "4", "--window", "2d", "--format", "json"},
		"dropoff_open.stdout":        {"--steps", "help,order", "--open", "--by", "kind", "--by-of", "last"},
		"dropoff_every.stdout":       {"--entry", "every", "--steps", "visit"},
		"dropoff_anyway.stdout":      {"--order", "any", "--steps", "visit,cart,order"},
		"dropoff_anyway_lost.stdout": {"--order", "any", "--steps", "visit,cart,order", "--lost", "3"},
		"dropoff_anyway_next.stdout": {"--order", "any", "--steps", "visit,cart,order", "--next", "3"},
		"dropoff_wide.stdout":        {"--steps", "visit,v2=visit,v3=visit,v4=visit,v5=visit,v6=visit,v7=visit", "--by", "setting"},
		"dropoff_one.stdout":         {"--steps", "visit", "--by", "channel"},
	} {
		t.Run(name, func(t *testing.T) {
			got := cjm(t, append(base, args...)...)
			require.Equal(t, exitOK, got.code, got.stderr)
			golden(t, name, got.stdout)
		})
	}
	got := cjm(t, append(base, "--lost-after", "7d")...)
	golden(t, "dropoff.stderr", got.stderr)
}

func TestDropoffCSV(t *testing.T) {
	got := cjm(t, "dropoff", file(t, "e.csv", fiveCustomers), "--steps", "visit,cart,order", "--format", "csv")
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.True(t, strings.HasPrefix(got.stdout, funnelColumns))
	assert.Equal(t, []string{"1 visit 4 4 0 0", "2 cart 4 3 1 0", "3 order 3 2 1 0"}, stepCounts(t, got))
	rows := numbersBy(t, got.stdout, 2)
	for name, want := range map[string][2]float64{"1 visit": {1, 1}, "2 cart": {3. / 4, 3. / 4}, "3 order": {2. / 3, 2. / 4}} {
		assert.Equal(t, want[0], rows[name]["step_rate"], name)
		assert.Equal(t, want[1], rows[name]["overall_rate"], name)
	}
	// Wilson, 2 of 3: (2/3 + z²/6 ± z sqrt(2/27 + z²/36)) / (1 + z²/3), z = 1.959964.
	assert.InDelta(t, .207660, rows["3 order"]["lo"], 5e-7)
	assert.InDelta(t, .938508, rows["3 order"]["hi"], 5e-7)
}

// What each flag changes.
func TestDropoffFlags(t *testing.T) {
	rows := file(t, "e.csv", fiveCustomers)
	tests := []struct {
		name string
		args []string
		want []string
	}{
		{"a window", []string{"--steps", "visit,cart,order", "--window", "2d"}, []string{"1 visit 4 4 0 0", "2 cart 4 2 2 0", "3 order 2 1 1 0"}},
		{"a step window", []string{"--steps", "visit,cart,order", "--step-window", "5m"}, []string{"1 visit 4 4 0 0", "2 cart 4 1 3 0", "3 order 1 0 1 0"}},
		{"silence", []string{"--steps", "visit,cart,order", "--lost-after", "7d"}, []string{"1 visit 4 4 0 0", "2 cart 4 3 1 0", "3 order 3 2 0 1"}},
		{"earlier", []string{"--steps", "visit,cart,order", "--lost-after", "7d", "--as-of", "2026-03-04"}, []string{"1 visit 3 3 0 0", "2 cart 3 2 0 1", "3 order 2 1 0 1"}},
		{"consecutive", []string{"--steps", "visit,cart,order", "--order", "consecutive"}, []string{"1 visit 4 4 0 0", "2 cart 4 3 1 0", "3 order 3 1 2 0"}},
		{"strict", []string{"--steps", "visit,visit2=visit", "--order", "strict"}, []string{"1 visit 4 4 0 0", "2 visit2 4 1 3 0"}},
		{"any order", []string{"--steps", "order,visit", "--order", "any"}, []string{"1 any 1 of 2 4 4 0 0", "2 any 2 of 2 4 2 2 0"}},
		{"every entry", []string{"--steps", "visit", "--entry", "every"}, []string{"1 visit 5 5 0 0"}},
		{"first entry", []string{"--steps", "visit,cart", "--entry", "first", "--window", "1h"}, []string{"1 visit 4 4 0 0", "2 cart 4 2 2 0"}},
		{"open", []string{"--steps", "help,order", "--open"}, []string{"1 help 2 2 0 0", "2 order 3 2 1 0"}},
		{"an exclusion", []string{"--steps", "visit,cart,order", "--exclude", "help"}, []string{"1 visit 4 4 0 0", "2 cart 4 3 1 0", "3 order 3 1 2 0"}},
		{"one that drops", []string{"--steps", "visit,cart,order", "--exclude-drop", "help"}, []string{"1 visit 3 3 0 0", "2 cart 3 2 1 0", "3 order 2 1 1 0"}},
		{"a constant property", []string{"--steps", "cart,order", "--constant", "order_id"}, []string{"1 cart 3 3 0 0", "2 order 3 1 2 0"}},
		{"channels", []string{"--steps", "email,phone", "--on", "channel"}, []string{"1 email 2 2 0 0", "2 phone 2 1 1 0"}},
		{"an optional step", []string{"--steps", "visit,help?,order"}, []string{"1 visit 4 4 0 0", "2 help 4 1 0 0", "3 order 4 2 2 0"}},
		{"as a tool does", []string{"--steps", "visit,cart,order", "--like", "mixpanel"}, []string{"1 visit 4 4 0 0", "2 cart 4 3 1 0", "3 order 3 2 1 0"}},
		{"ties", []string{"--steps", "cart,visit", "--ties", "any-order", "--tolerance", "5m"}, []string{"1 cart 3 3 0 0", "2 visit 3 1 2 0"}},
		{"ties apart", []string{"--steps", "visit,cart", "--ties", "apart", "--tolerance", "5m"}, []string{"1 visit 4 4 0 0", "2 cart 4 2 2 0"}},
		{"grouped", []string{"--steps", "visit,cart,order", "--grouped", "--as-of", "2026-03-05", "--window", "2d"}, []string{"1 visit 3 3 0 0", "2 cart 3 2 0 1", "3 order 2 1 1 0"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := cjm(t, append([]string{"dropoff", rows, "--format", "csv"}, test.args...)...)
			assert.Equal(t, test.want, stepCounts(t, got))
			assert.NotContains(t, got.stderr, "warning")
		})
	}
}

func TestDropoffBy(t *testing.T) {
	rows := file(t, "e.csv", fiveCustomers)
	values := func(args ...string) map[string]string {
		got := cjm(t, append([]string{"dropoff", rows, "--steps", "visit,order", "--format", "csv"}, args...)...)
		require.Equal(t, exitOK, got.code, got.stderr)
		completed := make(map[string]string)
		for line := range strings.Lines(got.stdout) {
			if cells := strings.Split(line, ","); cells[1] == "2" {
				completed[cells[0]] = cells[4] + " of " + cells[3]
			} else if cells[1] == "step" {
				assert.Equal(t, funnelColumns, strings.Join(cells[1:], ","))
				completed["column"] = cells[0]
			}
		}
		return completed
	}
	assert.Equal(t, map[string]string{"column": "channel", "(all)": "2 of 4", "search": "1 of 2", "email": "1 of 2"}, values("--by", "channel"))
	assert.Equal(t, map[string]string{"column": "channel", "(all)": "2 of 4", "site": "2 of 3", "phone": "0 of 0", "store": "0 of 1"}, values("--by", "channel", "--by-of", "last"))
	assert.Equal(t, map[string]string{"column": "kind", "(all)": "2 of 4", "visit": "2 of 4", "help": "0 of 0"}, values("--by", "kind", "--by-of", "first"))
	assert.Equal(t, map[string]string{"column": "order_id", "(all)": "2 of 4", "o1": "1 of 1", "o2": "1 of 1", "o4": "0 of 1", "": "0 of 1"},
		values("--by", "property:order_id", "--by-of", "first"))
	assert.Equal(t, map[string]string{"column": "code", "(all)": "2 of 4", "SPRING": "1 of 1", "": "1 of 3"}, values("--by", "code", "--by-of", "last"))
	for _, key := range []string{"setting", "stage", "source", "medium", "campaign"} {
		assert.Equal(t, "2 of 4", values("--by", key)["(all)"], key)
	}
}

func TestDropoffJSON(t *testing.T) {
	path := file(t, "e.csv", fiveCustomers+"fred,soon,visit,search,,\n")
	got := cjm(t, "dropoff", path, "--steps", "visit,cart,order", "--lost-after", "7d", "--by", "channel", "--format", "json", "--on-error", "skip")
	require.Equal(t, exitOK, got.code, got.stderr)
	var out struct {
		Version   int
		Input     jsonInput
		AsOf      string  `json:"as_of"`
		LostAfter float64 `json:"lost_after_seconds"`
		Report    struct {
			Customers, Attempts, Completed, Lost, Open int64
			Steps                                      []struct {
				Name    string
				LostBy  []struct{ Reason string } `json:"lost_by"`
				Between struct {
					P50 float64 `json:"p50_seconds"`
				}
				OverallRate struct{ Lo, Hi float64 } `json:"overall_rate"`
			}
			Groups []struct{ Values []struct{ Value *string } }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(got.stdout), &out))
	assert.Equal(t, outputVersion, out.Version)
	assert.Equal(t, "events", out.Input.Kind)
	assert.Equal(t, int64(13), out.Input.Rows)
	assert.Equal(t, int64(1), out.Input.Skipped)
	assert.Equal(t, "2026-03-20T08:00:00Z", out.AsOf)
	assert.Equal(t, 7*86400., out.LostAfter)
	assert.Equal(t, int64(5), out.Report.Customers)
	assert.Equal(t, []int64{4, 2, 1, 1}, []int64{out.Report.Attempts, out.Report.Completed, out.Report.Lost, out.Report.Open})
	assert.Equal(t, "inactive", out.Report.Steps[1].LostBy[0].Reason)
	assert.Equal(t, 600., out.Report.Steps[1].Between.P50)
	assert.Less(t, out.Report.Steps[2].OverallRate.Lo, .5)
	assert.Greater(t, out.Report.Steps[2].OverallRate.Hi, .5)
	assert.Len(t, out.Report.Groups[0].Values, 3)
	assert.Nil(t, out.Report.Groups[0].Values[2].Value, "of who did not enter")

	// Without windows and silence it does not matter from when it looks.
	assert.NotContains(t, cjm(t, "dropoff", path, "--steps", "visit", "--format", "json", "--on-error", "skip").stdout[:200], `"as_of"`)
}

// A conversion is a step too, even without a channel, which gives it no credit.
func TestDropoffSeesConversions(t *testing.T) {
	rows := file(t, "e.csv", smallEvents)
	for _, unknown := range []string{"keep", "merge"} {
		got := cjm(t, "dropoff", rows, "--steps", "visit,order", "--format", "csv", "--unknown", unknown)
		assert.Equal(t, []string{"1 visit 3 3 0 0", "2 order 3 1 2 0"}, stepCounts(t, got))
	}
	got := cjm(t, "dropoff", rows, "--steps", "visit,order", "--format", "csv", "--unknown", "drop")
	assert.Equal(t, []string{"1 visit 3 3 0 0", "2 order 3 0 3 0"}, stepCounts(t, got))
}

func TestDropoffIntoAFile(t *testing.T) {
	rows := file(t, "e.csv", fiveCustomers)
	dir := t.TempDir()
	target := filepath.Join(dir, "out")
	for _, args := range [][]string{
		{"--steps", "visit,order"},
		{"--steps", "visit,order", "--format", "csv"},
		{"--steps", "visit,order", "--format", "json"},
		{"--steps", "visit,order", "--lost", "2", "--format", "csv"},
		{"--steps", "visit,order", "--next", "2"},
		{"--steps", "visit,order", "--format", "csv"},
		{"--steps", "visit,order", "--format", "json"},
		{"--chain"},
	} {
		args = append([]string{"dropoff", rows}, args...)
		want := cjm(t, args...)
		require.Equal(t, exitOK, want.code, want.stderr)
		got := cjm(t, append(args, "-o", target)...)
		require.Equal(t, exitOK, got.code, got.stderr)
		assert.Empty(t, got.stdout)
		text, err := os.ReadFile(target)
		require.NoError(t, err)
		assert.Equal(t, want.stdout, string(text))
		assert.Equal(t, want.stdout, cjm(t, append(args, "-o", "-")...).stdout)
	}
	// A failure leaves the old file, and no other.
	bad := file(t, "bad.csv", fiveCustomers+"fred,soon,visit,search,,\n")
	before, err := os.ReadFile(target)
	require.NoError(t, err)
	got := cjm(t, "dropoff", bad, "--steps", "visit,order", "--lost", "2", "-o", target)
	assert.Equal(t, exitFailed, got.code)
	after, err := os.ReadFile(target)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))
	assert.Equal(t, []string{"out"}, names(t, dir))
}

func TestDropoffSameBytes(t *testing.T) {
	text := randomEvents()
	sameBytes(t, text, "dropoff", "--steps", "channel 1,channel 2,channel 3", "--format", "csv", "--window", "5d", "--lost-after", "3d", "--by", "channel")
	sameBytes(t, text, "dropoff", "--steps", "channel 1,channel 2", "--lost", "2", "--format", "csv", "--max-buffered", "500")
	sameBytes(t, text, "dropoff", "--steps", "channel 1,channel 2", "--next", "2")
	sameBytes(t, cjm(t, "demo", "--events").stdout, "dropoff", "--chain", "--lost-after", "auto", "--max-buffered", "500")
}

func TestDropoffHelp(t *testing.T) {
	got := cjm(t, "dropoff", "--help")
	assert.Equal(t, exitOK, got.code)
	assert.Contains(t, got.stdout, "Examples:")
	assert.Empty(t, got.stderr)
	for _, name := range append(append([]string{"on", "lost", "next", "by"}, funnelFlagNames...), chainPathFlagNames...) {
		assert.Contains(t, got.stdout, "--"+name)
	}
}

// checkCancelled checks that the command ends when it is cancelled.
func checkCancelled(t *testing.T, args []string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	assert.Equal(t, exitFailed, run(ctx, args, nil, &stdout, &stderr), args)
	assert.Equal(t, "cjm: cancelled\n", stderr.String(), args)
	assert.Empty(t, stdout.String(), args)
}

func TestDropoffCancelledAndFull(t *testing.T) {
	rows := file(t, "e.csv", fiveCustomers)
	for _, args := range [][]string{
		{"--steps", "visit,order"},
		{"--steps", "visit,order", "--lost-after", "auto"},
		{"--steps", "visit,order", "--lost", "2"},
		{"--steps", "visit,order", "--next", "2"},
		{"--chain"},
		{"--chain", "--on", "kind"},
	} {
		args = append([]string{"dropoff", rows}, args...)
		checkCancelled(t, args)
		if strings.Contains(strings.Join(args, " "), "auto") {
			continue
		}
		full := failingWriter{&os.PathError{Op: "write", Path: "/dev/stdout", Err: os.ErrClosed}}
		var stderr bytes.Buffer
		assert.Equal(t, exitFailed, run(t.Context(), args, nil, full, &stderr), args)
		assert.Contains(t, stderr.String(), "cjm: writing the result: file already closed", args)
	}
}

func TestDropoffHasItsOwnOutcomes(t *testing.T) {
	path := file(t, "events.csv", "customer,time,kind,conversion\n1,2026-01-01,visit,1\n1,2026-01-02,visit,1\n2,2026-01-01,visit,\n")
	got := cjm(t, "dropoff", path, "--steps", "visit")
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Regexp(t, `^touchpoints +3\n  touches +3\ncustomers +2\n$`, got.stderr, "who did the steps has converted, whatever the conversions are")
	chain := cjm(t, "dropoff", path, "--chain", "--on", "kind")
	assert.Regexp(t, `paths +3\n  converted +2\n  lost +1\n`, chain.stderr)
}

// A name that is misspelt must not look like a finding.
func TestDropoffUnknownProperties(t *testing.T) {
	path := file(t, "events.csv", fiveCustomers)
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--constant", "ordr_id"}, `cjm: warning: --constant: no event has a property "ordr_id": is the name misspelt?`},
		{[]string{"--by", "property:copuon"}, "cjm: warning: --by property:copuon: it is known of nobody"},
		{[]string{"--by", "property:order_id"}, "should --by-of say which event has it?"},
		{[]string{"--by", "property:order_id", "--by-of", "last"}, ""},
		{[]string{"--constant", "order_id", "--by", "channel"}, ""},
	} {
		for _, command := range [][]string{{"dropoff", path}, {"compare", path, path}} {
			args := append(append(command, "--steps", "visit,cart,order"), test.args...)
			got := cjm(t, args...)
			require.Equal(t, exitOK, got.code, got.stderr)
			if test.want == "" {
				assert.NotContains(t, got.stderr, "warning", args)
				continue
			}
			assert.Equal(t, 1, strings.Count(got.stderr, test.want), got.stderr)
		}
	}
}

// A name that is very long does not push everything else off the screen.
func TestDropoffLongNames(t *testing.T) {
	long := strings.Repeat("довга-", 30)
	path := file(t, "events.csv", "customer,time,kind,channel\n1,2026-01-01,visit,"+long+"\n1,2026-01-02,"+long+","+long+"\n2,2026-01-01,visit,"+long+"\n2,2026-01-02,"+long+"2,"+long+"\n")
	for _, args := range [][]string{
		{"dropoff", path, "--steps", "visit," + long, "--by", "channel"},
		{"dropoff", path, "--steps", "visit," + long, "--lost", "2"},
		{"dropoff", path, "--steps", "visit," + long, "--next", "2"},
		{"dropoff", path, "--chain"},
		{"compare", path, path, "--steps", "visit," + long, "--by", "channel"},
		{"compare", path, path, "--chain"},
	} {
		got := cjm(t, args...)
		require.Equal(t, exitOK, got.code, got.stderr)
		for line := range strings.Lines(got.stdout) {
			assert.LessOrEqual(t, utf8.RuneCountInString(line), 170, args)
		}
		assert.Contains(t, cjm(t, append(args, "--format", "csv")...).stdout, long, "a program has it whole")
	}
}
