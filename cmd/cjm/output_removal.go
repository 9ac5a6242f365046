package main

import (
	"fmt"
	"strings"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/touchpoint"
)

// removalText is the tables of the removal effects, of each model that has them.
func removalText(results []*attribution.Result, order []touchpoint.Channel) string {
	var b strings.Builder
	for _, r := range results {
		if !hasRemoval(r) {
			continue
		}
		fmt.Fprintf(&b, "\nRemoval effects (%s)\n\n", printable(r.Model()))
		b.WriteString(removalBlock(r, order))
		fit, _ := r.Fit()
		if fit.Order > 1 {
			fmt.Fprintf(&b, "\nChain of order %d: %s and %s, effects %s.\n", fit.Order,
				counted(int64(fit.States), "state", "states"), counted(int64(fit.Transitions), "transition", "transitions"), certified(fit.Certificate))
		}
		b.WriteString("\n" + wrap(removalMeaning(fit.Variant)+" Touched: the part of the conversions whose journeys touched the channel.", "", ""))
	}
	return b.String()
}

// certified says how exact effects are proven to be.
func certified(bound float64) string {
	if bound == 0 {
		return "exact"
	}
	return fmt.Sprintf("certified to %.1e", bound)
}

// removalMeaning says what a removal effect is.
func removalMeaning(v attribution.Variant) string {
	switch v {
	case attribution.Renormalise:
		return "Removal effect: the part of the conversions that the Markov chain loses if everyone who would come to the channel goes elsewhere instead; negative if there are more of them then."
	case attribution.NeverTouch:
		return "Removal effect: the part of the conversions that the Markov chain loses if all journeys convert as those do that never come to the channel; negative if there are more of them then."
	}
	return "Removal effect: the part of the conversions that the Markov chain loses if everyone who comes to the channel is lost there."
}

func hasRemoval(r *attribution.Result) bool {
	for _, c := range r.All() {
		if c.Removal != nil {
			return true
		}
	}
	return false
}

func removalBlock(r *attribution.Result, order []touchpoint.Channel) string {
	header := []string{"Channel", "removal effect", "touched"}
	value := r.Totals().Value > 0
	if value {
		header = []string{"Channel", "removal effect", "on value", "touched"}
	}
	t := newTextTable(header...)
	for _, channel := range order {
		c, _ := r.Credit(channel)
		if c.Removal == nil {
			continue
		}
		row := []string{printable(string(channel)), percent(c.Removal.Effect)}
		if value {
			row = append(row, percent(c.Removal.ValueEffect))
		}
		t.row(append(row, percent(c.Removal.TouchingShare))...)
	}
	return t.String()
}
