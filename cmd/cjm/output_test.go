package main

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/touchpoint"
)

func result(t *testing.T, model string, totals attribution.Totals, credits map[touchpoint.Channel]attribution.Credit, warnings ...error) *attribution.Result {
	t.Helper()
	r, err := attribution.NewResult(model, totals, credits, warnings...)
	require.NoError(t, err)
	return r
}

func TestWriteCSVLeavesEmptyWhatIsNotThere(t *testing.T) {
	removal := &attribution.Removal{Effect: 0.5, TouchingShare: 0.25}
	r := result(t, "mine", attribution.Totals{Journeys: 2, Conversions: 2}, map[touchpoint.Channel]attribution.Credit{
		"b": {Conversions: 0.5}, `a,"x"`: {Conversions: 1.5, Removal: removal},
	})
	var out bytes.Buffer
	require.NoError(t, writeCSV(&out, &report{results: []*attribution.Result{r}}))
	assert.Equal(t, "model,channel,conversions,value,share,removal_effect,removal_effect_value,touching_share\n"+
		"mine,\"a,\"\"x\"\"\",1.5,0,0.75,0.5,,0.25\n"+
		"mine,b,0.5,0,0.25,,,\n", out.String())
}

func TestWriteTableIsAlignedAndHarmless(t *testing.T) {
	r := result(t, "mine", attribution.Totals{Journeys: 4, Conversions: 4}, map[touchpoint.Channel]attribution.Credit{
		"店舗": {Conversions: 3}, "соц": {Conversions: 0.5}, "🛒": {Conversions: 0.5}, "\x1b[31mred": {},
	})
	var out bytes.Buffer
	require.NoError(t, writeTable(&out, &report{results: []*attribution.Result{r}}))
	golden(t, "unicode.stdout", out.String())
	assert.NotContains(t, out.String(), "\x1b")
	assert.NotContains(t, out.String(), "Value")
}

func TestPrintWarnings(t *testing.T) {
	careful, strange := errors.New("be careful"), errors.New("that is strange")
	totals := attribution.Totals{Journeys: 1, Conversions: 1}
	var out bytes.Buffer
	printWarnings(&out, []*attribution.Result{
		result(t, "a", totals, nil, careful), result(t, "b", totals, nil), result(t, "c", totals, nil, strange, careful),
	})
	assert.Equal(t, "cjm: warning: a, c: be careful\ncjm: warning: c: that is strange\n", out.String())
}

func TestByCreditPutsEmptyPathsLast(t *testing.T) {
	r := result(t, "mine", attribution.Totals{Journeys: 9, Conversions: 9}, map[touchpoint.Channel]attribution.Credit{
		"(none)": {Conversions: 5}, "a": {Conversions: 1}, "b": {Conversions: 2}, "!": {Conversions: 1},
	})
	assert.Equal(t, []touchpoint.Channel{"b", "!", "a", "(none)"}, byCredit(r))
}
