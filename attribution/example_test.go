package attribution_test

import (
	"context"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

const table = `path,conversions,value,nulls
search > email > store,40,5200,60
search > store,25,2500,110
email > email > search,10,900,45
display > search,5,450,300
store,20,3000,15
`

// From a path table to the credit of each channel, by two models in one pass.
func Example() {
	paths := journey.PathTable{}.Paths(context.Background(), strings.NewReader(table), nil)
	results, err := attribution.Attribute(paths, attribution.LastTouch{}, attribution.Markov{})
	if err != nil {
		log.Fatal(err)
	}
	last, markov := results[0], results[1]
	fmt.Printf("%d of %d journeys converted\n", markov.Totals().Conversions, markov.Totals().Journeys)
	for channel, c := range markov.All() {
		l, _ := last.Credit(channel)
		fmt.Printf("%-8s last %5.1f  markov %5.1f  removal effect %.3f\n", channel, l.Conversions, c.Conversions, c.Removal.Effect)
	}

	// Output:
	// 100 of 630 journeys converted
	// display  last   0.0  markov  17.5  removal effect 0.424
	// email    last   0.0  markov  15.2  removal effect 0.368
	// search   last  15.0  markov  32.2  removal effect 0.778
	// store    last  85.0  markov  35.1  removal effect 0.850
}

func ExampleWeighted() {
	// The last touch counts three times as much as any other.
	model := attribution.Weighted{Label: "last-triple", Weights: func(dst []float64, p *journey.Counted) {
		for i := range dst {
			dst[i] = 1
		}
		dst[len(dst)-1] = 3
	}}
	paths := journey.PathTable{}.Paths(context.Background(), strings.NewReader("path,conversions\na > b,8\n"), nil)
	results, err := attribution.Attribute(paths, model)
	if err != nil {
		log.Fatal(err)
	}
	for channel, c := range results[0].All() {
		fmt.Println(channel, c.Conversions)
	}

	// Output:
	// a 2
	// b 6
}

// Sets that counted different shards, on different machines perhaps, are merged by
// way of their bytes.
func ExampleSet() {
	shard := func(rows string) []byte {
		set, err := attribution.NewSet(attribution.Linear{})
		if err != nil {
			log.Fatal(err)
		}
		for p, err := range (journey.PathTable{}).Paths(context.Background(), strings.NewReader("path,conversions\n"+rows), nil) {
			if err != nil {
				log.Fatal(err)
			}
			if err := set.Add(p); err != nil {
				log.Fatal(err)
			}
		}
		b, err := set.MarshalBinary()
		if err != nil {
			log.Fatal(err)
		}
		return b
	}
	total, err := attribution.NewSet(attribution.Linear{})
	if err != nil {
		log.Fatal(err)
	}
	for _, b := range [][]byte{shard("a > b,2\n"), shard("b,3\nb > c,4\n")} {
		part := total.New()
		if err := part.UnmarshalBinary(b); err != nil {
			log.Fatal(err)
		}
		if err := total.Merge(part); err != nil {
			log.Fatal(err)
		}
	}
	results, err := total.Results()
	if err != nil {
		log.Fatal(err)
	}
	for channel, c := range results[0].All() {
		fmt.Println(channel, c.Conversions)
	}

	// Output:
	// a 1
	// b 6
	// c 2
}

func example(model attribution.Model) {
	paths := journey.PathTable{}.Paths(context.Background(), strings.NewReader("path,conversions,nulls\na > b > a > direct,60,40\nb > c,30,10\n"), nil)
	results, err := attribution.Attribute(paths, model)
	if err != nil {
		log.Fatal(err)
	}
	for channel, c := range results[0].All() {
		fmt.Printf("%s %.4g\n", channel, c.Conversions)
	}
}

func ExampleFirstTouch() {
	example(attribution.FirstTouch{})
	// Output:
	// a 60
	// b 30
	// c 0
	// direct 0
}

func ExampleLastTouch() {
	example(attribution.LastTouch{})
	// Output:
	// a 0
	// b 0
	// c 30
	// direct 60
}

func ExampleLastNonDirect() {
	example(attribution.LastNonDirect{})
	// Output:
	// a 60
	// b 0
	// c 30
	// direct 0
}

func ExampleLinear() {
	example(attribution.Linear{})
	// Output:
	// a 30
	// b 30
	// c 15
	// direct 15
}

func ExampleLinear_perChannel() {
	example(attribution.Linear{Per: attribution.PerChannel})
	// Output:
	// a 20
	// b 35
	// c 15
	// direct 20
}

func ExamplePositionBased() {
	example(attribution.PositionBased{})
	// Output:
	// a 30
	// b 21
	// c 15
	// direct 24
}

func ExampleTimeDecay() {
	// Two touches, one half-life apart: the later one gets twice as much.
	dict := journey.NewDictionary("flyer", "store")
	path := &journey.Counted{
		Dictionary: dict, Channels: []journey.Code{0, 1}, Conversions: 3,
		Ages: []time.Duration{8 * 24 * time.Hour, 24 * time.Hour},
	}
	decay := attribution.TimeDecay{HalfLife: 7 * 24 * time.Hour}.NewAccumulator()
	if err := decay.Add(path); err != nil {
		log.Fatal(err)
	}
	result, err := decay.Result()
	if err != nil {
		log.Fatal(err)
	}
	for channel, c := range result.All() {
		fmt.Printf("%s %.4g\n", channel, c.Conversions)
	}
	// Output:
	// flyer 1
	// store 2
}

func ExampleMarkov() {
	example(attribution.Markov{})
	// Output:
	// a 31.67
	// b 23.33
	// c 11.67
	// direct 23.33
}
