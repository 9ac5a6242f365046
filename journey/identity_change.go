package journey

import (
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
)

// IdentityChange is what a link, or the withdrawal of one, changed.
type IdentityChange struct {
	// Link is the id of the link; zero where several are concerned.
	Link uuid.UUID
	// Known reports that nothing new was said: the change is empty.
	Known bool
	// State is what became of the link, Refusal why it was refused, if so.
	State   LinkState
	Refusal Refusal
	// Moves are the identifiers that belong to another customer now, sorted,
	// each with the time for which that is so.
	Moves []IdentityMove
}

// IdentityMove says that an identifier belongs to another customer than before.
type IdentityMove struct {
	Identifier Identifier
	// From and Until bound the time of the touchpoints concerned, Until
	// excluded; zero means without bound.
	From, Until time.Time
	// Old and New are the customers.
	Old, New string
}

// Customers returns, sorted, the customers whose journeys change, the old and the
// new ones: their paths are to be built again. An old one may have no touchpoint
// any more.
func (c *IdentityChange) Customers() []string {
	set := make(map[string]bool, 2*len(c.Moves))
	for i := range c.Moves {
		set[c.Moves[i].Old], set[c.Moves[i].New] = true, true
	}
	return slices.Sorted(maps.Keys(set))
}

// identityBefore is to whom a node belonged.
type identityBefore struct {
	node  *identityNode
	own   *identityCluster
	spans []identitySpan
}

func (n *identityNode) before() identityBefore { return identityBefore{n, n.own, n.spans} }

// moves returns how the nodes belong to others than before. A node that has left
// the graph is passed over.
func (d *Identity) moves(before []identityBefore) []IdentityMove {
	var moves []IdentityMove
	for i := range before {
		if before[i].node.comp != nil {
			moves = before[i].appendMoves(moves)
		}
	}
	d.sortMoves(moves)
	return moves
}

func (d *Identity) sortMoves(moves []IdentityMove) {
	slices.SortStableFunc(moves, func(m, n IdentityMove) int { return d.compare(m.Identifier, n.Identifier) })
}

// appendMoves walks along the old spans and the new ones together.
func (b *identityBefore) appendMoves(moves []IdentityMove) []IdentityMove {
	if b.spans == nil && b.node.spans == nil {
		if b.own.best == b.node.own.best {
			return moves
		}
		return append(moves, IdentityMove{Identifier: b.node.id, Old: b.own.customer(), New: b.node.own.customer()})
	}
	was, now := spansOf(b.own, b.spans), spansOf(b.node.own, b.node.spans)
	var from time.Time
	first := len(moves)
	for i, j := 0, 0; ; {
		until := earlierEnd(was[i].until, now[j].until)
		if was[i].cluster.best != now[j].cluster.best {
			m := IdentityMove{b.node.id, from, until, was[i].cluster.customer(), now[j].cluster.customer()}
			if last := len(moves) - 1; last >= first && moves[last].Until.Equal(from) && moves[last].Old == m.Old && moves[last].New == m.New {
				moves[last].Until = until
			} else {
				moves = append(moves, m)
			}
		}
		if until.IsZero() {
			return moves
		}
		if was[i].until.Equal(until) {
			i++
		}
		if now[j].until.Equal(until) {
			j++
		}
		from = until
	}
}

func spansOf(own *identityCluster, spans []identitySpan) []identitySpan {
	if spans == nil {
		return []identitySpan{{cluster: own}}
	}
	return spans
}

// movesTo returns the moves of all whole nodes of the cluster to a customer.
func (c *identityCluster) movesTo(customer string) []IdentityMove {
	moves := make([]IdentityMove, len(c.members))
	was := c.customer()
	for i, m := range c.members {
		moves[i] = IdentityMove{Identifier: m.node.id, Old: was, New: customer}
	}
	return moves
}
