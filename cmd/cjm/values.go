package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones on machines that have none
)

// duration is a positive duration that also takes days and weeks: "30d", "2w",
// "1d12h". A day is 24 hours.
type duration time.Duration

var errDuration = errors.New(`want a positive duration such as "30d", "2w" or "12h"`)

// UnmarshalText implements [encoding.TextUnmarshaler].
func (d *duration) UnmarshalText(text []byte) error {
	rest := strings.TrimSpace(string(text))
	var total time.Duration
	for more := true; more; more = rest != "" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789."))
		number := rest[:digits]
		rest = rest[digits:]
		letters := strings.IndexAny(rest, "0123456789.")
		if letters < 0 {
			letters = len(rest)
		}
		unit := rest[:letters]
		rest = rest[letters:]
		part, err := parsePart(number, unit)
		if err != nil || part > math.MaxInt64-total {
			return errDuration
		}
		total += part
	}
	if total <= 0 {
		return errDuration
	}
	*d = duration(total)
	return nil
}

// parsePart reads one number with its unit.
func parsePart(number, unit string) (time.Duration, error) {
	hours := map[string]float64{"d": 24, "w": 7 * 24}[unit]
	if hours == 0 {
		return time.ParseDuration(number + unit)
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0, err
	}
	nanos := n * hours * float64(time.Hour)
	if !(nanos < math.MaxInt64) {
		return 0, errDuration
	}
	return time.Duration(nanos), nil
}

// positive is a whole number from 1 up.
type positive int

// UnmarshalText implements [encoding.TextUnmarshaler].
func (p *positive) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 {
		return errors.New("want a whole number from 1 up")
	}
	*p = positive(n)
	return nil
}

// zone is a time zone by name. The zero value is UTC.
type zone struct{ location *time.Location }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (z *zone) UnmarshalText(text []byte) error {
	// The local zone would make the result depend on the machine.
	if len(text) == 0 || string(text) == "Local" {
		return errors.New(`want the name of a time zone such as "Europe/Kyiv"`)
	}
	location, err := time.LoadLocation(string(text))
	if err != nil {
		return fmt.Errorf(`%q is not the name of a time zone such as "Europe/Kyiv"`, text)
	}
	z.location = location
	return nil
}

func (z zone) or(fallback *time.Location) *time.Location {
	if z.location == nil {
		return fallback
	}
	return z.location
}

// timeLayouts are the forms of a time on the command line.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", time.DateOnly}

// parseTime reads a time in the location, unless it says its own zone. A date is
// its first moment.
func parseTime(text string, location *time.Location) (time.Time, error) {
	for _, layout := range timeLayouts {
		if t, err := time.ParseInLocation(layout, text, location); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errors.New(`want a time such as "2026-03-31" or "2026-03-31T18:00:00Z"`)
}
