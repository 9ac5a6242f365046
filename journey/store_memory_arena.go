package journey

import "encoding/binary"

// arena hands out runs of items from large blocks. Items hold no pointer, so the
// collector of garbage has next to nothing to look at, however many there are.
type arena[T any] struct {
	blocks [][]T
	filled int            // which of the blocks is being filled
	free   map[int][]spot // runs that were released, by their length
}

// spot is where a run begins: 1 + the block in the upper half, the item in the
// lower. 0 is none.
type spot uint64

// blockItems is how many items a block has. The first ones are shorter, each twice
// as long as the one before. A run that is longer has a block of its own.
const blockItems = 1 << 12

// take returns the spot of a run of n items, all of them zero.
func (a *arena[T]) take(n int) spot {
	if list := a.free[n]; len(list) > 0 {
		p := list[len(list)-1]
		a.free[n] = list[:len(list)-1]
		return p
	}
	if n > blockItems/8 {
		a.blocks = append(a.blocks, make([]T, n))
		return newSpot(len(a.blocks)-1, 0)
	}
	if len(a.blocks) == 0 || cap(a.blocks[a.filled])-len(a.blocks[a.filled]) < n {
		a.next(n)
	}
	block := a.blocks[a.filled]
	a.blocks[a.filled] = block[:len(block)+n]
	return newSpot(a.filled, len(block))
}

func newSpot(block, item int) spot { return spot(block+1)<<32 | spot(item) }

// next begins a block that has room for n items. What is left of the one before
// becomes a run that can be taken.
func (a *arena[T]) next(n int) {
	size := 8
	if len(a.blocks) > 0 {
		block := a.blocks[a.filled]
		size = min(2*cap(block), blockItems)
		if from := len(block); from < cap(block) {
			a.blocks[a.filled] = block[:cap(block)]
			a.release(newSpot(a.filled, from), cap(block)-from)
		}
	}
	a.blocks = append(a.blocks, make([]T, 0, max(size, n)))
	a.filled = len(a.blocks) - 1
}

// from returns the items from the spot to the end of its block.
func (a *arena[T]) from(p spot) []T { return a.blocks[p>>32-1][uint32(p):] }

// at returns the run of n items at the spot.
func (a *arena[T]) at(p spot, n int) []T { return a.from(p)[:n:n] }

// release clears the run of n items.
func (a *arena[T]) release(p spot, n int) {
	clear(a.at(p, n))
	if a.free == nil {
		a.free = make(map[int][]spot)
	}
	a.free[n] = append(a.free[n], p)
}

// textArena keeps texts, each after its length in 4 bytes.
type textArena struct{ arena[byte] }

// put returns the spot of a copy of the text, none for the empty one.
func (a *textArena) put(text string) spot {
	if text == "" {
		return 0
	}
	p := a.take(4 + len(text))
	run := a.at(p, 4+len(text))
	binary.LittleEndian.PutUint32(run, uint32(len(text)))
	copy(run[4:], text)
	return p
}

// text returns the text at the spot: to look at, not to keep.
func (a *textArena) text(p spot) []byte {
	if p == 0 {
		return nil
	}
	run := a.from(p)
	return run[4 : 4+binary.LittleEndian.Uint32(run)]
}

// drop clears the text at the spot.
func (a *textArena) drop(p spot) {
	if p != 0 {
		a.release(p, 4+len(a.text(p)))
	}
}
