// Package stage names the stages that a customer goes through on the way to a
// purchase and after it, and puts them in order.
//
// A [Stage] is a name, such as "awareness". A [Model] is an ordered set of
// stages, each in a [Phase]: before, at or after the purchase. The package does
// not decide which stage a customer is in; it only says what the stages are.
//
// # Presets
//
// The usual models are functions that return a fresh Model, so that it can be
// changed at will:
//
//	Three       awareness, consideration, decision
//	Four        Three, then retention
//	Five        awareness, consideration, purchase, retention, advocacy
//	Six         awareness, consideration, decision, purchase, post-purchase, loyalty
//	Buyer       awareness, consideration, decision, purchase
//	Customer    purchase, onboarding, retention, loyalty, advocacy
//	Ecommerce   awareness, consideration, decision, purchase, post-purchase, support, refund
//	HubSpot     the eight default lifecycle stages of HubSpot
//	Salesforce  the ten default opportunity stages of Salesforce
//
// [Presets] lists them all and [Preset] finds one by its name.
//
// # A model of one's own
//
// A Model is a plain struct, so a custom model is a literal:
//
//	m := stage.Model{Name: "b2b", Steps: []stage.Step{
//		{Stage: "lead", Phase: stage.PrePurchase},
//		{Stage: "demo", Phase: stage.PrePurchase},
//		{Stage: "deal", Phase: stage.AtPurchase},
//		{Stage: "renewal", Phase: stage.PostPurchase},
//	}}
//	if err := m.Validate(); err != nil { ... }
//
// or one line of text, read by [Model.UnmarshalText]:
//
//	b2b = pre-purchase: lead, demo; purchase: deal; post-purchase: renewal
//
// The JSON form holds the labels too and loses nothing.
//
// # Labels
//
// [Model.Label] names a stage in the reader's language. The stages of the
// presets have labels in English, Russian and Ukrainian; a step may bring its
// own in any language.
package stage
