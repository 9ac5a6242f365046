package journey

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"
)

// identityOracle decides about all links of a world at once, by the definition:
// it knows no components and no order of arrival, and counts the members of
// clusters by looking at everything.
type identityOracle struct {
	cuts  map[Identifier][]time.Time
	label map[oracleSpan]int
}

type oracleSpan struct {
	id   Identifier
	span int
}

type oracleLink struct {
	Link
	end time.Time
}

// oraclePriority is the order of the kinds in an identityWorld.
var oraclePriority = []IdentifierKind{UserID, Email, AnonymousID, Device, "card"}

func oracleLess(i, j Identifier) bool {
	p, q := slices.Index(oraclePriority, i.Kind), slices.Index(oraclePriority, j.Kind)
	if p != q {
		return p < q
	}
	return i.Value < j.Value
}

// oracleFacts returns the links as a set: equal ids merged.
func (w *identityWorld) oracleFacts(d *Identity) []oracleLink {
	facts := make(map[uuid.UUID]Link)
	for _, s := range w.steps {
		if s.link == nil {
			continue
		}
		l := *s.link
		if oracleLess(l.B, l.A) {
			l.A, l.B = l.B, l.A
		}
		if l.ID == uuid.Nil {
			l.ID = (&identityFact{a: l.A, b: l.B, from: l.From, until: l.Until}).pairID(d.holder)
		}
		have, known := facts[l.ID]
		texts := func(l Link) [2]string { return [2]string{l.A.String(), l.B.String()} }
		p, q := texts(l), texts(have)
		switch c := slices.Compare(p[:], q[:]); {
		case !known || c < 0:
			have = l
		case c == 0:
			if l.From.Before(have.From) {
				have.From = l.From
			}
			if !l.Until.IsZero() && (have.Until.IsZero() || l.Until.Before(have.Until)) {
				have.Until = l.Until
			}
		}
		facts[l.ID] = have
	}
	var links []oracleLink
	for _, l := range facts {
		if l.A != l.B && l.A.Value != "null" && l.B.Value != "null" && !w.oracleWithdrawn(l) {
			links = append(links, oracleLink{l, l.Until})
		}
	}
	return links
}

func (w *identityWorld) oracleWithdrawn(l Link) bool {
	var byID, byPair *identityStep
	for i := range w.steps {
		s := &w.steps[i]
		if s.link != nil {
			continue
		}
		u := s.unlink
		holder := &byPair
		switch {
		case u.Link == l.ID:
			holder = &byID
		case u.Link != uuid.Nil, u.A != l.A && u.A != l.B, u.B != l.A && u.B != l.B, u.A == u.B:
			continue
		}
		if *holder == nil || u.At.After((*holder).unlink.At) || u.At.Equal((*holder).unlink.At) && !s.relink {
			*holder = s
		}
	}
	return byID != nil && !byID.relink || byPair != nil && !byPair.relink
}

func newIdentityOracle(w *identityWorld, d *Identity) *identityOracle {
	links := w.oracleFacts(d)
	if w.options.Holder == LatestUser {
		for i := range links {
			l := &links[i]
			if l.A.Kind != UserID || l.B.Kind == UserID {
				continue
			}
			for _, m := range links {
				later := m.From.After(l.From) || m.From.Equal(l.From) && bytes.Compare(m.ID[:], l.ID[:]) > 0
				if m.B == l.B && m.A.Kind == UserID && m.A != l.A && later && (l.end.IsZero() || m.From.Before(l.end)) {
					l.end = m.From
				}
			}
		}
	}
	o := &identityOracle{cuts: make(map[Identifier][]time.Time), label: make(map[oracleSpan]int)}
	for _, l := range links {
		if !l.end.IsZero() && l.end.After(l.From) && l.B.Kind != UserID {
			o.cuts[l.B] = append(o.cuts[l.B], l.end)
		}
	}
	for _, id := range w.ids {
		slices.SortFunc(o.cuts[id], time.Time.Compare)
		o.cuts[id] = slices.CompactFunc(o.cuts[id], time.Time.Equal)
		for i := range len(o.cuts[id]) + 1 {
			o.label[oracleSpan{id, i}] = len(o.label)
		}
	}
	o.decide(w, links)
	return o
}

// decide goes through every pair of spans that a link says something about.
func (o *identityOracle) decide(w *identityWorld, links []oracleLink) {
	type claim struct {
		at   time.Time
		link oracleLink
		a, b oracleSpan
	}
	var claims []claim
	for _, l := range links {
		for i := range len(o.cuts[l.A]) + 1 {
			for j := range len(o.cuts[l.B]) + 1 {
				from, until := l.From, l.end
				for id, k := range map[Identifier]int{l.A: i, l.B: j} {
					if k > 0 && o.cuts[id][k-1].After(from) {
						from = o.cuts[id][k-1]
					}
					if k < len(o.cuts[id]) && (until.IsZero() || o.cuts[id][k].Before(until)) {
						until = o.cuts[id][k]
					}
				}
				if until.IsZero() || from.Before(until) {
					claims = append(claims, claim{from, l, oracleSpan{l.A, i}, oracleSpan{l.B, j}})
				}
			}
		}
	}
	slices.SortFunc(claims, func(c, e claim) int {
		if x := c.at.Compare(e.at); x != 0 {
			return x
		}
		rank := func(i Identifier) int { return slices.Index(oraclePriority, i.Kind) }
		return cmp.Or(cmp.Compare(rank(c.link.A), rank(e.link.A)), cmp.Compare(rank(c.link.B), rank(e.link.B)), bytes.Compare(c.link.ID[:], e.link.ID[:]))
	})
	for _, c := range claims {
		p, q := o.label[c.a], o.label[c.b]
		if p == q || !o.fits(w, p, q) {
			continue
		}
		for s, label := range o.label {
			if label == q {
				o.label[s] = p
			}
		}
	}
}

func (o *identityOracle) fits(w *identityWorld, p, q int) bool {
	members := make(map[Identifier]bool)
	for s, label := range o.label {
		if label == p || label == q {
			members[s.id] = true
		}
	}
	if most := cmp.Or(w.options.MaxCluster, DefaultMaxCluster); most != NoLimit && len(members) > most {
		return false
	}
	for _, kind := range oraclePriority {
		limit := DefaultKindLimit
		for _, rule := range w.options.Kinds {
			if rule.Kind == kind {
				limit = rule.Limit
			}
		}
		if kind == UserID {
			limit = 1
		}
		n := 0
		for id := range members {
			if id.Kind == kind {
				n++
			}
		}
		if limit != NoLimit && n > limit {
			return false
		}
	}
	return true
}

// customer returns the least identifier of the cluster that the id is in at a time.
func (o *identityOracle) customer(id Identifier, at time.Time) string {
	if id.Value == "null" {
		return ""
	}
	span := 0
	for span < len(o.cuts[id]) && !at.Before(o.cuts[id][span]) {
		span++
	}
	best := id
	for s, label := range o.label {
		if label == o.label[oracleSpan{id, span}] && oracleLess(s.id, best) {
			best = s.id
		}
	}
	return best.Customer()
}
