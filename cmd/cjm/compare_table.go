package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/cjm-go/cjm/journey/dropoff"
)

// changeText is the comparison of a funnel for people.
func changeText(r *funnelChange) string {
	var b strings.Builder
	b.WriteString(changeTotals(r))
	b.WriteString("\nStep rates: of those who came to the step, who did it\n\n")
	b.WriteString(ratesBlock(r, func(s dropoff.StepChange) dropoff.RateChange { return s.StepRate }))
	b.WriteString("\nOverall rates: of those who entered, who did the step\n\n")
	b.WriteString(ratesBlock(r, func(s dropoff.StepChange) dropoff.RateChange { return s.OverallRate }))
	b.WriteString("\nWhat explains the change of the overall rate\n\n")
	if r.steps == nil {
		b.WriteString("Not the steps: in an open funnel it is not the product of their rates.\n")
	} else {
		b.WriteString(stepPartsBlock(r.steps))
	}
	if r.segments != nil {
		b.WriteString("\n" + segmentsBlock(r))
	}
	b.WriteString("\n" + logRankText(r.change))
	return b.String()
}

// changeTotals says who was compared.
func changeTotals(r *funnelChange) string {
	before, after := r.before.report, r.after.report
	t := newTextTable("", "before", "after", "change")
	whole := func(name string, of func(*dropoff.Report) int64) {
		t.row(name, grouped(of(before)), grouped(of(after)))
	}
	whole("Customers", (*dropoff.Report).Customers)
	whole("Entered", (*dropoff.Report).Attempts)
	whole("  completed", (*dropoff.Report).Completed)
	whole("  lost", (*dropoff.Report).Lost)
	if before.Open()+after.Open() > 0 {
		whole("  still open", (*dropoff.Report).Open)
	}
	if before.Excluded()+after.Excluded() > 0 {
		whole("Excluded", (*dropoff.Report).Excluded)
	}
	overall := r.change.Overall()
	t.row("Overall rate", percentOf(overall.Before), percentOf(overall.After), points(overall.Difference)+" points")
	return t.String()
}

// ratesBlock is a line a step, of one of its rates. That of step 1 is left out where
// it is 1 by definition.
func ratesBlock(r *funnelChange, of func(dropoff.StepChange) dropoff.RateChange) string {
	header := []string{"Step", "before", "after", "points", levelText(r.change.Level()) + " interval", "test", "p"}
	if r.adjust != "none" {
		header = append(header, "p, "+adjustNames[r.adjust])
	}
	t := newTextTable(header...)
	for s := range r.change.Steps() {
		rate := of(s)
		if s.Step == 1 && rate.Before.Value == 1 && rate.After.Value == 1 {
			continue
		}
		row := []string{stepName(s.Step, s.Name, s.Optional), percentOf(rate.Before), percentOf(rate.After)}
		if rate.Known {
			row = append(row, points(rate.Difference), points(rate.Lo)+" to "+points(rate.Hi))
		}
		if rate.Known && rate.Test != dropoff.NoTest {
			row = append(row, rate.Test.String(), pText(rate.P))
			if r.adjust != "none" {
				row = append(row, pText(rate.Adjusted))
			}
		}
		t.row(row...)
	}
	return t.String()
}

// adjustNames are the values of --adjust as headings.
var adjustNames = map[string]string{"holm": "Holm", "bh": "B.-H."}

func stepPartsBlock(e *dropoff.StepsExplanation) string {
	t := newTextTable("Step", "before", "after", "points", "SE", "conversions")
	var sum, conversions float64
	for s := range e.Steps() {
		if s.Step == 1 {
			continue // who entered did it
		}
		se := ""
		if s.SEKnown {
			se = amount(100*s.SE, 2)
		}
		t.row(stepName(s.Step, s.Name, false), percentOf(s.Before), percentOf(s.After), points(s.Part), se, signed(s.Conversions, 1))
		sum, conversions = sum+s.Part, conversions+s.Conversions
	}
	t.footer("Sum", percentOf(e.Before()), percentOf(e.After()), points(sum), "", signed(conversions, 1))
	return t.String()
}

// segmentsBlock is a line a segment.
func segmentsBlock(r *funnelChange) string {
	e := r.segments
	t := newTextTable(printable(r.by.Name), "share before", "after", "rate before", "after", "mix, points", "rate, points", "conversions")
	var shift, rate float64
	for s := range e.Segments() {
		t.row(nameText(s.Segment.String()), percent(s.Before.Share), percent(s.After.Share), percentOf(s.Before.Rate), percentOf(s.After.Rate),
			points(s.Shift), points(s.Rate), signed(e.Conversions(s.Shift+s.Rate), 1))
		shift, rate = shift+s.Shift, rate+s.Rate
	}
	t.footer("Sum", "", "", percentOf(e.Before()), percentOf(e.After()), points(shift), points(rate), signed(e.Conversions(shift+rate), 1))
	return fmt.Sprintf("By %s %s\n\n", printable(r.by.Name), ofTexts[r.by.Of]) + t.String()
}

func logRankText(c *dropoff.Change) string {
	test, err := c.LogRank()
	if err != nil {
		return "Time to completion: no log-rank test, as nobody completed while others were still there.\n"
	}
	return fmt.Sprintf("Time to completion: log-rank chi-square %s, p %s.\n", amount(test.ChiSquare(), 2), pText(test.P()))
}

func stepName(step int, name string, optional bool) string {
	text := fmt.Sprintf("%d %s", step, nameText(name))
	if optional {
		text += " (optional)"
	}
	return text
}

// points writes a difference of rates in percentage points.
func points(difference float64) string { return signed(100*difference, 2) }

// signed writes x with its sign. What rounds to 0 has none.
func signed(x float64, decimals int) string {
	text := amount(math.Abs(x), decimals)
	switch {
	case strings.Trim(text, "0.") == "":
		return text
	case x < 0:
		return "-" + text
	}
	return "+" + text
}

// pText writes a p-value.
func pText(p float64) string {
	if p < .0001 {
		return "<0.0001"
	}
	return amount(p, 4)
}
