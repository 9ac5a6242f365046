package journey

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// Errors of [Rules] and of what refers to their stages.
var (
	// ErrUnknownStage says that a stage is not in the model.
	ErrUnknownStage = errors.New("journey: unknown stage")
	// ErrNoRules says that there is no rule.
	ErrNoRules = errors.New("journey: no rules")
)

// Rule says what a touchpoint means for the stage of its customer. All
// conditions given must hold; one that is nil or empty holds always.
type Rule struct {
	// Name names the rule in answers and in stored evidence. It is unique in
	// its [Rules] and not empty.
	Name string

	// Kinds, Channels and Stages each list what the touchpoint's own field may
	// be, letter for letter.
	Kinds    []touchpoint.Kind
	Channels []touchpoint.Channel
	Stages   []stage.Stage
	// Properties lists for each key what the property may be. An empty list
	// stands for any text but the empty one.
	Properties map[string][]string
	// Match is any further condition. It depends on the touchpoint alone, does
	// not change it, and may be called from several goroutines.
	Match func(*touchpoint.Touchpoint) bool

	// Effect says what the touchpoint does. The zero value, [Enters], takes the
	// customer to the stage To.
	Effect Effect
	// To is a stage of the model. [Enters] and [Reports] need it, [Activity]
	// has none. [Refunds] may have one: the stage to which a refund itself
	// leads. Without it the stage is the one that the customer would be in
	// without the purchase.
	To stage.Stage
	// Order is the key of the property that holds the order number; empty if
	// there is none. By it a refund finds its purchase, and a purchase that two
	// touchpoints tell of is known for one.
	Order string
}

// Rules map touchpoints to the stages of a model. The first rule that matches
// wins; a touchpoint that none matches tells nothing of the stage.
//
// There are ready ones: [SegmentRules], [SegmentB2BRules], [HubSpotRules],
// [SalesforceRules]. Each call makes a fresh copy, to which rules can be added:
// in front, to decide before them; behind, for what they leave over, such as
//
//	rules.Rules = append(rules.Rules, journey.Rule{Name: "seen", Effect: journey.Activity})
type Rules struct {
	Model stage.Model
	Rules []Rule
}

// Validate reports all that is wrong at once: what [stage.Model.Validate] says
// of the model, no rules ([ErrNoRules]), names that are empty, not valid UTF-8 or
// given twice, an effect that is none, a stage that is needed or must not be
// there or is not in the model ([ErrUnknownStage]), and a rule that never
// matches because one before it matches everything.
func (r Rules) Validate() error {
	var errs []error
	if err := r.Model.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("journey: Rules.Model: %w", err))
	}
	if len(r.Rules) == 0 {
		errs = append(errs, ErrNoRules)
	}
	names := make(map[string]bool, len(r.Rules))
	catchAll := ""
	for i := range r.Rules {
		rule := &r.Rules[i]
		bad := func(is bool, reason string) {
			if is {
				errs = append(errs, fmt.Errorf("journey: Rules.Rules[%d], %q: %s", i, rule.Name, reason))
			}
		}
		bad(rule.Name == "", "no name")
		bad(!utf8.ValidString(rule.Name), "name is not valid UTF-8")
		bad(names[rule.Name], "name given twice")
		names[rule.Name] = true
		bad(int(rule.Effect) >= len(effectNames), "no such effect")
		bad(rule.To == "" && (rule.Effect == Enters || rule.Effect == Reports), "no stage")
		bad(rule.To != "" && rule.Effect == Activity, "activity has no stage")
		if rule.To != "" && !r.Model.Contains(rule.To) {
			errs = append(errs, fmt.Errorf("%w %q: Rules.Rules[%d], %q", ErrUnknownStage, rule.To, i, rule.Name))
		}
		bad(rule.Effect == Refunds && r.Model.Phase(rule.To) == stage.AtPurchase, "a refund does not lead to a purchase")
		bad(catchAll != "", fmt.Sprintf("never matches: rule %q before it matches everything", catchAll))
		if catchAll == "" && rule.unconditional() {
			catchAll = rule.Name
		}
	}
	return errors.Join(errs...)
}

// Apply returns the position of the first rule that matches the touchpoint, and
// whether there is one. Without one the position is -1.
func (r Rules) Apply(t *touchpoint.Touchpoint) (int, bool) {
	for i := range r.Rules {
		if r.Rules[i].matches(t) {
			return i, true
		}
	}
	return -1, false
}

func (r *Rule) unconditional() bool {
	return len(r.Kinds) == 0 && len(r.Channels) == 0 && len(r.Stages) == 0 && len(r.Properties) == 0 && r.Match == nil
}

func (r *Rule) matches(t *touchpoint.Touchpoint) bool {
	return allows(r.Kinds, t.Kind) && r.matchesRest(t)
}

// matchesRest is matches but for the kind.
func (r *Rule) matchesRest(t *touchpoint.Touchpoint) bool {
	if !allows(r.Channels, t.Channel) || !allows(r.Stages, t.Stage) {
		return false
	}
	for key, may := range r.Properties {
		if text := t.Properties[key]; !allows(may, text) || len(may) == 0 && text == "" {
			return false
		}
	}
	return r.Match == nil || r.Match(t)
}

func allows[T comparable](may []T, v T) bool { return len(may) == 0 || slices.Contains(may, v) }

// matcher finds the first rule that matches without trying them all.
type matcher struct {
	rules []Rule
	// byKind lists, in order, the rules that a touchpoint of the kind can
	// match; rest those that one of any other kind can.
	byKind map[touchpoint.Kind][]int32
	rest   []int32
}

// newMatcher keeps nothing of the rules that the caller could change.
func newMatcher(rules []Rule) *matcher {
	m := &matcher{rules: slices.Clone(rules), byKind: make(map[touchpoint.Kind][]int32)}
	for i := range m.rules {
		r := &m.rules[i]
		r.Kinds, r.Channels, r.Stages = slices.Clone(r.Kinds), slices.Clone(r.Channels), slices.Clone(r.Stages)
		r.Properties = maps.Clone(r.Properties)
		for key, may := range r.Properties {
			r.Properties[key] = slices.Clone(may)
		}
		for _, kind := range r.Kinds {
			m.byKind[kind] = nil
		}
	}
	for i := range m.rules {
		kinds := m.rules[i].Kinds
		if len(kinds) == 0 {
			m.rest = append(m.rest, int32(i))
		}
		for kind := range m.byKind {
			if allows(kinds, kind) {
				m.byKind[kind] = append(m.byKind[kind], int32(i))
			}
		}
	}
	return m
}

// match returns the position of the rule, -1 if there is none.
func (m *matcher) match(t *touchpoint.Touchpoint) int {
	list, ok := m.byKind[t.Kind]
	if !ok {
		list = m.rest
	}
	for _, i := range list {
		if m.rules[i].matchesRest(t) {
			return int(i)
		}
	}
	return -1
}
