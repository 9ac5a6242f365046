package journey

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// Errors of identifiers and links. Their messages hold no identifier.
var (
	// ErrBadIdentifier says that an identifier has no kind, a kind with other
	// characters than a-z, 0-9, '_', '-' and '.', no value, or a value that is
	// not valid UTF-8.
	ErrBadIdentifier = errors.New("journey: bad identifier")
	// ErrIdentifierTooLong says that an identifier is longer than
	// [MaxIdentifier].
	ErrIdentifierTooLong = errors.New("journey: identifier too long")
)

// MaxIdentifier is the longest text form of an [Identifier], in bytes.
const MaxIdentifier = 1024

// IdentifierKind says what an identifier identifies. Kinds of the user's own
// are written like the ones here: "crm_id", "loyalty.card".
type IdentifierKind string

// The kinds that the library knows.
const (
	// UserID is the id of a person in the user's own system. It is the
	// canonical one: two user ids are never the same customer.
	UserID IdentifierKind = "user"
	// Email is an e-mail address. Normalised to lower case.
	Email IdentifierKind = "email"
	// Phone is a telephone number. Normalised by leaving out spaces and the
	// characters "-.()/".
	Phone IdentifierKind = "phone"
	// AnonymousID is the id that a browser or an app gives to a visitor who is
	// not known yet.
	AnonymousID IdentifierKind = "anonymous"
	// Device is the id of a device, which several people may use.
	Device IdentifierKind = "device"
)

// Identifier is one of the names under which a customer is met. Values of
// different kinds are never equal.
type Identifier struct {
	Kind  IdentifierKind
	Value string
}

// String returns the kind, a colon and the value: "anonymous:a1".
func (i Identifier) String() string { return string(i.Kind) + ":" + i.Value }

// MarshalText returns the text of [Identifier.String].
func (i Identifier) MarshalText() ([]byte, error) {
	if err := i.validate(); err != nil {
		return nil, err
	}
	return []byte(i.String()), nil
}

// UnmarshalText reads the text of [Identifier.String]: the kind ends at the
// first colon. The value stays as it is, see [Identity.Normalise].
func (i *Identifier) UnmarshalText(text []byte) error {
	kind, value, _ := strings.Cut(string(text), ":")
	read := Identifier{IdentifierKind(kind), value}
	if err := read.validate(); err != nil {
		return err
	}
	*i = read
	return nil
}

// Customer returns the key of a customer whose canonical identifier this is: the
// value alone of a [UserID] without a colon, and the text of [Identifier.String]
// otherwise. So user "u1" is customer "u1", the visitor a1 is customer
// "anonymous:a1", and a user with the id "anonymous:a1" is somebody else:
// customer "user:anonymous:a1".
func (i Identifier) Customer() string {
	if i.Kind == UserID && !strings.Contains(i.Value, ":") {
		return i.Value
	}
	return i.String()
}

// CustomerIdentifier is the inverse of [Identifier.Customer].
func CustomerIdentifier(customer string) (Identifier, error) {
	kind, value, found := strings.Cut(customer, ":")
	i := Identifier{IdentifierKind(kind), value}
	if !found {
		i = Identifier{UserID, customer}
	}
	return i, i.validate()
}

// validate checks an identifier that is normalised.
func (i Identifier) validate() error {
	switch {
	case len(i.Kind)+1+len(i.Value) > MaxIdentifier:
		return ErrIdentifierTooLong
	case !i.Kind.valid() || i.Value == "" || !utf8.ValidString(i.Value):
		return ErrBadIdentifier
	}
	return nil
}

func (k IdentifierKind) valid() bool {
	for _, c := range []byte(k) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' && c != '.' {
			return false
		}
	}
	return k != ""
}

// BlockedByDefault reports whether the value names nobody, as in the defaults of
// Segment: only zeros and dashes, "-1", "null" or "anonymous". Case does not
// matter.
func BlockedByDefault(i Identifier) bool {
	if strings.Trim(i.Value, "0-") == "" || i.Value == "-1" {
		return true
	}
	return strings.EqualFold(i.Value, "null") || strings.EqualFold(i.Value, "anonymous")
}

// phoneMarks are left out of a telephone number.
var phoneMarks = strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "", "/", "", "\t", "", "\u00a0", "")
