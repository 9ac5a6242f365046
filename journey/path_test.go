package journey

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

func pathSample() Path {
	return Path{
		Customer: "ann",
		Touchpoints: []touchpoint.Touchpoint{
			builderTouch("ann", 0, "email"), builderTouch("ann", 1, "search"), builderTouch("ann", 5, "email"),
		},
		Outcome: Converted, End: builderHour(4), Conversions: 2, Value: 12.5, Currency: "EUR",
	}
}

func TestPathCount(t *testing.T) {
	var d Dictionary
	d.Code("search")
	p := pathSample()
	var c Counted
	require.NoError(t, p.Count(&d, &c))
	require.Equal(t, Counted{
		Dictionary: &d, Channels: []Code{1, 0, 1}, Ages: []time.Duration{4 * time.Hour, 3 * time.Hour, -time.Hour},
		Conversions: 2, Value: 12.5, Customer: hashCustomer("ann"),
	}, c)
	require.NoError(t, c.Validate())

	lost := Path{Touchpoints: p.Touchpoints[:1], Outcome: Lost, End: builderHour(0)}
	require.NoError(t, lost.Count(&d, &c))
	require.Equal(t, Counted{Dictionary: &d, Channels: []Code{1}, Ages: []time.Duration{0}, Nulls: 1}, c)

	open := Path{Touchpoints: p.Touchpoints[:1]}
	require.NoError(t, open.Count(&d, &c))
	require.Equal(t, Counted{Dictionary: &d, Channels: []Code{1}, Opens: 1}, c, "no end: no ages")

	timeless := Path{Touchpoints: []touchpoint.Touchpoint{{Channel: "email"}}, Outcome: Lost, End: builderHour(0)}
	require.NoError(t, timeless.Count(&d, &c))
	require.Nil(t, c.Ages)

	empty := Path{Customer: "ann", Outcome: Converted, Conversions: 1, End: builderHour(0)}
	require.NoError(t, empty.Count(&d, &c))
	require.Equal(t, Counted{Dictionary: &d, Channels: []Code{}, Ages: []time.Duration{}, Conversions: 1, Customer: hashCustomer("ann")}, c)
}

func TestPathCountErrors(t *testing.T) {
	for name, c := range map[string]struct {
		path Path
		want error
	}{
		"converted without conversion": {Path{Outcome: Converted}, ErrOutcome},
		"lost with conversion":         {Path{Outcome: Lost, Conversions: 1}, ErrOutcome},
		"open with conversion":         {Path{Outcome: Open, Conversions: 1}, ErrOutcome},
		"negative conversions":         {Path{Outcome: Lost, Conversions: -1}, ErrOutcome},
		"no such outcome":              {Path{Outcome: 7}, ErrOutcome},
		"value of nothing":             {Path{Outcome: Lost, Value: 1}, ErrValueWithoutConversion},
		"negative value":               {Path{Outcome: Converted, Conversions: 1, Value: -1}, ErrNegative},
		"not a number":                 {Path{Outcome: Converted, Conversions: 1, Value: math.NaN()}, ErrNotFinite},
	} {
		var d Dictionary
		c.path.Touchpoints = []touchpoint.Touchpoint{{Channel: "new"}}
		before := Counted{Channels: []Code{7}, Nulls: 3}
		dst := before
		require.ErrorIs(t, c.path.Count(&d, &dst), c.want, name)
		require.Equal(t, before, dst, name)
		require.Zero(t, d.Len(), name)
	}
}

func TestPathCountAllocatesNothing(t *testing.T) {
	var (
		d Dictionary
		c Counted
	)
	p := pathSample()
	require.NoError(t, p.Count(&d, &c))
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = p.Count(&d, &c) }))
}

func TestPathJSON(t *testing.T) {
	for _, p := range []Path{pathSample(), {}, {Customer: "<b>", Outcome: Lost, End: builderHour(0.25)}} {
		data, err := json.Marshal(p)
		require.NoError(t, err)
		var back Path
		require.NoError(t, json.Unmarshal(data, &back))
		require.Equal(t, p, back)
	}
	data, err := json.Marshal(Path{Customer: "ann", Outcome: Converted, Conversions: 1, Value: 2, Currency: "EUR", End: builderHour(0)})
	require.NoError(t, err)
	require.JSONEq(t, `{"customer":"ann","outcome":"converted","end":"2024-03-01T00:00:00Z","conversions":1,"value":2,"currency":"EUR"}`, string(data))
}

func FuzzPathJSON(f *testing.F) {
	data, err := json.Marshal(pathSample())
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte(`{"outcome":"lost"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var p, back Path
		if json.Unmarshal(data, &p) != nil {
			return
		}
		first, err := json.Marshal(p)
		if err != nil {
			return // such as a time outside the years 0 to 9999
		}
		require.NoError(t, json.Unmarshal(first, &back))
		second, err := json.Marshal(back)
		require.NoError(t, err)
		require.Equal(t, string(first), string(second))
	})
}
