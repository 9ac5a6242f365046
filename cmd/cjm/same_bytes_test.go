package main

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// arrangements returns the same rows in several forms: as they are, shuffled, and
// dealt out to seven files.
func arrangements(t *testing.T, text string) map[string][]string {
	t.Helper()
	header, body, _ := strings.Cut(text, "\n")
	rows := slices.Collect(strings.Lines(body))
	forms := map[string][]string{"as it is": {file(t, "whole.csv", text)}}
	dice := rand.New(rand.NewPCG(1, 7))
	dice.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	forms["shuffled"] = []string{file(t, "shuffled.csv", header+"\n"+strings.Join(rows, ""))}
	var shards []string
	for i := range 7 {
		shard := header + "\n"
		for j, row := range rows {
			if j%7 == i {
				shard += row
			}
		}
		shards = append(shards, file(t, "shard"+strconv.Itoa(i)+".csv", shard))
	}
	forms["seven files"] = shards
	return forms
}

// sameBytes runs the command over all arrangements of the rows, in one goroutine
// and in several, and compares what it prints.
func sameBytes(t *testing.T, text string, args ...string) {
	t.Helper()
	var first string
	parallels := []string{"1", "2", "0"}
	if testing.Short() {
		parallels = []string{"2"}
	}
	for name, files := range arrangements(t, text) {
		for _, parallel := range parallels {
			all := append(append(slices.Clone(args), "--parallel", parallel), files...)
			got := cjm(t, all...)
			require.Equal(t, exitOK, got.code, got.stderr)
			if first == "" {
				first = got.stdout
			}
			assert.True(t, first == got.stdout, "%s with --parallel %s differs", name, parallel)
		}
	}
}

// randomTable is a table of several blocks, with values whose naive sum depends on
// the order.
func randomTable(t *testing.T, rows int) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, writeRandomTable(&b, rows, 9, 3))
	dice := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		b.WriteString("channel 1 > channel 8 > channel 3,3," + number(dice.Float64()*1e10) + ",1\n")
		b.WriteString("channel 8 > channel 3,1," + number(dice.Float64()*1e-5) + ",0\n")
	}
	return b.String()
}

func TestSameBytesForAnyOrderOfAPathTable(t *testing.T) {
	text := randomTable(t, 20_000)
	sameBytes(t, text, "attribute", "--format", "csv", "--model", "all")
	sameBytes(t, text, "attribute", "--format", "csv", "--nulls", "exclude", "--model", "markov", "--transform", "frequency")
}

// randomEvents are events of a few hundred customers, many at equal times.
func randomEvents() string {
	dice := rand.New(rand.NewPCG(5, 6))
	var b strings.Builder
	b.WriteString("customer,time,channel,conversion,value\n")
	for range 4000 {
		b.WriteString("c" + strconv.Itoa(dice.IntN(300)) + ",2026-01-" + strconv.Itoa(10+dice.IntN(20)) + "T0" + strconv.Itoa(dice.IntN(10)) +
			":00:00Z,channel " + strconv.Itoa(dice.IntN(6)))
		if dice.IntN(6) == 0 {
			b.WriteString(",1," + number(dice.Float64()*100) + "\n")
		} else {
			b.WriteString(",,\n")
		}
	}
	return b.String()
}

func TestSameBytesForAnyOrderOfEvents(t *testing.T) {
	text := randomEvents()
	sameBytes(t, text, "attribute", "--format", "csv", "--model", "all", "--lost-after", "3d")
	sameBytes(t, text, "attribute", "--format", "csv", "--model", "all", "--max-buffered", "500")
	sameBytes(t, text, "paths", "--lost-after", "3d", "--lookback", "5d")
}
