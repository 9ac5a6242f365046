package attribution_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

// count returns what a model has counted of a path table.
func count(model attribution.Model, table string) attribution.Accumulator {
	a := model.NewAccumulator()
	for p, err := range (journey.PathTable{}).Paths(context.Background(), strings.NewReader(table), nil) {
		if err != nil {
			log.Fatal(err)
		}
		if err := a.Add(p); err != nil {
			log.Fatal(err)
		}
	}
	return a
}

// The credits of single paths, in a second pass over the table.
func ExampleCrediter() {
	const table = "path,conversions,nulls\nemail > search > email,6,14\nsearch,3,17\nsearch > email,0,10\n"
	crediter, err := attribution.NewCrediter(count(attribution.Linear{}, table))
	if err != nil {
		log.Fatal(err)
	}
	row := 0
	for p, err := range (journey.PathTable{}).Paths(context.Background(), strings.NewReader(table), nil) {
		if err != nil {
			log.Fatal(err)
		}
		row++
		credits, err := crediter.Credit(p)
		if err != nil {
			log.Fatal(err)
		}
		for _, c := range credits {
			fmt.Printf("path %d, touch %d, %-6s %.4g\n", row, c.Position+1, c.Channel, c.Conversions)
		}
	}

	// Output:
	// path 1, touch 1, email  2
	// path 1, touch 2, search 2
	// path 1, touch 3, email  2
	// path 2, touch 1, search 3
	// path 3, touch 1, search 0
	// path 3, touch 2, email  0
}
