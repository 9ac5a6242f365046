package markov

import (
	"encoding"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEnums(t *testing.T) {
	for _, c := range []struct {
		value interface {
			encoding.TextMarshaler
			String() string
		}
		into encoding.TextUnmarshaler
		text string
	}{
		{IncludeNulls, new(Nulls), "include"},
		{ExcludeNulls, new(Nulls), "exclude"},
		{RefuseClosed, new(Closed), "refuse"},
		{CensorClosed, new(Closed), "censor"},
	} {
		text, err := c.value.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, c.text, string(text))
		assert.Equal(t, c.text, c.value.String())
		require.NoError(t, c.into.UnmarshalText(text))
		again, err := c.into.(encoding.TextMarshaler).MarshalText()
		require.NoError(t, err)
		assert.Equal(t, c.text, string(again))
		assert.ErrorIs(t, c.into.UnmarshalText([]byte("Include")), ErrOption)
	}
	assert.Equal(t, "Nulls(7)", Nulls(7).String())
	assert.Equal(t, "Closed(7)", Closed(7).String())
	_, err := Nulls(7).MarshalText()
	assert.ErrorIs(t, err, ErrOption)
	_, err = Closed(7).MarshalText()
	assert.ErrorIs(t, err, ErrOption)
}

func TestOptionsValidate(t *testing.T) {
	require.NoError(t, Options{}.Validate())
	_, err := NewCounts(Options{Nulls: 2, Closed: 3})
	require.ErrorIs(t, err, ErrOption)
	assert.ErrorContains(t, err, "Nulls(2)")
	assert.ErrorContains(t, err, "Closed(3)", "all problems at once")
}
