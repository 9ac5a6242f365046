package main

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// modelsAbreast is how many models stand side by side in a block.
const modelsAbreast = 4

// writeTable writes the results for people: totals, then blocks with a line a
// channel, the channel with the most credit by the last model first.
func writeTable(w io.Writer, r *report) error {
	var b strings.Builder
	totals := r.results[0].Totals()
	b.WriteString(totalsText(totals, ""))
	order := byCredit(r.results[len(r.results)-1])
	for block := range slices.Chunk(r.results, modelsAbreast) {
		b.WriteString("\nConversions credited\n\n")
		b.WriteString(conversionsBlock(block, order))
	}
	if totals.Value > 0 {
		for block := range slices.Chunk(r.results, modelsAbreast) {
			b.WriteString("\nValue credited\n\n")
			b.WriteString(valueBlock(block, order))
		}
	}
	b.WriteString(intervalText(r.doubts, order))
	b.WriteString(spendText(r.returns, order))
	b.WriteString(removalText(r.results, order))
	_, err := io.WriteString(w, b.String())
	return err
}

// totalsText says what there is to credit. The unit stands behind the value.
func totalsText(t attribution.Totals, unit string) string {
	rate := float64(t.Conversions) / float64(t.Journeys)
	lines := [][3]string{
		{"Journeys", grouped(t.Journeys), ""},
		{"Conversions", grouped(t.Conversions), percent(rate) + " of the journeys"},
	}
	if t.Nulls > 0 {
		lines = append(lines, [3]string{"Lost", grouped(t.Nulls), ""})
	}
	if t.Opens > 0 {
		lines = append(lines, [3]string{"Still open", grouped(t.Opens), ""})
	}
	if t.Empty > 0 {
		lines = append(lines, [3]string{"Without a touch", grouped(t.Empty), "their conversions are credited to " + string(journey.None)})
	}
	if t.Value > 0 {
		average := amount(t.Value/float64(t.Conversions), 2)
		lines = append(lines, [3]string{"Value", amount(t.Value, 2), strings.TrimSpace(unit + "  " + average + " a conversion")})
	}
	return aligned(lines)
}

// byCredit returns the channels with the most credit first, and the line of empty
// paths last.
func byCredit(r *attribution.Result) []touchpoint.Channel {
	type line struct {
		channel touchpoint.Channel
		credit  float64
	}
	var lines []line
	for channel, c := range r.All() {
		lines = append(lines, line{channel, c.Conversions})
	}
	slices.SortStableFunc(lines, func(a, b line) int {
		if aNone, bNone := a.channel == journey.None, b.channel == journey.None; aNone != bNone {
			if aNone {
				return 1
			}
			return -1
		}
		return cmp.Compare(b.credit, a.credit)
	})
	var order []touchpoint.Channel
	for _, line := range lines {
		order = append(order, line.channel)
	}
	return order
}

func conversionsBlock(results []*attribution.Result, order []touchpoint.Channel) string {
	header, footer := []string{"Channel"}, []string{"Total"}
	total := results[0].Totals().Conversions
	digits := decimals(float64(total), 1)
	for _, r := range results {
		header = append(header, printable(r.Model()), "share")
		footer = append(footer, amount(float64(total), digits), "100.0 %")
	}
	t := newTextTable(header...)
	for _, channel := range order {
		row := []string{printable(string(channel))}
		for _, r := range results {
			c, _ := r.Credit(channel)
			row = append(row, amount(c.Conversions, digits), percent(c.Share))
		}
		t.row(row...)
	}
	t.footer(footer...)
	return t.String()
}

func valueBlock(results []*attribution.Result, order []touchpoint.Channel) string {
	header, footer := []string{"Channel"}, []string{"Total"}
	total := results[0].Totals().Value
	digits := decimals(total, 2)
	for _, r := range results {
		header = append(header, printable(r.Model()))
		footer = append(footer, amount(total, digits))
	}
	t := newTextTable(header...)
	for _, channel := range order {
		row := []string{printable(string(channel))}
		for _, r := range results {
			c, _ := r.Credit(channel)
			row = append(row, amount(c.Value, digits))
		}
		t.row(row...)
	}
	t.footer(footer...)
	return t.String()
}
