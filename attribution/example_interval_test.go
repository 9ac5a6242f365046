package attribution_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

// A model with intervals counts, merges and gives results as the model alone does.
// In a set some models may have intervals and others not.
func ExampleDelta() {
	set, err := attribution.NewSet(attribution.LastTouch{}, attribution.Delta{Model: attribution.Markov{}})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	for p, err := range (journey.PathTable{}).Paths(ctx, strings.NewReader(table), nil) {
		if err != nil {
			log.Fatal(err)
		}
		if err := set.Add(p); err != nil {
			log.Fatal(err)
		}
	}
	results, err := set.Results()
	if err != nil {
		log.Fatal(err)
	}
	uncertainties, err := set.Uncertainties(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for channel, u := range uncertainties[1].All() {
		c, _ := results[1].Credit(channel)
		few := ""
		if u.Few {
			few = " (few conversions)"
		}
		fmt.Printf("%-8s %4.1f of %4.1f to %4.1f conversions, removal effect %.2f of %.2f to %.2f%s\n", channel,
			c.Conversions, u.Conversions.Lo, u.Conversions.Hi, c.Removal.Effect, u.Removal.Effect.Lo, u.Removal.Effect.Hi, few)
	}

	// Output:
	// display  17.5 of 14.0 to 21.0 conversions, removal effect 0.42 of 0.02 to 0.47 (few conversions)
	// email    15.2 of 11.9 to 18.5 conversions, removal effect 0.37 of 0.32 to 0.42
	// search   32.2 of 26.0 to 38.3 conversions, removal effect 0.78 of 0.73 to 0.82
	// store    35.1 of 28.4 to 41.8 conversions, removal effect 0.85 of 0.78 to 0.92
}

// Customers who come back make intervals wider than their journeys would.
func ExampleSandwich() {
	dict := journey.NewDictionary("email", "search")
	delta := attribution.Delta{Model: attribution.Linear{}}.NewAccumulator()
	sandwich := attribution.Sandwich{Model: attribution.Linear{}}.NewAccumulator()
	for customer := range uint64(50) {
		// Each customer has four journeys, all alike.
		p := &journey.Counted{Dictionary: dict, Channels: []journey.Code{journey.Code(customer % 2)}, Customer: customer + 1}
		if customer%5 == 0 {
			p.Conversions = 4
		} else {
			p.Nulls = 4
		}
		for _, a := range []attribution.Accumulator{delta, sandwich} {
			if err := a.Add(p); err != nil {
				log.Fatal(err)
			}
		}
	}
	for _, a := range []attribution.Accumulator{delta, sandwich} {
		u, err := attribution.UncertaintyOf(context.Background(), a)
		if err != nil {
			log.Fatal(err)
		}
		email, _ := u.Channel("email")
		fmt.Printf("%v over %d units: standard error %.2f conversions\n", u.Method(), u.Units(), email.Conversions.SE)
	}

	// Output:
	// delta over 200 units: standard error 4.24 conversions
	// sandwich over 50 units: standard error 8.49 conversions
}

// The bootstrap works for any model, and says how likely a channel is to be first.
func ExampleBootstrap() {
	model := attribution.Bootstrap{Model: attribution.Fractribution{}, Replicates: 500, Seed: 1}
	a := model.NewAccumulator()
	for p, err := range (journey.PathTable{}).Paths(context.Background(), strings.NewReader(table), nil) {
		if err != nil {
			log.Fatal(err)
		}
		if err := a.Add(p); err != nil {
			log.Fatal(err)
		}
	}
	u, err := attribution.UncertaintyOf(context.Background(), a)
	if err != nil {
		log.Fatal(err)
	}
	for channel, c := range u.All() {
		fmt.Printf("%-8s share %.2f to %.2f, first with probability %.1f\n", channel, c.Share.Lo, c.Share.Hi, u.Ranks(channel)[0])
	}

	// Output:
	// display  share 0.01 to 0.05, first with probability 0.0
	// email    share 0.10 to 0.20, first with probability 0.0
	// search   share 0.18 to 0.24, first with probability 0.0
	// store    share 0.53 to 0.69, first with probability 1.0
}
