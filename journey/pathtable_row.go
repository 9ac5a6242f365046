package journey

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/cjm-go/cjm/internal/csvscan"
	"github.com/cjm-go/cjm/touchpoint"
)

// rowReader turns the rows of a path table into counted paths.
type rowReader struct {
	at     layout
	sep    []byte
	source string
	path   Counted // reused for every row
}

func (t PathTable) rows(l layout, d *Dictionary) *rowReader {
	return &rowReader{at: l, sep: []byte(t.separator()), source: t.Source, path: Counted{Dictionary: d}}
}

// parse reads the current record. The path is valid until the next call.
func (r *rowReader) parse(records *csvscan.Records) (*Counted, *touchpoint.RowError) {
	if err := records.Err(); err != nil {
		return nil, r.bad(records, "", rowProblem(err))
	}
	fields := records.Fields()
	if len(fields) != r.at.width {
		return nil, r.bad(records, "", fmt.Errorf("%w: %d fields, the header has %d", touchpoint.ErrSyntax, len(fields), r.at.width))
	}
	p := &r.path
	var err error
	if r.at.conversion >= 0 {
		if p.Conversions, p.Nulls, err = parseOutcome(fields[r.at.conversion]); err != nil {
			return nil, r.bad(records, "conversion", err)
		}
	} else {
		if p.Conversions, err = parseCount(fields[r.at.conversions]); err != nil {
			return nil, r.bad(records, "conversions", err)
		}
		if r.at.nulls >= 0 {
			if p.Nulls, err = parseCount(fields[r.at.nulls]); err != nil {
				return nil, r.bad(records, "nulls", err)
			}
		}
		if r.at.opens >= 0 {
			if p.Opens, err = parseCount(fields[r.at.opens]); err != nil {
				return nil, r.bad(records, "opens", err)
			}
		}
	}
	if r.at.value >= 0 {
		if p.Value, err = parseValue(fields[r.at.value]); err != nil {
			return nil, r.bad(records, "value", err)
		}
	}
	if p.Value > 0 && p.Conversions == 0 {
		return nil, r.bad(records, "value", fmt.Errorf("%w: %w", touchpoint.ErrRange, ErrValueWithoutConversion))
	}
	known := p.Dictionary.Len()
	if err := r.channels(fields[r.at.path]); err != nil {
		p.Dictionary.truncate(known) // a bad row leaves no trace
		return nil, r.bad(records, "path", err)
	}
	return p, nil
}

func (r *rowReader) bad(records *csvscan.Records, field string, err error) *touchpoint.RowError {
	return &touchpoint.RowError{Source: r.source, Line: records.Line(), Field: field, Err: err}
}

// rowProblem gives a malformed record the class that callers test for.
func rowProblem(err error) error {
	if errors.Is(err, csvscan.ErrTooLong) {
		return touchpoint.ErrTooLong
	}
	return fmt.Errorf("%w: %w", touchpoint.ErrSyntax, err)
}

// channels fills the path's codes. Names already in the dictionary have been
// checked when they came in.
func (r *rowReader) channels(path []byte) error {
	p := &r.path
	p.Channels = p.Channels[:0]
	path = trimSpace(path)
	if len(path) == 0 {
		return nil
	}
	d := p.Dictionary
	for more := true; more; {
		name := path
		if i := bytes.Index(path, r.sep); i >= 0 {
			name, path = path[:i], path[i+len(r.sep):]
		} else {
			more = false
		}
		name = trimSpace(name)
		code, ok := d.lookup(name)
		if !ok {
			switch {
			case len(name) == 0:
				return fmt.Errorf("%w: touch %d has no channel", touchpoint.ErrMissing, len(p.Channels)+1)
			case !utf8.Valid(name):
				return fmt.Errorf("%w in touch %d", touchpoint.ErrEncoding, len(p.Channels)+1)
			case string(name) == string(None):
				return fmt.Errorf("%w: touch %d has the channel %s, a name that stands for empty paths", touchpoint.ErrRange, len(p.Channels)+1, None)
			}
			code = d.add(touchpoint.Channel(name))
		}
		p.Channels = append(p.Channels, code)
	}
	return nil
}

// trimSpace drops Unicode space on both sides. Nearly always it is blanks around
// ASCII, which need no look at the Unicode tables.
func trimSpace(s []byte) []byte {
	for len(s) > 0 && s[0] == ' ' {
		s = s[1:]
	}
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	if n := len(s); n == 0 || s[0]-'!' < 0x7f-'!' && s[n-1]-'!' < 0x7f-'!' {
		return s
	}
	return bytes.TrimFunc(s, unicode.IsSpace)
}

var (
	errNotNumber = fmt.Errorf("%w: not a number", touchpoint.ErrFormat)
	errNegative  = fmt.Errorf("%w: negative", touchpoint.ErrRange)
	errFraction  = fmt.Errorf("%w: not a whole number", touchpoint.ErrRange)
	errTooLarge  = fmt.Errorf("%w: more than 2^63-1", touchpoint.ErrRange)
	errInfinite  = fmt.Errorf("%w: not finite", touchpoint.ErrRange)
	errOutcome   = fmt.Errorf("%w: empty, neither converted nor lost", touchpoint.ErrMissing)
)

// parseCount reads a whole number from 0 to 2^63-1; empty is 0.
func parseCount(s []byte) (int64, error) {
	// Up to 18 digits fit without a check.
	var n int64
	if len(s) <= 18 {
		for _, c := range s {
			if c -= '0'; c > 9 {
				return parseCountSlow(s)
			}
			n = n*10 + int64(c)
		}
		return n, nil
	}
	return parseCountSlow(s)
}

func parseCountSlow(s []byte) (int64, error) {
	s = trimSpace(s)
	if len(s) == 0 {
		return 0, nil
	}
	if n, err := strconv.ParseInt(string(s), 10, 64); err == nil {
		if n < 0 {
			return 0, errNegative
		}
		return n, nil
	}
	x, err := strconv.ParseFloat(string(s), 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, errTooLarge
	case err != nil, math.IsNaN(x):
		return 0, errNotNumber
	case x < 0:
		return 0, errNegative
	case x >= 1<<63:
		return 0, errTooLarge
	case x != math.Trunc(x):
		return 0, errFraction
	}
	return int64(x), nil
}

// parseValue reads a finite number that is not negative; empty is 0.
func parseValue(s []byte) (float64, error) {
	if len(s) == 1 && s[0] == '0' {
		return 0, nil
	}
	s = trimSpace(s)
	if len(s) == 0 {
		return 0, nil
	}
	x, err := strconv.ParseFloat(string(s), 64)
	switch {
	case errors.Is(err, strconv.ErrRange), math.IsInf(x, 0):
		return 0, errInfinite
	case err != nil, math.IsNaN(x):
		return 0, errNotNumber
	case x < 0:
		return 0, errNegative
	}
	return math.Abs(x), nil // -0 is 0
}

// parseOutcome reads how many journeys converted, where none stands for one that
// was lost.
func parseOutcome(s []byte) (conversions, nulls int64, err error) {
	switch s = trimSpace(s); {
	case len(s) == 0:
		return 0, 0, errOutcome
	case bytes.EqualFold(s, []byte("true")):
		return 1, 0, nil
	case bytes.EqualFold(s, []byte("false")):
		return 0, 1, nil
	}
	if conversions, err = parseCount(s); err == nil && conversions == 0 {
		nulls = 1
	}
	return conversions, nulls, err
}
