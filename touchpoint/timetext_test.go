package touchpoint

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTimeISO(t *testing.T) {
	berlin := time.FixedZone("", 3600)
	for _, test := range []struct {
		text     string
		location *time.Location
		want     string // RFC 3339
	}{
		{"2026-01-31", nil, "2026-01-31T00:00:00Z"},
		{"2026-01-31", berlin, "2026-01-30T23:00:00Z"},
		{"2026-01-31 16:30", nil, "2026-01-31T16:30:00Z"},
		{"2026-01-31T16:30", berlin, "2026-01-31T15:30:00Z"},
		{"2026-01-31T16:30Z", berlin, "2026-01-31T16:30:00Z"},
		{"2026-01-31T16:30:05", nil, "2026-01-31T16:30:05Z"},
		{"2026-01-31t16:30:05z", berlin, "2026-01-31T16:30:05Z"},
		{"2026-01-31 16:30:05 UTC", berlin, "2026-01-31T16:30:05Z"},
		{"2026-01-31T16:30:05.123456789+02:00", nil, "2026-01-31T14:30:05.123456789Z"},
		{"2026-01-31 16:30:05,5 -0330", nil, "2026-01-31T20:00:05.5Z"},
		{"2026-01-31 16:30:05+01", nil, "2026-01-31T15:30:05Z"},
		{"2019-11-01 17:59:13.273932", nil, "2019-11-01T17:59:13.273932Z"},
		{"2026-01-31T16:30:05.1234567899Z", nil, "2026-01-31T16:30:05.123456789Z"},
		{"2024-02-29", nil, "2024-02-29T00:00:00Z"},
		{"2000-02-29", nil, "2000-02-29T00:00:00Z"},
		{"0001-01-01T00:00:01Z", nil, "0001-01-01T00:00:01Z"},
		{"9999-12-31T23:59:59.999999999Z", nil, "9999-12-31T23:59:59.999999999Z"},
	} {
		r := newTimeReader(nil, test.location)
		got, err := r.parse([]byte(test.text))
		require.NoError(t, err, test.text)
		assert.Equal(t, test.want, got.Format(time.RFC3339Nano), test.text)
		assert.Equal(t, time.UTC, got.Location())
	}
}

func TestTimeISOErrors(t *testing.T) {
	r := newTimeReader(nil, nil)
	for _, text := range []string{
		"", "yesterday", "2026", "2026-1-31", "31.01.2026", "01/31/2026", "20260131", "2026-13-01", "2026-00-01", "2026-01-00",
		"2026-01-32", "2026-04-31", "2026-02-29", "1900-02-29", "2026-01-31T", "2026-01-31T16", "2026-01-31T16:3", "2026-01-31  16:30",
		"2026-01-31T24:00", "2026-01-31T16:60", "2026-01-31T16:30:60", "2026-01-31T16:30:5", "2026-01-31T16:30:05.", "2026-01-31T16:30:05.Z",
		"2026-01-31T16:30:05+", "2026-01-31T16:30:05+1", "2026-01-31T16:30:05+010", "2026-01-31T16:30:05+01:", "2026-01-31T16:30:05+01:0",
		"2026-01-31T16:30:05+24:00", "2026-01-31T16:30:05+01:60", "2026-01-31T16:30:05 CET", "2026-01-31T16:30:05ZZ", "2026-01-31T16:30:05 ",
		"2026-01-31T16:30:05  Z", "2026-01-31 4:30 PM", "-026-01-31", "2026-01-31x", "1767225600", "２０２６-01-31",
		"2026-01-31T16:30:05+-1:00", "2026-01-31T16:30:05 +01:x0",
	} {
		_, err := r.parse([]byte(text))
		assert.Equal(t, errNotTime, err, text)
	}
	for _, text := range []string{"0000-06-01", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"} {
		_, err := r.parse([]byte(text))
		assert.Equal(t, errYear, err, text)
	}
}

// Whatever package time writes, with any precision and offset, is the same
// instant when read.
func TestTimeISOAgreesWithPackageTime(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	r := newTimeReader(nil, nil)
	for range 5000 {
		zone := time.FixedZone("", (rng.IntN(28*60)-14*60)*60)
		want := time.Unix(rng.Int64N(250_000_000_000)-60_000_000_000, rng.Int64N(1e9)).In(zone)
		for _, layout := range []string{
			time.RFC3339Nano, "2006-01-02 15:04:05.999999999-0700", "2006-01-02T15:04:05.000000000 Z0700", "2006-01-02 15:04:05.999999999Z07:00",
		} {
			text := want.Format(layout)
			got, err := r.parse([]byte(text))
			require.NoError(t, err, text)
			require.True(t, want.Equal(got), text)
		}
	}
}

func TestTimeDaylightSaving(t *testing.T) {
	location, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zone database")
	}
	r := newTimeReader(nil, location)
	for text, want := range map[string]string{
		"2026-01-31 12:00": "2026-01-31T11:00:00Z",
		"2026-07-31 12:00": "2026-07-31T10:00:00Z",
	} {
		got, err := r.parse([]byte(text))
		require.NoError(t, err)
		assert.Equal(t, want, got.Format(time.RFC3339))
	}
}

func TestTimeUnix(t *testing.T) {
	for _, test := range []struct {
		layout, text, want string
	}{
		{TimeUnix, "1767225600", "2026-01-01T00:00:00Z"},
		{TimeUnix, "1767225600.25", "2026-01-01T00:00:00.25Z"},
		{TimeUnix, "-1.5", "1969-12-31T23:59:58.5Z"},
		{TimeUnix, "0", "1970-01-01T00:00:00Z"},
		{TimeUnixMilli, "1767225600123", "2026-01-01T00:00:00.123Z"},
		{TimeUnixMilli, "-1", "1969-12-31T23:59:59.999Z"},
		{TimeUnixMicro, "1767225600123456", "2026-01-01T00:00:00.123456Z"},
	} {
		r := newTimeReader([]string{test.layout}, nil)
		got, err := r.parse([]byte(test.text))
		require.NoError(t, err, test.text)
		assert.Equal(t, test.want, got.Format(time.RFC3339Nano), test.text)
	}
	for layout, texts := range map[string][]string{
		TimeUnix:      {"", "-", "1.", "1.x", "1.5e3", "1e9", "+1", "x", "9999999999999999999", "2026-01-01"},
		TimeUnixMilli: {"1.5", ""},
		TimeUnixMicro: {"1.5", "12a"},
	} {
		for _, text := range texts {
			r := newTimeReader([]string{layout}, nil)
			_, err := r.parse([]byte(text))
			assert.Equal(t, errNotTime, err, "%s %q", layout, text)
		}
	}
	r := newTimeReader([]string{TimeUnix}, nil)
	_, err := r.parse([]byte("1767225600000")) // milliseconds taken for seconds
	assert.Equal(t, errYear, err)
}

func TestTimeLayouts(t *testing.T) {
	r := newTimeReader([]string{"02.01.2006 15:04", TimeISO, TimeUnix}, time.FixedZone("", 3600))
	for text, want := range map[string]string{
		"31.01.2026 16:30": "2026-01-31T15:30:00Z",
		"2026-01-31 16:30": "2026-01-31T15:30:00Z",
		"1767225600":       "2026-01-01T00:00:00Z",
	} {
		got, err := r.parse([]byte(text))
		require.NoError(t, err)
		assert.Equal(t, want, got.Format(time.RFC3339Nano))
	}
}

// Package time takes an abbreviation that it does not know for UTC, which would
// shift every time by hours.
func TestTimeLayoutRefusesInventedZones(t *testing.T) {
	r := newTimeReader([]string{time.RFC1123}, nil)
	got, err := r.parse([]byte("Sat, 31 Jan 2026 16:30:00 GMT"))
	require.NoError(t, err)
	assert.Equal(t, "2026-01-31T16:30:00Z", got.Format(time.RFC3339Nano))
	_, err = r.parse([]byte("Sat, 31 Jan 2026 16:30:00 PST"))
	assert.Equal(t, errNotTime, err)
	r = newTimeReader([]string{time.RFC1123Z}, nil)
	_, err = r.parse([]byte("Sat, 31 Jan 2026 16:30:00 +0000"))
	require.NoError(t, err)
}

// What both read, both read as the same instant.
func FuzzParseISO(f *testing.F) {
	f.Add("2026-01-31T16:30:05.123+02:00")
	f.Add("2026-01-31 16:30")
	f.Fuzz(func(t *testing.T, text string) {
		r := newTimeReader(nil, nil)
		got, err := r.parse([]byte(text))
		want, wantErr := time.Parse(time.RFC3339Nano, text)
		if err == nil && wantErr == nil {
			require.True(t, want.Equal(got))
		}
	})
}
