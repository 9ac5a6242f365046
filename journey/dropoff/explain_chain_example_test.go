package dropoff_test

import (
	"fmt"
	"log"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/journey/markov"
)

// Why did fewer journeys convert in May than in April?
func ExampleExplainChain() {
	names := journey.NewDictionary("ad", "shop", "chat")
	const ad, shop, chat = 0, 1, 2
	month := func(paths ...journey.Counted) *markov.Counts {
		counts := new(markov.Counts)
		for i := range paths {
			paths[i].Dictionary = names
			if err := counts.Add(&paths[i]); err != nil {
				log.Fatal(err)
			}
		}
		return counts
	}
	april := month(
		journey.Counted{Channels: []journey.Code{ad, shop}, Conversions: 60, Nulls: 240},
		journey.Counted{Channels: []journey.Code{shop}, Conversions: 40, Nulls: 160})
	may := month(
		journey.Counted{Channels: []journey.Code{ad}, Nulls: 200}, // the ad leads nowhere
		journey.Counted{Channels: []journey.Code{ad, shop}, Conversions: 40, Nulls: 160},
		journey.Counted{Channels: []journey.Code{shop}, Conversions: 20, Nulls: 30},
		journey.Counted{Channels: []journey.Code{shop, chat}, Conversions: 25, Nulls: 25})

	e, err := dropoff.ExplainChain(april, may)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.1f%% to %.1f%%: %+.1f conversions\n", 100*e.Before().PConvert, 100*e.After().PConvert, e.Conversions())
	for p := range e.StatesByPart() {
		fmt.Printf("%-7v %+6.1f conversions\n", p.State, p.Conversions)
	}
	n := 0
	for p := range e.TransitionsByShift() {
		fmt.Printf("%v to %v from %.0f%% to %.0f%%: %+.3f\n", p.From, p.To, 100*p.Before, 100*p.After, p.Shift)
		if n++; n == 3 {
			break
		}
	}
	// Output:
	// 20.0% to 17.0%: -15.0 conversions
	// ad       -41.2 conversions
	// shop     +33.3 conversions
	// (start)   -7.1 conversions
	// chat      +0.0 conversions
	// ad to (lost) from 0% to 50%: -0.061
	// shop to (lost) from 80% to 63%: +0.034
	// shop to chat from 0% to 17%: +0.033
}
