package journey

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// identityTarget is what an [Unlink] is about: a link, or else a pair.
type identityTarget struct {
	link uuid.UUID
	a, b Identifier // a before b in priority
}

func (d *Identity) compareTargets(t, u identityTarget) int {
	return cmp.Or(slices.Compare(t.link[:], u.link[:]), d.compare(t.a, u.a), d.compare(t.b, u.b))
}

// identityOp is a decision about a target.
type identityOp struct {
	at     time.Time
	relink bool
	source string
}

// compare orders decisions so that the last one holds.
func (o identityOp) compare(p identityOp) int {
	if c := o.at.Compare(p.at); c != 0 {
		return c
	}
	if o.relink != p.relink {
		if o.relink {
			return -1
		}
		return 1
	}
	return strings.Compare(o.source, p.source)
}

// Unlink withdraws a link, or all links between two identifiers. What hung
// together only by them comes apart, and refused links may take their place. The
// change says whose journeys are concerned; Known that the decision was known.
// An error is a [*LinkError]; nothing changed then.
func (d *Identity) Unlink(u Unlink) (IdentityChange, error) { return d.decree(u, false) }

// Relink takes an [Identity.Unlink] of the same link or pair back. A link counts
// unless it, or its pair, is withdrawn.
func (d *Identity) Relink(u Unlink) (IdentityChange, error) { return d.decree(u, true) }

func (d *Identity) decree(u Unlink, relink bool) (IdentityChange, error) {
	target, op, err := d.op(&u, relink)
	if err != nil {
		return IdentityChange{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.addOp(target, op) {
		return IdentityChange{Link: target.link, Known: true, State: d.stateOf(target)}, nil
	}
	var touched []*identityNode
	links := d.linksOf(target)
	for _, l := range links {
		touched = append(touched, l.a, l.b)
	}
	moves := d.rebuild(touched, func() {
		for _, l := range links {
			f := l.fact()
			l.withdrawn = d.withdrawn(&f)
		}
	})
	return IdentityChange{Link: target.link, State: d.stateOf(target), Moves: moves}, nil
}

// op checks an unlink and makes it what is kept.
func (d *Identity) op(u *Unlink, relink bool) (identityTarget, identityOp, error) {
	target := identityTarget{link: u.Link}
	op := identityOp{linkTime(u.At), relink, u.Source}
	if u.Link == uuid.Nil {
		var err error
		if target.a, err = d.Normalise(u.A); err != nil {
			return target, op, &LinkError{Field: "A", Err: err}
		}
		if target.b, err = d.Normalise(u.B); err != nil {
			return target, op, &LinkError{Field: "B", Err: err}
		}
		if d.compare(target.a, target.b) > 0 {
			target.a, target.b = target.b, target.a
		}
	}
	if err := checkLinkTime("At", u.At); err != nil {
		return target, op, err
	}
	return target, op, checkLinkSource(u.Source)
}

// addOp reports whether the decision is new.
func (d *Identity) addOp(target identityTarget, op identityOp) bool {
	i, known := slices.BinarySearchFunc(d.ops[target], op, identityOp.compare)
	if !known {
		d.ops[target] = slices.Insert(d.ops[target], i, op)
	}
	return !known
}

// withdrawn reports whether a decision holds against a link.
func (d *Identity) withdrawn(f *identityFact) bool {
	if len(d.ops) == 0 {
		return false
	}
	return d.holds(identityTarget{link: f.id}) || d.holds(identityTarget{a: f.a, b: f.b})
}

func (d *Identity) holds(target identityTarget) bool {
	ops := d.ops[target]
	return len(ops) > 0 && !ops[len(ops)-1].relink
}

// linksOf returns the known links that a decision is about.
func (d *Identity) linksOf(target identityTarget) []*identityLink {
	if target.link != uuid.Nil {
		if l := d.links[target.link]; l != nil {
			return []*identityLink{l}
		}
		return nil
	}
	a, b := d.nodes[target.a], d.nodes[target.b]
	if a == nil || b == nil {
		return nil
	}
	if len(a.links) > len(b.links) {
		a, b = b, a
	}
	var links []*identityLink
	for _, l := range a.links {
		if l.a == a && l.b == b || l.a == b && l.b == a {
			links = append(links, l)
		}
	}
	return links
}

// stateOf returns what is the case with the target: withdrawn, or else what is so
// of its first link in the order of links; accepted if there is none yet.
func (d *Identity) stateOf(target identityTarget) LinkState {
	if d.holds(target) {
		return LinkWithdrawn
	}
	links := d.linksOf(target)
	if len(links) == 0 {
		return LinkAccepted
	}
	first := slices.MinFunc(links, func(l, m *identityLink) int {
		o, p := l.order(), m.order()
		return o.compare(&p)
	})
	state, _ := first.state()
	return state
}

// unlink returns a decision as it was told.
func (t identityTarget) unlink(op identityOp) Unlink {
	return Unlink{Link: t.link, A: t.a, B: t.b, At: op.at, Source: op.source}
}
