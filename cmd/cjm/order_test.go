package main

import (
	"encoding/csv"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// secondOrderTable has journeys whose next touch depends on the last two: it is the
// channel of the touch before the last one, nine times in ten.
func secondOrderTable(rows int) string {
	dice := rand.New(rand.NewPCG(7, 2))
	channels := []string{"a", "b", "c"}
	var b strings.Builder
	b.WriteString("path,conversions,nulls\n")
	for range rows {
		path := []string{channels[dice.IntN(3)], channels[dice.IntN(3)]}
		for dice.IntN(6) > 0 {
			next := path[len(path)-2]
			if dice.IntN(10) == 0 {
				next = channels[dice.IntN(3)]
			}
			path = append(path, next)
		}
		b.WriteString(strings.Join(path, " > "))
		if dice.IntN(4) == 0 {
			b.WriteString(",1,0\n")
		} else {
			b.WriteString(",0,1\n")
		}
	}
	return b.String()
}

func TestOrderFindsTheOrder(t *testing.T) {
	table := file(t, "p.csv", secondOrderTable(3000))
	for _, args := range [][]string{
		nil, {"--criterion", "aic"}, {"--criterion", "bic"}, {"--folds", "5", "--seed", "3"}, {"--fold-by", "path"}, {"--max-order", "3"}, {"--nulls", "exclude"},
	} {
		got := cjm(t, append([]string{"order", "--format", "csv", table}, args...)...)
		require.Equal(t, exitOK, got.code, got.stderr)
		rows, err := csv.NewReader(strings.NewReader(got.stdout)).ReadAll()
		require.NoError(t, err)
		assert.Equal(t, orderHeader, rows[0])
		for _, row := range rows[1:] {
			assert.Equal(t, row[0] == "2", row[1] == "true", "%v: %s", args, row)
		}
		assert.Contains(t, got.stderr, "cjm: Order 2: ")
	}
}

func TestOrderTable(t *testing.T) {
	got := cjm(t, "order", file(t, "p.csv", secondOrderTable(3000)))
	require.Equal(t, exitOK, got.code, got.stderr)
	golden(t, "order.stdout", got.stdout)
	assert.Empty(t, got.stderr)
}

func TestOrderOfLittle(t *testing.T) {
	got := cjm(t, "order", "--folds", "2", "--criterion", "aic", file(t, "p.csv", smallTable))
	require.Equal(t, exitOK, got.code, got.stderr)
	golden(t, "order_small.stdout", got.stdout)
}

func TestOrderJSON(t *testing.T) {
	path := file(t, "e.csv", randomEvents())
	got := cjm(t, "order", "--format", "json", "--lost-after", "3d", path)
	require.Equal(t, exitOK, got.code, got.stderr)
	var out struct {
		Version int
		Input   struct {
			Kind  string
			Files []string
			Rows  int64
		}
		Orders struct {
			Version, Order int
			FoldBy         string `json:"fold_by"`
			Rows           []map[string]any
		}
	}
	require.NoError(t, json.Unmarshal([]byte(got.stdout), &out))
	assert.Equal(t, "events", out.Input.Kind)
	assert.Equal(t, []string{path}, out.Input.Files)
	assert.EqualValues(t, 4000, out.Input.Rows)
	assert.Len(t, out.Orders.Rows, 4)
	assert.Equal(t, 1, out.Orders.Order, "the channels of random events are independent")
	assert.Equal(t, "customer", out.Orders.FoldBy)
}

func TestSameBytesOfOrders(t *testing.T) {
	sameBytes(t, secondOrderTable(2000), "order", "--format", "csv")
	sameBytes(t, randomEvents(), "order", "--format", "csv", "--lost-after", "3d")
}

func TestOrderErrors(t *testing.T) {
	table := file(t, "p.csv", smallTable)
	tests := []struct {
		name string
		code int
		args []string
		want string
	}{
		{"max order zero", exitUsage, []string{"--max-order", "0", table}, "from 1 up"},
		{"max order too high", exitUsage, []string{"--max-order", "1000", table}, "MaxOrder"},
		{"one fold", exitUsage, []string{"--folds", "1", table}, "Folds"},
		{"negative folds", exitUsage, []string{"--folds=-1", table}, "from 1 up"},
		{"bad criterion", exitUsage, []string{"--criterion", "luck", table}, "cross-validation"},
		{"bad fold-by", exitUsage, []string{"--fold-by", "luck", table}, "customer"},
		{"customers of a path table", exitUsage, []string{"--fold-by", "customer", table}, "no customers"},
		{"negative seed", exitUsage, []string{"--seed=-1", table}, "--seed"},
		{"lookback of a path table", exitUsage, []string{"--lookback", "3d", table}, "does not apply to a path table"},
		{"no journeys", exitFailed, []string{file(t, "p.csv", "path,conversions\n")}, "no journeys"},
		{"no conversions", exitFailed, []string{"--nulls", "exclude", file(t, "p.csv", "path,conversions,nulls\nA,0,1\n")}, "no conversions"},
		{"AUC without losses", exitFailed, []string{"--criterion", "held-out-auc", file(t, "p.csv", "path,conversions\nA,30\nB,10\n")}, "another criterion"},
		{"bad row", exitFailed, []string{file(t, "p.csv", "path,conversions\nA,x\n")}, "p.csv:2: conversions"},
		{"no file", exitFailed, []string{"no/such/file"}, "no/such/file: no such file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := cjm(t, append([]string{"order"}, test.args...)...)
			assert.Equal(t, test.code, got.code)
			assert.Contains(t, got.stderr, test.want)
			assert.Empty(t, got.stdout)
		})
	}
}

func TestOrderAuto(t *testing.T) {
	text := secondOrderTable(3000)
	table := file(t, "p.csv", text)
	args := []string{"attribute", "--model", "markov", "--format", "csv", "--order"}
	want := cjm(t, append(args, "2", table)...)
	require.Equal(t, exitOK, want.code, want.stderr)
	first := cjm(t, append(args, "1", table)...)
	assert.NotEqual(t, first.stdout, want.stdout)
	got := cjm(t, append(args, "auto", table)...)
	assert.Equal(t, want.stdout, got.stdout, got.stderr)
	assert.Contains(t, got.stderr, "cjm: --order auto: Order 2: ")
	got = cjmIn(t, text, append(args, "auto", "-")...)
	assert.Equal(t, want.stdout, got.stdout, got.stderr)
	got = cjm(t, "attribute", "--model", "markov", "--format", "json", "--order", "auto", table)
	assert.Contains(t, got.stdout, `"orders": {`)
}

func TestOrderAutoTellsOnceWhatWasRead(t *testing.T) {
	got := cjm(t, "attribute", "--per-journey", "--order", "auto", "--on-error", "skip", file(t, "e.csv", randomEvents()+"x,soon,a,,\n"))
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Equal(t, 1, strings.Count(got.stderr, "skipped 1 of 4,001 rows"))
	assert.Equal(t, 1, strings.Count(got.stderr, "customers "))
}

// An order beyond the longest path works: the removal effect is the part of the
// conversions whose journeys touched the channel.
func TestOrderBeyondTheLongestPath(t *testing.T) {
	table := file(t, "p.csv", smallTable)
	for _, order := range []string{"5", "40"} {
		got := cjm(t, "attribute", "--model", "markov", "--format", "csv", "--order", order, table)
		require.Equal(t, exitOK, got.code, got.stderr)
		assert.Contains(t, got.stderr, "the order exceeds the longest path: order "+order+", longest path 4")
		for line, row := range numbersBy(t, got.stdout, 2) {
			assert.InDelta(t, row["touching_share"], row["removal_effect"], 1e-15, line)
		}
	}
	got := cjm(t, "attribute", "--model", "markov", "--order", "4", table)
	assert.Empty(t, got.stderr)
	got = cjm(t, "attribute", "--model", "shapley-markov", "--order", "5", table)
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Contains(t, got.stderr, "order 5 is beyond the longest path, which has 4 touches")
	got = cjm(t, "score", "--order", "5", "--paths", table, table)
	assert.Contains(t, got.stderr, "order 5 is beyond the longest path")
	got = cjm(t, "attribute", "--model", "linear", "--order", "40", table)
	assert.Equal(t, exitUsage, got.code)
}
