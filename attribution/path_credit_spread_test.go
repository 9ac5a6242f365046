package attribution

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// By hand: a is on 4 conversions worth 10, b on 2 worth nothing, c on none but
// touched 8 times, d on 2 worth 10 and owes 3.
func TestSpread(t *testing.T) {
	var own tally
	for _, name := range []journey.Code{0, 1, 2, 3} {
		require.Equal(t, name, own.dict().Code(touchpoint.Channel("abcd"[name:][:1])))
	}
	rule := spread(&own,
		func(c journey.Code) Credit {
			return [...]Credit{
				{Conversions: 6, Value: 5}, {Conversions: 1, Value: 4}, {Conversions: 2, Value: 16}, {Conversions: -3, Value: -20},
			}[c]
		},
		func(c journey.Code) (int64, float64) {
			return [...]int64{4, 2, 0, 2}[c], [...]float64{10, 0, 0, 10}[c]
		},
		func(c journey.Code) int64 {
			require.Equal(t, journey.Code(2), c, "asked for nothing else")
			return 8
		})
	for range 2 { // scratch memory is reset
		conversions, value := make([]float64, 6), make([]float64, 6)
		p := &journey.Counted{Conversions: 2, Nulls: 1, Opens: 1, Value: 5}
		require.NoError(t, rule(p, []journey.Code{0, 1, 0, 2, 3, 2}, conversions, value))
		// a: 6*2/4 over two touches, and 5*5/10; b: 1*2/2, and 4*2/2 as it has no
		// value of its own; c: 4 journeys of 8 touches; d: -3*2/2 and -20*5/10.
		assert.Equal(t, []float64{1.5, 1, 1.5, 1, -3, 1}, conversions)
		assert.Equal(t, []float64{1.25, 4, 1.25, 8, -10, 8}, value)
	}

	// Lost journeys bring nothing but to c.
	conversions, value := make([]float64, 2), make([]float64, 2)
	require.NoError(t, rule(&journey.Counted{Nulls: 2}, []journey.Code{2, 0}, conversions, value))
	assert.Equal(t, []float64{.5, 0}, conversions)
	assert.Equal(t, []float64{4, 0}, value)

	require.ErrorIs(t, rule(&journey.Counted{Conversions: 1 << 62, Nulls: 1 << 62}, nil, nil, nil), journey.ErrOverflow)
}
