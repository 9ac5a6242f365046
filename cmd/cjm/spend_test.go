package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

// Email is worth 30 by linear touch, search 30, store 10; see heuristics.csv.
const smallSpend = "channel,cost\nemail,15\nsearch,0\nradio,7.5\nemail,5\n"

func TestSpend(t *testing.T) {
	got := cjm(t, "attribute", "--model", "linear", "--format", "csv", "--spend", file(t, "spend.csv", smallSpend), file(t, "p.csv", smallTable))
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Equal(t, `model,channel,conversions,value,share,removal_effect,removal_effect_value,touching_share,cost,roas
linear,(none),2,6,0.2,,,,,
linear,email,4.5,30,0.45,,,,20,1.5
linear,radio,0,0,0,,,,7.5,0
linear,search,3,30,0.3,,,,0,
linear,store,0.5,10,0.05,,,,,
`, got.stdout)
	assert.Equal(t, "cjm: spend: a cost but no touch, perhaps under another name: radio\n"+
		"cjm: spend: touches but no known cost: store\n", got.stderr)
}

func TestSpendTable(t *testing.T) {
	got := cjm(t, "attribute", "--model", "first,linear", "--spend", file(t, "spend.csv", smallSpend), file(t, "p.csv", smallTable))
	require.Equal(t, exitOK, got.code, got.stderr)
	golden(t, "spend.stdout", got.stdout)
}

func TestSpendJSON(t *testing.T) {
	got := cjm(t, "attribute", "--model", "first,linear", "--format", "json", "--spend", file(t, "spend.csv", smallSpend), file(t, "p.csv", smallTable))
	require.Equal(t, exitOK, got.code, got.stderr)
	var out struct {
		Spend []struct {
			Model    string
			Channels []struct {
				Channel, Status string
				ROAS            *struct{ Value float64 }
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(got.stdout), &out))
	require.Len(t, out.Spend, 2)
	assert.Equal(t, "linear", out.Spend[1].Model)
	email := out.Spend[1].Channels[1]
	assert.Equal(t, "email", email.Channel)
	assert.InDelta(t, 1.5, email.ROAS.Value, 1e-12)
	without := cjm(t, "attribute", "--format", "json", file(t, "p.csv", smallTable))
	assert.NotContains(t, without.stdout, "spend")
}

func TestSpendFromStandardInput(t *testing.T) {
	got := cjmIn(t, smallSpend, "attribute", "--model", "linear", "--format", "csv", "--spend", "-", file(t, "p.csv", smallTable))
	require.Equal(t, exitOK, got.code, got.stderr)
	assert.Contains(t, got.stdout, "linear,email,4.5,30,0.45,,,,20,1.5\n")
	got = cjm(t, "attribute", "--model", "linear", "--format", "csv", "--spend", file(t, "s.csv.gz", zipped(t, smallSpend)), file(t, "p.csv", smallTable))
	assert.Contains(t, got.stdout, "linear,email,4.5,30,0.45,,,,20,1.5\n")
}

func TestBadSpend(t *testing.T) {
	table := file(t, "p.csv", smallTable)
	for _, test := range []struct{ text, want string }{
		{"", "spend.csv:1: header: missing"},
		{"channel,price\nemail,1\n", "spend.csv:1: header: missing: no column cost"},
		{"channel,cost\nemail,-5\n", "spend.csv:2: cost: out of range: negative"},
		{"channel,cost\nemail,NaN\n", "spend.csv:2: cost: out of range: not finite"},
		{"channel,cost\nemail,1e999\n", "spend.csv:2: cost: out of range: not finite"},
		{"channel,cost\nemail,secret\n", "spend.csv:2: cost: bad format"},
		{"channel,cost\nemail,\n", "spend.csv:2: cost: missing"},
		{"channel,cost\n,1\n", "spend.csv:2: channel: missing"},
		{"channel,cost\n(none),1\n", "spend.csv:2: channel: out of range"},
		{"channel,cost\nemail\n", "spend.csv:2: malformed row"},
	} {
		got := cjm(t, "attribute", "--spend", file(t, "spend.csv", test.text), table)
		assert.Equal(t, exitFailed, got.code)
		assert.Contains(t, got.stderr, test.want)
		assert.NotContains(t, got.stderr, "secret")
		assert.Empty(t, got.stdout)
	}
	got := cjm(t, "attribute", "--spend", "no/such/file", table)
	assert.Equal(t, exitFailed, got.code)
	assert.Equal(t, "cjm: no/such/file: no such file or directory\n", got.stderr)
}

func TestPrintMismatchesIsShort(t *testing.T) {
	var channels []touchpoint.Channel
	for range 1234 {
		channels = append(channels, "\x1b[31mred")
	}
	text := listChannels(channels)
	assert.True(t, strings.HasSuffix(text, " and 1,224 more"))
	assert.Less(t, len(text), 300)
	assert.NotContains(t, text, "\x1b")
}

func TestSpendOntoAFullDisk(t *testing.T) {
	var stderr bytes.Buffer
	args := []string{"attribute", "--spend", file(t, "spend.csv", smallSpend), file(t, "p.csv", smallTable)}
	assert.Equal(t, exitFailed, run(t.Context(), args, nil, failingWriter{os.ErrPermission}, &stderr))
}
