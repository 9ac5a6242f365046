package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/cjm-go/cjm/journey/dropoff"
)

// writeChain writes the comparison of chains in the format asked for.
func (c *compareCommand) writeChain(env *environment, r *chainChange) error {
	return writeResult(env, c.Output, func(w io.Writer) error {
		switch {
		case c.Format == "json":
			return writeIndented(w, struct {
				Version int                       `json:"version"`
				Before  jsonCompared              `json:"before"`
				After   jsonCompared              `json:"after"`
				Chain   *dropoff.ChainExplanation `json:"chain"`
			}{
				outputVersion,
				jsonCompared{Input: newJSONInput([]string{c.Before}, r.before)},
				jsonCompared{Input: newJSONInput([]string{c.After}, r.after)},
				r.explained,
			})
		case c.Format == "csv" && c.What == "transitions":
			return writeShiftsCSV(w, r.explained, int(c.Top))
		case c.Format == "csv":
			return writeStatesCSV(w, r.explained)
		}
		_, err := io.WriteString(w, chainChangeText(r.explained, int(c.Top)))
		return err
	})
}

// Columns of the comparison of chains.
var (
	statesHeader = []string{"state", "before_visits", "after_visits", "before_p_convert", "after_p_convert", "part", "conversions"}
	shiftsHeader = []string{"from", "to", "before", "after", "part", "conversions", "shift", "shift_conversions"}
)

// writeStatesCSV writes a row per state: the start, then the others by name.
func writeStatesCSV(w io.Writer, e *dropoff.ChainExplanation) error {
	out := csv.NewWriter(w)
	if err := out.Write(statesHeader); err != nil {
		return err
	}
	for s := range e.States() {
		if err := out.Write([]string{
			s.State.String(), number(s.VisitsBefore), number(s.VisitsAfter), number(s.ConvertBefore), number(s.ConvertAfter),
			plain(s.Part), plain(s.Conversions),
		}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// writeShiftsCSV writes a row per transition, that with the largest shift first; all
// of them if top is 0.
func writeShiftsCSV(w io.Writer, e *dropoff.ChainExplanation, top int) error {
	if top == 0 {
		top = -1
	}
	out := csv.NewWriter(w)
	if err := out.Write(shiftsHeader); err != nil {
		return err
	}
	for t := range first(e.TransitionsByShift(), top) {
		if err := out.Write([]string{
			t.From.String(), t.To.String(), number(t.Before), number(t.After),
			plain(t.Part), plain(t.Conversions), plain(t.Shift), plain(inConversions(e, t.Shift)),
		}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// inConversions returns a part in conversions of the second group.
func inConversions(e *dropoff.ChainExplanation, part float64) float64 {
	return part * float64(e.After().Journeys)
}

// chainChangeText is the comparison of chains for people.
func chainChangeText(e *dropoff.ChainExplanation, top int) string {
	var b strings.Builder
	before, after := e.Before(), e.After()
	t := newTextTable("", "before", "after", "change")
	t.row("Journeys", grouped(before.Journeys), grouped(after.Journeys))
	t.row("  converted", grouped(before.Conversions), grouped(after.Conversions))
	if before.Opens+after.Opens > 0 {
		t.row("  still open", grouped(before.Opens), grouped(after.Opens))
	}
	t.row("P(convert)", percent(before.PConvert), percent(after.PConvert), points(e.Change())+" points")
	b.WriteString(t.String())
	fmt.Fprintf(&b, "\nOf the journeys after, the change is worth %s conversions.\n", signed(e.Conversions(), 1))

	b.WriteString("\nWhat explains the change: in which state\n\n")
	t = newTextTable("State", "visits before", "after", "P(convert) before", "after", "points", "conversions")
	var sum float64
	for s := range e.StatesByPart() {
		t.row(nameText(s.State.String()), amount(s.VisitsBefore, 3), amount(s.VisitsAfter, 3),
			percent(s.ConvertBefore), percent(s.ConvertAfter), points(s.Part), signed(s.Conversions, 1))
		sum += s.Part
	}
	t.footer("Sum", "", "", "", "", points(sum), signed(inConversions(e, sum), 1))
	b.WriteString(t.String())

	transitions := 0
	var shift float64
	for t := range e.Transitions() {
		transitions++
		shift += t.Shift
	}
	if top == 0 {
		top = flowTop
	}
	heading(&b, "On which way out of a state", top, transitions)
	t = newTextTable("Transition", "before", "after", "points", "conversions")
	for s := range first(e.TransitionsByShift(), top) {
		t.row(nameText(s.From.String())+" -> "+nameText(s.To.String()), percent(s.Before), percent(s.After),
			points(s.Shift), signed(inConversions(e, s.Shift), 1))
	}
	t.footer("Sum of all", "", "", points(shift), signed(inConversions(e, shift), 1))
	b.WriteString(t.String() + "\n")
	b.WriteString(wrap("Points: what journeys bring that go this way and did not before, beyond the mean of the state they come from. "+
		"Visits are those of a journey on average.", "", ""))
	return b.String()
}
