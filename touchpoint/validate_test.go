package touchpoint

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestValidate(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Touchpoint)
		class  error
		text   string
	}{
		{"customer", func(t *Touchpoint) { t.Customer = "" }, ErrMissing, "touchpoint: customer: missing: empty"},
		{"time", func(t *Touchpoint) { t.Time = time.Time{} }, ErrMissing, "touchpoint: time: missing: empty"},
		{"year 0", func(t *Touchpoint) { t.Time = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC) }, ErrRange, "touchpoint: time: out of range: want a year from 1 to 9999"},
		{"received", func(t *Touchpoint) { t.Received = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, ErrRange, "touchpoint: received: out of range: want a year from 1 to 9999"},
		{"setting", func(t *Touchpoint) { t.Setting = 3 }, ErrRange, "touchpoint: setting: out of range"},
		{"negative value", func(t *Touchpoint) { t.Value = -1 }, ErrRange, "touchpoint: value: out of range: negative"},
		{"NaN value", func(t *Touchpoint) { t.Value = math.NaN() }, ErrRange, "touchpoint: value: out of range: not a finite number"},
		{"infinite cost", func(t *Touchpoint) { t.Cost = math.Inf(1) }, ErrRange, "touchpoint: cost: out of range: not a finite number"},
		{"minus infinite cost", func(t *Touchpoint) { t.Cost = math.Inf(-1) }, ErrRange, "touchpoint: cost: out of range: not a finite number"},
		{"currency", func(t *Touchpoint) { t.Currency = "eur" }, ErrFormat, "touchpoint: currency: bad format: want an ISO 4217 code of three letters"},
		{"long currency", func(t *Touchpoint) { t.Currency = "EURO" }, ErrFormat, "touchpoint: currency: bad format: want an ISO 4217 code of three letters"},
		{"channel", func(t *Touchpoint) { t.Channel = "\xff" }, ErrEncoding, "touchpoint: channel: invalid UTF-8"},
		{"term", func(t *Touchpoint) { t.Campaign.Term = "\xff" }, ErrEncoding, "touchpoint: campaign.term: invalid UTF-8"},
		{"property key", func(t *Touchpoint) { t.Properties = map[string]string{"\xff": ""} }, ErrEncoding, "touchpoint: properties: invalid UTF-8"},
		{"property", func(t *Touchpoint) { t.Properties = map[string]string{"a": "\xff", "b": "\xff"} }, ErrEncoding, "touchpoint: properties: invalid UTF-8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tp := Touchpoint{Customer: "c", Time: time.Unix(1, 0)}
			require.NoError(t, tp.Validate())
			test.change(&tp)
			err := tp.Validate()
			require.ErrorIs(t, err, test.class)
			assert.Equal(t, test.text, err.Error())
		})
	}
}

func TestValidateReportsAllAtOnce(t *testing.T) {
	tp := Touchpoint{Value: -1, Cost: -1, Currency: "x", Kind: "\xff", Setting: 9}
	err := tp.Validate()
	require.Error(t, err)
	assert.Len(t, err.(interface{ Unwrap() []error }).Unwrap(), 7)
}

func TestValidateAcceptsRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		tp := randomTouchpoint(rng)
		require.NoError(t, tp.Validate())
	}
}
