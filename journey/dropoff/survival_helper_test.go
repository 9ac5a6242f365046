package dropoff

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
)

const week = 7 * 24 * time.Hour

// observation is one spell, in a unit of the test's.
type observation struct {
	t   int
	end journey.Outcome
}

// ended returns observations of spells that ended alike.
func ended(end journey.Outcome, times ...int) []observation {
	all := make([]observation, len(times))
	for i, t := range times {
		all[i] = observation{t, end}
	}
	return all
}

// spellsOf returns the spells, of which one unit of time is so long.
func spellsOf(t testing.TB, unit time.Duration, parts ...[]observation) *Spells {
	s := new(Spells)
	for _, o := range slices.Concat(parts...) {
		require.NoError(t, s.Add(time.Duration(o.t)*unit, o.end))
	}
	return s
}

// randomObservations returns n observations with about the given number of distinct
// times, so that there are ties of all kinds.
func randomObservations(r *rand.Rand, n, distinct int) []observation {
	all := make([]observation, n)
	for i := range all {
		all[i] = observation{r.IntN(distinct), journey.Outcome(r.IntN(3))}
	}
	return all
}

// remission are the data of Freireich and others (1963), as in Gehan (1965), table 1:
// weeks in remission of 42 patients with acute leukemia on 6-MP or placebo.
var remission = struct{ drug, placebo []observation }{
	slices.Concat(
		ended(journey.Converted, 6, 6, 6, 7, 10, 13, 16, 22, 23),
		ended(journey.Open, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)),
	ended(journey.Converted, 1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23),
}

func rat(a, b int64) *big.Rat { return big.NewRat(a, b) }

func ratMul(a *big.Rat, b ...*big.Rat) *big.Rat {
	p := new(big.Rat).Set(a)
	for _, x := range b {
		p.Mul(p, x)
	}
	return p
}

func ratAdd(a *big.Rat, b ...*big.Rat) *big.Rat {
	s := new(big.Rat).Set(a)
	for _, x := range b {
		s.Add(s, x)
	}
	return s
}

func ratSub(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }

func ratFloat(a *big.Rat) float64 {
	f, _ := a.Float64()
	return f
}

// tiedRow is what an oracle sees at one time.
type tiedRow struct {
	t, n int64    // n at risk
	d    [3]int64 // by outcome
}

func (x tiedRow) events() int64 { return x.d[journey.Converted] + x.d[journey.Lost] }

// tabulate counts by looking at every observation for every time.
func tabulate(all []observation) []tiedRow {
	var rows []tiedRow
	for t := range 1000 {
		row := tiedRow{t: int64(t)}
		for _, o := range all {
			if o.t >= t {
				row.n++
			}
			if o.t == t {
				row.d[o.end]++
			}
		}
		if row.d != [3]int64{} {
			rows = append(rows, row)
		}
	}
	return rows
}
