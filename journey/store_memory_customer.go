package journey

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"
)

// record is one piece of evidence in a [MemoryStore].
type record struct {
	id    uuid.UUID
	sec   int64 // of Unix time
	seq   int64
	nsec  uint32
	rule  uint32 // number in memoryRules
	order spot   // of the order number in memoryShard.texts
}

// memoryCustomer is one customer of a [MemoryStore]. What is needed to take in the
// latest evidence stands in here, so that records need not be read.
type memoryCustomer struct {
	name    spot // in memoryShard.texts
	records spot // in memoryShard.records
	n, room uint32
	// seen has a bit set for each ID: if that of an ID is not, the ID is new.
	seen uint64
	// tally is what the records come to by the machine of this number; out of
	// date if the number is 0.
	machine uint32
	tally   tally
	// The time of the last record.
	nsec uint32
	sec  int64
}

// last returns the time of the latest evidence.
func (c *memoryCustomer) last() time.Time { return time.Unix(c.sec, int64(c.nsec)).UTC() }

func (s *memoryShard) recordsOf(c *memoryCustomer) []record {
	if c.n == 0 {
		return nil
	}
	return s.records.at(c.records, int(c.n))
}

// isLatest reports whether the evidence is new and comes after all other.
func (s *memoryShard) isLatest(c *memoryCustomer, e *Evidence) bool {
	if c.n == 0 {
		return true
	}
	after := cmp.Or(cmp.Compare(e.Time.Unix(), c.sec), cmp.Compare(e.Time.Nanosecond(), int(c.nsec)))
	if after == 0 {
		r := &s.recordsOf(c)[c.n-1]
		after = cmp.Or(cmp.Compare(e.Seq, r.seq), bytes.Compare(e.ID[:], r.id[:]))
	}
	return after > 0 && !s.has(c, e.ID)
}

// few is up to where a search beats a map.
const few = 32

// bit returns that of an ID in memoryCustomer.seen, from where IDs are random in
// all versions.
func bit(id *uuid.UUID) uint64 { return 1 << (id[15] & 63) }

// has reports whether there is evidence with the ID.
func (s *memoryShard) has(c *memoryCustomer, id uuid.UUID) bool {
	if c.seen&bit(&id) == 0 {
		return false
	}
	records := s.recordsOf(c)
	if len(records) <= few {
		return slices.ContainsFunc(records, func(r record) bool { return r.id == id })
	}
	ids := s.ids[c.name]
	if ids == nil {
		ids = make(map[uuid.UUID]struct{}, 2*len(records))
		for i := range records {
			ids[records[i].id] = struct{}{}
		}
		if s.ids == nil {
			s.ids = make(map[spot]map[uuid.UUID]struct{})
		}
		s.ids[c.name] = ids
	}
	_, ok := ids[id]
	return ok
}

// push adds evidence that comes after all other, of the rule with the number.
func (s *memoryShard) push(c *memoryCustomer, e *Evidence, rule uint32) {
	if c.n == c.room {
		room := c.n + max(1, min(c.n, 2), c.n/4)
		records := s.records.take(int(room))
		if c.n > 0 {
			copy(s.records.at(records, int(room)), s.recordsOf(c))
			s.records.release(c.records, int(c.room))
		}
		c.records, c.room = records, room
	}
	c.n++
	c.seen |= bit(&e.ID)
	c.sec, c.nsec = e.Time.Unix(), uint32(e.Time.Nanosecond())
	s.recordsOf(c)[c.n-1] = record{
		id: e.ID, sec: c.sec, nsec: c.nsec, seq: e.Seq, rule: rule, order: s.texts.put(e.Order),
	}
	if c.n > few {
		if ids := s.ids[c.name]; ids != nil {
			ids[e.ID] = struct{}{}
		}
	}
}

// set replaces all evidence by one that has at least the same IDs.
func (s *memoryShard) set(c *memoryCustomer, all []Evidence, rules *memoryRules) {
	s.dropOrders(c)
	c.n = 0
	for i := range all {
		s.push(c, &all[i], rules.idOf(&all[i]))
	}
}

func (s *memoryShard) dropOrders(c *memoryCustomer) {
	for _, r := range s.recordsOf(c) {
		s.texts.drop(r.order)
	}
}

// evidenceAt returns the piece at the position.
func (s *memoryShard) evidenceAt(c *memoryCustomer, i int, rules *memoryRules) Evidence {
	r := &s.recordsOf(c)[i]
	rule := rules.rule(r.rule)
	return Evidence{
		ID: r.id, Time: time.Unix(r.sec, int64(r.nsec)).UTC(), Seq: r.seq,
		Rule: rule.rule, Stage: rule.stage, Effect: rule.effect, Order: string(s.texts.text(r.order)),
	}
}

func (s *memoryShard) evidence(c *memoryCustomer, rules *memoryRules) []Evidence {
	all := make([]Evidence, c.n)
	for i := range all {
		all[i] = s.evidenceAt(c, i, rules)
	}
	return all
}
