package markov

import (
	"errors"
	"fmt"
	"math"
	"runtime"
)

// DefaultTolerance is the certified accuracy of removal effects where none is
// asked for.
const DefaultTolerance = 1e-12

// RemovalOptions say how removal effects are found. The zero value redirects,
// to the default tolerance, on all processors.
type RemovalOptions struct {
	// Variant says what becomes of the transitions into a removed channel.
	Variant Variant
	// Tolerance is the largest certified error to accept, relative to each
	// effect for [Redirect], absolute for the variants with signed effects.
	// 0 stands for [DefaultTolerance]. A chain without cycles is exact
	// whatever it says.
	Tolerance float64
	// Parallelism is the number of goroutines: 0 as many as GOMAXPROCS says, 1
	// only that of the caller. The result does not depend on it.
	Parallelism int
}

// Validate reports all that is wrong with the options.
func (o RemovalOptions) Validate() error {
	var errs []error
	if int(o.Variant) >= len(variantNames) {
		errs = append(errs, fmt.Errorf("%w: %v", ErrOption, o.Variant))
	}
	if !(o.Tolerance >= 0) || math.IsInf(o.Tolerance, 1) {
		errs = append(errs, fmt.Errorf("%w: tolerance %g is not a finite number >= 0", ErrOption, o.Tolerance))
	}
	if o.Parallelism < 0 {
		errs = append(errs, fmt.Errorf("%w: parallelism %d is negative", ErrOption, o.Parallelism))
	}
	return errors.Join(errs...)
}

func (o RemovalOptions) tolerance() float64 {
	if o.Tolerance == 0 {
		return DefaultTolerance
	}
	return o.Tolerance
}

func (o RemovalOptions) workers() int {
	if o.Parallelism == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return o.Parallelism
}
