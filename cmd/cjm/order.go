package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey/markov"
)

type orderCommand struct {
	inputFlags
	Format string `enum:"table,csv,json" default:"table" placeholder:"table|csv|json" help:"What to print: a table for people (default), csv or json." group:"Output"`

	MaxOrder  positive `placeholder:"K" help:"The highest order to try; 4 if not given." group:"Orders"`
	Criterion string   `enum:"cross-validation,aic,bic,likelihood-ratio,held-out-auc,in-sample-auc" default:"cross-validation" placeholder:"NAME" help:"What decides: cross-validation (default), aic, bic, likelihood-ratio, held-out-auc, or in-sample-auc, the rule of ChannelAttribution. The table has them all." group:"Orders"`
	Folds     positive `placeholder:"N" help:"Into how many parts the journeys are divided for cross-validation; 10 if not given." group:"Orders"`
	FoldBy    string   `enum:"customer,path,journey" default:"customer" placeholder:"NAME" help:"Which journeys stay in one part: those of a customer (default), or of one row of a path table; path: those over one path; or journey: each on its own." group:"Orders"`
	Seed      uint64   `placeholder:"N" help:"Varies the division into parts." group:"Orders"`
	Nulls     string   `enum:"include,exclude" default:"include" placeholder:"include|exclude" help:"Whether lost journeys take part: include (default) or exclude." group:"Orders"`
}

// Help is the long help of the command.
func (orderCommand) Help() string {
	return `Compares Markov chains of order 1, 2, 3, ... on the journeys in the files: how many of the last
touches say something about the next one, or about the end. A high order has more to learn than
the data can teach.

By default the order is chosen by cross-validation: each part of the journeys is predicted from
the others, and the lowest order is taken that is within one standard error of the best.

` + examples(
		"cjm order paths.csv",
		"cjm order --max-order 6 --criterion aic --format csv events.csv >orders.csv",
		"cjm attribute --model markov --order auto paths.csv\tCredit by the order that is chosen so",
	)
}

// Run prints the table of the orders.
func (c *orderCommand) Run(env *environment) error {
	options, err := c.options()
	if err != nil {
		return usageError{err}
	}
	in, err := c.open(env, false)
	if err != nil {
		return err
	}
	defer in.close()
	if in.kind == pathTable && env.given["fold-by"] && options.FoldBy == markov.ByCustomer {
		return usagef("--fold-by customer does not apply to a path table: it has no customers")
	}
	table, a, err := compareOrders(env, in, options)
	if err != nil {
		return explain(err, in.kind)
	}
	printOrderWarnings(env.stderr, table)
	var out bytes.Buffer
	switch c.Format {
	case "csv":
		fmt.Fprintf(env.stderr, "cjm: %v\n", table)
		err = writeOrderCSV(&out, table)
	case "json":
		err = writeOrderJSON(&out, c.Files, a, table)
	default:
		_, err = io.WriteString(&out, orderText(table))
	}
	if err != nil {
		return err
	}
	_, err = env.stdout.Write(out.Bytes())
	return outputError(err)
}

func (c *orderCommand) options() (markov.OrderOptions, error) {
	o := markov.OrderOptions{MaxOrder: int(c.MaxOrder), Folds: int(c.Folds), Seed: c.Seed}
	return o, errors.Join(
		o.Criterion.UnmarshalText([]byte(c.Criterion)),
		o.FoldBy.UnmarshalText([]byte(c.FoldBy)),
		o.Nulls.UnmarshalText([]byte(c.Nulls)),
		o.Validate(),
	)
}

// compareOrders reads the input, says what was read, and compares the orders.
func compareOrders(env *environment, in *input, options markov.OrderOptions) (*markov.OrderTable, *account, error) {
	if err := options.Validate(); err != nil {
		return nil, nil, err
	}
	counts, a, err := countJourneys(env, in, func() *markov.OrderCounts {
		c, _ := markov.NewOrderCounts(options) // which are valid
		return c
	})
	if err != nil {
		return nil, nil, err
	}
	a.print(env.stderr)
	if counts.Journeys() == 0 && counts.Excluded() > 0 {
		return nil, nil, attribution.ErrNoConversions
	}
	table, err := counts.Choose()
	for _, undefined := range []error{markov.ErrFolds, markov.ErrOutcomes, markov.ErrInSample} {
		if errors.Is(err, undefined) {
			err = fmt.Errorf("%w. Choose by another criterion, see cjm order --help, or say --order K", err)
		}
	}
	return table, a, err
}

func printOrderWarnings(w io.Writer, table *markov.OrderTable) {
	for _, warning := range table.Warnings() {
		fmt.Fprintf(w, "cjm: warning: %v\n", warning)
	}
}
