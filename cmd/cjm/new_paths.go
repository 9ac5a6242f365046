package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// newPaths reads paths whose end is not known: CSV that has a column path, or only
// one column and no header.
type newPaths struct {
	source    *source
	column    string // where it is not called path
	comma     comma
	separator string
}

// newPath is one of them.
type newPath struct {
	text    string // as it stands in the input
	counted *journey.Counted
}

// all yields the paths in order, with codes of the dictionary. A path is valid until
// the next one. After a *[touchpoint.RowError] the next row follows; any other
// error is the last.
func (n *newPaths) all(ctx context.Context, d *journey.Dictionary) iter.Seq2[newPath, error] {
	return func(yield func(newPath, error) bool) {
		in, err := n.source.Open()
		if err != nil {
			yield(newPath{}, fmt.Errorf("%s: %w", n.source.name, bareError(err)))
			return
		}
		defer in.Close()
		rows := csv.NewReader(withoutMark(in))
		rows.Comma, rows.ReuseRecord = n.comma.orComma(), true
		counted := &journey.Counted{Dictionary: d}
		for column := -1; ; {
			row, err := rows.Read()
			if err == io.EOF {
				return
			}
			if column < 0 {
				header := false
				if column, header, err = n.find(row, err); err != nil {
					yield(newPath{}, err)
					return
				}
				if header {
					continue
				}
			}
			path, err := n.path(ctx, rows, row, err, column, counted)
			if !yield(path, err) || err != nil && !isRowError(err) {
				return
			}
		}
	}
}

// find returns which column holds the path, and whether the first row, read with
// an error perhaps, is a header.
func (n *newPaths) find(row []string, err error) (column int, header bool, _ error) {
	if err != nil {
		return 0, false, n.readError(err)
	}
	name := cmp.Or(n.column, "path")
	column = slices.IndexFunc(row, func(cell string) bool { return strings.EqualFold(strings.TrimSpace(cell), name) })
	switch {
	case column >= 0:
		return column, true, nil
	case len(row) == 1 && n.column == "":
		return 0, false, nil
	}
	// What the columns are called is not said: without a header it is data.
	return 0, false, fmt.Errorf("%s: no column of the first row, which has %d, is called %q. Name the one with the paths by --columns path=COLUMN",
		n.source.name, len(row), name)
}

// path returns the path of a row, read with an error perhaps, in p.
func (n *newPaths) path(ctx context.Context, rows *csv.Reader, row []string, err error, column int, p *journey.Counted) (newPath, error) {
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return newPath{}, n.readError(err)
	}
	text := strings.TrimSpace(row[column])
	if err := n.parse(text, p); err != nil {
		line, _ := rows.FieldPos(column)
		return newPath{}, &touchpoint.RowError{Source: n.source.name, Line: line, Field: "path", Err: err}
	}
	return newPath{text, p}, nil
}

// parse sets the channels of p to those of the path, by the rules of a
// [journey.PathTable].
func (n *newPaths) parse(text string, p *journey.Counted) error {
	p.Channels = p.Channels[:0]
	if text == "" {
		return nil
	}
	touch := 0
	for name := range strings.SplitSeq(text, cmp.Or(n.separator, journey.DefaultSeparator)) {
		touch++
		name = strings.TrimSpace(name)
		switch {
		case name == "":
			return fmt.Errorf("%w: touch %d has no channel", touchpoint.ErrMissing, touch)
		case !utf8.ValidString(name):
			return fmt.Errorf("%w in touch %d", touchpoint.ErrEncoding, touch)
		case name == string(journey.None):
			return fmt.Errorf("%w: touch %d has the channel %s, a name that stands for empty paths", touchpoint.ErrRange, touch, journey.None)
		}
		p.Channels = append(p.Channels, p.Dictionary.Code(touchpoint.Channel(name)))
	}
	return nil
}

// readError gives an error of reading its place.
func (n *newPaths) readError(err error) error {
	if bad := (*csv.ParseError)(nil); errors.As(err, &bad) {
		return &touchpoint.RowError{Source: n.source.name, Line: bad.StartLine, Err: fmt.Errorf("%w: %w", touchpoint.ErrSyntax, bad.Err)}
	}
	return fmt.Errorf("%s: %w", n.source.name, err)
}

// withoutMark returns r without a byte order mark.
func withoutMark(r io.Reader) io.Reader {
	mark := make([]byte, 3)
	n, err := io.ReadFull(r, mark)
	head := bytes.TrimPrefix(mark[:n], []byte("\ufeff"))
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return io.MultiReader(bytes.NewReader(head), failedReader{err})
	}
	return io.MultiReader(bytes.NewReader(head), r)
}

// failedReader fails as another reader has.
type failedReader struct{ err error }

func (r failedReader) Read([]byte) (int, error) { return 0, r.err }
