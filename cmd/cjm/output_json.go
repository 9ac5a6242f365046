package main

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

// outputVersion is the version of the JSON output.
const outputVersion = 1

type jsonOutput struct {
	Version int                   `json:"version"`
	Input   jsonInput             `json:"input"`
	Results []*attribution.Result `json:"results"`
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

// writeJSON writes the results and what they were computed from as one object.
func writeJSON(w io.Writer, files []string, a *account, results []*attribution.Result) error {
	out := jsonOutput{
		Version: outputVersion,
		Input:   jsonInput{Kind: a.kind.String(), Files: files, Rows: a.rows, Skipped: a.skipped, Journeys: a.journeys},
		Results: results,
	}
	for _, err := range a.first {
		out.Input.BadRows = append(out.Input.BadRows, err.Error())
	}
	text, err := json.Marshal(out)
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
