package dropoff_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/markov"
	"github.com/cjm-go/cjm/touchpoint"
)

// chainRow is a counted path: names separated by a space.
type chainRow struct {
	path                     string
	conversions, nulls, open int64
	value                    float64
}

func (r chainRow) counted(d *journey.Dictionary) *journey.Counted {
	p := &journey.Counted{Dictionary: d, Conversions: r.conversions, Nulls: r.nulls, Opens: r.open, Value: r.value}
	for name := range strings.FieldsSeq(r.path) {
		p.Channels = append(p.Channels, d.Code(touchpoint.Channel(name)))
	}
	return p
}

func countChain(t testing.TB, o markov.Options, rows ...chainRow) *markov.Counts {
	t.Helper()
	c, err := markov.NewCounts(o)
	require.NoError(t, err)
	var d journey.Dictionary
	for _, r := range rows {
		require.NoError(t, c.Add(r.counted(&d)))
	}
	return c
}

// randomChainRows returns paths over at most channels names, with repeats, empty paths
// and channels where everything is lost. There is at least one journey, and none is
// open unless open is true.
func randomChainRows(r *rand.Rand, channels int, open bool) []chainRow {
	rows := make([]chainRow, 1+r.IntN(8))
	for i := range rows {
		names := make([]string, r.IntN(6))
		for j := range names {
			names[j] = fmt.Sprintf("c%d", r.IntN(channels))
			if j > 0 && r.IntN(4) == 0 {
				names[j] = names[j-1]
			}
		}
		rows[i].path = strings.Join(names, " ")
		if r.IntN(3) > 0 {
			rows[i].nulls = r.Int64N(50)
		}
		if r.IntN(2) == 0 {
			rows[i].conversions = 1 + r.Int64N(20)
			rows[i].value = math.Round(r.Float64()*1e5) / 100
		}
		if open && r.IntN(2) == 0 {
			rows[i].open = r.Int64N(10)
		}
	}
	rows[0].nulls++ // not empty
	return rows
}

// chainOracle is a chain in rational numbers, from counts by name and Gauss
// elimination.
type chainOracle struct {
	states []markov.State
	steps  map[markov.State]map[markov.State]*big.Rat
	value  map[markov.State]*big.Rat // of a visit
}

// newChainOracle counts the rows. States that reach no end are left out.
func newChainOracle(rows []chainRow) *chainOracle {
	counts := map[markov.State]map[markov.State]int64{markov.Start: {}}
	worth := map[markov.State]*big.Rat{}
	for _, r := range rows {
		at, n := markov.Start, r.conversions+r.nulls+r.open
		add := func(to markov.State, n int64) {
			if n > 0 {
				counts[at][to] += n
			}
		}
		for name := range strings.FieldsSeq(r.path) {
			to := markov.At(touchpoint.Channel(name))
			add(to, n)
			at = to
			if n > 0 && counts[at] == nil {
				counts[at] = map[markov.State]int64{}
			}
		}
		add(markov.Converted, r.conversions)
		add(markov.Lost, r.nulls)
		if worth[at] == nil {
			worth[at] = new(big.Rat)
		}
		worth[at].Add(worth[at], new(big.Rat).SetFloat64(r.value))
	}
	o := &chainOracle{steps: map[markov.State]map[markov.State]*big.Rat{}, value: map[markov.State]*big.Rat{}}
	for s, row := range counts {
		o.steps[s] = map[markov.State]*big.Rat{}
		for to, n := range row {
			o.steps[s][to] = new(big.Rat).SetInt64(n)
		}
		o.value[s] = new(big.Rat)
		if v := worth[s]; v != nil {
			o.value[s] = v
		}
		o.states = append(o.states, s)
	}
	slices.SortFunc(o.states, markov.State.Compare)
	for _, s := range o.deadEnds() {
		delete(o.steps, s)
		for _, row := range o.steps {
			delete(row, s)
		}
	}
	o.states = slices.DeleteFunc(o.states, func(s markov.State) bool { return o.steps[s] == nil })
	for s := range o.steps {
		o.normalize(s)
	}
	return o
}

// normalize divides a row, and the value, by the sum of the row.
func (o *chainOracle) normalize(s markov.State) {
	sum := new(big.Rat)
	for _, p := range o.steps[s] {
		sum.Add(sum, p)
	}
	if sum.Sign() == 0 {
		return
	}
	row := map[markov.State]*big.Rat{}
	for to, p := range o.steps[s] {
		row[to] = new(big.Rat).Quo(p, sum)
	}
	o.steps[s] = row
	o.value[s] = new(big.Rat).Quo(o.value[s], sum)
}

// deadEnds returns the states that reach no end.
func (o *chainOracle) deadEnds() []markov.State {
	alive := map[markov.State]bool{markov.Converted: true, markov.Lost: true}
	for grown := true; grown; {
		grown = false
		for s, row := range o.steps {
			for to := range row {
				if alive[to] && !alive[s] {
					alive[s], grown = true, true
				}
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(o.states), func(s markov.State) bool { return alive[s] })
}

// with returns the chain with another row.
func (o *chainOracle) with(s markov.State, row map[markov.State]*big.Rat) *chainOracle {
	w := &chainOracle{states: o.states, steps: map[markov.State]map[markov.State]*big.Rat{}, value: map[markov.State]*big.Rat{}}
	for t := range o.steps {
		w.steps[t], w.value[t] = o.steps[t], o.value[t]
	}
	w.steps[s] = row
	return w
}

// plugged returns the chain in which nothing is lost in the state: its row without the
// loss, normalised. It returns false where some state then reaches no end.
func (o *chainOracle) plugged(s markov.State) (*chainOracle, bool) {
	row := map[markov.State]*big.Rat{}
	for to, p := range o.steps[s] {
		if to != markov.Lost {
			row[to] = p
		}
	}
	w := o.with(s, row)
	w.normalize(s)
	return w, len(w.deadEnds()) == 0
}

func (o *chainOracle) p(from, to markov.State) *big.Rat {
	if p := o.steps[from][to]; p != nil {
		return p
	}
	return new(big.Rat)
}

// solve returns (I-Q)^-1 times the given columns, by row.
func (o *chainOracle) solve(columns ...func(markov.State) *big.Rat) map[markov.State][]*big.Rat {
	n := len(o.states)
	m := make([][]*big.Rat, n)
	for i, s := range o.states {
		m[i] = make([]*big.Rat, n+len(columns))
		for j, t := range o.states {
			m[i][j] = new(big.Rat).Neg(o.p(s, t))
		}
		m[i][i].Add(m[i][i], big.NewRat(1, 1))
		for k, column := range columns {
			m[i][n+k] = new(big.Rat).Set(column(s))
		}
	}
	var t big.Rat
	for k := range n {
		for j := k + 1; j < n+len(columns); j++ {
			m[k][j].Quo(m[k][j], m[k][k])
		}
		for i := range n {
			if i == k || m[i][k].Sign() == 0 {
				continue
			}
			for j := k + 1; j < n+len(columns); j++ {
				m[i][j].Sub(m[i][j], t.Mul(m[i][k], m[k][j]))
			}
		}
	}
	x := map[markov.State][]*big.Rat{}
	for i, s := range o.states {
		x[s] = m[i][n:]
	}
	return x
}

func (o *chainOracle) converted(s markov.State) *big.Rat { return o.p(s, markov.Converted) }
func (o *chainOracle) lost(s markov.State) *big.Rat      { return o.p(s, markov.Lost) }
func (o *chainOracle) worth(s markov.State) *big.Rat     { return o.value[s] }

// at is the column that is 1 in one state and 0 elsewhere.
func (o *chainOracle) at(s markov.State) func(markov.State) *big.Rat {
	return func(t markov.State) *big.Rat {
		if s == t {
			return big.NewRat(1, 1)
		}
		return new(big.Rat)
	}
}

// visits returns N_si from the start.
func (o *chainOracle) visits() map[markov.State]*big.Rat {
	columns := make([]func(markov.State) *big.Rat, len(o.states))
	for i, s := range o.states {
		columns[i] = o.at(s)
	}
	row := o.solve(columns...)[markov.Start]
	visits := map[markov.State]*big.Rat{}
	for i, s := range o.states {
		visits[s] = row[i]
	}
	return visits
}

// conditioned returns the chain of the journeys that convert: p_ij b_j/b_i, among the
// states with b > 0.
func (o *chainOracle) conditioned(b map[markov.State]*big.Rat) *chainOracle {
	w := &chainOracle{steps: map[markov.State]map[markov.State]*big.Rat{}, value: o.value}
	for _, s := range o.states {
		if b[s].Sign() == 0 {
			continue
		}
		w.states = append(w.states, s)
		w.steps[s] = map[markov.State]*big.Rat{}
		for to, p := range o.steps[s] {
			target := big.NewRat(1, 1)
			switch {
			case to == markov.Lost:
				target.SetInt64(0)
			case to != markov.Converted:
				target.Set(b[to])
			}
			if target.Sign() > 0 {
				w.steps[s][to] = target.Quo(target.Mul(target, p), b[s])
			}
		}
	}
	return w
}

func oneStep(markov.State) *big.Rat { return big.NewRat(1, 1) }

// requireRat requires agreement to 1e-13, relative.
func requireRat(t *testing.T, want *big.Rat, got float64, what string, s ...any) {
	t.Helper()
	if e := ratError(want, got); e > 1e-13 {
		require.Failf(t, "not close", "%s %v: want %s, got %g, relative error %.1e", what, s, want.FloatString(25), got, e)
	}
}

// ratError is |got-want|/|want|; 0 if both are 0, infinite if only want is.
func ratError(want *big.Rat, got float64) float64 {
	if want.Sign() == 0 && got == 0 {
		return 0
	}
	d := new(big.Rat).SetFloat64(got)
	if d == nil || want.Sign() == 0 {
		return math.Inf(1)
	}
	d.Sub(d, want)
	e, _ := d.Abs(d.Quo(d, want)).Float64()
	return e
}
