package journey

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

func TestRulesApply(t *testing.T) {
	rules := Rules{Model: trackerModel, Rules: []Rule{
		{Name: "all conditions", Kinds: []touchKind{"call", "visit"}, Channels: []touchpoint.Channel{"store"}, Stages: []stage.Stage{"cart"}, Properties: map[string][]string{"size": {"s", "m"}, "note": nil}, To: "buy"},
		{Name: "big", Match: func(t *touchpoint.Touchpoint) bool { return t.Value > 100 }, To: "buy"},
		{Name: "store", Channels: []touchpoint.Channel{"store"}, To: "look"},
		{Name: "stage", Stages: []stage.Stage{"", "use"}, Kinds: []touchKind{""}, To: "use"},
	}}
	require.NoError(t, rules.Validate())
	all := touchpoint.Touchpoint{Kind: "visit", Channel: "store", Stage: "cart", Properties: map[string]string{"size": "m", "note": "x"}}
	with := func(change func(*touchpoint.Touchpoint)) touchpoint.Touchpoint {
		touch := all
		touch.Properties = map[string]string{"size": "m", "note": "x"}
		change(&touch)
		return touch
	}
	for i, test := range []struct {
		touch touchpoint.Touchpoint
		want  int
	}{
		{all, 0},
		{with(func(t *touchpoint.Touchpoint) { t.Kind = "call" }), 0},
		{with(func(t *touchpoint.Touchpoint) { t.Kind = "Visit" }), 2},
		{with(func(t *touchpoint.Touchpoint) { t.Stage = "" }), 2},
		{with(func(t *touchpoint.Touchpoint) { t.Properties["size"] = "l" }), 2},
		{with(func(t *touchpoint.Touchpoint) { delete(t.Properties, "size") }), 2},
		{with(func(t *touchpoint.Touchpoint) { t.Properties["note"] = "" }), 2},
		{with(func(t *touchpoint.Touchpoint) { t.Properties = nil }), 2},
		{with(func(t *touchpoint.Touchpoint) { t.Channel = "web" }), -1},
		{with(func(t *touchpoint.Touchpoint) { t.Channel, t.Value = "web", 101 }), 1},
		{touchpoint.Touchpoint{}, 3},
		{touchpoint.Touchpoint{Stage: "use"}, 3},
		{touchpoint.Touchpoint{Stage: "look"}, -1},
	} {
		got, ok := rules.Apply(&test.touch)
		assert.Equal(t, test.want, got, i)
		assert.Equal(t, test.want >= 0, ok, i)
		assert.Equal(t, test.want, newMatcher(rules.Rules).match(&test.touch), i)
	}
}

// The quick matcher agrees with trying one rule after the other.
func TestMatcher(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 7))
	pick := func(n int) (s string) {
		if i := rng.IntN(n); i > 0 {
			s = string(rune('a' + i))
		}
		return s
	}
	for range 300 {
		var rules Rules
		for range 1 + rng.IntN(6) {
			var r Rule
			for range rng.IntN(3) {
				r.Kinds = append(r.Kinds, touchKind(pick(4)))
			}
			for range rng.IntN(2) {
				r.Channels = append(r.Channels, touchpoint.Channel(pick(3)))
			}
			if rng.IntN(3) == 0 {
				r.Properties = map[string][]string{"p": {pick(3)}}
			}
			rules.Rules = append(rules.Rules, r)
		}
		m := newMatcher(rules.Rules)
		for range 20 {
			touch := touchpoint.Touchpoint{Kind: touchKind(pick(5)), Channel: touchpoint.Channel(pick(3)), Properties: map[string]string{"p": pick(3)}}
			want, _ := rules.Apply(&touch)
			require.Equal(t, want, m.match(&touch))
		}
	}
}

func TestRulesValidate(t *testing.T) {
	err := Rules{Model: trackerModel, Rules: []Rule{
		{To: "look"},
		{Name: "a", To: "nowhere", Kinds: []touchKind{"k"}},
		{Name: "a\xff", To: "look"},
		{Name: "a"},
		{Name: "b", Effect: Reports},
		{Name: "c", Effect: Activity, To: "look"},
		{Name: "d", Effect: 9, To: "look"},
		{Name: "e", Effect: Refunds, To: "buy"},
	}}.Validate()
	require.ErrorIs(t, err, ErrUnknownStage)
	for _, text := range []string{
		`Rules[0], "": no name`,
		`unknown stage "nowhere": Rules.Rules[1], "a"`,
		`Rules[2], "a\xff": name is not valid UTF-8`,
		`Rules[3], "a": name given twice`,
		`Rules[3], "a": no stage`,
		`Rules[4], "b": no stage`,
		`Rules[5], "c": activity has no stage`,
		`Rules[6], "d": no such effect`,
		`Rules[7], "e": a refund does not lead to a purchase`,
	} {
		require.ErrorContains(t, err, text)
	}
	require.ErrorContains(t, err, `Rules[3], "a": never matches: rule "a\xff" before it matches everything`)
	require.ErrorIs(t, Rules{}.Validate(), ErrNoRules)
	require.ErrorIs(t, Rules{}.Validate(), stage.ErrNoSteps)
	require.NoError(t, Rules{Model: trackerModel, Rules: []Rule{{Name: "a", Kinds: []touchKind{"k"}, To: "look"}, {Name: "rest", Effect: Activity}}}.Validate())
}

func TestEffectText(t *testing.T) {
	for i, name := range effectNames {
		text, err := Effect(i).MarshalText()
		require.NoError(t, err)
		assert.Equal(t, name, string(text))
		assert.Equal(t, name, Effect(i).String())
		var back Effect
		require.NoError(t, back.UnmarshalText(text))
		assert.EqualValues(t, i, back)
	}
	for i, name := range policyNames {
		text, err := Policy(i).MarshalText()
		require.NoError(t, err)
		assert.Equal(t, name, string(text))
		var back Policy
		require.NoError(t, back.UnmarshalText(text))
		assert.EqualValues(t, i, back)
	}
	for i, name := range transitionNames {
		text, err := TransitionKind(i).MarshalText()
		require.NoError(t, err)
		assert.Equal(t, name, string(text))
		var back TransitionKind
		require.NoError(t, back.UnmarshalText(text))
		assert.EqualValues(t, i, back)
	}
	_, err := Effect(9).MarshalText()
	require.Error(t, err)
	require.Error(t, new(Effect).UnmarshalText([]byte("x")))
	require.Error(t, new(Policy).UnmarshalText([]byte("x")))
	require.Error(t, new(TransitionKind).UnmarshalText([]byte("x")))
	assert.Equal(t, "Policy(7)", Policy(7).String())
}
