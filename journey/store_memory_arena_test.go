package journey

import (
	"bytes"
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Runs never overlap, keep what was written and are zero when they are taken, the
// first time and again.
func TestArena(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 11))
	var a arena[uint32]
	long := a.blockItems()
	type run struct {
		at   spot
		n    int
		mark uint32
	}
	var runs []run
	clean, kept := true, true
	taken, items := 0, 0
	for mark := range uint32(5000) {
		if len(runs) > 0 && rng.IntN(5) < 2 {
			i := rng.IntN(len(runs))
			r := runs[i]
			for _, x := range a.at(r.at, r.n) {
				kept = kept && x == r.mark
			}
			a.release(r.at, r.n)
			runs[i] = runs[len(runs)-1]
			runs = runs[:len(runs)-1]
			continue
		}
		n := 1 + rng.IntN(12)
		if rng.IntN(300) == 0 {
			n = long + 1 + rng.IntN(long)
		}
		p := a.take(n)
		require.NotZero(t, p)
		items := a.at(p, n)
		require.Len(t, items, n)
		for i := range items {
			clean = clean && items[i] == 0
			items[i] = mark + 1
		}
		runs = append(runs, run{p, n, mark + 1})
		if n <= long {
			taken += n
		}
	}
	assert.True(t, clean, "a run that is taken is zero")
	assert.True(t, kept, "a run keeps what was written")
	for _, block := range a.blocks {
		if cap(block) <= long {
			items += cap(block)
		}
	}
	assert.Less(t, items, taken*3/4, "runs are used again")
}

func TestTextArena(t *testing.T) {
	var a textArena
	assert.Zero(t, a.put(""))
	assert.Empty(t, a.text(0))
	a.drop(0)
	texts := []string{"x", "ann", strings.Repeat("long", 5000), "a\x00b", "ann"}
	spots := make([]spot, len(texts))
	for i, text := range texts {
		spots[i] = a.put(text)
	}
	for i, text := range texts {
		assert.Equal(t, text, string(a.text(spots[i])))
	}
}

// Erase leaves not a byte behind, in memory that is used again neither.
func TestMemoryStoreEraseClears(t *testing.T) {
	ctx := context.Background()
	tracker := newTestTracker(t, TrackerOptions{}, nil)
	for i := range 3 * few {
		touch := script(t, secretName, "buy@0#"+secretOrder)[0]
		touch.ID = [16]byte{0: 0xee, 1: 0xee, 2: 0xee, 3: 0xee, 14: byte(i), 15: byte(i)}
		touch.Time = hour(i)
		observeAll(t, tracker, append(script(t, "bob", "cart@0"), touch))
	}
	shard, _ := tracker.memory.lock(secretName)
	defer shard.mu.Unlock()
	holds := func() (name, order, id bool) {
		for _, block := range shard.texts.blocks {
			block = block[:cap(block)]
			name = name || bytes.Contains(block, []byte(secretName))
			order = order || bytes.Contains(block, []byte(secretOrder))
		}
		for _, block := range shard.records.blocks {
			for _, r := range block[:cap(block)] {
				id = id || bytes.HasPrefix(r.id[:], []byte{0xee, 0xee, 0xee, 0xee})
			}
		}
		return name, order, id
	}
	name, order, id := holds()
	require.True(t, name && order && id, "the test sees them")
	require.Len(t, shard.ids, 1)
	shard.mu.Unlock()
	_, err := tracker.Erase(ctx, secretName)
	require.NoError(t, err)
	shard.mu.Lock()
	name, order, id = holds()
	assert.False(t, name || order || id)
	assert.Empty(t, shard.ids)
}
