package attribution

import (
	"cmp"
	"math"
	"slices"
)

// rateGame is the game of [RateShapley] in numbers: sets of players, each the
// channels of some journeys.
type rateGame struct {
	n       int     // players
	ranks   []int   // of each player: the place of the channel in the order of names
	members []int32 // of all sets, one after another
	sets    []rateSet
	valued  bool
	scale   int // values are multiplied by 2^-scale, so that their sum is near 1
}

// rateSet is a set of players and the journeys that touched just them.
type rateSet struct {
	rateSum
	size int // number of its members
}

// rateSum adds up journeys.
type rateSum struct{ conversions, total, values float64 }

// newRateGame returns the game of the groups. The players are those of the
// channels that any group has; value is what the groups were worth together.
func newRateGame(groups []rankedGroup, channels int, value float64) *rateGame {
	g := &rateGame{valued: value > 0, sets: make([]rateSet, len(groups))}
	_, g.scale = math.Frexp(value)
	player := make([]int, channels)
	for _, group := range groups {
		for _, rank := range group.ranks {
			player[rank] = 1
		}
	}
	for rank, seen := range player {
		if seen > 0 {
			player[rank] = g.n
			g.ranks = append(g.ranks, rank)
			g.n++
		}
	}
	// Sets of one size in a row make loops that are easy to predict.
	slices.SortStableFunc(groups, func(a, b rankedGroup) int { return cmp.Compare(len(a.ranks), len(b.ranks)) })
	for i, group := range groups {
		for _, rank := range group.ranks {
			g.members = append(g.members, int32(player[rank]))
		}
		g.sets[i] = rateSet{
			rateSum: rateSum{
				conversions: float64(group.conversions),
				total:       float64(group.conversions + group.nulls),
				values:      math.Ldexp(group.value.Float64(), -g.scale),
			},
			size: len(group.ranks),
		}
	}
	return g
}

func (g *rateGame) unscale(value float64) float64 { return math.Ldexp(value, g.scale) }

// exact sets values to the Shapley values.
func (g *rateGame) exact(values []GameValue) {
	total := make([]float64, 1<<g.n)
	g.table(total, func(s *rateSet) float64 { return s.total })
	rate := make([]float64, 1<<g.n)
	solve := func(of func(*rateSet) float64) []float64 {
		g.table(rate, of)
		for set, n := range total {
			if n > 0 {
				rate[set] /= n
			}
		}
		return solveGame(rate, g.n)
	}
	for i, v := range solve(func(s *rateSet) float64 { return s.conversions }) {
		values[i].Conversion = v
	}
	if g.valued {
		clear(rate)
		for i, v := range solve(func(s *rateSet) float64 { return s.values }) {
			values[i].Value = v
		}
	}
}

// table sets the zeros of dst to the sums, for each coalition, of a number over the
// sets within it.
func (g *rateGame) table(dst []float64, of func(*rateSet) float64) {
	members := g.members
	for i := range g.sets {
		s := &g.sets[i]
		set := 0
		for _, player := range members[:s.size] {
			set |= 1 << player
		}
		members = members[s.size:]
		dst[set] = of(s)
	}
	sumSubsets(dst)
}

// sumSubsets adds to the number of each set those of all its subsets: the zeta
// transform, in n 2^(n-1) additions (Yates 1937). Halves are done on their own
// first, so that they stay in cache.
func sumSubsets(a []float64) {
	const inCache = 1 << 11
	if len(a) > inCache {
		sumSubsets(a[:len(a)/2])
		sumSubsets(a[len(a)/2:])
		addHalf(a)
		return
	}
	for size := 2; size <= len(a); size *= 2 {
		for from := 0; from < len(a); from += size {
			addHalf(a[from : from+size])
		}
	}
}

// addHalf adds the first half to the second.
func addHalf(a []float64) {
	without, with := a[:len(a)/2], a[len(a)/2:]
	with = with[:len(without)]
	for i, x := range without {
		with[i] += x
	}
}

// pair returns the function that samples. A set takes part in the coalition when
// the last of its players has joined: going through the players in their order,
// conversions and journeys only add up.
func (g *rateGame) pair() orderPair {
	place := make([]int32, g.n) // of a player in the order
	forward, backward := make([]rateSum, g.n), make([]rateSum, g.n)
	return func(order []int, conversion, value []float64) error {
		for i, player := range order {
			place[player] = int32(i)
		}
		clear(forward)
		clear(backward)
		members := g.members
		for i := range g.sets {
			s := &g.sets[i]
			first := place[members[0]]
			last := first
			for _, player := range members[1:s.size] {
				first, last = min(first, place[player]), max(last, place[player])
			}
			members = members[s.size:]
			forward[last].add(&s.rateSum)
			backward[len(backward)-1-int(first)].add(&s.rateSum)
		}
		clear(conversion)
		clear(value)
		var f, b, next rateSum
		for i, player := range order {
			next = f
			next.add(&forward[i])
			conversion[player] += (next.rate() - f.rate()) / 2
			value[player] += (next.mean() - f.mean()) / 2
			f = next
			player = order[g.n-1-i]
			next = b
			next.add(&backward[i])
			conversion[player] += (next.rate() - b.rate()) / 2
			value[player] += (next.mean() - b.mean()) / 2
			b = next
		}
		return nil
	}
}

func (s *rateSum) add(other *rateSum) {
	s.conversions += other.conversions
	s.total += other.total
	s.values += other.values
}

// rate returns the conversions a journey, 0 without journeys.
func (s *rateSum) rate() float64 { return s.conversions / max(s.total, 1) }

// mean returns the value a journey, 0 without journeys.
func (s *rateSum) mean() float64 { return s.values / max(s.total, 1) }
