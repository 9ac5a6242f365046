package journey

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Identity knows which identifiers are the same customer: user ids, e-mail
// addresses, devices, the ids of visitors who are not known yet. It is told
// facts, see [Identity.Link], and answers whose an identifier is, see
// [Identity.Resolve].
//
// # The answer
//
// The answer is a function of the set of links and unlinks, and of nothing else:
// it does not matter in which order they arrive, how often, or which came
// before a question. It is what one gets by going through the links in the order
// of From, then of priority of the kinds, then of ID, each of which makes two
// customers one, unless it is refused:
//
//   - [BlockedValue]: an identifier names nobody ("null", "0000").
//   - [SelfLink]: both identifiers are the same.
//   - [SecondUser]: the customer would have two user ids. No option allows it: a
//     device or an address that two people share does not make them one, and a
//     mistake would mix up their data for good.
//   - [KindLimit], [ClusterSize]: the customer would have too many identifiers.
//
// So the first come is the first served, and what was accepted stays so while
// links arrive in the order of time. Where links of one time compete, those of
// the kinds of lower priority are left out. A link that closes a circle is
// accepted and changes nothing. Links have effect backwards in time: what a
// visitor did before the login belongs to the user. A link of 50 years ago is
// one like any other.
//
// # Identifiers that change hands
//
// A link with an Until frees an identifier at that time for somebody else, as
// when a telephone number is given to another subscriber. The identifier then
// has spans of time, each of which belongs to a customer of its own; what
// happened before the first link of a span belongs to that span's customer.
// Under [LatestUser] each sighting with another user begins a span.
//
// # Kept for good
//
// Refused links are kept, and count when the reason goes away, say because an
// [Unlink] withdraws a wrong one. [Identity.Audit] explains each. A link
// costs the same whatever else is known, with two exceptions, for which all links
// that hang together with it are decided about again: one that is refused, or may
// be, although it is not the latest of them; and one to identifiers that change
// hands.
//
// Identity is made by [NewIdentity]. It may be used concurrently.
type Identity struct {
	kinds      map[IdentifierKind]*identityKind // those with a rule
	maxCluster int
	holder     Holder
	blocked    func(Identifier) bool
	maxAhead   time.Duration

	mu     sync.RWMutex
	others map[IdentifierKind]*identityKind // those without
	nodes  map[Identifier]*identityNode
	links  map[uuid.UUID]*identityLink
	ops    map[identityTarget][]identityOp
}

// NewIdentity returns an Identity that knows nothing yet. The error is that of
// [IdentityOptions.Validate].
func NewIdentity(o IdentityOptions) (*Identity, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	d := &Identity{
		kinds:      newIdentityKinds(o.Kinds),
		maxCluster: cmp.Or(o.MaxCluster, DefaultMaxCluster),
		holder:     o.Holder,
		blocked:    o.Blocked,
		maxAhead:   cmp.Or(o.MaxAhead, defaultLinkAhead),
	}
	if d.blocked == nil {
		d.blocked = BlockedByDefault
	}
	d.clear()
	return d, nil
}

func (d *Identity) clear() {
	d.others = make(map[IdentifierKind]*identityKind)
	d.nodes = make(map[Identifier]*identityNode)
	d.links = make(map[uuid.UUID]*identityLink)
	d.ops = make(map[identityTarget][]identityOp)
}

// Normalise returns the identifier as it is compared: without spaces around the
// value, and as its kind says. The error is [ErrIdentifierTooLong], also for one
// that would be shorter without its spaces, or [ErrBadIdentifier].
func (d *Identity) Normalise(i Identifier) (Identifier, error) {
	if len(i.Kind)+1+len(i.Value) > MaxIdentifier {
		return Identifier{}, ErrIdentifierTooLong
	}
	if err := i.validate(); err != nil {
		return Identifier{}, err
	}
	i.Value = strings.TrimSpace(i.Value)
	normalise := normaliserOf(i.Kind)
	if k := d.kinds[i.Kind]; k != nil {
		normalise = k.normalise
	}
	if normalise != nil {
		i.Value = normalise(i.Value)
	}
	if err := i.validate(); err != nil {
		return Identifier{}, err
	}
	return i, nil
}

// compare orders identifiers by priority of the kind, then by value.
func (d *Identity) compare(i, j Identifier) int {
	return cmp.Or(cmp.Compare(d.rank(i.Kind), d.rank(j.Kind)), compareIdentifiers(i, j))
}

func (d *Identity) compareKinds(k, l IdentifierKind) int {
	return cmp.Or(cmp.Compare(d.rank(k), d.rank(l)), strings.Compare(string(k), string(l)))
}

func (d *Identity) rank(kind IdentifierKind) int {
	if k := d.kinds[kind]; k != nil {
		return k.rank
	}
	return len(d.kinds) + 1
}

// Link takes in the fact that two identifiers belong together, and says what
// became of it and whose journeys it changes. A refused link is no error. An
// error is a [*LinkError]; nothing changed then.
func (d *Identity) Link(l Link) (IdentityChange, error) {
	f, err := d.fact(&l)
	if err != nil {
		return IdentityChange{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.add(f), nil
}

// Resolution is the answer to the question whose an identifier is.
type Resolution struct {
	// Customer is the key of the customer, see [Identifier.Customer]; empty if
	// Basis is ByNobody.
	Customer string
	// Canonical is the identifier that gives the customer the key.
	Canonical Identifier
	Basis     Basis
}

// Resolve returns the customer to whom the identifier belongs when something
// happens at the time; the zero time is after all others. One that is not known
// is a customer by itself. The time matters only for identifiers that change
// hands. The error is that of [Identity.Normalise].
func (d *Identity) Resolve(id Identifier, at time.Time) (Resolution, error) {
	id, err := d.Normalise(id)
	if err != nil {
		return Resolution{}, err
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	node := d.nodes[id]
	if node == nil {
		if d.blocked(id) {
			return Resolution{Basis: ByNobody}, nil
		}
		return Resolution{id.Customer(), id, basisOf(id, 1)}, nil
	}
	if node.blocked {
		return Resolution{Basis: ByNobody}, nil
	}
	c := node.at(at)
	return Resolution{c.customer(), c.best.id, basisOf(c.best.id, c.size)}, nil
}

func basisOf(canonical Identifier, size int) Basis {
	switch {
	case canonical.Kind == UserID:
		return ByUserID
	case size > 1:
		return BySmallest
	}
	return ByItself
}

// IdentityMember is an identifier of a customer, and for which time it is.
type IdentityMember struct {
	Identifier  Identifier
	From, Until time.Time // Until excluded; zero means without bound
}

// Members returns the identifiers of the customer with the key, by priority of
// the kind, value and time. There are none if the customer is not known, or has
// become part of another.
func (d *Identity) Members(customer string) []IdentityMember {
	id, err := CustomerIdentifier(customer)
	if err != nil {
		return nil
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	var members []IdentityMember
	for _, c := range d.nodes[id].clusters() {
		for _, m := range c.members {
			from, until := m.bounds()
			members = append(members, IdentityMember{m.node.id, from, until})
		}
	}
	slices.SortFunc(members, func(m, n IdentityMember) int {
		return cmp.Or(d.compare(m.Identifier, n.Identifier), m.From.Compare(n.From))
	})
	return members
}
