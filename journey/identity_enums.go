package journey

import "github.com/cjm-go/cjm/internal/enum"

// Holder says to whom an identifier belongs that is seen with several users.
type Holder uint8

const (
	// FirstUser: to the first user it was seen with, always. A later user of the
	// same device is a customer of their own, and what happens on the device
	// without a user id still counts for the first one. As Mixpanel's
	// simplified identity merge does it; the zero value.
	FirstUser Holder = iota
	// LatestUser: at each time to the user it was last seen with before, and to
	// the first user before that. Each sighting is a fact to keep, so use
	// it where devices change hands.
	LatestUser
)

// LinkState says what became of a [Link].
type LinkState uint8

const (
	// LinkAccepted: its identifiers are one customer, for as long as the link holds.
	LinkAccepted LinkState = iota
	// LinkPartlyRefused: they are for part of that time.
	LinkPartlyRefused
	// LinkRefused: they are not on account of this link.
	LinkRefused
	// LinkWithdrawn: an [Unlink] holds against it.
	LinkWithdrawn
)

// Refusal says why a [Link] was refused.
type Refusal uint8

const (
	// NotRefused: it was not. The zero value.
	NotRefused Refusal = iota
	// BlockedValue: one of its identifiers names nobody.
	BlockedValue
	// SelfLink: its identifiers are the same.
	SelfLink
	// SecondUser: a customer would have two user ids.
	SecondUser
	// KindLimit: a customer would have more identifiers of a kind than allowed.
	KindLimit
	// ClusterSize: a customer would have more identifiers than allowed.
	ClusterSize
)

// Basis says why an identifier resolves to a customer.
type Basis uint8

const (
	// ByItself: no link says more. The customer is the identifier.
	ByItself Basis = iota
	// ByUserID: a user id is known, and is the customer.
	ByUserID
	// BySmallest: no user id is known; the customer is the least of the linked
	// identifiers, by priority of the kind, then by value.
	BySmallest
	// ByNobody: the identifier is blocked. There is no customer.
	ByNobody
)

// AuditAction says what an [AuditEntry] is about.
type AuditAction uint8

const (
	// AuditJoined: a link made two customers one.
	AuditJoined AuditAction = iota
	// AuditConfirmed: a link joined what was one customer already.
	AuditConfirmed
	// AuditRefused: a link was refused.
	AuditRefused
	// AuditWithdrawn: a link does not count because of an [Unlink].
	AuditWithdrawn
	// AuditUnlinked: somebody called for an [Unlink].
	AuditUnlinked
	// AuditRelinked: somebody took an [Unlink] back.
	AuditRelinked
)

var (
	holderNames    = []string{FirstUser: "first-user", LatestUser: "latest-user"}
	linkStateNames = []string{LinkAccepted: "accepted", LinkPartlyRefused: "partly-refused", LinkRefused: "refused", LinkWithdrawn: "withdrawn"}
	refusalNames   = []string{
		NotRefused: "none", BlockedValue: "blocked-value", SelfLink: "self-link",
		SecondUser: "second-user", KindLimit: "kind-limit", ClusterSize: "cluster-size",
	}
	basisNames       = []string{ByItself: "itself", ByUserID: "user-id", BySmallest: "smallest", ByNobody: "nobody"}
	auditActionNames = []string{
		AuditJoined: "joined", AuditConfirmed: "confirmed", AuditRefused: "refused",
		AuditWithdrawn: "withdrawn", AuditUnlinked: "unlinked", AuditRelinked: "relinked",
	}
)

// String returns "first-user" or "latest-user".
func (h Holder) String() string { return enum.String("Holder", holderNames, h) }

// MarshalText returns the text of [Holder.String].
func (h Holder) MarshalText() ([]byte, error) { return enum.Text("journey", "holder", holderNames, h) }

// UnmarshalText is the inverse of [Holder.MarshalText].
func (h *Holder) UnmarshalText(text []byte) error {
	return enum.Parse("journey", "holder", holderNames, text, h)
}

// String returns "accepted", "partly-refused", "refused" or "withdrawn".
func (s LinkState) String() string { return enum.String("LinkState", linkStateNames, s) }

// MarshalText returns the text of [LinkState.String].
func (s LinkState) MarshalText() ([]byte, error) {
	return enum.Text("journey", "state of a link", linkStateNames, s)
}

// UnmarshalText is the inverse of [LinkState.MarshalText].
func (s *LinkState) UnmarshalText(text []byte) error {
	return enum.Parse("journey", "state of a link", linkStateNames, text, s)
}

// String returns "none", "blocked-value", "self-link", "second-user",
// "kind-limit" or "cluster-size".
func (r Refusal) String() string { return enum.String("Refusal", refusalNames, r) }

// MarshalText returns the text of [Refusal.String].
func (r Refusal) MarshalText() ([]byte, error) {
	return enum.Text("journey", "refusal", refusalNames, r)
}

// UnmarshalText is the inverse of [Refusal.MarshalText].
func (r *Refusal) UnmarshalText(text []byte) error {
	return enum.Parse("journey", "refusal", refusalNames, text, r)
}

// String returns "itself", "user-id", "smallest" or "nobody".
func (b Basis) String() string { return enum.String("Basis", basisNames, b) }

// MarshalText returns the text of [Basis.String].
func (b Basis) MarshalText() ([]byte, error) { return enum.Text("journey", "basis", basisNames, b) }

// UnmarshalText is the inverse of [Basis.MarshalText].
func (b *Basis) UnmarshalText(text []byte) error {
	return enum.Parse("journey", "basis", basisNames, text, b)
}

// String returns "joined", "confirmed", "refused", "withdrawn", "unlinked" or
// "relinked".
func (a AuditAction) String() string { return enum.String("AuditAction", auditActionNames, a) }

// MarshalText returns the text of [AuditAction.String].
func (a AuditAction) MarshalText() ([]byte, error) {
	return enum.Text("journey", "audit action", auditActionNames, a)
}

// UnmarshalText is the inverse of [AuditAction.MarshalText].
func (a *AuditAction) UnmarshalText(text []byte) error {
	return enum.Parse("journey", "audit action", auditActionNames, text, a)
}
