package markov

import (
	"math"
	"math/big"
	"slices"
)

// oracle is the chain in rational numbers, written from the definitions: counts
// by name, probabilities, Gauss elimination.
type oracle struct {
	states []State // Start, channels by name
	steps  map[State]map[State]*big.Rat
	value  map[State]*big.Rat // per visit to the state
	closed []State
}

// newOracle counts the rows. Closed states are dropped if censor is true.
func newOracle(rows []row, censor bool) *oracle {
	counts := map[State]map[State]int64{}
	worth := map[State]*big.Rat{}
	add := func(from, to State, n int64) {
		if n == 0 {
			return
		}
		if counts[from] == nil {
			counts[from] = map[State]int64{}
		}
		counts[from][to] += n
	}
	seen := map[State]bool{}
	for _, r := range rows {
		at, n := Start, r.conversions+r.nulls+r.opens
		if n == 0 {
			continue
		}
		seen[at] = true
		for _, name := range r.names() {
			add(at, At(name), n)
			at = At(name)
			seen[at] = true
		}
		add(at, Converted, r.conversions)
		add(at, Lost, r.nulls)
		if worth[at] == nil {
			worth[at] = new(big.Rat)
		}
		worth[at].Add(worth[at], new(big.Rat).SetFloat64(r.value))
	}
	o := &oracle{steps: map[State]map[State]*big.Rat{}, value: map[State]*big.Rat{}}
	for s := range seen {
		if leadsToEnd(counts, s, map[State]bool{}) {
			o.states = append(o.states, s)
		} else {
			o.closed = append(o.closed, s)
		}
	}
	slices.SortFunc(o.states, State.Compare)
	slices.SortFunc(o.closed, State.Compare)
	if len(o.closed) > 0 && !censor {
		return o
	}
	for _, s := range o.states {
		total := int64(0)
		for to, n := range counts[s] {
			if !slices.Contains(o.closed, to) {
				total += n
			}
		}
		o.steps[s] = map[State]*big.Rat{}
		for to, n := range counts[s] {
			if !slices.Contains(o.closed, to) {
				o.steps[s][to] = big.NewRat(n, total)
			}
		}
		o.value[s] = new(big.Rat)
		if v := worth[s]; v != nil {
			o.value[s].Quo(v, new(big.Rat).SetInt64(total))
		}
	}
	return o
}

func leadsToEnd(counts map[State]map[State]int64, s State, visited map[State]bool) bool {
	if s.IsEnd() {
		return true
	}
	if visited[s] {
		return false
	}
	visited[s] = true
	for to := range counts[s] {
		if leadsToEnd(counts, to, visited) {
			return true
		}
	}
	return false
}

func (o *oracle) p(from, to State) *big.Rat {
	if p := o.steps[from][to]; p != nil {
		return p
	}
	return new(big.Rat)
}

// solve returns (I-Q)^-1 times the given columns.
func (o *oracle) solve(columns ...func(State) *big.Rat) [][]*big.Rat {
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
		// I-Q is an M-matrix: its pivots are positive in any order.
		for j := k + 1; j < n+len(columns); j++ {
			m[k][j].Quo(m[k][j], m[k][k])
		}
		for i := range n {
			if i == k || m[i][k].Sign() == 0 {
				continue
			}
			for j := k + 1; j < n+len(columns); j++ {
				if m[k][j].Sign() != 0 {
					m[i][j].Sub(m[i][j], t.Mul(m[i][k], m[k][j]))
				}
			}
		}
	}
	x := make([][]*big.Rat, n)
	for i := range x {
		x[i] = m[i][n:]
	}
	return x
}

func (o *oracle) to(end State) func(State) *big.Rat {
	return func(s State) *big.Rat { return o.p(s, end) }
}

func (o *oracle) valueOf(s State) *big.Rat { return o.value[s] }

func one(State) *big.Rat { return big.NewRat(1, 1) }

// without returns the chain in which every transition into the state is
// redirected to Lost.
func (o *oracle) without(c State) *oracle {
	w := &oracle{steps: map[State]map[State]*big.Rat{}, value: o.value}
	for _, s := range o.states {
		if s == c {
			continue
		}
		w.states = append(w.states, s)
		w.steps[s] = map[State]*big.Rat{}
		for to, p := range o.steps[s] {
			if to == c {
				to = Lost
			}
			w.steps[s][to] = new(big.Rat).Add(w.p(s, to), p)
		}
	}
	return w
}

// relativeError is |got-want|/|want|; 0 if both are 0, infinite if only want
// is or got is not finite.
func relativeError(want *big.Rat, got float64) float64 {
	if want.Sign() == 0 && got == 0 {
		return 0
	}
	d := new(big.Rat).SetFloat64(got)
	if d == nil || want.Sign() == 0 {
		return math.Inf(1)
	}
	d.Sub(d, want)
	d.Quo(d, want)
	e, _ := d.Abs(d).Float64()
	return e
}
