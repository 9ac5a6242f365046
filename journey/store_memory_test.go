package journey

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMemoryStoreModel compares with a map and InsertEvidence over random calls.
func TestMemoryStoreModel(t *testing.T) {
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(5, 9))
	store, model := new(MemoryStore), make(map[string][]Evidence)
	for step := range 5000 {
		customer := fmt.Sprint("customer ", rng.IntN(200))
		switch rng.IntN(10) {
		default:
			e := randomEvidence(rng)
			want, _ := InsertEvidence(model[customer], e)
			was, now, err := store.Add(ctx, customer, e)
			require.NoError(t, err)
			require.Equal(t, model[customer], was)
			require.Equal(t, want, now)
			model[customer] = want
		case 0:
			got, err := store.Erase(ctx, customer)
			require.NoError(t, err)
			require.Equal(t, model[customer], got)
			delete(model, customer)
		case 1:
			got, err := store.Evidence(ctx, customer)
			require.NoError(t, err)
			require.Equal(t, model[customer], got)
		}
		if step%500 > 0 {
			continue
		}
		var all []CustomerEvidence
		for c, err := range store.All(ctx) {
			require.NoError(t, err)
			all = append(all, c)
		}
		var want []CustomerEvidence
		for _, name := range slices.Sorted(maps.Keys(model)) {
			want = append(want, CustomerEvidence{name, model[name]})
		}
		require.Equal(t, want, all)
		for from := range 6 {
			for to := range 7 {
				var quiet, wantQuiet []string
				first, last := hour(from), hour(to)
				if from == 5 {
					first = time.Time{}
				}
				if to == 6 {
					last = time.Time{}
				}
				for name, err := range store.Quiet(ctx, first, last) {
					require.NoError(t, err)
					quiet = append(quiet, name)
				}
				for _, c := range want {
					at := c.Evidence[len(c.Evidence)-1].Time
					if !at.Before(first) && (last.IsZero() || at.Before(last)) {
						wantQuiet = append(wantQuiet, c.Customer)
					}
				}
				require.Equal(t, wantQuiet, quiet)
			}
		}
	}
}

// Beyond the size up to which customers are searched through, too, an ID counts
// once and orders keep their numbers.
func TestMemoryStoreManyTouchpoints(t *testing.T) {
	ctx := context.Background()
	for _, late := range []bool{false, true} {
		tracker := newTestTracker(t, TrackerOptions{Policy: Latest}, nil)
		plain := newTestTracker(t, TrackerOptions{Policy: Latest}, otherStore{new(MemoryStore)})
		for i := range 5 * few {
			touch := script(t, "ann", fmt.Sprintf("buy@%d#%d", i, i/2))[0]
			touch.ID = uuid.UUID{0: 1, 14: byte(i), 15: byte(i % 4)}
			for again := range 2 {
				touch.Time = touch.Time.Add(time.Duration(again) * time.Minute) // corrected another way
				if late && i%7 == 0 {
					touch.Time = touch.Time.Add(-90 * time.Minute)
				}
				got, err := tracker.Observe(ctx, &touch)
				require.NoError(t, err)
				want, err := plain.Observe(ctx, &touch)
				require.NoError(t, err)
				require.Equal(t, want, got)
			}
		}
		require.Equal(t, snapshotOf(t, plain), snapshotOf(t, tracker))
		standing, err := tracker.Current(ctx, "ann", hour(1000))
		require.NoError(t, err)
		require.EqualValues(t, 5*few/2, standing.Purchases)
	}
}

// The table finds what it holds while customers come and go, also where many
// hashes begin alike.
func TestMemoryTable(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 10))
	var shard memoryShard
	hash := func(name string) uint64 { return hashCustomer(name) % 32 << 32 }
	held := make(map[string]bool)
	for range 5000 {
		name := fmt.Sprint(rng.IntN(60))
		slot, c := shard.find(name, hash(name))
		require.Equal(t, held[name], c != nil)
		switch {
		case c == nil:
			shard.push(shard.add(name, hash(name)), &Evidence{Order: "order " + name}, 0)
			held[name] = true
		case rng.IntN(2) == 0:
			require.Equal(t, name, string(shard.texts.text(c.name)))
			shard.remove(slot)
			delete(held, name)
		}
	}
	for name := range held {
		_, c := shard.find(name, hash(name))
		require.NotNil(t, c)
	}
	assert.Equal(t, len(held), shard.inUse)
	assert.Less(t, shard.customers.items, 2*60, "places are used again")
	for c := range shard.customers.all() {
		assert.Equal(t, held[string(shard.texts.text(c.name))], c.n > 0)
	}
}

// TestMemoryStoreSizes pins what the documentation of MemoryStore says, and that
// the spot of a customer can be shortened.
func TestMemoryStoreSizes(t *testing.T) {
	var customers arena[memoryCustomer]
	assert.LessOrEqual(t, customers.blockItems(), 1<<shortItem)
	for _, p := range []spot{newSpot(0, 0), newSpot(7, 1<<shortItem-1), newSpot(1<<(32-shortItem)-2, 5)} {
		assert.Equal(t, p, lengthen(shorten(p)))
	}
	if unsafe.Sizeof(uintptr(0)) == 8 {
		assert.EqualValues(t, 48, unsafe.Sizeof(record{}))
		assert.EqualValues(t, 64, unsafe.Sizeof(memoryCustomer{}))
	}
}

func TestMemoryStoreContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	store := new(MemoryStore)
	for _, name := range []string{"ann", "bob"} {
		_, _, err := store.Add(ctx, name, Evidence{Time: hour(0)})
		require.NoError(t, err)
	}
	n := 0
	for range store.All(ctx) {
		n++
		break
	}
	for range store.Quiet(ctx, time.Time{}, time.Time{}) {
		n++
		break
	}
	assert.Equal(t, 2, n)
	var last error
	for _, err := range store.All(ctx) {
		last = err
		cancel()
	}
	require.ErrorIs(t, last, context.Canceled, "cancelled on the way")
	for _, err := range store.All(ctx) {
		require.ErrorIs(t, err, context.Canceled)
	}
	for _, err := range store.Quiet(ctx, time.Time{}, time.Time{}) {
		require.ErrorIs(t, err, context.Canceled)
	}
	_, _, err := store.Add(ctx, "ann", Evidence{})
	require.ErrorIs(t, err, context.Canceled)
	_, err = store.Evidence(ctx, "ann")
	require.ErrorIs(t, err, context.Canceled)
	_, err = store.Erase(ctx, "ann")
	require.ErrorIs(t, err, context.Canceled)
}
