package main

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/markov"
)

// outputVersion is the version of the JSON output.
const outputVersion = 1

type jsonOutput struct {
	Version int                   `json:"version"`
	Input   jsonInput             `json:"input"`
	Results []*attribution.Result `json:"results"`
	// Of each result, where they are asked for.
	Intervals []*attribution.Uncertainty `json:"intervals,omitempty"`
	Spend     []*attribution.SpendResult `json:"spend,omitempty"`
	// Orders is how the order of the chain was chosen, where that was up to the
	// data.
	Orders *markov.OrderTable `json:"orders,omitempty"`
}

// jsonInput says what was read.
type jsonInput struct {
	Kind     string          `json:"kind"`
	Files    []string        `json:"files"`
	Rows     int64           `json:"rows"`
	Skipped  int64           `json:"skipped"`
	BadRows  []string        `json:"bad_rows,omitempty"` // the first of those skipped
	Journeys *journey.Report `json:"journeys,omitempty"` // for events: what was dropped, and why
}

func newJSONInput(files []string, a *account) jsonInput {
	in := jsonInput{Kind: a.kind.String(), Files: files, Rows: a.rows, Skipped: a.skipped, Journeys: a.journeys}
	for _, err := range a.first {
		in.BadRows = append(in.BadRows, err.Error())
	}
	return in
}

// writeJSON writes the results and what they were computed from as one object.
func writeJSON(w io.Writer, files []string, r *report) error {
	return writeIndented(w, jsonOutput{
		Version:   outputVersion,
		Input:     newJSONInput(files, r.account),
		Results:   r.results,
		Intervals: r.doubts,
		Spend:     r.returns,
		Orders:    r.orders,
	})
}

// writeIndented writes v as JSON that people can read too.
func writeIndented(w io.Writer, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, text, "", "  "); err != nil {
		return err
	}
	indented.WriteByte('\n')
	_, err = w.Write(indented.Bytes())
	return err
}
