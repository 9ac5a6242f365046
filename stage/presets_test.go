package stage

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPresetsAreValid(t *testing.T) {
	var names []string
	for name, m := range Presets() {
		names = append(names, name)
		assert.Equal(t, name, m.Name)
		assert.NoError(t, m.Validate(), name)
		same, ok := Preset(name)
		assert.True(t, ok)
		assert.Equal(t, m, same)
	}
	assert.Equal(t, []string{
		"three", "four", "five", "six", "buyer", "customer", "ecommerce", "hubspot", "salesforce",
	}, names)
	for range Presets() {
		break // a consumer may stop
	}
	_, ok := Preset("Three")
	assert.False(t, ok)
}

func TestPresetStages(t *testing.T) {
	for name, want := range map[string][]Stage{
		"three":     {"awareness", "consideration", "decision"},
		"four":      {"awareness", "consideration", "decision", "retention"},
		"five":      {"awareness", "consideration", "purchase", "retention", "advocacy"},
		"six":       {"awareness", "consideration", "decision", "purchase", "post-purchase", "loyalty"},
		"buyer":     {"awareness", "consideration", "decision", "purchase"},
		"customer":  {"purchase", "onboarding", "retention", "loyalty", "advocacy"},
		"ecommerce": {"awareness", "consideration", "decision", "purchase", "post-purchase", "support", "refund"},
		// developers.hubspot.com, default lifecycle stage values, in their order.
		"hubspot": {
			"subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead",
			"opportunity", "customer", "evangelist", "other",
		},
		// help.salesforce.com, default values of the opportunity stage, in their order.
		"salesforce": {
			"Prospecting", "Qualification", "Needs Analysis", "Value Proposition", "Id. Decision Makers",
			"Perception Analysis", "Proposal/Price Quote", "Negotiation/Review", "Closed Won", "Closed Lost",
		},
	} {
		m, ok := Preset(name)
		require.True(t, ok, name)
		var got []Stage
		for _, s := range m.All() {
			got = append(got, s.Stage)
		}
		assert.Equal(t, want, got, name)
	}
}

func TestPresetPhases(t *testing.T) {
	last, _ := Buyer().Last()
	assert.Equal(t, AtPurchase, Buyer().Phase(last), "the buyer's journey ends at the purchase")
	first, _ := Customer().First()
	assert.Equal(t, AtPurchase, Customer().Phase(first), "the customer's begins there")
	assert.Empty(t, slices.Collect(Three().In(AtPurchase)))
	assert.Equal(t, []Stage{"Closed Lost"}, slices.Collect(Salesforce().In(UnknownPhase)))
	assert.Equal(t, []Stage{"Closed Won"}, slices.Collect(Salesforce().In(AtPurchase)))
	assert.Equal(t, []Stage{"other"}, slices.Collect(HubSpot().In(UnknownPhase)))
}

func TestPresetsAreFresh(t *testing.T) {
	for name := range Presets() {
		a, _ := Preset(name)
		a.Steps[0].Stage = "changed"
		a.Steps = append(a.Steps, Step{Stage: "more"})
		b, _ := Preset(name)
		assert.NotEqual(t, Stage("changed"), b.Steps[0].Stage, name)
		assert.False(t, b.Contains("more"), name)
	}
}
