package attribution

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cjm-go/cjm/internal/csvscan"
	"github.com/cjm-go/cjm/touchpoint"
)

// maxSpendErrors is how many bad rows the error of ReadSpend tells of.
const maxSpendErrors = 10

// ReadSpend reads what channels cost from CSV with a header:
//
//	channel,cost
//	email,1200
//	paid search,8350.5
//
// The column of the channel is called channel or channel_name, that of the cost
// cost or spend, without regard to case; others are passed over. Several rows of
// a channel are added up. Costs are finite numbers, not negative. Space around a
// channel is dropped; the name must be that of the journeys, to the letter. A byte
// order mark at the beginning is skipped.
//
// Source names the input in errors. Rows that cannot be read, the first ten of
// them, are [*touchpoint.RowError]s with line and column, joined; then there is no
// Spend, since a part of the cost would be missing from it. Any other error is one
// of the reader or, as a *touchpoint.RowError too, of the header.
func ReadSpend(r io.Reader, source string) (*Spend, error) {
	scan := csvscan.NewReader(r, 0, 0)
	header, err := spendHeader(scan, source)
	if scan.Err() != nil {
		return nil, spendReadError(scan.Err(), source)
	}
	if err != nil {
		return nil, err
	}
	var (
		s    Spend
		errs []error
		more int
	)
	for scan.Next() {
		field, err := s.row(scan, header)
		if err == nil {
			continue
		}
		if len(errs) == maxSpendErrors {
			more++
			continue
		}
		errs = append(errs, &touchpoint.RowError{Source: source, Line: scan.Line(), Field: field, Err: err})
	}
	if err := scan.Err(); err != nil {
		return nil, spendReadError(err, source)
	}
	if more > 0 {
		errs = append(errs, fmt.Errorf("attribution: and %d more bad rows", more))
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return &s, nil
}

func spendReadError(err error, source string) error {
	if source == "" {
		return fmt.Errorf("attribution: reading spend: %w", err)
	}
	return fmt.Errorf("attribution: reading %s: %w", source, err)
}

// spendColumns says which field of a row holds what.
type spendColumns struct{ channel, cost, width int }

func spendHeader(scan *csvscan.Reader, source string) (spendColumns, error) {
	fail := func(err error) (spendColumns, error) {
		return spendColumns{}, &touchpoint.RowError{Source: source, Line: max(scan.Line(), 1), Field: "header", Err: err}
	}
	if !scan.Next() {
		return fail(fmt.Errorf("%w: the input is empty", touchpoint.ErrMissing))
	}
	if err := scan.RecordErr(); err != nil {
		return fail(spendRecordError(err))
	}
	var errs []error
	find := func(names ...string) int {
		at := -1
		for i, name := range scan.Fields() {
			if !slices.Contains(names, strings.ToLower(strings.TrimSpace(string(name)))) {
				continue
			}
			if at >= 0 {
				errs = append(errs, fmt.Errorf("%w: more than one column of the %s", touchpoint.ErrSyntax, names[0]))
				return at
			}
			at = i
		}
		if at < 0 {
			errs = append(errs, fmt.Errorf("%w: no column %s", touchpoint.ErrMissing, strings.Join(names, " or ")))
		}
		return at
	}
	c := spendColumns{channel: find("channel", "channel_name"), cost: find("cost", "spend"), width: len(scan.Fields())}
	if len(errs) > 0 {
		return fail(errors.Join(errs...))
	}
	return c, nil
}

func spendRecordError(err error) error {
	if errors.Is(err, csvscan.ErrTooLong) {
		return touchpoint.ErrTooLong
	}
	return fmt.Errorf("%w: %w", touchpoint.ErrSyntax, err)
}

// row adds the current record. Field is the column to which the error belongs.
func (s *Spend) row(scan *csvscan.Reader, columns spendColumns) (field string, err error) {
	if err := scan.RecordErr(); err != nil {
		return "", spendRecordError(err)
	}
	fields := scan.Fields()
	if len(fields) != columns.width {
		return "", fmt.Errorf("%w: %d fields, the header has %d", touchpoint.ErrSyntax, len(fields), columns.width)
	}
	channel := strings.TrimSpace(string(fields[columns.channel]))
	if !utf8.ValidString(channel) {
		return "channel", touchpoint.ErrEncoding
	}
	cost, err := parseCost(strings.TrimSpace(string(fields[columns.cost])))
	if err != nil {
		return "cost", err
	}
	err = s.add(touchpoint.Channel(channel), cost)
	if errors.Is(err, errNoChannel) || errors.Is(err, errNoneChannel) {
		return "channel", err
	}
	return "cost", err
}

// parseCost reads a decimal number. Spend.add checks its range.
func parseCost(text string) (float64, error) {
	if text == "" {
		return 0, fmt.Errorf("%w: empty", touchpoint.ErrMissing)
	}
	x, err := strconv.ParseFloat(text, 64)
	if errors.Is(err, strconv.ErrRange) {
		return math.Inf(1), nil
	}
	if err != nil || strings.ContainsAny(text, "xX_") {
		return 0, fmt.Errorf("%w: not a number", touchpoint.ErrFormat)
	}
	return x, nil
}
