package journey

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func userID(v string) Identifier      { return Identifier{UserID, v} }
func anonymousID(v string) Identifier { return Identifier{AnonymousID, v} }
func deviceID(v string) Identifier    { return Identifier{Device, v} }
func emailID(v string) Identifier     { return Identifier{Email, v} }

func identityNew(t testing.TB, o IdentityOptions) *Identity {
	t.Helper()
	d, err := NewIdentity(o)
	require.NoError(t, err)
	return d
}

// identityLinks links a pair at an hour.
func identityLinks(t testing.TB, d *Identity, a, b Identifier, hour float64) IdentityChange {
	t.Helper()
	c, err := d.Link(Link{A: a, B: b, From: builderHour(hour)})
	require.NoError(t, err)
	return c
}

// identityWho returns the customer at an hour.
func identityWho(t testing.TB, d *Identity, id Identifier, hour float64) string {
	t.Helper()
	r, err := d.Resolve(id, builderHour(hour))
	require.NoError(t, err)
	return r.Customer
}

func identityBytes(t testing.TB, d *Identity) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, d.Snapshot(&b))
	return b.String()
}

// identityStep is something that an Identity is told.
type identityStep struct {
	link   *Link
	unlink Unlink
	relink bool
}

func (s identityStep) tell(t testing.TB, d *Identity) IdentityChange {
	t.Helper()
	var (
		c   IdentityChange
		err error
	)
	switch {
	case s.link != nil:
		c, err = d.Link(*s.link)
	case s.relink:
		c, err = d.Relink(s.unlink)
	default:
		c, err = d.Unlink(s.unlink)
	}
	require.NoError(t, err)
	return c
}

// identityWorld is a small random history over few identifiers, few times and few
// ids, so that everything clashes with everything.
type identityWorld struct {
	options IdentityOptions
	ids     []Identifier
	steps   []identityStep
}

const identityHours = 6

func newIdentityWorld(rng *rand.Rand) identityWorld {
	w := identityWorld{options: IdentityOptions{
		Kinds: []KindRule{
			{Kind: Email, Limit: 1 + rng.IntN(3)},
			{Kind: AnonymousID, Limit: []int{NoLimit, 1, 2, 3}[rng.IntN(4)]},
			{Kind: Device, Limit: 1 + rng.IntN(3)},
		},
		MaxCluster: []int{NoLimit, 3, 4, 6, 0}[rng.IntN(5)],
		Holder:     Holder(rng.IntN(2)),
	}}
	for i := range 3 {
		for _, kind := range []IdentifierKind{UserID, Email, AnonymousID, Device, "card"} {
			w.ids = append(w.ids, Identifier{kind, fmt.Sprintf("%c%d", kind[0], i)})
		}
	}
	w.ids = append(w.ids, anonymousID("null"))
	pick := func() Identifier { return w.ids[rng.IntN(len(w.ids))] }
	hour := func() time.Time { return builderHour(float64(rng.IntN(identityHours))) }
	ends := rng.IntN(2) == 0
	small := rng.IntN(2) == 0
	if small {
		w.ids = w.ids[:9]
	}
	id := func(kinds int) uuid.UUID {
		if rng.IntN(3) == 0 {
			return uuid.UUID{15: byte(1 + rng.IntN(kinds))}
		}
		return uuid.Nil
	}
	for range 4 + rng.IntN(16) {
		l := Link{ID: id(12), A: pick(), B: pick(), From: hour(), Source: string(rune('p' + rng.IntN(3)))}
		if ends && rng.IntN(3) == 0 {
			l.Until = l.From.Add(time.Duration(1+rng.IntN(3)) * time.Hour)
		}
		w.steps = append(w.steps, identityStep{link: &l})
	}
	for range rng.IntN(5) {
		u := Unlink{Link: id(12), At: hour()}
		if u.Link == uuid.Nil {
			l := w.steps[rng.IntN(4)].link
			u.A, u.B = l.A, l.B
		}
		w.steps = append(w.steps, identityStep{unlink: u, relink: rng.IntN(3) == 0})
	}
	return w
}

// shuffled returns the steps in another order, some of them told again.
func (w *identityWorld) shuffled(rng *rand.Rand) []identityStep {
	steps := append([]identityStep(nil), w.steps...)
	for _, s := range w.steps {
		if rng.IntN(4) == 0 {
			steps = append(steps, s)
		}
	}
	rng.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	return steps
}

// identityView is whose each identifier is at each hour, -1 and the time after
// all included.
type identityView map[Identifier][identityHours + 5]string

func identityViewOf(t testing.TB, d *Identity, ids []Identifier) identityView {
	t.Helper()
	view := make(identityView)
	for _, id := range ids {
		var row [identityHours + 5]string
		for h := range row {
			r, err := d.Resolve(id, builderHour(float64(h)-0.5))
			if err != nil {
				t.Fatal(err)
			}
			row[h] = r.Customer
		}
		view[id] = row
	}
	return view
}

// apply carries out the moves, each of which must be from where the identifier is.
func (v identityView) apply(t testing.TB, moves []IdentityMove) {
	t.Helper()
	for _, m := range moves {
		row, touched := v[m.Identifier], false
		for h := range row {
			at := builderHour(float64(h) - 0.5)
			if at.Before(m.From) || !m.Until.IsZero() && !at.Before(m.Until) {
				continue
			}
			if row[h] != m.Old {
				t.Fatalf("move of %v at hour %d from %q, not %q", m.Identifier, h, m.Old, row[h])
			}
			row[h], touched = m.New, true
		}
		require.True(t, touched, "a move of no time")
		require.NotEqual(t, m.Old, m.New)
		v[m.Identifier] = row
	}
}
