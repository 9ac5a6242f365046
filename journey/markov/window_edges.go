package markov

import (
	"math/bits"

	"github.com/cjm-go/cjm/journey"
)

// windowEdge counts the transitions between two states. The channel of the
// step is the last one of the state it leads to.
type windowEdge struct {
	from, to uint32
	n        int64 // 0 in an empty slot
}

// windowEdges is a hash table of transitions with linear probing. The key is the
// state left and the channel come to, so that one look-up counts a step and
// finds the next state. The zero value is empty.
type windowEdges struct {
	slots []windowEdge
	used  int
}

// home returns where the search for a transition begins.
func home(from uint32, code journey.Code, slots int) int {
	h := (uint64(from)<<32 | uint64(code)) * 0x9e3779b97f4a7c15
	h ^= h >> 32
	i, _ := bits.Mul64(h*0xd6e8feb86659fd93, uint64(slots))
	return int(i)
}

// reserve makes room for more transitions.
func (t *windowEdges) reserve(more int, s *windowStates) {
	const smallest = 64
	need := t.used + more
	if need <= len(t.slots)/4*3 {
		return
	}
	old := t.slots
	t.slots = make([]windowEdge, max(smallest, need+need/2, len(old)+len(old)/2))
	for _, e := range old {
		if e.n != 0 {
			*t.find(e.from, s.last[e.to], s) = e
		}
	}
}

// find returns the slot of a transition, an empty one if it has not been seen.
// There must be room.
func (t *windowEdges) find(from uint32, code journey.Code, s *windowStates) *windowEdge {
	i := home(from, code, len(t.slots))
	for {
		e := &t.slots[i]
		if e.n == 0 || e.from == from && s.last[e.to] == code {
			return e
		}
		if i++; i == len(t.slots) {
			i = 0
		}
	}
}

// add counts n transitions from one state to another. There must be room.
func (t *windowEdges) add(from, to uint32, n int64, s *windowStates) {
	e := t.find(from, s.last[to], s)
	if e.n == 0 {
		*e = windowEdge{from: from, to: to}
		t.used++
	}
	e.n += n
}
