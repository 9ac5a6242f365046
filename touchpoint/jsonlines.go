package touchpoint

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"time"
)

// JSONLines decodes touchpoints from JSON lines: one object a line, blank lines
// skipped. It reads what [AppendJSON] writes, and objects of other origin:
//
//   - Members are found by the names in Columns. A name with dots reaches into
//     nested objects. A null counts as if the member were not there.
//   - A member of an object that no field takes is a property: a string as its
//     text, anything else as its JSON text without white space, numbers as they
//     are written. The members of an object named "properties" are properties
//     themselves. Other unused members of objects that are reached into are
//     properties by their path, such as "context.ip".
//   - A string is read like a cell of a CSV file, so "12.5" and 12.5 are the same
//     value, and 17 as a customer is the text 17. See [CSV] for what each field
//     accepts, for times, and for ids.
//   - A key that an object has twice, or two names that say the same, are
//     [ErrSyntax]: which of them holds is anybody's guess.
//
// The zero value is ready.
type JSONLines struct {
	// Columns says which member holds what.
	Columns Columns
	// Source is the name of the input in errors, such as a file name.
	Source string
	// TimeLayouts are the layouts of times, tried in order: layouts of package
	// time or special names such as [TimeUnix]. Nil means [TimeISO].
	TimeLayouts []string
	// Location is the zone of times that do not say theirs. Nil means UTC.
	Location *time.Location
	// MaxRow is the longest line accepted, in bytes. A longer one is skipped as
	// a bad row. 0 means [DefaultMaxRow].
	MaxRow int
}

// Validate reports all that is wrong with the configuration at once.
func (d JSONLines) Validate() error {
	return errors.Join(validateInput(d.Columns, d.TimeLayouts, d.MaxRow)...)
}

// Decode reads r to its end and yields every touchpoint in order. A bad row is a
// zero Touchpoint and a [*RowError]; the rows after it follow. A [*InputError]
// ends the sequence: the reader fails, the context is done, the configuration is
// not valid. An input without a row yields nothing. The sequence can be used
// once; a consumer may stop at any time.
func (d JSONLines) Decode(ctx context.Context, r io.Reader) iter.Seq2[Touchpoint, error] {
	return func(yield func(Touchpoint, error) bool) {
		if err := d.Validate(); err != nil {
			yield(Touchpoint{}, &InputError{Source: d.Source, Err: err})
			return
		}
		rows := jsonDecoder{
			assembler: assembler{times: newTimeReader(d.TimeLayouts, d.Location)},
			places:    newPlaces(d.Columns),
		}
		lines := newLineReader(contextReader{ctx, r}, maxRow(d.MaxRow))
		for stop := ctx.Done(); ; {
			text, tooLong, ok := lines.next()
			if done(stop) {
				lines.err, ok = ctx.Err(), false
			}
			if !ok {
				break
			}
			if len(bytes.TrimSpace(text)) == 0 && !tooLong {
				continue
			}
			var t Touchpoint
			bad := &RowError{Err: ErrTooLong}
			if !tooLong {
				bad = rows.row(text, &t)
			}
			if bad == nil {
				if !yield(t, nil) {
					return
				}
				continue
			}
			bad.Source, bad.Line = d.Source, lines.line
			if !yield(Touchpoint{}, bad) {
				return
			}
		}
		if lines.err != nil {
			yield(Touchpoint{}, &InputError{Source: d.Source, Line: lines.line, Err: lines.err})
		}
	}
}
