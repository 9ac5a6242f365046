package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDropoffUsageErrors(t *testing.T) {
	rows := file(t, "e.csv", fiveCustomers)
	table := file(t, "p.csv", smallTable)
	var many []string
	for i := range 65 {
		many = append(many, fmt.Sprintf("s%d", i))
	}
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no file", []string{"--steps", "a,b"}, "<file>"},
		{"no steps", []string{rows}, "--steps: no steps"},
		{"empty steps", []string{rows, "--steps", ""}, "--steps: step 1: want a name"},
		{"65 steps", []string{rows, "--steps", strings.Join(many, ",")}, "65 steps, more than 64"},
		{"a name twice", []string{rows, "--steps", "visit,order,visit"}, `two steps are named "visit"; give one another name, such as again=visit`},
		{"a negative window", []string{rows, "--steps", "visit,order", "--window=-1d"}, "--window: want a positive duration"},
		{"a negative step window", []string{rows, "--steps", "visit,order", "--step-window=-1d"}, "--step-window: want a positive duration"},
		{"an exclusion that is a step", []string{rows, "--steps", "visit,order", "--exclude", "order"}, `"order" is also the step "order"`},
		{"no such order", []string{rows, "--steps", "visit", "--order", "random"}, "--order"},
		{"no such entry", []string{rows, "--steps", "visit", "--entry", "last"}, "--entry"},
		{"no such tool", []string{rows, "--steps", "visit", "--like", "excel"}, "--like"},
		{"no such rule for ties", []string{rows, "--steps", "visit", "--ties", "never"}, "--ties"},
		{"no such key", []string{rows, "--steps", "visit", "--by", "colour"}, `--by: no key "colour"; want channel,`},
		{"a property without a name", []string{rows, "--steps", "visit", "--by", "property:"}, "--by: no key"},
		{"an empty key", []string{rows, "--steps", "visit", "--by", ""}, "--by: want a key"},
		{"an empty property", []string{rows, "--steps", "visit", "--constant", ""}, "--constant: want the name"},
		{"of for nothing", []string{rows, "--steps", "visit", "--by-of", "last"}, "--by-of is for --by"},
		{"no such silence", []string{rows, "--steps", "visit", "--lost-after", "soon"}, "want a positive duration such as \"30d\", \"2w\" or \"12h\", or auto"},
		{"bad time", []string{rows, "--steps", "visit", "--as-of", "tomorrow"}, "--as-of"},
		{"a level in per cent", []string{rows, "--steps", "visit", "--level", "95"}, "above 0 and below 1, such as 0.95"},
		{"lost at the first step", []string{rows, "--steps", "visit,order", "--lost", "1"}, "--lost: nobody can be lost at this step: the first"},
		{"lost at an optional step", []string{rows, "--steps", "visit,cart?,order", "--lost", "2"}, "is optional"},
		{"lost at no step", []string{rows, "--steps", "visit,order", "--lost", "0"}, "from 1 up"},
		{"next at a step too many", []string{rows, "--steps", "visit,order", "--next", "3"}, "3 of 2"},
		{"next and lost", []string{rows, "--steps", "visit,order", "--next", "2", "--lost", "2"}, "do not go together"},
		{"lost by", []string{rows, "--steps", "visit,order", "--by", "kind", "--lost", "2"}, "--by does not apply"},
		{"lost with a level", []string{rows, "--steps", "visit,order", "--level", "0.9", "--lost", "2"}, "--level does not apply to --lost"},
		{"next with a level", []string{rows, "--steps", "visit,order", "--level", "0.9", "--next", "2"}, "0.95 only"},
		{"a conversion", []string{rows, "--steps", "visit,order", "--convert-on", "order"}, "--convert-on does not apply to a funnel"},
		{"a path table", []string{table, "--steps", "email,search"}, "a funnel needs events, and this is a path table"},
		{"grouped without a time", []string{rows, "--steps", "visit,order", "--grouped", "--window", "1d"}, "--grouped needs --as-of"},
		{"stdin twice", []string{"-", "-", "--steps", "visit"}, "only once"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := cjm(t, append([]string{"dropoff"}, test.args...)...)
			assert.Equal(t, exitUsage, got.code)
			assert.Contains(t, got.stderr, test.want)
			assert.Contains(t, got.stderr, "Try: cjm")
			assert.Empty(t, got.stdout)
		})
	}
	got := cjm(t, "dropoff", rows, "--format", "csv", "--steps", strings.Join(many[:63], ",")+",visit")
	assert.Equal(t, 65, strings.Count(got.stdout, "\n"), "64 steps")
}

// Every bad or odd input gives a clear error, or the result that is documented.
func TestDropoffOddEvents(t *testing.T) {
	const header = "customer,time,kind\n"
	tests := []struct {
		name, text string
		args       []string
		wrong      string
		want       []string
		warning    string
	}{
		{name: "empty", text: "", wrong: "the input is empty"},
		{name: "header only", text: header, wrong: "no events: the input has no rows that can be used"},
		{name: "header only, auto", text: header, args: []string{"--lost-after", "auto"}, wrong: "no events"},
		{name: "a bad row", text: header + "1,2026-01-01,a\n1,soon,b\n", wrong: "in.csv:3: time: bad format"},
		{name: "a bad row, auto", text: header + "1,2026-01-01,a\n1,soon,b\n", args: []string{"--lost-after", "auto"}, wrong: "in.csv:3: time: bad format"},
		{name: "a bad row, skipped", text: header + "1,2026-01-01,a\n1,soon,b\n", args: []string{"--on-error", "skip"}, want: []string{"1 a 1 1 0 0", "2 b 1 0 1 0"}, warning: `no touch matches step 2, "b"`},
		{name: "only bad rows, skipped", text: header + "1,soon,b\n", args: []string{"--on-error", "skip"}, wrong: "no events"},
		{name: "as of before the data", text: header + "1,2026-01-02,a\n", args: []string{"--as-of", "2026-01-01"}, wrong: "no events up to 2026-01-01T00:00:00Z, the time of --as-of: all are later"},
		{name: "a step that matches nothing", text: header + "1,2026-01-01,a\n1,2026-01-02,B\n", want: []string{"1 a 1 1 0 0", "2 b 1 0 1 0"}, warning: `cjm: warning: no touch matches step 2, "b": is the name misspelt`},
		{name: "no step matches", text: header + "1,2026-01-01,x\n", want: []string{"1 a 0 0 0 0", "2 b 0 0 0 0"}, warning: "cjm: warning: nobody entered the funnel"},
		{name: "an exclusion that matches nothing", text: header + "1,2026-01-01,a\n1,2026-01-02,b\n", args: []string{"--exclude", "x"}, want: []string{"1 a 1 1 0 0", "2 b 1 1 0 0"}, warning: `no touch matches exclusion 1, "x"`},
		{name: "before the epoch", text: header + "1,1066-10-14,a\n1,1066-12-25,b\n2,0001-01-01T00:00:01Z,a\n", args: []string{"--window", "100d"}, want: []string{"1 a 2 2 0 0", "2 b 2 1 1 0"}},
		{name: "all at one instant", text: "seq," + header + "1,1,2026-01-01,a\n2,1,2026-01-01,b\n1,2,2026-01-01,b\n2,2,2026-01-01,a\n", args: []string{"--lost-after", "1d"}, want: []string{"1 a 2 2 0 0", "2 b 2 1 0 1"}},
		{name: "all at one instant, auto", text: header + "1,2026-01-01,a\n1,2026-01-01,b\n", args: []string{"--lost-after", "auto"}, wrong: "--lost-after auto: the data do not show"},
		{name: "one event", text: header + "1,2026-01-01,a\n", want: []string{"1 a 1 1 0 0", "2 b 1 0 1 0"}, warning: `step 2, "b"`},
		{name: "channels for want of kinds", text: "customer,time,channel\n1,2026-01-01,a\n1,2026-01-02,b\n", want: []string{"1 a 1 1 0 0", "2 b 1 1 0 0"}},
		{name: "kinds asked for", text: "customer,time,channel\n1,2026-01-01,a\n1,2026-01-02,b\n", args: []string{"--on", "kind"}, want: []string{"1 a 0 0 0 0", "2 b 0 0 0 0"}, warning: "or should --on say what it names"},
		{name: "not grouped", text: header + "1,2026-01-01,a\n2,2026-01-01,b\n1,2026-01-02,b\n", args: []string{"--grouped"}, wrong: "not grouped by customer"},
		{name: "two currencies", text: "customer,time,kind,conversion,value,currency\n1,2026-01-01,a,1,5,EUR\n1,2026-01-02,b,1,5,USD\n2,2026-01-01,a,1,5,USD\n", want: []string{"1 a 2 2 0 0", "2 b 2 1 1 0"}},
		{name: "values too large to add up", text: "customer,time,kind,conversion,value\n1,2026-01-01,a,1,1e308\n1,2026-01-02,b,1,1e308\n", want: []string{"1 a 1 1 0 0", "2 b 1 1 0 0"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			args := append([]string{"dropoff", file(t, "in.csv", test.text), "--steps", "a,b", "--format", "csv"}, test.args...)
			got := cjm(t, args...)
			if test.wrong != "" {
				assert.Equal(t, exitFailed, got.code)
				assert.Contains(t, got.stderr, test.wrong)
				assert.Empty(t, got.stdout)
				return
			}
			assert.Equal(t, test.want, stepCounts(t, got))
			assert.Contains(t, got.stderr, test.warning)
			if test.warning == "" {
				assert.NotContains(t, got.stderr, "warning")
			}
			// However it is read and printed.
			for _, more := range [][]string{{"--format", "table"}, {"--format", "json"}, {"--lost", "2"}, {"--next", "2"}, {"--by", "kind"}} {
				again := cjm(t, append(args, more...)...)
				assert.Equal(t, exitOK, again.code, again.stderr)
			}
		})
	}
}

// The funnel of simple_shop, and its numbers, are from the user guide of
// retentioneering 3 (user_guides/funnel.rst).
func TestDropoffSimpleShop(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "data", "funnels", "simple_shop.csv")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("SKIPPED: %v", err)
	}
	for _, args := range [][]string{
		{path}, {path, "--like", "retentioneering"}, {path, "--columns", "customer=client_id,kind=event,time=timestamp", "--on", "kind"},
	} {
		got := cjm(t, append([]string{"dropoff", "--format", "csv", "--steps", "catalog,cart,payment_done"}, args...)...)
		assert.Equal(t, []string{"1 catalog 3611 3611 0 0", "2 cart 3611 1924 1687 0", "3 payment_done 1924 653 1271 0"}, stepCounts(t, got))
		rows := numbersBy(t, got.stdout, 2)
		assert.InDelta(t, .5328, rows["2 cart"]["step_rate"], .00005)
		assert.InDelta(t, .3394, rows["3 payment_done"]["step_rate"], .00005)
		assert.InDelta(t, .1808, rows["3 payment_done"]["overall_rate"], .00005)
	}
	got := cjm(t, "dropoff", path, "--format", "csv", "--steps", "catalog,product1|product2,cart,payment_done")
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Equal(t, "2 product1|product2 3611 2010 1601 0", stepCounts(t, got)[1])

	got = cjm(t, "dropoff", path, "--format", "csv", "--steps", "catalog,cart,payment_done", "--lost", "3")
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Equal(t, 1+1271, strings.Count(got.stdout, "\n"))
}
