package journey

import (
	"context"
	"iter"
	"slices"
	"sync/atomic"
	"time"
)

// MemoryStore is a [Store] in memory. The zero value is an empty one, ready for
// use. It must not be copied.
//
// A piece of evidence takes 48 bytes and its order number, a customer 110 to 170
// bytes more, its name and room for the next piece included. They lie in large
// blocks without pointers, so the collector of garbage has no work with them. What
// is erased is overwritten.
type MemoryStore struct {
	shards   [memoryShards]memoryShard
	rules    memoryRules
	machines atomic.Uint32 // how many have numbers
}

// lock returns the part of the store that has the customer, locked, and the hash
// of the customer.
func (s *MemoryStore) lock(customer string) (*memoryShard, uint64) {
	hash := hashCustomer(customer)
	shard := &s.shards[hash%memoryShards]
	shard.mu.Lock()
	return shard, hash
}

// Add implements [Store]. The error is that of ctx.
func (s *MemoryStore) Add(ctx context.Context, customer string, e Evidence) (was, now []Evidence, err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	shard, hash := s.lock(customer)
	defer shard.mu.Unlock()
	_, c := shard.find(customer, hash)
	if c != nil {
		was = shard.evidence(c, &s.rules)
	}
	now, changed := InsertEvidence(was, e)
	if !changed {
		return was, now, nil
	}
	if c == nil {
		c = shard.add(customer, hash)
	}
	shard.set(c, now, &s.rules)
	c.machine = 0 // the tally is out of date
	return was, now, nil
}

// Evidence implements [Store]. The error is that of ctx.
func (s *MemoryStore) Evidence(ctx context.Context, customer string) ([]Evidence, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.of(customer), nil
}

func (s *MemoryStore) of(customer string) []Evidence {
	shard, hash := s.lock(customer)
	defer shard.mu.Unlock()
	if _, c := shard.find(customer, hash); c != nil {
		return shard.evidence(c, &s.rules)
	}
	return nil
}

// Quiet implements [Store]. The error is that of ctx. It looks at every customer.
func (s *MemoryStore) Quiet(ctx context.Context, from, to time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		names, err := s.names(ctx, func(c *memoryCustomer) bool {
			at := c.last()
			return !at.Before(from) && (to.IsZero() || at.Before(to))
		})
		if err != nil {
			yield("", err)
			return
		}
		for _, name := range names {
			if err := ctx.Err(); err != nil {
				yield("", err)
				return
			}
			if !yield(name, nil) {
				return
			}
		}
	}
}

// All implements [Store]. The error is that of ctx.
func (s *MemoryStore) All(ctx context.Context) iter.Seq2[CustomerEvidence, error] {
	return func(yield func(CustomerEvidence, error) bool) {
		names, err := s.names(ctx, func(*memoryCustomer) bool { return true })
		if err != nil {
			yield(CustomerEvidence{}, err)
			return
		}
		for _, name := range names {
			if err := ctx.Err(); err != nil {
				yield(CustomerEvidence{}, err)
				return
			}
			evidence := s.of(name)
			if evidence == nil {
				continue // erased meanwhile
			}
			if !yield(CustomerEvidence{Customer: name, Evidence: evidence}, nil) {
				return
			}
		}
	}
}

// names returns, sorted, the customers that pass the test.
func (s *MemoryStore) names(ctx context.Context, test func(*memoryCustomer) bool) ([]string, error) {
	var names []string
	for i := range s.shards {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		shard := &s.shards[i]
		shard.mu.Lock()
		for c := range shard.customers.all() {
			if c.n > 0 && test(c) {
				names = append(names, string(shard.texts.text(c.name)))
			}
		}
		shard.mu.Unlock()
	}
	slices.Sort(names)
	return names, nil
}

// Erase implements [Store]. The error is that of ctx.
func (s *MemoryStore) Erase(ctx context.Context, customer string) ([]Evidence, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	shard, hash := s.lock(customer)
	defer shard.mu.Unlock()
	slot, c := shard.find(customer, hash)
	if c == nil {
		return nil, nil
	}
	gone := shard.evidence(c, &s.rules)
	shard.remove(slot)
	return gone, nil
}
