package journey

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

// randomStream has touchpoints of several customers, some delivered again, among
// them some with a time that was corrected another way.
func randomStream(rng *rand.Rand, rules Rules) []touchpoint.Touchpoint {
	var stream []touchpoint.Touchpoint
	for i := range 1 + rng.IntN(6) {
		stream = append(stream, randomTouches(rng, rules, fmt.Sprintf("customer %d", i), 12)...)
	}
	for range rng.IntN(len(stream) + 1) {
		again := stream[rng.IntN(len(stream))]
		if rng.IntN(2) == 0 {
			again.Time = again.Time.Add(time.Duration(rng.IntN(7)-3) * time.Hour)
		}
		stream = append(stream, again)
	}
	return stream
}

// TestTrackerOrder: any permutation, duplication and sharding by customer of a
// stream gives the same snapshot, to the byte, on any store.
func TestTrackerOrder(t *testing.T) {
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(5, 2))
	rules := trackerRules()
	cases := 200
	if testing.Short() {
		cases = 60
	}
	for range cases {
		stream := randomStream(rng, rules)
		sorted := slices.Clone(stream)
		slices.SortFunc(sorted, func(a, b touchpoint.Touchpoint) int {
			if c := strings.Compare(a.Customer, b.Customer); c != 0 {
				return c
			}
			return a.Compare(&b)
		})
		options := TrackerOptions{Rules: rules, Policy: Policy(rng.IntN(2)), DormantAfter: time.Duration(rng.IntN(2)) * 5 * time.Hour}
		first := newTestTracker(t, options, nil)
		observeAll(t, first, sorted)
		want := snapshotOf(t, first)

		for range rng.IntN(len(stream)) {
			stream = append(stream, stream[rng.IntN(len(stream))])
		}
		shards := make([]*Tracker, 1+rng.IntN(3))
		for i := range shards {
			var store Store
			if rng.IntN(2) == 0 {
				store = otherStore{new(MemoryStore)}
			}
			shards[i] = newTestTracker(t, options, store)
		}
		rng.Shuffle(len(stream), func(i, j int) { stream[i], stream[j] = stream[j], stream[i] })
		for i := range stream {
			shard := shards[int(stream[i].Customer[len(stream[i].Customer)-1])%len(shards)]
			observeAll(t, shard, stream[i:i+1])
		}
		rng.Shuffle(len(shards), func(i, j int) { shards[i], shards[j] = shards[j], shards[i] })
		all := newTestTracker(t, options, nil)
		for _, shard := range shards {
			require.NoError(t, all.Restore(ctx, strings.NewReader(snapshotOf(t, shard))))
		}
		require.Equal(t, want, snapshotOf(t, all))
		for i := range stream {
			expected, err := first.History(ctx, stream[i].Customer, hour(40))
			require.NoError(t, err)
			history, err := all.History(ctx, stream[i].Customer, hour(40))
			require.NoError(t, err)
			require.Equal(t, expected, history)
		}
	}
}

// TestTrackerConcurrent: goroutines that deliver the same stream in different
// orders, among others that ask, come to the same state.
func TestTrackerConcurrent(t *testing.T) {
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(5, 3))
	rules := trackerRules()
	var stream []touchpoint.Touchpoint
	for i := range 20 {
		stream = append(stream, randomTouches(rng, rules, fmt.Sprint("customer ", i), 40)...)
	}
	options := TrackerOptions{Rules: rules, Policy: Latest, DormantAfter: 3 * time.Hour}
	one := newTestTracker(t, options, nil)
	observeAll(t, one, stream)
	for _, store := range []Store{new(MemoryStore), otherStore{new(MemoryStore)}} {
		many := newTestTracker(t, options, store)
		var wait sync.WaitGroup
		for range 4 {
			mine := slices.Clone(stream)
			rng.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
			wait.Go(func() {
				for i := range mine {
					if _, err := many.Observe(ctx, &mine[i]); err != nil {
						t.Error(err)
					}
					if _, err := many.Current(ctx, mine[i].Customer, hour(99)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Go(func() {
			for range 5 {
				if err := many.Snapshot(ctx, discard{}); err != nil {
					t.Error(err)
				}
				for _, err := range many.LostAt(ctx, "use", hour(0), hour(30), hour(99)) {
					if err != nil {
						t.Error(err)
					}
				}
			}
		})
		wait.Wait()
		require.Equal(t, snapshotOf(t, one), snapshotOf(t, many))
	}
}

// TestTrackersShareStore: trackers of different rules on one store do not disturb
// each other.
func TestTrackersShareStore(t *testing.T) {
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(5, 4))
	rules := trackerRules()
	store := new(MemoryStore)
	latest := newTestTracker(t, TrackerOptions{Policy: Latest}, store)
	highest := newTestTracker(t, TrackerOptions{Policy: HighWater, DormantAfter: time.Hour}, store)
	for i := range 100 {
		customer := fmt.Sprint(i)
		touches := randomTouches(rng, rules, customer, 12)
		for i := range touches {
			tracker := latest
			if rng.IntN(2) == 0 {
				tracker = highest
			}
			observeAll(t, tracker, touches[i:i+1])
		}
		for _, tracker := range []*Tracker{latest, highest} {
			alone := newTestTracker(t, tracker.options, nil)
			observeAll(t, alone, touches)
			want, err := alone.History(ctx, customer, hour(99))
			require.NoError(t, err)
			got, err := tracker.History(ctx, customer, hour(99))
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	}
}

// FuzzTracker: three bytes are a touchpoint. Forwards and backwards they come to
// the same, which is what the definitions say.
func FuzzTracker(f *testing.F) {
	f.Add([]byte{0, 0, 0, 2, 1, 1, 7, 2, 1}, true)
	f.Add([]byte{2, 9, 1, 5, 9, 0, 6, 1, 2, 8, 4, 1, 9, 23, 0}, false)
	f.Fuzz(func(t *testing.T, data []byte, latest bool) {
		rules := trackerRules()
		options := TrackerOptions{Rules: rules, DormantAfter: 3 * time.Hour}
		if latest {
			options.Policy = Latest
		}
		var touches []touchpoint.Touchpoint
		for i := 0; i+3 <= min(len(data), 45); i += 3 {
			kind := rules.Rules[int(data[i])%len(rules.Rules)].Kinds[0]
			touch := script(t, "ann", fmt.Sprintf("%s@%d#%d", kind, data[i+1]%24, data[i+2]%4))[0]
			touch.ID[14] = byte(i)
			touches = append(touches, touch)
		}
		if len(touches) == 0 {
			return
		}
		forwards, backwards := newTestTracker(t, options, nil), newTestTracker(t, options, nil)
		observeAll(t, forwards, touches)
		want := newOracle(rules, options.Policy, options.DormantAfter, touches, hour(48)).history(hour(48))
		slices.Reverse(touches)
		observeAll(t, backwards, touches)
		require.Equal(t, snapshotOf(t, forwards), snapshotOf(t, backwards))
		for _, tracker := range []*Tracker{forwards, backwards} {
			got, err := tracker.History(context.Background(), "ann", hour(48))
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	})
}
