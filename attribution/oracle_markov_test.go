package attribution_test

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

// oracleChain is the first-order chain of a table of journeys: state 0 is the
// start, state i > 0 the channel names[i-1]. All entries are counts but value.
type oracleChain struct {
	names     []string
	next      [][]int64  // journeys that went from i on to j
	converted []int64    // that converted after i
	lost      []int64    // that were lost after i
	value     []*big.Rat // of the conversions after i
}

// newOracleChain counts the transitions. An open journey adds those that it made
// and no end.
func newOracleChain(rows []oracleRow) *oracleChain {
	c := new(oracleChain)
	for _, r := range rows {
		c.names = append(c.names, r.channels...)
	}
	slices.Sort(c.names)
	c.names = slices.Compact(c.names)
	n := 1 + len(c.names)
	c.next, c.converted, c.lost, c.value = make([][]int64, n), make([]int64, n), make([]int64, n), oracleZeros(n)
	for i := range c.next {
		c.next[i] = make([]int64, n)
	}
	for _, r := range rows {
		state := 0
		for _, channel := range r.channels {
			to := 1 + slices.Index(c.names, channel)
			c.next[state][to] += r.conversions + r.nulls + r.opens
			state = to
		}
		c.converted[state] += r.conversions
		c.lost[state] += r.nulls
		c.value[state].Add(c.value[state], oracleRat(r.value))
	}
	return c
}

// ends reports whether from every channel that was come to there is a way to an
// end. Only open journeys can leave one without.
func (c *oracleChain) ends() bool {
	ends := make([]bool, len(c.next))
	for range c.next {
		for i := range c.next {
			ends[i] = ends[i] || c.converted[i]+c.lost[i] > 0
			for j, n := range c.next[i] {
				ends[i] = ends[i] || n > 0 && ends[j]
			}
		}
	}
	for i := range c.next {
		for j, n := range c.next[i] {
			if n > 0 && !ends[j] {
				return false
			}
		}
	}
	return true
}

// start returns the probability of converting and the expected value, seen from
// the start, when every step into the state removed leads to the loss instead.
// No state is removed where that is 0: nothing leads to the start.
func (c *oracleChain) start(removed int) (conversion, value *big.Rat) {
	n := len(c.next)
	a := make([][]*big.Rat, n) // I-Q, and two columns: reward by conversion, by value
	for i := range a {
		a[i] = oracleZeros(n + 2)
		total := c.converted[i] + c.lost[i]
		for _, k := range c.next[i] {
			total += k
		}
		if total > 0 {
			for j, k := range c.next[i] {
				if j != removed {
					a[i][j].SetFrac64(-k, total)
				}
			}
			a[i][n].SetFrac64(c.converted[i], total)
			a[i][n+1].Quo(c.value[i], oracleInt(total))
		}
		a[i][i].Add(a[i][i], oracleInt(1))
	}
	oracleSolve(a)
	return a[0][n], a[0][n+1]
}

// oracleSolve turns the left square of a into the identity by Gauss elimination,
// so that the columns right of it become the solutions.
func oracleSolve(a [][]*big.Rat) {
	x := new(big.Rat)
	for k := range a {
		pivot := k
		for a[pivot][k].Sign() == 0 {
			pivot++ // past the end if the matrix is singular
		}
		a[k], a[pivot] = a[pivot], a[k]
		inverse := new(big.Rat).Inv(a[k][k])
		for j := k; j < len(a[k]); j++ {
			a[k][j].Mul(a[k][j], inverse)
		}
		for i := range a {
			if i == k || a[i][k].Sign() == 0 {
				continue
			}
			factor := new(big.Rat).Set(a[i][k])
			for j := k; j < len(a[i]); j++ {
				if a[k][j].Sign() != 0 {
					a[i][j].Sub(a[i][j], x.Mul(factor, a[k][j]))
				}
			}
		}
	}
}

// oracleRemoval is what is lost without a channel.
type oracleRemoval struct{ effect, value, touching *big.Rat }

// oracleMarkov credits by removal effects: each channel is removed in turn and
// the chain solved anew. With the nulls excluded the chain is that of converting
// journeys only. The last result is false where the chain is not defined.
func oracleMarkov(rows []oracleRow, nulls attribution.Nulls) (oracleResult, map[string]oracleRemoval, bool) {
	want, removals := oracleTotals(rows), map[string]oracleRemoval{}
	for name := range want.credits {
		if name != string(journey.None) {
			removals[name] = oracleRemoval{new(big.Rat), new(big.Rat), oracleTouching(rows, name)}
		}
	}
	kept := slices.Clone(rows)
	if nulls == attribution.ExcludeNulls {
		kept = slices.DeleteFunc(kept, func(r oracleRow) bool { return r.conversions == 0 })
		for i := range kept {
			kept[i].nulls, kept[i].opens = 0, 0
		}
	}
	chain := newOracleChain(kept)
	if !chain.ends() {
		return want, removals, false
	}
	conversion, value := chain.start(0)
	if conversion.Sign() == 0 {
		return want, removals, true
	}
	sum, sumValue := new(big.Rat), new(big.Rat)
	for i, name := range chain.names {
		without, withoutValue := chain.start(i + 1)
		removal := removals[name]
		removal.effect.Sub(oracleInt(1), without.Quo(without, conversion))
		if value.Sign() > 0 {
			removal.value.Sub(oracleInt(1), withoutValue.Quo(withoutValue, value))
		}
		sum.Add(sum, removal.effect)
		sumValue.Add(sumValue, removal.value)
	}
	conversions, total := new(big.Rat), new(big.Rat) // of journeys with a touch
	for _, r := range rows {
		if len(r.channels) > 0 {
			conversions.Add(conversions, oracleInt(r.conversions))
			total.Add(total, oracleRat(r.value))
		}
	}
	for name, removal := range removals {
		credit := want.credits[name]
		if sum.Sign() > 0 {
			credit.conversions.Quo(removal.effect, sum).Mul(credit.conversions, conversions)
		}
		if sumValue.Sign() > 0 {
			credit.value.Quo(removal.value, sumValue).Mul(credit.value, total)
		}
	}
	return want, removals, true
}

// oracleTouching is the part of all conversions whose journeys touched the channel.
func oracleTouching(rows []oracleRow, channel string) *big.Rat {
	touching, all := new(big.Rat), new(big.Rat)
	for _, r := range rows {
		all.Add(all, oracleInt(r.conversions))
		if slices.Contains(r.channels, channel) {
			touching.Add(touching, oracleInt(r.conversions))
		}
	}
	if all.Sign() > 0 {
		touching.Quo(touching, all)
	}
	return touching
}

// requireRemovals compares the removal effects with the oracle. It returns the
// largest relative error.
func requireRemovals(t *testing.T, want map[string]oracleRemoval, got *attribution.Result, tol float64, rows []oracleRow) (worst float64) {
	t.Helper()
	for channel, credit := range got.All() {
		if channel == journey.None {
			require.Nil(t, credit.Removal)
			continue
		}
		w, r := want[string(channel)], credit.Removal
		require.NotNilf(t, r, "%q", channel)
		for _, c := range []struct {
			name string
			want *big.Rat
			got  float64
		}{{"effect", w.effect, r.Effect}, {"value effect", w.value, r.ValueEffect}, {"touching share", w.touching, r.TouchingShare}} {
			e := oracleError(c.want, c.got)
			require.LessOrEqualf(t, e, tol, "%s of %q is %v, not %s, in %+v", c.name, channel, c.got, c.want.FloatString(20), rows)
			worst = max(worst, e)
			require.LessOrEqual(t, c.got, 1.0)
		}
	}
	return worst
}

func TestMarkovOracle(t *testing.T) {
	for i, c := range []struct {
		name  string
		nulls attribution.Nulls
		opens bool
	}{
		{"nulls in", attribution.IncludeNulls, false},
		{"nulls out", attribution.ExcludeNulls, false},
		{"nulls in, some open", attribution.IncludeNulls, true},
		{"nulls out, some open", attribution.ExcludeNulls, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(11, uint64(i)))
			credited, undefined, worst := 0, 0, 0.0
			for range 750 {
				rows := oracleRows(rng, c.opens)
				if rng.IntN(2) == 0 {
					rows = oracleTimeless(rows)
				}
				want, removals, ok := oracleMarkov(rows, c.nulls)
				if !ok {
					undefined++
					continue
				}
				results, err := attribution.Attribute(oracleFeed(new(journey.Dictionary), rows), attribution.Markov{Nulls: c.nulls})
				if want.totals.Conversions == 0 {
					requireNothing(t, want, err)
					continue
				}
				require.NoErrorf(t, err, "%+v", rows)
				require.Equal(t, "markov", results[0].Model())
				worst = max(worst, requireOracle(t, want, results[0], 1e-13, rows), requireRemovals(t, removals, results[0], 1e-13, rows))
				credited++
			}
			assert.Greater(t, credited, 550)
			assert.Equal(t, c.opens && c.nulls == attribution.IncludeNulls, undefined > 0)
			t.Logf("%d tables, largest relative error %.2g", credited, worst)
		})
	}
}

// TestMarkovNullPaths: a channel that is on null journeys only gets exactly
// nothing unless the chain leads from it to a conversion.
func TestMarkovNullPaths(t *testing.T) {
	for _, c := range []struct {
		name  string
		nulls attribution.Nulls
		null  []string
		want  float64
	}{
		{"alone", attribution.IncludeNulls, []string{"c"}, 0},
		{"after", attribution.IncludeNulls, []string{"a", "c", "c"}, 0},
		{"before", attribution.IncludeNulls, []string{"c", "a"}, 1.0 / 3}, // effects: c 1/2, a 1
		{"before, nulls out", attribution.ExcludeNulls, []string{"c", "a"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows := []oracleRow{{channels: []string{"a"}, conversions: 1, value: 2}, {channels: c.null, nulls: 1}}
			results, err := attribution.Attribute(oracleFeed(new(journey.Dictionary), rows), attribution.Markov{Nulls: c.nulls})
			require.NoError(t, err)
			credit, ok := results[0].Credit("c")
			require.True(t, ok)
			require.NotNil(t, credit.Removal)
			assert.Zero(t, credit.Removal.TouchingShare)
			if c.want == 0 {
				assert.Equal(t, attribution.Credit{Removal: &attribution.Removal{}}, credit)
				return
			}
			assert.InEpsilon(t, c.want, credit.Conversions, 1e-13)
			assert.InEpsilon(t, c.want*2, credit.Value, 1e-13)
		})
	}
}
