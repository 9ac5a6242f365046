package markov

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/cjm-go/cjm/touchpoint"
)

// The weather in the Land of Oz: no good day is followed by another one. The chain has
// no end, so it is cut where it returns: the mean time to come back to a state is one
// over its stationary probability (Kac). Kemeny, Snell and Thompson, "Introduction to
// Finite Mathematics", 1974; Grinstead and Snell, example 11.1 and chapter 11.3:
// .4, .2, .4.
func TestLandOfOz(t *testing.T) {
	weather := []string{"rain", "nice", "snow"}
	for i, want := range []float64{.4, .2, .4} {
		assert.InDelta(t, want, stationary(t, weather, landOfOz, i), 1e-15, weather[i])
	}
}

var landOfOz = mat.NewDense(3, 3, []float64{
	.5, .25, .25,
	.5, 0, .5,
	.25, .25, .5,
})

// stationary returns the stationary probability of state i of a chain without an end.
func stationary(t *testing.T, names []string, p *mat.Dense, i int) float64 {
	t.Helper()
	n := len(names)
	// Start is the state i before it is left; to come back there is to convert.
	states := make([]State, n)
	q, r := mat.NewDense(n, n, nil), mat.NewDense(n, 2, nil)
	for j := range n {
		states[j] = At(touchpoint.Channel(names[j]))
		for k := range n {
			if k == i {
				r.Set(j, 0, p.At(j, k))
			} else {
				q.Set(j, k, p.At(j, k))
			}
		}
	}
	states[i] = Start
	c, err := New(q, r, states)
	require.NoError(t, err)
	steps, err := c.ExpectedSteps(Start)
	require.NoError(t, err)
	return 1 / steps
}

// published are the chains of expected.csv that are written out in its rows.
func published(t *testing.T) map[string]*Chain {
	t.Helper()
	chain := func(transition, absorption []float64, states ...State) *Chain {
		n := len(states)
		c, err := New(mat.NewDense(n, n, transition), mat.NewDense(n, 2, absorption), states)
		require.NoError(t, err)
		return c
	}
	return map[string]*Chain{
		"D07a": fitRows(t, row{path: "c1 c2 c3", conversions: 1}, row{path: "c1", nulls: 1}, row{path: "c2 c3", nulls: 1}),
		"D07c": chain([]float64{0, 1, 0, 0, 0, .5, 0, 1, 0}, []float64{0, 0, .5, 0, 0, 0}, Start, At("A"), At("B")),
		"D07d": chain([]float64{0, .8, .2, 0, 0, .25, 0, 0, 0}, []float64{0, 0, .5, .25, 1, 0}, Start, At("google ads"), At("mailing")),
		"D07x": chain([]float64{0, .5, 0, .5, 0, .5, 0, .5, 0}, []float64{0, .5, 0, 0, .5, 0}, At("0"), At("1"), At("2")),
	}
}

// Every number of expected.csv about these chains, and no other.
func TestPublishedNumbers(t *testing.T) {
	f, err := os.Open("../../../shared/data/expected.csv")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("shared/data/expected.csv is absent: the published numbers of D07a, D07c, D07d and D07x are not checked from it")
	}
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	chains := published(t)
	conversions := map[string]float64{"D07a": 1, "D07c": 3, "D07d": 4}
	names := map[string]State{
		"(start)": Start, "start": Start, "(conversion)": Converted, "conv": Converted, "(null)": Lost, "null": Lost,
	}
	state := func(name string) State {
		if s, ok := names[name]; ok {
			return s
		}
		return At(touchpoint.Channel(name))
	}
	checked := map[string]int{}
	for _, r := range rows[1:] {
		set, key := r[column["dataset"]], r[column["key"]]
		c := chains[set]
		if c == nil {
			continue
		}
		checked[set]++
		want, err := strconv.ParseFloat(r[column["value"]], 64)
		require.NoError(t, err)
		tolerance, err := strconv.ParseFloat(r[column["abs_tol"]], 64)
		require.NoError(t, err)
		var got float64
		switch quantity := r[column["quantity"]]; quantity {
		case "transition":
			from, to, ok := strings.Cut(key, ">")
			require.True(t, ok)
			got = probability(t, c, state(from), state(to))
		case "removal_effect", "attributed_conversions":
			removal, err := c.Removal()
			require.NoError(t, err)
			got = removal.Effect(touchpoint.Channel(key)).Conversion
			if quantity == "attributed_conversions" {
				got *= conversions[set] / removal.Sum().Conversion
			}
		case "t":
			got, err = c.ExpectedSteps(state(key))
			require.NoError(t, err)
		case "stationary":
			i, err := strconv.Atoi(key)
			require.NoError(t, err)
			got = stationary(t, []string{"rain", "nice", "snow"}, landOfOz, i)
		default:
			t.Errorf("%s: quantity %s", set, quantity)
		}
		// Sums of quotients are rounded, also where the number is exact.
		assert.InDelta(t, want, got, max(tolerance, 1e-15), "%s %v", set, r)
	}
	assert.Equal(t, map[string]int{"D07a": 13, "D07c": 2, "D07d": 8, "D07x": 6}, checked)
}

// probability returns that of one step.
func probability(t *testing.T, c *Chain, from, to State) float64 {
	t.Helper()
	i, err := c.find(from)
	require.NoError(t, err)
	switch to {
	case Converted:
		return c.Absorption().At(i, 0)
	case Lost:
		return c.Absorption().At(i, 1)
	}
	j, err := c.find(to)
	require.NoError(t, err)
	return c.Transition().At(i, j)
}
