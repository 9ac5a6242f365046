package journey

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

func TestTrackerTimeIn(t *testing.T) {
	ctx := context.Background()
	tracker := newTestTracker(t, TrackerOptions{Policy: Latest, DormantAfter: 10 * time.Hour}, nil)
	observeAll(t, tracker, script(t, "ann", "seen@0 cart@1 look@3 seen@20 cart@21 buy@22 refund@23 buy@30"))
	const h = time.Hour
	for at, want := range map[int][]StageTime{
		0:  {},
		1:  {{Stage: "cart", Visits: 1}},
		13: {{Stage: "look", Visits: 1, Time: 10 * h}, {Stage: "cart", Visits: 1, Time: 2 * h}},
		17: {{Stage: "look", Visits: 1, Time: 14 * h, Dormant: 4 * h}, {Stage: "cart", Visits: 1, Time: 2 * h}},
		50: {
			{Stage: "look", Visits: 1, Time: 18 * h, Dormant: 7 * h},
			{Stage: "cart", Visits: 3, Time: 10 * h},
			{Stage: "buy", Visits: 2, Time: 21 * h, Dormant: 10 * h},
		},
	} {
		got, err := tracker.TimeIn(ctx, "ann", hour(at))
		require.NoError(t, err)
		assert.Equal(t, want, got, "hour %d", at)
	}

	// A refund may leave no stage, and the time then counts for none.
	observeAll(t, tracker, script(t, "bob", "buy@0 refund@5"))
	got, err := tracker.TimeIn(ctx, "bob", hour(9))
	require.NoError(t, err)
	assert.Equal(t, []StageTime{{Stage: "buy", Visits: 1, Time: 5 * h}}, got)
}

// Times add up to the time since the first stage, wherever the customer went.
func TestTrackerTimeInAddsUp(t *testing.T) {
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(5, 5))
	rules := trackerRules()
	for i := range 500 {
		options := TrackerOptions{Rules: rules, Policy: Policy(rng.IntN(2)), DormantAfter: time.Duration(rng.IntN(3)) * 2 * time.Hour}
		tracker := newTestTracker(t, options, nil)
		customer := fmt.Sprint(i)
		observeAll(t, tracker, randomTouches(rng, rules, customer, 12))
		at := hour(rng.IntN(40))
		history, err := tracker.History(ctx, customer, at)
		if err != nil {
			continue
		}
		times, err := tracker.TimeIn(ctx, customer, at)
		require.NoError(t, err)
		var want, wantDormant, got, dormant time.Duration
		for i, t := range history {
			end := at
			if i+1 < len(history) {
				end = history[i+1].At
			}
			if t.To != "" {
				want += end.Sub(t.At)
				if t.Kind == Slept {
					wantDormant += end.Sub(t.At)
				}
			}
		}
		for _, s := range times {
			got += s.Time
			dormant += s.Dormant
			require.Positive(t, s.Visits)
		}
		require.Equal(t, want, got)
		require.Equal(t, wantDormant, dormant)
	}
}

func TestTrackerTimeInSaturates(t *testing.T) {
	tracker := newTestTracker(t, TrackerOptions{Policy: Latest}, nil)
	touches := script(t, "ann", "look@0 cart@1 look@2")
	touches[0].Time = touches[0].Time.AddDate(-500, 0, 0)
	observeAll(t, tracker, touches)
	got, err := tracker.TimeIn(context.Background(), "ann", hour(0).AddDate(400, 0, 0))
	require.NoError(t, err)
	assert.Equal(t, time.Duration(math.MaxInt64), got[0].Time)
}

// TestTrackerLostAt compares with a look at every customer.
func TestTrackerLostAt(t *testing.T) {
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(5, 6))
	rules := trackerRules()
	found := 0
	for range 100 {
		options := TrackerOptions{Rules: rules, Policy: Policy(rng.IntN(2)), DormantAfter: time.Duration(1+rng.IntN(5)) * time.Hour}
		var store Store
		if rng.IntN(2) == 0 {
			store = otherStore{new(MemoryStore)}
		}
		tracker := newTestTracker(t, options, store)
		for i := range 10 {
			observeAll(t, tracker, randomTouches(rng, rules, fmt.Sprint("customer ", i), 8))
		}
		for range 20 {
			from, to, at := hour(rng.IntN(30)), hour(rng.IntN(40)), hour(rng.IntN(40))
			if rng.IntN(4) == 0 {
				from = time.Time{}
			}
			if rng.IntN(4) == 0 {
				to = time.Time{}
			}
			s := trackerModel.Steps[rng.IntN(trackerModel.Len())].Stage
			var want, got []Standing
			for i := range 10 {
				standing, err := tracker.Current(ctx, fmt.Sprint("customer ", i), at)
				since := standing.DormantSince
				if err == nil && standing.Dormant && standing.Stage == s && !since.Before(from) && (to.IsZero() || since.Before(to)) {
					want = append(want, standing)
				}
			}
			for standing, err := range tracker.LostAt(ctx, s, from, to, at) {
				require.NoError(t, err)
				got = append(got, standing)
			}
			require.Equal(t, want, got)
			found += len(got)
		}
	}
	require.Greater(t, found, 500, "the test looks at something")
}

func TestTrackerLostAtEnds(t *testing.T) {
	ctx := context.Background()
	tracker := newTestTracker(t, TrackerOptions{DormantAfter: time.Hour}, nil)
	for _, name := range []string{"ann", "bob", "cid"} {
		observeAll(t, tracker, script(t, name, "cart@0"))
	}
	n := 0
	for range tracker.LostAt(ctx, "cart", time.Time{}, time.Time{}, hour(5)) {
		n++
		break
	}
	assert.Equal(t, 1, n)

	last := func(tracker *Tracker, s stage.Stage) (err error) {
		for _, err = range tracker.LostAt(ctx, s, hour(0), hour(5), hour(5)) {
		}
		return err
	}
	require.NoError(t, last(tracker, "cart"))
	require.ErrorIs(t, last(tracker, "nowhere"), ErrUnknownStage)
	require.ErrorIs(t, last(tracker, ""), ErrUnknownStage)
	require.ErrorIs(t, last(newTestTracker(t, TrackerOptions{}, nil), "cart"), ErrNoDormancy)
}

// A store is never asked for a time before all times.
func TestEarlier(t *testing.T) {
	assert.Equal(t, hour(0), earlier(hour(2), 2*time.Hour))
	assert.Equal(t, time.Time{}, earlier(time.Time{}.Add(time.Hour), 2*time.Hour))
	assert.Equal(t, time.Time{}, earlier(time.Time{}, time.Hour))
}

func TestTrackerErase(t *testing.T) {
	ctx := context.Background()
	for _, store := range []Store{new(MemoryStore), otherStore{new(MemoryStore)}} {
		tracker := newTestTracker(t, TrackerOptions{}, store)
		observeAll(t, tracker, script(t, "ann", "cart@1 buy@2#4711 refund@4#4711 seen@3"))
		observeAll(t, tracker, script(t, "bob", "cart@0"))
		erasure, err := tracker.Erase(ctx, "ann")
		require.NoError(t, err)
		assert.Equal(t, Erasure{Evidence: 4, First: hour(1), Last: hour(4), Orders: 2}, erasure)
		_, err = tracker.Current(ctx, "ann", hour(9))
		require.ErrorIs(t, err, ErrUnknownCustomer)
		snapshot := snapshotOf(t, tracker)
		assert.NotContains(t, snapshot, "ann")
		assert.NotContains(t, snapshot, "4711")
		assert.Contains(t, snapshot, "bob")

		erasure, err = tracker.Erase(ctx, "ann")
		require.NoError(t, err)
		assert.Zero(t, erasure, "there is nothing left")

		// A touchpoint that comes again is the first of a new customer.
		touches := script(t, "ann", "look@0")
		change, err := tracker.Observe(ctx, &touches[0])
		require.NoError(t, err)
		assert.Len(t, change.Made, 1)
		assert.False(t, change.Duplicate)
	}
}

// The touchpoint given is not changed, and one without ID is told by its content.
func TestTrackerContentID(t *testing.T) {
	store := &failingStore{Store: new(MemoryStore)}
	tracker := newTestTracker(t, TrackerOptions{}, store)
	touch := touchpoint.Touchpoint{Customer: "ann", Kind: "cart", Time: hour(0).In(time.FixedZone("", 3600))}
	before := touch
	change, err := tracker.Observe(context.Background(), &touch)
	require.NoError(t, err)
	assert.Equal(t, before, touch)
	assert.Equal(t, touch.ContentID(), change.Made[0].Touchpoint)
	assert.Equal(t, hour(0), change.Made[0].At, "in UTC")
	assert.Equal(t, hour(0), store.added.Time, "in UTC")
	change, err = tracker.Observe(context.Background(), &touch)
	require.NoError(t, err)
	assert.True(t, change.Duplicate)
}
