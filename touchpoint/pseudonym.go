package touchpoint

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"sync"

	"github.com/google/uuid"
)

// MinPseudonymKey is the shortest key in bytes that [NewPseudonymizer] accepts: the
// output of SHA-256. RFC 2104 discourages shorter ones. A key is random, not a
// password.
const MinPseudonymKey = sha256.Size

// ErrPseudonymKey means that the key of a [Pseudonymizer] is too short.
var ErrPseudonymKey = errors.New("touchpoint: key for pseudonyms is too short")

// PseudonymOptions say what a [Pseudonymizer] leaves of a touchpoint beside what has
// no free text. The zero value leaves nothing of it.
type PseudonymOptions struct {
	// Properties are the names of the properties that stay as they are. All others
	// are dropped: their texts may be a customer's data.
	Properties []string
	// KeepContent, KeepTerm and KeepCode leave these campaign tags as they are. A
	// term may be what a customer typed, a code may be one customer's own coupon, and
	// a content may be the link in one customer's mail.
	KeepContent, KeepTerm, KeepCode bool
}

// Pseudonymizer replaces customers by keyed pseudonyms, so that touchpoints can be
// given to people who must not know them: the same customer has the same pseudonym
// under the same key, another under another, and without the key nobody can find out
// whose it is, not by trying all e-mail addresses either.
//
// It does not make data anonymous: whoever has the key, or knows when a customer did
// what, can tell. Times, values and names of channels, kinds and campaigns stay as
// they are.
//
// It is safe for concurrent use. Formatting one with package fmt does not show the
// key.
type Pseudonymizer struct {
	// sum returns the HMAC of a text; use keeps the pseudonyms of different things
	// apart. It is a function, so that the key cannot be reached by reflection.
	sum        func(use, text string) [sha256.Size]byte
	properties map[string]bool
	options    PseudonymOptions
}

// NewPseudonymizer returns a pseudonymizer with the key. The error is
// [ErrPseudonymKey] if that is shorter than [MinPseudonymKey].
func NewPseudonymizer(key []byte, o PseudonymOptions) (*Pseudonymizer, error) {
	if len(key) < MinPseudonymKey {
		return nil, fmt.Errorf("%w: %d bytes, want %d or more", ErrPseudonymKey, len(key), MinPseudonymKey)
	}
	p := &Pseudonymizer{
		sum:        keyedSum(append([]byte(nil), key...)),
		properties: make(map[string]bool, len(o.Properties)),
		options:    o,
	}
	for _, name := range o.Properties {
		p.properties[name] = true
	}
	p.options.Properties = nil
	return p, nil
}

// keyedSum returns a function that computes HMACs. Hashes that know the key are kept:
// to make one costs more than to use it.
func keyedSum(key []byte) func(use, text string) [sha256.Size]byte {
	pool := &sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}
	return func(use, text string) (sum [sha256.Size]byte) {
		h := pool.Get().(hash.Hash)
		defer pool.Put(h)
		h.Reset()
		io.WriteString(h, use) // a hash never fails
		h.Write([]byte{0})
		io.WriteString(h, text)
		h.Sum(sum[:0])
		return sum
	}
}

// pseudonymLen is how many bytes of an HMAC make a customer's pseudonym: 160 bits,
// which are 32 characters, and in which a billion customers collide with a
// probability below 2^-100. RFC 2104 allows half the output or more.
const pseudonymLen = 20

var pseudonymText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Customer returns the pseudonym of a customer: the first 160 bits of HMAC-SHA256
// (RFC 2104) of "customer", a zero byte and the key of the customer, in lower-case
// base32 (RFC 4648), 32 characters. No text is trimmed or folded before. The empty
// customer, which means none, stays empty.
func (p *Pseudonymizer) Customer(customer string) string {
	if customer == "" {
		return ""
	}
	sum := p.sum("customer", customer)
	return pseudonymText.EncodeToString(sum[:pseudonymLen])
}

// ID returns the pseudonym of a touchpoint's id: the first 128 bits of HMAC-SHA256 of
// "id", a zero byte and the 16 bytes of the id, as a UUIDv8 (RFC 9562). The id itself
// must not be given away: it may be the source's, and a [Touchpoint.ContentID] tells
// whoever guesses the content that the guess is right. The nil UUID stays.
func (p *Pseudonymizer) ID(id uuid.UUID) uuid.UUID {
	if id == uuid.Nil {
		return id
	}
	sum := p.sum("id", string(id[:]))
	id = uuid.UUID(sum[:len(id)])
	id[6] = id[6]&0x0f | 0x80 // version 8
	id[8] = id[8]&0x3f | 0x80 // variant of RFC 9562
	return id
}

// Touchpoint returns the touchpoint with pseudonyms for customer and id and without
// the texts that the options do not keep. t stays as it is and shares no map with the
// result.
func (p *Pseudonymizer) Touchpoint(t Touchpoint) Touchpoint {
	t.Customer, t.ID = p.Customer(t.Customer), p.ID(t.ID)
	if !p.options.KeepContent {
		t.Campaign.Content = ""
	}
	if !p.options.KeepTerm {
		t.Campaign.Term = ""
	}
	if !p.options.KeepCode {
		t.Campaign.Code = ""
	}
	var kept map[string]string
	for name, text := range t.Properties {
		if p.properties[name] {
			if kept == nil {
				kept = make(map[string]string)
			}
			kept[name] = text
		}
	}
	t.Properties = kept
	return t
}

// All replaces every touchpoint of a stream; errors pass through.
func (p *Pseudonymizer) All(in iter.Seq2[Touchpoint, error]) iter.Seq2[Touchpoint, error] {
	return func(yield func(Touchpoint, error) bool) {
		for t, err := range in {
			if err == nil {
				t = p.Touchpoint(t)
			}
			if !yield(t, err) {
				return
			}
		}
	}
}

// Format writes the name of the type, whatever the verb: nothing of the key.
func (p Pseudonymizer) Format(s fmt.State, _ rune) {
	io.WriteString(s, "touchpoint.Pseudonymizer") // fmt has nowhere to report an error
}

// String returns the name of the type.
func (p Pseudonymizer) String() string { return "touchpoint.Pseudonymizer" }
