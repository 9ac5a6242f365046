package stage

// The stages of the general presets.
const (
	// Awareness: the customer learns that the brand exists.
	Awareness Stage = "awareness"
	// Consideration: the customer compares it with others.
	Consideration Stage = "consideration"
	// Decision: the customer chooses, fills a cart, asks for an offer.
	Decision Stage = "decision"
	// Purchase: the customer buys.
	Purchase Stage = "purchase"
	// AfterPurchase: the customer receives and begins to use what was bought.
	// Its name is "post-purchase"; the phase of that name is [PostPurchase].
	AfterPurchase Stage = "post-purchase"
	// Onboarding: the customer is led to the first success with it.
	Onboarding Stage = "onboarding"
	// Support: the customer needs help.
	Support Stage = "support"
	// Refund: the customer gives it back.
	Refund Stage = "refund"
	// Retention: the customer stays and buys again.
	Retention Stage = "retention"
	// Loyalty: the customer prefers the brand to others.
	Loyalty Stage = "loyalty"
	// Advocacy: the customer recommends it.
	Advocacy Stage = "advocacy"
)

// The default lifecycle stages of HubSpot, by their internal names.
const (
	HubSpotSubscriber  Stage = "subscriber"
	HubSpotLead        Stage = "lead"
	HubSpotMQL         Stage = "marketingqualifiedlead"
	HubSpotSQL         Stage = "salesqualifiedlead"
	HubSpotOpportunity Stage = "opportunity"
	HubSpotCustomer    Stage = "customer"
	HubSpotEvangelist  Stage = "evangelist"
	HubSpotOther       Stage = "other"
)

// The default opportunity stages of Salesforce, by their names.
const (
	SalesforceProspecting      Stage = "Prospecting"
	SalesforceQualification    Stage = "Qualification"
	SalesforceNeedsAnalysis    Stage = "Needs Analysis"
	SalesforceValueProposition Stage = "Value Proposition"
	SalesforceDecisionMakers   Stage = "Id. Decision Makers"
	SalesforcePerception       Stage = "Perception Analysis"
	SalesforceProposal         Stage = "Proposal/Price Quote"
	SalesforceNegotiation      Stage = "Negotiation/Review"
	SalesforceClosedWon        Stage = "Closed Won"
	SalesforceClosedLost       Stage = "Closed Lost"
)
