package journey

import (
	"slices"

	"github.com/google/uuid"
)

// IdentityErasure says what [Identity.Erase] removed.
type IdentityErasure struct {
	// Identifiers were the customer's, by priority of the kind, then by value.
	// The caller erases what is kept elsewhere under them.
	Identifiers []Identifier
	// Links and Unlinks are how many named one of the identifiers, refused and
	// withdrawn links included.
	Links, Unlinks int
	// Moves are the identifiers of others that belong to somebody else now, as
	// a refused link of theirs counts that had been refused.
	Moves []IdentityMove
}

// Erase removes every trace of the customer with the key: the identifiers, all
// links and decisions that name one of them, and with these what the audit told
// of them. An identifier that belongs to another customer at another time stays,
// without its links to the customer. Where there is no such customer, because
// nobody is known by the key or its identifier belongs to somebody else (see
// [Identity.Resolve]), nothing is removed.
//
// Nothing remembers the erasure: a link that is told again afterwards is new.
func (d *Identity) Erase(customer string) IdentityErasure {
	var e IdentityErasure
	id, err := CustomerIdentifier(customer)
	if err != nil {
		return e
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	gone := d.erased(d.nodes[id])
	var touched []*identityNode
	links := make(map[*identityLink]bool)
	for n := range gone {
		e.Identifiers = append(e.Identifiers, n.id)
		touched = append(touched, n)
		for _, l := range n.links {
			links[l] = true
		}
	}
	if len(gone) == 0 {
		return e
	}
	slices.SortFunc(e.Identifiers, d.compare)
	for l := range links {
		touched = append(touched, l.a, l.b)
	}
	e.Links = len(links)
	e.Unlinks = d.eraseOps(gone, links)
	e.Moves = d.rebuild(touched, func() {
		for l := range links {
			d.remove(l)
		}
		for n := range gone {
			n.comp = nil
			delete(d.nodes, n.id)
		}
	})
	return e
}

// erased returns the nodes that belong to nobody but the customers of whom the
// node is the canonical identifier.
func (d *Identity) erased(canonical *identityNode) map[*identityNode]bool {
	clusters := canonical.clusters()
	gone := make(map[*identityNode]bool)
	for _, c := range clusters {
		for _, m := range c.members {
			only := true
			for _, s := range spansOf(m.node.own, m.node.spans) {
				only = only && slices.Contains(clusters, s.cluster)
			}
			if only {
				gone[m.node] = true
			}
		}
	}
	return gone
}

// eraseOps removes the decisions about erased nodes and links.
func (d *Identity) eraseOps(gone map[*identityNode]bool, links map[*identityLink]bool) int {
	removed := 0
	for target, ops := range d.ops {
		about := links[d.links[target.link]]
		if target.link == uuid.Nil {
			about = gone[d.nodes[target.a]] || gone[d.nodes[target.b]]
		}
		if about {
			removed += len(ops)
			delete(d.ops, target)
		}
	}
	return removed
}
