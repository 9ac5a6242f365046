package attribution_test

import (
	"fmt"
	"log"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

// A customer has come by an ad and not decided yet. What are the chances, and
// which touch next goes with better ones?
func ExampleScorer() {
	scorer, err := attribution.NewScorer(count(attribution.Markov{},
		"path,conversions,value,nulls\nad > email,8,400,12\nad > shop,12,600,3\nad,0,0,30\nad > email > shop,5,250,0\n"))
	if err != nil {
		log.Fatal(err)
	}
	open := &journey.Counted{Dictionary: journey.NewDictionary("ad"), Channels: []journey.Code{0}, Opens: 1}
	score, err := scorer.Score(open)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("now: %.3f, worth %.2f\n", score.PConvert, score.ExpectedValue)
	next, err := scorer.Next(open)
	if err != nil {
		log.Fatal(err)
	}
	for _, touch := range next {
		fmt.Printf("%-5s %.3f (%+.3f), worth %.2f\n", touch.Channel, touch.PConvert, touch.Lift, touch.ExpectedValue)
	}

	// Output:
	// now: 0.357, worth 17.86
	// shop  0.850 (+0.493), worth 42.50
	// email 0.490 (+0.133), worth 24.50
	// ad    0.357 (+0.000), worth 17.86
}
