package gth_test

import (
	"errors"
	"fmt"

	"github.com/cjm-go/cjm/internal/gth"
)

func Example() {
	// Two states that lead to each other, with an exit that is almost never
	// taken: I-Q is singular to 16 digits, its inverse is not in doubt.
	off := []float64{
		0, 1,
		1, 0,
	}
	f, err := gth.Factorize(2, off, []float64{0, 1e-20})
	if err != nil {
		fmt.Println(err)
		return
	}
	inv, err := f.Inverse()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4g\n", inv)

	_, err = gth.Factorize(2, off, []float64{0, 0})
	var closed *gth.ClosedError
	fmt.Println(errors.As(err, &closed), closed.States)
	// Output:
	// [1e+20 1e+20 1e+20 1e+20]
	// true [0 1]
}
