package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// flagsOf returns funnelFlags as kong leaves them where nothing is given.
func flagsOf(t *testing.T, steps string) *funnelFlags {
	t.Helper()
	f := &funnelFlags{On: "event", Order: "ordered", Entry: "any", Ties: "in-order"}
	if steps != "" {
		require.NoError(t, f.Steps.UnmarshalText([]byte(steps)))
	}
	return f
}

func TestFunnelOfFlags(t *testing.T) {
	f := flagsOf(t, "a,x=b|c?,d")
	f.On, f.Order, f.Entry, f.Open = "kind", "consecutive", "first", true
	f.Window, f.StepWindow = duration(time.Hour), duration(time.Minute)
	require.NoError(t, f.Exclude.UnmarshalText([]byte("e,f|g")))
	require.NoError(t, f.ExcludeDrop.UnmarshalText([]byte("h")))
	got, err := f.funnel()
	require.NoError(t, err)
	assert.Equal(t, dropoff.Funnel{
		Steps: []dropoff.Step{
			{Name: "a", Kinds: []touchpoint.Kind{"a"}},
			{Name: "x", Kinds: []touchpoint.Kind{"b", "c"}, Optional: true},
			{Name: "d", Kinds: []touchpoint.Kind{"d"}},
		},
		Order: dropoff.Consecutive, Entry: dropoff.FirstEntry, Open: true, Window: time.Hour, StepWindow: time.Minute,
		Exclusions: []dropoff.Exclusion{
			{Name: "e", Kinds: []touchpoint.Kind{"e"}},
			{Name: "f|g", Kinds: []touchpoint.Kind{"f", "g"}},
			{Name: "h", Kinds: []touchpoint.Kind{"h"}, Drop: true},
		},
	}, got)

	f = flagsOf(t, "a,b")
	f.Ties, f.Tolerance, f.Constant = "apart", duration(time.Second), "order"
	got, err = f.funnel()
	require.NoError(t, err)
	assert.Equal(t, dropoff.TiesApart, got.Ties)
	assert.Equal(t, time.Second, got.Tolerance)
	assert.Equal(t, "7", got.Constant(&touchpoint.Touchpoint{Properties: map[string]string{"order": "7"}}))

	f = flagsOf(t, "a,b")
	f.Like = "posthog-any"
	got, err = f.funnel()
	require.NoError(t, err)
	assert.Equal(t, dropoff.LikePostHogAnyOrder, got.Like)
}

// The name of an event is its kind, or its channel where there is no kind.
func TestStepsMatchOn(t *testing.T) {
	touches := map[string]touchpoint.Touchpoint{
		"kind":     {Kind: "a"},
		"channel":  {Channel: "a"},
		"both":     {Kind: "b", Channel: "a"},
		"stage":    {Stage: "a", Channel: "b"},
		"anything": {Kind: "x", Channel: "x", Stage: "x"},
	}
	for on, want := range map[string]map[string]bool{
		"event":   {"kind": true, "channel": true},
		"kind":    {"kind": true},
		"channel": {"channel": true, "both": true},
		"stage":   {"stage": true},
	} {
		f := flagsOf(t, "a")
		f.On = on
		funnel, err := f.funnel()
		require.NoError(t, err)
		e, err := dropoff.NewEvaluator(funnel)
		require.NoError(t, err)
		for name, touch := range touches {
			touch.Time = time.Unix(0, 0)
			entered := e.Evaluate(&journey.Path{Touchpoints: []touchpoint.Touchpoint{touch}}, nil)[0].Entered == 1
			assert.Equal(t, want[name], entered, "--on %s, %s", on, name)
		}
	}
}

func TestFunnelOfStages(t *testing.T) {
	f := flagsOf(t, "")
	require.NoError(t, f.Stages.UnmarshalText([]byte("buyer")))
	require.NoError(t, f.Exclude.UnmarshalText([]byte("support")))
	got, err := f.funnel()
	require.NoError(t, err)
	want := dropoff.FunnelOf(stage.Buyer())
	want.Exclusions = []dropoff.Exclusion{{Name: "support", Stages: []stage.Stage{"support"}}}
	assert.Equal(t, want, got)

	require.NoError(t, f.Exclude.UnmarshalText([]byte("no=purchase")))
	_, err = f.funnel()
	require.ErrorContains(t, err, `--exclude: "purchase" is also the step "purchase"`)

	f = flagsOf(t, "")
	require.NoError(t, f.Stages.UnmarshalText([]byte("b2b = pre-purchase: lead, demo; purchase: deal")))
	got, err = f.funnel()
	require.NoError(t, err)
	assert.Len(t, got.Steps, 3)

	require.ErrorContains(t, f.Stages.UnmarshalText([]byte("seven")), `"seven" is not one of three, four, five,`)
	require.ErrorIs(t, f.Stages.UnmarshalText([]byte("mine = sometime: lead")), stage.ErrPhase)
}

func TestFunnelFlagErrors(t *testing.T) {
	list := func(text string) (l stepList) {
		require.NoError(t, l.UnmarshalText([]byte(text)))
		return l
	}
	var many []string
	for i := range dropoff.MaxSteps + 1 {
		many = append(many, fmt.Sprintf("s%d", i))
	}
	tests := []struct {
		name  string
		steps string
		set   func(*funnelFlags)
		want  string
	}{
		{"no steps", "", nil, "no steps"},
		{"65 steps", strings.Join(many, ","), nil, "65 steps, more than 64"},
		{"a name twice", "search,buy,search", nil, `two steps are named "search"; give one another name, such as again=search`},
		{"a name of several twice", "a|b,a|b", nil, `such as again=a|b`},
		{"the first is optional", "a?,b", nil, "cannot be optional"},
		{"the last is optional", "a,b?", nil, "cannot be optional"},
		{"an exclusion that is a step", "a,b|c", func(f *funnelFlags) { f.Exclude = list("c|b") }, `--exclude: "c|b" is also the step "b|c"`},
		{"one that drops", "a,b", func(f *funnelFlags) { f.ExcludeDrop = list("x=b") }, `--exclude-drop: "b" is also the step "b"`},
		{"an exclusion named like a step", "x=a,b", func(f *funnelFlags) { f.Exclude = list("x") }, `named "x"; give this one another name, such as no=x`},
		{"an exclusion twice", "a,b", func(f *funnelFlags) { f.Exclude, f.ExcludeDrop = list("x"), list("x") }, "--exclude-drop: there is another step or exclusion"},
		{"an optional exclusion", "a,b", func(f *funnelFlags) { f.Exclude = list("x?") }, "cannot be optional"},
		{"both", "a,b", func(f *funnelFlags) { f.Stages = stageModel(stage.Five()) }, "do not go together"},
		{"stages on kinds", "", func(f *funnelFlags) { f.Stages, f.On = stageModel(stage.Five()), "kind" }, "--stages and --on kind do not go together"},
		{"tolerance alone", "a,b", func(f *funnelFlags) { f.Tolerance = 1 }, "--tolerance needs --ties any-order or apart"},
		{"any order with a step window", "a,b", func(f *funnelFlags) { f.Order, f.StepWindow = "any", 1 }, "--step-window does not go with --order any"},
		{"a tool with an order", "a,b", func(f *funnelFlags) { f.Like, f.Order = "posthog", "strict" }, "--order does not go with --like posthog"},
		{"no such order", "a,b", func(f *funnelFlags) { f.Order = "random" }, `"random"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := flagsOf(t, test.steps)
			if test.set != nil {
				test.set(f)
			}
			_, err := f.funnel()
			require.ErrorContains(t, err, test.want)
			assert.True(t, isUsage(err))
		})
	}
	_, err := flagsOf(t, strings.Join(many[:dropoff.MaxSteps], ",")).funnel()
	assert.NoError(t, err, "64 steps")
	f := flagsOf(t, "a,b")
	f.Like, f.Exclude = "mixpanel", list("no=b")
	_, err = f.funnel()
	assert.NoError(t, err, "which Mixpanel has")
}

// What is wrong with a funnel is said in terms of the command line.
func TestFunnelErrorsNameFlags(t *testing.T) {
	path := file(t, "events.csv", fiveCustomers)
	for _, test := range []struct{ args, want []string }{
		{
			[]string{"--like", "retentioneering", "--order", "strict", "--entry", "first", "--step-window", "1d"},
			[]string{"--order does not go with --like retentioneering", "--entry does not go with --like retentioneering", "--step-window does not go with --like retentioneering"},
		},
		{[]string{"--like", "posthog", "--open"}, []string{"--open does not go with --like posthog"}},
		{[]string{"--order", "any", "--step-window", "1d"}, []string{"--step-window does not go with --order any"}},
		{[]string{"--order", "any", "--open"}, []string{"--open does not go with --order any, which is open already"}},
		{[]string{"--tolerance", "2s"}, []string{"--tolerance needs --ties any-order or apart"}},
		{[]string{"--steps", "visit?,order"}, []string{`step "visit" is the first, so it cannot be optional`}},
		{[]string{"--steps", "visit,has no Order?"}, []string{`step "has no Order" is the last, so it cannot be optional`}},
		{[]string{"--lost", "3"}, []string{"--lost: nobody can be lost at this step: 3 of 2"}},
	} {
		got := cjm(t, append([]string{"dropoff", path, "--steps", "visit,order"}, test.args...)...)
		assert.Equal(t, exitUsage, got.code, got.stderr)
		for _, want := range test.want {
			assert.Contains(t, got.stderr, want)
		}
		assert.NotContains(t, got.stderr, "dropoff: ")
	}
}
