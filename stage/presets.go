package stage

import "iter"

// Three returns the classic funnel "three": awareness, consideration, decision.
// All of it lies before the purchase.
func Three() Model {
	return Model{Name: "three", Steps: []Step{
		{Stage: Awareness, Phase: PrePurchase},
		{Stage: Consideration, Phase: PrePurchase},
		{Stage: Decision, Phase: PrePurchase},
	}}
}

// Four returns the model "four": [Three], then retention.
func Four() Model {
	return Model{Name: "four", Steps: append(Three().Steps,
		Step{Stage: Retention, Phase: PostPurchase})}
}

// Five returns the model "five": awareness, consideration, purchase, retention,
// advocacy.
func Five() Model {
	return Model{Name: "five", Steps: []Step{
		{Stage: Awareness, Phase: PrePurchase},
		{Stage: Consideration, Phase: PrePurchase},
		{Stage: Purchase, Phase: AtPurchase},
		{Stage: Retention, Phase: PostPurchase},
		{Stage: Advocacy, Phase: PostPurchase},
	}}
}

// Six returns the model "six": awareness, consideration, decision, purchase,
// post-purchase, loyalty.
func Six() Model {
	return Model{Name: "six", Steps: append(Buyer().Steps,
		Step{Stage: AfterPurchase, Phase: PostPurchase},
		Step{Stage: Loyalty, Phase: PostPurchase})}
}

// Buyer returns the model "buyer", which ends at the purchase: awareness,
// consideration, decision, purchase.
func Buyer() Model {
	return Model{Name: "buyer", Steps: append(Three().Steps,
		Step{Stage: Purchase, Phase: AtPurchase})}
}

// Customer returns the model "customer", which begins at the purchase:
// purchase, onboarding, retention, loyalty, advocacy.
func Customer() Model {
	return Model{Name: "customer", Steps: []Step{
		{Stage: Purchase, Phase: AtPurchase},
		{Stage: Onboarding, Phase: PostPurchase},
		{Stage: Retention, Phase: PostPurchase},
		{Stage: Loyalty, Phase: PostPurchase},
		{Stage: Advocacy, Phase: PostPurchase},
	}}
}

// Ecommerce returns the model "ecommerce" of a shop, through support and
// refund: awareness, consideration, decision, purchase, post-purchase, support,
// refund.
func Ecommerce() Model {
	return Model{Name: "ecommerce", Steps: append(Buyer().Steps,
		Step{Stage: AfterPurchase, Phase: PostPurchase},
		Step{Stage: Support, Phase: PostPurchase},
		Step{Stage: Refund, Phase: PostPurchase})}
}

// HubSpot returns the model "hubspot": the default lifecycle stages of HubSpot
// in their order. The last, "other", is of [UnknownPhase].
func HubSpot() Model {
	return Model{Name: "hubspot", Steps: []Step{
		{Stage: HubSpotSubscriber, Phase: PrePurchase},
		{Stage: HubSpotLead, Phase: PrePurchase},
		{Stage: HubSpotMQL, Phase: PrePurchase},
		{Stage: HubSpotSQL, Phase: PrePurchase},
		{Stage: HubSpotOpportunity, Phase: PrePurchase},
		{Stage: HubSpotCustomer, Phase: AtPurchase},
		{Stage: HubSpotEvangelist, Phase: PostPurchase},
		{Stage: HubSpotOther},
	}}
}

// Salesforce returns the model "salesforce": the default opportunity stages of
// Salesforce in their order. The deal is won in the last but one; the last,
// "Closed Lost", ends it without a purchase and is of [UnknownPhase].
func Salesforce() Model {
	return Model{Name: "salesforce", Steps: []Step{
		{Stage: SalesforceProspecting, Phase: PrePurchase},
		{Stage: SalesforceQualification, Phase: PrePurchase},
		{Stage: SalesforceNeedsAnalysis, Phase: PrePurchase},
		{Stage: SalesforceValueProposition, Phase: PrePurchase},
		{Stage: SalesforceDecisionMakers, Phase: PrePurchase},
		{Stage: SalesforcePerception, Phase: PrePurchase},
		{Stage: SalesforceProposal, Phase: PrePurchase},
		{Stage: SalesforceNegotiation, Phase: PrePurchase},
		{Stage: SalesforceClosedWon, Phase: AtPurchase},
		{Stage: SalesforceClosedLost},
	}}
}

// Presets iterates the name and a fresh copy of every preset, in the order of
// the package documentation.
func Presets() iter.Seq2[string, Model] {
	return func(yield func(string, Model) bool) {
		for _, preset := range [...]func() Model{
			Three, Four, Five, Six, Buyer, Customer, Ecommerce, HubSpot, Salesforce,
		} {
			if m := preset(); !yield(m.Name, m) {
				return
			}
		}
	}
}

// Preset returns a fresh copy of the preset with the name, and whether there is
// one.
func Preset(name string) (Model, bool) {
	for n, m := range Presets() {
		if n == name {
			return m, true
		}
	}
	return Model{}, false
}
