package stage

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPhaseText(t *testing.T) {
	for p, want := range map[Phase]string{
		UnknownPhase: "",
		PrePurchase:  "pre-purchase",
		AtPurchase:   "purchase",
		PostPurchase: "post-purchase",
	} {
		assert.Equal(t, want, p.String())
		text, err := p.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, want, string(text))
		back := Phase(99)
		require.NoError(t, back.UnmarshalText(text))
		assert.Equal(t, p, back)
	}
}

func TestPhaseUnknown(t *testing.T) {
	assert.Equal(t, "Phase(7)", Phase(7).String())
	_, err := Phase(7).MarshalText()
	require.ErrorIs(t, err, ErrPhase)

	for _, text := range []string{"Purchase", "Phase(1)", "prepurchase", " purchase"} {
		p := PrePurchase
		require.ErrorIs(t, p.UnmarshalText([]byte(text)), ErrPhase, text)
		assert.Equal(t, PrePurchase, p, "unchanged on error")
	}
}

func TestPhaseOrder(t *testing.T) {
	assert.Less(t, UnknownPhase, PrePurchase)
	assert.Less(t, PrePurchase, AtPurchase)
	assert.Less(t, AtPurchase, PostPurchase)
}
