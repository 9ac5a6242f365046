package touchpoint

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestClockPolicyText(t *testing.T) {
	for c := ClockSpec; c <= ClockOriginal; c++ {
		text, err := c.MarshalText()
		require.NoError(t, err)
		var back ClockPolicy
		require.NoError(t, back.UnmarshalText(text))
		assert.Equal(t, c, back)
	}
	assert.Equal(t, "ClockPolicy(7)", ClockPolicy(7).String())
	_, err := ClockPolicy(7).MarshalText()
	require.ErrorIs(t, err, ErrRange)
	var c ClockPolicy
	require.ErrorIs(t, c.UnmarshalText([]byte("secret")), ErrFormat)
	assert.NotContains(t, c.UnmarshalText([]byte("secret")).Error(), "secret")
}

// What a call says of time, and what comes of it. Times are of one day.
func TestSegmentTimes(t *testing.T) {
	day := func(text string) time.Time {
		if text == "" {
			return time.Time{}
		}
		return at("2020-01-02T" + text + "Z")
	}
	server := Segment{Received: day("12:00:00")}
	guarded := Segment{Clock: ClockGuarded}
	for _, test := range []struct {
		name                             string
		d                                Segment
		original, stamp, sent, received  string
		time, wantReceived, wantOriginal string
		wantStamp                        bool // stays a property
	}{
		{name: "all four", original: "10:00:00", stamp: "11:59:57", sent: "10:00:03", received: "12:00:00", time: "11:59:57", wantReceived: "12:00:00", wantOriginal: "10:00:00"},
		{name: "all four, a timestamp that is not corrected", original: "10:00:00", stamp: "10:00:00", sent: "10:00:03", received: "12:00:00", time: "11:59:57", wantReceived: "12:00:00", wantOriginal: "10:00:00", wantStamp: true},
		{name: "no timestamp", original: "10:00:00", sent: "10:00:03", received: "12:00:00", time: "11:59:57", wantReceived: "12:00:00", wantOriginal: "10:00:00"},
		{name: "corrected before", stamp: "11:59:57", sent: "10:00:03", received: "12:00:00", time: "11:59:57", wantReceived: "12:00:00"},
		{name: "no sentAt", original: "10:00:00", stamp: "11:59:57", received: "12:00:00", time: "11:59:57", wantReceived: "12:00:00", wantOriginal: "10:00:00"},
		{name: "no receivedAt", original: "10:00:00", stamp: "11:59:57", sent: "10:00:03", time: "11:59:57", wantOriginal: "10:00:00"},
		{name: "only original", original: "10:00:00", time: "10:00:00", wantOriginal: "10:00:00"},
		{name: "only timestamp", stamp: "10:00:00", time: "10:00:00"},
		{name: "only sentAt", sent: "10:00:00"},
		{name: "only receivedAt", received: "10:00:00", time: "10:00:00", wantReceived: "10:00:00"},
		{name: "a server", d: server, stamp: "10:00:00", sent: "10:00:03", time: "11:59:57", wantReceived: "12:00:00", wantOriginal: "10:00:00"},
		{name: "a server that is lied to", d: server, stamp: "10:00:00", sent: "10:00:03", received: "09:00:00", time: "11:59:57", wantReceived: "12:00:00", wantOriginal: "10:00:00"},
		{name: "a server, no times", d: server, time: "12:00:00", wantReceived: "12:00:00"},
		{name: "a server, no skew", d: server, stamp: "10:00:00", sent: "12:00:00", time: "10:00:00", wantReceived: "12:00:00"},
		{name: "sent before it was made", original: "10:00:05", sent: "10:00:00", received: "12:00:00", time: "12:00:05", wantReceived: "12:00:00", wantOriginal: "10:00:05"},
		{name: "guarded: slow network", d: guarded, original: "10:00:00", sent: "10:00:03", received: "10:01:03", time: "10:00:00", wantReceived: "10:01:03", wantOriginal: "10:00:00"},
		{name: "guarded: slow clock", d: guarded, original: "10:00:00", sent: "10:00:03", received: "10:01:04", time: "10:01:01", wantReceived: "10:01:04", wantOriginal: "10:00:00"},
		{name: "guarded: fast clock", d: guarded, original: "12:00:00", sent: "12:00:03", received: "10:00:00", time: "09:59:57", wantReceived: "10:00:00", wantOriginal: "12:00:00"},
		{name: "guarded: sent before it was made", d: guarded, original: "10:00:05", sent: "10:00:00", received: "12:00:00", time: "10:00:05", wantReceived: "12:00:00", wantOriginal: "10:00:05"},
		{name: "guarded: waited too long", d: Segment{Clock: ClockGuarded, MaxWait: time.Hour, MaxTransit: time.Second}, original: "08:00:00", sent: "09:00:01", received: "12:00:00", time: "08:00:00", wantReceived: "12:00:00", wantOriginal: "08:00:00"},
		{name: "original", d: Segment{Clock: ClockOriginal}, original: "10:00:00", sent: "10:00:03", received: "12:00:00", time: "10:00:00", wantReceived: "12:00:00", wantOriginal: "10:00:00"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := `{"type":"page","userId":"u","messageId":"m"`
			for _, m := range [...][2]string{{"originalTimestamp", test.original}, {"timestamp", test.stamp}, {"sentAt", test.sent}, {"receivedAt", test.received}} {
				if m[1] != "" {
					text += fmt.Sprintf(`,%q:"2020-01-02T%sZ"`, m[0], m[1])
				}
			}
			o := decodeSegment(t, test.d, text+"}")
			if test.time == "" {
				require.Len(t, o.errs, 1)
				assert.EqualError(t, o.errs[0], "line 1: timestamp: missing")
				return
			}
			require.Empty(t, o.errs)
			got := o.rows[0]
			assert.Equal(t, day(test.time), got.Time)
			assert.Equal(t, day(test.wantReceived), got.Received)
			original, stamp := got.Properties["originalTimestamp"], got.Properties["timestamp"]
			if test.wantOriginal == "" {
				assert.Empty(t, original)
			} else {
				assert.Equal(t, "2020-01-02T"+test.wantOriginal+"Z", original)
			}
			assert.Equal(t, test.wantStamp, stamp != "")
			assert.Equal(t, test.sent != "", got.Properties["sentAt"] != "")
		})
	}
}

// Times that lie further apart than a Duration can say.
func TestSegmentAbsurdTimes(t *testing.T) {
	call := func(original, sent, received string) string {
		return fmt.Sprintf(`{"type":"page","userId":"u","originalTimestamp":%q,"sentAt":%q,"receivedAt":%q}`, original, sent, received)
	}
	got := oneCall(t, Segment{}, call("1000-01-01T00:00:00.75Z", "1000-01-01T00:00:01.5Z", "2026-01-01T00:00:00.25Z"))
	assert.Equal(t, at("2025-12-31T23:59:59.5Z"), got.Time)
	got = oneCall(t, Segment{Clock: ClockGuarded}, call("2020-01-01", "9999-01-01", "2020-01-01"))
	assert.Equal(t, at("2020-01-01T00:00:00Z"), got.Time)
	for _, bad := range []string{call("0001-01-02", "9999-01-01", "2020-01-01"), call("9999-12-31", "0001-01-02", "2020-01-01")} {
		o := decodeSegment(t, Segment{}, bad)
		require.Len(t, o.errs, 1)
		assert.EqualError(t, o.errs[0], "line 1: originalTimestamp: out of range: want a year from 1 to 9999")
	}
}

// Whatever the clocks say, the corrected times of a device keep their order and
// distances within one request, and lie as far before its receipt as the device
// says.
func TestClockProperties(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		some := func() time.Time { return time.Unix(rng.Int64N(4e9), rng.Int64N(1e9)).UTC() }
		sent, received, a := some(), some(), some()
		b := a.Add(time.Duration(rng.Int64N(1e12)))
		c := clock{policy: ClockSpec}
		x, y := c.correct(a, sent, received), c.correct(b, sent, received)
		require.Equal(t, b.Sub(a), y.Sub(x))
		require.Equal(t, sent.Sub(a), received.Sub(x))
		g := clock{ClockGuarded, time.Duration(rng.Int64N(1e18)), time.Duration(rng.Int64N(1e18))}
		if z := g.correct(a, sent, received); !z.Equal(a) {
			require.Equal(t, x, z)
			require.False(t, z.After(received), "no event from the future")
		}
	}
}

// A call without a messageId that is sent again, later and in another batch, keeps
// its id; another call has another.
func TestSegmentIDsOfRetries(t *testing.T) {
	decode := func(received, text string) Touchpoint {
		return oneCall(t, Segment{Received: at(received)}, text)
	}
	call := `{"type":"page","userId":"u","timestamp":"2020-01-01T10:00:00Z","properties":{"sentAt":"x"}}`
	first := decode("2020-01-01T10:00:05Z", `{"batch":[`+call+`],"sentAt":"2020-01-01T10:00:01Z","batchId":1}`)
	again := decode("2020-01-01T11:00:07Z", `{"sentAt":"2020-01-01T11:00:00Z","batchId":2,"batch":[`+call+`]}`)
	steady := decode("2020-01-01T11:00:00Z", `{"sentAt":"2020-01-01T11:00:00Z","batch":[`+call+`]}`)
	alone := decode("2020-01-01T12:00:00Z", call)
	require.NotEqual(t, first.Time, again.Time)
	assert.Equal(t, first.ID, again.ID)
	assert.Equal(t, first.ID, steady.ID)
	assert.Equal(t, "2020-01-01T11:00:00Z", again.Properties["sentAt"])
	assert.Equal(t, "x", again.Properties["properties.sentAt"])
	assert.Equal(t, "x", alone.Properties["sentAt"], "nothing else is named so")
	other := decode("2020-01-01T10:00:05Z", strings.Replace(call, `"page"`, `"screen"`, 1))
	assert.NotEqual(t, alone.ID, other.ID)
	other = decode("2020-01-01T10:00:05Z", strings.Replace(call, `:00Z`, `:01Z`, 1))
	assert.NotEqual(t, alone.ID, other.ID)
}
