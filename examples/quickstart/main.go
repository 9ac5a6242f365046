// Quickstart reads a path table and prints what first touch, last touch and the
// Markov chain credit to each channel.
//
//	go run ./examples/quickstart
//
// For a file of your own, put the [os.File] in place of the embedded text.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"log"
	"strings"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

//go:embed paths.csv
var table string

func main() {
	paths := journey.PathTable{}.Paths(context.Background(), strings.NewReader(table), nil)
	results, err := attribution.Attribute(paths, attribution.FirstTouch{}, attribution.LastTouch{}, attribution.Markov{})
	if err != nil {
		log.Fatal(err)
	}
	for _, result := range results {
		for channel, credit := range result.All() {
			fmt.Printf("%-6s  %-7s  %6.2f conversions  %8.2f value\n", result.Model(), channel, credit.Conversions, credit.Value)
		}
	}
}
