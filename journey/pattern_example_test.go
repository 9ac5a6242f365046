package journey_test

import (
	"errors"
	"fmt"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
)

func ExamplePattern() {
	// Came by e-mail and bought in the store, without asking the service.
	pattern, err := journey.ParsePattern("^ -> email -> [^service]* -> store")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, line := range []string{
		"email > search > store > buy",
		"email > service > store > buy",
		"search > email > store > buy",
	} {
		path := journeytest.Path(line)
		fmt.Println(pattern.MatchPath(&path, journey.ByChannel), line)
	}

	// Output:
	// true email > search > store > buy
	// false email > service > store > buy
	// false search > email > store > buy
}

// A name that is mistyped matches nothing. The pattern can tell.
func ExamplePattern_Unknown() {
	pattern, err := journey.NewPattern(journey.Touch("email"), journey.Gap(), journey.Touch("stroe"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(pattern)
	fmt.Println(pattern.Unknown([]string{"email", "search", "store"}))

	// Output:
	// email -> .* -> stroe
	// [stroe]
}

func ExamplePattern_Find() {
	pattern, err := journey.ParsePattern("search -> .* -> cart")
	if err != nil {
		fmt.Println(err)
		return
	}
	labels := []string{"home", "search", "product", "cart", "search", "cart"}
	for from, to := range pattern.All(labels) {
		fmt.Println(from, to, labels[from:to])
	}

	// Output:
	// 1 4 [search product cart]
	// 4 6 [search cart]
}

func ExamplePatternError() {
	_, err := journey.ParsePattern("email -> [^service]*")
	var at *journey.PatternError
	fmt.Println(errors.As(err, &at), at.Offset)
	fmt.Println(err)

	// Output:
	// true 9
	// journey: bad pattern: offset 9: a restricted gap at an open end or beside an unrestricted gap has no effect
}
