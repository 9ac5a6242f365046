package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shopEvents are events of customers in a month who visit, and some of whom put
// something into a cart and buy. Display brings fewer buyers than search.
func shopEvents(month int, customers int, cart float64, channels ...string) string {
	dice := rand.New(rand.NewPCG(uint64(month), 11))
	var b strings.Builder
	b.WriteString("customer,time,channel,kind,stage,conversion,value\n")
	for i := range customers {
		row := func(hour int, channel, kind, stage, rest string) {
			fmt.Fprintf(&b, "c%d,2026-%02d-%02dT%02d:%02d:00Z,%s,%s,%s,%s\n", i, month, 1+i%20, hour, dice.IntN(60), channel, kind, stage, rest)
		}
		channel := channels[dice.IntN(len(channels))]
		better := map[string]float64{"search": 1.3, "email": 1, "display": .5}[channel]
		row(8, channel, "visit", "awareness", ",")
		if dice.IntN(2) == 0 {
			row(9, channel, "visit", "awareness", ",")
		}
		if dice.Float64() < cart*better {
			row(10, "email", "cart", "decision", ",")
			if dice.Float64() < .5*better {
				row(11, "store", "purchase", "purchase", "1,20")
			}
		}
	}
	return b.String()
}

func marchAndApril(t *testing.T) (before, after string) {
	t.Helper()
	return file(t, "march.csv", shopEvents(3, 150, .4, "search", "search", "email", "display")),
		file(t, "april.csv", shopEvents(4, 200, .55, "search", "email", "display", "display"))
}

func TestCompareFormats(t *testing.T) {
	before, after := marchAndApril(t)
	funnel := []string{"--steps", "visit,cart,purchase"}
	for name, args := range map[string][]string{
		"compare.stdout":             append(funnel, "--by", "channel", "--lost-after", "3d"),
		"compare_none.stdout":        append(funnel, "--adjust", "none", "--level", "0.9"),
		"compare_steps.csv":          append(funnel, "--format", "csv", "--adjust", "bh"),
		"compare_segments.csv":       append(funnel, "--format", "csv", "--by", "channel", "--what", "segments"),
		"compare.json":               append(funnel, "--format", "json", "--by", "channel", "--as-of", "2026-06-01", "--lost-after", "30d"),
		"compare_chain.stdout":       {"--chain"},
		"compare_states.csv":         {"--chain", "--format", "csv"},
		"compare_transitions.csv":    {"--chain", "--format", "csv", "--what", "transitions", "--top", "5"},
		"compare_chain_stage.stdout": {"--chain", "--on", "stage", "--top", "3"},
		"compare_chain.json":         {"--chain", "--format", "json", "--on", "event"},
	} {
		got := cjm(t, append([]string{"compare", before, after}, args...)...)
		require.Equal(t, exitOK, got.code, got.stderr)
		got.stdout = strings.ReplaceAll(strings.ReplaceAll(got.stdout, before, "march.csv"), after, "april.csv")
		goldenNumbers(t, name, got.stdout)
		assert.NotContains(t, got.stderr, "warning")
	}
}

// cells returns the rows of CSV output as maps from column to cell.
func cells(t *testing.T, got outcome) []map[string]string {
	t.Helper()
	require.Equal(t, exitOK, got.code, got.stderr)
	rows, err := csv.NewReader(strings.NewReader(got.stdout)).ReadAll()
	require.NoError(t, err)
	var all []map[string]string
	for _, row := range rows[1:] {
		line := make(map[string]string)
		for i, cell := range row {
			line[rows[0][i]] = cell
		}
		all = append(all, line)
	}
	return all
}

// sum adds up a column; empty cells are none.
func sum(t *testing.T, rows []map[string]string, column string) (total float64) {
	t.Helper()
	for _, row := range rows {
		if row[column] != "" {
			total += float(t, row, column)
		}
	}
	return total
}

func float(t *testing.T, row map[string]string, column string) float64 {
	t.Helper()
	var x float64
	_, err := fmt.Sscan(row[column], &x)
	require.NoError(t, err, "%s: %q", column, row[column])
	return x
}

// twoSteps are events of so many who visit, of whom some buy.
func twoSteps(visit, buy int) string {
	var b strings.Builder
	b.WriteString("customer,time,kind\n")
	for i := range visit {
		fmt.Fprintf(&b, "c%d,2026-03-01T10:00:00Z,visit\n", i)
		if i < buy {
			fmt.Fprintf(&b, "c%d,2026-03-01T11:00:00Z,buy\n", i)
		}
	}
	return b.String()
}

// Differences and intervals of Newcombe, Interval estimation for the difference
// between independent proportions, Statistics in Medicine 17 (1998) 873-890, table
// II, method 10.
func TestCompareNewcombe(t *testing.T) {
	for _, test := range []struct {
		n0, k0, n1, k1 int
		lo, hi         string
		test           string
	}{
		{80, 48, 70, 56, "0.0524", "0.3339", "chi-square"},
		{10, 3, 10, 9, "0.1705", "0.8090", "fisher"},
		{10, 0, 10, 10, "0.6075", "1.0000", "chi-square"}, // five are expected everywhere
	} {
		before, after := file(t, "a.csv", twoSteps(test.n0, test.k0)), file(t, "b.csv", twoSteps(test.n1, test.k1))
		rows := cells(t, cjm(t, "compare", before, after, "--steps", "visit,buy", "--format", "csv"))
		require.Len(t, rows, 4)
		assert.Empty(t, rows[0]["test"], "the rate of step 1 is 1 by definition")
		for _, row := range rows[2:] {
			assert.Equal(t, "buy", row["name"])
			assert.InDelta(t, float64(test.k1)/float64(test.n1)-float64(test.k0)/float64(test.n0), float(t, row, "difference"), 1e-15)
			assert.Equal(t, test.lo, fmt.Sprintf("%.4f", float(t, row, "lo")))
			assert.Equal(t, test.hi, fmt.Sprintf("%.4f", float(t, row, "hi")))
			assert.Equal(t, test.test, row["test"])
			assert.Equal(t, row["p"], row["p_adjusted"], "one step only is tested")
		}
		assert.InDelta(t, float(t, rows[3], "difference"), float(t, rows[2], "part"), 1e-15, "there is no other step")
	}
}

func TestComparePartsSum(t *testing.T) {
	before, after := marchAndApril(t)
	args := []string{"compare", before, after, "--format", "csv", "--steps", "visit,cart,purchase"}
	steps := cells(t, cjm(t, args...))
	last := steps[len(steps)-1]
	change, entered := float(t, last, "difference"), float(t, last, "after_n")
	assert.InDelta(t, change, sum(t, steps, "part"), 1e-14)
	assert.InDelta(t, change*entered, sum(t, steps, "conversions"), 1e-11)
	// The logarithmic mean of the overall rates, and the step rates.
	r0, r1 := float(t, last, "before"), float(t, last, "after")
	for _, row := range steps[2:] {
		if row["rate"] == "step" {
			want := (r1 - r0) / math.Log(r1/r0) * math.Log(float(t, row, "after")/float(t, row, "before"))
			assert.InDelta(t, want, float(t, row, "part"), 1e-14, row["name"])
		}
	}
	segments := cells(t, cjm(t, append(args, "--by", "channel", "--what", "segments")...))
	assert.Len(t, segments, 3)
	assert.InDelta(t, change, sum(t, segments, "mix")+sum(t, segments, "rate"), 1e-14)
	assert.InDelta(t, change*entered, sum(t, segments, "mix_conversions")+sum(t, segments, "rate_conversions"), 1e-11)
	assert.InDelta(t, 1, sum(t, segments, "after_share"), 1e-14)

	states := cells(t, cjm(t, "compare", before, after, "--format", "csv", "--chain"))
	require.Equal(t, "(start)", states[0]["state"])
	change = float(t, states[0], "after_p_convert") - float(t, states[0], "before_p_convert")
	assert.InDelta(t, r1-r0, change, 1e-13, "without open journeys P(convert) is the rate")
	assert.InDelta(t, change, sum(t, states, "part"), 1e-13)
	transitions := cells(t, cjm(t, "compare", before, after, "--format", "csv", "--chain", "--what", "transitions"))
	assert.InDelta(t, change, sum(t, transitions, "part"), 1e-13)
	assert.InDelta(t, change, sum(t, transitions, "shift"), 1e-13)
	assert.InDelta(t, change*200, sum(t, transitions, "shift_conversions"), 1e-10)
}

// The other way round every difference has the other sign.
func TestCompareOtherWayRound(t *testing.T) {
	before, after := marchAndApril(t)
	for _, args := range [][]string{{"--steps", "visit,cart,purchase"}, {"--chain"}} {
		args = append(args, "--format", "csv")
		there := cells(t, cjm(t, append([]string{"compare", before, after}, args...)...))
		back := cells(t, cjm(t, append([]string{"compare", after, before}, args...)...))
		require.Len(t, back, len(there))
		for i := range there {
			if there[i]["part"] != "" {
				assert.InDelta(t, -float(t, there[i], "part"), float(t, back[i], "part"), 1e-14)
			}
			assert.Equal(t, there[i]["p"], back[i]["p"])
		}
	}
	same := cells(t, cjm(t, "compare", before, before, "--format", "csv", "--chain"))
	for _, row := range same {
		assert.Equal(t, "0", row["part"])
		assert.Equal(t, "0", row["conversions"])
	}
}

func TestCompareAdjust(t *testing.T) {
	before, after := marchAndApril(t)
	args := []string{"compare", before, after, "--format", "csv", "--steps", "visit,cart,purchase"}
	p := func(rows []map[string]string, column string) (all []float64) {
		for _, row := range rows[2:] {
			if row["rate"] == "step" {
				all = append(all, float(t, row, column))
			}
		}
		return all
	}
	holm := cells(t, cjm(t, args...))
	raw := p(holm, "p")
	require.Len(t, raw, 2)
	small, large := slices.Min(raw), slices.Max(raw)
	adjusted := p(holm, "p_adjusted")
	assert.InDelta(t, min(1, 2*small), slices.Min(adjusted), 1e-15)
	assert.InDelta(t, max(2*small, large), slices.Max(adjusted), 1e-15)
	bh := p(cells(t, cjm(t, append(args, "--adjust", "bh")...)), "p_adjusted")
	assert.InDelta(t, min(2*small, large), slices.Min(bh), 1e-15)
	assert.InDelta(t, large, slices.Max(bh), 1e-15)
	for _, row := range cells(t, cjm(t, append(args, "--adjust", "none")...)) {
		assert.Empty(t, row["p_adjusted"])
	}
}

// Each group is seen from its own newest event.
func TestCompareLooksFromEachGroup(t *testing.T) {
	before, after := marchAndApril(t)
	args := []string{"compare", before, after, "--steps", "visit,cart,purchase", "--format", "json", "--lost-after", "3d"}
	var out struct {
		Before, After struct {
			AsOf      string  `json:"as_of"`
			LostAfter float64 `json:"lost_after_seconds"`
			Input     struct{ Files []string }
		}
		Change struct {
			LogRank *struct{ P float64 } `json:"log_rank"`
		}
	}
	read := func(got outcome) {
		require.Equal(t, exitOK, got.code, got.stderr)
		require.NoError(t, json.Unmarshal([]byte(got.stdout), &out))
	}
	got := cjm(t, args...)
	read(got)
	assert.True(t, strings.HasPrefix(out.Before.AsOf, "2026-03-20T"), out.Before.AsOf)
	assert.True(t, strings.HasPrefix(out.After.AsOf, "2026-04-20T"), out.After.AsOf)
	assert.Equal(t, 3*86400., out.Before.LostAfter)
	assert.Equal(t, []string{after}, out.After.Input.Files)
	assert.NotNil(t, out.Change.LogRank)
	assert.Equal(t, 2, strings.Count(got.stderr, "the time of the newest event"))
	read(cjm(t, append(args, "--as-of", "2026-05-01")...))
	assert.Equal(t, out.Before.AsOf, out.After.AsOf)
	auto := cjm(t, append(slices.Clone(args[:len(args)-1]), "auto")...)
	read(auto)
	assert.Positive(t, out.Before.LostAfter)
	assert.Equal(t, out.Before.LostAfter, out.After.LostAfter, "the first group decides")
	assert.Equal(t, 1, strings.Count(auto.stderr, "--lost-after auto"))
	stdin := cjmIn(t, shopEvents(3, 150, .4, "search", "search", "email", "display"),
		append([]string{"compare", "-", after}, append(slices.Clone(args[3:len(args)-1]), "auto")...)...)
	assert.Equal(t, auto.stdout, strings.ReplaceAll(stdin.stdout, `"-"`, `"`+before+`"`), stdin.stderr)
}

// A state that one of the groups lacks, and segments that only one has.
func TestCompareWhatOneGroupLacks(t *testing.T) {
	before := file(t, "a.csv", shopEvents(3, 100, .5, "search"))
	after := file(t, "b.csv", shopEvents(4, 100, .5, "display"))
	rows := cells(t, cjm(t, "compare", before, after, "--chain", "--format", "csv"))
	change := float(t, rows[0], "after_p_convert") - float(t, rows[0], "before_p_convert")
	assert.InDelta(t, change, sum(t, rows, "part"), 1e-13)
	segments := cells(t, cjm(t, "compare", before, after, "--steps", "visit,purchase", "--by", "channel", "--format", "csv", "--what", "segments"))
	require.Len(t, segments, 2)
	assert.Equal(t, "display", segments[0]["channel"])
	assert.Empty(t, segments[0]["before_rate"])
	assert.Empty(t, segments[1]["after_rate"])
	assert.InDelta(t, change, sum(t, segments, "mix"), 1e-13)
	assert.Zero(t, sum(t, segments, "rate"))
	// Segments without a value.
	got := cjm(t, "compare", before, after, "--steps", "visit,purchase", "--by", "campaign")
	assert.Contains(t, got.stdout, "(unknown)")
}

// A step that matches nothing is named, once if it is so in both groups.
func TestCompareUnknownStep(t *testing.T) {
	before, after := marchAndApril(t)
	got := cjm(t, "compare", before, after, "--steps", "visit,crat,purchase")
	require.Equal(t, exitOK, got.code)
	assert.Equal(t, 1, strings.Count(got.stderr, `no touch matches step 2, "crat"`), got.stderr)
	assert.Contains(t, got.stdout, "3 purchase\n", "nobody came to the step")
	got = cjm(t, "compare", before, after, "--steps", "visit,crat,purchase", "--format", "csv")
	for _, row := range cells(t, got) {
		if row["name"] == "purchase" && row["rate"] == "step" {
			assert.Equal(t, "0", row["before_n"])
			for _, column := range []string{"before", "after", "difference", "lo", "hi", "test", "p", "p_adjusted"} {
				assert.Empty(t, row[column], column)
			}
		}
	}
	some := file(t, "some.csv", strings.ReplaceAll(shopEvents(4, 50, .5, "search"), "cart", "basket"))
	got = cjm(t, "compare", before, some, "--steps", "visit,cart,purchase")
	require.Equal(t, exitOK, got.code)
	assert.Regexp(t, `(?s)some\.csv:\n.*no touch matches step 2, "cart"`, got.stderr)
}

func TestCompareOpenFunnel(t *testing.T) {
	rows := "customer,time,kind\na,2026-01-01,visit\na,2026-01-02,buy\nb,2026-01-01,buy\nc,2026-01-01,visit\n"
	got := cjm(t, "compare", file(t, "a.csv", rows), file(t, "b.csv", rows), "--steps", "visit,buy", "--open")
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Contains(t, got.stdout, "Not the steps")
	assert.Contains(t, got.stdout, "1 visit", "its overall rate is not 1")
	got = cjm(t, "compare", file(t, "a.csv", rows), file(t, "b.csv", rows), "--steps", "visit,buy", "--entry", "every")
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Contains(t, got.stderr, "p-values are too small")
}

// An optional step has a rate but no part, and whoever an exclusion drops is counted
// apart.
func TestCompareOptionalAndExcluded(t *testing.T) {
	before, after := marchAndApril(t)
	args := []string{"compare", before, after, "--steps", "visit,again=visit?,cart,purchase"}
	got := cjm(t, args...)
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Equal(t, 2, strings.Count(got.stdout, "2 again (optional)"), "in the rates, not in the parts")
	rows := cells(t, cjm(t, append(args, "--format", "csv")...))
	assert.Empty(t, rows[2]["part"])
	assert.InDelta(t, float(t, rows[7], "difference"), sum(t, rows, "part"), 1e-14)
	got = cjm(t, "compare", before, after, "--steps", "visit,purchase", "--exclude-drop", "cart")
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Regexp(t, `(?m)^Excluded +63 +87$`, got.stdout)
	assert.Contains(t, got.stdout, "no log-rank test, as nobody completed")
}

func TestCompareSameBytes(t *testing.T) {
	after := file(t, "after.csv", shopEvents(4, 200, .55, "search", "email", "display"))
	text := shopEvents(3, 150, .4, "search", "email", "display")
	header, body, _ := strings.Cut(text, "\n")
	rows := slices.Collect(strings.Lines(body))
	dice := rand.New(rand.NewPCG(1, 7))
	for _, args := range [][]string{
		{"--steps", "visit,cart,purchase", "--by", "channel", "--window", "2h"},
		{"--chain", "--lost-after", "3d"},
		{"--chain", "--on", "event"},
	} {
		want := cjm(t, append([]string{"compare", file(t, "before.csv", text), after}, args...)...)
		require.Equal(t, exitOK, want.code, want.stderr)
		dice.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		shuffled := file(t, "shuffled.csv", header+"\n"+strings.Join(rows, ""))
		got := cjm(t, append([]string{"compare", shuffled, after, "--max-buffered", "100"}, args...)...)
		assert.Equal(t, want.stdout, got.stdout, args)
	}
}

func TestCompareOutput(t *testing.T) {
	before, after := marchAndApril(t)
	for _, mode := range [][]string{{"--chain"}, {"--steps", "visit,cart"}} {
		args := append([]string{"compare", before, after}, mode...)
		target := filepath.Join(t.TempDir(), "out.txt")
		want := cjm(t, args...)
		got := cjm(t, append(args, "-o", target)...)
		require.Equal(t, exitOK, got.code, got.stderr)
		assert.Empty(t, got.stdout)
		text, err := os.ReadFile(target)
		require.NoError(t, err)
		assert.Equal(t, want.stdout, string(text))
	}
}

func TestSigned(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0.00", 1.234: "+1.23", -1.235e3: "-1,235.00", .004: "0.00", -.004: "0.00", .005001: "+0.01", math.Copysign(0, -1): "0.00",
	} {
		assert.Equal(t, want, signed(x, 2))
	}
	assert.Equal(t, "<0.0001", pText(0))
	assert.Equal(t, "0.0001", pText(.0001))
	assert.Equal(t, "1.0000", pText(1))
}
