package journey

import "time"

// observed is what a piece of evidence changed.
type observed struct {
	added         bool
	made, revoked []Transition
}

// memoryMachine is a machine and its number in a [MemoryStore].
type memoryMachine struct {
	*machine
	number uint32
}

// register gives the machine a number.
func (s *MemoryStore) register(m *machine) memoryMachine {
	return memoryMachine{m, s.machines.Add(1)}
}

// observe adds evidence of the rule, and says what that changes by the machine. In
// the usual case, where the evidence is the latest of its customer, it need not go
// through what came before.
func (s *MemoryStore) observe(m memoryMachine, customer string, e *Evidence, rule trackerRule) (observed, error) {
	shard, hash := s.lock(customer)
	defer shard.mu.Unlock()
	_, c := shard.find(customer, hash)
	if c == nil {
		c = shard.add(customer, hash)
		c.machine = m.number
	}
	if c.machine == m.number && shard.isLatest(c, e) {
		if made, ok := s.follow(shard, c, m.machine, e, rule); ok {
			return observed{added: true, made: made}, nil
		}
	}
	was := shard.evidence(c, &s.rules)
	now, changed := InsertEvidence(was, *e)
	if !changed {
		return observed{}, nil
	}
	o, after, err := m.compare(was, now)
	if err != nil {
		return observed{}, err
	}
	shard.set(c, now, &s.rules)
	c.machine, c.tally = m.number, after
	return o, nil
}

// follow takes in the latest evidence by the tally of what came before, and
// returns the transitions. It reports false, and does nothing, where the tally
// does not say enough: where a purchase is undone, or a purchase with an order
// number follows an undone one.
func (s *MemoryStore) follow(shard *memoryShard, c *memoryCustomer, m *machine, e *Evidence, rule trackerRule) (made []Transition, ok bool) {
	t := &c.tally
	purchase := m.isPurchase(e.Effect, rule.to)
	if e.Effect == Refunds && t.purchases > t.refunds || purchase && e.Order != "" && t.refunds > 0 {
		return nil, false
	}
	if c.n > 0 && m.dormant > 0 && e.Time.Sub(c.last()) > m.dormant {
		last := shard.evidenceAt(c, int(c.n-1), &s.rules)
		made = m.wake(made, t.stage, &last, e)
	}
	if rule.to != nowhere {
		effect := e.Effect
		if effect == Refunds {
			effect = Enters // there is nothing to undo
		}
		from := t.stage
		retold := purchase && m.retells(t, e, func(order string) bool { return s.purchased(shard, c, m, order) })
		if kind, is := m.enter(t, rule.to, effect, retold); is {
			made = append(made, m.transition(kind, from, t.stage, e))
		}
	}
	shard.push(c, e, rule.id)
	return made, true
}

// purchased reports whether there is a purchase of the order.
func (s *MemoryStore) purchased(shard *memoryShard, c *memoryCustomer, m *machine, order string) bool {
	if c.tally.purchases == 0 {
		return false
	}
	for _, r := range shard.recordsOf(c) {
		if r.order == 0 || string(shard.texts.text(r.order)) != order {
			continue
		}
		if rule := s.rules.rule(r.rule); m.isPurchase(rule.effect, m.index[rule.stage]) {
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
