package dropoff_test

import (
	"fmt"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/journey/journeytest"
	"github.com/cjm-go/cjm/touchpoint"
)

func Example() {
	// How far do customers come from the first visit to the order?
	over := func(c touchpoint.Channel) []touchpoint.Channel { return []touchpoint.Channel{c} }
	funnel := dropoff.Funnel{
		Steps: []dropoff.Step{
			{Name: "visit", Channels: over("site")},
			{Name: "advice", Channels: over("store"), Optional: true},
			{Name: "cart", Channels: over("cart")},
			{Name: "order", Channels: over("order")},
		},
		Window:     14 * 24 * time.Hour,
		Exclusions: []dropoff.Exclusion{{Name: "returned goods", Channels: over("return")}},
		AsOf:       journeytest.Start().Add(20 * 24 * time.Hour),
	}
	evaluator, err := dropoff.NewEvaluator(funnel)
	if err != nil {
		fmt.Println(err)
		return
	}
	paths := []journey.Path{
		journeytest.Path("ann: site > +2d @store > +1d cart > order > lost"),
		journeytest.Path("bob: site > +9d site > +2d cart > lost"),
		journeytest.Path("cleo: site > cart > +15d order > lost"),
		journeytest.Path("dan: site > cart > +3d return > lost"),
		journeytest.Path("eve: store > cart > lost"),
	}
	var attempts []dropoff.Attempt
	for i := range paths {
		attempts = evaluator.Evaluate(&paths[i], attempts[:0])
		a := attempts[0]
		fmt.Printf("%-4s %v (%v)", paths[i].Customer, a.Status, a.Reason)
		for _, hit := range a.Hits {
			fmt.Printf(" %s", funnel.Steps[hit.Step-1].Name)
		}
		if a.Status != dropoff.NotEntered {
			fmt.Printf(", %v", a.Until.Sub(a.Since))
		}
		fmt.Println()
	}
	if missed := evaluator.Matched() ^ 0b1111; missed != 0 {
		fmt.Printf("steps that no touch matched: %b\n", missed)
	}
	// Output:
	// ann  completed (completed) visit advice cart order, 73h0m0s
	// bob  open (open) visit cart, 264h0m0s
	// cleo timed-out (window) visit cart, 336h0m0s
	// dan  excluded (excluded) visit cart, 73h0m0s
	// eve  absent (absent)
}

func ExampleEvaluator_Evaluate() {
	// Every search of a customer is an attempt, and ends after an hour.
	e, err := dropoff.NewEvaluator(dropoff.Funnel{
		Steps: []dropoff.Step{
			{Name: "search", Channels: []touchpoint.Channel{"search"}},
			{Name: "order", Channels: []touchpoint.Channel{"order", "call"}},
		},
		Entry:  dropoff.EveryEntry,
		Window: time.Hour,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	p := journeytest.Path("search > +20m search > +30m order > +5h search > +2h order > lost")
	for _, a := range e.Evaluate(&p, nil) {
		fmt.Println(a.Status, a.Since.Format("15:04"), "to", a.Until.Format("15:04"))
	}
	// Output:
	// completed 00:00 to 00:50
	// timed-out 05:50 to 06:50
}

func ExampleLike() {
	// The same customer in the eyes of two tools: the second search was the one
	// that led to the order, but only the first one opens Mixpanel's window.
	f := dropoff.Funnel{
		Steps: []dropoff.Step{
			{Name: "search", Channels: []touchpoint.Channel{"search"}},
			{Name: "order", Channels: []touchpoint.Channel{"order"}},
		},
		Window: time.Hour,
	}
	p := journeytest.Path("search > +40m search > +30m order > lost")
	for _, f.Like = range []dropoff.Like{dropoff.Exact, dropoff.LikePostHog, dropoff.LikeMixpanel} {
		e, err := dropoff.NewEvaluator(f)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(f.Like, e.Evaluate(&p, nil)[0].Reached)
	}
	// Output:
	// exact 2
	// posthog 2
	// mixpanel 1
}

func ExampleFunnel_Validate() {
	err := dropoff.Funnel{
		Steps:  []dropoff.Step{{Name: "visit", Channels: []touchpoint.Channel{"site"}}, {Name: "visit"}},
		Window: -time.Hour,
	}.Validate()
	fmt.Println(err)
	// Output:
	// dropoff: bad funnel: two steps or exclusions are named "visit"
	// dropoff: bad funnel: step "visit" matches on nothing: no channels, kinds, stages or function
	// dropoff: bad funnel: negative Window
}
