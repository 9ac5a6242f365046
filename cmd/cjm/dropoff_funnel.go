package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/touchpoint"
)

// noPaths is a stream without a path.
func noPaths(func(journey.Path, error) bool) {}

// funnelReport is what cjm dropoff prints of a funnel.
type funnelReport struct {
	account   *account
	funnel    dropoff.Funnel // as it was counted
	asOf      time.Time      // zero if it did not matter
	lostAfter time.Duration
	report    *dropoff.Report
	// odd is what is likely a mistake on the command line.
	odd []error
}

// warnings are what is odd about the funnel.
func (f *funnelReport) warnings() []error { return slices.Concat(f.report.Warnings(), f.odd) }

// runFunnel counts the customers and prints the report.
func (c *dropoffCommand) runFunnel(env *environment, in *input, funnel dropoff.Funnel, groups []dropoff.Group) error {
	r, err := c.countFunnel(env, in, funnel, groups)
	if err != nil {
		return err
	}
	r.account.print(env.stderr)
	c.printAsOf(env.stderr, r.asOf)
	printOdd(env.stderr, r.warnings())
	return c.write(env, func(w io.Writer) error {
		switch c.Format {
		case "csv":
			return writeFunnelCSV(w, r.report)
		case "json":
			return writeFunnelJSON(w, c.Files, r)
		}
		return writeFunnelTable(w, r)
	})
}

func (c *dropoffCommand) countFunnel(env *environment, in *input, funnel dropoff.Funnel, groups []dropoff.Group) (*funnelReport, error) {
	r := new(funnelReport)
	var counts *dropoff.Counts
	var err error
	constant := c.Constant == ""
	r.account, err = in.eachCustomer(env, func(all customers) (err error) {
		r.funnel = c.timed(funnel, all.asOf)
		if counts, err = dropoff.NewCounts(r.funnel, groups...); err != nil {
			return err
		}
		for p, err := range all.paths {
			if err != nil {
				return err
			}
			constant = constant || slices.ContainsFunc(p.Touchpoints, func(t touchpoint.Touchpoint) bool { return t.Properties[c.Constant] != "" })
			if err := counts.Add(&p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	r.asOf, r.lostAfter = r.funnel.AsOf, r.funnel.LostAfter
	if r.report, err = counts.Report(); err != nil {
		return nil, err
	}
	if !constant {
		r.odd = append(r.odd, fmt.Errorf("--constant: no event has a property %q: is the name misspelt?", c.Constant))
	}
	if len(groups) > 0 && nothingKnown(r.report.Group(0)) {
		r.odd = append(r.odd, fmt.Errorf("--by %s: it is known of nobody: is the name misspelt, or should --by-of say which event has it?", c.By))
	}
	r.report, err = r.report.WithLevel(c.Level.orDefault())
	return r, err
}

// nothingKnown tells whether there are customers in a group, but no value of theirs.
func nothingKnown(group *dropoff.Breakdown) bool {
	for v := range group.All() {
		if _, known := v.Text(); known {
			return false
		}
	}
	return group.Len() > 0
}

// funnelHeader are the columns of a funnel.
var funnelHeader = []string{"step", "name", "entered", "reached", "lost", "open", "step_rate", "overall_rate", "lo", "hi"}

// writeFunnelCSV writes a row per step, and where there is a group the same for each
// of its values, behind the rows of all.
func writeFunnelCSV(w io.Writer, r *dropoff.Report) error {
	out := csv.NewWriter(w)
	if r.Groups() == 0 {
		if err := out.Write(funnelHeader); err != nil {
			return err
		}
		return stepRows(out, nil, r)
	}
	group := r.Group(0)
	if err := out.Write(append([]string{group.Name()}, funnelHeader...)); err != nil {
		return err
	}
	if err := stepRows(out, []string{allValues}, r); err != nil {
		return err
	}
	for v, one := range group.All() {
		if artefact(group, one) {
			continue
		}
		text, _ := v.Text()
		if err := stepRows(out, []string{text}, one); err != nil {
			return err
		}
	}
	return nil
}

// allValues stands for all values of a key together.
const allValues = "(all)"

// artefact tells whether the report is of those only who did not enter, which have no
// value at an entry.
func artefact(group *dropoff.Breakdown, r *dropoff.Report) bool {
	return group.Of() == dropoff.AtEntry && r.Attempts() == 0 && r.Excluded() == 0
}

// stepRows writes the rows of a report, with cells in front.
func stepRows(out *csv.Writer, front []string, r *dropoff.Report) error {
	for s := range r.Steps() {
		row := append([]string{}, front...)
		row = append(row, strconv.Itoa(s.Step), s.Name, count(s.Entered), count(s.Reached), count(s.Lost), count(s.Open),
			rate(s.StepRate), rate(s.OverallRate))
		if s.StepRate.Known {
			row = append(row, number(s.StepRate.Lo), number(s.StepRate.Hi))
		} else {
			row = append(row, "", "")
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func count(n int64) string { return strconv.FormatInt(n, 10) }

// rate writes a rate, or nothing if it is not known.
func rate(r dropoff.Rate) string {
	if !r.Known {
		return ""
	}
	return number(r.Value)
}

type jsonFunnel struct {
	Version   int             `json:"version"`
	Input     jsonInput       `json:"input"`
	AsOf      *time.Time      `json:"as_of,omitempty"`
	LostAfter float64         `json:"lost_after_seconds,omitempty"`
	Report    *dropoff.Report `json:"report"`
}

// writeFunnelJSON writes the report and what it was computed from as one object.
func writeFunnelJSON(w io.Writer, files []string, r *funnelReport) error {
	out := jsonFunnel{Version: outputVersion, Input: newJSONInput(files, r.account), LostAfter: r.lostAfter.Seconds(), Report: r.report}
	if !r.asOf.IsZero() {
		out.AsOf = &r.asOf
	}
	return writeIndented(w, out)
}
