package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// funnelFlags describe a funnel. When it looks from, and when a customer counts as
// lost, is up to customerFlags.
type funnelFlags struct {
	Steps       stepList   `placeholder:"A,B,..." help:"The steps in order: a,b is two steps, a|b either of two events, a? a step that may be left out, name=a|b? a step with a name of its own. A name with other characters in it stands in double quotes." group:"Funnel"`
	Stages      stageModel `placeholder:"MODEL" help:"Instead of --steps, the stages of a model: three, four, five, six, buyer, customer, ecommerce, hubspot or salesforce, or one of your own such as \"b2b = pre-purchase: lead, demo; purchase: deal\"." group:"Funnel"`
	On          string     `enum:"event,kind,channel,stage" default:"event" placeholder:"NAME" help:"What the names of steps are: of an event (default), which is the kind, or the channel where there is no kind; or of a kind, a channel or a stage." group:"Funnel"`
	Order       string     `enum:"ordered,consecutive,strict,any" default:"ordered" placeholder:"NAME" help:"ordered: one step after the other, with any events between (default); consecutive: with none between but repetitions of the step done; strict: with none at all; any: in any order." group:"Funnel"`
	Entry       string     `enum:"any,first,every" default:"any" placeholder:"NAME" help:"Which events of the first step count: any of them, the best (default); the first only; or every, so that attempts are counted and not customers." group:"Funnel"`
	Open        bool       `help:"Customers may enter at any step, not at the first only." group:"Funnel"`
	Window      duration   `placeholder:"7d" help:"The longest time from the first step to the last." group:"Funnel"`
	StepWindow  duration   `placeholder:"1d" help:"The longest time from one step to the next." group:"Funnel"`
	Exclude     stepList   `placeholder:"X,Y,..." help:"Events that end progress where they come between two steps; the steps done stay. Written as steps are: x,y|z." group:"Funnel"`
	ExcludeDrop stepList   `placeholder:"X,Y,..." help:"Events that take the customer out of the funnel there, who is then counted as excluded." group:"Funnel"`
	Ties        string     `enum:"in-order,any-order,apart" default:"in-order" placeholder:"NAME" help:"Which of two events of the same time is the first: by the columns seq and id, or else by what they are (in-order, the default), either (any-order), or neither (apart)." group:"Funnel"`
	Tolerance   duration   `placeholder:"2s" help:"Events that are no further apart have the same time. Needs --ties any-order or apart." group:"Funnel"`
	Constant    string     `placeholder:"PROPERTY" help:"All steps of a customer must have the same value of this property, such as one order number." group:"Funnel"`
	Like        string     `enum:",exact,clickhouse,clickhouse-strict-order,clickhouse-strict-dedup,clickhouse-strict-increase,clickhouse-strict-once,posthog,posthog-strict,posthog-any,mixpanel,mixpanel-reentry,retentioneering,ga4" default:"" placeholder:"TOOL" help:"Count as this tool does, with its quirks: clickhouse, posthog, mixpanel, retentioneering or ga4; or clickhouse-strict-order, -strict-dedup, -strict-increase, -strict-once, posthog-strict, posthog-any, mixpanel-reentry." group:"Funnel"`
}

// funnelFlagNames are the flags of funnelFlags but --on.
var funnelFlagNames = []string{
	"steps", "stages", "order", "entry", "open", "window", "step-window",
	"exclude", "exclude-drop", "ties", "tolerance", "constant", "like",
}

// funnel returns the funnel, without AsOf and LostAfter. All errors are about the
// command line.
func (f *funnelFlags) funnel() (dropoff.Funnel, error) {
	funnel, err := f.bare()
	if err != nil {
		return dropoff.Funnel{}, err
	}
	if err := funnel.Validate(); err != nil {
		return dropoff.Funnel{}, usageError{inFlags(err)}
	}
	return funnel, nil
}

// flagOf are the flags that set the fields of a funnel.
var flagOf = map[string]string{
	"Order": "--order", "Entry": "--entry", "Ties": "--ties", "Tolerance": "--tolerance", "Open": "--open", "StepWindow": "--step-window",
}

// inFlags says what is wrong with a funnel in terms of the command line.
func inFlags(err error) error {
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		line = strings.TrimPrefix(line, dropoff.ErrFunnel.Error()+": ")
		if what, field, ok := cutLast(line, " no "); ok && flagOf[field] != "" {
			with := "--order any"
			if tool, _, ok := strings.Cut(strings.TrimPrefix(what, "like "), ":"); ok {
				with = "--like " + tool
			}
			line = flagOf[field] + " does not go with " + with
		}
		switch line {
		case "any order is open already":
			line = "--open does not go with --order any, which is open already"
		case "Tolerance needs ties in any order or apart":
			line = "--tolerance needs --ties any-order or apart"
		}
		lines = append(lines, line)
	}
	return errors.New(strings.Join(lines, "\n"))
}

// cutLast cuts s at the last separator.
func cutLast(s, separator string) (before, after string, found bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(separator):], true
}

// bare returns the funnel without asking whether it makes sense as a whole.
func (f *funnelFlags) bare() (dropoff.Funnel, error) {
	funnel, err := f.alongSteps()
	if err != nil {
		return funnel, err
	}
	funnel.Open = f.Open
	funnel.Window, funnel.StepWindow = time.Duration(f.Window), time.Duration(f.StepWindow)
	funnel.Tolerance = time.Duration(f.Tolerance)
	if f.Constant != "" {
		funnel.Constant = journey.ByProperty(f.Constant)
	}
	like := f.Like
	if like == "" {
		like = dropoff.Exact.String()
	}
	if err := errors.Join(
		funnel.Order.UnmarshalText([]byte(f.Order)),
		funnel.Entry.UnmarshalText([]byte(f.Entry)),
		funnel.Ties.UnmarshalText([]byte(f.Ties)),
		funnel.Like.UnmarshalText([]byte(like)),
	); err != nil {
		return funnel, usageError{err}
	}
	return funnel, f.exclusions(&funnel)
}

// alongSteps returns a funnel of the steps that are asked for.
func (f *funnelFlags) alongSteps() (dropoff.Funnel, error) {
	switch {
	case len(f.Steps) > 0 && len(f.Stages.Steps) > 0:
		return dropoff.Funnel{}, usagef("--steps and --stages do not go together")
	case len(f.Stages.Steps) > 0 && f.On != "event" && f.On != "stage":
		return dropoff.Funnel{}, usagef("--stages and --on %s do not go together", f.On)
	case len(f.Stages.Steps) > 0:
		return dropoff.FunnelOf(stage.Model(f.Stages)), nil
	case len(f.Steps) == 0:
		return dropoff.Funnel{}, usagef("--steps: no steps; name them, such as --steps visit,cart,purchase, or say --stages five")
	}
	var funnel dropoff.Funnel
	seen := make(map[string]bool)
	for _, s := range f.Steps {
		if seen[s.name] {
			return funnel, usagef("--steps: two steps are named %q; give one another name, such as %s=%s", s.name, "again", s.text())
		}
		seen[s.name] = true
		step := dropoff.Step{Name: s.name, Optional: s.optional}
		step.Channels, step.Kinds, step.Stages, step.Match = s.condition(f.On)
		funnel.Steps = append(funnel.Steps, step)
	}
	return funnel, nil
}

// exclusions adds the exclusions to the funnel.
func (f *funnelFlags) exclusions(funnel *dropoff.Funnel) error {
	on := f.On
	if len(f.Stages.Steps) > 0 {
		on = "stage"
	}
	seen := make(map[string]bool)
	for _, s := range funnel.Steps {
		seen[s.Name] = true
	}
	add := func(flag string, list stepList, drop bool) error {
		for _, x := range list {
			mixpanel := funnel.Like == dropoff.LikeMixpanel || funnel.Like == dropoff.LikeMixpanelReentry
			if step, same := f.stepOf(x.events); same && !mixpanel {
				return usagef("--%s: %q is also the step %q", flag, x.text(), step)
			}
			switch {
			case x.optional:
				return usagef("--%s: an exclusion cannot be optional: %q", flag, x.name)
			case seen[x.name]:
				return usagef("--%s: there is another step or exclusion named %q; give this one another name, such as %s=%s", flag, x.name, "no", x.text())
			}
			seen[x.name] = true
			exclusion := dropoff.Exclusion{Name: x.name, Drop: drop}
			exclusion.Channels, exclusion.Kinds, exclusion.Stages, exclusion.Match = x.condition(on)
			funnel.Exclusions = append(funnel.Exclusions, exclusion)
		}
		return nil
	}
	if err := add("exclude", f.Exclude, false); err != nil {
		return err
	}
	return add("exclude-drop", f.ExcludeDrop, true)
}

// stepOf returns the step that asks for the same events, if there is one.
func (f *funnelFlags) stepOf(events []string) (name string, ok bool) {
	for _, s := range f.Steps {
		if sameEvents(s.events, events) {
			return s.name, true
		}
	}
	for _, s := range f.Stages.Steps {
		if sameEvents([]string{string(s.Stage)}, events) {
			return string(s.Stage), true
		}
	}
	return "", false
}

// sameEvents reports whether both lists hold the same names.
func sameEvents(a, b []string) bool {
	sorted := func(names []string) []string { return slices.Compact(slices.Sorted(slices.Values(names))) }
	return slices.Equal(sorted(a), sorted(b))
}

// condition returns the condition of a step or an exclusion, by what the names of
// events are.
func (s *stepText) condition(on string) ([]touchpoint.Channel, []touchpoint.Kind, []stage.Stage, func(*touchpoint.Touchpoint) bool) {
	switch on {
	case "channel":
		return named[touchpoint.Channel](s.events), nil, nil, nil
	case "kind":
		return nil, named[touchpoint.Kind](s.events), nil, nil
	case "stage":
		return nil, nil, named[stage.Stage](s.events), nil
	}
	events := slices.Clone(s.events)
	return nil, nil, nil, func(t *touchpoint.Touchpoint) bool { return slices.Contains(events, journey.ByEvent(t)) }
}

func named[T ~string](names []string) []T {
	var all []T
	for _, name := range names {
		all = append(all, T(name))
	}
	return all
}

// stageModel is a model of stages: the name of a preset, or a model of one's own as
// text.
type stageModel stage.Model

// UnmarshalText implements [encoding.TextUnmarshaler].
func (m *stageModel) UnmarshalText(text []byte) error {
	model, ok := stage.Preset(string(text))
	if ok {
		*m = stageModel(model)
		return nil
	}
	if strings.Contains(string(text), "=") {
		return (*stage.Model)(m).UnmarshalText(text)
	}
	var names []string
	for name := range stage.Presets() {
		names = append(names, name)
	}
	return fmt.Errorf("%q is not one of %s, nor a model such as \"mine = pre-purchase: lead; purchase: deal\"", text, strings.Join(names, ", "))
}
