package journey

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/stage"
)

// TestTrackerTable is the table in the documentation of [Tracker], row by row.
func TestTrackerTable(t *testing.T) {
	for _, test := range []struct {
		name, script      string
		highWater, latest []string // the last transitions; nil for none by the last touchpoint
	}{
		{"the first stage", "look@0", []string{"0 entered >look look 1"}, []string{"0 entered >look look 1"}},
		{"a later stage", "look@0 cart@1", []string{"1 entered look>cart cart 2"}, []string{"1 entered look>cart cart 2"}},
		{"over a stage", "look@0 use@1", []string{"1 entered look>use use 2"}, []string{"1 entered look>use use 2"}},
		{"the same stage", "cart@0 cart@1", nil, nil},
		{"an earlier stage", "cart@0 look@1", nil, []string{"1 fell-back cart>look look 2"}},
		{"a stage of no phase", "cart@0 lost@1", []string{"1 entered cart>lost lost 2"}, []string{"1 entered cart>lost lost 2"}},
		{"the first stage is of no phase", "lost@0", []string{"0 entered >lost lost 1"}, []string{"0 entered >lost lost 1"}},
		{"after that, an earlier stage", "cart@0 lost@1 look@2", nil, []string{"2 fell-back lost>look look 3"}},
		{"after that, the same stage", "cart@0 lost@1 cart@2", []string{"2 entered lost>cart cart 3"}, []string{"2 entered lost>cart cart 3"}},
		{"after that, a later stage", "cart@0 lost@1 buy@2", []string{"2 entered lost>buy buy 3"}, []string{"2 entered lost>buy buy 3"}},
		{"the first purchase", "cart@0 buy@1", []string{"1 entered cart>buy buy 2"}, []string{"1 entered cart>buy buy 2"}},
		{"another purchase in the same stage", "buy@0 buy@1", []string{"1 repeated buy>buy buy 2"}, []string{"1 repeated buy>buy buy 2"}},
		{"another purchase is no fall back", "buy@0 love@1 buy@2", []string{"2 repeated love>love buy 3"}, []string{"2 repeated love>buy buy 3"}},
		{"a purchase of one who was a customer from the first", "love@0 buy@1", []string{"1 repeated love>love buy 2"}, []string{"1 repeated love>buy buy 2"}},
		{"another purchase after looking round", "buy@0 look@1 buy@2", []string{"2 repeated buy>buy buy 3"}, []string{"2 repeated look>buy buy 3"}},
		{"another purchase of a lost customer", "use@0 lost@1 buy@2", []string{"2 repeated lost>lost buy 3"}, []string{"2 repeated lost>buy buy 3"}},
		{"a purchase that is known", "buy@0#7 use@1 buy@2#7", nil, nil},
		{"a purchase of another order", "buy@0#7 use@1 buy@2#8", []string{"2 repeated use>use buy 3"}, []string{"2 repeated use>buy buy 3"}},
		{"a purchase that is reported again", "says-buy@0 says-buy@1", nil, nil},
		{"a purchase that is reported again, from further on", "says-buy@0 use@1 says-buy@2", nil, []string{"2 fell-back use>buy says-buy 3"}},
		{"a report of another order", "says-buy@0#7 says-buy@1#8", []string{"1 repeated buy>buy says-buy 2"}, []string{"1 repeated buy>buy says-buy 2"}},
		{"a purchase after its report", "says-buy@0 buy@1", []string{"1 repeated buy>buy buy 2"}, []string{"1 repeated buy>buy buy 2"}},
		{"a refund", "cart@0 buy@1 refund@2", []string{"2 refunded buy>cart refund 3"}, []string{"2 refunded buy>cart refund 3"}},
		{"a refund of all that is known", "buy@0 refund@1", []string{"1 refunded buy> refund 2"}, []string{"1 refunded buy> refund 2"}},
		{"a refund with a stage", "buy@0 refund-use@1", []string{"1 refunded buy>use refund-use 2"}, []string{"1 refunded buy>use refund-use 2"}},
		{"a refund of one of two purchases", "buy@0 buy@1 refund@2", []string{"2 refunded buy>buy refund 3"}, []string{"2 refunded buy>buy refund 3"}},
		{"a refund by order number", "look@0 buy@1#7 cart@2 buy@3#8 refund@4#7", []string{"4 refunded buy>buy refund 5"}, []string{"4 refunded buy>buy refund 5"}},
		{"a refund of an order unknown", "buy@0#7 refund@1#8", nil, nil},
		{"a refund before its purchase", "refund@0 buy@1", []string{"1 entered >buy buy 2"}, []string{"1 entered >buy buy 2"}},
		{"a refund of nothing with a stage", "look@0 refund-use@1", []string{"1 entered look>use refund-use 2"}, []string{"1 entered look>use refund-use 2"}},
		{"a refund twice", "cart@0 buy@1#7 refund@2#7 refund@3#7", nil, nil},
		{"a refund of all purchases", "cart@0 buy@1 buy@2 refund@3 refund@4", []string{"4 refunded buy>cart refund 5"}, []string{"4 refunded buy>cart refund 5"}},
		{"a refund after later evidence", "look@0 buy@1 use@2 refund@3", []string{"3 refunded use>use refund 4"}, []string{"3 refunded use>use refund 4"}},
		{"a refund after later evidence of the order", "look@0 cart@1#7 buy@2#7 use@3#7 refund@4#7", []string{"4 refunded use>cart refund 5"}, []string{"4 refunded use>cart refund 5"}},
		{"a refund of a purchase told twice", "look@0 buy@1#7 buy@2#7 refund@3#7", []string{"3 refunded buy>look refund 4"}, []string{"3 refunded buy>look refund 4"}},
		{"a refund after a purchase told twice", "buy@0#7 use@1 buy@2#7 buy@3#8 refund@4#8", []string{"4 refunded use>use refund 5"}, []string{"4 refunded buy>use refund 5"}},
		{"a refund of a purchase reported twice", "look@0 says-buy@1 says-buy@2 refund@3", []string{"3 refunded buy>look refund 4"}, []string{"3 refunded buy>look refund 4"}},
		{"a purchase after a refund", "cart@0 buy@1#7 refund@2#7 buy@3#7", []string{"3 entered cart>buy buy 4"}, []string{"3 entered cart>buy buy 4"}},
		{"activity", "cart@0 seen@1", nil, nil},
		{"activity alone", "seen@0", nil, nil},
		{"after a while", "cart@0 seen@100", []string{"48 slept cart>cart cart 1", "100 woke cart>cart seen 2"}, []string{"48 slept cart>cart cart 1", "100 woke cart>cart seen 2"}},
		{"after a while, a stage", "cart@0 buy@49", []string{"48 slept cart>cart cart 1", "49 woke cart>cart buy 2", "49 entered cart>buy buy 2"}, []string{"48 slept cart>cart cart 1", "49 woke cart>cart buy 2", "49 entered cart>buy buy 2"}},
		{"just in time", "cart@0 seen@48", nil, nil},
	} {
		for policy, want := range map[Policy][]string{HighWater: test.highWater, Latest: test.latest} {
			for _, store := range []Store{nil, otherStore{new(MemoryStore)}} {
				tracker := newTestTracker(t, TrackerOptions{Policy: policy, DormantAfter: 48 * time.Hour}, store)
				touches := script(t, "ann", test.script)
				last := len(touches) - 1
				observeAll(t, tracker, touches[:last])
				change, err := tracker.Observe(context.Background(), &touches[last])
				require.NoError(t, err)
				assert.Equal(t, want, historyText(change.Made), "%s, %v", test.name, policy)
				assert.Empty(t, change.Revoked, test.name)
				assert.Equal(t, "r-"+string(touches[last].Kind), change.Rule)
				history, err := tracker.History(context.Background(), "ann", touches[last].Time)
				require.NoError(t, err)
				if n := len(history) - len(want); assert.GreaterOrEqual(t, n, 0) {
					assert.Equal(t, change.Made, append([]Transition(nil), history[n:]...), "%s, %v", test.name, policy)
				}
			}
		}
	}
}

// A touchpoint that comes late changes what came after it.
func TestTrackerLate(t *testing.T) {
	for _, store := range []Store{nil, otherStore{new(MemoryStore)}} {
		tracker := newTestTracker(t, TrackerOptions{Policy: Latest, DormantAfter: 48 * time.Hour}, store)
		touches := script(t, "ann", "look@0 buy@100 cart@90 seen@45 refund@101 buy@95")
		var made, revoked [][]string
		for i := range touches {
			change, err := tracker.Observe(context.Background(), &touches[i])
			require.NoError(t, err)
			made, revoked = append(made, historyText(change.Made)), append(revoked, historyText(change.Revoked))
		}
		assert.Equal(t, [][]string{
			{"0 entered >look look 1"},
			{"48 slept look>look look 1", "100 woke look>look buy 2", "100 entered look>buy buy 2"},
			{"90 woke look>look cart 3", "90 entered look>cart cart 3", "100 entered cart>buy buy 2"},
			nil,
			{"101 refunded buy>cart refund 5"},
			{"95 entered cart>buy buy 6", "100 repeated buy>buy buy 2", "101 refunded buy>buy refund 5"},
		}, made)
		assert.Equal(t, [][]string{
			nil, nil,
			{"100 woke look>look buy 2", "100 entered look>buy buy 2"},
			{"48 slept look>look look 1", "90 woke look>look cart 3"},
			nil,
			{"100 entered cart>buy buy 2", "101 refunded buy>cart refund 5"},
		}, revoked)
		change, err := tracker.Observe(context.Background(), &touches[0])
		require.NoError(t, err)
		assert.Equal(t, Change{Rule: "r-look", Duplicate: true}, change)
	}
}

func TestTrackerStanding(t *testing.T) {
	ctx := context.Background()
	tracker := newTestTracker(t, TrackerOptions{Policy: Latest, DormantAfter: 48 * time.Hour}, nil)
	touches := script(t, "ann", "seen@0 cart@1 buy@2#7 use@3 look@4 refund@5#7 seen@60")
	observeAll(t, tracker, touches)
	id := func(n int) Standing { return Standing{Customer: "ann", Touchpoint: touches[n-1].ID} }
	for h, want := range map[int]Standing{
		0: {Customer: "ann", LastSeen: hour(0)},
		1: {Customer: "ann", Stage: "cart", Phase: stage.PrePurchase, Since: hour(1), Rule: "r-cart", Touchpoint: id(2).Touchpoint, LastSeen: hour(1)},
		2: {
			Customer: "ann", Stage: "buy", Phase: stage.AtPurchase, Since: hour(2), Rule: "r-buy", Touchpoint: id(3).Touchpoint,
			Previous: "cart", LastSeen: hour(2), Purchases: 1,
		},
		4: {
			Customer: "ann", Stage: "look", Phase: stage.PrePurchase, Since: hour(4), Rule: "r-look", Touchpoint: id(5).Touchpoint,
			Previous: "use", Kind: FellBack, FellBack: true, LastSeen: hour(4), Purchases: 1,
		},
		52: {
			Customer: "ann", Stage: "look", Phase: stage.PrePurchase, Since: hour(4), Rule: "r-look", Touchpoint: id(5).Touchpoint,
			Previous: "use", Kind: FellBack, FellBack: true, LastSeen: hour(5), Purchases: 1, Refunds: 1,
		},
		53: {
			Customer: "ann", Stage: "look", Phase: stage.PrePurchase, Since: hour(4), Rule: "r-look", Touchpoint: id(5).Touchpoint,
			Previous: "use", Kind: FellBack, FellBack: true, LastSeen: hour(5), Purchases: 1, Refunds: 1,
			Dormant: true, DormantSince: hour(53),
		},
		61: {
			Customer: "ann", Stage: "look", Phase: stage.PrePurchase, Since: hour(4), Rule: "r-look", Touchpoint: id(5).Touchpoint,
			Previous: "use", Kind: FellBack, FellBack: true, LastSeen: hour(60), Purchases: 1, Refunds: 1,
		},
	} {
		got, err := tracker.Current(ctx, "ann", hour(h))
		require.NoError(t, err)
		assert.Equal(t, want, got, "hour %d", h)
	}
	for _, at := range []time.Time{{}, hour(-1), hour(0).Add(-1)} {
		_, err := tracker.Current(ctx, "ann", at)
		require.ErrorIs(t, err, ErrUnknownCustomer, "nothing is known yet")
	}
	_, err := tracker.Current(ctx, "bob", hour(0))
	require.ErrorIs(t, err, ErrUnknownCustomer)
	_, err = tracker.History(ctx, "bob", hour(0))
	require.ErrorIs(t, err, ErrUnknownCustomer)
	_, err = tracker.TimeIn(ctx, "bob", hour(0))
	require.ErrorIs(t, err, ErrUnknownCustomer)
}

func TestTrackerStandingAfterRefund(t *testing.T) {
	for text, want := range map[string]Standing{
		"cart@0 buy@1 refund@2":     {Stage: "cart", Phase: stage.PrePurchase, Since: hour(2), Rule: "r-refund", Previous: "buy", Kind: Refunded, FellBack: true, Purchases: 1, Refunds: 1},
		"buy@0 refund@2":            {Since: hour(2), Rule: "r-refund", Previous: "buy", Kind: Refunded, FellBack: true, Purchases: 1, Refunds: 1},
		"buy@0 refund-use@2":        {Stage: "use", Phase: stage.PostPurchase, Since: hour(2), Rule: "r-refund-use", Previous: "buy", Kind: Refunded, Purchases: 1, Refunds: 1},
		"buy@0 buy@1 refund@2":      {Stage: "buy", Phase: stage.AtPurchase, Since: hour(0), Rule: "r-buy", Purchases: 2, Refunds: 1},
		"look@0 lost@1 buy@1 use@2": {Stage: "use", Phase: stage.PostPurchase, Since: hour(2), Rule: "r-use", Previous: "buy", Purchases: 1},
	} {
		tracker := newTestTracker(t, TrackerOptions{}, nil)
		observeAll(t, tracker, script(t, "ann", text))
		got, err := tracker.Current(context.Background(), "ann", hour(2))
		require.NoError(t, err)
		want.Customer, want.LastSeen, want.Touchpoint = "ann", hour(2), got.Touchpoint
		assert.Equal(t, want, got, text)
	}
}

// The buyer's and the customer's part are told apart by what was bought, also when
// a customer looks round again.
func TestStandingBought(t *testing.T) {
	for text, want := range map[string]bool{
		"seen@0": false, "cart@0": false, "lost@0": false, "buy@0": true, "use@0": true, "buy@0 look@1": true,
		"buy@0 refund@1": false, "buy@0 refund-use@1": false, "buy@0 buy@1 refund@2": true, "says-buy@0": true,
		"use@0 lost@1": false, // what became of a purchase nobody knows
	} {
		tracker := newTestTracker(t, TrackerOptions{Policy: Latest}, nil)
		observeAll(t, tracker, script(t, "ann", text))
		got, err := tracker.Current(context.Background(), "ann", hour(9))
		require.NoError(t, err)
		assert.Equal(t, want, got.Bought(), text)
	}
}

func TestTrackerOptionsValidate(t *testing.T) {
	err := TrackerOptions{Policy: 7, DormantAfter: -1, MaxAhead: -2}.Validate()
	require.ErrorIs(t, err, ErrNoRules)
	require.ErrorIs(t, err, stage.ErrNoSteps)
	for _, text := range []string{"TrackerOptions.Policy: no such policy", "TrackerOptions.DormantAfter: negative", "TrackerOptions.MaxAhead: negative"} {
		require.ErrorContains(t, err, text)
	}
	_, err = NewTracker(TrackerOptions{}, nil)
	require.ErrorIs(t, err, ErrNoRules)
	require.NoError(t, TrackerOptions{Rules: trackerRules(), MaxAhead: AnyAhead}.Validate())
}

// What the caller does to the rules afterwards does not reach the tracker.
func TestTrackerOwnsItsRules(t *testing.T) {
	rules := SegmentRules()
	rules.Rules = append([]Rule{{Name: "x", Properties: map[string][]string{"p": {"1"}}, Kinds: []touchKind{"k"}, To: stage.Awareness}}, rules.Rules...)
	tracker := newTestTracker(t, TrackerOptions{Rules: rules}, nil)
	rules.Model.Steps[0].Stage = "other"
	rules.Rules[0].Properties["p"][0] = "2"
	rules.Rules[0].Properties["q"] = nil
	rules.Rules[0].Kinds[0] = "l"
	rules.Rules[0].To = "other"
	touch := script(t, "ann", "k@0")[0]
	touch.Properties = map[string]string{"p": "1"}
	change, err := tracker.Observe(context.Background(), &touch)
	require.NoError(t, err)
	require.Len(t, change.Made, 1)
	assert.Equal(t, stage.Awareness, change.Made[0].To)
}

// A stage that the model has no more is an error, not a guess.
func TestTrackerUnknownStage(t *testing.T) {
	ctx := context.Background()
	for _, store := range []Store{new(MemoryStore), otherStore{new(MemoryStore)}} {
		observeAll(t, newTestTracker(t, TrackerOptions{}, store), script(t, "ann", "use@0"))
		rules := trackerRules()
		rules.Model.Steps = append(rules.Model.Steps[:3:3], rules.Model.Steps[4:]...)
		rules.Rules = rules.Rules[:3]
		tracker := newTestTracker(t, TrackerOptions{Rules: rules, DormantAfter: time.Hour}, store)
		_, err := tracker.Current(ctx, "ann", hour(1))
		require.ErrorIs(t, err, ErrUnknownStage)
		require.EqualError(t, err, `journey: unknown stage "use" in evidence of rule "r-use"`)
		touch := script(t, "ann", "seen@0 look@1")[1]
		_, err = tracker.Observe(ctx, &touch)
		require.ErrorIs(t, err, ErrUnknownStage)
		var last error
		for _, err := range tracker.LostAt(ctx, "look", hour(0), hour(9), hour(9)) {
			last = err
		}
		require.ErrorIs(t, last, ErrUnknownStage)
	}
	r := newMachine(trackerModel, Latest, 0)
	_, err := r.run([]Evidence{{Rule: "none"}}, time.Time{})
	require.ErrorIs(t, err, ErrUnknownStage, "a stage is needed")
}

// The errors of a store come back as they are, and nothing is lost on the way.
func TestTrackerStoreErrors(t *testing.T) {
	ctx := context.Background()
	broken := errors.New("gone away")
	store := &failingStore{Store: new(MemoryStore)}
	tracker := newTestTracker(t, TrackerOptions{DormantAfter: time.Hour}, store)
	touch := script(t, "ann", "look@0")[0]
	store.err = broken
	_, err := tracker.Observe(ctx, &touch)
	require.ErrorIs(t, err, broken)
	store.err = nil
	_, err = tracker.Observe(ctx, &touch)
	require.NoError(t, err)
	store.err = broken
	_, err = tracker.Current(ctx, "ann", hour(0))
	require.ErrorIs(t, err, broken)
	_, err = tracker.Erase(ctx, "ann")
	require.ErrorIs(t, err, broken)
	require.ErrorIs(t, tracker.Snapshot(ctx, discard{}), broken)
	n := 0
	for _, err := range tracker.LostAt(ctx, "look", hour(0), hour(9), hour(9)) {
		require.ErrorIs(t, err, broken)
		n++
	}
	require.Equal(t, 1, n)

	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = newTestTracker(t, TrackerOptions{}, nil).Observe(cancelled, &touch)
	require.ErrorIs(t, err, context.Canceled)
}
