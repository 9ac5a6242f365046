package journey

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"
)

// identityLink is a fact in the graph.
type identityLink struct {
	id          uuid.UUID
	a, b        *identityNode // a has the higher priority
	from, until time.Time
	source      string

	withdrawn bool
	accepted  bool    // at some time
	refusal   Refusal // at some time
}

func (l *identityLink) fact() identityFact {
	return identityFact{l.id, l.a.id, l.b.id, l.from, l.until, l.source}
}

func (l *identityLink) usable() bool {
	return !l.withdrawn && l.a != l.b && !l.a.blocked && !l.b.blocked
}

func (l *identityLink) state() (LinkState, Refusal) {
	switch {
	case l.withdrawn:
		return LinkWithdrawn, NotRefused
	case l.a.blocked || l.b.blocked:
		return LinkRefused, BlockedValue
	case l.a == l.b:
		return LinkRefused, SelfLink
	case l.refusal == NotRefused:
		return LinkAccepted, NotRefused
	case l.accepted:
		return LinkPartlyRefused, l.refusal
	}
	return LinkRefused, l.refusal
}

// identityOrder is the place of a link in the order in which links count.
type identityOrder struct {
	from time.Time
	a, b *identityKind
	id   uuid.UUID
}

func (l *identityLink) order() identityOrder { return identityOrder{l.from, l.a.kind, l.b.kind, l.id} }

func (o *identityOrder) compare(p *identityOrder) int {
	if c := o.from.Compare(p.from); c != 0 {
		return c
	}
	if c := cmp.Or(o.a.compare(p.a), o.b.compare(p.b)); c != 0 {
		return c
	}
	return slices.Compare(o.id[:], p.id[:])
}

// identityComponent is a set of identifiers that hang together by links, be they
// refused: what is decided about one link of it may bear on all others of it, and
// on no other link.
type identityComponent struct {
	nodes    []*identityNode
	conflict bool          // some link was refused or has an end
	cut      bool          // some nodes have spans
	last     identityOrder // no link of it comes after this
	linked   bool          // last is set

	room [2]*identityNode // for nodes, as long as it is enough
}

func newIdentityComponent(n *identityNode) *identityComponent {
	c := &identityComponent{}
	c.nodes = append(c.room[:0], n)
	return c
}

// before reports whether the link comes after all links of the component.
func (c *identityComponent) before(o *identityOrder) bool {
	return !c.linked || c.last.compare(o) < 0
}

func (c *identityComponent) admit(o identityOrder) {
	if c.before(&o) {
		c.last, c.linked = o, true
	}
}

// absorb makes one component of two.
func (c *identityComponent) absorb(e *identityComponent) *identityComponent {
	if c == e {
		return c
	}
	if len(c.nodes) < len(e.nodes) {
		c, e = e, c
	}
	for _, n := range e.nodes {
		n.comp = c
	}
	c.nodes = append(c.nodes, e.nodes...)
	c.conflict = c.conflict || e.conflict
	c.cut = c.cut || e.cut
	if e.linked {
		c.admit(e.last)
	}
	return c
}

// kind returns the kind with the name.
func (d *Identity) kind(name IdentifierKind) *identityKind {
	if k := d.kinds[name]; k != nil {
		return k
	}
	k := d.others[name]
	if k == nil {
		k = newIdentityKind(name, d.rank(name))
		d.others[name] = k
	}
	return k
}

// node returns the node of an identifier, a new one if need be. One that is not
// blocked must be given a place in the graph.
func (d *Identity) node(id Identifier) *identityNode {
	n := d.nodes[id]
	if n == nil {
		n = &identityNode{id: id, kind: d.kind(id.Kind), blocked: d.blocked(id)}
		n.links = n.room[:0]
		d.nodes[id] = n
	}
	return n
}

// place puts a node that has no place in the graph there, by itself.
func (n *identityNode) place() {
	if n.comp == nil && !n.blocked {
		n.own = newIdentityCluster(identityMember{n, -1})
		n.comp = newIdentityComponent(n)
	}
}

// insert puts a new link between its nodes, without a decision about it.
func (d *Identity) insert(f *identityFact) *identityLink {
	l := &identityLink{
		id: f.id, a: d.node(f.a), b: d.node(f.b),
		from: f.from, until: f.until, source: f.source, withdrawn: d.withdrawn(f),
	}
	d.links[l.id] = l
	l.a.links = append(l.a.links, l)
	if l.b != l.a {
		l.b.links = append(l.b.links, l)
	}
	return l
}

// remove takes a link out, without a decision about the others.
func (d *Identity) remove(l *identityLink) {
	delete(d.links, l.id)
	for _, n := range [...]*identityNode{l.a, l.b} {
		if i := slices.Index(n.links, l); i >= 0 {
			last := len(n.links) - 1
			n.links[i], n.links[last] = n.links[last], nil
			n.links = n.links[:last]
		}
		if len(n.links) == 0 && n.blocked {
			delete(d.nodes, n.id)
		}
	}
}

// add takes in a fact.
func (d *Identity) add(f identityFact) IdentityChange {
	l := d.links[f.id]
	if l == nil {
		l = d.insert(&f)
		return l.change(d.decide(l))
	}
	was := l.fact()
	now := was.merge(f)
	switch {
	case now == was:
		c := l.change(nil)
		c.Known = true
		return c
	case now.a != was.a || now.b != was.b:
		a, b := d.node(now.a), d.node(now.b)
		a.place()
		b.place()
		moves := d.rebuild([]*identityNode{l.a, l.b, a, b}, func() {
			d.remove(l)
			l = d.insert(&now)
		})
		return l.change(moves)
	}
	reordered := l.usable() && (!now.from.Equal(l.from) || !now.until.Equal(l.until))
	earlier := reordered && now.until.IsZero() && l.until.IsZero() && d.orderless(l.a.comp) && l.refusal == NotRefused
	l.source = now.source
	if !reordered || earlier { // no decision changes
		l.from, l.until = now.from, now.until
		return l.change(nil)
	}
	return l.change(d.rebuild([]*identityNode{l.a, l.b}, func() { l.from, l.until = now.from, now.until }))
}

func (l *identityLink) change(moves []IdentityMove) IdentityChange {
	c := IdentityChange{Link: l.id, Moves: moves}
	c.State, c.Refusal = l.state()
	return c
}

// decide decides about a new link, and anew about others where it has to.
func (d *Identity) decide(l *identityLink) []IdentityMove {
	if moves, done := d.grow(l); done {
		return moves
	}
	l.a.place()
	l.b.place()
	if !l.usable() {
		return nil
	}
	p, q, order := l.a.comp, l.b.comp, l.order()
	simple := l.until.IsZero() && d.orderless(p) && d.orderless(q)
	if simple {
		l.refusal = d.refuse2(l)
	}
	switch {
	case simple && l.refusal == NotRefused:
	case simple && d.holder == FirstUser && p.before(&order) && q.before(&order):
	default:
		before := make([]identityBefore, 0, len(p.nodes))
		for n := range componentNodes(l.a, l.b) {
			before = append(before, n.before())
		}
		d.resolve(p.absorb(q), nil)
		return d.moves(before)
	}
	comp := p.absorb(q)
	comp.admit(order)
	if l.refusal != NotRefused {
		comp.conflict = true
		return nil
	}
	l.accepted = true
	return d.join(l.a.own, l.b.own)
}

// orderless reports whether a link without end that can be accepted as things
// stand must be accepted, wherever its place in the order is, and bears on no
// other link. That is so where no identifier changes hands: what customers have
// in the end is within the limits, so all that they had on the way was, with the
// new link and without; and a link that was refused would join even more with it.
func (d *Identity) orderless(c *identityComponent) bool {
	return !c.cut && (d.holder == FirstUser || !c.conflict)
}

// grow accepts a link between a customer and a new identifier, if it is clear that
// it must be: the usual case, in which the node needs no cluster of its own.
func (d *Identity) grow(l *identityLink) (moves []IdentityMove, done bool) {
	n, other := l.b, l.a
	if n.comp != nil {
		n, other = other, n
	}
	if !l.usable() || n.comp != nil || other.comp == nil || !d.orderless(other.comp) || !l.until.IsZero() {
		return nil, false
	}
	comp, c := other.comp, other.own
	if c.refuse(n.kind, 1) != NotRefused || d.refuseSize(c.size+1) != NotRefused {
		return nil, false
	}
	l.accepted = true
	comp.admit(l.order())
	comp.nodes = append(comp.nodes, n)
	n.comp, n.own = comp, c
	if n.compare(c.best) < 0 {
		moves = c.movesTo(n.id.Customer())
		d.sortMoves(moves)
		c.best = n
	} else {
		moves = []IdentityMove{{Identifier: n.id, Old: n.id.Customer(), New: c.customer()}}
	}
	c.members = append(c.members, identityMember{n, -1})
	c.size++
	c.add(n.kind, 1)
	return moves, true
}

// refuse2 says why a link between whole nodes must be refused as things stand.
func (d *Identity) refuse2(l *identityLink) Refusal {
	if l.a.own == l.b.own {
		return NotRefused
	}
	return d.refuse(l.a.own, l.b.own, nil)
}

// join makes one customer of two, and says who moves.
func (d *Identity) join(c, e *identityCluster) []IdentityMove {
	if c == e {
		return nil
	}
	if e.best.compare(c.best) < 0 {
		c, e = e, c
	}
	moves := e.movesTo(c.customer())
	d.sortMoves(moves)
	c.unite(e, nil)
	return moves
}

// componentNodes yields the nodes of the components of the given nodes, each once.
func componentNodes(of ...*identityNode) func(yield func(*identityNode) bool) {
	return func(yield func(*identityNode) bool) {
		var seen []*identityComponent
		for _, n := range of {
			if n.comp == nil || slices.Contains(seen, n.comp) {
				continue
			}
			seen = append(seen, n.comp)
			for _, m := range n.comp.nodes {
				if !yield(m) {
					return
				}
			}
		}
	}
}

// rebuild changes links between nodes and decides anew about all that hangs
// together with them. Nodes that no link names any more leave the graph.
func (d *Identity) rebuild(touched []*identityNode, change func()) []IdentityMove {
	var before []identityBefore
	for n := range componentNodes(touched...) {
		before = append(before, n.before())
	}
	change()
	d.regroup(before)
	moves := d.moves(before)
	for i := range before {
		if n := before[i].node; len(n.links) == 0 {
			n.comp = nil
			delete(d.nodes, n.id)
		}
	}
	return moves
}

// regroup finds the components of the nodes from their links, and decides about
// the links of each. A node without component has left the graph.
func (d *Identity) regroup(nodes []identityBefore) {
	todo := make(map[*identityNode]bool, len(nodes))
	for i := range nodes {
		if nodes[i].node.comp != nil {
			todo[nodes[i].node] = true
		}
	}
	for i := range nodes {
		if !todo[nodes[i].node] {
			continue
		}
		comp := &identityComponent{}
		for stack := []*identityNode{nodes[i].node}; len(stack) > 0; {
			n := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if !todo[n] {
				continue
			}
			delete(todo, n)
			n.comp = comp
			comp.nodes = append(comp.nodes, n)
			for _, l := range n.links {
				if l.usable() {
					stack = append(stack, l.a, l.b)
				}
			}
		}
		d.resolve(comp, nil)
	}
}
