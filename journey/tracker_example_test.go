package journey_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// A backend observes each event of its shop, in whatever order they come, and can
// say at any time which stage a customer is in, and why.
func ExampleTracker() {
	ctx := context.Background()
	tracker, err := journey.NewTracker(journey.TrackerOptions{
		Rules:        journey.SegmentRules(),
		Policy:       journey.Latest,
		DormantAfter: 30 * 24 * time.Hour,
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	day := func(n int) time.Time { return time.Date(2026, 5, n, 12, 0, 0, 0, time.UTC) }
	event := func(n byte, day time.Time, kind touchpoint.Kind, order string) *touchpoint.Touchpoint {
		return &touchpoint.Touchpoint{
			ID: uuid.UUID{15: n}, Customer: "ann", Time: day, Kind: kind,
			Properties: map[string]string{"order_id": order},
		}
	}
	for _, t := range []*touchpoint.Touchpoint{
		event(1, day(1), "Product Viewed", ""),
		event(2, day(3), "Order Completed", "A-7"),
		event(2, day(3), "Order Completed", "A-7"), // delivered twice
		event(4, day(9), "Order Cancelled", "A-7"),
		event(3, day(2), "Product Added", ""), // late
	} {
		change, err := tracker.Observe(ctx, t)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(change.Rule, "duplicate:", change.Duplicate)
		for _, r := range change.Revoked {
			fmt.Printf("\tnot %v: %q to %q\n", r.Kind, r.From, r.To)
		}
		for _, m := range change.Made {
			fmt.Printf("\t%v: %q to %q\n", m.Kind, m.From, m.To)
		}
	}
	for _, at := range []time.Time{day(5), day(20), day(31).AddDate(0, 0, 14)} {
		s, err := tracker.Current(ctx, "ann", at)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: %s since %s by %q, from %s; dormant: %v\n",
			at.Format("Jan 2"), s.Stage, s.Since.Format("Jan 2"), s.Rule, s.Previous, s.Dormant)
	}
	// Output:
	// Product Viewed duplicate: false
	// 	entered: "" to "consideration"
	// Order Completed duplicate: false
	// 	entered: "consideration" to "purchase"
	// Order Completed duplicate: true
	// Order Cancelled duplicate: false
	// 	refunded: "purchase" to "post-purchase"
	// Product Added duplicate: false
	// 	not entered: "consideration" to "purchase"
	// 	entered: "consideration" to "decision"
	// 	entered: "decision" to "purchase"
	// May 5: purchase since May 3 by "Order Completed", from decision; dormant: false
	// May 20: post-purchase since May 9 by "Order Cancelled", from purchase; dormant: false
	// Jun 14: post-purchase since May 9 by "Order Cancelled", from purchase; dormant: true
}

// Who was lost in the cart this week: the last sign of them is 14 days old, or up
// to a week more.
func ExampleTracker_LostAt() {
	ctx := context.Background()
	tracker, err := journey.NewTracker(journey.TrackerOptions{
		Rules: journey.SegmentRules(), DormantAfter: 14 * 24 * time.Hour,
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC)
	for customer, silent := range map[string]int{"ann": 3, "bob": 15, "cid": 20, "dan": 60} {
		_, err := tracker.Observe(ctx, &touchpoint.Touchpoint{
			Customer: customer, Time: now.AddDate(0, 0, -silent), Kind: "Checkout Started",
		})
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	for s, err := range tracker.LostAt(ctx, stage.Decision, now.AddDate(0, 0, -7), now, now) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(s.Customer, s.DormantSince.Format("Jan 2"), "after", s.Rule)
	}
	// Output:
	// bob May 30 after Checkout Started
	// cid May 25 after Checkout Started
}

// A snapshot is the evidence as JSON, the same bytes for the same touchpoints.
func ExampleTracker_Snapshot() {
	ctx := context.Background()
	options := journey.TrackerOptions{Rules: journey.HubSpotRules()}
	tracker, err := journey.NewTracker(options, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = tracker.Observe(ctx, &touchpoint.Touchpoint{
		ID: uuid.UUID{15: 1}, Customer: "ann", Time: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC),
		Properties: map[string]string{"lifecyclestage": "lead"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := tracker.Snapshot(ctx, os.Stdout); err != nil {
		fmt.Println(err)
	}
	erasure, err := tracker.Erase(ctx, "ann")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("erased:", erasure.Evidence)
	_, err = tracker.Current(ctx, "ann", time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	fmt.Println(errors.Is(err, journey.ErrUnknownCustomer))
	// Output:
	// {"version":1,"customers":[
	// {"customer":"ann","evidence":[{"id":"00000000-0000-0000-0000-000000000001","time":"2026-05-01T12:00:00Z","rule":"lifecyclestage lead","stage":"lead","effect":"reports"}]}
	// ]}
	// erased: 1
	// true
}

// Rules of one's own: what the ready ones leave over keeps the customer awake, and
// a call about an offer counts before them.
func ExampleRules() {
	rules := journey.SegmentRules()
	rules.Rules = append([]journey.Rule{{
		Name:       "asked for an offer",
		Channels:   []touchpoint.Channel{"call centre"},
		Properties: map[string][]string{"topic": {"offer", "price"}},
		To:         stage.Decision,
	}}, rules.Rules...)
	rules.Rules = append(rules.Rules, journey.Rule{Name: "seen", Effect: journey.Activity})
	fmt.Println(rules.Validate())
	for _, t := range []touchpoint.Touchpoint{
		{Channel: "call centre", Properties: map[string]string{"topic": "price"}},
		{Channel: "web", Kind: "Product Viewed"},
		{Channel: "web", Kind: "page"},
	} {
		i, _ := rules.Apply(&t)
		fmt.Println(rules.Rules[i].Name, rules.Rules[i].Effect, rules.Rules[i].To)
	}
	// Output:
	// <nil>
	// asked for an offer enters decision
	// Product Viewed enters consideration
	// seen activity
}
