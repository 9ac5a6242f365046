package dropoff

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// kinds returns a funnel of steps of one kind each.
func kinds(names ...touchpoint.Kind) Funnel {
	var f Funnel
	for _, name := range names {
		f.Steps = append(f.Steps, Step{Name: string(name), Kinds: []touchpoint.Kind{name}})
	}
	return f
}

// with returns the funnel changed.
func with(f Funnel, set func(*Funnel)) Funnel {
	set(&f)
	return f
}

// many returns a funnel of n steps.
func many(n int) Funnel {
	var f Funnel
	for i := range n {
		f.Steps = append(f.Steps, Step{Name: fmt.Sprint(i), Match: mark("A")})
	}
	return f
}

func TestValidate(t *testing.T) {
	abc := func(set func(*Funnel)) Funnel { return with(kinds("a", "b", "c"), set) }
	excluding := func(x Exclusion) Funnel {
		return abc(func(f *Funnel) {
			if x.Kinds == nil {
				x.Kinds = []touchpoint.Kind{"x"}
			}
			f.Exclusions = []Exclusion{x}
		})
	}
	like := func(l Like, set func(*Funnel)) Funnel {
		return abc(func(f *Funnel) { f.Like = l; set(f) })
	}
	second := time.Second
	for name, c := range map[string]struct {
		f    Funnel
		want string
	}{
		"no steps":              {Funnel{}, "no steps"},
		"65 steps":              {many(65), "65 steps, more than 64"},
		"65 exclusions":         {abc(func(f *Funnel) { f.Exclusions = make([]Exclusion, 65) }), "65 exclusions, more than 64"},
		"no name":               {abc(func(f *Funnel) { f.Steps[1].Name = "" }), "step 2 has no name"},
		"one name twice":        {abc(func(f *Funnel) { f.Steps[1].Name = "a" }), `two steps or exclusions are named "a"`},
		"exclusion's no name":   {excluding(Exclusion{}), "exclusion 1 has no name"},
		"exclusion's name":      {excluding(Exclusion{Name: "b"}), `two steps or exclusions are named "b"`},
		"no condition":          {abc(func(f *Funnel) { f.Steps[1].Kinds = nil }), `step "b" matches on nothing`},
		"exclusion of nothing":  {excluding(Exclusion{Name: "x", Kinds: []touchpoint.Kind{}}), `exclusion "x" matches on nothing`},
		"exclusion is a step":   {excluding(Exclusion{Name: "x", Kinds: []touchpoint.Kind{"b", "b"}}), `exclusion "x" has the condition of step "b"`},
		"negative Within":       {abc(func(f *Funnel) { f.Steps[1].Within = -1 }), `step "b": negative Within`},
		"first optional":        {abc(func(f *Funnel) { f.Steps[0].Optional = true }), "cannot be optional"},
		"last optional":         {abc(func(f *Funnel) { f.Steps[2].Optional = true }), "cannot be optional"},
		"first directly":        {abc(func(f *Funnel) { f.Steps[0].Directly = true }), "follows none directly"},
		"From negative":         {excluding(Exclusion{Name: "x", From: -1}), "From -1 and To 0 are not both among 3 steps"},
		"To too large":          {excluding(Exclusion{Name: "x", To: 4}), "From 0 and To 4 are not both among 3 steps"},
		"From is To":            {excluding(Exclusion{Name: "x", From: 2, To: 2}), "no steps between 2 and 2"},
		"From is last":          {excluding(Exclusion{Name: "x", From: 3}), "no steps between 3 and 3"},
		"Window":                {abc(func(f *Funnel) { f.Window = -1 }), "negative Window"},
		"StepWindow":            {abc(func(f *Funnel) { f.StepWindow = -1 }), "negative StepWindow"},
		"Tolerance":             {abc(func(f *Funnel) { f.Ties, f.Tolerance = TiesApart, -1 }), "negative Tolerance"},
		"LostAfter":             {abc(func(f *Funnel) { f.LostAfter = -1 }), "negative LostAfter"},
		"LostAfter, no AsOf":    {abc(func(f *Funnel) { f.LostAfter = 1 }), "LostAfter needs AsOf"},
		"Tolerance in order":    {abc(func(f *Funnel) { f.Tolerance = 1 }), "Tolerance needs ties"},
		"order":                 {abc(func(f *Funnel) { f.Order = 4 }), "no such order: 4"},
		"entry":                 {abc(func(f *Funnel) { f.Entry = 3 }), "no such entry: 3"},
		"ties":                  {abc(func(f *Funnel) { f.Ties = 3 }), "no such rule for ties: 3"},
		"like":                  {abc(func(f *Funnel) { f.Like = 99 }), "no such tool to count like: 99"},
		"strict ties":           {abc(func(f *Funnel) { f.Order, f.Ties = Strict, TiesApart }), "order strict needs ties in order"},
		"consecutive ties":      {abc(func(f *Funnel) { f.Order, f.Ties = Consecutive, TiesInAnyOrder }), "order consecutive needs ties in order"},
		"directly ties":         {abc(func(f *Funnel) { f.Steps[1].Directly, f.Ties = true, TiesApart }), "Directly needs ties in order"},
		"every ties":            {abc(func(f *Funnel) { f.Entry, f.Ties = EveryEntry, TiesApart }), "every entry needs ties in order"},
		"any, StepWindow":       {abc(func(f *Funnel) { f.Order, f.StepWindow = AnyOrder, 1 }), "any order has no StepWindow"},
		"any, Within":           {abc(func(f *Funnel) { f.Order, f.Steps[1].Within = AnyOrder, 1 }), "any order has no Within"},
		"any, Directly":         {abc(func(f *Funnel) { f.Order, f.Steps[1].Directly = AnyOrder, true }), "directly in any order"},
		"any, Optional":         {abc(func(f *Funnel) { f.Order, f.Steps[1].Optional = AnyOrder, true }), "optional in any order"},
		"any, Open":             {abc(func(f *Funnel) { f.Order, f.Open = AnyOrder, true }), "any order is open already"},
		"any, From":             {with(excluding(Exclusion{Name: "x", To: 2}), func(f *Funnel) { f.Order = AnyOrder }), "From and To mean nothing"},
		"any, Tolerance":        {abc(func(f *Funnel) { f.Order, f.Ties, f.Tolerance = AnyOrder, TiesApart, 1 }), "any order has no Tolerance"},
		"like, Order":           {like(LikePostHog, func(f *Funnel) { f.Order = Strict }), "like posthog: no Order"},
		"like, Entry":           {like(LikePostHog, func(f *Funnel) { f.Entry = FirstEntry }), "like posthog: no Entry"},
		"like, Ties":            {like(LikePostHog, func(f *Funnel) { f.Ties = TiesApart }), "like posthog: no Ties"},
		"like, Tolerance":       {like(LikePostHog, func(f *Funnel) { f.Tolerance = 1 }), "like posthog: no Tolerance"},
		"like, Open":            {like(LikePostHog, func(f *Funnel) { f.Open = true }), "like posthog: no Open"},
		"like, Directly":        {like(LikePostHog, func(f *Funnel) { f.Steps[1].Directly = true }), `like posthog: step "b": no Directly`},
		"like, Optional":        {like(LikeGA4, func(f *Funnel) { f.Steps[1].Optional = true }), `like ga4: step "b": no Optional`},
		"like, StepWindow":      {like(LikeMixpanel, func(f *Funnel) { f.StepWindow = second }), "like mixpanel: the tool has no StepWindow"},
		"like, Within":          {like(LikeMixpanel, func(f *Funnel) { f.Steps[1].Within = second }), "like mixpanel: the tool has no Within"},
		"retentioneering":       {like(LikeRetentioneering, func(f *Funnel) { f.Window = second }), "like retentioneering: retentioneering has no window"},
		"clickhouse exclusions": {with(excluding(Exclusion{Name: "x"}), func(f *Funnel) { f.Like = LikeClickHouse }), "ClickHouse has no exclusions"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.f.Validate()
			require.ErrorIs(t, err, ErrFunnel)
			require.ErrorContains(t, err, c.want)
			if !strings.Contains(name, "65 exclusions") { // which have no names either
				require.Len(t, err.(interface{ Unwrap() []error }).Unwrap(), 1, "%v", err)
			}
			_, err = NewEvaluator(c.f)
			require.ErrorIs(t, err, ErrFunnel)
		})
	}
}

func TestValidateAllAtOnce(t *testing.T) {
	f := kinds("a", "a", "")
	f.Window, f.LostAfter = -1, time.Second
	err := f.Validate()
	for _, want := range []string{`named "a"`, "no name", "negative Window", "LostAfter needs AsOf"} {
		assert.ErrorContains(t, err, want)
	}
}

func TestValid(t *testing.T) {
	one := many(1)
	one.Steps[0].Name = "only"
	for name, f := range map[string]Funnel{
		"one step":            one,
		"64 steps":            many(64),
		"the longest window":  with(kinds("a", "b"), func(f *Funnel) { f.Window, f.StepWindow = 1<<63-1, 1<<63-1 }),
		"equal steps":         with(kinds("a", "a"), func(f *Funnel) { f.Steps[1].Name = "again" }),
		"any order and ties":  with(kinds("a", "b"), func(f *Funnel) { f.Order, f.Ties = AnyOrder, TiesApart }),
		"exclusion like step": with(letters("AB A"), func(f *Funnel) { f.Exclusions[0].Name = "functions cannot be compared" }),
		"exclusion of more": with(kinds("a", "b"), func(f *Funnel) {
			f.Exclusions = []Exclusion{{Name: "x", Kinds: []touchpoint.Kind{"a"}, Stages: []stage.Stage{"s"}}}
		}),
		"Mixpanel's exclusion": with(kinds("a", "b"), func(f *Funnel) {
			f.Like, f.Exclusions = LikeMixpanel, []Exclusion{{Name: "x", Kinds: []touchpoint.Kind{"a"}}}
		}),
		"GA4": with(kinds("a", "b"), func(f *Funnel) {
			f.Like, f.Open, f.StepWindow, f.Steps[1].Within, f.Steps[1].Directly = LikeGA4, true, 1, 2, true
		}),
	} {
		assert.NoError(t, f.Validate(), name)
	}
}
