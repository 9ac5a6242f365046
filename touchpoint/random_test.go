package touchpoint

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/stage"
)

// randomText returns a short text without space around it, often one that is
// hard to quote.
func randomText(rng *rand.Rand) string {
	parts := []string{
		"a", "Z", "email", "0", " ", ",", ";", "\"", "'", "\\", "/", ".", "\n", "\r\n", "\t", "\x00", "\x7f", "é", "я", "😀", "\u2028", "\u2029", "\u0085", "\u00a0",
		"\ufeff", "\ufffd", "{", "}", "[", "]", ":", "null", "<&>", "=", "(start)",
	}
	var b strings.Builder
	for range 1 + rng.IntN(5) {
		b.WriteString(parts[rng.IntN(len(parts))])
	}
	if s := strings.TrimSpace(b.String()); s != "" {
		return s
	}
	return "x"
}

// randomTouchpoint returns a valid touchpoint, each field of which is known or
// not.
func randomTouchpoint(rng *rand.Rand) Touchpoint {
	some := func() bool { return rng.IntN(2) == 0 }
	text := func() string {
		if some() {
			return ""
		}
		return randomText(rng)
	}
	at := func() time.Time {
		return time.Unix(rng.Int64N(200_000_000_000)-60_000_000_000, rng.Int64N(2)*rng.Int64N(1e9)).UTC()
	}
	t := Touchpoint{
		Customer: randomText(rng),
		Time:     at(),
		Channel:  Channel(text()),
		Setting:  Setting(rng.IntN(3)),
		Kind:     Kind(text()),
		Stage:    stage.Stage(text()),
		Campaign: Campaign{text(), text(), text(), text(), text(), text()},
	}
	for i := range t.ID {
		t.ID[i] = byte(rng.Uint32())
	}
	if some() {
		t.ID, t.Received, t.Seq = uuid.Nil, at(), rng.Int64()-math.MaxInt64/2
	}
	if some() {
		t.Conversion, t.Value, t.Currency = true, math.Exp(100*rng.NormFloat64()), "EUR"
	}
	if some() {
		t.Cost = float64(rng.IntN(1000)) / 100
		t.Emotion, _ = NewEmotion(2*rng.Float64() - 1)
	}
	if some() {
		t.Consent = randomConsent(rng)
	}
	for range rng.IntN(4) {
		if t.Properties == nil {
			t.Properties = make(map[string]string)
		}
		t.Properties[randomText(rng)] = text()
	}
	return t
}

// randomConsent returns a consent that is given.
func randomConsent(rng *rand.Rand) Consent {
	purposes := make(map[string]bool)
	for range rng.IntN(4) {
		purposes[randomText(rng)] = rng.IntN(2) == 0
	}
	c, _ := NewConsent(purposes)
	return c
}

// outcome is what a decoder yields: touchpoints and errors, in order.
type outcome struct {
	rows []Touchpoint
	errs []error
}

func decodeCSV(t testing.TB, d CSV, text string) outcome {
	t.Helper()
	var o outcome
	for row, err := range d.Decode(context.Background(), strings.NewReader(text)) {
		o.add(t, row, err)
	}
	return o
}

func decodeJSON(t testing.TB, d JSONLines, text string) outcome {
	t.Helper()
	var o outcome
	for row, err := range d.Decode(context.Background(), strings.NewReader(text)) {
		o.add(t, row, err)
	}
	return o
}

func (o *outcome) add(t testing.TB, row Touchpoint, err error) {
	t.Helper()
	if err == nil {
		o.rows = append(o.rows, row)
		return
	}
	require.Equal(t, Touchpoint{}, row, "an error comes with a zero touchpoint")
	o.errs = append(o.errs, err)
}
