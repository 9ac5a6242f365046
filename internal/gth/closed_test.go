package gth

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestClosed(t *testing.T) {
	for _, c := range []struct {
		name      string
		off, exit []float64
		want      []int
	}{
		{"no states", nil, nil, nil},
		{"exit", []float64{0}, []float64{1}, nil},
		{"no exit", []float64{0}, []float64{0}, []int{0}},
		{"a self loop is no way out", []float64{5}, []float64{0}, []int{0}},
		{"through another state", []float64{0, 1, 0, 0}, []float64{0, 1}, nil},
		{"into a trap", []float64{0, 1, 0, 0}, []float64{1, 0}, []int{1}},
		{"a closed pair", []float64{
			0, 1, 1,
			0, 0, 1,
			0, 1, 0,
		}, []float64{1, 0, 0}, []int{1, 2}},
	} {
		n := len(c.exit)
		assert.Equal(t, c.want, Closed(n, c.off, c.exit), c.name)
		_, err := Factorize(n, c.off, c.exit)
		if c.want == nil {
			assert.NoError(t, err, c.name)
			continue
		}
		var closed *ClosedError
		require.ErrorAs(t, err, &closed, c.name)
		assert.Equal(t, c.want, closed.States, c.name)
	}
	_, err := Factorize(2, make([]float64, 4), make([]float64, 2))
	assert.EqualError(t, err, "gth: no exit can be reached from states [0 1]")
}

// The transitive closure by Warshall's algorithm finds the same states.
func TestClosedAgainstWarshall(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for range 2000 {
		n := 1 + r.IntN(9)
		off, exit := make([]float64, n*n), make([]float64, n)
		reach := make([]bool, n*n)
		for i := range off {
			if r.IntN(n) == 0 {
				off[i] = 1
			}
			reach[i] = off[i] > 0 || i/n == i%n
		}
		for i := range exit {
			if r.IntN(3) == 0 {
				exit[i] = 1
			}
		}
		for k := range n {
			for i := range n {
				for j := range n {
					reach[i*n+j] = reach[i*n+j] || reach[i*n+k] && reach[k*n+j]
				}
			}
		}
		var want []int
		for i := range n {
			out := false
			for j, e := range exit {
				out = out || e > 0 && reach[i*n+j]
			}
			if !out {
				want = append(want, i)
			}
		}
		require.Equal(t, want, Closed(n, off, exit))
	}
}
