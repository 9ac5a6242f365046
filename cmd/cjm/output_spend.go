package main

import (
	"slices"
	"strings"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// spendText is the tables of what the money spent came to: the return, and the cost
// of a conversion, by each model. Channels with a cost but no touch stand at the
// end.
func spendText(returns []*attribution.SpendResult, order []touchpoint.Channel) string {
	if returns == nil {
		return ""
	}
	order = slices.DeleteFunc(slices.Clone(order), func(c touchpoint.Channel) bool { return c == journey.None })
	for channel, r := range returns[0].All() {
		if r.Status == attribution.Untouched {
			order = append(order, channel)
		}
	}
	var b strings.Builder
	for block := range slices.Chunk(returns, modelsAbreast) {
		b.WriteString("\nReturn on spend: value credited for one unit of cost\n\n")
		b.WriteString(returnBlock(block, order, func(r attribution.Return) attribution.Ratio { return r.ROAS }))
	}
	for block := range slices.Chunk(returns, modelsAbreast) {
		b.WriteString("\nCost of a conversion credited\n\n")
		b.WriteString(returnBlock(block, order, func(r attribution.Return) attribution.Ratio { return r.CPA }))
	}
	return b.String()
}

// returnBlock shows a quotient of each channel by several models.
func returnBlock(returns []*attribution.SpendResult, order []touchpoint.Channel, of func(attribution.Return) attribution.Ratio) string {
	header, footer := []string{"Channel", "cost"}, []string{"Total", amount(returns[0].Total().Cost, 2)}
	for _, s := range returns {
		header = append(header, printable(s.Model()))
		footer = append(footer, ratio(of(s.Total())))
	}
	t := newTextTable(header...)
	for _, channel := range order {
		row := []string{printable(string(channel)), ""}
		for _, s := range returns {
			r, _ := s.Return(channel)
			if r.Status != attribution.Unpaid {
				row[1] = amount(r.Cost, 2)
			}
			row = append(row, ratio(of(r)))
		}
		t.row(row...)
	}
	t.footer(footer...)
	return t.String()
}

// ratio writes a quotient with its interval, or nothing where it is not defined.
func ratio(q attribution.Ratio) string {
	switch {
	case !q.Defined:
		return ""
	case q.OpenEnded:
		return amount(q.Value, 2) + " (from " + amount(q.Lo, 2) + ")"
	case q.Bounded:
		return amount(q.Value, 2) + " (" + amount(q.Lo, 2) + " to " + amount(q.Hi, 2) + ")"
	}
	return amount(q.Value, 2)
}
