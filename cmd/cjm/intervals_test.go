package main

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tossedTable has journeys over a alone, b alone or both, of which some convert.
func tossedTable(rows int) string {
	dice := rand.New(rand.NewPCG(11, 3))
	var b strings.Builder
	b.WriteString("path,conversions,value,nulls\n")
	for range rows {
		b.WriteString([]string{"a", "b", "a > b"}[dice.IntN(3)])
		if dice.IntN(3) == 0 {
			b.WriteString(",1," + strconv.Itoa(1+dice.IntN(100)) + ",0\n")
		} else {
			b.WriteString(",0,0,1\n")
		}
	}
	return b.String()
}

// Last touch of n journeys, of which p convert at a channel: the standard error of
// the conversions is sqrt(n p (1-p)), and 1.959964 of them reach to each side.
func TestInterval(t *testing.T) {
	table := file(t, "p.csv", "path,conversions,nulls\na,60,100\nb,20,20\nc,9,0\n")
	got := cjm(t, "attribute", "--model", "last", "--format", "csv", "--interval", "95", table)
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Equal(t, "model,channel,conversions,value,share,removal_effect,removal_effect_value,touching_share,lo,hi", strings.SplitN(got.stdout, "\n", 2)[0])
	rows := numbersBy(t, got.stdout, 2)
	for channel, conversions := range map[string]float64{"a": 60, "b": 20, "c": 9} {
		reach := 1.959963984540054 * math.Sqrt(conversions*(1-conversions/209))
		row := rows["last "+channel]
		assert.InDelta(t, conversions-reach, row["lo"], 1e-9, channel)
		assert.InDelta(t, conversions+reach, row["hi"], 1e-9, channel)
	}
	assert.Contains(t, got.stderr, "cjm: intervals of last: delta over 209 journeys\n")
	assert.Contains(t, got.stderr, "cjm: warning: fewer than 10 conversions touched, so intervals are too narrow: c\n")
}

// Models with a closed form use it, the others the bootstrap, and it is said.
func TestIntervalsOfEveryModel(t *testing.T) {
	table := file(t, "p.csv", tossedTable(600))
	got := cjm(t, "attribute", "--model", "all", "--format", "csv", "--interval", "90", "--seed", "7", table)
	require.Equal(t, exitOK, got.code, got.stderr)
	for line, row := range numbersBy(t, got.stdout, 2) {
		assert.Less(t, row["lo"], row["conversions"], line)
		assert.Greater(t, row["hi"], row["conversions"], line)
	}
	assert.Contains(t, got.stderr, "cjm: intervals of first, last, last-non-direct, linear, linear-unique, position, markov, shapley, shapley-ordered: delta over 600 journeys\n")
	assert.Contains(t, got.stderr, "cjm: intervals of shapley-rate, dp6-shapley, fractribution: bootstrap over 600 journeys, 200 replicates, seed 7\n")

	closed := numbersBy(t, got.stdout, 2)["linear a"]
	got = cjm(t, "attribute", "--model", "linear", "--format", "csv", "--interval", "90", "--bootstrap", "400", table)
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Contains(t, got.stderr, "bootstrap over 600 journeys, 400 replicates, seed 0")
	resampled := numbersBy(t, got.stdout, 2)["linear a"]
	width := closed["hi"] - closed["lo"]
	assert.InDelta(t, width, resampled["hi"]-resampled["lo"], 0.25*width)
	wider := cjm(t, "attribute", "--model", "linear", "--format", "csv", "--interval", "99", table)
	row := numbersBy(t, wider.stdout, 2)["linear a"]
	assert.Greater(t, row["hi"]-row["lo"], 1.4*width, "2.576 standard errors and not 1.645")
}

// alikeEvents are customers of whom each has eight journeys that end alike.
func alikeEvents() string {
	dice := rand.New(rand.NewPCG(5, 5))
	var b strings.Builder
	b.WriteString("customer,time,channel,conversion\n")
	for customer := range 60 {
		channel := "ab"[dice.IntN(2)]
		for day := range 8 {
			b.WriteString("c" + strconv.Itoa(customer) + ",2026-01-0" + strconv.Itoa(1+day) + "," + string(channel) + ",1\n")
		}
	}
	return b.String()
}

// Eight journeys of a customer that are alike tell as much as one: the interval by
// customer is sqrt(8) times as wide.
func TestIntervalByCustomer(t *testing.T) {
	rows := file(t, "e.csv", alikeEvents())
	args := []string{"attribute", "--model", "last", "--format", "csv", "--interval", "95", rows}
	journeys := cjm(t, args...)
	require.Equal(t, exitOK, journeys.code, journeys.stderr)
	customers := cjm(t, append(args, "--by-customer")...)
	require.Equal(t, exitOK, customers.code, customers.stderr)
	one, eight := numbersBy(t, journeys.stdout, 2)["last a"], numbersBy(t, customers.stdout, 2)["last a"]
	assert.InEpsilon(t, math.Sqrt(8), (eight["hi"]-eight["lo"])/(one["hi"]-one["lo"]), 1e-9)
	assert.Contains(t, journeys.stderr, "cjm: intervals of last: delta over 480 journeys\n")
	assert.Contains(t, journeys.stderr, "cjm: warning: 60 customers have 480 journeys, which are taken for independent; see --by-customer\n")
	assert.Contains(t, customers.stderr, "cjm: intervals of last: sandwich over 60 customers\n")
	assert.NotContains(t, customers.stderr, "--by-customer")

	resampled := cjm(t, append(args, "--by-customer", "--bootstrap", "300")...)
	require.Equal(t, exitOK, resampled.code, resampled.stderr)
	assert.Contains(t, resampled.stderr, "bootstrap over 60 customers, 300 replicates")
	boot := numbersBy(t, resampled.stdout, 2)["last a"]
	assert.InEpsilon(t, eight["hi"]-eight["lo"], boot["hi"]-boot["lo"], 0.25)
	resampled = cjm(t, append(args, "--bootstrap", "300")...)
	assert.Contains(t, resampled.stderr, "bootstrap over 480 journeys, 300 replicates")
	boot = numbersBy(t, resampled.stdout, 2)["last a"]
	assert.InEpsilon(t, one["hi"]-one["lo"], boot["hi"]-boot["lo"], 0.25)
}

func TestIntervalTable(t *testing.T) {
	got := cjm(t, "attribute", "--model", "first,linear", "--interval", "99.5", "--spend", file(t, "s.csv", smallSpend), file(t, "p.csv", smallTable))
	require.Equal(t, exitOK, got.code, got.stderr)
	golden(t, "intervals.stdout", got.stdout)
	golden(t, "intervals.stderr", got.stderr)
}

func TestIntervalJSON(t *testing.T) {
	got := cjm(t, "attribute", "--model", "linear,markov", "--format", "json", "--interval", "95", "--spend", file(t, "s.csv", "channel,cost\na,10\n"), file(t, "p.csv", tossedTable(300)))
	require.Equal(t, exitOK, got.code, got.stderr)
	var out struct {
		Intervals []struct {
			Model, Method string
			Level         float64
			Channels      []struct {
				Channel     string
				Conversions struct{ Lo, Hi float64 }
			}
		}
		Spend []struct {
			Channels []struct {
				ROAS *struct{ Value, Lo, Hi float64 }
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(got.stdout), &out))
	require.Len(t, out.Intervals, 2)
	assert.Equal(t, "markov", out.Intervals[1].Model)
	assert.Equal(t, "delta", out.Intervals[1].Method)
	assert.InDelta(t, 0.95, out.Intervals[0].Level, 1e-15)
	roas := out.Spend[0].Channels[0].ROAS
	assert.Less(t, roas.Lo, roas.Value)
	assert.Greater(t, roas.Hi, roas.Value)
	assert.NotContains(t, cjm(t, "attribute", "--format", "json", file(t, "p.csv", smallTable)).stdout, "intervals")
}

func TestIntervalOfOne(t *testing.T) {
	one := file(t, "e.csv", "customer,time,channel,conversion\nanna,2026-01-01,a,1\nanna,2026-01-02,b,1\n")
	for _, args := range [][]string{{"--by-customer"}, {"--by-customer", "--bootstrap", "100"}} {
		got := cjm(t, append([]string{"attribute", "--interval", "95", one}, args...)...)
		assert.Equal(t, exitFailed, got.code)
		assert.Contains(t, got.stderr, "intervals need two independent journeys or customers")
		assert.Empty(t, got.stdout)
	}
}

func TestSameBytesOfIntervals(t *testing.T) {
	table := randomTable(t, 300)
	sameBytes(t, table, "attribute", "--format", "csv", "--model", "linear,markov,shapley", "--interval", "95")
	sameBytes(t, table, "attribute", "--format", "csv", "--model", "linear,markov", "--interval", "90", "--bootstrap", "30", "--seed", "3")
	events := randomEvents()
	sameBytes(t, events, "attribute", "--format", "csv", "--model", "time-decay,markov", "--interval", "95", "--by-customer")
	sameBytes(t, events, "attribute", "--format", "csv", "--model", "linear", "--interval", "90", "--by-customer", "--bootstrap", "30")
}
