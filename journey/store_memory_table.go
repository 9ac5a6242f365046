package journey

import (
	"sync"

	"github.com/google/uuid"
)

// memoryShards is how many parts a [MemoryStore] has, each with its own lock.
const memoryShards = 64

// memoryShard is a part of a [MemoryStore]: a table of customers with open
// addressing and linear probing. A map of pointers would take more looks into
// distant memory for each touchpoint, and more bytes.
type memoryShard struct {
	mu sync.Mutex
	// slots has in the upper half a part of the hash, in the lower the spot of
	// the customer, in short; 0 is free. Their number is a power of two.
	slots []uint64
	inUse int
	// customers are in use where they have records.
	customers arena[memoryCustomer]
	records   arena[record]
	texts     textArena
	// ids has the IDs of the few customers with many records, by their name.
	ids map[spot]map[uuid.UUID]struct{}
}

// A short spot has 19 bits for the block and 13 for the item.
const shortItem = 13

func shorten(p spot) uint64 { return uint64(p>>32<<shortItem | p&(1<<shortItem-1)) }

func lengthen(slot uint64) spot {
	short := spot(uint32(slot))
	return short>>shortItem<<32 | short&(1<<shortItem-1)
}

// customer returns the one of the slot.
func (s *memoryShard) customer(slot uint64) *memoryCustomer {
	return &s.customers.from(lengthen(slot))[0]
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
			if c := s.customer(slot); string(s.texts.text(c.name)) == name {
				return i, c
			}
		}
	}
	return 0, nil
}

// add adds a customer that is not there. The caller gives it a record.
func (s *memoryShard) add(name string, hash uint64) *memoryCustomer {
	if s.inUse++; 4*s.inUse > 3*len(s.slots) {
		s.grow()
	}
	slot := tableHash(hash) | shorten(s.customers.take(1))
	s.put(slot)
	c := s.customer(slot)
	c.name, c.tally = s.texts.put(name), newTally()
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
	s.inUse--
	c := s.customer(s.slots[i])
	s.dropOrders(c)
	s.records.release(c.records, int(c.room))
	delete(s.ids, c.name)
	s.texts.drop(c.name)
	s.customers.release(lengthen(s.slots[i]), 1)
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
