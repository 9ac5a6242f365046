package journey

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/cjm-go/cjm/stage"
)

// record is one piece of evidence in a [MemoryStore]. It holds no pointer, so
// that the collector of garbage has nothing to look at.
type record struct {
	id    uuid.UUID
	sec   int64 // of Unix time
	seq   int64
	nsec  uint32
	rule  uint32 // position in memoryRules
	order uint32 // 1 + position in memoryIndex.orders, 0 if there is none
}

// memoryRule is the part of evidence that comes from its rule.
type memoryRule struct {
	rule   string
	stage  stage.Stage
	effect Effect
}

// memoryRules gives numbers to the rules seen. Readers take no lock.
type memoryRules struct {
	ids  sync.Map // of memoryRule, to uint32
	mu   sync.Mutex
	list atomic.Pointer[[]memoryRule] // only ever grows at its end
}

// idOf returns the number of the rule of the evidence.
func (r *memoryRules) idOf(e *Evidence) uint32 {
	rule := memoryRule{e.Rule, e.Stage, e.Effect}
	if id, ok := r.ids.Load(rule); ok {
		return id.(uint32)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if id, ok := r.ids.Load(rule); ok {
		return id.(uint32)
	}
	rule.rule, rule.stage = strings.Clone(rule.rule), stage.Stage(strings.Clone(string(rule.stage)))
	var list []memoryRule
	if old := r.list.Load(); old != nil {
		list = *old
	}
	id := uint32(len(list))
	list = append(list, rule)
	r.list.Store(&list)
	r.ids.Store(rule, id)
	return id
}

func (r *memoryRules) rule(id uint32) *memoryRule { return &(*r.list.Load())[id] }

// memoryCustomer is one customer of a [MemoryStore]. What is needed to take in the
// latest evidence stands in here, so that records need not be read.
type memoryCustomer struct {
	name    string
	records []record
	// seen has a bit set for each ID: if that of an ID is not, the ID is new.
	seen  uint64
	index *memoryIndex // nil if there is no need for one
	// tally is what the records come to by the machine owner; out of date if
	// that is nil.
	owner *machine
	tally tally
	// The time of the last record.
	nsec uint32
	sec  int64
}

// last returns the time of the latest evidence.
func (c *memoryCustomer) last() time.Time { return time.Unix(c.sec, int64(c.nsec)).UTC() }

// isLatest reports whether the evidence is new and comes after all other.
func (c *memoryCustomer) isLatest(e *Evidence) bool {
	if len(c.records) == 0 {
		return true
	}
	after := cmp.Or(cmp.Compare(e.Time.Unix(), c.sec), cmp.Compare(e.Time.Nanosecond(), int(c.nsec)))
	if after == 0 {
		r := &c.records[len(c.records)-1]
		after = cmp.Or(cmp.Compare(e.Seq, r.seq), bytes.Compare(e.ID[:], r.id[:]))
	}
	return after > 0 && !c.has(e.ID)
}

// memoryIndex has what few customers need.
type memoryIndex struct {
	orders   []string
	orderIDs map[string]uint32 // nil for few orders
	ids      map[uuid.UUID]struct{}
}

// few is up to where a search beats a map.
const few = 32

func (c *memoryCustomer) indexed() *memoryIndex {
	if c.index == nil {
		c.index = new(memoryIndex)
	}
	return c.index
}

// order returns the number of an order, 0 if it has none yet.
func (c *memoryCustomer) order(name string) uint32 {
	switch x := c.index; {
	case name == "" || x == nil:
		return 0
	case x.orderIDs != nil:
		return x.orderIDs[name]
	default:
		return uint32(1 + slices.Index(x.orders, name))
	}
}

// numberOrder returns the number of an order, a new one if need be.
func (c *memoryCustomer) numberOrder(name string) uint32 {
	n := c.order(name)
	if name == "" || n > 0 {
		return n
	}
	x := c.indexed()
	x.orders = append(x.orders, strings.Clone(name))
	n = uint32(len(x.orders))
	switch {
	case x.orderIDs != nil:
		x.orderIDs[x.orders[n-1]] = n
	case n > few:
		x.orderIDs = make(map[string]uint32)
		for i, order := range x.orders {
			x.orderIDs[order] = uint32(i + 1)
		}
	}
	return n
}

// bit returns that of an ID in memoryCustomer.seen, from where IDs are random in
// all versions.
func bit(id *uuid.UUID) uint64 { return 1 << (id[15] & 63) }

// has reports whether there is evidence with the ID.
func (c *memoryCustomer) has(id uuid.UUID) bool {
	if c.seen&bit(&id) == 0 {
		return false
	}
	if len(c.records) <= few {
		return slices.ContainsFunc(c.records, func(r record) bool { return r.id == id })
	}
	x := c.indexed()
	if x.ids == nil {
		x.ids = make(map[uuid.UUID]struct{}, 2*len(c.records))
		for i := range c.records {
			x.ids[c.records[i].id] = struct{}{}
		}
	}
	_, ok := x.ids[id]
	return ok
}

// push adds evidence that comes after all other, of the rule with the number.
func (c *memoryCustomer) push(e *Evidence, rule uint32) {
	if n := len(c.records); n == cap(c.records) {
		c.records = append(make([]record, 0, n+max(1, n/2)), c.records...)
	}
	c.sec, c.nsec = e.Time.Unix(), uint32(e.Time.Nanosecond())
	c.records = append(c.records, record{
		id: e.ID, sec: c.sec, nsec: c.nsec, seq: e.Seq,
		rule: rule, order: c.numberOrder(e.Order),
	})
	c.seen |= bit(&e.ID)
	if c.index != nil && c.index.ids != nil {
		c.index.ids[e.ID] = struct{}{}
	}
}

// set replaces all evidence by one that has at least the same IDs.
func (c *memoryCustomer) set(s *MemoryStore, all []Evidence) {
	c.records = c.records[:0]
	for i := range all {
		c.push(&all[i], s.rules.idOf(&all[i]))
	}
}

func (c *memoryCustomer) at(s *MemoryStore, i int) Evidence {
	r := &c.records[i]
	rule := s.rules.rule(r.rule)
	e := Evidence{ID: r.id, Time: time.Unix(r.sec, int64(r.nsec)).UTC(), Seq: r.seq, Rule: rule.rule, Stage: rule.stage, Effect: rule.effect}
	if r.order > 0 {
		e.Order = c.index.orders[r.order-1]
	}
	return e
}

func (c *memoryCustomer) evidence(s *MemoryStore) []Evidence {
	all := make([]Evidence, len(c.records))
	for i := range all {
		all[i] = c.at(s, i)
	}
	return all
}
