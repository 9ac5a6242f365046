package touchpoint

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNamespace(t *testing.T) {
	assert.Equal(t, uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/cjm-go/cjm")).String(), Namespace)
}

// The id of a content must never change: users store it. The expected id is
// the UUIDv5, by package uuid, of the canonical encoding written out by hand.
func TestContentIDIsFixed(t *testing.T) {
	tp := Touchpoint{
		Customer: "c1", Time: time.Unix(1767225600, 5), Seq: 2, Channel: "email", Setting: Online, Kind: "visit", Conversion: true, Value: 1,
		Properties: map[string]string{"b": "2", "a": "1", "empty": ""},
	}
	encoding := "\xff\x01" + "\x02c1" +
		"\x00\x00\x00\x00\x69\x55\xb9\x00" + "\x00\x00\x00\x05" + // 1767225600 s, 5 ns
		"\x00\x00\x00\x00\x00\x00\x00\x02" +
		"\x05email" + "\x01" + "\x05visit" + "\x00" + // stage
		"\x00\x00\x00\x00\x00\x00" + // campaign
		"\x01" + "\x3f\xf0\x00\x00\x00\x00\x00\x00" + // conversion, value 1
		"\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00" + // currency, cost
		"\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00" + // emotion
		"\x02" + "\x01a\x011" + "\x01b\x012"
	want := uuid.NewSHA1(uuid.MustParse(Namespace), []byte(encoding))
	assert.Equal(t, want, tp.ContentID())
	assert.Equal(t, uuid.Version(5), want.Version())
	assert.Equal(t, uuid.RFC4122, tp.ContentID().Variant())
}

// Each field but ID and Received changes the id; those two do not.
func TestContentIDCoversEveryField(t *testing.T) {
	emotion, _ := NewEmotion(0)
	changes := map[string]func(*Touchpoint){
		"Customer":   func(t *Touchpoint) { t.Customer = "x" },
		"Time":       func(t *Touchpoint) { t.Time = t.Time.Add(1) },
		"Seq":        func(t *Touchpoint) { t.Seq++ },
		"Channel":    func(t *Touchpoint) { t.Channel = "x" },
		"Setting":    func(t *Touchpoint) { t.Setting = Offline },
		"Kind":       func(t *Touchpoint) { t.Kind = "x" },
		"Stage":      func(t *Touchpoint) { t.Stage = "x" },
		"Conversion": func(t *Touchpoint) { t.Conversion = true },
		"Value":      func(t *Touchpoint) { t.Value = 1 },
		"Currency":   func(t *Touchpoint) { t.Currency = "EUR" },
		"Cost":       func(t *Touchpoint) { t.Cost = 1 },
		"Emotion":    func(t *Touchpoint) { t.Emotion = emotion },
		"Consent":    func(t *Touchpoint) { t.Consent, _ = NewConsent(nil) },
		"Properties": func(t *Touchpoint) { t.Properties = map[string]string{"x": "y"} },
	}
	tags := reflect.TypeFor[Campaign]()
	for i := range tags.NumField() {
		changes["Campaign."+tags.Field(i).Name] = func(t *Touchpoint) { reflect.ValueOf(&t.Campaign).Elem().Field(i).SetString("x") }
	}
	assert.Len(t, changes, reflect.TypeFor[Touchpoint]().NumField()-2-1+tags.NumField(), "a field is not covered")

	base := Touchpoint{Time: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	seen := map[uuid.UUID]string{base.ContentID(): "base"}
	for name, change := range changes {
		tp := base
		change(&tp)
		id := tp.ContentID()
		assert.Empty(t, seen[id], "%s has the id of", name)
		seen[id] = name
	}
	same := base
	same.ID, same.Received = uuid.UUID{1}, base.Time
	assert.Equal(t, base.ContentID(), same.ContentID())
}

func TestContentIDIgnoresForm(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		a := randomTouchpoint(rng)
		b := a
		b.Time = a.Time.In(time.FixedZone("", 3600))
		b.Properties = map[string]string{"nothing": ""}
		for key, text := range a.Properties {
			b.Properties[key] = text
		}
		if a.Cost == 0 {
			b.Cost = math.Copysign(0, -1)
		}
		require.Equal(t, a.ContentID(), b.ContentID())
	}
}

// Lengths are part of the encoding, so text cannot move between fields.
func TestContentIDKeepsFieldsApart(t *testing.T) {
	a := Touchpoint{Customer: "ab", Channel: "c"}
	b := Touchpoint{Customer: "a", Channel: "bc"}
	assert.NotEqual(t, a.ContentID(), b.ContentID())
	a = Touchpoint{Properties: map[string]string{"a": "b", "c": "d"}}
	b = Touchpoint{Properties: map[string]string{"a": "b\x01c\x01d"}}
	assert.NotEqual(t, a.ContentID(), b.ContentID())
	a = Touchpoint{Campaign: Campaign{Source: "x"}}
	b = Touchpoint{Campaign: Campaign{Medium: "x"}}
	assert.NotEqual(t, a.ContentID(), b.ContentID())
}

func TestTextID(t *testing.T) {
	var h idMaker
	const id = "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"
	assert.Equal(t, uuid.MustParse(id), h.textID([]byte(id)))
	for _, text := range []string{
		"order-17", "", "f81d4fae7dec11d0a76500a0c91e6bf6", "{" + id + "}", "urn:uuid:" + id,
		"F81D4FAE-7DEC-11D0-A765-00A0C91E6BFX", "F81D4FAE_7DEC_11D0_A765_00A0C91E6BF6",
	} {
		assert.Equal(t, uuid.NewSHA1(uuid.MustParse(Namespace), []byte(text)), h.textID([]byte(text)), text)
	}
}
