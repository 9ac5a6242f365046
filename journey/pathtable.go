package journey

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/cjm-go/cjm/internal/csvscan"
	"github.com/cjm-go/cjm/touchpoint"
)

// PathTable reads and writes the table in which counted paths are exchanged: CSV
// with a header, a row per path.
//
//	path,conversions,value,nulls
//	email > search > store,3,250.5,17
//
// The header names the columns, in any order; others are passed over.
//
//   - path: channel names joined by the separator, Unicode space around each
//     name dropped. An empty path is a journey without a touch.
//   - conversions, total_conversions, conv: how many journeys converted.
//   - value, total_conversion_value, conversion_value, revenue: what these
//     conversions were worth together. Where nothing converted it must be 0.
//   - nulls, total_null, null, non_conversions: how many journeys were lost.
//   - opens: how many are not ended yet.
//   - conversion, in the singular and instead of conversions and nulls, makes a
//     row one journey: 1 or true converted, 0 or false lost. A larger number is
//     that many journeys, all of which converted.
//
// Counts are whole numbers from 0 to 2^63-1, also written as 3.0 or 1e6; values
// are finite and not negative; an empty field is 0. Every channel name is
// allowed except the empty one and "(none)", under which results report the
// credit of empty paths. Text is UTF-8.
//
// The zero value reads the usual forms. A path given in quotes may hold commas
// and line ends.
type PathTable struct {
	// Separator stands between the channels of a path. Empty means ">", which
	// with the space around names dropped also reads " > ", and is written so.
	// Any other is taken, and written, to the letter.
	Separator string
	// Columns names the columns where their headers are not the usual ones.
	Columns PathColumns
	// Comma separates the fields; 0 means ','.
	Comma byte
	// Source names the input in errors.
	Source string
	// MaxRow is the longest row in bytes; 0 means 16 MiB.
	MaxRow int
}

// None is the name under which results report empty paths. No channel can have it.
const None touchpoint.Channel = "(none)"

// DefaultSeparator stands between the channels of a path where no other is set.
const DefaultSeparator = ">"

func (t PathTable) separator() string {
	if t.Separator == "" {
		return DefaultSeparator
	}
	return t.Separator
}

// Validate reports all that is wrong with the configuration.
func (t PathTable) Validate() error {
	if t.Comma == '"' || t.Comma == '\n' || t.Comma == '\r' || t.Comma >= 0x80 {
		return fmt.Errorf("%w: the comma must be an ASCII character other than a quote or a line end", ErrTable)
	}
	return nil
}

// Matches reports whether the header is that of a path table: whether it has a
// path and a count of conversions.
func (t PathTable) Matches(header []string) bool {
	_, err := t.layout(header)
	return err == nil
}

// Paths reads the table from r. Each path is valid until the next one; the
// names of new channels are added to d, which may be nil.
//
// A bad row is yielded as a [*touchpoint.RowError] with its line and column, and
// reading goes on with the next row. An error of any other type, or one on the
// header, ends the input: a read error, a missing column, ctx done.
func (t PathTable) Paths(ctx context.Context, r io.Reader, d *Dictionary) iter.Seq2[*Counted, error] {
	return func(yield func(*Counted, error) bool) {
		if d == nil {
			d = new(Dictionary)
		}
		blocks, records, layout, err := t.open(r)
		if err != nil {
			yield(nil, err)
			return
		}
		rows := t.rows(layout, d)
		var block csvscan.Block
		for {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			for records.Next() {
				p, bad := rows.parse(records)
				var err error
				if bad != nil {
					err = bad
				}
				if !yield(p, err) {
					return
				}
			}
			if !blocks.Next(&block) {
				break
			}
			records.Reset(block)
		}
		if err := blocks.Err(); err != nil {
			yield(nil, t.readError(err))
		}
	}
}

// open reads the header. The records that follow it in the first block are left in
// the records returned.
func (t PathTable) open(r io.Reader) (*csvscan.Blocks, *csvscan.Records, layout, error) {
	if err := t.Validate(); err != nil {
		return nil, nil, layout{}, err
	}
	blocks := csvscan.NewBlocks(r)
	blocks.Comma, blocks.MaxRecord = t.Comma, t.MaxRow
	records := &csvscan.Records{Comma: t.Comma}
	var block csvscan.Block
	for blocks.Next(&block) {
		records.Reset(block)
		if !records.Next() {
			continue
		}
		if err := records.Err(); err != nil {
			return nil, nil, layout{}, &touchpoint.RowError{Source: t.Source, Line: records.Line(), Err: rowProblem(err)}
		}
		var header []string
		for _, f := range records.Fields() {
			header = append(header, string(f))
		}
		l, err := t.layout(header)
		if err != nil {
			return nil, nil, layout{}, &touchpoint.RowError{Source: t.Source, Line: records.Line(), Err: err}
		}
		return blocks, records, l, nil
	}
	if err := blocks.Err(); err != nil {
		return nil, nil, layout{}, t.readError(err)
	}
	return nil, nil, layout{}, &touchpoint.RowError{Source: t.Source, Err: fmt.Errorf("%w: the input is empty, a header is needed", touchpoint.ErrMissing)}
}

func (t PathTable) readError(err error) error {
	if t.Source == "" {
		return fmt.Errorf("journey: reading paths: %w", err)
	}
	return fmt.Errorf("journey: reading %s: %w", t.Source, err)
}

// Write writes the counts as a path table, sorted by path: path, conversions,
// value, nulls, and opens where there are any. A channel whose name holds the
// separator, or could not be read back for another reason, is an error.
func (t PathTable) Write(w io.Writer, c *Counts) error {
	if err := t.Validate(); err != nil {
		return err
	}
	sep := t.separator()
	if t.Separator == "" {
		sep = " " + sep + " "
	}
	type row struct {
		path string
		entry
	}
	var rows []row
	opens := false
	for _, e := range c.sorted() {
		var path strings.Builder
		for i, code := range e.path.Channels {
			name := string(e.path.Dictionary.Name(code))
			if err := t.writable(name); err != nil {
				return err
			}
			if i > 0 {
				path.WriteString(sep)
			}
			path.WriteString(name)
		}
		opens = opens || e.opens > 0
		rows = append(rows, row{path.String(), e})
	}
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.path, b.path) })
	out := newTableWriter(w, t.Comma)
	out.header(opens)
	for _, r := range rows {
		out.row(r.path, r.counted(), opens)
	}
	return out.flush()
}
