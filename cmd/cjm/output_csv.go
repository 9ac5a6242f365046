package main

import (
	"encoding/csv"
	"io"
	"iter"
	"slices"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/touchpoint"
)

// csvHeader are the columns of the CSV output that are always there.
var csvHeader = []string{
	"model", "channel", "conversions", "value", "share",
	"removal_effect", "removal_effect_value", "touching_share",
}

// header returns the columns of the CSV output.
func (r *report) header() []string {
	header := slices.Clone(csvHeader)
	if r.doubts != nil {
		header = append(header, "lo", "hi")
	}
	if r.returns != nil {
		header = append(header, "cost", "roas")
	}
	return header
}

// writeCSV writes a row per model and channel, in the order of the models and of
// the channels' names. What a model does not have is empty, and so is the removal
// effect on a value of which there is none. A channel with a cost but no touch has
// a row of zeros.
func writeCSV(w io.Writer, r *report) error {
	out := csv.NewWriter(w)
	if err := out.Write(r.header()); err != nil {
		return err
	}
	for i, result := range r.results {
		for channel := range r.channels(i) {
			row := creditCells(result, channel)
			if r.doubts != nil {
				row = append(row, boundCells(r.doubts[i], channel)...)
			}
			if r.returns != nil {
				row = append(row, returnCells(r.returns[i], channel)...)
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// channels yields the channels of the i-th result, and those that have a cost
// besides.
func (r *report) channels(i int) iter.Seq[touchpoint.Channel] {
	return func(yield func(touchpoint.Channel) bool) {
		if r.returns != nil {
			for channel := range r.returns[i].All() {
				if !yield(channel) {
					return
				}
			}
			return
		}
		for channel := range r.results[i].All() {
			if !yield(channel) {
				return
			}
		}
	}
}

// creditCells are the cells under csvHeader.
func creditCells(r *attribution.Result, channel touchpoint.Channel) []string {
	c, _ := r.Credit(channel)
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
	return row
}

// boundCells are the bounds of the conversions credited; empty for a channel that
// no journey touched.
func boundCells(u *attribution.Uncertainty, channel touchpoint.Channel) []string {
	c, ok := u.Channel(channel)
	if !ok {
		return []string{"", ""}
	}
	return []string{number(c.Conversions.Lo), number(c.Conversions.Hi)}
}

// returnCells are the cost and the return on it, as far as they are known.
func returnCells(s *attribution.SpendResult, channel touchpoint.Channel) []string {
	r, _ := s.Return(channel)
	row := []string{"", ""}
	if r.Status == attribution.Matched || r.Status == attribution.Untouched {
		row[0] = number(r.Cost)
	}
	if r.ROAS.Defined {
		row[1] = number(r.ROAS.Value)
	}
	return row
}
