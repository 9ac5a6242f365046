package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// textTable is a table for people: names to the left, numbers to the right.
type textTable struct{ w table.Writer }

func newTextTable(header ...string) textTable {
	t := textTable{table.NewWriter()}
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	style.Format.Footer = text.FormatDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Options.SeparateHeader = true
	style.Options.SeparateFooter = true
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	t.w.SetStyle(style)
	t.w.AppendHeader(tableRow(header))
	var columns []table.ColumnConfig
	for i := range header[1:] {
		columns = append(columns, table.ColumnConfig{
			Number: i + 2, Align: text.AlignRight, AlignHeader: text.AlignRight, AlignFooter: text.AlignRight,
		})
	}
	t.w.SetColumnConfigs(columns)
	return t
}

func tableRow(cells []string) table.Row {
	var row table.Row
	for _, cell := range cells {
		row = append(row, cell)
	}
	return row
}

func (t textTable) row(cells ...string) { t.w.AppendRow(tableRow(cells)) }

func (t textTable) footer(cells ...string) { t.w.AppendFooter(tableRow(cells)) }

// String returns the lines of the table.
func (t textTable) String() string {
	var b strings.Builder
	for line := range strings.Lines(t.w.Render()) {
		b.WriteString(strings.TrimRight(line, " \n"))
		b.WriteByte('\n')
	}
	return b.String()
}

// aligned writes lines of a name, a number and a remark.
func aligned(lines [][3]string) string {
	width := 0
	for _, line := range lines {
		width = max(width, utf8.RuneCountInString(line[1]))
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(strings.TrimRight(fmt.Sprintf("%-16s %*s  %s", line[0], width, line[1], line[2]), " "))
		b.WriteByte('\n')
	}
	return b.String()
}
