package attribution_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

// The oracle of intervals is the infinitesimal jackknife: every number of a model is
// computed from its definition on journeys that weigh 1 each, and again with the
// weight of one unit moved a little up and down. The slope is the unit's influence,
// and the variance the sum of the squares. It shares nothing with the closed forms.

// intervalRow is a row of a table of journeys with its customer.
type intervalRow struct {
	oracleRow
	customer uint64
}

func (r intervalRow) counted(dict *journey.Dictionary) *journey.Counted {
	p := r.oracleRow.counted(dict)
	p.Customer = r.customer
	return p
}

// intervalSplit returns the table with one journey a row, whose values are those of
// the row divided by its conversions.
func intervalSplit(rows []intervalRow) []intervalRow {
	var split []intervalRow
	for _, r := range rows {
		one := r
		one.conversions, one.nulls, one.opens, one.value = 0, 0, 0, 0
		for range r.conversions {
			c := one
			c.conversions, c.value = 1, r.value/float64(r.conversions)
			split = append(split, c)
		}
		for range r.nulls {
			c := one
			c.nulls = 1
			split = append(split, c)
		}
		for range r.opens {
			c := one
			c.opens = 1
			split = append(split, c)
		}
	}
	return split
}

// intervalCensor cuts open journeys off before they come to a channel from which, as
// far as the rows show, there is no way to an end.
func intervalCensor(rows []intervalRow) []intervalRow {
	ends := map[string]bool{}
	for more := true; more; {
		more = false
		for _, r := range rows {
			for i, c := range r.channels {
				leads := r.conversions+r.nulls > 0 || i+1 < len(r.channels) && ends[r.channels[i+1]]
				if leads && !ends[c] {
					ends[c], more = true, true
				}
			}
		}
	}
	rows = slices.Clone(rows)
	for i, r := range rows {
		if at := slices.IndexFunc(r.channels, func(c string) bool { return !ends[c] }); at >= 0 {
			rows[i].channels = r.channels[:at]
		}
	}
	return rows
}

// intervalNumbers are the numbers of a line that have estimates.
type intervalNumbers struct{ conversions, share, value, effect, valueEffect float64 }

func (n intervalNumbers) list() []float64 {
	return []float64{n.conversions, n.share, n.value, n.effect, n.valueEffect}
}

// intervalModel computes the numbers of each line from journeys, one a row, with
// weights.
type intervalModel func(rows []intervalRow, weights []float64) map[string]intervalNumbers

// intervalLinear is the definition of linear attribution.
func intervalLinear(rows []intervalRow, weights []float64) map[string]intervalNumbers {
	lines := map[string]intervalNumbers{}
	all, journeys := 0.0, 0.0
	for i, r := range rows {
		journeys += weights[i]
		if r.conversions == 0 {
			continue
		}
		all += weights[i]
		channels := r.channels
		if len(channels) == 0 {
			channels = []string{string(journey.None)}
		}
		for _, c := range channels {
			n := lines[c]
			n.conversions += weights[i] / float64(len(channels))
			n.value += weights[i] * r.value / float64(len(channels))
			lines[c] = n
		}
	}
	return intervalScale(lines, all, float64(len(rows))/journeys)
}

// intervalScale computes shares and scales credits to the number of journeys.
func intervalScale(lines map[string]intervalNumbers, all, scale float64) map[string]intervalNumbers {
	for c, n := range lines {
		n.share = n.conversions / all
		n.conversions *= scale
		n.value *= scale
		lines[c] = n
	}
	return lines
}

// intervalMarkov returns the definition of Markov attribution: the chain is solved
// again without each channel, by LU.
func intervalMarkov(nulls attribution.Nulls) intervalModel {
	return func(rows []intervalRow, weights []float64) map[string]intervalNumbers {
		number := map[string]int{}
		var names []string
		for _, r := range rows {
			if nulls == attribution.ExcludeNulls && r.conversions == 0 {
				continue
			}
			for _, c := range r.channels {
				if number[c] == 0 {
					names = append(names, c)
					number[c] = len(names)
				}
			}
		}
		k := len(names) + 1
		steps, ends := mat.NewDense(k, k, nil), mat.NewDense(k, 2, nil)
		left := make([]float64, k)
		lines := map[string]intervalNumbers{}
		var all, journeys, touched, touchedValue float64
		for i, r := range rows {
			w := weights[i]
			journeys += w
			if nulls == attribution.ExcludeNulls && r.conversions == 0 {
				continue
			}
			at := 0
			for _, c := range r.channels {
				to := number[c]
				steps.Set(at, to, steps.At(at, to)+w)
				left[at] += w
				at = to
			}
			if r.opens > 0 {
				continue
			}
			left[at] += w
			if r.conversions == 0 {
				continue
			}
			ends.Set(at, 0, ends.At(at, 0)+w)
			ends.Set(at, 1, ends.At(at, 1)+w*r.value)
			all += w
			if len(r.channels) > 0 {
				touched += w
				touchedValue += w * r.value
			} else {
				n := lines[string(journey.None)]
				n.conversions += w
				n.value += w * r.value
				lines[string(journey.None)] = n
			}
		}
		// solve returns what a journey brings, with every step into a state
		// redirected to the loss.
		solve := func(without int) (conversions, value float64) {
			a := mat.NewDense(k, k, nil)
			b := mat.NewDense(k, 2, nil)
			for i := range k {
				a.Set(i, i, 1)
				if left[i] == 0 {
					continue
				}
				for j := range k {
					if j != without {
						a.Set(i, j, a.At(i, j)-steps.At(i, j)/left[i])
					}
				}
				b.Set(i, 0, ends.At(i, 0)/left[i])
				b.Set(i, 1, ends.At(i, 1)/left[i])
			}
			var x mat.Dense
			if err := x.Solve(a, b); err != nil {
				panic(err)
			}
			return x.At(0, 0), x.At(0, 1)
		}
		conversions, value := solve(-1)
		effects := map[string]intervalNumbers{}
		var sum intervalNumbers
		for i, c := range names {
			without, withoutValue := solve(i + 1)
			n := intervalNumbers{effect: 1 - without/conversions}
			if value > 0 {
				n.valueEffect = 1 - withoutValue/value
			}
			effects[c] = n
			sum.effect += n.effect
			sum.valueEffect += n.valueEffect
		}
		for c, n := range effects {
			n.conversions = touched * n.effect / sum.effect
			if sum.valueEffect > 0 {
				n.value = touchedValue * n.valueEffect / sum.valueEffect
			}
			lines[c] = n
		}
		return intervalScale(lines, all, float64(len(rows))/journeys)
	}
}

// intervalJackknife returns the standard errors of every number of every line. Unit
// says which journeys move together.
func intervalJackknife(rows []intervalRow, unit func(i int) uint64, model intervalModel) map[string][]float64 {
	const h = 1e-4
	members := map[uint64][]int{}
	var units []uint64
	for i := range rows {
		u := unit(i)
		if members[u] == nil {
			units = append(units, u)
		}
		members[u] = append(members[u], i)
	}
	weights := make([]float64, len(rows))
	for i := range weights {
		weights[i] = 1
	}
	variances := map[string][]float64{}
	for _, u := range units {
		// Five points, so that the error is of the order h^4.
		slope := map[string][]float64{}
		for _, p := range []struct{ at, factor float64 }{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}} {
			for _, i := range members[u] {
				weights[i] = 1 + p.at*h
			}
			for c, n := range model(rows, weights) {
				if slope[c] == nil {
					slope[c] = make([]float64, len(n.list()))
				}
				for j, x := range n.list() {
					slope[c][j] += p.factor * x / (12 * h)
				}
			}
		}
		for _, i := range members[u] {
			weights[i] = 1
		}
		for c, of := range slope {
			if variances[c] == nil {
				variances[c] = make([]float64, len(of))
			}
			for j, s := range of {
				variances[c][j] += s * s
			}
		}
	}
	for _, of := range variances {
		for j := range of {
			of[j] = math.Sqrt(of[j])
		}
	}
	return variances
}

// intervalRows is a small random table with customers, some of whom are not known.
func intervalRows(rng *rand.Rand, opens bool) []intervalRow {
	names := []string{"a", "b", "c", "(nona"}[:2+rng.IntN(3)]
	rows := make([]intervalRow, 4+rng.IntN(10))
	for i := range rows {
		r := &rows[i]
		r.customer = uint64(rng.IntN(5))
		for range rng.IntN(5) {
			r.channels = append(r.channels, names[rng.IntN(len(names))])
		}
		r.conversions, r.nulls = rng.Int64N(3), rng.Int64N(3)
		if opens {
			r.opens = rng.Int64N(2)
		}
		if r.conversions > 0 && rng.IntN(4) > 0 {
			r.value = float64(r.conversions) * float64(1+rng.IntN(40)) / 4
		}
	}
	rows[0].channels, rows[0].conversions, rows[0].nulls = []string{"a", "b"}, 2, 1
	return rows
}

// intervalOf counts the rows and returns the uncertainty of the model.
func intervalOf(t *testing.T, m attribution.Model, rows []intervalRow) *attribution.Uncertainty {
	t.Helper()
	u, err := attribution.UncertaintyOf(t.Context(), intervalCount(t, m, rows))
	require.NoError(t, err)
	return u
}

func intervalCount(t *testing.T, m attribution.Model, rows []intervalRow) attribution.Accumulator {
	t.Helper()
	require.NoError(t, m.Validate())
	a := m.NewAccumulator()
	dict := new(journey.Dictionary)
	for _, r := range rows {
		require.NoError(t, a.Add(r.counted(dict)))
	}
	return a
}

// intervalSEs returns the standard errors of a line in the order of
// intervalNumbers.
func intervalSEs(c attribution.ChannelUncertainty) []float64 {
	ses := []float64{c.Conversions.SE, c.Share.SE, c.Value.SE, 0, 0}
	if c.Removal != nil {
		ses[3], ses[4] = c.Removal.Effect.SE, c.Removal.ValueEffect.SE
	}
	return ses
}

// requireSEs compares all standard errors; the slopes of the oracle are good to
// about 1e-9 of the numbers.
func requireSEs(t *testing.T, want map[string][]float64, u *attribution.Uncertainty, rows []intervalRow) {
	t.Helper()
	for channel, c := range u.All() {
		got := intervalSEs(c)
		of := want[string(channel)]
		if of == nil {
			of = make([]float64, len(got))
		}
		for j := range got {
			require.InDeltaf(t, of[j], got[j], 1e-7*(1+of[j]), "%s, number %d: %+v", channel, j, rows)
		}
	}
}
