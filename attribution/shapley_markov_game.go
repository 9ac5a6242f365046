package attribution

import (
	"fmt"
	"math"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/markov"
	"github.com/cjm-go/cjm/touchpoint"
)

// walkGame is the game of a [MarkovShapley].
type walkGame struct {
	solver interface {
		// table sets conversion and value, of 2^n zeros each, to the worth of
		// each coalition.
		table(conversion, value []float64) error
		// pair returns the function that samples.
		pair() orderPair
	}
	players []int // of each player: the place of the channel in the order of names
	nobody  Worth
	// Values are multiplied by 2^-scale, so that they add up to about 1.
	scale   int
	dropped []touchpoint.Channel
	longest int // window; not looked at for order 1
}

// game solves the game.
func (s *walkTables) game(t *tally) (*Game, error) {
	game, _, err := s.solve(t)
	return game, err
}

// solve solves the game and returns warnings about the chain.
func (s *walkTables) solve(t *tally) (game *Game, warnings []error, err error) {
	var walk *walkGame
	switch chain := s.chain.(type) {
	case *markov.Counts:
		walk, err = s.onChain(t, chain)
	case *markov.WindowCounts:
		walk, err = s.onWindows(t, chain)
	}
	if err != nil {
		return nil, nil, err
	}
	for _, channel := range walk.dropped {
		warnings = append(warnings, fmt.Errorf("%w: channel %s", ErrUnjudged, channel))
	}
	if s.order > 1 && walk.longest < s.order {
		warnings = append(warnings, fmt.Errorf("%w: order %d, longest path %d", ErrOrder, s.order, walk.longest))
	}
	game = newGame(t)
	n := len(walk.players)
	values := make([]GameValue, n)
	if n <= s.maxExact {
		conversion, value := make([]float64, 1<<n), make([]float64, 1<<n)
		if err := walk.solver.table(conversion, value); err != nil {
			return nil, nil, err
		}
		for i, v := range solveGame(conversion, n) {
			values[i].Conversion = v
		}
		for i, v := range solveGame(value, n) {
			values[i].Value = v
		}
	} else {
		if values, err = s.sampling.run(n, walk.solver.pair); err != nil {
			return nil, nil, err
		}
		game.orders, game.seed = 2*s.sampling.pairs(), s.sampling.seed
	}
	game.nobody = Worth{walk.nobody.Conversion, math.Ldexp(walk.nobody.Value, walk.scale)}
	game.everyone = game.nobody
	for i, v := range values {
		// The game is monotone; anything below 0 is rounding.
		v.Conversion, v.Value = max(v.Conversion, 0), math.Ldexp(max(v.Value, 0), walk.scale)
		v.ValueSE = math.Ldexp(v.ValueSE, walk.scale)
		game.players[walk.players[i]] = v
		game.everyone.Conversion += v.Conversion
		game.everyone.Value += v.Value
	}
	return game, warnings, nil
}

// onChain returns the game on the first-order chain. A channel from which no journey
// converts can add nothing: it is no player. Nor is one that the tally does not know,
// as forged bytes can have.
func (s *walkTables) onChain(t *tally, counts *markov.Counts) (*walkGame, error) {
	s.grow(t)
	chain, err := counts.Fit()
	if err != nil {
		return nil, err
	}
	walk := new(walkGame)
	_, walk.scale = math.Frexp(t.all.value.Float64())
	for _, state := range chain.Dropped() {
		channel, _ := state.Channel()
		walk.dropped = append(walk.dropped, channel)
	}
	states := chain.States() // the start, then channels by name
	ranks := t.dict().Ranks()
	var rows []int                      // of the chain, those of the game
	var last []journey.Code             // channels of these rows
	columns := make([]int, len(states)) // of the game, for those of the chain
	for i, state := range states {
		columns[i] = toLost
		channel, ok := state.Channel()
		p, err := chain.PConvert(state)
		if err != nil {
			return nil, err
		}
		code, known := t.dict().Lookup(channel)
		if !ok || !known || p == 0 {
			continue
		}
		columns[i] = toChannel + len(rows)
		rows = append(rows, i)
		last = append(last, code)
		walk.players = append(walk.players, ranks[code])
	}
	g := newChainGame(len(rows))
	transition, absorption := chain.Transition(), chain.Absorption()
	for i := range g.n + 1 {
		from, value := 0, &t.none.value
		if i > 0 {
			from, value = rows[i-1], &s.last[last[i-1]]
		}
		row := g.row(g.rows, g.n, i)
		row[toConvert], row[toLost] = absorption.At(from, 0), absorption.At(from, 1)
		if converted := counts.Transitions(states[from], markov.Converted); converted > 0 {
			row[toValue] = row[toConvert] * (math.Ldexp(value.Float64(), -walk.scale) / float64(converted))
		}
		for to, j := range columns {
			row[j] += transition.At(from, to)
		}
	}
	walk.solver = g
	walk.nobody = Worth{g.rows[toConvert], g.rows[toValue]}
	return walk, nil
}

// onWindows returns the game on a chain of higher order.
func (s *walkTables) onWindows(t *tally, counts *markov.WindowCounts) (*walkGame, error) {
	chain, err := counts.Fit()
	if err != nil {
		return nil, err
	}
	walk := &walkGame{dropped: chain.Dropped(), longest: chain.LongestWindow()}
	_, walk.scale = math.Frexp(t.all.value.Float64())
	g := &windowGame{chain: chain, player: make(map[touchpoint.Channel]int), scale: walk.scale, parallelism: s.sampling.parallelism}
	ranks := t.dict().Ranks()
	for _, channel := range chain.Channels() {
		if code, known := t.dict().Lookup(channel); known {
			g.player[channel] = len(walk.players)
			walk.players = append(walk.players, ranks[code])
		}
	}
	walk.solver = g
	if walk.nobody, err = g.worth(func(int) bool { return false }); err != nil {
		return nil, err
	}
	return walk, nil
}
