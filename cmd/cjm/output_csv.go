package main

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"

	"github.com/cjm-go/cjm/attribution"
)

// csvHeader are the columns of the CSV output.
var csvHeader = []string{
	"model", "channel", "conversions", "value", "share",
	"removal_effect", "removal_effect_value", "touching_share",
}

// writeCSV writes a row per model and channel, in the order of the models and of
// the channels' names. What a model does not have is empty, and so is the removal
// effect on a value of which there is none.
func writeCSV(w io.Writer, results []*attribution.Result) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvHeader); err != nil {
		return err
	}
	for _, r := range results {
		for channel, c := range r.All() {
			row := []string{
				r.Model(), string(channel),
				number(c.Conversions), number(c.Value), number(c.Share), "", "", "",
			}
			if c.Removal != nil {
				row[5] = number(c.Removal.Effect)
				if r.Totals().Value > 0 {
					row[6] = number(c.Removal.ValueEffect)
				}
				row[7] = number(c.Removal.TouchingShare)
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// number writes x in the shortest form that reads back as x, with an exponent only
// where it is very large or very small.
func number(x float64) string {
	format := byte('f')
	if abs := math.Abs(x); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.FormatFloat(x, format, -1, 64)
}
