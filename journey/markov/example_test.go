package markov_test

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/markov"
)

func Example() {
	// Which channels do journeys need to convert?
	var names journey.Dictionary
	email, search, store := names.Code("email"), names.Code("search"), names.Code("store")
	paths := []journey.Counted{
		{Channels: []journey.Code{email, search, store}, Conversions: 20, Nulls: 10, Value: 2400},
		{Channels: []journey.Code{search, search}, Conversions: 5, Nulls: 40, Value: 300},
		{Channels: []journey.Code{email}, Nulls: 25},
	}

	// Two shards, merged.
	var counts, other markov.Counts
	for i := range paths {
		paths[i].Dictionary = &names
		shard := &counts
		if i > 0 {
			shard = &other
		}
		if err := shard.Add(&paths[i]); err != nil {
			fmt.Println(err)
			return
		}
	}
	if err := counts.Merge(&other); err != nil {
		fmt.Println(err)
		return
	}

	chain, err := counts.Fit()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range chain.States() {
		p, _ := chain.PConvert(s)
		v, _ := chain.ExpectedValue(s)
		fmt.Printf("%-8v converts %.3f, worth %6.2f\n", s, p, v)
	}
	removal, err := chain.Removal()
	if err != nil {
		fmt.Println(err)
		return
	}
	for channel, e := range removal.All() {
		fmt.Printf("without %-7s %3.0f%% of the conversions and %3.0f%% of the value are lost\n",
			channel, 100*e.Conversion, 100*e.Value)
	}
	// Output:
	// (start)  converts 0.250, worth  27.00
	// email    converts 0.182, worth  19.64
	// search   converts 0.333, worth  36.00
	// store    converts 0.667, worth  80.00
	// without email    40% of the conversions and  40% of the value are lost
	// without search  100% of the conversions and 100% of the value are lost
	// without store    80% of the conversions and  89% of the value are lost
}

func ExampleNew() {
	// A drunkard walks between three corners, home (converted) on one side and a
	// bar (lost) on the other.
	corners := []markov.State{markov.At("near the bar"), markov.At("half way"), markov.At("near home")}
	walk := mat.NewDense(3, 3, []float64{
		0, 0.5, 0,
		0.5, 0, 0.5,
		0, 0.5, 0,
	})
	ends := mat.NewDense(3, 2, []float64{
		0, 0.5,
		0, 0,
		0.5, 0,
	})
	chain, err := markov.New(walk, ends, corners)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range corners {
		home, _ := chain.PConvert(s)
		steps, _ := chain.ExpectedSteps(s)
		fmt.Printf("%-12v gets home %.2f, walks %.0f blocks\n", s, home, steps)
	}
	// Output:
	// near the bar gets home 0.25, walks 3 blocks
	// half way     gets home 0.50, walks 4 blocks
	// near home    gets home 0.75, walks 3 blocks
}

func ExampleClosed() {
	// The newest channel has open journeys only: how they will end nobody knows.
	var names journey.Dictionary
	email, chat := names.Code("email"), names.Code("chat")
	counts, err := markov.NewCounts(markov.Options{Closed: markov.CensorClosed})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range []journey.Counted{
		{Dictionary: &names, Channels: []journey.Code{email}, Conversions: 1, Nulls: 2},
		{Dictionary: &names, Channels: []journey.Code{email, chat}, Opens: 5},
	} {
		if err := counts.Add(&p); err != nil {
			fmt.Println(err)
			return
		}
	}
	chain, err := counts.Fit()
	if err != nil {
		fmt.Println(err)
		return
	}
	p, _ := chain.PConvert(markov.Start)
	fmt.Printf("%.3f, without %v\n", p, chain.Dropped())
	// Output:
	// 0.333, without [chat]
}
