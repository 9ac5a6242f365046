package touchpoint

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNewEmotion(t *testing.T) {
	for _, score := range []float64{-1, -0.25, 0, math.SmallestNonzeroFloat64, 1} {
		e, err := NewEmotion(score)
		require.NoError(t, err)
		got, ok := e.Score()
		assert.True(t, ok)
		assert.Equal(t, score, got)
		assert.NotEqual(t, Emotion{}, e, "given is not the same as not given")
	}
	for _, score := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Nextafter(1, 2), math.Nextafter(-1, -2)} {
		e, err := NewEmotion(score)
		require.ErrorIs(t, err, ErrRange)
		assert.Equal(t, Emotion{}, e)
	}
}

func TestEmotionHasOneZero(t *testing.T) {
	plus, _ := NewEmotion(0)
	minus, _ := NewEmotion(math.Copysign(0, -1))
	assert.True(t, plus == minus)
	assert.Equal(t, "0", minus.String())
}

func TestEmotionNotGiven(t *testing.T) {
	var e Emotion
	_, ok := e.Score()
	assert.False(t, ok)
	assert.Empty(t, e.String())
	data, err := json.Marshal(struct {
		E Emotion `json:"e"`
		O Emotion `json:"o,omitzero"`
	}{})
	require.NoError(t, err)
	assert.Equal(t, `{"e":null}`, string(data))
}

func TestEmotionRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		e, err := NewEmotion((2*rng.Float64() - 1) * math.Pow(10, -float64(rng.IntN(20))))
		require.NoError(t, err)
		for _, e := range []Emotion{e, {}} {
			text, err := e.MarshalText()
			require.NoError(t, err)
			back, _ := NewEmotion(0.5)
			require.NoError(t, back.UnmarshalText(text))
			require.Equal(t, e, back)

			data, err := json.Marshal(e)
			require.NoError(t, err)
			back, _ = NewEmotion(0.5)
			require.NoError(t, json.Unmarshal(data, &back))
			require.Equal(t, e, back)
		}
	}
}

func TestEmotionErrors(t *testing.T) {
	for text, want := range map[string]error{
		"good": ErrFormat, "0x1p-2": ErrFormat, "NaN": ErrFormat, "inf": ErrFormat, "0,5": ErrFormat, "-": ErrFormat,
		"1.01": ErrRange, "-2": ErrRange, "1e999": ErrRange,
	} {
		e, _ := NewEmotion(0.5)
		require.ErrorIs(t, e.UnmarshalText([]byte(text)), want, text)
		score, _ := e.Score()
		assert.Equal(t, 0.5, score, "unchanged on error")
	}
	var e Emotion
	for _, data := range []string{`"0.5"`, `true`, `[]`, `2`} {
		require.Error(t, json.Unmarshal([]byte(data), &e), data)
	}
	require.ErrorIs(t, e.UnmarshalJSON(nil), ErrFormat)
}

func FuzzEmotionUnmarshalText(f *testing.F) {
	f.Add([]byte("0.5"))
	f.Add([]byte("-1e-300"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var e, back Emotion
		if e.UnmarshalText(text) != nil {
			return
		}
		written, err := e.MarshalText()
		require.NoError(t, err)
		require.NoError(t, back.UnmarshalText(written))
		require.Equal(t, e, back)
	})
}
