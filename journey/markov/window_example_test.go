package markov_test

import (
	"context"
	"fmt"
	"log"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/markov"
)

// A chain of order 2 remembers two touches. Here email converts after search, but
// not after display, which order 1 cannot see.
func ExampleWindowCounts() {
	dictionary := journey.NewDictionary("display", "email", "search")
	const display, email, search = 0, 1, 2
	counts, err := markov.NewWindowCounts(2, markov.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range []journey.Counted{
		{Channels: []journey.Code{search, email}, Conversions: 30, Nulls: 10, Value: 900},
		{Channels: []journey.Code{display, email}, Conversions: 1, Nulls: 39, Value: 30},
		{Channels: []journey.Code{search, email, search}, Conversions: 9, Nulls: 11, Value: 360},
	} {
		p.Dictionary = dictionary
		if err := counts.Add(&p); err != nil {
			log.Fatal(err)
		}
	}
	chain, err := counts.Fit()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(chain.States(), "states,", chain.Transitions(), "transitions")

	p, used, err := chain.PConvert("search", "email")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("search > email: %.2f (window of %d)\n", p, used)
	p, used, err = chain.PConvert("email", "email")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("email > email: %.2f (window of %d)\n", p, used)

	removal, err := chain.Removal(context.Background(), markov.RemovalOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for channel, e := range removal.All() {
		fmt.Printf("%-8s%.3f of conversions, %.3f of value\n", channel, e.Conversion, e.Value)
	}
	fmt.Println("certified:", removal.Certificate() <= markov.DefaultTolerance)

	pair, err := chain.RemovalOfSequence(context.Background(), markov.RemovalOptions{}, "search", "email")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("search > email: %.3f of conversions\n", pair.Conversion)

	// Output:
	// 6 states, 5 transitions
	// search > email: 0.65 (window of 2)
	// email > email: 0.39 (window of 1)
	// display 0.025 of conversions, 0.023 of value
	// email   1.000 of conversions, 1.000 of value
	// search  0.975 of conversions, 0.977 of value
	// certified: true
	// search > email: 0.975 of conversions
}
