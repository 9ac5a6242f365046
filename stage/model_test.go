package stage

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// b2b is a custom model with labels and a stage outside the phases.
func b2b() Model {
	return Model{Name: "b2b", Steps: []Step{
		{Stage: "lead", Phase: PrePurchase, Labels: map[string]string{"en": "Fresh lead", "de": "Neuer Kontakt"}},
		{Stage: "demo", Phase: PrePurchase},
		{Stage: "deal", Phase: AtPurchase},
		{Stage: "lost"},
		{Stage: "renewal", Phase: PostPurchase},
	}}
}

func TestModelValidate(t *testing.T) {
	with := func(steps ...Step) Model { return Model{Name: "m", Steps: steps} }
	for _, test := range []struct {
		name  string
		model Model
		want  error
		text  string
	}{
		{"fine", b2b(), nil, ""},
		{"one stage", with(Step{Stage: "a"}), nil, ""},
		{"phases may skip", with(Step{Stage: "a", Phase: PrePurchase}, Step{Stage: "b", Phase: PostPurchase}), nil, ""},
		{"unknown phase anywhere", with(Step{Stage: "a", Phase: AtPurchase}, Step{Stage: "b"}, Step{Stage: "c", Phase: AtPurchase}), nil, ""},
		{"inner space and other scripts", with(Step{Stage: "Closed Won"}, Step{Stage: "покупка 🛒"}), nil, ""},
		{"no steps", with(), ErrNoSteps, "no steps"},
		{"no model name", Model{Steps: b2b().Steps}, ErrName, `model "" is empty`},
		{"no stage name", with(Step{}), ErrName, `step 1, "", is empty`},
		{"space before", with(Step{Stage: " a"}), ErrName, "space around"},
		{"no-break space after", with(Step{Stage: "a\u00a0"}), ErrName, "space around"},
		{"invalid UTF-8", with(Step{Stage: "a\xff"}), ErrName, "UTF-8"},
		{"reserved =", with(Step{Stage: "a=b"}), ErrName, "holds one of"},
		{"reserved :", with(Step{Stage: "a:b"}), ErrName, "holds one of"},
		{"reserved ;", with(Step{Stage: "a;b"}), ErrName, "holds one of"},
		{"reserved comma", with(Step{Stage: "a,b"}), ErrName, "holds one of"},
		{"control character", with(Step{Stage: "a\nb"}), ErrName, "control character"},
		{"duplicate", with(Step{Stage: "a"}, Step{Stage: "b"}, Step{Stage: "a"}), ErrDuplicate, `step 3, "a"`},
		{"unknown phase value", with(Step{Stage: "a", Phase: 9}), ErrPhase, `step 1, "a": 9`},
		{"backwards", with(Step{Stage: "a", Phase: AtPurchase}, Step{Stage: "b", Phase: PrePurchase}), ErrOrder, "pre-purchase after purchase"},
		{
			"backwards over an unknown phase",
			with(Step{Stage: "a", Phase: PostPurchase}, Step{Stage: "x"}, Step{Stage: "b", Phase: AtPurchase}),
			ErrOrder, `step 3, "b"`,
		},
		{"label language", with(Step{Stage: "a", Labels: map[string]string{"": "A"}}), ErrName, `language ""`},
		{"label text", with(Step{Stage: "a", Labels: map[string]string{"en": "\xff"}}), ErrName, `label "en"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := test.model.Validate()
			require.ErrorIs(t, err, test.want)
			if test.want != nil {
				assert.ErrorContains(t, err, test.text)
			}
		})
	}
}

func TestModelValidateReportsAllAtOnce(t *testing.T) {
	err := Model{Steps: []Step{
		{Stage: "a", Phase: PostPurchase},
		{Stage: "a", Phase: PrePurchase},
		{Stage: " ", Phase: 12},
	}}.Validate()
	for _, want := range []error{ErrName, ErrDuplicate, ErrOrder, ErrPhase} {
		require.ErrorIs(t, err, want)
	}
	require.NotErrorIs(t, err, ErrNoSteps)
	assert.Len(t, err.(interface{ Unwrap() []error }).Unwrap(), 5)
}
