package dropoff_test

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/journey/markov"
)

func explainChain(t testing.TB, before, after []chainRow) *dropoff.ChainExplanation {
	t.Helper()
	o := markov.Options{Closed: markov.CensorClosed}
	e, err := dropoff.ExplainChain(countChain(t, o, before...), countChain(t, o, after...))
	require.NoError(t, err)
	return e
}

// unionOracle gives the oracle the rows of the other one for the states that it lacks.
func unionOracle(o, other *chainOracle) *chainOracle {
	u := &chainOracle{steps: map[markov.State]map[markov.State]*big.Rat{}, value: o.value}
	for _, c := range []*chainOracle{other, o} {
		for s, row := range c.steps {
			u.steps[s] = row
		}
	}
	for s := range u.steps {
		u.states = append(u.states, s)
	}
	slices.SortFunc(u.states, markov.State.Compare)
	return u
}

// inDelta13 requires agreement to 1e-13, absolute: these are parts of a probability.
func inDelta13(t *testing.T, want *big.Rat, got float64, what ...any) {
	t.Helper()
	f, _ := want.Float64()
	require.InDelta(t, f, got, 1e-13, what...)
}

// All parts against the definition in rational numbers, on the union of the states;
// there, too, they sum to the difference.
func TestExplainChainAgainstRational(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 1))
	half := big.NewRat(1, 2)
	residual, foreign, rowsSame := 0.0, 0, 0
	for trial := range trials(500) {
		open := trial%3 == 0
		rows := [2][]chainRow{randomChainRows(r, 1+r.IntN(5), open), randomChainRows(r, 1+r.IntN(5), open)}
		if trial%5 == 0 {
			rows[1] = append(rows[1], rows[0]...)
		}
		own := [2]*chainOracle{newChainOracle(rows[0]), newChainOracle(rows[1])}
		o := [2]*chainOracle{unionOracle(own[0], own[1]), unionOracle(own[1], own[0])}
		var b, visits [2]map[markov.State]*big.Rat
		for k := range o {
			b[k] = map[markov.State]*big.Rat{markov.Converted: big.NewRat(1, 1), markov.Lost: new(big.Rat)}
			for s, x := range o[k].solve(o[k].converted) {
				b[k][s] = x[0]
			}
			visits[k] = o[k].visits()
		}
		e := explainChain(t, rows[0], rows[1])

		parts := map[[2]markov.State]dropoff.TransitionPart{}
		for p := range e.Transitions() {
			parts[[2]markov.State{p.From, p.To}] = p
			require.True(t, p.Before > 0 || p.After > 0)
		}
		total := new(big.Rat)
		var states []markov.State
		for p := range e.States() {
			s := p.State
			states = append(states, s)
			part, shifts := new(big.Rat), new(big.Rat)
			for _, to := range append([]markov.State{markov.Converted, markov.Lost}, o[0].states...) {
				change := new(big.Rat).Sub(o[1].p(s, to), o[0].p(s, to))
				mean := func(before, after *big.Rat) *big.Rat {
					sum := new(big.Rat).Mul(visits[1][s], before)
					sum.Add(sum, new(big.Rat).Mul(visits[0][s], after))
					return sum.Mul(sum.Mul(sum, half), change)
				}
				edge := mean(b[0][to], b[1][to])
				shift := mean(new(big.Rat).Sub(b[0][to], b[0][s]), new(big.Rat).Sub(b[1][to], b[1][s]))
				got := parts[[2]markov.State{s, to}]
				inDelta13(t, edge, got.Part, s, to)
				inDelta13(t, shift, got.Shift, s, to)
				if change.Sign() == 0 {
					require.Zero(t, got.Part)
					require.Zero(t, got.Shift)
				}
				part.Add(part, edge)
				shifts.Add(shifts, shift)
			}
			require.Zero(t, part.Cmp(shifts), "parts and shifts have the same sum")
			inDelta13(t, part, p.Part, s)
			require.InDelta(t, p.Part*float64(e.After().Journeys), p.Conversions, 1e-10)
			inDelta13(t, b[0][s], p.ConvertBefore)
			inDelta13(t, b[1][s], p.ConvertAfter)
			requireRat(t, visits[0][s], p.VisitsBefore, "before", s)
			requireRat(t, visits[1][s], p.VisitsAfter, "after", s)
			if own[0].steps[s] == nil || own[1].steps[s] == nil {
				require.Zero(t, p.Part, "a state of one period")
				foreign++
			}
			if part.Sign() == 0 {
				rowsSame++
			}
			total.Add(total, part)
		}
		require.Equal(t, o[0].states, states)
		difference := new(big.Rat).Sub(b[1][markov.Start], b[0][markov.Start])
		require.Zero(t, difference.Cmp(total), "the identity itself")
		inDelta13(t, difference, e.Change())
		require.InDelta(t, e.Change()*float64(e.After().Journeys), e.Conversions(), 1e-10)
		residual = max(residual, math.Abs(e.Residual()))
	}
	t.Logf("largest residual: %.1e", residual)
	require.LessOrEqual(t, residual, 1e-13)
	assert.Greater(t, foreign, trials(100))
	assert.Greater(t, rowsSame, trials(100))
}

// Larger chains, and longer journeys: the residual grows with the mean number of steps.
func TestExplainChainResidual(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 2))
	period := func(open int64) []chainRow {
		rows := make([]chainRow, 60)
		for i := range rows {
			var path string
			for range 1 + r.IntN(20) {
				path += fmt.Sprintf("c%d ", r.IntN(30))
			}
			rows[i] = chainRow{path: path, nulls: r.Int64N(100), conversions: 1 + r.Int64N(10), open: r.Int64N(1 + open)}
		}
		return rows
	}
	for _, open := range []int64{0, 1e3, 1e6, 1e9} {
		one, two := period(open), period(open)
		e := explainChain(t, one, two)
		steps := 0.0
		for _, rows := range [][]chainRow{one, two} {
			start, ok := leaksOf(t, rows...).State(markov.Start)
			require.True(t, ok)
			steps = max(steps, start.ToEnd.Steps)
		}
		t.Logf("%.3g steps: change %.3f, residual %.1e", steps, e.Change(), e.Residual())
		assert.NotZero(t, e.Change())
		assert.LessOrEqual(t, math.Abs(e.Residual()), 1e-16*steps)
		if steps < 500 {
			assert.LessOrEqual(t, math.Abs(e.Residual()), 1e-13)
		}
	}
}

// A row that did not change has the part 0, exactly, also where its counts are
// multiplied; the rest is for the row that did.
func TestExplainChainUnchangedRows(t *testing.T) {
	before := []chainRow{
		{path: "a b", conversions: 3, nulls: 4},
		{path: "b c a", conversions: 1, nulls: 5},
		{path: "c", conversions: 2, nulls: 8},
		{path: "c b", nulls: 2},
	}
	var after []chainRow
	for _, row := range before {
		row.conversions *= 7
		row.nulls *= 7
		after = append(after, row)
	}
	e := explainChain(t, before, after)
	assert.Zero(t, e.Change())
	for p := range e.States() {
		assert.Zero(t, p.Part)
	}
	after[2].conversions, after[2].nulls = 50, 20 // of the 70 whose last touch is c
	e = explainChain(t, before, after)
	for p := range e.States() {
		if p.State == markov.At("c") {
			assert.InDelta(t, e.Change(), p.Part, 1e-16)
			assert.Positive(t, p.Part)
		} else {
			assert.Zero(t, p.Part, "%v", p.State)
		}
	}
	for p := range e.Transitions() {
		assert.Equal(t, p.Before != p.After, p.Shift != 0)
	}
}

// Exchanging the periods changes every sign and nothing else.
func TestExplainChainAntisymmetric(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 3))
	for range trials(200) {
		one, two := randomChainRows(r, 4, true), randomChainRows(r, 5, true)
		e, back := explainChain(t, one, two), explainChain(t, two, one)
		require.Equal(t, e.Before(), back.After())
		require.Equal(t, e.Change(), -back.Change())
		require.Equal(t, e.Residual(), -back.Residual())
		states := slices.Collect(back.States())
		for i, p := range slices.Collect(e.States()) {
			require.Equal(t, p.Part, -states[i].Part)
			require.Equal(t, p.VisitsBefore, states[i].VisitsAfter)
			require.Equal(t, p.ConvertBefore, states[i].ConvertAfter)
		}
		transitions := slices.Collect(back.Transitions())
		for i, p := range slices.Collect(e.Transitions()) {
			require.Equal(t, p.Part, -transitions[i].Part)
			require.Equal(t, p.Shift, -transitions[i].Shift)
			require.Equal(t, p.Before, transitions[i].After)
		}
	}
}

// The parts are near the Shapley values of the rows: the mean, over all orders in which
// the rows change one after the other, of what each change adds. The two differ in
// terms of the third order.
func TestExplainChainAgainstShapley(t *testing.T) {
	const channels = 4
	r := rand.New(rand.NewPCG(25, 4))
	// period counts each transition base times, and up to spread times more often.
	period := func(base []float64, spread float64) []chainRow {
		var rows []chainRow
		count := func(k int) int64 { return int64(1e6 * base[k] * (1 + spread*r.Float64())) }
		for i := range channels {
			for j := range channels {
				rows = append(rows, chainRow{path: fmt.Sprintf("c%d c%d", i, j), nulls: count(len(rows))})
			}
			rows = append(rows, chainRow{path: fmt.Sprintf("c%d", i), conversions: count(len(rows))})
		}
		return rows
	}
	for _, c := range []struct{ spread, most float64 }{{.05, .0001}, {.5, .003}, {8, .03}} {
		worst := 0.0
		for range 40 {
			base := make([]float64, channels*(channels+1))
			for k := range base {
				base[k] = .05 + r.Float64()
			}
			before, after := period(base, c.spread), period(base, c.spread)
			phi := rowShapley(newChainOracle(before), newChainOracle(after))
			e := explainChain(t, before, after)
			largest, off, sum := 0.0, 0.0, 0.0
			for p := range e.States() {
				largest = max(largest, math.Abs(phi[p.State]))
				off = max(off, math.Abs(phi[p.State]-p.Part))
				sum += phi[p.State]
			}
			require.InDelta(t, e.Change(), sum, 1e-12)
			worst = max(worst, off/largest)
		}
		t.Logf("counts up to %g times larger: off by %.3f%% of the largest part at most", 1+c.spread, 100*worst)
		assert.Less(t, worst, c.most)
		assert.NotZero(t, worst)
	}
}

// rowShapley returns the Shapley value of each row in the change of P(convert). The
// chains have the same states.
func rowShapley(before, after *chainOracle) map[markov.State]float64 {
	n := len(before.states)
	value := make([]float64, 1<<n)
	for set := range value {
		w := before
		for i, s := range before.states {
			if set>>i&1 == 1 {
				w = w.with(s, after.steps[s])
			}
		}
		value[set] = floatConvert(w)
	}
	phi := map[markov.State]float64{}
	for i, s := range before.states {
		for set := range value {
			if set>>i&1 == 1 {
				continue
			}
			weight := 1 / float64(n) // 1/n over the number of sets of this size
			for k := range bits.OnesCount(uint(set)) {
				weight *= float64(k+1) / float64(n-1-k)
			}
			phi[s] += weight * (value[set|1<<i] - value[set])
		}
	}
	return phi
}

// floatConvert solves for P(convert) by iteration.
func floatConvert(o *chainOracle) float64 {
	n := len(o.states)
	q, b := make([]float64, n*n), make([]float64, n)
	ends := make([]float64, n)
	for i, s := range o.states {
		for j, to := range o.states {
			q[i*n+j], _ = o.p(s, to).Float64()
		}
		ends[i], _ = o.p(s, markov.Converted).Float64()
	}
	for range 200 {
		for i := range b {
			sum := ends[i]
			for j := range b {
				sum += q[i*n+j] * b[j]
			}
			b[i] = sum
		}
	}
	return b[0]
}

// A channel that comes and one that goes, by hand.
func TestExplainChainByHand(t *testing.T) {
	// Of 100 visitors of the shop 10 buy and 90 call the hotline, where 9 buy. Then a
	// chat replaces the hotline: 50 use it and 25 buy.
	e := explainChain(t,
		[]chainRow{{path: "shop", conversions: 10}, {path: "shop hotline", conversions: 9, nulls: 81}},
		[]chainRow{{path: "shop", conversions: 20, nulls: 80}, {path: "shop chat", conversions: 50, nulls: 50}})
	assert.Equal(t, dropoff.ChainPeriod{Journeys: 100, Conversions: 19, PConvert: .19}, e.Before())
	assert.Equal(t, dropoff.ChainPeriod{Journeys: 200, Conversions: 70, PConvert: .35}, e.After())
	assert.InDelta(t, .16, e.Change(), 1e-15)
	assert.InDelta(t, 32, e.Conversions(), 1e-12)
	assert.Empty(t, e.Warnings())

	states := slices.Collect(e.States())
	require.Len(t, states, 4)
	for i, want := range []struct {
		name          string
		before, after float64 // visits
		b0, b1        float64
		part          float64
	}{
		{"(start)", 1, 1, .19, .35, 0},
		{"chat", 0, .5, .5, .5, 0},
		{"hotline", .9, 0, .1, .1, 0},
		{"shop", 1, 1, .19, .35, .16},
	} {
		p := states[i]
		assert.Equal(t, want.name, p.State.String())
		assert.Equal(t, want.before, p.VisitsBefore)
		assert.Equal(t, want.after, p.VisitsAfter)
		assert.InDelta(t, want.b0, p.ConvertBefore, 1e-15)
		assert.InDelta(t, want.b1, p.ConvertAfter, 1e-15)
		assert.InDelta(t, want.part, p.Part, 1e-15)
	}
	type line struct {
		to          string
		part, shift float64
	}
	var lines []line
	for p := range e.Transitions() {
		if p.From == markov.At("shop") {
			lines = append(lines, line{p.To.String(), math.Round(p.Part*1e9) / 1e9, math.Round(p.Shift*1e9) / 1e9})
		} else {
			assert.Equal(t, markov.Start, p.From)
		}
	}
	// Measured against a b of .19 and .35, on average .27.
	assert.Equal(t, []line{
		{"chat", .25, .115},
		{"hotline", -.09, .153},
		{"(converted)", 0, 0},
		{"(lost)", 0, -.108},
	}, lines)

	ranked := slices.Collect(e.StatesByPart())
	assert.Equal(t, "shop", ranked[0].State.String())
	assert.Equal(t, "(start)", ranked[1].State.String())
	assert.Equal(t, "chat", slices.Collect(e.TransitionsByPart())[0].To.String())
	assert.Equal(t, "hotline", slices.Collect(e.TransitionsByShift())[0].To.String())
}

func TestExplainChainErrors(t *testing.T) {
	good := countChain(t, markov.Options{}, chainRow{path: "a", conversions: 1, nulls: 1})
	empty := new(markov.Counts)
	_, err := dropoff.ExplainChain(empty, good)
	require.ErrorIs(t, err, markov.ErrNoJourneys)
	assert.EqualError(t, err, "dropoff: before: markov: no journeys")
	_, err = dropoff.ExplainChain(good, empty)
	assert.EqualError(t, err, "dropoff: after: markov: no journeys")
	converted := countChain(t, markov.Options{Nulls: markov.ExcludeNulls}, chainRow{path: "a", conversions: 1})
	_, err = dropoff.ExplainChain(good, converted)
	require.ErrorIs(t, err, dropoff.ErrNoNulls)
	assert.ErrorContains(t, err, ": after")

	e := explainChain(t,
		[]chainRow{{path: "a", conversions: 1, nulls: 1}, {path: "a x", open: 3}},
		[]chainRow{{path: "a", conversions: 1, nulls: 2}})
	require.Len(t, e.Warnings(), 1)
	var closed *markov.ClosedError
	require.ErrorAs(t, e.Warnings()[0], &closed)
	assert.EqualError(t, e.Warnings()[0], "dropoff: before: markov: no end can be reached from x")
	assert.EqualValues(t, 3, e.Before().Opens)
	for p := range e.States() {
		assert.NotEqual(t, markov.At("x"), p.State)
	}
}
