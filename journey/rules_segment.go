package journey

import (
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// segmentOrder is the property in which Segment's order events have the number
// of the order.
const segmentOrder = "order_id"

// SegmentRules returns the rules for the 28 events of Segment's e-commerce
// specification, version 2. Each rule is named after its event, which is the
// Kind of the touchpoint. The model, "segment", is that of [stage.Buyer], then
// post-purchase and advocacy:
//
//	awareness      Promotion Viewed, Promotion Clicked, Products Searched,
//	               Product List Viewed
//	consideration  Product List Filtered, Product Viewed, Product Clicked,
//	               Product Added to Wishlist, Product Removed from Wishlist
//	decision       Wishlist Product Added to Cart, Product Added, Product Removed,
//	               Cart Viewed, Checkout Started, Checkout Step Viewed,
//	               Checkout Step Completed, Payment Info Entered, Coupon Entered,
//	               Coupon Applied, Coupon Denied, Coupon Removed
//	purchase       Order Completed
//	post-purchase  Order Updated; Order Cancelled and Order Refunded, which also
//	               undo the purchase
//	advocacy       Product Shared, Product Reviewed, Cart Shared
//
// The order number is the property "order_id". The events do not tell a refund in
// part from one in full, so each counts as one in full. Where the source can tell
// them apart, a rule of the effect [Activity] or [Enters] before these takes out
// those in part. To let a refund take the customer back to where he would be
// without the purchase, clear To of the rules with the effect [Refunds].
func SegmentRules() Rules {
	r := Rules{Model: stage.Model{Name: "segment", Steps: append(stage.Buyer().Steps,
		stage.Step{Stage: stage.AfterPurchase, Phase: stage.PostPurchase},
		stage.Step{Stage: stage.Advocacy, Phase: stage.PostPurchase})}}
	r.events(stage.Awareness,
		"Promotion Viewed", "Promotion Clicked", "Products Searched", "Product List Viewed")
	r.events(stage.Consideration,
		"Product List Filtered", "Product Viewed", "Product Clicked",
		"Product Added to Wishlist", "Product Removed from Wishlist")
	r.events(stage.Decision,
		"Wishlist Product Added to Cart", "Product Added", "Product Removed", "Cart Viewed",
		"Checkout Started", "Checkout Step Viewed", "Checkout Step Completed", "Payment Info Entered",
		"Coupon Entered", "Coupon Applied", "Coupon Denied", "Coupon Removed")
	r.events(stage.Purchase, "Order Completed")
	r.events(stage.AfterPurchase, "Order Updated", "Order Cancelled", "Order Refunded")
	r.events(stage.Advocacy, "Product Shared", "Product Reviewed", "Cart Shared")
	for i := range r.Rules {
		switch rule := &r.Rules[i]; rule.Name {
		case "Order Completed", "Order Updated":
			rule.Order = segmentOrder
		case "Order Cancelled", "Order Refunded":
			rule.Order, rule.Effect = segmentOrder, Refunds
		}
	}
	return r
}

// SegmentB2BRules returns the rules for the ten events of Segment's B2B SaaS
// specification, and for Order Completed, Order Cancelled and Order Refunded,
// since none of the ten says that somebody paid. The model, "segment-b2b":
//
//	consideration  Account Created, Signed Up
//	decision       Trial Started, Trial Ended
//	purchase       Order Completed; Order Cancelled and Order Refunded undo it
//	advocacy       Invite Sent
//
// Signed In, Signed Out, Account Added User, Account Removed User and Account
// Deleted keep the customer awake. That an account is deleted says no more of a
// stage: such a customer turns dormant. Put a rule of your own before this one if
// your model has a stage for it.
func SegmentB2BRules() Rules {
	r := Rules{Model: stage.Model{Name: "segment-b2b", Steps: []stage.Step{
		{Stage: stage.Consideration, Phase: stage.PrePurchase},
		{Stage: stage.Decision, Phase: stage.PrePurchase},
		{Stage: stage.Purchase, Phase: stage.AtPurchase},
		{Stage: stage.Advocacy, Phase: stage.PostPurchase},
	}}}
	r.events(stage.Consideration, "Account Created", "Signed Up")
	r.events(stage.Decision, "Trial Started", "Trial Ended")
	r.events(stage.Purchase, "Order Completed")
	r.events(stage.Advocacy, "Invite Sent")
	for _, kind := range []touchpoint.Kind{"Order Cancelled", "Order Refunded"} {
		r.Rules = append(r.Rules, Rule{Name: string(kind), Kinds: []touchpoint.Kind{kind}, Effect: Refunds})
	}
	for _, kind := range []touchpoint.Kind{
		"Signed In", "Signed Out", "Account Added User", "Account Removed User", "Account Deleted",
	} {
		r.Rules = append(r.Rules, Rule{Name: string(kind), Kinds: []touchpoint.Kind{kind}, Effect: Activity})
	}
	for i := range r.Rules {
		if rule := &r.Rules[i]; rule.Effect == Refunds || rule.To == stage.Purchase {
			rule.Order = segmentOrder
		}
	}
	return r
}

// events adds a rule for each kind, named after it, that leads to the stage.
func (r *Rules) events(to stage.Stage, kinds ...touchpoint.Kind) {
	for _, kind := range kinds {
		r.Rules = append(r.Rules, Rule{Name: string(kind), Kinds: []touchpoint.Kind{kind}, To: to})
	}
}
