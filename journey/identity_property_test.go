package journey

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestIdentityOrders: whatever the order and however often things are told, the
// answers are those of the oracle, and snapshots and audits are the same. After
// each step, the moves told lead from the old answers to the new ones, and all is
// as if a snapshot had been read at once.
func TestIdentityOrders(t *testing.T) {
	refused := make(map[Refusal]int)
	for seed := range uint64(250) {
		rng := rand.New(rand.NewPCG(seed, 5))
		w := newIdentityWorld(rng)
		var (
			first, text string
			audit       []AuditEntry
		)
		for round := range 3 {
			d := identityNew(t, w.options)
			view := identityViewOf(t, d, w.ids)
			for _, step := range w.shuffled(rng) {
				change := step.tell(t, d)
				if change.Known {
					require.Empty(t, change.Moves)
				}
				view.apply(t, change.Moves)
				if round == 0 {
					identitySame(t, identityViewOf(t, d, w.ids), view, seed)
					again := identityNew(t, w.options)
					require.NoError(t, again.Restore(strings.NewReader(identityBytes(t, d))))
					identitySame(t, view, identityViewOf(t, again, w.ids), seed)
				}
			}
			require.Equal(t, identityViewOf(t, d, w.ids), view, "seed %d", seed)
			entries, err := d.Audit()
			require.NoError(t, err)
			require.Equal(t, view, identityViewOf(t, d, w.ids), "seed %d: after the audit", seed)
			text = identityBytes(t, d)
			if round > 0 {
				require.Equal(t, first, text, "seed %d", seed)
				require.Equal(t, audit, entries, "seed %d", seed)
				continue
			}
			first, audit = text, entries
			oracle := newIdentityOracle(&w, d)
			for id, row := range view {
				for h, customer := range row {
					if want := oracle.customer(id, builderHour(float64(h)-0.5)); customer != want {
						t.Fatalf("seed %d: %v at %d is %q, not %q", seed, id, h, customer, want)
					}
				}
			}
			for _, e := range entries {
				refused[e.Refusal]++
			}
			identityCheckMembers(t, d, view)
		}
	}
	for r := range refusalNames {
		assert.Greater(t, refused[Refusal(r)], 30, "%v: the worlds are too peaceful", Refusal(r))
	}
}

// identityCheckMembers: an identifier is a member of the customer that it
// resolves to, at that time, and of no other.
func identityCheckMembers(t *testing.T, d *Identity, view identityView) {
	t.Helper()
	members := make(map[string][]IdentityMember)
	for id := range view {
		members[id.Customer()] = d.Members(id.Customer())
	}
	for id, row := range view {
		for h, customer := range row {
			at := builderHour(float64(h) - 0.5)
			for other, all := range members {
				is := slices.ContainsFunc(all, func(m IdentityMember) bool {
					return m.Identifier == id && !at.Before(m.From) && (m.Until.IsZero() || at.Before(m.Until))
				})
				if is != (other == customer && len(members[customer]) > 0) {
					t.Fatalf("%v is of %q, which Members denies", id, customer)
				}
			}
		}
	}
}

func identitySame(t *testing.T, want, got identityView, seed uint64) {
	t.Helper()
	if !maps.Equal(want, got) {
		require.Equal(t, want, got, "seed %d", seed)
	}
}

// TestIdentityNeverTwoUsers: a user id always is its own customer, at all times.
func TestIdentityNeverTwoUsers(t *testing.T) {
	for seed := range uint64(300) {
		w := newIdentityWorld(rand.New(rand.NewPCG(seed, 6)))
		d := identityNew(t, w.options)
		for _, s := range w.steps {
			s.tell(t, d)
		}
		for id, row := range identityViewOf(t, d, w.ids) {
			for _, customer := range row {
				if id.Kind == UserID {
					require.Equal(t, id.Customer(), customer)
				}
			}
		}
	}
}

// TestIdentityEraseProperty: after an erasure all is as if nothing that names an
// erased identifier had ever been told.
func TestIdentityEraseProperty(t *testing.T) {
	erased := 0
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 7))
		w := newIdentityWorld(rng)
		d := identityNew(t, w.options)
		for _, s := range w.steps {
			s.tell(t, d)
		}
		view := identityViewOf(t, d, w.ids)
		e := d.Erase(w.ids[rng.IntN(len(w.ids))].Customer())
		gone := make(map[Identifier]bool)
		for _, id := range e.Identifiers {
			gone[id] = true
			delete(view, id)
			require.NotContains(t, identityBytes(t, d), fmt.Sprintf("%q", id.String()))
			require.Empty(t, d.Members(id.Customer()))
			_, known := d.nodes[id]
			require.False(t, known)
		}
		erased += len(gone)
		moves := e.Moves
		for i := range moves {
			require.False(t, gone[moves[i].Identifier], "seed %d", seed)
		}
		view.apply(t, moves)
		for id, row := range identityViewOf(t, d, w.ids) {
			if !gone[id] {
				require.Equal(t, view[id], row, "seed %d: %v", seed, id)
			}
		}
		again := identityNew(t, w.options)
		require.NoError(t, again.Restore(strings.NewReader(identityBytes(t, d))))
		require.Equal(t, identityViewOf(t, again, w.ids), identityViewOf(t, d, w.ids), "seed %d", seed)
		require.Len(t, d.nodes, len(again.nodes), "seed %d: a node without links stayed", seed)
	}
	require.Greater(t, erased, 150)
}

// TestIdentitySnapshotsUnite: reading two snapshots is hearing both stories.
func TestIdentitySnapshotsUnite(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 8))
		w := newIdentityWorld(rng)
		whole, both := identityNew(t, w.options), identityNew(t, w.options)
		parts := [2]*Identity{identityNew(t, w.options), identityNew(t, w.options)}
		for _, s := range w.steps {
			s.tell(t, whole)
			s.tell(t, parts[rng.IntN(2)])
		}
		for _, p := range parts {
			var b bytes.Buffer
			require.NoError(t, p.Snapshot(&b))
			require.NoError(t, both.Restore(&b))
		}
		require.Equal(t, identityBytes(t, whole), identityBytes(t, both))
		require.Equal(t, identityViewOf(t, whole, w.ids), identityViewOf(t, both, w.ids))
	}
}

func TestIdentityUnlinkIsReversible(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 9))
		w := newIdentityWorld(rng)
		d := identityNew(t, w.options)
		for _, s := range w.steps {
			if s.link != nil {
				s.tell(t, d)
			}
		}
		before := identityViewOf(t, d, w.ids)
		l := w.steps[rng.IntN(4)].link
		u := Unlink{A: l.B, B: l.A, At: builderHour(1)}
		_, err := d.Unlink(u)
		require.NoError(t, err)
		u.At = u.At.Add(time.Hour)
		_, err = d.Relink(u)
		require.NoError(t, err)
		require.Equal(t, before, identityViewOf(t, d, w.ids), "seed %d", seed)
	}
}
