package markov_test

import (
	"fmt"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
	"github.com/cjm-go/cjm/journey/markov"
)

// Ann opened an e-mail yesterday and has not been seen since. Will she buy?
func ExamplePredictor() {
	var dict journey.Dictionary
	var counts markov.Counts
	var pace markov.PaceCounts
	for _, trace := range []string{
		"a: search > email > +2h buy",
		"b: email > +1d @store > buy",
		"c: search > +1d email > +3d buy",
		"d: search > email > lost",
		"e: email > lost",
	} {
		p := journeytest.Path(trace)
		var c journey.Counted
		if err := p.Count(&dict, &c); err != nil {
			fmt.Println(err)
			return
		}
		if err := counts.Add(&c); err != nil {
			fmt.Println(err)
			return
		}
		if err := pace.Add(&c); err != nil {
			fmt.Println(err)
			return
		}
	}
	predictor, err := markov.NewPredictor(&counts, &pace)
	if err != nil {
		fmt.Println(err)
		return
	}
	ann := journeytest.Path("ann: search > email > open")
	seen := ann.Touchpoints[1].Time
	for _, silent := range []time.Duration{0, 36 * time.Hour} {
		p, err := predictor.Predict(&ann, seen.Add(silent))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("silent for %v: converts with %.2f, in %v; best next: %s, %.2f\n",
			p.Silent, p.PConvert, p.TimeToConversion, p.Next.Channel, p.Next.PConvert)
	}
	// Output:
	// silent for 0s: converts with 0.60, in 33h0m0s; best next: store, 1.00
	// silent for 36h0m0s: converts with 0.33, in 36h20m0s; best next: store, 1.00
}
