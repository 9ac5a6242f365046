package attribution

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// Game is the coalition game by which [MarkovShapley] or [RateShapley] credits
// channels: what it is worth, and the Shapley values of its players before they are
// turned into conversions. It does not change.
//
// The Shapley values add up to the worth of all channels minus that of none.
type Game struct {
	channels         []touchpoint.Channel // sorted
	players          []GameValue          // of each channel
	nobody, everyone Worth
	baseline         Worth
	empties          bool
	orders           int
	seed             uint64
}

// Worth is what a coalition of channels is worth, for each journey.
type Worth struct {
	// Conversion is a probability or a rate: conversions a journey.
	Conversion float64
	// Value is the value that a journey brings.
	Value float64
}

// GameValue is the Shapley value of a channel.
type GameValue struct {
	// Conversion is that in the game of conversions, in conversions a journey.
	Conversion float64
	// Value is that in the game of value, in value a journey.
	Value float64
	// ConversionSE and ValueSE are the standard errors that come from sampling
	// orders of the channels; 0 where the values are exact. They do not say how
	// certain the journeys make a value.
	ConversionSE, ValueSE float64
}

// ErrNoGame says that a model's accumulator has no coalition game.
var ErrNoGame = errors.New("attribution: the model has no coalition game")

// NewGame returns the game of what an accumulator of [MarkovShapley] or
// [RateShapley] has counted so far. The error is that of [Accumulator.Result], or
// [ErrNoGame].
func NewGame(a Accumulator) (*Game, error) {
	ours, ok := a.(*accumulator)
	if !ok {
		return nil, ErrNoGame
	}
	s, ok := ours.tables.(gameTables)
	if !ok {
		return nil, ErrNoGame
	}
	if _, err := ours.begin(ours.name); err != nil {
		return nil, err
	}
	return s.game(ours.tally)
}

// gameTables are the tables of a model with a game.
type gameTables interface {
	game(t *tally) (*Game, error)
}

// All yields the channels with their Shapley values in the order of their names.
func (g *Game) All() iter.Seq2[touchpoint.Channel, GameValue] {
	return func(yield func(touchpoint.Channel, GameValue) bool) {
		for i, channel := range g.channels {
			if !yield(channel, g.players[i]) {
				return
			}
		}
	}
}

// Player returns the Shapley value of a channel and whether the channel was seen.
func (g *Game) Player(channel touchpoint.Channel) (GameValue, bool) {
	i, ok := slices.BinarySearch(g.channels, channel)
	if !ok {
		return GameValue{}, false
	}
	return g.players[i], true
}

// Nobody returns the worth of no channel at all.
func (g *Game) Nobody() Worth { return g.nobody }

// Everyone returns the worth of all channels together.
func (g *Game) Everyone() Worth { return g.everyone }

// Baseline returns what a journey without a touch brought on average, among those
// that have ended, and whether there are any. It is no part of the game of
// [RateShapley].
func (g *Game) Baseline() (Worth, bool) { return g.baseline, g.empties }

// Orders returns the number of orders of the channels that were sampled; 0 where
// the Shapley values are exact.
func (g *Game) Orders() int { return g.orders }

// Seed returns the seed of the orders sampled.
func (g *Game) Seed() uint64 { return g.seed }

// newGame returns a game of all channels of the tally, in which none is worth
// anything yet.
func newGame(t *tally) *Game {
	g := &Game{channels: t.dict().SortedNames(), players: make([]GameValue, t.size())}
	if n := t.none.conversions + t.none.nulls; n > 0 {
		g.empties = true
		g.baseline = Worth{
			Conversion: float64(t.none.conversions) / float64(n),
			Value:      t.none.value.Float64() / float64(n),
		}
	}
	return g
}

// SampledError is a warning among those of a [Result]: its credits come from
// sampled orders of the channels.
type SampledError struct {
	// Game has the standard errors of the Shapley values.
	Game *Game
}

// Error says how many orders there were.
func (e *SampledError) Error() string {
	return fmt.Sprintf("attribution: Shapley values estimated from %d orders of the channels, seed %d", e.Game.orders, e.Game.seed)
}

// ErrNegativeCredit says, as a warning, that a channel lowers the rate of conversion
// by more than it raises it, so its credit is below zero.
var ErrNegativeCredit = errors.New("attribution: negative credit")

// gameWarnings returns what to know of credits that come from a game, which is nil
// where there is none of interest.
func gameWarnings(t *tally, game *Game, credit func(journey.Code) Credit) (warnings []error) {
	if game != nil && game.orders > 0 {
		warnings = append(warnings, &SampledError{Game: game})
	}
	for _, c := range t.dict().Sorted() {
		if x := credit(c); x.Conversions < 0 || x.Value < 0 {
			warnings = append(warnings, fmt.Errorf("%w: channel %s", ErrNegativeCredit, t.dict().Name(c)))
		}
	}
	return warnings
}
