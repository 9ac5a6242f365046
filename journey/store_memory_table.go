package journey

import (
	"sync"

	"github.com/google/uuid"
)

// memoryShards is how many parts a [MemoryStore] has, each with its own lock.
const memoryShards = 256

// memoryShard is a part of a [MemoryStore]: a table of customers with open
// addressing and linear probing. A map of pointers would take more looks into
// distant memory for each touchpoint, and more bytes.
type memoryShard struct {
	mu sync.Mutex
	// slots has in the upper half a part of the hash, in the lower 1 + the
	// position of the customer; 0 is free. Their number is a power of two.
	slots []uint64
	// blocks have the customers, those in use with records, blockCustomers each.
	blocks  [][]memoryCustomer
	places  uint32   // how many of them were ever in use
	unused  []uint32 // positions of those that are so no more
	records arena[record]
	texts   textArena
	// ids has the IDs of the few customers with many records, by their name.
	ids map[spot]map[uuid.UUID]struct{}
}

const blockCustomers = 64

// customer returns the one at the position.
func (s *memoryShard) customer(at uint32) *memoryCustomer {
	return &s.blocks[at/blockCustomers][at%blockCustomers]
}

// tableHash returns the part of the hash that stands in a slot. The other part
// has chosen the shard.
func tableHash(hash uint64) uint64 { return hash >> 32 << 32 }

// home returns the slot at which to look first for what stands in a slot.
func (s *memoryShard) home(slot uint64) int { return int(slot >> 32 & uint64(len(s.slots)-1)) }

func (s *memoryShard) after(i int) int { return (i + 1) & (len(s.slots) - 1) }

// find returns the slot and the customer, nil if there is none.
func (s *memoryShard) find(name string, hash uint64) (int, *memoryCustomer) {
	if len(s.slots) == 0 {
		return 0, nil
	}
	hash = tableHash(hash)
	for i := s.home(hash); s.slots[i] != 0; i = s.after(i) {
		if slot := s.slots[i]; tableHash(slot) == hash {
			if c := s.customer(uint32(slot) - 1); string(s.texts.text(c.name)) == name {
				return i, c
			}
		}
	}
	return 0, nil
}

// add adds a customer that is not there. The caller gives it a record.
func (s *memoryShard) add(name string, hash uint64) *memoryCustomer {
	if inUse := int(s.places) - len(s.unused); 4*(inUse+1) > 3*len(s.slots) {
		s.grow()
	}
	var at uint32
	if n := len(s.unused); n > 0 {
		at, s.unused = s.unused[n-1], s.unused[:n-1]
	} else {
		at = s.places
		s.places++
		if at%blockCustomers == 0 {
			s.blocks = append(s.blocks, make([]memoryCustomer, blockCustomers))
		}
	}
	c := s.customer(at)
	*c = memoryCustomer{name: s.texts.put(name), tally: newTally()}
	s.put(tableHash(hash) | uint64(at+1))
	return c
}

// put takes the first slot that is free.
func (s *memoryShard) put(slot uint64) {
	i := s.home(slot)
	for s.slots[i] != 0 {
		i = s.after(i)
	}
	s.slots[i] = slot
}

func (s *memoryShard) grow() {
	old := s.slots
	s.slots = make([]uint64, max(4, 2*len(old)))
	for _, slot := range old {
		if slot != 0 {
			s.put(slot)
		}
	}
}

// remove clears all that there is of the customer in the slot, and moves the slots
// behind it that would no longer be found.
func (s *memoryShard) remove(i int) {
	at := uint32(s.slots[i]) - 1
	c := s.customer(at)
	s.dropOrders(c)
	s.records.release(c.records, int(c.room))
	delete(s.ids, c.name)
	s.texts.drop(c.name)
	*c = memoryCustomer{}
	s.unused = append(s.unused, at)
	mask := len(s.slots) - 1
	for j := s.after(i); s.slots[j] != 0; j = s.after(j) {
		// What stands at j may move to i unless its home lies behind i.
		if (j-s.home(s.slots[j]))&mask >= (j-i)&mask {
			s.slots[i] = s.slots[j]
			i = j
		}
	}
	s.slots[i] = 0
}
