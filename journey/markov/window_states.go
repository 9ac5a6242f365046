package markov

import (
	"math"
	"math/bits"

	"github.com/cjm-go/cjm/internal/exact"
	"github.com/cjm-go/cjm/journey"
)

// maxStates bounds the number of states, so that they fit an int32.
const maxStates = math.MaxInt32

// windowStates are the windows that journeys were in, numbered as they came;
// state 0 is the empty window. A window is not kept: it is read off the way on
// which it was first come to. Memory is the same for every order.
type windowStates struct {
	last []journey.Code // last channel; of no meaning for state 0
	prev []uint32       // state before it when it was first come to
	ends []windowEnding
	// values holds the worth of conversions; ends refer to it.
	values []exact.Sum
	// full finds the windows of full length by their hash: number of the state,
	// 0 in an empty slot.
	full     []uint32
	fullUsed int
}

// windowEnding counts the journeys that ended in a state.
type windowEnding struct {
	converted, lost int64
	value           uint32 // index in values plus 1; 0 if none
}

func (s *windowStates) len() int { return len(s.last) }

// begin makes state 0.
func (s *windowStates) begin() {
	if len(s.last) == 0 {
		s.add(0, math.MaxUint32)
	}
}

func (s *windowStates) add(prev uint32, code journey.Code) uint32 {
	s.last = append(s.last, code)
	s.prev = append(s.prev, prev)
	s.ends = append(s.ends, windowEnding{})
	return uint32(len(s.last) - 1)
}

// end counts journeys that ended in a state.
func (s *windowStates) end(at uint32, converted, lost int64, value float64) {
	e := &s.ends[at]
	e.converted += converted
	e.lost += lost
	if value != 0 {
		s.sum(e).Add(value)
	}
}

// sum returns the worth of an ending, to add to.
func (s *windowStates) sum(e *windowEnding) *exact.Sum {
	if e.value == 0 {
		s.values = append(s.values, exact.Sum{})
		e.value = uint32(len(s.values))
	}
	return &s.values[e.value-1]
}

// worth returns the worth of an ending, to read.
func (s *windowStates) worth(e *windowEnding) *exact.Sum {
	if e.value == 0 {
		return new(exact.Sum)
	}
	return &s.values[e.value-1]
}

// next returns the state after a step from a state to a channel that has not
// been made before. The depth is the number of touches after the step; it may be
// given as any larger number where it exceeds the order.
func (s *windowStates) next(from uint32, code journey.Code, depth, order int) uint32 {
	if depth < order {
		// Only one step leads to a window that is still growing.
		return s.add(from, code)
	}
	if s.fullUsed >= len(s.full)/4*3 {
		s.growFull(order)
	}
	i := s.homeFull(from, code, order)
	for ; s.full[i] != 0; i++ {
		if s.sameWindow(s.full[i], from, code, order) {
			return s.full[i]
		}
		if i == len(s.full)-1 {
			i = -1
		}
	}
	at := s.add(from, code)
	s.full[i] = at
	s.fullUsed++
	return at
}

// sameWindow reports whether a state of full length has the window of the
// step from a state to a channel.
func (s *windowStates) sameWindow(at, from uint32, code journey.Code, order int) bool {
	if s.last[at] != code {
		return false
	}
	at = s.prev[at]
	for range order - 1 {
		if at == from {
			return true
		}
		if s.last[at] != s.last[from] {
			return false
		}
		at, from = s.prev[at], s.prev[from]
	}
	return true
}

// homeFull returns where the search for a window of full length begins.
func (s *windowStates) homeFull(from uint32, code journey.Code, order int) int {
	h := uint64(code)
	for range order - 1 {
		h = bits.RotateLeft64(h*0x9e3779b97f4a7c15, 29) ^ uint64(s.last[from])
		from = s.prev[from]
	}
	h *= 0x9e3779b97f4a7c15
	h ^= h >> 32
	i, _ := bits.Mul64(h*0xd6e8feb86659fd93, uint64(len(s.full)))
	return int(i)
}

func (s *windowStates) growFull(order int) {
	old := s.full
	s.full = make([]uint32, max(64, len(old)+len(old)/2))
	for _, at := range old {
		if at == 0 {
			continue
		}
		i := s.homeFull(s.prev[at], s.last[at], order)
		for s.full[i] != 0 {
			if i++; i == len(s.full) {
				i = 0
			}
		}
		s.full[i] = at
	}
}

// depths returns the length of each window.
func (s *windowStates) depths(order int) []int32 {
	d := make([]int32, s.len())
	for at := 1; at < len(d); at++ {
		d[at] = int32(min(order, int(d[s.prev[at]])+1))
	}
	return d
}
