package journey

import "time"

// observed is what a piece of evidence changed.
type observed struct {
	added         bool
	made, revoked []Transition
}

// observe adds evidence, of which x is the position of the stage and rule the number
// of the rule, and says what that changes by the machine. In the usual case, where the evidence is the latest
// of its customer, it need not go through what came before.
func (s *MemoryStore) observe(m *machine, customer string, e *Evidence, x int32, rule uint32) (observed, error) {
	shard, hash := s.lock(customer)
	defer shard.mu.Unlock()
	_, c := shard.find(customer, hash)
	if c == nil {
		c = shard.add(customer, hash)
		c.owner = m
	}
	if c.owner == m && c.isLatest(e) {
		if made, ok := c.follow(s, e, x, rule); ok {
			return observed{added: true, made: made}, nil
		}
	}
	was := c.evidence(s)
	now, changed := InsertEvidence(was, *e)
	if !changed {
		return observed{}, nil
	}
	o, after, err := m.compare(was, now)
	if err != nil {
		return observed{}, err
	}
	c.set(s, now)
	c.owner, c.tally = m, after
	return o, nil
}

// follow takes in the latest evidence by the tally of what came before, and
// returns the transitions. It reports false, and does nothing, where the tally
// does not say enough: where a purchase is undone, or a purchase with an order
// number follows an undone one.
func (c *memoryCustomer) follow(s *MemoryStore, e *Evidence, x int32, rule uint32) (made []Transition, ok bool) {
	m, t := c.owner, &c.tally
	purchase := m.isPurchase(e.Effect, x)
	if e.Effect == Refunds && t.purchases > t.refunds || purchase && e.Order != "" && t.refunds > 0 {
		return nil, false
	}
	if n := len(c.records); n > 0 && m.dormant > 0 && e.Time.Sub(c.last()) > m.dormant {
		last := c.at(s, n-1)
		made = m.wake(made, t.stage, &last, e)
	}
	if x != nowhere {
		effect := e.Effect
		if effect == Refunds {
			effect = Enters // there is nothing to undo
		}
		from := t.stage
		retold := purchase && m.retells(t, e, func(order string) bool { return c.purchased(s, order) })
		if kind, is := m.enter(t, x, effect, retold); is {
			made = append(made, m.transition(kind, from, t.stage, e))
		}
	}
	c.push(e, rule)
	return made, true
}

// purchased reports whether there is a purchase of the order.
func (c *memoryCustomer) purchased(s *MemoryStore, order string) bool {
	n := c.order(order)
	if n == 0 {
		return false
	}
	for i := range c.records {
		r := &c.records[i]
		if rule := s.rules.rule(r.rule); r.order == n && c.owner.isPurchase(rule.effect, c.owner.index[rule.stage]) {
			return true
		}
	}
	return false
}

// compare says what it changes that evidence of a customer becomes another, and
// returns the tally afterwards.
func (m *machine) compare(was, now []Evidence) (observed, tally, error) {
	before, err := m.run(was, time.Time{})
	if err != nil {
		return observed{}, tally{}, err
	}
	after, err := m.run(now, time.Time{})
	if err != nil {
		return observed{}, tally{}, err
	}
	return observed{
		added:   true,
		made:    missing(after.made, before.made),
		revoked: missing(before.made, after.made),
	}, after.tally, nil
}
