package touchpoint

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Special names for layouts of times, beside those of package [time].
const (
	// TimeISO is what a decoder without layouts accepts: ISO 8601 as systems
	// commonly write it,
	//
	//	2006-01-02
	//	2006-01-02 15:04
	//	2006-01-02 15:04:05.999999999
	//
	// with a T or one space before the hour, a point or comma before the
	// fraction, and after the time of day, if anything, an offset: Z, UTC,
	// +07, +0700 or +07:00, with or without a space before it. RFC 3339 is
	// part of this. Digits of the fraction beyond the ninth are dropped.
	TimeISO = "iso"
	// TimeUnix is seconds since 1970 UTC, a whole number or with a fraction.
	TimeUnix = "unix"
	// TimeUnixMilli is whole milliseconds since 1970 UTC.
	TimeUnixMilli = "unixms"
	// TimeUnixMicro is whole microseconds since 1970 UTC.
	TimeUnixMicro = "unixus"
)

var isoOnly = []string{TimeISO}

// timeReader reads times of the first of its layouts that fits.
type timeReader struct {
	layouts  []string
	location *time.Location
}

func newTimeReader(layouts []string, location *time.Location) timeReader {
	if layouts == nil {
		layouts = isoOnly
	}
	if location == nil {
		location = time.UTC
	}
	return timeReader{layouts, location}
}

func validateLayouts(layouts []string) error {
	if layouts != nil && len(layouts) == 0 {
		return errors.New("touchpoint: no time layouts; nil would be the default")
	}
	var errs []error
	for i, layout := range layouts {
		if layout == "" {
			errs = append(errs, fmt.Errorf("touchpoint: time layout %d is empty", i+1))
		}
	}
	return errors.Join(errs...)
}

// parse returns the time in UTC.
func (r *timeReader) parse(text []byte) (time.Time, error) {
	for _, layout := range r.layouts {
		var t time.Time
		var ok bool
		switch layout {
		case TimeISO:
			t, ok = parseISO(text, r.location)
		case TimeUnix:
			t, ok = parseUnix(text, 1, true)
		case TimeUnixMilli:
			t, ok = parseUnix(text, 1_000, false)
		case TimeUnixMicro:
			t, ok = parseUnix(text, 1_000_000, false)
		default:
			t, ok = parseLayout(layout, text, r.location)
		}
		if !ok {
			continue
		}
		t = t.UTC()
		if !validTime(t) {
			return time.Time{}, errYear
		}
		return t, nil
	}
	return time.Time{}, errNotTime
}

// validTime reports whether a time can be told from "not known" and can be
// written as RFC 3339.
func validTime(t time.Time) bool {
	year := t.UTC().Year()
	return year >= 1 && year <= 9999 && !t.IsZero()
}

// parseLayout is [time.ParseInLocation], but refuses an abbreviation of a zone
// that is not one of the location: package time would take it for UTC.
func parseLayout(layout string, text []byte, location *time.Location) (time.Time, bool) {
	t, err := time.ParseInLocation(layout, string(text), location)
	if err != nil {
		return t, false
	}
	zone, offset := t.Zone()
	invented := offset == 0 && t.Location() != location && zone != "" && zone != "UTC" && zone != "GMT"
	return t, !invented
}

// parseISO reads a time of [TimeISO].
func parseISO(s []byte, location *time.Location) (time.Time, bool) {
	var none time.Time
	if len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return none, false
	}
	year, ok1 := digits(s[:4])
	month, ok2 := digits(s[5:7])
	day, ok3 := digits(s[8:10])
	if !ok1 || !ok2 || !ok3 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return none, false
	}
	if len(s) == 10 {
		return time.Date(year, time.Month(month), day, 0, 0, 0, 0, location), true
	}
	if c := s[10]; c != 'T' && c != 't' && c != ' ' || len(s) < 16 || s[13] != ':' {
		return none, false
	}
	hour, ok1 := digits(s[11:13])
	minute, ok2 := digits(s[14:16])
	if !ok1 || !ok2 || hour > 23 || minute > 59 {
		return none, false
	}
	second, nano := 0, 0
	s = s[16:]
	if len(s) >= 3 && s[0] == ':' {
		if second, ok1 = digits(s[1:3]); !ok1 || second > 59 {
			return none, false
		}
		s = s[3:]
		if len(s) > 0 && (s[0] == '.' || s[0] == ',') {
			if nano, s, ok1 = fraction(s[1:]); !ok1 {
				return none, false
			}
		}
	}
	if len(s) == 0 {
		return time.Date(year, time.Month(month), day, hour, minute, second, nano, location), true
	}
	offset, ok := parseOffset(s)
	t := time.Date(year, time.Month(month), day, hour, minute, second, nano, time.UTC)
	return t.Add(-offset), ok
}

// parseOffset reads an offset from UTC, with or without a space before it.
func parseOffset(s []byte) (time.Duration, bool) {
	if s[0] == ' ' {
		s = s[1:]
	}
	if equalFold(s, "z") || equalFold(s, "utc") {
		return 0, true
	}
	if len(s) < 3 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	hours, ok := digits(s[1:3])
	minutes, rest := 0, s[3:]
	if len(rest) > 0 && rest[0] == ':' {
		if rest = rest[1:]; len(rest) == 0 {
			return 0, false
		}
	}
	switch len(rest) {
	case 0:
	case 2:
		var ok2 bool
		minutes, ok2 = digits(rest)
		ok = ok && ok2
	default:
		return 0, false
	}
	offset := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if s[0] == '-' {
		offset = -offset
	}
	return offset, ok && hours < 24 && minutes < 60
}

// parseUnix reads units since 1970, of which there are scale in a second; with a
// fraction where that is allowed.
func parseUnix(s []byte, scale int64, allowFraction bool) (time.Time, bool) {
	negative := len(s) > 0 && s[0] == '-'
	if negative {
		s = s[1:]
	}
	var n int64
	i := 0
	for ; i < len(s) && '0' <= s[i] && s[i] <= '9'; i++ {
		if n > (math.MaxInt64-9)/10 {
			return time.Time{}, false
		}
		n = 10*n + int64(s[i]-'0')
	}
	if i == 0 {
		return time.Time{}, false
	}
	seconds, nano := n/scale, n%scale*(1_000_000_000/scale)
	if i < len(s) {
		if !allowFraction || s[i] != '.' {
			return time.Time{}, false
		}
		part, rest, ok := fraction(s[i+1:])
		if !ok || len(rest) > 0 {
			return time.Time{}, false
		}
		nano = int64(part)
	}
	if negative {
		seconds, nano = -seconds, -nano
	}
	return time.Unix(seconds, nano), true
}

// fraction reads the digits behind a decimal point as billionths and returns
// what follows them. Digits beyond the ninth are dropped.
func fraction(s []byte) (nano int, rest []byte, ok bool) {
	i, unit := 0, 100_000_000
	for ; i < len(s) && '0' <= s[i] && s[i] <= '9'; i++ {
		nano += int(s[i]-'0') * unit
		unit /= 10
	}
	return nano, s[i:], i > 0
}

// digits reads a number of a few digits.
func digits(s []byte) (n int, ok bool) {
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}
