package attribution_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

func ExampleShapley() {
	example(attribution.Shapley{})
	// Output:
	// a 20
	// b 35
	// c 15
	// direct 20
}

// Channel a is touched twice; its 20 conversions are shared by both touches.
func ExampleShapley_ordered() {
	path := "path,conversions,nulls\na > b > a > direct,60,40\n"
	a := attribution.Shapley{Ordered: true}.NewAccumulator()
	for p, err := range (journey.PathTable{}).Paths(context.Background(), strings.NewReader(path), nil) {
		if err != nil {
			log.Fatal(err)
		}
		if err := a.Add(p); err != nil {
			log.Fatal(err)
		}
		crediter, err := attribution.NewCrediter(a)
		if err != nil {
			log.Fatal(err)
		}
		touches, err := crediter.Credit(p)
		if err != nil {
			log.Fatal(err)
		}
		for _, touch := range touches {
			fmt.Println(touch.Position, touch.Channel, touch.Conversions)
		}
	}
	// Output:
	// 0 a 10
	// 1 b 20
	// 2 a 10
	// 3 direct 20
}

func ExampleMarkovShapley() {
	example(attribution.MarkovShapley{})
	// Output:
	// a 32.14
	// b 21.43
	// c 11.43
	// direct 25
}

func ExampleRateShapley() {
	example(attribution.RateShapley{})
	// Output:
	// a 3.25
	// b 55.75
	// c 27.75
	// direct 3.25
}

func ExampleDP6Shapley() {
	example(attribution.DP6Shapley{})
	// Output:
	// a 20
	// b 35
	// c 15
	// direct 20
}

func ExampleFractribution() {
	example(attribution.Fractribution{})
	// Output:
	// a 30
	// b 30
	// c 15
	// direct 15
}

// The Shapley values before they become conversions, here estimated from random
// orders of the channels, with the error that comes from this.
func ExampleNewGame() {
	a := attribution.RateShapley{MaxExact: 2, Permutations: 100}.NewAccumulator()
	paths := "path,conversions,nulls\nads,1,9\nads > mail,4,6\nmail,3,7\nads > mail > shop,9,1\n"
	for p, err := range (journey.PathTable{}).Paths(context.Background(), strings.NewReader(paths), nil) {
		if err != nil {
			log.Fatal(err)
		}
		if err := a.Add(p); err != nil {
			log.Fatal(err)
		}
	}
	game, err := attribution.NewGame(a)
	if err != nil {
		log.Fatal(err)
	}
	for channel, v := range game.All() {
		fmt.Printf("%s %.3f, standard error %.3f\n", channel, v.Conversion, v.ConversionSE)
	}
	fmt.Printf("all: %.3f of the journeys, from %d orders\n", game.Everyone().Conversion, game.Orders())
	// Output:
	// ads 0.090, standard error 0.005
	// mail 0.290, standard error 0.005
	// shop 0.044, standard error 0.006
	// all: 0.425 of the journeys, from 100 orders
}

// A game of one's own: three towns share the cost of a water supply, which is
// cheaper together.
func ExampleShapleyValues() {
	cost := []float64{0, 21, 11, 26, 16, 30, 23, 37} // of nobody, a, b, a and b, c, a and c, ...
	shares, err := attribution.ShapleyValues(3, func(set uint64) float64 { return cost[set] })
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.2f\n", shares)
	// Output:
	// [16.50 8.00 12.50]
}
