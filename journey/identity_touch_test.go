package journey

import (
	"errors"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

func identityTouch(hour float64, channel touchpoint.Channel, properties ...string) touchpoint.Touchpoint {
	t := builderTouch("", hour, channel)
	for i := 0; i < len(properties); i += 2 {
		if t.Properties == nil {
			t.Properties = make(map[string]string)
		}
		t.Properties[properties[i]] = properties[i+1]
	}
	t.Customer = t.Properties["userId"]
	if t.Customer == "" {
		t.Customer = t.Properties["anonymousId"]
	}
	return t
}

func TestSegmentIdentifiers(t *testing.T) {
	touch := identityTouch(0, "web", "userId", "u", "anonymousId", "a", "context.device.id", "d",
		"traits.email", "e", "context.traits.email", "f", "traits.phone", "1", "context.traits.phone", "", "x", "y")
	assert.Equal(t, []Identifier{userID("u"), emailID("e"), emailID("f"), {Phone, "1"}, anonymousID("a"), deviceID("d")},
		SegmentIdentifiers(&touch))
	assert.Nil(t, SegmentIdentifiers(&touchpoint.Touchpoint{Customer: "c"}))
}

func TestIdentityLearnFrom(t *testing.T) {
	d := identityNew(t, IdentityOptions{})
	login := identityTouch(1, "web", "userId", "ann", "anonymousId", "a", "traits.email", "Ann@x.org")
	changes, err := d.LearnFrom(&login, nil)
	require.NoError(t, err)
	require.Len(t, changes, 2)
	assert.Equal(t, []string{"ann", "email:ann@x.org"}, changes[0].Customers())
	assert.Equal(t, []string{"ann", "anonymous:a"}, changes[1].Customers())

	login.Time = login.Time.Add(time.Hour)
	changes, err = d.LearnFrom(&login, nil)
	require.NoError(t, err)
	assert.Empty(t, changes, "seen again")

	// A blocked user id is refused and recorded; the rest goes on without it.
	blocked := identityTouch(1, "web", "userId", "null", "anonymousId", "b", "context.device.id", "d")
	changes, err = d.LearnFrom(&blocked, nil)
	require.NoError(t, err)
	require.Len(t, changes, 2)
	assert.Equal(t, LinkAccepted, changes[0].State)
	assert.Equal(t, BlockedValue, changes[1].Refusal)
	assert.Equal(t, "anonymous:b", identityWho(t, d, deviceID("d"), 1))

	// The address is ann's: it is left out, the visitor is bob's.
	both := identityTouch(3, "web", "userId", "bob", "traits.email", "ann@x.org", "anonymousId", "c")
	changes, err = d.LearnFrom(&both, nil)
	require.NoError(t, err)
	assert.Equal(t, SecondUser, changes[0].Refusal)
	assert.Equal(t, "bob", identityWho(t, d, anonymousID("c"), 1))

	huge := identityTouch(1, "web", "userId", strings.Repeat("secret", 1<<18), "anonymousId", "e", "context.device.id", "f")
	changes, err = d.LearnFrom(&huge, nil)
	require.ErrorIs(t, err, ErrIdentifierTooLong)
	assert.NotContains(t, err.Error(), "secret")
	assert.Len(t, changes, 1, "the others are linked")
	_, err = d.LearnFrom(&touchpoint.Touchpoint{}, func(*touchpoint.Touchpoint) []Identifier { return []Identifier{userID("a"), deviceID("b")} })
	require.ErrorIs(t, err, ErrBadLink, "no time")
}

func TestIdentityStitch(t *testing.T) {
	d := identityNew(t, IdentityOptions{})
	identityLinks(t, d, userID("ann"), anonymousID("a"), 5)
	plain := builderTouch("file", 1, "web")
	id := uuid.UUID{1}
	in := []touchpoint.Touchpoint{
		identityTouch(1, "web", "anonymousId", "a"),
		identityTouch(1, "web", "anonymousId", "b", "userId", "anonymous"),
		identityTouch(1, "web", "anonymousId", "null"),
		plain,
		identityTouch(1, "web", "userId", "ann", "anonymousId", "b"),
		identityTouch(1, "web", "userId", strings.Repeat("secret", 1000)),
		identityTouch(1, "web", "userId", "last"),
	}
	in[4].ID = id
	boom := errors.New("boom")
	source := func(yield func(touchpoint.Touchpoint, error) bool) {
		_ = yield(touchpoint.Touchpoint{}, boom) && identityEach(in, yield)
	}
	var customers []string
	var failed []error
	for touch, err := range d.Stitch(source, nil) {
		if err != nil {
			failed = append(failed, err)
			assert.Zero(t, touch)
			continue
		}
		customers = append(customers, touch.Customer)
		switch touch.Customer {
		case "file":
			assert.Equal(t, plain, touch)
		case "ann":
			assert.NotZero(t, touch.ID)
		}
	}
	assert.Equal(t, []string{"ann", "anonymous:b", "null", "file", "ann", "last"}, customers)
	require.Len(t, failed, 2)
	assert.Equal(t, boom, failed[0])
	var row *touchpoint.RowError
	require.ErrorAs(t, failed[1], &row)
	require.ErrorIs(t, row, ErrIdentifierTooLong)
	assert.NotContains(t, row.Error(), "secret")
	for range d.Stitch(source, nil) {
		break
	}
}

func identityEach(in []touchpoint.Touchpoint, yield func(touchpoint.Touchpoint, error) bool) bool {
	for _, touch := range in {
		if !yield(touch, nil) {
			return false
		}
	}
	return true
}

// TestIdentityStitchKeepsTwo: touches that differ in their identifier only do not
// become duplicates of each other.
func TestIdentityStitchKeepsTwo(t *testing.T) {
	d := identityNew(t, IdentityOptions{})
	identityLinks(t, d, userID("ann"), anonymousID("a"), 5)
	identityLinks(t, d, userID("ann"), anonymousID("b"), 5)
	a, b := identityTouch(1, "web"), identityTouch(1, "web")
	a.Customer, b.Customer = "a", "b"
	visitor := func(t *touchpoint.Touchpoint) []Identifier { return []Identifier{anonymousID(t.Customer)} }
	paths, _, errs := builderCollect(Builder{}, d.Stitch(builderSeq(a, b, b), visitor))
	require.Empty(t, errs)
	assert.Equal(t, []string{"ann: web web > lost @1h"}, builderLines(paths))
}

// TestIdentityRebuild: who builds the journeys of the customers that a change
// names again has after every touchpoint the journeys that one gets by knowing all
// links so far from the start.
func TestIdentityRebuild(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 11))
		d := identityNew(t, IdentityOptions{Holder: Holder(seed % 2)})
		var touches []touchpoint.Touchpoint
		for i := range 25 {
			var p []string
			for _, name := range []string{"userId", "anonymousId", "context.device.id"} {
				if rng.IntN(2) == 0 {
					p = append(p, name, string(rune('a'+rng.IntN(3))))
				}
			}
			if p == nil {
				p = []string{"anonymousId", "a"}
			}
			touches = append(touches, identityTouch(float64(rng.IntN(8)), touchpoint.Channel(rune('A'+i)), p...))
		}
		builder := Builder{ConvertOn: []touchpoint.Kind{"purchase"}}
		kept := make(map[string][]string)
		for i := range touches {
			changes, err := d.LearnFrom(&touches[i], nil)
			require.NoError(t, err)
			var again []string
			for _, c := range changes {
				again = append(again, c.Customers()...)
			}
			for touch := range d.Stitch(builderSeq(touches[i]), nil) {
				again = append(again, touch.Customer) // it has a new touchpoint
			}
			for _, customer := range again {
				delete(kept, customer)
			}
			only := func(in iter.Seq2[touchpoint.Touchpoint, error]) iter.Seq2[touchpoint.Touchpoint, error] {
				return func(yield func(touchpoint.Touchpoint, error) bool) {
					for touch, err := range in {
						if slices.Contains(again, touch.Customer) && !yield(touch, err) {
							return
						}
					}
				}
			}
			identityKeep(t, kept, builder, only(d.Stitch(builderSeq(touches[:i+1]...), nil)))
		}
		whole := make(map[string][]string)
		fresh := identityNew(t, IdentityOptions{Holder: Holder(seed % 2)})
		for _, i := range rng.Perm(len(touches)) {
			_, err := fresh.LearnFrom(&touches[i], nil)
			require.NoError(t, err)
		}
		identityKeep(t, whole, builder, fresh.Stitch(builderSeq(touches...), nil))
		require.Equal(t, whole, kept, "seed %d", seed)
	}
}

func identityKeep(t *testing.T, kept map[string][]string, b Builder, in iter.Seq2[touchpoint.Touchpoint, error]) {
	t.Helper()
	paths, _, errs := builderCollect(b, in)
	require.Empty(t, errs)
	for _, p := range paths {
		kept[p.Customer] = append(kept[p.Customer], builderLines([]Path{p})...)
	}
}
