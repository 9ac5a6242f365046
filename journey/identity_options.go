package journey

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	// DefaultKindLimit is how many identifiers of a kind a customer has at most
	// where [KindRule.Limit] is 0, and of a kind without a rule; it is Segment's
	// default. A user id is alone, always.
	DefaultKindLimit = 5
	// DefaultMaxCluster is how many identifiers a customer has at most where
	// [IdentityOptions.MaxCluster] is 0.
	DefaultMaxCluster = 100
	// NoLimit switches a limit of [IdentityOptions] off.
	NoLimit = -1
	// defaultLinkAhead is MaxAhead where it is 0.
	defaultLinkAhead = time.Hour
)

// KindRule says how identifiers of a kind are treated.
type KindRule struct {
	Kind IdentifierKind
	// Limit is how many a customer has at most; 0 means [DefaultKindLimit],
	// [NoLimit] any number.
	Limit int
	// Normalise is applied to values before they are compared, after spaces
	// around them have been cut off. It must leave what it returned as it is.
	// nil means as the kind's documentation says, and nothing for others.
	Normalise func(value string) string
}

// DefaultKinds returns the rules that hold where [IdentityOptions.Kinds] is nil:
// UserID, Email, Phone, AnonymousID, Device.
func DefaultKinds() []KindRule {
	return []KindRule{{Kind: UserID}, {Kind: Email}, {Kind: Phone}, {Kind: AnonymousID}, {Kind: Device}}
}

// IdentityOptions are the settings of an [Identity]. The zero value works.
type IdentityOptions struct {
	// Kinds are the rules of the kinds, the kind of highest priority first; nil
	// means [DefaultKinds]. UserID comes before all others whether or not it is
	// here; kinds that are not here come last, in the order of their names.
	Kinds []KindRule
	// MaxCluster is how many identifiers a customer has at most; 0 means
	// [DefaultMaxCluster], [NoLimit] any number.
	MaxCluster int
	// Holder says to whom an identifier belongs that is seen with several users.
	Holder Holder
	// Blocked reports whether an identifier, already normalised, names nobody;
	// nil means [BlockedByDefault]. It must always say the same.
	Blocked func(Identifier) bool
	// MaxAhead refuses a link whose From is more than this after its Received,
	// with [ErrFutureLink]. 0 means an hour, a negative one that none is
	// refused.
	MaxAhead time.Duration
}

// Validate reports what is wrong with the settings, all at once.
func (o IdentityOptions) Validate() error {
	var errs []error
	bad := func(is bool, field, reason string) {
		if is {
			errs = append(errs, fmt.Errorf("journey: IdentityOptions.%s: %s", field, reason))
		}
	}
	seen := make(map[IdentifierKind]bool)
	for i, rule := range o.Kinds {
		field := fmt.Sprintf("Kinds[%d]", i)
		bad(!rule.Kind.valid(), field+".Kind", "not a name of a-z, 0-9, '_', '-' and '.'")
		bad(seen[rule.Kind], field+".Kind", "given twice")
		bad(rule.Limit < NoLimit, field+".Limit", "negative")
		bad(rule.Kind == UserID && rule.Limit != 0 && rule.Limit != 1, field+".Limit", "a customer has one user id at most")
		seen[rule.Kind] = true
	}
	bad(o.MaxCluster < NoLimit, "MaxCluster", "negative")
	bad(int(o.Holder) >= len(holderNames), "Holder", "no such policy")
	return errors.Join(errs...)
}

// identityKind is a kind with its place in the order of priority.
type identityKind struct {
	name      IdentifierKind
	rank      int
	limit     int // NoLimit for none
	normalise func(string) string
}

// compare orders kinds by priority.
func (k *identityKind) compare(l *identityKind) int {
	return cmp.Or(cmp.Compare(k.rank, l.rank), strings.Compare(string(k.name), string(l.name)))
}

// newIdentityKinds returns the kinds of the options. Rank 0 is UserID's.
func newIdentityKinds(rules []KindRule) map[IdentifierKind]*identityKind {
	if rules == nil {
		rules = DefaultKinds()
	}
	kinds := make(map[IdentifierKind]*identityKind)
	for i, rule := range append([]KindRule{{Kind: UserID}}, rules...) {
		k := newIdentityKind(rule.Kind, i)
		if rule.Limit != 0 {
			k.limit = rule.Limit
		}
		if rule.Normalise != nil {
			k.normalise = rule.Normalise
		}
		if rule.Kind == UserID {
			k.rank, k.limit = 0, 1
		}
		kinds[rule.Kind] = k
	}
	return kinds
}

func newIdentityKind(name IdentifierKind, rank int) *identityKind {
	return &identityKind{name: name, rank: rank, limit: DefaultKindLimit, normalise: normaliserOf(name)}
}

// normaliserOf returns what is done to values of a kind without a rule of its own;
// nil for nothing.
func normaliserOf(kind IdentifierKind) func(string) string {
	switch kind {
	case Email:
		return strings.ToLower
	case Phone:
		return phoneMarks.Replace
	}
	return nil
}
