package touchpoint

import (
	"fmt"
	"strconv"
	"time"
)

// ClockPolicy says how [Segment] finds out when a call was made. The clock of a
// phone or browser may be wrong, so a call comes with three times: when it was
// made (originalTimestamp) and when it was sent (sentAt), both by the clock of
// the device, and when it was received (receivedAt), by the clock of the server.
//
// The time that a call spent on its way looks the same as a clock that is slow.
// Correcting all calls moves those of a slow request behind later ones of the
// same device (PostHog's issue 98250 reports 10 to 32 seconds); correcting none
// believes every clock.
type ClockPolicy uint8

const (
	// ClockSpec corrects every call that has the three times, as Segment's
	// specification says:
	//
	//	time = receivedAt - (sentAt - originalTimestamp)
	//
	// A sentAt before the originalTimestamp gives a time after receivedAt.
	ClockSpec ClockPolicy = iota
	// ClockGuarded corrects as ClockSpec, but only what a wrong clock explains:
	// receivedAt and sentAt are more than [Segment.MaxTransit] apart, and the
	// call waited on its device, sentAt - originalTimestamp, not less than 0 and
	// not longer than [Segment.MaxWait]. Other calls keep their
	// originalTimestamp.
	ClockGuarded
	// ClockOriginal corrects nothing: the time is the originalTimestamp.
	ClockOriginal
)

// Limits of [ClockGuarded] where no others are set.
const (
	DefaultMaxTransit = time.Minute
	DefaultMaxWait    = 30 * 24 * time.Hour
)

var clockNames = [...]string{ClockSpec: "spec", ClockGuarded: "guarded", ClockOriginal: "original"}

// String returns "spec", "guarded" or "original", and "ClockPolicy(7)" for a
// value that is none of the constants.
func (c ClockPolicy) String() string {
	if int(c) < len(clockNames) {
		return clockNames[c]
	}
	return "ClockPolicy(" + strconv.Itoa(int(c)) + ")"
}

// MarshalText returns the text of [ClockPolicy.String]. A value that is none of
// the constants is an error, [ErrRange].
func (c ClockPolicy) MarshalText() ([]byte, error) {
	if int(c) >= len(clockNames) {
		return nil, fmt.Errorf("touchpoint: clock policy: %w", ErrRange)
	}
	return []byte(c.String()), nil
}

// UnmarshalText reads the text of a constant. Any other text is an error,
// [ErrFormat].
func (c *ClockPolicy) UnmarshalText(text []byte) error {
	for i, name := range clockNames {
		if string(text) == name {
			*c = ClockPolicy(i)
			return nil
		}
	}
	return fmt.Errorf("touchpoint: clock policy: %w: want spec, guarded or original", ErrFormat)
}

// clock corrects times of devices.
type clock struct {
	policy              ClockPolicy
	maxTransit, maxWait time.Duration
}

// correct returns when a call was made, of the three times that are all known.
func (c clock) correct(original, sent, received time.Time) time.Time {
	switch c.policy {
	case ClockOriginal:
		return original
	case ClockGuarded:
		transit, wait := received.Sub(sent), sent.Sub(original) // far apart: the longest Duration
		if transit <= c.maxTransit && transit >= -c.maxTransit || wait < 0 || wait > c.maxWait {
			return original
		}
	}
	// No Duration holds what can lie between two times, hence not Sub.
	seconds := original.Unix() + received.Unix() - sent.Unix()
	nanos := original.Nanosecond() + received.Nanosecond() - sent.Nanosecond()
	return time.Unix(seconds, int64(nanos)).UTC()
}
