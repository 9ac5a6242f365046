package main

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                                     "0s",
		1500 * time.Microsecond:               "1.5ms",
		time.Second:                           "1s",
		90*time.Second + 999*time.Millisecond: "1m 30s",
		2 * time.Hour:                         "2h",
		26*time.Hour + 59*time.Minute:         "1d 2h",
		40 * 24 * time.Hour:                   "40d",
		math.MaxInt64:                         "106751d 23h",
	} {
		assert.Equal(t, want, span(d))
	}
}

// Flags take back the duration that they are told, to the last nanosecond.
func TestFlagSpanReadsBack(t *testing.T) {
	for d, want := range map[time.Duration]string{
		1:                            "1ns",
		time.Hour:                    "1h",
		time.Hour + time.Second:      "1h0m1s",
		90 * time.Minute:             "1h30m",
		24 * time.Hour:               "1d",
		24*time.Hour + 5*time.Minute: "1d5m",
		240*time.Hour + 1:            "10d1ns",
		math.MaxInt64 - 24*time.Hour: "106750d23h47m16.854775807s",
	} {
		got := flagSpan(d)
		assert.Equal(t, want, got)
		var back duration
		require.NoError(t, back.UnmarshalText([]byte(got)))
		assert.Equal(t, d, time.Duration(back))
	}
	assert.Equal(t, "0s", flagSpan(0))
}
