package enum

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type colour uint8

var names = []string{"red", "green"}

func TestEnum(t *testing.T) {
	for i, name := range names {
		assert.Equal(t, name, String("Colour", names, colour(i)))
		text, err := Text("paint", "colour", names, colour(i))
		require.NoError(t, err)
		var c colour
		require.NoError(t, Parse("paint", "colour", names, text, &c))
		assert.Equal(t, colour(i), c)
	}
	assert.Equal(t, "Colour(2)", String("Colour", names, colour(2)))
	_, err := Text("paint", "colour", names, colour(2))
	require.EqualError(t, err, "paint: no such colour: 2")
	c := colour(1)
	require.EqualError(t, Parse("paint", "colour", names, []byte("blue"), &c), `paint: no such colour: "blue", want red, green`)
	assert.Equal(t, colour(1), c)
}
