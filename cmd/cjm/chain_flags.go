package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey/markov"
)

// chainOrder is how many touches back a chain looks: a number from 1 up, or to be
// chosen by the data. The zero value is 1.
type chainOrder struct {
	k    int
	auto bool
}

var errChainOrder = errors.New("want a whole number from 1 up, or auto")

// UnmarshalText implements [encoding.TextUnmarshaler].
func (o *chainOrder) UnmarshalText(text []byte) error {
	if string(text) == "auto" {
		*o = chainOrder{auto: true}
		return nil
	}
	k, err := strconv.Atoi(string(text))
	if err != nil || k < 1 {
		return errChainOrder
	}
	*o = chainOrder{k: k}
	return nil
}

// String returns the text of the order.
func (o chainOrder) String() string {
	if o.auto {
		return "auto"
	}
	return strconv.Itoa(max(1, o.k))
}

// part is a number above 0 and below 1.
type part float64

// UnmarshalText implements [encoding.TextUnmarshaler].
func (p *part) UnmarshalText(text []byte) error {
	x, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(x > 0 && x < 1) {
		return errors.New("want a number above 0 and below 1, such as 1e-12")
	}
	*p = part(x)
	return nil
}

// level is a level of confidence, given in per cent.
type level float64

// UnmarshalText implements [encoding.TextUnmarshaler].
func (l *level) UnmarshalText(text []byte) error {
	x, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(x > 0 && x < 100) {
		return errors.New("want per cent above 0 and below 100, such as 95")
	}
	*l = level(x / 100)
	return nil
}

// chainFlags say which Markov chain to fit.
type chainFlags struct {
	Nulls string     `enum:"include,exclude" default:"include" placeholder:"include|exclude" help:"Whether lost journeys take part in the Markov chain: include (default) or exclude." group:"Models"`
	Order chainOrder `placeholder:"K|auto" help:"How many last touches the Markov chain looks at: 1 (default), a larger number, or auto to let the data choose as cjm order does. auto reads the input once more." group:"Models"`
}

// nulls says which journeys take part in the chain.
func (f *chainFlags) nulls() markov.Nulls {
	if f.Nulls == "exclude" {
		return markov.ExcludeNulls
	}
	return markov.IncludeNulls
}

// markov returns the model of the chain of this order.
func (f *chainFlags) markov(order int) attribution.Markov {
	return attribution.Markov{Nulls: f.nulls(), Order: order}
}

// chosen returns the order of the chain. Where it is up to the data it reads the
// input, and returns the table by which it chose and what was read as well.
func (f *chainFlags) chosen(env *environment, in *input) (order int, table *markov.OrderTable, a *account, err error) {
	if !f.Order.auto {
		return max(1, f.Order.k), nil, nil, nil
	}
	table, a, err = compareOrders(env, in, markov.OrderOptions{Nulls: f.nulls()})
	if err != nil {
		return 0, nil, a, err
	}
	fmt.Fprintf(env.stderr, "cjm: --order auto: %v\n", table)
	printOrderWarnings(env.stderr, table)
	return table.Order(), table, a, nil
}

// printLongest says that an order is beyond the longest path, if it is.
func printLongest(w io.Writer, order, longest int) {
	if order > max(1, longest) {
		fmt.Fprintf(w, "cjm: order %d is beyond the longest path, which has %s: the chain is the journeys themselves\n",
			order, counted(int64(longest), "touch", "touches"))
	}
}
