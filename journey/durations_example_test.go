package journey_test

import (
	"fmt"
	"time"

	"github.com/cjm-go/cjm/journey"
)

func ExampleDurations() {
	var d, other journey.Durations
	for _, minutes := range []int{30, 5, 45, 5} {
		d.Add(time.Duration(minutes) * time.Minute)
	}
	other.Add(2 * time.Hour)
	if err := d.Merge(&other); err != nil {
		fmt.Println(err)
		return
	}
	for x, n := range d.All() {
		fmt.Println(n, "of", x)
	}
	median, _ := d.Quantile(.5)
	longest, _ := d.Quantile(1)
	fmt.Println(d.Len(), "in all, median", median, "longest", longest)
	// Output:
	// 2 of 5m0s
	// 1 of 30m0s
	// 1 of 45m0s
	// 1 of 2h0m0s
	// 5 in all, median 30m0s longest 2h0m0s
}
