package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

// account says what was read and what became of it.
type account struct {
	kind    kind
	rows    int64
	skipped int64
	first   []error // the first bad rows that were skipped
	// journeys is what the builder says; nil for a path table.
	journeys *journey.Report
	// whole tells that a path is all that a customer did, so that its outcome says
	// nothing: a funnel has its own.
	whole bool
}

// mostShown is how many bad rows a message shows.
const mostShown = 10

func (a *account) skip(err error) {
	a.skipped++
	if len(a.first) < mostShown {
		a.first = append(a.first, err)
	}
}

// tableAccount is the account of a path table.
func tableAccount(report *journey.FoldReport) *account {
	a := &account{kind: pathTable, rows: report.Rows, skipped: report.Skipped}
	for _, row := range report.First {
		a.first = append(a.first, row)
	}
	return a
}

// print writes the account for people: what was skipped, and for events what the
// journeys were made of.
func (a *account) print(w io.Writer) {
	if a.skipped > 0 {
		fmt.Fprintf(w, "cjm: skipped %s of %s rows:\n", grouped(a.skipped), grouped(a.rows))
		for _, err := range a.first {
			fmt.Fprintf(w, "  %s\n", strings.ReplaceAll(err.Error(), "\n", "; "))
		}
		if more := a.skipped - int64(len(a.first)); more > 0 {
			fmt.Fprintf(w, "  and %s more\n", grouped(more))
		}
	}
	if a.journeys != nil {
		for line := range strings.Lines(a.journeys.String()) {
			if !a.whole || !ofOutcomes(line) {
				io.WriteString(w, line)
			}
		}
	}
}

// ofOutcomes tells whether a line of the builder's report is about how paths ended.
func ofOutcomes(line string) bool {
	switch strings.TrimRight(strings.TrimSpace(line), " 0123456789") {
	case "paths", "converted", "lost", "open", "conversions", "converted without a touch":
		return true
	}
	return false
}

// printWarnings writes the warnings of the results, each once with the models that
// have it.
func printWarnings(w io.Writer, results []*attribution.Result) {
	printSaid(w, results, func(r *attribution.Result) (string, []error) { return r.Model(), r.Warnings() })
}

// printSaid writes warnings, each once with all that have it.
func printSaid[T any](w io.Writer, all []T, of func(T) (model string, warnings []error)) {
	models := make(map[string][]string)
	var texts []string
	for _, one := range all {
		model, warnings := of(one)
		for _, warning := range warnings {
			text := warning.Error()
			if models[text] == nil {
				texts = append(texts, text)
			}
			models[text] = append(models[text], model)
		}
	}
	for _, text := range texts {
		fmt.Fprintf(w, "cjm: warning: %s: %s\n", strings.Join(models[text], ", "), text)
	}
}
