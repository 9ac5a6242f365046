package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChainOrder(t *testing.T) {
	assert.Equal(t, "1", chainOrder{}.String())
	for text, want := range map[string]chainOrder{"1": {k: 1}, "12": {k: 12}, "auto": {auto: true}} {
		var o chainOrder
		require.NoError(t, o.UnmarshalText([]byte(text)))
		assert.Equal(t, want, o)
		assert.Equal(t, text, o.String())
	}
	for _, text := range []string{"", "0", "-1", "1.5", "Auto", "two", "99999999999999999999"} {
		var o chainOrder
		assert.ErrorIs(t, o.UnmarshalText([]byte(text)), errChainOrder, text)
	}
}

func TestPart(t *testing.T) {
	var p part
	require.NoError(t, p.UnmarshalText([]byte("1e-12")))
	assert.InEpsilon(t, 1e-12, float64(p), 1e-15)
	for _, text := range []string{"", "0", "-1e-12", "1", "NaN", "Inf", "x"} {
		assert.Error(t, p.UnmarshalText([]byte(text)), text)
	}
}

func TestLevel(t *testing.T) {
	for text, want := range map[string]float64{"95": 0.95, "99.9": 0.999, "0.5": 0.005} {
		var l level
		require.NoError(t, l.UnmarshalText([]byte(text)))
		assert.InDelta(t, want, float64(l), 1e-15)
	}
	for _, text := range []string{"", "0", "-5", "100", "95%", "NaN", "x"} {
		var l level
		assert.Error(t, l.UnmarshalText([]byte(text)), text)
	}
}

// What the flags take is in range, whatever the text.
func FuzzFlagValues(f *testing.F) {
	for _, text := range []string{"1", "auto", "95", "1e-12", ";", "tab", "0", "-1", "NaN", "0x1p-3", "\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var o chainOrder
		if o.UnmarshalText([]byte(text)) == nil {
			assert.True(t, o.auto != (o.k >= 1))
		}
		var p part
		if p.UnmarshalText([]byte(text)) == nil {
			assert.True(t, p > 0 && p < 1)
		}
		var l level
		if l.UnmarshalText([]byte(text)) == nil {
			assert.True(t, l > 0 && l <= 1)
		}
		var c comma
		if c.UnmarshalText([]byte(text)) == nil {
			assert.True(t, c > 0 && c < 0x80 && c != '"' && c != '\n' && c != '\r')
		}
	})
}
