package touchpoint

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
)

// eventReader yields the touchpoints of a stream of JSON values.
type eventReader struct {
	ctx    context.Context
	source string
	limit  int
	over   bool  // values reach over lines, whatever the input looks like
	err    error // of the configuration
	// value decodes an object and calls yield for each of its events, until it
	// returns false.
	value func(data []byte, yield eventYield) bool
}

// eventYield takes one event, or what is wrong with it. at is where it begins in
// the data of its value, and index says where it stands in an array there, such
// as "batch[2]".
type eventYield func(t Touchpoint, bad *RowError, at int, index string) bool

// all yields the events of an input.
func (e *eventReader) all(r io.Reader) iter.Seq2[Touchpoint, error] {
	return func(yield func(Touchpoint, error) bool) {
		if e.err != nil {
			yield(Touchpoint{}, &InputError{Source: e.source, Err: e.err})
			return
		}
		values := newJSONStream(contextReader{e.ctx, r}, e.limit, e.over)
		for stop := e.ctx.Done(); ; {
			v, ok := values.next()
			if done(stop) {
				values.err, ok = e.ctx.Err(), false
			}
			if !ok {
				break
			}
			line, counted, stopped := v.line, 0, false
			emit := func(t Touchpoint, bad *RowError, at int, index string) bool {
				if bad == nil && done(stop) {
					values.err, stopped = e.ctx.Err(), true
					return false
				}
				if bad == nil {
					return yield(t, nil)
				}
				line += bytes.Count(v.data[counted:at], []byte("\n"))
				counted = at // events come in order
				if v.index >= 0 {
					index = joinPath("["+strconv.Itoa(v.index)+"]", index)
				}
				return yield(Touchpoint{}, &RowError{Source: e.source, Line: line, Field: joinPath(index, bad.Field), Err: bad.Err})
			}
			if !e.events(v, emit) {
				if stopped {
					break
				}
				return
			}
		}
		if values.err != nil {
			yield(Touchpoint{}, &InputError{Source: e.source, Line: values.line, Err: values.err})
		}
	}
}

// events yields the events of one value: those of an object, or of the objects
// of an array that is a line.
func (e *eventReader) events(v jsonValue, yield eventYield) bool {
	if v.data == nil {
		return yield(Touchpoint{}, &RowError{Err: ErrTooLong}, 0, "")
	}
	data := bytes.Trim(v.data, " \t\r\n")
	if v.index >= 0 || len(data) == 0 || data[0] != '[' {
		return e.value(data, yield)
	}
	more, i := true, 0
	end, err := elements(data, 0, func(start, end int) bool {
		place := "[" + strconv.Itoa(i) + "]"
		i++
		more = e.value(data[start:end], func(t Touchpoint, bad *RowError, at int, index string) bool {
			return yield(t, bad, start+at, joinPath(place, index))
		})
		return more
	})
	if more && err == nil && end < len(data) {
		err = errTrailing
	}
	if more && err != nil {
		return yield(Touchpoint{}, &RowError{Err: err}, end, "["+strconv.Itoa(i)+"]")
	}
	return more
}

// body returns the events of an input in memory.
func (e *eventReader) body(data []byte) ([]Touchpoint, error) {
	var good []Touchpoint
	var bad []error
	for t, err := range e.all(bytes.NewReader(data)) {
		if err != nil {
			bad = append(bad, err)
		} else {
			good = append(good, t)
		}
	}
	if len(bytes.TrimSpace(bytes.TrimPrefix(data, byteOrderMark))) == 0 && bad == nil {
		bad = append(bad, &InputError{Source: e.source, Err: fmt.Errorf("%w: the body is empty", ErrMissing)})
	}
	return good, errors.Join(bad...)
}

// joinPath joins two parts of a path, each of which may be empty.
func joinPath(outer, inner string) string {
	switch {
	case outer == "":
		return inner
	case inner == "":
		return outer
	}
	return outer + "." + inner
}
