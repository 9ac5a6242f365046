package dropoff_test

import (
	"fmt"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/journey/journeytest"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// reportShopFunnel is that of a shop where the choice of a delivery may be skipped.
func reportShopFunnel() dropoff.Funnel {
	step := func(name string, optional bool) dropoff.Step {
		return dropoff.Step{Name: name, Channels: []touchpoint.Channel{touchpoint.Channel(name)}, Optional: optional}
	}
	return dropoff.Funnel{Steps: []dropoff.Step{
		step("catalog", false), step("cart", false), step("delivery", true), step("payment", false),
	}}
}

func reportShopPaths() []journey.Path {
	return []journey.Path{
		journeytest.Path("ann: catalog > cart > delivery > payment"),
		journeytest.Path("bob: catalog > +2h cart > @payment"),
		journeytest.Path("cat: catalog > cart > help"),
		journeytest.Path("dan: @catalog > help > cart > open"),
		journeytest.Path("eve: @catalog > help > help"),
		journeytest.Path("fay: help"),
	}
}

func ExampleCounts() {
	counts, err := dropoff.NewCounts(reportShopFunnel(), dropoff.Group{Name: "setting", Key: journey.BySetting})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range reportShopPaths() {
		if err := counts.Add(&p); err != nil {
			fmt.Println(err)
			return
		}
	}
	report, err := counts.Report()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Attempts(), "of", report.Customers(), "entered")
	for s := range report.Steps() {
		fmt.Printf("%d %-8s  entered %d  reached %d  skipped %d  lost %d  open %d  rate %.2f [%.2f, %.2f]\n",
			s.Step, s.Name, s.Entered, s.Reached, s.Skipped, s.Lost, s.Open, s.StepRate.Value, s.StepRate.Lo, s.StepRate.Hi)
	}
	median, _ := report.Between(2).Median()
	fmt.Println("from catalog to cart:", median)
	for value, part := range report.Group(0).All() {
		fmt.Printf("%s: %d of %d completed\n", value, part.Completed(), part.Attempts())
	}
	// Output:
	// 5 of 6 entered
	// 1 catalog   entered 5  reached 5  skipped 0  lost 0  open 0  rate 1.00 [1.00, 1.00]
	// 2 cart      entered 5  reached 4  skipped 0  lost 1  open 0  rate 0.80 [0.38, 0.96]
	// 3 delivery  entered 4  reached 1  skipped 3  lost 0  open 0  rate 0.25 [0.05, 0.70]
	// 4 payment   entered 4  reached 2  skipped 0  lost 1  open 1  rate 0.50 [0.15, 0.85]
	// from catalog to cart: 1h0m0s
	// offline: 0 of 2 completed
	// online: 2 of 3 completed
	// (unknown): 0 of 0 completed
}

func ExampleFunnel_LostAt() {
	paths := func(yield func(journey.Path, error) bool) {
		for _, p := range reportShopPaths() {
			if !yield(p, nil) {
				return
			}
		}
	}
	for lost, err := range reportShopFunnel().LostAt(0, paths) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s did not do step %d (%s), last seen at %s; since then %d touches\n",
			lost.Customer, lost.Step, lost.Attempt.Reason, lost.Last.Channel, len(lost.Next))
	}
	// Output:
	// cat did not do step 4 (ended), last seen at help; since then 1 touches
	// eve did not do step 2 (ended), last seen at help; since then 2 touches
}

func ExampleNextCounts() {
	counts, err := dropoff.NewNextCounts(reportShopFunnel(), journey.ByChannel)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range reportShopPaths() {
		if err := counts.Add(&p); err != nil {
			fmt.Println(err)
			return
		}
	}
	next, err := counts.Result()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("what came after the catalog:")
	for row := range next.At(2) {
		fmt.Printf("%s: %d of %d lost, %d of %d who went on to the cart\n",
			row.Value, row.OfLost.K, row.OfLost.N, row.OfWentOn.K, row.OfWentOn.N)
	}
	// Output:
	// what came after the catalog:
	// help: 1 of 1 lost, 1 of 4 who went on to the cart
	// cart: 0 of 1 lost, 3 of 4 who went on to the cart
}

func ExampleStageCounts() {
	counts, err := dropoff.NewStageCounts(stage.Four(), dropoff.StageOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, line := range []string{
		"search/awareness > @store/consideration > +1d site/decision > buy",
		"@store/consideration > site/decision > @store/consideration > lost",
		"search/awareness > +3h site/consideration > open",
	} {
		p := journeytest.Path(line)
		if err := counts.Add(&p); err != nil {
			fmt.Println(err)
			return
		}
	}
	report, err := counts.Report()
	if err != nil {
		fmt.Println(err)
		return
	}
	for s := range report.Stages() {
		median, _ := s.Stays.Median()
		fmt.Printf("%-13s  reached %d (offline %d)  skipped %d  fell back %d  lost here %d  half stay up to %v\n",
			s.Stage, s.Reached, s.Offline, s.Skipped, s.FellFrom, s.LastLost, median)
	}
	fmt.Println(report.Warnings())
	// Output:
	// awareness      reached 2 (offline 0)  skipped 1  fell back 0  lost here 0  half stay up to 1h0m0s
	// consideration  reached 3 (offline 2)  skipped 0  fell back 0  lost here 1  half stay up to 1h0m0s
	// decision       reached 2 (offline 0)  skipped 0  fell back 1  lost here 0  half stay up to 1h0m0s
	// retention      reached 0 (offline 0)  skipped 0  fell back 0  lost here 0  half stay up to 0s
	// [dropoff: no touch is in stage "retention"]
}
