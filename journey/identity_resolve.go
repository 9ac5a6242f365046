package journey

import (
	"slices"
	"time"
)

// identityClaim is what a link says about one span of each of its nodes.
type identityClaim struct {
	link  *identityLink
	order identityOrder // from: since when it is so
	a, b  identityMember
}

// identityVerdict is a claim and what became of it.
type identityVerdict struct {
	link    *identityLink
	from    time.Time
	refusal Refusal
	joined  bool // it made one customer of two
	// a and b are the canonical nodes before, after is the one after.
	a, b, after *identityNode
}

// resolve decides about all links of a component, in their order. It tells trace,
// if there is one, every verdict.
func (d *Identity) resolve(comp *identityComponent, trace func(identityVerdict)) {
	comp.conflict, comp.cut, comp.linked = false, false, false
	var links []*identityLink
	for _, n := range comp.nodes {
		for _, l := range n.links {
			if l.a == n && l.usable() {
				l.accepted, l.refusal = false, NotRefused
				links = append(links, l)
				comp.admit(l.order())
			}
		}
	}
	ends := d.ends(comp, links)
	comp.split(ends)
	if trace == nil {
		trace = func(identityVerdict) {}
	}
	for _, claim := range claimsOf(links, ends) {
		l, c, e := claim.link, claim.a.cluster(), claim.b.cluster()
		v := identityVerdict{link: l, from: claim.order.from, a: c.best, b: e.best}
		if c != e {
			shared := c.shared(e, comp.cut)
			if v.refusal = d.refuse(c, e, shared); v.refusal == NotRefused {
				c, v.joined = c.unite(e, shared), true
			}
		}
		if v.refusal == NotRefused {
			l.accepted, v.after = true, c.best
		} else {
			comp.conflict = true
			if l.refusal == NotRefused {
				l.refusal = v.refusal
			}
		}
		trace(v)
	}
	for _, l := range links {
		if end, ok := ends[l]; ok && !end.After(l.from) { // replaced at once: no claim
			comp.conflict, l.refusal = true, SecondUser
			trace(identityVerdict{link: l, from: l.from, refusal: SecondUser, a: l.a.at(l.from).best, b: l.b.at(l.from).best})
		}
	}
}

// ends returns when links end that do: at their Until, and under [LatestUser]
// where the next user is seen with the identifier.
func (d *Identity) ends(comp *identityComponent, links []*identityLink) map[*identityLink]time.Time {
	ends := make(map[*identityLink]time.Time)
	for _, l := range links {
		if !l.until.IsZero() {
			ends[l] = l.until
		}
	}
	if d.holder != LatestUser {
		return ends
	}
	var seen []*identityLink
	for _, n := range comp.nodes {
		if n.kind.rank == 0 {
			continue
		}
		seen = seen[:0]
		for _, l := range n.links {
			if l.b == n && l.a.kind.rank == 0 && l.usable() {
				seen = append(seen, l)
			}
		}
		slices.SortFunc(seen, func(l, m *identityLink) int {
			o, p := l.order(), m.order()
			return o.compare(&p)
		})
		var next *identityLink // the first after l with another user
		for i := len(seen) - 2; i >= 0; i-- {
			if seen[i].a != seen[i+1].a {
				next = seen[i+1]
			}
			if next != nil {
				ends[seen[i]] = earlierEnd(ends[seen[i]], next.from)
			}
		}
	}
	return ends
}

// split gives each node a cluster of its own, or one for each span if links to
// it end. Of two nodes that a link joins, the one of lower priority has the
// spans; a user id never has.
func (c *identityComponent) split(ends map[*identityLink]time.Time) {
	cuts := make(map[*identityNode][]time.Time)
	for l, end := range ends {
		if l.b.kind.rank != 0 && end.After(l.from) {
			cuts[l.b] = append(cuts[l.b], end)
		}
	}
	for _, n := range c.nodes {
		at := cuts[n]
		if at == nil {
			n.own, n.spans = newIdentityCluster(identityMember{n, -1}), nil
			continue
		}
		c.cut, c.conflict = true, true
		slices.SortFunc(at, time.Time.Compare)
		at = slices.CompactFunc(at, time.Time.Equal)
		n.own, n.spans = nil, make([]identitySpan, len(at)+1)
		for i := range n.spans {
			if i < len(at) {
				n.spans[i].until = at[i]
			}
			n.spans[i].cluster = newIdentityCluster(identityMember{n, i})
		}
	}
}

// claimsOf returns the claims of the links in the order in which they count.
func claimsOf(links []*identityLink, ends map[*identityLink]time.Time) []identityClaim {
	claims := make([]identityClaim, 0, len(links))
	for _, l := range links {
		end, ending := ends[l]
		if ending && !end.After(l.from) {
			continue
		}
		order := l.order()
		for i, j := l.a.member(l.from), l.b.member(l.from); ; {
			claims = append(claims, identityClaim{l, order, i, j})
			_, p := i.bounds()
			_, q := j.bounds()
			next := earlierEnd(p, q)
			if next.IsZero() || ending && !next.Before(end) {
				break
			}
			if p.Equal(next) {
				i.span++
			}
			if q.Equal(next) {
				j.span++
			}
			order.from = next
		}
	}
	slices.SortFunc(claims, func(c, e identityClaim) int { return c.order.compare(&e.order) })
	return claims
}

// member returns the part of the node that holds the time.
func (n *identityNode) member(at time.Time) identityMember {
	if n.spans == nil {
		return identityMember{n, -1}
	}
	return identityMember{n, spanAt(n.spans, at)}
}

// bounds returns the time of the member; zero means without bound.
func (m identityMember) bounds() (from, until time.Time) {
	if m.span > 0 {
		from = m.node.spans[m.span-1].until
	}
	if m.span >= 0 {
		until = m.node.spans[m.span].until
	}
	return from, until
}

// clusters returns the customers of whom the node is the canonical identifier:
// more than one only where it has spans and belongs to another in between. The
// node may be nil.
func (n *identityNode) clusters() []*identityCluster {
	if n == nil || n.blocked {
		return nil
	}
	var clusters []*identityCluster
	for _, s := range spansOf(n.own, n.spans) {
		if s.cluster.best == n && !slices.Contains(clusters, s.cluster) {
			clusters = append(clusters, s.cluster)
		}
	}
	return clusters
}
