package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// kind is what an input holds.
type kind uint8

const (
	unknownKind kind = iota
	pathTable
	events
)

// String returns the name that --input has for the kind.
func (k kind) String() string { return [...]string{"", "paths", "events"}[k] }

// columnNames are the columns of either kind of input, as far as they are given.
type columnNames struct {
	table     journey.PathColumns
	events    touchpoint.Columns
	tableErr  error // why the text cannot be meant for a path table
	eventsErr error // why it cannot be meant for events
}

func parseColumns(text string) columnNames {
	var c columnNames
	c.tableErr = c.table.UnmarshalText([]byte(text))
	c.eventsErr = c.events.UnmarshalText([]byte(text))
	return c
}

// kind returns the kind for which alone the names can be meant.
func (c columnNames) kind() (kind, error) {
	switch {
	case c.tableErr != nil && c.eventsErr != nil:
		return unknownKind, usagef("--columns:\n  as columns of events: %w\n  as columns of a path table: %w", c.eventsErr, c.tableErr)
	case c.table.Path != "", c.eventsErr != nil:
		return pathTable, c.check(pathTable)
	case c.tableErr != nil:
		return events, nil
	}
	return unknownKind, nil
}

// check returns what is wrong with the names for the kind.
func (c columnNames) check(k kind) error {
	if k == pathTable && c.tableErr != nil {
		return usagef("--columns: %w", c.tableErr)
	}
	if k == events && c.eventsErr != nil {
		return usagef("--columns: %w", c.eventsErr)
	}
	return nil
}

// maxHeader is the longest header that tells the kind of an input.
const maxHeader = 64 << 10

// tell finds out what the source holds, from its header.
func (c columnNames) tell(s *source, separator string, comma comma) (kind, error) {
	head, err := s.peek(maxHeader)
	if err != nil {
		return unknownKind, err
	}
	if looksLikeJSON(s.name, head) {
		return events, nil
	}
	rows := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(head, []byte("\ufeff"))))
	rows.Comma = comma.orComma()
	header, err := rows.Read()
	if err != nil && len(bytes.TrimSpace(head)) == 0 {
		return unknownKind, errNoHeader(s)
	}
	isTable := c.tableErr == nil && journey.PathTable{Columns: c.table, Separator: separator}.Matches(header)
	isEvents := c.eventsErr == nil && fitsEvents(c.events, header)
	switch {
	case isTable && isEvents:
		return unknownKind, usagef("%s could be a path table or events by its header: say --input paths or --input events", s.name)
	case isTable:
		return pathTable, nil
	case isEvents:
		return events, nil
	}
	if other := otherComma(header); other != "" {
		return unknownKind, fmt.Errorf("%s: the header has one column, %s. If something else than a comma stands between the fields, say --comma %s",
			s.name, listHeader(header), other)
	}
	return unknownKind, fmt.Errorf("%s: the header fits neither a path table, with path and conversions, nor events, with customer, time and channel or kind; it has %s. Name the columns by --columns, and say --input paths or --input events",
		s.name, listHeader(header))
}

// otherComma returns the value of --comma by which a header of one column would be
// several, or nothing.
func otherComma(header []string) string {
	if len(header) != 1 {
		return ""
	}
	for _, other := range []struct{ char, flag string }{{";", `";"`}, {"\t", "tab"}, {"|", `"|"`}} {
		if strings.Contains(header[0], other.char) {
			return other.flag
		}
	}
	return ""
}

// fitsEvents reports whether events can be read from rows under the header.
func fitsEvents(columns touchpoint.Columns, header []string) bool {
	var line bytes.Buffer
	w := csv.NewWriter(&line)
	if err := w.Write(header); err != nil {
		return false
	}
	w.Flush()
	// Nothing is waited for here that could be cancelled.
	for _, err := range (touchpoint.CSV{Columns: columns}).Decode(context.Background(), &line) {
		if err != nil {
			return false
		}
	}
	return true
}

// looksLikeData reports whether a cell of the first row is likely none of a header,
// and may be a customer's: it has a digit in front, or an @.
func looksLikeData(cell string) bool {
	cell = strings.TrimSpace(cell)
	return strings.Contains(cell, "@") || cell != "" && '0' <= cell[0] && cell[0] <= '9'
}

// listHeader lists the columns of a header, as far as they fit in a message.
func listHeader(header []string) string {
	const most = 20
	switch {
	case len(header) == 0:
		return "no columns that can be read"
	case slices.ContainsFunc(header, looksLikeData):
		return "a first row that looks like data"
	}
	var names []string
	for _, name := range header[:min(len(header), most)] {
		names = append(names, fmt.Sprintf("%.40q", strings.TrimSpace(name)))
	}
	if len(header) > most {
		names = append(names, "...")
	}
	return strings.Join(names, ", ")
}
