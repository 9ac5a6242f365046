package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/touchpoint"
)

// intervalText is the table of the intervals of the conversions credited by each
// model.
func intervalText(doubts []*attribution.Uncertainty, order []touchpoint.Channel) string {
	if doubts == nil {
		return ""
	}
	var b strings.Builder
	few := false
	for block := range slices.Chunk(doubts, modelsAbreast) {
		fmt.Fprintf(&b, "\nConversions credited, %s intervals\n\n", percentLevel(doubts[0].Level()))
		header := []string{"Channel"}
		for _, u := range block {
			header = append(header, printable(u.Model()))
		}
		t := newTextTable(header...)
		for _, channel := range order {
			row := []string{printable(string(channel))}
			for _, u := range block {
				c, _ := u.Channel(channel)
				few = few || c.Few
				row = append(row, interval(c))
			}
			t.row(row...)
		}
		b.WriteString(t.String())
	}
	if few {
		fmt.Fprintf(&b, "\n*: fewer than %d conversions touched the channel, so that the interval is too narrow.\n",
			attribution.FewConversions)
	}
	return b.String()
}

// interval writes the bounds of the conversions.
func interval(c attribution.ChannelUncertainty) string {
	digits := decimals(c.Conversions.Hi, 1)
	text := amount(c.Conversions.Lo, digits) + " to " + amount(c.Conversions.Hi, digits)
	if c.Few {
		text += " *"
	}
	return text
}

// percentLevel writes a level as per cent, with the decimals that it has.
func percentLevel(level float64) string {
	return strings.TrimSuffix(strings.TrimRight(amount(100*level, 6), "0"), ".") + " %"
}
