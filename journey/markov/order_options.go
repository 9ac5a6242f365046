package markov

import (
	"errors"
	"fmt"
)

const (
	// DefaultMaxOrder is the highest order tried where [OrderOptions.MaxOrder]
	// is 0. Windows of more than four touches rarely come back often enough to
	// tell anything.
	DefaultMaxOrder = 4
	// DefaultFolds is the number of folds where [OrderOptions.Folds] is 0.
	DefaultFolds = 10

	maxMaxOrder = 100
	maxFolds    = 10_000
)

// OrderOptions say how the order of a chain is chosen. The zero value tries the
// orders 1 to 4 by cross-validation in 10 folds.
type OrderOptions struct {
	// MaxOrder is the highest order tried, at most 100; 0 means
	// [DefaultMaxOrder]. It is no part of the counts: neither merged nor written.
	MaxOrder int
	// Criterion decides among the orders. It is no part of the counts either:
	// the table has them all.
	Criterion Criterion
	// Folds is into how many parts the journeys are divided for
	// cross-validation, from 2 to 10,000; 0 means [DefaultFolds].
	Folds int
	// FoldBy says which journeys stay together in one fold.
	FoldBy FoldBy
	// Seed varies the division into folds, which is a hash of what FoldBy says.
	Seed uint64
	// Nulls says whether journeys that did not convert are counted.
	Nulls Nulls
}

// Validate reports all that is wrong with the options.
func (o OrderOptions) Validate() error {
	var errs []error
	if o.MaxOrder < 0 || o.MaxOrder > maxMaxOrder {
		errs = append(errs, fmt.Errorf("%w: MaxOrder %d is not between 0 and %d", ErrOption, o.MaxOrder, maxMaxOrder))
	}
	if int(o.Criterion) >= len(criterionNames) {
		errs = append(errs, fmt.Errorf("%w: %v", ErrOption, o.Criterion))
	}
	if o.Folds != 0 && (o.Folds < 2 || o.Folds > maxFolds) {
		errs = append(errs, fmt.Errorf("%w: Folds %d is neither 0 nor between 2 and %d", ErrOption, o.Folds, maxFolds))
	}
	if int(o.FoldBy) >= len(foldByNames) {
		errs = append(errs, fmt.Errorf("%w: %v", ErrOption, o.FoldBy))
	}
	if int(o.Nulls) >= len(nullsNames) {
		errs = append(errs, fmt.Errorf("%w: %v", ErrOption, o.Nulls))
	}
	return errors.Join(errs...)
}

// withDefaults returns the options with the defaults in the place of zeros.
func (o OrderOptions) withDefaults() OrderOptions {
	if o.MaxOrder == 0 {
		o.MaxOrder = DefaultMaxOrder
	}
	if o.Folds == 0 {
		o.Folds = DefaultFolds
	}
	return o
}

// counted returns the options that the counts depend on.
func (o OrderOptions) counted() OrderOptions {
	o = o.withDefaults()
	o.MaxOrder, o.Criterion = 0, 0
	return o
}

// FoldBy says which journeys stay together when they are divided into folds.
type FoldBy uint8

const (
	// ByCustomer keeps the journeys of a customer together, who is alike in
	// all of them. Where customers are not known, a path that stands for
	// several journeys, such as a row of a path table, is kept together: its
	// counts may be copies of one journey. One that stands for a single journey
	// is divided as ByJourney says.
	ByCustomer FoldBy = iota
	// ByJourney divides journeys one by one, as is right where they are
	// independent of each other. Where a count stands for copies of one
	// journey it favours high orders.
	ByJourney
	// ByPath keeps all journeys over the same channels together, so that each
	// order has to predict paths that it has never seen. It mostly chooses
	// order 1, whatever the truth, because that forgets least when a path is
	// held out: for asking how an order carries over to new paths, not for
	// choosing one.
	ByPath
)

var foldByNames = [...]string{ByCustomer: "customer", ByJourney: "journey", ByPath: "path"}

// String returns "customer", "journey" or "path".
func (f FoldBy) String() string { return enumString(foldByNames[:], "FoldBy", uint8(f)) }

// MarshalText returns the text of [FoldBy.String].
func (f FoldBy) MarshalText() ([]byte, error) { return enumText(foldByNames[:], "FoldBy", uint8(f)) }

// UnmarshalText is the inverse of [FoldBy.MarshalText].
func (f *FoldBy) UnmarshalText(text []byte) error {
	v, err := enumParse(foldByNames[:], "FoldBy", text)
	if err == nil {
		*f = FoldBy(v)
	}
	return err
}
