package unittest_test

import (
	"fmt"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/examples/unittest"
	"github.com/cjm-go/cjm/journey/journeytest"
)

func Example() {
	paths := journeytest.Counted("search > @store > buy:90 * 2", "email > buy:30", "email > lost")
	results, err := attribution.Attribute(journeytest.Stream(paths), unittest.Advice("store"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for channel, credit := range results[0].All() {
		fmt.Printf("%-6s %.2f conversions, %.0f of value\n", channel, credit.Conversions, credit.Value)
	}
	// Output:
	// email  1.00 conversions, 30 of value
	// search 0.67 conversions, 60 of value
	// store  1.33 conversions, 120 of value
}
