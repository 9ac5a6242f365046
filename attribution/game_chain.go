package attribution

import (
	"slices"
)

// chainGame is the game of [MarkovShapley] on a first-order chain: a coalition is
// worth the probability to convert, and the expected value, when every transition
// into the channel of another player is redirected to the loss.
//
// The chain is one matrix. Its rows are the start, then the channels; in the
// columns stand the probabilities to convert, the value that brings, those to
// be lost and those to go on to each channel.
type chainGame struct {
	n    int // players, one a channel
	rows []float64
}

const (
	toConvert = iota
	toValue
	toLost
	toChannel // the first of them
)

// width returns the length of the rows for n channels.
func (*chainGame) width(n int) int { return toChannel + n }

// row returns a row of a matrix of n channels: 0 is the start, 1+i channel i.
func (g *chainGame) row(rows []float64, n, i int) []float64 {
	w := g.width(n)
	return rows[i*w : (i+1)*w : (i+1)*w]
}

func newChainGame(n int) *chainGame {
	return &chainGame{n: n, rows: make([]float64, (1+n)*(toChannel+n))}
}

// leaving returns the probability of leaving a channel, given its row, of which the
// last column is that of the channel itself. It is a sum of the ways out instead of
// 1 minus the way back (Grassmann, Taksar and Heyman 1985); 1 where there are none.
func leaving(row []float64) float64 {
	leaves := row[toConvert]
	for _, p := range row[toLost : len(row)-1] {
		leaves += p
	}
	if leaves == 0 {
		return 1
	}
	return leaves
}

// table sets conversion and value, of 2^n zeros each, to the worth of each
// coalition.
//
// It takes the channels one by one, the last first. One that is in the coalition is
// eliminated, which leaves a chain on the channels before it that is worth as
// much; of one that is not, the transitions into it are lost. Both chains are
// then done likewise, so a channel is eliminated once for each choice among those
// after it, and the work is O(2^n) in all.
func (g *chainGame) table(conversion, value []float64) error {
	// A chain for each number of channels left.
	chains := make([][]float64, g.n+1)
	for n := range g.n {
		chains[n] = make([]float64, (1+n)*g.width(n))
	}
	chains[g.n] = g.rows
	var fill func(n, set int)
	fill = func(n, set int) {
		rows := chains[n]
		if n == 0 {
			conversion[set], value[set] = rows[toConvert], rows[toValue]
			return
		}
		less := chains[n-1]
		last := g.row(rows, n, n)
		for i := range n {
			to, from := g.row(less, n-1, i), g.row(rows, n, i)
			into := from[len(to)]
			copy(to, from)
			to[toLost] += into
		}
		fill(n-1, set)
		leaves := leaving(last)
		for i := range n {
			to, from := g.row(less, n-1, i), g.row(rows, n, i)
			f := from[len(to)] / leaves
			for j := range to {
				to[j] = from[j] + f*last[j]
			}
		}
		fill(n-1, set|1<<(n-1))
	}
	fill(g.n, 0)
	return nil
}

// pair returns the function that samples. Eliminating the channels in the order in
// which they join gives the worth of each coalition on the way: transitions into
// those that have not joined yet have just not been counted. That is O(n^3) for
// an order.
func (g *chainGame) pair() orderPair {
	rows := make([]float64, len(g.rows))
	reverse := make([]int, g.n)
	return func(order []int, conversion, value []float64) error {
		clear(conversion)
		clear(value)
		g.join(rows, order, conversion, value)
		copy(reverse, order)
		slices.Reverse(reverse)
		g.join(rows, reverse, conversion, value)
		return nil
	}
}

// join adds to conversion and value one half of what each player adds, in this
// order. It uses the memory of rows.
func (g *chainGame) join(rows []float64, order []int, conversion, value []float64) {
	// The first to join comes last in the matrix, the end of which is cut off.
	place := func(i int) int {
		if i == 0 {
			return 0
		}
		return 1 + order[g.n-i]
	}
	for i := range g.n + 1 {
		to, from := g.row(rows, g.n, i), g.row(g.rows, g.n, place(i))
		copy(to[:toChannel], from)
		for j := range g.n {
			to[toChannel+j] = from[toChannel+place(1+j)-1]
		}
	}
	start := g.row(rows, g.n, 0)
	for i, player := range order {
		n := g.n - i // channels left
		width := g.width(n)
		last := g.row(rows, g.n, n)[:width]
		leaves := leaving(last)
		before := [2]float64{start[toConvert], start[toValue]}
		for i := range n {
			row := g.row(rows, g.n, i)[:width]
			f := row[width-1] / leaves
			if f == 0 {
				continue
			}
			for j, p := range last[:width-1] {
				row[j] += f * p
			}
		}
		conversion[player] += (start[toConvert] - before[0]) / 2
		value[player] += (start[toValue] - before[1]) / 2
	}
}
