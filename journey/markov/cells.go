package markov

import "iter"

const (
	// denseLimit is the number of states up to which transitions are counted in
	// a square matrix (32 MiB), beyond in a map of the pairs that occur.
	denseLimit = 2048
	// smallest matrix
	minShift = 4
)

// cells counts transitions between states, which are numbered from 0. The zero
// value has no states.
type cells struct {
	dense  []int64 // row from at from<<shift; nil if sparse or empty
	shift  uint
	sparse map[uint64]int64 // key from<<32 | to
}

// grow makes room for n states.
func (c *cells) grow(n int) {
	if c.sparse != nil || n <= 1<<c.shift && c.dense != nil {
		return
	}
	if n > denseLimit {
		sparse := make(map[uint64]int64)
		for p, w := range c.all() {
			sparse[uint64(p.from)<<32|uint64(p.to)] = w
		}
		*c = cells{sparse: sparse}
		return
	}
	shift := max(c.shift, minShift)
	for n > 1<<shift {
		shift++
	}
	dense := make([]int64, 1<<(2*shift))
	for p, w := range c.all() {
		dense[p.from<<shift|p.to] = w
	}
	c.dense, c.shift = dense, shift
}

// add counts w transitions. There must be room for both states.
func (c *cells) add(from, to int, w int64) {
	if c.sparse != nil {
		c.sparse[uint64(from)<<32|uint64(to)] += w
		return
	}
	c.dense[from<<c.shift|to] += w
}

// at returns the count of a pair of states.
func (c *cells) at(from, to int) int64 {
	if c.sparse != nil {
		return c.sparse[uint64(from)<<32|uint64(to)]
	}
	return c.dense[from<<c.shift|to]
}

type pair struct{ from, to int }

// all yields the pairs that occur, in no particular order. The pair just
// yielded may be changed meanwhile.
func (c *cells) all() iter.Seq2[pair, int64] {
	return func(yield func(pair, int64) bool) {
		for i, w := range c.dense {
			if w != 0 && !yield(pair{i >> c.shift, i & (1<<c.shift - 1)}, w) {
				return
			}
		}
		for k, w := range c.sparse {
			if w != 0 && !yield(pair{int(k >> 32), int(uint32(k))}, w) {
				return
			}
		}
	}
}
