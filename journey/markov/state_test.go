package markov

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cjm-go/cjm/touchpoint"
)

func TestState(t *testing.T) {
	for _, c := range []struct {
		state   State
		text    string
		channel touchpoint.Channel
		is, end bool
	}{
		{Start, "(start)", "", false, false},
		{Converted, "(converted)", "", false, true},
		{Lost, "(lost)", "", false, true},
		{At("email"), "email", "email", true, false},
		{At("(start)"), "(start)", "(start)", true, false},
		{At(""), "", "", true, false},
	} {
		assert.Equal(t, c.text, c.state.String())
		channel, ok := c.state.Channel()
		assert.Equal(t, c.channel, channel)
		assert.Equal(t, c.is, ok)
		assert.Equal(t, c.end, c.state.IsEnd())
	}
	assert.Equal(t, Start, State{})
	assert.NotEqual(t, Start, At("(start)"))
	assert.NotEqual(t, Start, At(""))
}

func TestStateCompare(t *testing.T) {
	states := []State{Lost, At("b"), Converted, At("(start)"), Start, At("")}
	slices.SortFunc(states, State.Compare)
	assert.Equal(t, []State{Start, At(""), At("(start)"), At("b"), Converted, Lost}, states)
	assert.Zero(t, At("b").Compare(At("b")))
}
