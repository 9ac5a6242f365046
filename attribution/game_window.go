package attribution

import (
	"math"
	"slices"

	"github.com/cjm-go/cjm/journey/markov"
	"github.com/cjm-go/cjm/touchpoint"
)

// windowGame is the game of [MarkovShapley] on a chain of higher order. Each
// coalition is a chain to solve.
type windowGame struct {
	chain       *markov.WindowChain
	player      map[touchpoint.Channel]int
	scale       int // values are multiplied by 2^-scale
	parallelism int
}

// worth returns the worth of a coalition.
func (g *windowGame) worth(in func(player int) bool) (Worth, error) {
	conversion, value, err := g.chain.ConvertWithin(func(channel touchpoint.Channel) bool {
		player, ok := g.player[channel]
		return ok && in(player)
	})
	return Worth{conversion, math.Ldexp(value, -g.scale)}, err
}

func (g *windowGame) table(conversion, value []float64) error {
	// Neighbours differ by few channels, so their work is alike: a job is a run of
	// coalitions.
	const run = 16
	jobs := (len(conversion) + run - 1) / run
	errs := make([]error, jobs)
	gameGoroutines(jobs, g.parallelism, func() func(int) {
		return func(job int) {
			for set := job * run; set < min((job+1)*run, len(conversion)); set++ {
				w, err := g.worth(func(player int) bool { return set>>player&1 == 1 })
				if err != nil {
					errs[job] = err
					return
				}
				conversion[set], value[set] = w.Conversion, w.Value
			}
		}
	})
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// pair returns the function that samples. It solves a chain for each player that
// joins.
func (g *windowGame) pair() orderPair {
	in := make([]bool, len(g.player))
	reverse := make([]int, len(g.player))
	return func(order []int, conversion, value []float64) error {
		clear(conversion)
		clear(value)
		copy(reverse, order)
		slices.Reverse(reverse)
		for _, order := range [][]int{order, reverse} {
			clear(in)
			before, err := g.worth(func(player int) bool { return in[player] })
			if err != nil {
				return err
			}
			for _, player := range order {
				in[player] = true
				w, err := g.worth(func(player int) bool { return in[player] })
				if err != nil {
					return err
				}
				conversion[player] += (w.Conversion - before.Conversion) / 2
				value[player] += (w.Value - before.Value) / 2
				before = w
			}
		}
		return nil
	}
}
