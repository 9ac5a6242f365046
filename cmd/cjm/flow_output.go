package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/cjm-go/cjm/journey"
)

// Columns of the flow as CSV.
var (
	variantsHeader    = []string{"path", "count", "share", "cover", "converted", "lost", "open"}
	transitionsHeader = []string{"from", "to", "end", "count", "journeys", "median_seconds", "mean_seconds"}
	labelsHeader      = []string{"label", "touches", "journeys", "starts", "ends", "self_loops", "repetitions", "reworked"}
)

// writeFlowCSV writes the first rows of what is asked for; all of them if top is 0.
func writeFlowCSV(w io.Writer, r *flowReport, what, separator string, top int) error {
	if top == 0 {
		top = -1
	}
	out := csv.NewWriter(w)
	var err error
	switch what {
	case "transitions":
		err = writeTransitions(out, r.result, top)
	case "labels":
		err = writeLabels(out, r.result, top)
	default:
		err = writeVariants(out, r.result, separator, top)
	}
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

func writeVariants(out *csv.Writer, f *journey.FlowResult, separator string, top int) error {
	if separator == "" {
		separator = journey.DefaultSeparator
	}
	for _, label := range f.Names() {
		if strings.Contains(label, separator) {
			return fmt.Errorf("a label holds the separator %q; choose another one by --sep", separator)
		}
	}
	if err := out.Write(variantsHeader); err != nil {
		return err
	}
	for v := range first(f.Variants(), top) {
		row := []string{
			strings.Join(v.Labels, " "+separator+" "), count(v.Count), number(v.Share), number(v.Cover),
			count(v.Converted), count(v.Lost), count(v.Open),
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	return nil
}

func writeTransitions(out *csv.Writer, f *journey.FlowResult, top int) error {
	if err := out.Write(transitionsHeader); err != nil {
		return err
	}
	for e := range first(f.Edges(), top) {
		from, _ := e.From.Label()
		to, _ := e.To.Label()
		row := []string{from, to, "", count(e.Count), count(e.Paths), "", ""}
		if outcome, ok := e.To.Outcome(); ok {
			row[2] = outcome.String()
		}
		if median, ok := e.Times.Quantile(.5); ok {
			row[5] = number(median.Seconds())
		}
		if mean, ok := e.Times.Mean(); ok {
			row[6] = number(mean.Seconds())
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	return nil
}

func writeLabels(out *csv.Writer, f *journey.FlowResult, top int) error {
	if err := out.Write(labelsHeader); err != nil {
		return err
	}
	for l := range first(f.Labels(), top) {
		row := []string{l.Label}
		for _, n := range []int64{l.Touches, l.Paths, l.Starts, l.Ends, l.SelfLoops, l.Repetitions, l.Reworked} {
			row = append(row, count(n))
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	return nil
}

type jsonFlow struct {
	Version int                 `json:"version"`
	Input   jsonInput           `json:"input"`
	Pattern *jsonPattern        `json:"pattern,omitempty"`
	Flow    *journey.FlowResult `json:"flow"`
}

// jsonPattern says what was kept by a pattern.
type jsonPattern struct {
	Text     string   `json:"text"`
	Journeys int64    `json:"journeys"`
	Kept     int64    `json:"kept"`
	Unseen   []string `json:"unseen"` // names that never occur
}

// writeFlowJSON writes the flow and what it was counted from as one object.
func writeFlowJSON(w io.Writer, files []string, r *flowReport) error {
	out := jsonFlow{Version: outputVersion, Input: newJSONInput(files, r.account), Flow: r.result}
	if r.kept != nil {
		out.Pattern = &jsonPattern{r.pattern.String(), r.kept.Paths, r.kept.Kept, append([]string{}, r.kept.Unseen...)}
	}
	return writeIndented(w, out)
}
