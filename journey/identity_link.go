package journey

import (
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/cjm-go/cjm/touchpoint"
)

// Errors of links.
var (
	// ErrBadLink says that a link or unlink cannot be used as it is.
	ErrBadLink = errors.New("journey: bad link")
	// ErrFutureLink says that a link begins after it was received.
	ErrFutureLink = errors.New("journey: link from the future")
)

// LinkError is what is wrong with a [Link] or an [Unlink] that was not taken in.
// The message holds nothing of its contents.
type LinkError struct {
	Field  string // name of the field
	Reason string // empty if Err says it all
	Err    error  // ErrBadLink, ErrFutureLink, ErrBadIdentifier or ErrIdentifierTooLong
}

// Error gives the class, the field and the reason: `journey: bad link: From: missing`.
func (e *LinkError) Error() string {
	text := e.Err.Error() + ": " + e.Field
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// Unwrap returns the class.
func (e *LinkError) Unwrap() error { return e.Err }

// Link is the fact that two identifiers were seen to belong together. A and B
// may change places.
type Link struct {
	// ID identifies the fact; the same one may be told many times, and of
	// what is told the earliest From (with its Source) and the earliest Until
	// count. Should two different pairs come with one ID, the lesser pair
	// counts. The zero ID stands for a UUIDv5 of A and B, and of From where the
	// link has an Until or the policy is [LatestUser]: the repeated sightings of
	// a pair are then one fact.
	ID   uuid.UUID
	A, B Identifier
	// From is when they were first seen together. A link counts for what
	// happened before, too: who logs in today was the visitor of yesterday.
	From time.Time
	// Until ends the link, the instant itself excluded; zero means that it does
	// not end. The identifier whose kind has the lower priority is then free
	// for somebody else: a telephone number, not its owner.
	Until time.Time
	// Received is when the record of the link arrived; zero if not known. It is
	// not kept.
	Received time.Time
	// Source says where the link comes from: "crm import", "login". It is text
	// of the user, up to 1024 bytes, kept for the audit.
	Source string
}

// Unlink is the decision of somebody that a link, or all links between two
// identifiers, do not count: those that are known and those to come.
type Unlink struct {
	// Link is the ID of the link. If it is zero, A and B say the pair.
	Link uuid.UUID
	A, B Identifier
	// At is when it was decided. Of several decisions about the same link or
	// pair the latest holds, whatever the order in which they arrive; at equal
	// times it is the one to unlink.
	At time.Time
	// Source says who decided and why, up to 1024 bytes, kept for the audit.
	Source string
}

// identityFact is a link as it is kept: checked, in UTC, a before b in priority.
type identityFact struct {
	id          uuid.UUID
	a, b        Identifier
	from, until time.Time // until zero for none
	source      string
}

func (f *identityFact) link() Link {
	return Link{ID: f.id, A: f.a, B: f.b, From: f.from, Until: f.until, Source: f.source}
}

// merge returns what f and g say together, which have the same id. It is
// commutative, associative and idempotent, so the order of arrival has no
// bearing on it.
func (f identityFact) merge(g identityFact) identityFact {
	if c := comparePairs(f.a, f.b, g.a, g.b); c != 0 {
		if c < 0 {
			return f
		}
		return g
	}
	until := earlierEnd(f.until, g.until)
	c := f.from.Compare(g.from)
	if c > 0 || c == 0 && f.source > g.source {
		f = g
	}
	f.until = until
	return f
}

// earlierEnd returns the earlier of two ends, of which zero is none.
func earlierEnd(t, u time.Time) time.Time {
	if t.IsZero() || !u.IsZero() && u.Before(t) {
		return u
	}
	return t
}

func compareIdentifiers(i, j Identifier) int {
	if c := strings.Compare(string(i.Kind), string(j.Kind)); c != 0 {
		return c
	}
	return strings.Compare(i.Value, j.Value)
}

func comparePairs(a, b, c, d Identifier) int {
	if x := compareIdentifiers(a, c); x != 0 {
		return x
	}
	return compareIdentifiers(b, d)
}

// fact checks a link and makes it what is kept.
func (d *Identity) fact(l *Link) (identityFact, error) {
	f := identityFact{id: l.ID, from: linkTime(l.From), source: l.Source}
	var err error
	if f.a, err = d.Normalise(l.A); err != nil {
		return f, &LinkError{Field: "A", Err: err}
	}
	if f.b, err = d.Normalise(l.B); err != nil {
		return f, &LinkError{Field: "B", Err: err}
	}
	if d.compare(f.a, f.b) > 0 {
		f.a, f.b = f.b, f.a
	}
	if err := checkLinkTime("From", l.From); err != nil {
		return f, err
	}
	if !l.Until.IsZero() {
		if err := checkLinkTime("Until", l.Until); err != nil {
			return f, err
		}
		if !l.From.Before(l.Until) {
			return f, &LinkError{"Until", "not after From", ErrBadLink}
		}
		f.until = linkTime(l.Until)
	}
	if !l.Received.IsZero() && d.maxAhead >= 0 && l.From.Sub(l.Received) > d.maxAhead {
		return f, &LinkError{Field: "From", Err: ErrFutureLink}
	}
	if err := checkLinkSource(l.Source); err != nil {
		return f, err
	}
	if f.id == uuid.Nil {
		f.id = f.pairID(d.holder)
	}
	return f, nil
}

// linkTime returns the time so that equal times are equal in every bit.
func linkTime(t time.Time) time.Time { return t.Round(0).UTC() }

func checkLinkTime(field string, t time.Time) error {
	if t.IsZero() {
		return &LinkError{field, "missing", ErrBadLink}
	}
	if y := t.UTC().Year(); y < 1 || y > 9999 {
		return &LinkError{field, "not in the years 1 to 9999", ErrBadLink}
	}
	return nil
}

func checkLinkSource(source string) error {
	switch {
	case len(source) > MaxIdentifier:
		return &LinkError{"Source", "too long", ErrBadLink}
	case !utf8.ValidString(source):
		return &LinkError{"Source", "not valid UTF-8", ErrBadLink}
	}
	return nil
}

var identityNamespace = uuid.MustParse(touchpoint.Namespace)

// pairID is the id of a link that came without one: a UUIDv5 of the two
// identifiers in the order of their texts, each with its length before it, and
// of From where several links of a pair must be told apart. The first bytes keep
// it apart from the ids that package touchpoint makes.
func (f *identityFact) pairID(holder Holder) uuid.UUID {
	a, b := f.a, f.b
	if compareIdentifiers(a, b) > 0 {
		a, b = b, a
	}
	data := append(make([]byte, 0, 256), identityNamespace[:]...)
	data = append(data, "\xff\x02"...)
	for _, s := range [...]string{string(a.Kind), a.Value, string(b.Kind), b.Value} {
		data = append(binary.AppendUvarint(data, uint64(len(s))), s...)
	}
	if !f.until.IsZero() || holder == LatestUser {
		data = binary.BigEndian.AppendUint64(data, uint64(f.from.Unix()))
		data = binary.BigEndian.AppendUint32(data, uint32(f.from.Nanosecond()))
	}
	sum := sha1.Sum(data)
	id := uuid.UUID(sum[:16])
	id[6] = id[6]&0x0f | 0x50 // version 5
	id[8] = id[8]&0x3f | 0x80 // variant of RFC 9562
	return id
}
