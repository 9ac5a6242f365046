package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/cjm-go/cjm/journey/dropoff"
)

// chainReport is what cjm dropoff --chain prints.
type chainReport struct {
	account *account
	leaks   *dropoff.Leaks
}

func (c *dropoffCommand) writeChain(env *environment, r *chainReport) error {
	return c.write(env, func(w io.Writer) error {
		switch c.Format {
		case "csv":
			return writeChainCSV(w, r.leaks)
		case "json":
			return writeIndented(w, struct {
				Version int            `json:"version"`
				Input   jsonInput      `json:"input"`
				Leaks   *dropoff.Leaks `json:"leaks"`
			}{outputVersion, newJSONInput(c.Files, r.account), r.leaks})
		}
		return writeChainTable(w, r.leaks)
	})
}

// chainHeader are the columns of the leaks of a chain.
var chainHeader = []string{"state", "visits", "exit_rate", "loss_share", "p_convert", "expected_steps", "upside"}

// writeChainCSV writes a row per state: the start, then the others by name.
func writeChainCSV(w io.Writer, l *dropoff.Leaks) error {
	out := csv.NewWriter(w)
	if err := out.Write(chainHeader); err != nil {
		return err
	}
	for leak := range l.All() {
		row := []string{leak.State.String(), count(leak.Visits), rate(leak.ExitRate), rate(leak.LossShare), number(leak.PConvert), "", ""}
		if leak.ToEnd.Known {
			row[5] = number(leak.ToEnd.Steps)
		}
		if leak.Upside.Known {
			row[6] = number(leak.Upside.Conversions)
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// writeChainTable writes the leaks for people, the one with the most to gain first.
func writeChainTable(w io.Writer, l *dropoff.Leaks) error {
	var b strings.Builder
	b.WriteString(chainTotals(l))
	timed, few := false, false
	for leak := range l.All() {
		timed = timed || leak.ToEnd.Timed && leak.ToEnd.Time > 0
		few = few || leak.Upside.Known && leak.Upside.Few
	}
	header := []string{"State", "visits", "exit rate", levelText(l.Level()) + " interval", "loss share", "P(convert)", "steps to end"}
	if timed {
		header = append(header, "time to end")
	}
	header = append(header, "upside")
	if l.HasValue() {
		header = append(header, "its value")
	}
	t := newTextTable(header...)
	for leak := range l.ByUpside() {
		row := []string{
			nameText(leak.State.String()), grouped(leak.Visits), percentOf(leak.ExitRate), boundsText(leak.ExitRate),
			percentOf(leak.LossShare), percent(leak.PConvert), "",
		}
		if leak.ToEnd.Known {
			row[6] = amount(leak.ToEnd.Steps, 2)
		}
		if timed {
			cell := ""
			if leak.ToEnd.Timed {
				cell = span(leak.ToEnd.Time)
			}
			row = append(row, cell)
		}
		upside, value := "", ""
		if u := leak.Upside; u.Known {
			upside, value = amount(u.Conversions, 1), amount(u.Value, 2)
			if u.Few {
				upside += " ?"
			}
		}
		row = append(row, upside)
		if l.HasValue() {
			row = append(row, value)
		}
		t.row(row...)
	}
	b.WriteString("\n" + t.String() + "\n")
	b.WriteString(wrap("Exit rate: the part of the visits after which the journey is lost. Upside: how many more journeys would convert "+
		"if none were lost in the state, and those that are went on as the others do; the upsides do not add up.", "", ""))
	if few {
		b.WriteString(wrap(fmt.Sprintf("?: rests on fewer than %d visits after which the journey went on.", dropoff.FewKept), "", ""))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// chainTotals says what the chain is of.
func chainTotals(l *dropoff.Leaks) string {
	lines := [][2]string{{"Journeys", grouped(l.Journeys())}, {"Conversions", grouped(l.Conversions())}, {"Lost", grouped(l.Losses())}}
	if l.Opens() > 0 {
		lines = append(lines, [2]string{"Still open", grouped(l.Opens())})
	}
	width := len(lines[0][1])
	var b strings.Builder
	for _, line := range lines {
		fmt.Fprintf(&b, "%-16s %*s\n", line[0], width, line[1])
	}
	return b.String()
}
