package journey

import "time"

// identityNode is an identifier that some link names.
type identityNode struct {
	id      Identifier
	kind    *identityKind
	blocked bool
	links   []*identityLink // all that name it, withdrawn and refused ones included
	// comp is what it may depend on; nil if it is blocked or has left the graph.
	comp *identityComponent
	// own is whom it belongs to; if it belongs to several in turn, spans say so.
	own   *identityCluster
	spans []identitySpan

	room [1]*identityLink // for links, as long as it is enough
}

// compare orders nodes by priority of the kind, then by value.
func (n *identityNode) compare(m *identityNode) int {
	if n.kind != m.kind {
		return n.kind.compare(m.kind)
	}
	return compareIdentifiers(n.id, m.id)
}

// at returns whom the node belongs to at a time; the zero time is after all.
func (n *identityNode) at(at time.Time) *identityCluster {
	if n.spans == nil {
		return n.own
	}
	if at.IsZero() {
		return n.spans[len(n.spans)-1].cluster
	}
	return n.spans[spanAt(n.spans, at)].cluster
}

// identitySpan is whom an identifier belongs to from the end of the span before
// to its own end, which is excluded; the last one has no end and says zero.
type identitySpan struct {
	until   time.Time
	cluster *identityCluster
}

// spanAt returns the index of the span that holds the time.
func spanAt(spans []identitySpan, at time.Time) int {
	low, high := 0, len(spans)-1
	for low < high {
		if mid := (low + high) / 2; at.Before(spans[mid].until) {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return low
}

// identityMember is a node, or the span of a node, as part of a cluster.
type identityMember struct {
	node *identityNode
	span int // -1 for the whole node
}

func (m identityMember) cluster() *identityCluster {
	if m.span < 0 {
		return m.node.own
	}
	return m.node.spans[m.span].cluster
}

// identityCluster is one customer.
type identityCluster struct {
	members []identityMember
	best    *identityNode // the canonical identifier
	size    int           // number of distinct nodes
	counts  []identityCount

	// Most customers are small: these spare them two allocations.
	memberRoom [2]identityMember
	countRoom  [2]identityCount
}

type identityCount struct {
	kind *identityKind
	n    int
}

func newIdentityCluster(m identityMember) *identityCluster {
	c := &identityCluster{best: m.node, size: 1}
	c.members = append(c.memberRoom[:0], m)
	c.counts = append(c.countRoom[:0], identityCount{m.node.kind, 1})
	return c
}

func (c *identityCluster) customer() string { return c.best.id.Customer() }

func (c *identityCluster) count(k *identityKind) int {
	for i := range c.counts {
		if c.counts[i].kind == k {
			return c.counts[i].n
		}
	}
	return 0
}

func (c *identityCluster) add(k *identityKind, n int) {
	for i := range c.counts {
		if c.counts[i].kind == k {
			c.counts[i].n += n
			return
		}
	}
	c.counts = append(c.counts, identityCount{k, n})
}

// shared returns the nodes of which spans are in both clusters. There are none
// unless identifiers change hands, which the caller says by cut.
func (c *identityCluster) shared(e *identityCluster, cut bool) []*identityNode {
	if !cut {
		return nil
	}
	in := make(map[*identityNode]bool)
	for _, m := range c.members {
		if m.span >= 0 {
			in[m.node] = true
		}
	}
	var both []*identityNode
	for _, m := range e.members {
		if in[m.node] {
			both = append(both, m.node)
			in[m.node] = false
		}
	}
	return both
}

// refuse says why two clusters cannot be one customer.
func (d *Identity) refuse(c, e *identityCluster, shared []*identityNode) Refusal {
	for i := range e.counts {
		kind, n := e.counts[i].kind, e.counts[i].n
		for _, node := range shared {
			if node.kind == kind {
				n--
			}
		}
		if r := c.refuse(kind, n); r != NotRefused {
			return r
		}
	}
	return d.refuseSize(c.size + e.size - len(shared))
}

// refuse says why the cluster cannot have so many more nodes of the kind.
func (c *identityCluster) refuse(kind *identityKind, more int) Refusal {
	switch {
	case kind.limit == NoLimit || c.count(kind)+more <= kind.limit:
		return NotRefused
	case kind.rank == 0:
		return SecondUser
	}
	return KindLimit
}

func (d *Identity) refuseSize(size int) Refusal {
	if d.maxCluster != NoLimit && size > d.maxCluster {
		return ClusterSize
	}
	return NotRefused
}

// unite makes one cluster of two and returns it.
func (c *identityCluster) unite(e *identityCluster, shared []*identityNode) *identityCluster {
	if len(c.members) < len(e.members) {
		c, e = e, c
	}
	for _, m := range e.members {
		if m.span < 0 {
			m.node.own = c
		} else {
			m.node.spans[m.span].cluster = c
		}
	}
	c.members = append(c.members, e.members...)
	c.size += e.size - len(shared)
	for _, count := range e.counts {
		c.add(count.kind, count.n)
	}
	for _, node := range shared {
		c.add(node.kind, -1)
	}
	if e.best.compare(c.best) < 0 {
		c.best = e.best
	}
	return c
}
