package attributiontest

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/cjm-go/cjm/touchpoint"
)

// channelNames are channels of the random tables, among them some that a careless
// model could take for something else.
func channelNames() []touchpoint.Channel {
	return []touchpoint.Channel{
		"email", "Email", "search", "social", "tv", "store", "(start)", "(conversion)", "(null)", "null", "(nona", "(nonf",
		"a,b", `q"uote`, "x > y", "two words", "!bang", "~tilde", "поиск", "🎯",
	}
}

// randomTable returns the table with number i, in which something converted.
func randomTable(opts Options, i int) table {
	rng := rand.New(rand.NewPCG(opts.Seed, uint64(i)))
	names := channelNames()
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	names = append(names[:1+rng.IntN(6)], opts.Channels...)

	g := generator{
		rng: rng, names: names, ages: opts.Times || i%2 == 1,
		most:  []int64{3, 50, 1_000_000}[rng.IntN(3)],
		nulls: rng.IntN(4) > 0, opens: rng.IntN(3) == 0, awkward: i%3 == 0,
	}
	if len(names) > 1 && rng.IntN(2) == 0 {
		g.loser = names[0]
	}
	var t table
	for range 1 + rng.IntN(10) {
		t = append(t, g.row(g.length()))
	}
	if i%10 == 9 {
		t = append(t, g.row(20+rng.IntN(60)))
	}
	if t.conversions() == 0 {
		winner := g.row(0)
		winner.conversions, winner.nulls, winner.channels, winner.ages = 1, 0, names[len(names)-1:], nil
		if g.ages {
			winner.ages = []time.Duration{time.Hour}
		}
		t = append(t, winner)
	}
	return t
}

// someTable returns the first table for which the model has a result.
func (tr *trial) someTable() table {
	for i := range defaultTables {
		if t := randomTable(tr.opts, i); tr.defined(t) {
			return t
		}
	}
	tr.failf("the model has no result for any of %d tables", defaultTables)
	return nil
}

type generator struct {
	rng     *rand.Rand
	names   []touchpoint.Channel
	loser   touchpoint.Channel // on no converting path; "" for none
	ages    bool
	most    int64 // of a count
	nulls   bool  // some journeys were lost
	opens   bool  // some are open
	awkward bool  // values that do not add up exactly
}

// length returns the number of touches of a path, at times 0.
func (g *generator) length() int {
	if g.rng.IntN(7) == 0 {
		return 0
	}
	n := 1
	for n < 8 && g.rng.IntN(3) > 0 {
		n++
	}
	return n
}

func (g *generator) row(touches int) row {
	var r row
	for range touches {
		name := g.names[g.rng.IntN(len(g.names))]
		if n := len(r.channels); n > 0 && g.rng.IntN(4) == 0 {
			name = r.channels[n-1]
		}
		r.channels = append(r.channels, name)
	}
	if g.ages {
		r.ages = make([]time.Duration, touches)
		for i := range r.ages {
			r.ages[i] = time.Duration(g.rng.Int64N(int64(60 * 24 * time.Hour)))
		}
		slices.SortFunc(r.ages, func(a, b time.Duration) int { return int(b/time.Second) - int(a/time.Second) })
	}
	lost := g.loser != "" && slices.Contains(r.channels, g.loser)
	if !lost && g.rng.IntN(3) > 0 {
		r.conversions = 1 + g.rng.Int64N(g.most)
	}
	if g.nulls && g.rng.IntN(2) == 0 || lost {
		r.nulls = 1 + g.rng.Int64N(g.most)
	}
	if g.opens && g.rng.IntN(3) == 0 {
		r.opens = 1 + g.rng.Int64N(g.most)
	}
	if r.conversions+r.nulls+r.opens == 0 {
		r.conversions = 1
	}
	if r.conversions > 0 && g.rng.IntN(3) > 0 {
		r.value = g.value()
	}
	return r
}

// value is a multiple of 1/64, so that sums and multiples of it are exact, or a
// number of any size that takes all bits.
func (g *generator) value() float64 {
	if g.awkward {
		return g.rng.Float64() * math.Pow(10, float64(g.rng.IntN(18)-6))
	}
	return float64(g.rng.Int64N(1<<30)) / 64
}
