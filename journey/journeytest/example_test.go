package journeytest_test

import (
	"context"
	"fmt"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
)

// daysToBuy is the rule that a test wants to check: how many days a customer took
// from the first touch to the purchase.
func daysToBuy(p journey.Path) (days float64, ok bool) {
	if p.Outcome != journey.Converted || len(p.Touchpoints) == 0 {
		return 0, false
	}
	return p.End.Sub(p.Touchpoints[0].Time).Hours() / 24, true
}

// A rule on one journey.
func ExamplePath() {
	fmt.Println(daysToBuy(journeytest.Path("email > +2d search > +12h @store > +0s buy:120")))
	fmt.Println(daysToBuy(journeytest.Path("email > search > lost")))

	// Output:
	// 2.5 true
	// 0 false
}

// Counted paths, as attribution models take them.
func ExampleCounted() {
	last := map[string]int64{}
	for _, p := range journeytest.Counted("email > search > buy:120", "search > buy:20 * 4", "email > lost * 10") {
		if p.Conversions > 0 {
			channel := p.Dictionary.Name(p.Channels[len(p.Channels)-1])
			last[string(channel)] += p.Conversions
		}
	}
	fmt.Println(last)

	// Output:
	// map[search:5]
}

// Touchpoints for a Builder: ann buys twice, and the window drops what was long
// before.
func ExampleTouchpoints() {
	touchpoints := journeytest.Touchpoints(
		"ann: email > +40d search > buy:10",
		"ann: +1d @store > buy:20",
		"bob: display",
	)
	builder := journey.Builder{Lookback: 30 * 24 * time.Hour}
	for path, err := range builder.Build(context.Background(), journeytest.Stream(touchpoints), nil) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(journeytest.Format(path))
	}

	// Output:
	// ann: +40d search > buy:10
	// ann: +41d1h @store > buy:20
	// bob: display > lost
}
