package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDuration(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		text string
		want time.Duration // 0: an error
	}{
		{"30d", 30 * day},
		{"2w", 14 * day},
		{"12h", 12 * time.Hour},
		{"1.5d", 36 * time.Hour},
		{"1d12h30m", 36*time.Hour + 30*time.Minute},
		{"1w1d", 8 * day},
		{" 7d ", 7 * day},
		{"250ms", 250 * time.Millisecond},
		{"106751d", 106751 * day},
		{"106752d", 0},    // beyond 2^63-1 ns
		{"106751d24h", 0}, // likewise, by the sum
		{"1e9d", 0},       // no exponents
		{"99999999999w", 0},
		{"", 0},
		{"7", 0},
		{"0d", 0},
		{"0", 0},
		{"-3d", 0},
		{"3d-1h", 0},
		{"d", 0},
		{"1.2.3d", 0},
		{"1 d", 0},
		{"3 days", 0},
		{"NaNd", 0},
		{"3D", 0},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			var got duration
			err := got.UnmarshalText([]byte(test.text))
			if test.want == 0 {
				assert.ErrorIs(t, err, errDuration)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.want, time.Duration(got))
		})
	}
}

// Go's own forms must mean the same here as there.
func FuzzDuration(f *testing.F) {
	for _, text := range []string{"30d", "2w", "1h2m3s", "1.5h", "-1h", "9223372036854775807ns", "1w2d3h"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var got duration
		err := got.UnmarshalText([]byte(text))
		if err == nil {
			assert.Positive(t, int64(got))
		}
		if want, goErr := time.ParseDuration(text); goErr == nil && text[0] != '+' {
			if want <= 0 {
				assert.Error(t, err)
				return
			}
			require.NoError(t, err)
			// A fraction rounds in each part on its own.
			assert.InDelta(t, float64(want), float64(got), float64(len(text)))
		}
	})
}

func TestPositive(t *testing.T) {
	var p positive
	require.NoError(t, p.UnmarshalText([]byte("3")))
	assert.Equal(t, positive(3), p)
	for _, text := range []string{"0", "-1", "1.5", "", "x", "99999999999999999999"} {
		assert.Error(t, p.UnmarshalText([]byte(text)), text)
	}
}

func TestZone(t *testing.T) {
	var z zone
	assert.Equal(t, time.UTC, z.or(time.UTC))
	require.NoError(t, z.UnmarshalText([]byte("Europe/Kyiv")))
	assert.Equal(t, "Europe/Kyiv", z.or(time.UTC).String())
	for _, text := range []string{"", "Local", "Mars/Base"} {
		assert.Error(t, z.UnmarshalText([]byte(text)), text)
	}
}

func TestParseTime(t *testing.T) {
	kyiv, err := time.LoadLocation("Europe/Kyiv") // UTC+3 in summer
	require.NoError(t, err)
	tests := []struct{ text, want string }{
		{"2026-07-01", "2026-06-30T21:00:00Z"},
		{"2026-07-01 12:30", "2026-07-01T09:30:00Z"},
		{"2026-07-01 12:30:15", "2026-07-01T09:30:15Z"},
		{"2026-07-01T12:30:15", "2026-07-01T09:30:15Z"},
		{"2026-07-01T12:30:15Z", "2026-07-01T12:30:15Z"},
		{"2026-07-01T12:30:15.5+02:00", "2026-07-01T10:30:15.5Z"},
	}
	for _, test := range tests {
		got, err := parseTime(test.text, kyiv)
		require.NoError(t, err, test.text)
		assert.Equal(t, test.want, got.Format(time.RFC3339Nano), test.text)
	}
	for _, text := range []string{"", "now", "2026-02-30", "07/01/2026"} {
		_, err := parseTime(text, kyiv)
		assert.Error(t, err, text)
	}
}
