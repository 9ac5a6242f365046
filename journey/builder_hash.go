package journey

// hashCustomer returns a 64-bit hash of the name that is never 0: FNV-1a, whose
// bits are then mixed by the finalizer of MurmurHash3, since FNV alone leaves
// the high bits of short names alike.
func hashCustomer(name string) uint64 {
	const (
		fnvOffset = 0xcbf29ce484222325
		fnvPrime  = 0x100000001b3
	)
	h := uint64(fnvOffset)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * fnvPrime
	}
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	h ^= h >> 33
	return max(h, 1)
}

// recentCustomers is how many customers a [Grouped] run remembers in order to
// notice one that comes back.
const recentCustomers = 1 << 16

// customerWindow remembers the hashes of the last customers, in constant memory.
type customerWindow struct {
	ring []uint64
	next int // where the oldest hash stands once the ring is full
	held map[uint64]struct{}
}

func (w *customerWindow) has(h uint64) bool {
	_, ok := w.held[h]
	return ok
}

// add remembers a hash that the window does not have yet.
func (w *customerWindow) add(h uint64) {
	if w.held == nil {
		w.held = make(map[uint64]struct{})
	}
	if len(w.ring) < recentCustomers {
		w.ring = append(w.ring, h)
	} else {
		delete(w.held, w.ring[w.next])
		w.ring[w.next] = h
		w.next = (w.next + 1) % recentCustomers
	}
	w.held[h] = struct{}{}
}
