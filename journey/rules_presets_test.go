package journey

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// The 28 events of the specification "Spec: V2 Ecommerce Events" of Segment, and
// the stage that each is evidence of.
var segmentEvents = map[touchpoint.Kind]stage.Stage{
	"Products Searched":              stage.Awareness,
	"Product List Viewed":            stage.Awareness,
	"Product List Filtered":          stage.Consideration,
	"Promotion Viewed":               stage.Awareness,
	"Promotion Clicked":              stage.Awareness,
	"Product Clicked":                stage.Consideration,
	"Product Viewed":                 stage.Consideration,
	"Product Added":                  stage.Decision,
	"Product Removed":                stage.Decision,
	"Cart Viewed":                    stage.Decision,
	"Checkout Started":               stage.Decision,
	"Checkout Step Viewed":           stage.Decision,
	"Checkout Step Completed":        stage.Decision,
	"Payment Info Entered":           stage.Decision,
	"Order Completed":                stage.Purchase,
	"Order Updated":                  stage.AfterPurchase,
	"Order Refunded":                 stage.AfterPurchase,
	"Order Cancelled":                stage.AfterPurchase,
	"Coupon Entered":                 stage.Decision,
	"Coupon Applied":                 stage.Decision,
	"Coupon Denied":                  stage.Decision,
	"Coupon Removed":                 stage.Decision,
	"Product Added to Wishlist":      stage.Consideration,
	"Product Removed from Wishlist":  stage.Consideration,
	"Wishlist Product Added to Cart": stage.Decision,
	"Product Shared":                 stage.Advocacy,
	"Cart Shared":                    stage.Advocacy,
	"Product Reviewed":               stage.Advocacy,
}

func TestSegmentRules(t *testing.T) {
	rules := SegmentRules()
	require.NoError(t, rules.Validate())
	require.Len(t, segmentEvents, 28)
	require.Len(t, rules.Rules, 28)
	for kind, want := range segmentEvents {
		i, ok := rules.Apply(&touchpoint.Touchpoint{Kind: kind})
		require.True(t, ok, kind)
		assert.Equal(t, string(kind), rules.Rules[i].Name)
		assert.Equal(t, want, rules.Rules[i].To, kind)
	}
	_, ok := rules.Apply(&touchpoint.Touchpoint{Kind: "page"})
	assert.False(t, ok)
	rules.Rules[0].To = "changed"
	assert.NoError(t, SegmentRules().Validate(), "each call makes a fresh copy")
}

func TestSegmentRulesOrders(t *testing.T) {
	ctx := context.Background()
	observe := func(tracker *Tracker, hourOf int, kind touchpoint.Kind, order string) []string {
		touch := touchpoint.Touchpoint{
			ID: uuid.UUID{0: 1, 15: byte(hourOf)}, Customer: "ann", Time: hour(hourOf), Kind: kind,
			Properties: map[string]string{"order_id": order},
		}
		change, err := tracker.Observe(ctx, &touch)
		require.NoError(t, err)
		return historyText(change.Made)
	}
	tracker := newTestTracker(t, TrackerOptions{Rules: SegmentRules(), Policy: Latest}, nil)
	observe(tracker, 1, "Checkout Started", "A")
	assert.Equal(t, []string{"2 entered decision>purchase Order Completed 2"}, observe(tracker, 2, "Order Completed", "A"))
	assert.Empty(t, observe(tracker, 3, "Order Completed", "A"), "told by the browser and by the server")
	assert.Equal(t, []string{"4 entered purchase>post-purchase Order Updated 4"}, observe(tracker, 4, "Order Updated", "A"))
	assert.Equal(t, []string{"5 repeated post-purchase>purchase Order Completed 5"}, observe(tracker, 5, "Order Completed", "B"))
	assert.Equal(t, []string{"6 refunded purchase>post-purchase Order Refunded 6"}, observe(tracker, 6, "Order Refunded", "A"))
	standing, err := tracker.Current(ctx, "ann", hour(6))
	require.NoError(t, err)
	assert.EqualValues(t, 2, standing.Purchases)
	assert.EqualValues(t, 1, standing.Refunds)
	assert.True(t, standing.Bought())

	// As the documentation says: without To the customer falls back.
	rules := SegmentRules()
	for i := range rules.Rules {
		if rules.Rules[i].Effect == Refunds {
			rules.Rules[i].To = ""
		}
	}
	tracker = newTestTracker(t, TrackerOptions{Rules: rules}, nil)
	observe(tracker, 1, "Checkout Started", "A")
	observe(tracker, 2, "Order Completed", "A")
	observe(tracker, 3, "Order Updated", "A")
	assert.Equal(t, []string{"4 refunded post-purchase>decision Order Cancelled 4"}, observe(tracker, 4, "Order Cancelled", "A"))
}

func TestSegmentB2BRules(t *testing.T) {
	rules := SegmentB2BRules()
	require.NoError(t, rules.Validate())
	for kind, want := range map[touchpoint.Kind]struct {
		to     stage.Stage
		effect Effect
	}{
		"Account Created":      {stage.Consideration, Enters},
		"Signed Up":            {stage.Consideration, Enters},
		"Trial Started":        {stage.Decision, Enters},
		"Trial Ended":          {stage.Decision, Enters},
		"Invite Sent":          {stage.Advocacy, Enters},
		"Signed In":            {"", Activity},
		"Signed Out":           {"", Activity},
		"Account Added User":   {"", Activity},
		"Account Removed User": {"", Activity},
		"Account Deleted":      {"", Activity},
		"Order Completed":      {stage.Purchase, Enters},
		"Order Cancelled":      {"", Refunds},
		"Order Refunded":       {"", Refunds},
	} {
		i, ok := rules.Apply(&touchpoint.Touchpoint{Kind: kind})
		require.True(t, ok, kind)
		rule := rules.Rules[i]
		assert.Equal(t, string(kind), rule.Name)
		assert.Equal(t, want.to, rule.To, kind)
		assert.Equal(t, want.effect, rule.Effect, kind)
		assert.Equal(t, want.effect == Refunds || want.to == stage.Purchase, rule.Order == "order_id", kind)
	}
	assert.Len(t, rules.Rules, 13)
}

func TestCRMRules(t *testing.T) {
	for _, test := range []struct {
		rules    Rules
		property string
		effect   Effect
		order    string
	}{
		{HubSpotRules(), "lifecyclestage", Reports, ""},
		{SalesforceRules(), "StageName", Enters, "OpportunityId"},
	} {
		require.NoError(t, test.rules.Validate())
		require.Len(t, test.rules.Rules, 2*test.rules.Model.Len())
		for _, step := range test.rules.Model.All() {
			byProperty := touchpoint.Touchpoint{Properties: map[string]string{test.property: string(step.Stage)}}
			byStage := touchpoint.Touchpoint{Stage: step.Stage}
			both := touchpoint.Touchpoint{Stage: test.rules.Model.Steps[0].Stage, Properties: byProperty.Properties}
			for name, touch := range map[string]touchpoint.Touchpoint{
				test.property + " " + string(step.Stage): byProperty,
				"stage " + string(step.Stage):            byStage,
			} {
				i, ok := test.rules.Apply(&touch)
				require.True(t, ok, name)
				assert.Equal(t, name, test.rules.Rules[i].Name)
				assert.Equal(t, step.Stage, test.rules.Rules[i].To)
				assert.Equal(t, test.effect, test.rules.Rules[i].Effect)
				assert.Equal(t, test.order, test.rules.Rules[i].Order)
			}
			i, ok := test.rules.Apply(&both)
			require.True(t, ok)
			assert.Equal(t, step.Stage, test.rules.Rules[i].To, "the property comes first")
		}
		for _, text := range []string{"", "12345678", "Customer "} {
			_, ok := test.rules.Apply(&touchpoint.Touchpoint{Properties: map[string]string{test.property: text}})
			assert.False(t, ok, text)
		}
	}
}

// A contact is saved again and again; that makes nobody buy again.
func TestHubSpotRulesReport(t *testing.T) {
	tracker := newTestTracker(t, TrackerOptions{Rules: HubSpotRules()}, nil)
	for i, s := range []stage.Stage{"lead", "lead", "customer", "customer", "lead", "customer", "evangelist"} {
		touch := touchpoint.Touchpoint{Customer: "ann", Time: hour(i), Properties: map[string]string{"lifecyclestage": string(s)}}
		observeAll(t, tracker, []touchpoint.Touchpoint{touch})
	}
	history, err := tracker.History(context.Background(), "ann", hour(9))
	require.NoError(t, err)
	var stages []stage.Stage
	for _, transition := range history {
		stages = append(stages, transition.To)
	}
	assert.Equal(t, []stage.Stage{"lead", "customer", "evangelist"}, stages)
	standing, err := tracker.Current(context.Background(), "ann", hour(9))
	require.NoError(t, err)
	assert.EqualValues(t, 1, standing.Purchases)
}

// Two deals of one customer: the first is won, then the second is lost.
func TestSalesforceRulesDeals(t *testing.T) {
	tracker := newTestTracker(t, TrackerOptions{Rules: SalesforceRules(), Policy: Latest}, nil)
	for i, row := range [][2]string{
		{"006A", "Prospecting"},
		{"006A", "Closed Won"},
		{"006A", "Closed Won"},
		{"006B", "Negotiation/Review"},
		{"006B", "Closed Lost"},
		{"006C", "Closed Won"},
	} {
		touch := touchpoint.Touchpoint{
			ID: uuid.UUID{0: 1, 15: byte(i)}, Customer: "acme", Time: hour(i),
			Properties: map[string]string{"OpportunityId": row[0], "StageName": row[1]},
		}
		observeAll(t, tracker, []touchpoint.Touchpoint{touch})
	}
	history, err := tracker.History(context.Background(), "acme", hour(9))
	require.NoError(t, err)
	assert.Equal(t, []string{
		"0 entered >Prospecting StageName Prospecting 0",
		"1 entered Prospecting>Closed Won StageName Closed Won 1",
		"3 fell-back Closed Won>Negotiation/Review StageName Negotiation/Review 3",
		"4 entered Negotiation/Review>Closed Lost StageName Closed Lost 4",
		"5 repeated Closed Lost>Closed Won StageName Closed Won 5",
	}, historyText(history))
}
