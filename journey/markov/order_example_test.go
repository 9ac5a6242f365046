package markov_test

import (
	"fmt"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/markov"
)

func ExampleOrderCounts() {
	// How many of the last touches matter? Here chat converts after email and
	// not after search, which a chain of order 1 cannot know.
	var names journey.Dictionary
	email, search, chat := names.Code("email"), names.Code("search"), names.Code("chat")
	// The journeys of a path are independent of each other here.
	counts, err := markov.NewOrderCounts(markov.OrderOptions{FoldBy: markov.ByJourney})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range []journey.Counted{
		{Channels: []journey.Code{email, chat}, Conversions: 80, Nulls: 20},
		{Channels: []journey.Code{search, chat}, Conversions: 20, Nulls: 80},
		{Channels: []journey.Code{email, email, chat}, Conversions: 40, Nulls: 10},
		{Channels: []journey.Code{email, search, chat}, Conversions: 10, Nulls: 40},
		{Channels: []journey.Code{search}, Nulls: 100},
	} {
		p.Dictionary = &names
		if err := counts.Add(&p); err != nil {
			fmt.Println(err)
			return
		}
	}
	table, err := counts.Choose()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("order  log-loss  behind         AIC  held-out AUC")
	for r := range table.All() {
		fmt.Printf("%5d  %8.3f  %.3f±%.3f  %4.0f  %.2f\n",
			r.Order, r.LogLoss.Mean, r.LogLoss.Behind, r.LogLoss.BehindSE, r.AIC, r.HeldOutAUC.Mean)
	}
	fmt.Println(table)
	for c := range table.Choices() {
		fmt.Printf("%s: %d\n", c.Criterion, c.Order)
	}
	// Output:
	// order  log-loss  behind         AIC  held-out AUC
	//     1     0.754  0.092±0.009  1814  0.70
	//     2     0.662  0.000±0.000  1604  0.88
	//     3     0.667  0.005±0.001  1620  0.86
	//     4     0.667  0.005±0.001  1620  0.86
	// Order 2: its held-out log-loss, 0.6615, is the smallest, and no lower order is within one standard error of it.
	// cross-validation: 2
	// aic: 2
	// bic: 2
	// likelihood-ratio: 2
	// held-out-auc: 2
	// in-sample-auc: 2
}
