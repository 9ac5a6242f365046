package journey

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"
)

// AuditEntry is one line of the account of an [Identity]: what was said, what
// became of it, and why.
type AuditEntry struct {
	// At is when it counted: From of a link, or where its identifiers change
	// hands the beginning of a later span; At of an [Unlink].
	At     time.Time
	Action AuditAction
	// Link is the link in question; zero for AuditUnlinked and AuditRelinked.
	Link Link
	// Unlink is the decision, of AuditUnlinked and AuditRelinked.
	Unlink Unlink
	// Refusal is why, of AuditRefused.
	Refusal Refusal
	// CustomerA and CustomerB were the customers of the link's A and B just
	// before, by what earlier links had said; empty for a withdrawn link and
	// a blocked value.
	CustomerA, CustomerB string
	// Customer is who they both are from then on; empty if the link has no
	// effect.
	Customer string
}

// Audit returns the account of all links and decisions that name one of the
// identifiers, or of all there are if none is given, in the order in which they
// count. Like the answers it depends on the facts only, not on when they
// arrived. A link gives one entry, and one more for each later span of its
// identifiers; a decision about a link that is not known appears only where no
// identifier is given. The error is that of [Identity.Normalise].
func (d *Identity) Audit(identifiers ...Identifier) ([]AuditEntry, error) {
	only := make(map[Identifier]bool, len(identifiers))
	for _, id := range identifiers {
		id, err := d.Normalise(id)
		if err != nil {
			return nil, err
		}
		only[id] = true
	}
	d.mu.Lock() // deciding again, to see how, leaves all as it is
	defer d.mu.Unlock()
	a := audit{d: d, only: only}
	a.run()
	return a.entries, nil
}

type audit struct {
	d       *Identity
	only    map[Identifier]bool // empty for all
	entries []AuditEntry
}

func (a *audit) about(i, j Identifier) bool { return len(a.only) == 0 || a.only[i] || a.only[j] }

func (a *audit) run() {
	done := make(map[*identityComponent]bool)
	for _, l := range a.d.links {
		if !a.about(l.a.id, l.b.id) {
			continue
		}
		if !l.usable() {
			a.idle(l)
		} else if comp := l.a.comp; !done[comp] {
			done[comp] = true
			a.d.resolve(comp, a.verdict)
		}
	}
	for target, ops := range a.d.ops {
		of := target
		if l := a.d.links[target.link]; l != nil {
			of.a, of.b = l.a.id, l.b.id
		}
		if !a.about(of.a, of.b) {
			continue
		}
		for _, op := range ops {
			e := AuditEntry{At: op.at, Action: AuditUnlinked, Unlink: target.unlink(op)}
			if op.relink {
				e.Action = AuditRelinked
			}
			a.entries = append(a.entries, e)
		}
	}
	slices.SortFunc(a.entries, a.d.compareEntries)
}

// idle enters a link on which nothing depends.
func (a *audit) idle(l *identityLink) {
	f := l.fact()
	e := AuditEntry{At: l.from, Link: f.link(), Action: AuditWithdrawn}
	if !l.withdrawn {
		e.Action = AuditRefused
		_, e.Refusal = l.state()
		if e.Refusal == SelfLink {
			e.CustomerA = l.a.at(l.from).customer()
			e.CustomerB = e.CustomerA
		}
	}
	a.entries = append(a.entries, e)
}

func (a *audit) verdict(v identityVerdict) {
	if !a.about(v.link.a.id, v.link.b.id) {
		return
	}
	f := v.link.fact()
	e := AuditEntry{
		At: v.from, Link: f.link(), Refusal: v.refusal,
		CustomerA: v.a.id.Customer(), CustomerB: v.b.id.Customer(),
	}
	switch {
	case v.refusal != NotRefused:
		e.Action = AuditRefused
	case !v.joined:
		e.Action = AuditConfirmed
	}
	if v.refusal == NotRefused {
		e.Customer = v.after.id.Customer()
	}
	a.entries = append(a.entries, e)
}

// compareEntries orders entries by time; of one time links come first, in their
// order.
func (d *Identity) compareEntries(e, f AuditEntry) int {
	if c := e.At.Compare(f.At); c != 0 {
		return c
	}
	p, q := e.Link.ID != uuid.Nil, f.Link.ID != uuid.Nil
	switch {
	case p && q:
		return cmp.Or(
			d.compareKinds(e.Link.A.Kind, f.Link.A.Kind), d.compareKinds(e.Link.B.Kind, f.Link.B.Kind),
			slices.Compare(e.Link.ID[:], f.Link.ID[:]),
		)
	case p:
		return -1
	case q:
		return 1
	}
	if c := d.compareTargets(e.Unlink.target(), f.Unlink.target()); c != 0 {
		return c
	}
	return e.op().compare(f.op())
}

func (u *Unlink) target() identityTarget { return identityTarget{u.Link, u.A, u.B} }

func (e *AuditEntry) op() identityOp {
	return identityOp{e.At, e.Action == AuditRelinked, e.Unlink.Source}
}
