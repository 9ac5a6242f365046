package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/cjm-go/cjm/journey/dropoff"
)

// writeFunnelTable writes the report of a funnel for people.
func writeFunnelTable(w io.Writer, f *funnelReport) error {
	r := f.report
	var b strings.Builder
	b.WriteString(funnelTotals(r, f.funnel.Entry))
	b.WriteString("\n" + stepsBlock(r, true))
	b.WriteString(timesText(r))
	if !f.asOf.IsZero() {
		b.WriteString(asOfText(f))
	}
	b.WriteString(reasonsBlock(r))
	for i := range r.Groups() {
		b.WriteString(groupBlock(r, r.Group(i)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// funnelTotals says what became of the customers.
func funnelTotals(r *dropoff.Report, entry dropoff.Entry) string {
	part := func(n, of int64, whom string) string {
		if of == 0 {
			return ""
		}
		return percent(float64(n)/float64(of)) + " of " + whom
	}
	entered := r.Attempts()
	lines := [][3]string{{"Customers", grouped(r.Customers()), ""}}
	if r.NotEntered() > 0 {
		lines = append(lines, [3]string{"Did not enter", grouped(r.NotEntered()), part(r.NotEntered(), r.Customers(), "the customers")})
	}
	if r.Excluded() > 0 {
		lines = append(lines, [3]string{"Excluded", grouped(r.Excluded()), "counted nowhere below"})
	}
	label, those := "Entered", "those who entered"
	if entry == dropoff.EveryEntry {
		label, those = "Attempts", "the attempts"
	}
	lines = append(lines,
		[3]string{label, grouped(entered), ""},
		[3]string{"  completed", grouped(r.Completed()), part(r.Completed(), entered, those)},
		[3]string{"  lost", grouped(r.Lost()), part(r.Lost(), entered, "them")},
	)
	if r.Open() > 0 {
		lines = append(lines, [3]string{"  still open", grouped(r.Open()), part(r.Open(), entered, "them")})
	}
	return aligned(lines)
}

// stepsBlock is a line a step, with the times between them or without.
func stepsBlock(r *dropoff.Report, times bool) string {
	optional, started := false, false
	for s := range r.Steps() {
		optional = optional || s.Optional
		started = started || s.Step > 1 && s.Started > 0
	}
	header := []string{"Step", "entered", "reached"}
	if started {
		header = append(header, "began here")
	}
	if optional {
		header = append(header, "skipped")
	}
	header = append(header, "lost", "open", "step rate", levelText(r.Level())+" interval", "overall")
	if times {
		header = append(header, "median time", "90 % within")
	}
	t := newTextTable(header...)
	for s := range r.Steps() {
		name := fmt.Sprintf("%d %s", s.Step, nameText(s.Name))
		if s.Optional {
			name += " (optional)"
		}
		row := []string{name, grouped(s.Entered), grouped(s.Reached)}
		if started {
			row = append(row, grouped(s.Started))
		}
		if optional {
			row = append(row, grouped(s.Skipped))
		}
		interval := boundsText(s.StepRate)
		if s.Step == 1 {
			interval = ""
		}
		row = append(row, grouped(s.Lost), grouped(s.Open), percentOf(s.StepRate), interval, percentOf(s.OverallRate))
		if times {
			between := r.Between(s.Step)
			row = append(row, quantile(between, .5), quantile(between, .9))
		}
		t.row(row...)
	}
	return t.String()
}

// levelText writes the level of the intervals.
func levelText(level float64) string {
	return strings.TrimSuffix(strings.TrimRight(amount(100*level, 6), "0"), ".") + " %"
}

func percentOf(r dropoff.Rate) string {
	if !r.Known {
		return ""
	}
	return percent(r.Value)
}

func boundsText(r dropoff.Rate) string {
	if !r.Known {
		return ""
	}
	return percent(r.Lo) + " to " + percent(r.Hi)
}

func quantile(t dropoff.Times, p float64) string {
	d, ok := t.Quantile(p)
	if !ok {
		return ""
	}
	return span(d)
}

// timesText says how long those took who completed.
func timesText(r *dropoff.Report) string {
	all := r.ToComplete()
	if all.Len() == 0 || r.Len() == 1 {
		return ""
	}
	return fmt.Sprintf("\nFrom entry to completion: half of them took %s or less, 90 %% took %s or less.\n", quantile(all, .5), quantile(all, .9))
}

// asOfText says from when the report looks.
func asOfText(f *funnelReport) string {
	text := "Seen from " + instant(f.asOf)
	if f.lostAfter > 0 {
		text += "; who had then been silent for " + flagSpan(f.lostAfter) + " is lost"
	}
	return "\n" + text + ".\n"
}

// reasonsBlock says why customers were lost at each step, where there is more to say
// than that they went away.
func reasonsBlock(r *dropoff.Report) string {
	var reasons []dropoff.Reason
	for s := range r.Steps() {
		for reason := range r.LostBy(s.Step) {
			if !slices.Contains(reasons, reason) {
				reasons = append(reasons, reason)
			}
		}
	}
	if len(reasons) == 0 || len(reasons) == 1 && reasons[0] == dropoff.ReasonEnded {
		return ""
	}
	slices.Sort(reasons)
	header := []string{"Lost at step"}
	for _, reason := range reasons {
		header = append(header, reason.String())
	}
	t := newTextTable(header...)
	for s := range r.Steps() {
		if s.Lost == 0 {
			continue
		}
		by := make(map[dropoff.Reason]int64)
		for reason, n := range r.LostBy(s.Step) {
			by[reason] = n
		}
		row := []string{fmt.Sprintf("%d %s", s.Step, nameText(s.Name))}
		for _, reason := range reasons {
			row = append(row, grouped(by[reason]))
		}
		t.row(row...)
	}
	return "\nWhy they were lost\n\n" + t.String()
}

// stepsAbreast is how many steps stand side by side.
const stepsAbreast = 5

// widestHeader is how many characters of a step's name stand above a column.
const widestHeader = 20

// ofTexts says which touch has the value of a group.
var ofTexts = map[dropoff.Which]string{
	dropoff.AtEntry: "of the entry", dropoff.FirstKnown: "known first", dropoff.LastKnown: "known last",
}

// groupBlock compares the values of a group: the step rates, and how many completed.
func groupBlock(r *dropoff.Report, g *dropoff.Breakdown) string {
	var steps []dropoff.StepRow
	for s := range r.Steps() {
		if s.Step > 1 {
			steps = append(steps, s)
		}
	}
	var b strings.Builder
	title := printable(g.Name())
	fmt.Fprintf(&b, "\nBy %s %s: completed, and step rates\n", title, ofTexts[g.Of()])
	blocks := slices.Collect(slices.Chunk(steps, stepsAbreast))
	if len(blocks) == 0 {
		blocks = [][]dropoff.StepRow{nil}
	}
	for i, block := range blocks {
		header := []string{title, "entered"}
		if i == 0 {
			header = append(header, "completed", "rate", levelText(r.Level())+" interval")
		}
		for _, s := range block {
			header = append(header, fmt.Sprintf("%d %s", s.Step, cutText(s.Name, widestHeader)))
		}
		t := newTextTable(header...)
		line := func(name string, one *dropoff.Report) []string {
			row := []string{name, grouped(one.Attempts())}
			if i == 0 {
				last, _ := one.Step(one.Len())
				row = append(row, grouped(one.Completed()), percentOf(last.OverallRate), boundsText(last.OverallRate))
			}
			for _, s := range block {
				of, _ := one.Step(s.Step)
				row = append(row, percentOf(of.StepRate))
			}
			return row
		}
		for v, one := range g.All() {
			if !artefact(g, one) {
				t.row(line(nameText(v.String()), one)...)
			}
		}
		t.footer(line("All", r)...)
		b.WriteString("\n" + t.String())
	}
	return b.String()
}
