package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
)

// nextReport is what cjm dropoff --next prints.
type nextReport struct {
	account *account
	step    int
	asOf    time.Time
	next    *dropoff.Next
}

// onKeys are the keys of what the names of steps are of.
var onKeys = map[string]journey.Key{
	"event": journey.ByEvent, "kind": journey.ByKind, "channel": journey.ByChannel, "stage": journey.ByStage,
}

// runNext counts what the lost of a step did next and prints it.
func (c *dropoffCommand) runNext(env *environment, in *input, funnel dropoff.Funnel) error {
	if c.Level != 0 && c.Level.orDefault() != dropoff.DefaultLevel {
		return usagef("--next has intervals of %v only", dropoff.DefaultLevel)
	}
	r := &nextReport{step: int(c.Next)}
	var counts *dropoff.NextCounts
	var err error
	r.account, err = in.eachCustomer(env, func(all customers) (err error) {
		timed := c.timed(funnel, all.asOf)
		r.asOf = timed.AsOf
		if counts, err = dropoff.NewNextCounts(timed, onKeys[c.On]); err != nil {
			return err
		}
		for p, err := range all.paths {
			if err != nil {
				return err
			}
			if err := counts.Add(&p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if r.next, err = counts.Result(); err != nil {
		return err
	}
	r.account.print(env.stderr)
	c.printAsOf(env.stderr, r.asOf)
	return c.write(env, func(w io.Writer) error {
		switch c.Format {
		case "csv":
			return writeNextCSV(w, r)
		case "json":
			return writeIndented(w, struct {
				Version int           `json:"version"`
				Input   jsonInput     `json:"input"`
				Step    int           `json:"step"`
				Next    *dropoff.Next `json:"next"`
			}{outputVersion, newJSONInput(c.Files, r.account), r.step, r.next})
		}
		if funnel.Order == dropoff.AnyOrder || funnel.Like == dropoff.LikePostHogAnyOrder {
			return writeNextTable(w, r, fmt.Sprintf("%d of %d steps", r.step, len(funnel.Steps)))
		}
		return writeNextTable(w, r, fmt.Sprintf("step %d, %s", r.step, nameText(funnel.Steps[r.step-1].Name)))
	})
}

// nothingNext stands for no touch any more.
const nothingNext = "(nothing)"

// writeNextCSV writes a row for each thing that was done next, what most of the lost
// did first, then one for doing nothing. A value that is not known is empty.
func writeNextCSV(w io.Writer, r *nextReport) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"next", "lost", "lost_rate", "went_on", "went_on_rate"}); err != nil {
		return err
	}
	for row := range r.next.At(r.step) {
		text, _ := row.Value.Text()
		if err := out.Write([]string{text, count(row.OfLost.K), rate(row.OfLost), count(row.OfWentOn.K), rate(row.OfWentOn)}); err != nil {
			return err
		}
	}
	nothing, traced := r.next.Nothing(r.step), r.next.Lost(r.step)-r.next.Untraced(r.step)
	cell := ""
	if traced > 0 {
		cell = number(float64(nothing) / float64(traced))
	}
	if err := out.Write([]string{nothingNext, count(nothing), cell, "0", ""}); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// writeNextTable writes it for people; goal is what the lost did not do.
func writeNextTable(w io.Writer, r *nextReport, goal string) error {
	lost, wentOn := r.next.Lost(r.step), r.next.WentOn(r.step)
	traced := lost - r.next.Untraced(r.step)
	var b strings.Builder
	fmt.Fprintf(&b, "What came next on the way to %s\n\n", goal)
	t := newTextTable("Next", "lost", "of the lost", "95 % interval", "went on", "of these", "95 % interval")
	for row := range r.next.At(r.step) {
		t.row(nameText(row.Value.String()), grouped(row.OfLost.K), percentOf(row.OfLost), boundsText(row.OfLost),
			grouped(row.OfWentOn.K), percentOf(row.OfWentOn), boundsText(row.OfWentOn))
	}
	if nothing := r.next.Nothing(r.step); traced > 0 {
		t.row(nothingNext, grouped(nothing), percent(float64(nothing)/float64(traced)), "", "", "", "")
	}
	t.footer("All", grouped(traced), "", "", grouped(wentOn), "", "")
	b.WriteString(t.String())
	if n := r.next.Untraced(r.step); n > 0 {
		fmt.Fprintf(&b, "\nOf %s more it is not known which event was the last to count.\n", grouped(n))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
