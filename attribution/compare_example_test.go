package attribution_test

import (
	"fmt"
	"log"

	"github.com/cjm-go/cjm/attribution"
)

// Three models of the same journeys, side by side.
func ExampleCompare() {
	var results []*attribution.Result
	for _, m := range []attribution.Model{attribution.FirstTouch{}, attribution.LastTouch{}, attribution.Linear{}} {
		r, err := count(m, "path,conversions\nad > email > shop,6\nad > shop,8\nemail > shop,4\nemail,2\n").Result()
		if err != nil {
			log.Fatal(err)
		}
		results = append(results, r)
	}
	comparison := attribution.Compare(results...)
	for channel, credits := range comparison.All() {
		fmt.Printf("%-6s", channel)
		for _, c := range credits {
			fmt.Printf("%5.0f", c.Conversions)
		}
		fmt.Println()
	}
	models := comparison.Models()
	for a := range comparison.Pairs() {
		fmt.Printf("%s and %s: distance %.2f, Kendall %.2f\n", models[a.First], models[a.Second], a.Distance, a.Kendall.Value)
	}

	// Output:
	// ad       14    0    6
	// email     6    2    6
	// shop      0   18    8
	// first and last: distance 0.90, Kendall -1.00
	// first and linear: distance 0.40, Kendall -0.82
	// last and linear: distance 0.50, Kendall 0.82
}

// What changed from one month to the next.
func ExampleChange() {
	month := func(table string) *attribution.Result {
		r, err := count(attribution.LastTouch{}, table).Result()
		if err != nil {
			log.Fatal(err)
		}
		return r
	}
	shift, err := attribution.Change(
		month("path,conversions\nad > email,30\nfax,10\n"),
		month("path,conversions\nad > email,45\nad > chat,15\n"))
	if err != nil {
		log.Fatal(err)
	}
	for channel, c := range shift.All() {
		fmt.Printf("%-6s %-8s %+.0f conversions, %+.2f of all\n", channel, c.Presence, c.Conversions, c.Share)
	}

	// Output:
	// ad     stayed   +0 conversions, +0.00 of all
	// chat   appeared +15 conversions, +0.25 of all
	// email  stayed   +15 conversions, +0.00 of all
	// fax    vanished -10 conversions, -0.25 of all
}
