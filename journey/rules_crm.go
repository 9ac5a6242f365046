package journey

import "github.com/cjm-go/cjm/stage"

// HubSpotRules returns the rules for contacts of HubSpot, over the model
// [stage.HubSpot]. Two rules for each stage: "lifecyclestage customer" where the
// property "lifecyclestage" has its internal name, "stage customer" where the
// touchpoint's own Stage does; the property comes first. Their effect is
// [Reports], since HubSpot sends the field with every change of a contact. A
// stage of one's own has a number for its internal name: add it to the model, and
// a rule for it.
//
// HubSpot itself only moves contacts forward, as [HighWater] does, unless the
// field is cleared first.
func HubSpotRules() Rules {
	r := Rules{Model: stage.HubSpot()}
	r.field("lifecyclestage", Reports, "")
	return r
}

// SalesforceRules returns the rules for opportunities of Salesforce, over the
// model [stage.Salesforce]. Two rules for each stage: "StageName Closed Won" where
// the property "StageName" has its name, "stage Closed Won" where the touchpoint's
// own Stage does; the property comes first. The property "OpportunityId" tells the
// deals of one customer apart: a deal is won once, however often it is saved. A
// touchpoint without it that says "Closed Won" is a purchase each time, as a row
// of the stage history is.
//
// Sales people move deals back and forth, which [Latest] follows.
func SalesforceRules() Rules {
	r := Rules{Model: stage.Salesforce()}
	r.field("StageName", Enters, "OpportunityId")
	return r
}

// field adds two rules for each stage of the model: for touchpoints of which the
// property is the name of the stage, and for those whose own stage it is.
func (r *Rules) field(property string, effect Effect, order string) {
	for _, step := range r.Model.All() {
		r.Rules = append(r.Rules, Rule{
			Name:       property + " " + string(step.Stage),
			Properties: map[string][]string{property: {string(step.Stage)}},
			Effect:     effect, To: step.Stage, Order: order,
		})
	}
	for _, step := range r.Model.All() {
		r.Rules = append(r.Rules, Rule{
			Name:   "stage " + string(step.Stage),
			Stages: []stage.Stage{step.Stage},
			Effect: effect, To: step.Stage, Order: order,
		})
	}
}
