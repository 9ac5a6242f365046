package journey_test

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// visits stands for a decoder: [touchpoint.CSV], a query of a database, or the
// application's own events.
func visits() iter.Seq2[touchpoint.Touchpoint, error] {
	at := func(day int) time.Time { return time.Date(2024, time.May, day, 12, 0, 0, 0, time.UTC) }
	rows := []touchpoint.Touchpoint{
		{Customer: "bob", Time: at(20), Channel: "search"},
		{Customer: "ann", Time: at(9), Kind: "purchase", Value: 120, Currency: "EUR"},
		{Customer: "ann", Time: at(1), Channel: "email"},
		{Customer: "ann", Time: at(8), Channel: "store", Setting: touchpoint.Offline},
		{Customer: "ann", Time: at(8), Channel: "store", Setting: touchpoint.Offline}, // delivered twice
		{Customer: "cid", Time: at(2), Channel: "email"},
	}
	return func(yield func(touchpoint.Touchpoint, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// From touchpoints in any order to journeys: ann bought, bob may still buy, and
// cid has not been seen for two weeks.
func ExampleBuilder() {
	builder := journey.Builder{
		ConvertOn: []touchpoint.Kind{"purchase"},
		LostAfter: 14 * 24 * time.Hour,
	}
	var report journey.Report
	for path, err := range builder.Build(context.Background(), visits(), &report) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(path.Customer, ":")
		for _, touch := range path.Touchpoints {
			fmt.Print(" ", touch.Channel)
		}
		fmt.Println(" >", path.Outcome)
	}
	fmt.Print(report)

	// Output:
	// ann: email store > converted
	// bob: search > open
	// cid: email > lost
	// touchpoints                                6
	//   touches                                  4
	//   conversion events                        1
	//   redelivered                              1
	// customers                                  3
	// paths                                      3
	//   converted                                1
	//   lost                                     1
	//   open                                     1
	// as of                   2024-05-20T12:00:00Z
}
