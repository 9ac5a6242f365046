package journey

import (
	"encoding/binary"
	"iter"
	"unsafe"
)

// arena hands out runs of items from large blocks. Items hold no pointer, so the
// collector of garbage has next to nothing to look at, however many there are.
type arena[T any] struct {
	blocks [][]T
	filled int            // which of the blocks is being filled
	items  int            // in all of them that were ever filled
	free   map[int][]spot // runs that were released, by their length
}

// spot is where a run begins: 1 + the block in the upper half, the item in the
// lower. 0 is none.
type spot uint64

// blockBytes is how large a block is at most. Nor is it larger than an eighth of
// all before it, so no more than that is unused. A run that would fill much of one
// has its own.
const blockBytes = 1 << 18

// blockItems returns how many items a block has at most.
func (a *arena[T]) blockItems() int {
	var item T
	return blockBytes / int(unsafe.Sizeof(item))
}

// take returns the spot of a run of n items, all of them zero.
func (a *arena[T]) take(n int) spot {
	if list := a.free[n]; len(list) > 0 {
		p := list[len(list)-1]
		a.free[n] = list[:len(list)-1]
		return p
	}
	if n > a.blockItems()/8 {
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
	if len(a.blocks) > 0 {
		block := a.blocks[a.filled]
		if from := len(block); from < cap(block) {
			a.blocks[a.filled] = block[:cap(block)]
			a.release(newSpot(a.filled, from), cap(block)-from)
		}
	}
	size := max(4, n, min(a.items/8, a.blockItems()))
	a.items += size
	a.blocks = append(a.blocks, make([]T, 0, size))
	a.filled = len(a.blocks) - 1
}

// from returns the items from the spot to the end of its block.
func (a *arena[T]) from(p spot) []T { return a.blocks[p>>32-1][uint32(p):] }

// at returns the run of n items at the spot.
func (a *arena[T]) at(p spot, n int) []T { return a.from(p)[:n:n] }

// all iterates all items, in use or not.
func (a *arena[T]) all() iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for _, block := range a.blocks {
			for i := range block {
				if !yield(&block[i]) {
					return
				}
			}
		}
	}
}

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
