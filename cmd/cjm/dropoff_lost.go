package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/touchpoint"
)

// lostWriter writes lost customers, one by one.
type lostWriter interface {
	write(c *dropoff.LostCustomer) error
	end() error
}

// runLost lists the customers who were lost at a step.
func (c *dropoffCommand) runLost(env *environment, in *input, funnel dropoff.Funnel) error {
	var a *account
	var asOf time.Time
	var n int64
	err := c.write(env, func(w io.Writer) error {
		out, err := c.lostWriter(w, funnel)
		if err != nil {
			return err
		}
		a, err = in.eachCustomer(env, func(all customers) error {
			timed := c.timed(funnel, all.asOf)
			asOf = timed.AsOf
			for lost, err := range timed.LostAt(int(c.Lost), all.paths) {
				if err != nil {
					return err
				}
				n++
				if err := out.write(&lost); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		return out.end()
	})
	if err != nil {
		return err
	}
	a.print(env.stderr)
	c.printAsOf(env.stderr, asOf)
	fmt.Fprintf(env.stderr, "cjm: %s lost at step %d\n", counted(n, "customer", "customers"), c.Lost)
	return nil
}

func (c *dropoffCommand) lostWriter(w io.Writer, funnel dropoff.Funnel) (lostWriter, error) {
	switch c.Format {
	case "csv":
		out := csv.NewWriter(w)
		return lostCSV{out}, out.Write(lostHeader)
	case "json":
		return lostJSON{json.NewEncoder(w)}, nil
	}
	return lostTable{w, newTextTable("Customer", "reached", "reason", "last step", "last event", "what", "then", "what"), &funnel}, nil
}

// lostHeader are the columns of --lost.
var lostHeader = []string{
	"customer", "step", "reached", "reason", "last_step_time",
	"last_time", "last_kind", "last_channel", "last_id",
	"next_time", "next_kind", "next_channel", "next_id",
}

// lastStep returns the time of the last step done, if it is known.
func lastStep(c *dropoff.LostCustomer) (time.Time, bool) {
	hits := c.Attempt.Hits
	if len(hits) == 0 {
		return time.Time{}, false
	}
	return hits[len(hits)-1].Time, true
}

// instantCell writes a time to the nanosecond.
func instantCell(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// touchCells are time, kind, channel and id of a touch; empty if there is none.
func touchCells(t *touchpoint.Touchpoint) []string {
	if t == nil {
		return []string{"", "", "", ""}
	}
	id := ""
	if t.ID != uuid.Nil {
		id = t.ID.String()
	}
	return []string{instantCell(t.Time), string(t.Kind), journey.ByChannel(t), id}
}

// firstNext returns what came next, nil if nothing did or it is not known.
func firstNext(c *dropoff.LostCustomer) *touchpoint.Touchpoint {
	if len(c.Next) == 0 {
		return nil
	}
	return &c.Next[0]
}

type lostCSV struct{ out *csv.Writer }

func (l lostCSV) write(c *dropoff.LostCustomer) error {
	row := []string{c.Customer, strconv.Itoa(c.Step), strconv.Itoa(c.Attempt.Reached), c.Attempt.Reason.String(), ""}
	if at, ok := lastStep(c); ok {
		row[4] = instantCell(at)
	}
	row = append(row, touchCells(&c.Last)...)
	return l.out.Write(append(row, touchCells(firstNext(c))...))
}

func (l lostCSV) end() error {
	l.out.Flush()
	return l.out.Error()
}

// lostJSON writes a line a customer.
type lostJSON struct{ out *json.Encoder }

type jsonLost struct {
	Customer string         `json:"customer"`
	Step     int            `json:"step"`
	Reached  int            `json:"reached"`
	Reason   dropoff.Reason `json:"reason"`
	LastStep *time.Time     `json:"last_step_time,omitempty"`
	Last     *jsonTouch     `json:"last"`
	Next     *jsonTouch     `json:"next,omitempty"`
}

type jsonTouch struct {
	Time    time.Time `json:"time"`
	Kind    string    `json:"kind,omitempty"`
	Channel string    `json:"channel,omitempty"`
	ID      string    `json:"id,omitempty"`
}

func newJSONTouch(t *touchpoint.Touchpoint) *jsonTouch {
	if t == nil {
		return nil
	}
	cells := touchCells(t)
	return &jsonTouch{Time: t.Time.UTC(), Kind: cells[1], Channel: cells[2], ID: cells[3]}
}

func (l lostJSON) write(c *dropoff.LostCustomer) error {
	line := jsonLost{
		Customer: c.Customer, Step: c.Step, Reached: c.Attempt.Reached, Reason: c.Attempt.Reason,
		Last: newJSONTouch(&c.Last), Next: newJSONTouch(firstNext(c)),
	}
	if at, ok := lastStep(c); ok {
		at = at.UTC()
		line.LastStep = &at
	}
	return l.out.Encode(line)
}

func (l lostJSON) end() error { return nil }

// lostTable is the list for people; it is aligned, so it is written at the end.
type lostTable struct {
	w      io.Writer
	t      textTable
	funnel *dropoff.Funnel
}

func (l lostTable) write(c *dropoff.LostCustomer) error {
	at := func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }
	what := func(t *touchpoint.Touchpoint) string { return labelText(journey.ByEvent(t)) }
	reached := strconv.Itoa(c.Attempt.Reached)
	if k := c.Attempt.Reached; l.funnel.Order != dropoff.AnyOrder && l.funnel.Like != dropoff.LikePostHogAnyOrder && k <= len(l.funnel.Steps) {
		reached += " " + labelText(l.funnel.Steps[k-1].Name)
	}
	row := []string{printable(c.Customer), reached, c.Attempt.Reason.String(), "", at(c.Last.Time), what(&c.Last), "", ""}
	if t, ok := lastStep(c); ok {
		row[3] = at(t)
	}
	if next := firstNext(c); next != nil {
		row[6], row[7] = at(next.Time), what(next)
	}
	l.t.row(row...)
	return nil
}

func (l lostTable) end() error {
	_, err := io.WriteString(l.w, l.t.String())
	return err
}
