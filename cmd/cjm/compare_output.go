package main

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"github.com/cjm-go/cjm/journey/dropoff"
)

// changeHeader are the columns of the steps of a comparison.
var changeHeader = []string{
	"step", "name", "rate", "before_n", "before_k", "before", "after_n", "after_k", "after",
	"difference", "lo", "hi", "test", "p", "p_adjusted", "part", "conversions",
}

// writeStepsCSV writes two rows per step: of its step rate, and of its overall rate.
func writeStepsCSV(w io.Writer, r *funnelChange) error {
	out := csv.NewWriter(w)
	if err := out.Write(changeHeader); err != nil {
		return err
	}
	parts := make(map[int]dropoff.StepPart)
	if r.steps != nil {
		for part := range r.steps.Steps() {
			parts[part.Step] = part
		}
	}
	for s := range r.change.Steps() {
		front := []string{strconv.Itoa(s.Step), s.Name}
		row := append(append(front, "step"), rateCells(s.StepRate, r.adjust)...)
		if part, ok := parts[s.Step]; ok {
			row = append(row, plain(part.Part), plain(part.Conversions))
		} else {
			row = append(row, "", "")
		}
		if err := out.Write(row); err != nil {
			return err
		}
		row = append(append(front, "overall"), rateCells(s.OverallRate, r.adjust)...)
		if err := out.Write(append(row, "", "")); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// rateCells are the cells from before_n to p_adjusted.
func rateCells(c dropoff.RateChange, adjust string) []string {
	row := []string{
		count(c.Before.N), count(c.Before.K), rate(c.Before), count(c.After.N), count(c.After.K), rate(c.After),
		"", "", "", "", "", "",
	}
	if !c.Known {
		return row
	}
	row[6], row[7], row[8] = plain(c.Difference), plain(c.Lo), plain(c.Hi)
	if c.Test != dropoff.NoTest {
		row[9], row[10] = c.Test.String(), number(c.P)
		if adjust != "none" {
			row[11] = number(c.Adjusted)
		}
	}
	return row
}

// plain is [number] without the sign of a zero, which the part of an unchanged rate
// may have.
func plain(x float64) string {
	if x == 0 {
		return "0"
	}
	return number(x)
}

// segmentsHeader are the columns of segments behind that with the name of the key.
var segmentsHeader = []string{
	"before_entered", "before_share", "before_rate", "after_entered", "after_share", "after_rate",
	"mix", "mix_conversions", "rate", "rate_conversions",
}

// writeSegmentsCSV writes a row per segment. A value that is not known is empty.
func writeSegmentsCSV(w io.Writer, r *funnelChange) error {
	out := csv.NewWriter(w)
	if err := out.Write(append([]string{r.by.Name}, segmentsHeader...)); err != nil {
		return err
	}
	e := r.segments
	for s := range e.Segments() {
		text, _ := s.Segment.Text()
		if err := out.Write([]string{
			text, count(s.Before.Entered), number(s.Before.Share), rate(s.Before.Rate),
			count(s.After.Entered), number(s.After.Share), rate(s.After.Rate),
			plain(s.Shift), plain(e.Conversions(s.Shift)), plain(s.Rate), plain(e.Conversions(s.Rate)),
		}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// jsonCompared says what was read of a group.
type jsonCompared struct {
	Input     jsonInput  `json:"input"`
	AsOf      *time.Time `json:"as_of,omitempty"`
	LostAfter float64    `json:"lost_after_seconds,omitempty"`
}

func comparedFunnel(file string, f *funnelReport) jsonCompared {
	c := jsonCompared{Input: newJSONInput([]string{file}, f.account), LostAfter: f.lostAfter.Seconds()}
	if !f.asOf.IsZero() {
		c.AsOf = &f.asOf
	}
	return c
}

// writeChangeJSON writes the comparison of a funnel, and what it was computed from,
// as one object.
func writeChangeJSON(w io.Writer, c *compareCommand, r *funnelChange) error {
	return writeIndented(w, struct {
		Version  int                          `json:"version"`
		Before   jsonCompared                 `json:"before"`
		After    jsonCompared                 `json:"after"`
		Change   *dropoff.Change              `json:"change"`
		Steps    *dropoff.StepsExplanation    `json:"steps,omitempty"`
		Segments *dropoff.SegmentsExplanation `json:"segments,omitempty"`
	}{outputVersion, comparedFunnel(c.Before, r.before), comparedFunnel(c.After, r.after), r.change, r.steps, r.segments})
}
