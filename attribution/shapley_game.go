package attribution

import (
	"errors"
	"fmt"
	"math"
	"math/bits"

	"github.com/cjm-go/cjm/internal/exact"
)

// MaxPlayers is the largest number of players whose Shapley values are computed
// exactly: the game is then a table of 2^24 numbers, 128 MiB.
const MaxPlayers = 24

// ErrGame says that a coalition game has more than [MaxPlayers] players, or that a
// coalition's worth is not a number up to 2^1022.
var ErrGame = errors.New("attribution: not a game that can be solved")

// ShapleyValues returns the Shapley value of each of the n players of the game v:
// the mean, over all orders in which the players can join, of what the player adds
// to those before.
//
//	phi_i = sum over S without i of |S|! (n-|S|-1)! / n! * (v(S with i) - v(S))
//
// Player i is in the coalition where bit i of set is 1. V is called once for each
// coalition, in ascending order. The values add up to v of all players minus v(0),
// the worth of nobody, which need not be 0. A player who never adds anything gets
// exactly 0. It takes O(n 2^n) time: 0.5 s for 24 players, besides the calls of v.
//
// Shapley, "A value for n-person games", in Contributions to the Theory of Games
// II, Princeton 1953, 307-317.
//
// The error is [ErrGame].
func ShapleyValues(n int, v func(set uint64) float64) ([]float64, error) {
	if n < 0 || n > MaxPlayers {
		return nil, fmt.Errorf("%w: %d players, at most %d are", ErrGame, n, MaxPlayers)
	}
	table := make([]float64, 1<<n)
	for set := range table {
		x := v(uint64(set))
		if !(math.Abs(x) <= 0x1p1022) {
			return nil, fmt.Errorf("%w: the worth of coalition %#b is too large or not a number", ErrGame, set)
		}
		table[set] = x
	}
	return solveGame(table, n), nil
}

// solveGame returns the Shapley values of the game whose coalitions are worth what
// the table of 2^n numbers says, none beyond 2^1022.
func solveGame(table []float64, n int) []float64 {
	weights := make([]float64, n)
	choose := uint64(1) // n-1 over size
	for size := range n {
		weights[size] = 1 / float64(uint64(n)*choose)
		choose = choose * uint64(n-1-size) / uint64(size+1)
	}
	values := make([]float64, n)
	for player := range values {
		values[player] = solvePlayer(table, player, weights)
	}
	return values
}

// gameBlock is how many numbers [solvePlayer] adds up with rounding. It adds up these
// sums without, so that the error does not grow with the number of coalitions.
const gameBlock = 64

// solvePlayer returns the Shapley value of a player. Weights has for each size of a
// coalition the part of the orders in which just this coalition, of that size, comes
// before the player.
func solvePlayer(table []float64, player int, weights []float64) float64 {
	var (
		sum   exact.Sum
		block [gameBlock]float64 // weights of coalitions without the player
		size  = -1               // for the players above those of a block
	)
	bit := 1 << player
	low := bit - 1
	others := len(table) / 2
	for from := 0; from < others; from += gameBlock {
		many := min(gameBlock, others)
		if above := bits.OnesCount(uint(from)); above != size {
			size = above
			for k := range many {
				block[k] = weights[size+bits.OnesCount(uint(k))]
			}
		}
		part := 0.0
		if bit >= gameBlock {
			set := from&^low<<1 | from&low
			part = dotDifference(&block, (*[gameBlock]float64)(table[set|bit:]), (*[gameBlock]float64)(table[set:]))
		} else {
			for k, w := range block[:many] {
				set := (from+k)&^low<<1 | k&low
				part += w * (table[set|bit] - table[set])
			}
		}
		sum.Add(part)
	}
	return sum.Float64()
}

// dotDifference returns the sum of w*(x-y).
func dotDifference(w, x, y *[gameBlock]float64) float64 {
	var s0, s1, s2, s3 float64
	for i := 0; i < gameBlock; i += 4 {
		s0 += w[i] * (x[i] - y[i])
		s1 += w[i+1] * (x[i+1] - y[i+1])
		s2 += w[i+2] * (x[i+2] - y[i+2])
		s3 += w[i+3] * (x[i+3] - y[i+3])
	}
	return s0 + s1 + s2 + s3
}
