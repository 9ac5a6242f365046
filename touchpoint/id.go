package touchpoint

import (
	"crypto/sha1"
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Namespace is the UUID namespace of ids made by this package. It is itself the
// UUIDv5 of "https://github.com/cjm-go/cjm" in the URL namespace of RFC 9562.
const Namespace = "b7f45d4a-4936-515f-a485-9df96caeb37b"

var namespace = uuid.MustParse(Namespace)

// ContentID returns a UUIDv5 of what the touchpoint says: of all its fields but
// ID and Received. A record that is delivered again has the same content id,
// whenever it arrives and whether it comes as CSV or as JSON. So have two
// interactions that agree in every field: a source in which such are different
// events must give an ID or Seq.
//
// Times count as instants, whatever their zone, and a property with an empty
// text counts as absent.
func (t *Touchpoint) ContentID() uuid.UUID {
	h := idMaker{buf: make([]byte, 0, 256)}
	return h.contentID(t)
}

// idMaker makes ids. It keeps its memory from one to the next; the zero value
// is ready.
type idMaker struct {
	buf  []byte
	keys []string
}

// contentHeader begins what is hashed for a content id: a byte that no UTF-8
// text holds, so that a content id is never the id of a text, and the version of
// the encoding.
const contentHeader = "\xff\x01"

// contentID hashes the namespace and the canonical encoding: the header, then
// the fields in order, texts with their length before them, numbers in 8 bytes.
func (h *idMaker) contentID(t *Touchpoint) uuid.UUID {
	b := append(append(h.buf[:0], namespace[:]...), contentHeader...)
	b = appendText(b, t.Customer)
	b = appendInstant(b, t.Time)
	b = binary.BigEndian.AppendUint64(b, uint64(t.Seq))
	b = appendText(b, t.Channel)
	b = append(b, byte(t.Setting))
	b = appendText(b, t.Kind)
	b = appendText(b, t.Stage)
	b = appendText(b, t.Campaign.Source)
	b = appendText(b, t.Campaign.Medium)
	b = appendText(b, t.Campaign.Name)
	b = appendText(b, t.Campaign.Content)
	b = appendText(b, t.Campaign.Term)
	b = appendText(b, t.Campaign.Code)
	b = appendBool(b, t.Conversion)
	b = appendNumber(b, t.Value)
	b = appendText(b, t.Currency)
	b = appendNumber(b, t.Cost)
	score, given := t.Emotion.Score()
	b = appendBool(b, given)
	b = appendNumber(b, score)
	b = h.appendProperties(b, t.Properties)
	if t.Consent.Given() {
		// Nothing where none is given: ids from before there were consents stay.
		b = appendText(b, t.Consent.text)
	}
	h.buf = b
	return v5(b)
}

// textID returns the id of a text: the UUID that it is in the usual form, or
// else the UUIDv5 of the text in the namespace.
func (h *idMaker) textID(text []byte) uuid.UUID {
	if id, ok := parseUUID(text); ok {
		return id
	}
	h.buf = append(append(h.buf[:0], namespace[:]...), text...)
	return v5(h.buf)
}

// parseUUID accepts the form of 36 characters only: package uuid takes others
// for UUIDs that a source may well mean as plain text.
func parseUUID(text []byte) (uuid.UUID, bool) {
	if len(text) != 36 {
		return uuid.Nil, false
	}
	id, err := uuid.ParseBytes(text)
	return id, err == nil
}

// v5 is the UUIDv5 of data, which begins with the namespace.
func v5(data []byte) uuid.UUID {
	sum := sha1.Sum(data)
	id := uuid.UUID(sum[:16])
	id[6] = id[6]&0x0f | 0x50 // version 5
	id[8] = id[8]&0x3f | 0x80 // variant of RFC 9562
	return id
}

func (h *idMaker) appendProperties(b []byte, properties map[string]string) []byte {
	h.keys = h.keys[:0]
	for key, text := range properties {
		if text != "" {
			h.keys = append(h.keys, key)
		}
	}
	slices.Sort(h.keys)
	b = binary.AppendUvarint(b, uint64(len(h.keys)))
	for _, key := range h.keys {
		b = appendText(appendText(b, key), properties[key])
	}
	clear(h.keys) // keep no text alive
	return b
}

func appendText[T ~string](b []byte, s T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendInstant(b []byte, t time.Time) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(t.Unix()))
	return binary.BigEndian.AppendUint32(b, uint32(t.Nanosecond()))
}

func appendNumber(b []byte, x float64) []byte {
	return binary.BigEndian.AppendUint64(b, math.Float64bits(x+0)) // -0 counts as 0
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}
