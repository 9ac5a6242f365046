package attribution_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/cjm-go/cjm/attribution"
)

// What came of the money, by the credits of a model.
func ExampleReturns() {
	spend, err := attribution.ReadSpend(strings.NewReader("channel,cost\nsearch,400\nemail,50\nradio,300\n"), "spend.csv")
	if err != nil {
		log.Fatal(err)
	}
	result, err := count(attribution.Linear{}, "path,conversions,value\nsearch > email,10,1000\nsearch > shop,4,600\n").Result()
	if err != nil {
		log.Fatal(err)
	}
	returns, err := attribution.Returns(result, spend, nil)
	if err != nil {
		log.Fatal(err)
	}
	for channel, r := range returns.All() {
		fmt.Printf("%-6s %-9s cost %3.0f", channel, r.Status, r.Cost)
		if r.ROAS.Defined {
			fmt.Printf("  ROAS %.2f", r.ROAS.Value)
		}
		if r.CPA.Defined {
			fmt.Printf("  %.2f a conversion", r.CPA.Value)
		}
		fmt.Println()
	}

	// Output:
	// email  matched   cost  50  ROAS 10.00  10.00 a conversion
	// radio  untouched cost 300  ROAS 0.00
	// search matched   cost 400  ROAS 2.00  57.14 a conversion
	// shop   unpaid    cost   0
}
