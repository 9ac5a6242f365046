package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// eventReader reads events and counts the journeys in them.
type eventReader struct {
	columns    touchpoint.Columns
	comma      comma
	location   *time.Location
	builder    journey.Builder
	transforms journey.Transforms
	badRows    journey.BadRows
}

// touchpoints yields the touchpoints of all sources, one after the other. An
// error that is not of a row is the last.
func (r *eventReader) touchpoints(ctx context.Context, sources []*source) iter.Seq2[touchpoint.Touchpoint, error] {
	return func(yield func(touchpoint.Touchpoint, error) bool) {
		for _, s := range sources {
			if !r.one(ctx, s, yield) {
				return
			}
		}
	}
}

// one yields the touchpoints of one source and reports whether to go on.
func (r *eventReader) one(ctx context.Context, s *source, yield func(touchpoint.Touchpoint, error) bool) bool {
	head, err := s.peek(maxHeader)
	if err != nil {
		yield(touchpoint.Touchpoint{}, err)
		return false
	}
	json := looksLikeJSON(s.name, head)
	if !json && len(bytes.TrimSpace(head)) == 0 {
		yield(touchpoint.Touchpoint{}, errNoHeader(s))
		return false
	}
	in, err := s.Open()
	if err != nil {
		yield(touchpoint.Touchpoint{}, fmt.Errorf("%s: %w", s.name, err))
		return false
	}
	defer in.Close()
	for t, err := range r.decode(ctx, s.name, json, in) {
		if !yield(t, explainHeader(err)) || err != nil && !isRowError(err) {
			return false
		}
	}
	return true
}

// errNoHeader says that an input has nothing in it.
func errNoHeader(s *source) error {
	return fmt.Errorf("%s: the input is empty, a header is needed", s.name)
}

// explainHeader says what a user of the command can do about a header in which a
// column is missing.
func explainHeader(err error) error {
	if e := (*touchpoint.InputError)(nil); errors.As(err, &e) && e.Field == "header" && errors.Is(err, touchpoint.ErrMissing) {
		return fmt.Errorf("%w. Name the columns by --columns, such as --columns customer=COLUMN,time=COLUMN,kind=COLUMN", err)
	}
	return err
}

func (r *eventReader) decode(ctx context.Context, name string, json bool, in io.Reader) iter.Seq2[touchpoint.Touchpoint, error] {
	if json {
		return touchpoint.JSONLines{Columns: r.columns, Source: name, Location: r.location}.Decode(ctx, in)
	}
	return touchpoint.CSV{Columns: r.columns, Comma: r.comma.orComma(), Source: name, Location: r.location}.Decode(ctx, in)
}

func isRowError(err error) bool { return errors.As(err, new(*touchpoint.RowError)) }

// count counts the journeys in the sources with acc.
func (r *eventReader) count(ctx context.Context, sources []*source, acc interface{ Add(*journey.Counted) error }) (*account, error) {
	a := &account{kind: events, journeys: new(journey.Report)}
	var (
		dict journey.Dictionary
		path journey.Counted
	)
	for p, err := range r.builder.Build(ctx, r.touchpoints(ctx, sources), a.journeys) {
		if err != nil {
			if r.badRows == journey.SkipBadRows && isRowError(err) {
				a.skip(err)
				continue
			}
			return a, err
		}
		if err := p.Count(&dict, &path); err != nil {
			return a, err
		}
		r.transforms.Apply(&path)
		if err := acc.Add(&path); err != nil {
			return a, err
		}
	}
	a.rows = a.journeys.Read + a.journeys.BadRows
	return a, nil
}
