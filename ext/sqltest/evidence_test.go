package sqltest

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

var ctx = context.Background()

var start = time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)

// idOf returns an ID that stands for the number.
func idOf(n int) (id uuid.UUID) {
	binary.BigEndian.PutUint64(id[8:], uint64(n))
	return id
}

// randomEvidence has few IDs and few times, so that there are deliveries that
// differ, and ties.
func randomEvidence(rng *rand.Rand) journey.Evidence {
	e := journey.Evidence{
		ID:   idOf(1 + rng.IntN(12)),
		Time: start.Add(time.Duration(rng.IntN(5))*time.Hour + time.Duration(rng.IntN(3))),
		Seq:  int64(rng.IntN(3) - 1), Rule: fmt.Sprint("rule ", rng.IntN(2)),
		Stage: stage.Decision, Effect: journey.Effect(rng.IntN(4)),
	}
	if e.Effect == journey.Activity {
		e.Stage = ""
	}
	if rng.IntN(2) == 0 {
		e.Order = fmt.Sprint("order ", rng.IntN(3))
	}
	return e
}

// touchpoints is a stream of a shop: for each customer what Segment's rules know,
// with orders, refunds and ties.
func touchpoints(rng *rand.Rand, customers, n int) []touchpoint.Touchpoint {
	kinds := []touchpoint.Kind{
		"Products Searched", "Product Viewed", "Product Added", "Checkout Started",
		"Order Completed", "Order Refunded", "Product Reviewed",
	}
	all := make([]touchpoint.Touchpoint, n)
	for i := range all {
		all[i] = touchpoint.Touchpoint{
			ID: idOf(i + 1), Customer: fmt.Sprint("customer ", rng.IntN(customers)),
			Time: start.Add(time.Duration(i/2) * time.Minute), Kind: kinds[rng.IntN(len(kinds))],
			Properties: map[string]string{"order_id": fmt.Sprint(rng.IntN(5))},
		}
	}
	return all
}

func newTracker(tb testing.TB, s journey.Store) *journey.Tracker {
	t, err := journey.NewTracker(journey.TrackerOptions{
		Rules: journey.SegmentRules(), Policy: journey.Latest, DormantAfter: time.Hour,
	}, s)
	require.NoError(tb, err)
	return t
}

// snapshot returns the bytes of the state in the store.
func snapshot(tb testing.TB, s journey.Store) string {
	var b bytes.Buffer
	require.NoError(tb, newTracker(tb, s).Snapshot(ctx, &b))
	return b.String()
}

// clean returns the bytes of the state after the touchpoints, in memory.
func clean(tb testing.TB, all []touchpoint.Touchpoint) string {
	var s journey.MemoryStore
	tracker := newTracker(tb, &s)
	for i := range all {
		_, err := tracker.Observe(ctx, &all[i])
		require.NoError(tb, err)
	}
	return snapshot(tb, &s)
}
