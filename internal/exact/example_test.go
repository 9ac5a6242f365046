package exact_test

import (
	"fmt"

	"github.com/cjm-go/cjm/internal/exact"
)

func Example() {
	values := []float64{1e16, 1, -1e16, 0.25}

	var naive float64
	for _, v := range values {
		naive += v
	}

	// Two shards, merged in the other order.
	var a, b exact.Sum
	for i, v := range values {
		if i%2 == 0 {
			a.Add(v)
		} else {
			b.Add(v)
		}
	}
	b.Merge(&a)

	fmt.Println("naive:", naive)
	fmt.Println("exact:", b.Float64())
	// Output:
	// naive: 0.25
	// exact: 1.25
}
