package main

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey/markov"
)

type attributeCommand struct {
	inputFlags
	Format     string `enum:"table,csv,json" default:"table" placeholder:"table|csv|json" help:"What to print: a table for people (default), csv or json." group:"Output"`
	PerJourney bool   `help:"Print the credit of each touch of each journey instead, as CSV: journey, position, channel, model, credit. The input is read twice." group:"Output"`
	Spend      string `placeholder:"FILE" help:"What channels cost: CSV with columns channel and cost, separated by commas. Adds the return on it, and what a conversion cost." group:"Output"`
	modelFlags
	intervalFlags
}

// Help is the long help of the command.
func (attributeCommand) Help() string {
	return `Reads journeys and says how many conversions, and how much of their value, each model
credits to each channel. A file is either of these, told apart by its header:

A path table has a row a path: path, conversions, and if known value and nulls, the journeys
that were lost. Events have a row a touch: customer, time, channel, and if known conversion and
value; as CSV, or as JSON lines.

Every order of the rows, every split into several files and every --parallel gives the same
result to the last bit.

The columns of csv: model, channel, conversions, value, share, removal_effect,
removal_effect_value, touching_share; with --interval lo and hi, of the conversions; with --spend
cost and roas. With --per-journey: journey, position, channel, model, credit, where journey is the
number of the row in all path tables together, or of the journey in events in the order of the
customers' names, and position 0 stands for a journey without a touch. Journeys that no model
credits are left out. What cannot be read twice, such as standard input, is copied to a temporary
file for --per-journey and --order auto.

` + examples(
		"cjm attribute paths.csv\tA path table: first, last and linear touch, and Markov",
		"cjm attribute --model all --lost-after 30d events.csv.gz\tEvents; a customer silent for 30 days is lost",
		"cjm attribute --columns customer=cid,time=ts,channel=utm_medium --convert-on purchase events.csv\tColumns with other names; the event called purchase is the conversion",
		"cjm attribute --model markov --format csv - <paths.csv >credit.csv\tFrom standard input, for a spreadsheet",
		"cjm attribute --model markov,shapley --order auto paths.csv\tA chain that looks as far back as the data bear",
		"cjm attribute --interval 95 --by-customer --spend spend.csv events.csv\tHow sure that is, and what came of the money",
		"cjm attribute --model linear --per-journey paths.csv >touches.csv\tThe credit of every touch",
	)
}

// Run computes the credit and prints it.
func (c *attributeCommand) Run(env *environment) error {
	names, err := c.names(env.given)
	if err != nil {
		return err
	}
	if err := c.check(env.given, names); err != nil {
		return err
	}
	in, err := c.inputFlags.open(env, c.PerJourney || c.Order.auto)
	if err != nil {
		return err
	}
	defer in.close()
	if err := c.checkKind(in.kind); err != nil {
		return err
	}
	if names, err = c.applicable(env, names, in.kind); err != nil {
		return err
	}
	var spend *attribution.Spend
	if c.Spend != "" {
		if spend, err = readSpend(env, c.Spend); err != nil {
			return err
		}
	}
	counted, r, err := c.compute(env, in, names)
	if err != nil {
		return explain(err, in.kind)
	}
	if c.PerJourney {
		return writePerJourney(env, in, counted)
	}
	if c.Interval > 0 {
		if r.doubts, err = counted.models.Uncertainties(env.ctx); err != nil {
			return err
		}
		printDoubts(env.stderr, r.doubts, r.account)
	}
	if err := c.setAgainst(env, r, spend); err != nil {
		return err
	}
	return c.print(env, r)
}

// compute counts the journeys for the models of these names and computes their
// results.
func (c *attributeCommand) compute(env *environment, in *input, names []string) (*pass, *report, error) {
	order, orders, read, err := c.chosen(env, in)
	if err != nil {
		return nil, nil, err
	}
	models := c.with(fitting{&c.modelFlags, order, c.Parallel}.models(names), c.Seed, c.Parallel)
	set, err := attribution.NewSet(models...)
	if err != nil {
		return nil, nil, usageError{err}
	}
	counted, a, err := countJourneys(env, in, func() *pass {
		return &pass{names: names, models: set.New(), apart: !c.ByCustomer}
	})
	if err != nil {
		return nil, nil, err
	}
	if read == nil { // else it has been told
		a.print(env.stderr)
	}
	if slices.Contains(names, shapleyMarkov) && !slices.Contains(names, markovChain) { // whose result warns
		printLongest(env.stderr, order, counted.longest)
	}
	results, err := counted.models.Results()
	if err != nil {
		return nil, nil, err
	}
	printWarnings(env.stderr, results)
	return counted, &report{account: a, results: results, orders: orders}, nil
}

// check refuses flags that do not go together.
func (c *attributeCommand) check(given map[string]bool, names []string) error {
	switch {
	case given["spend"] && c.Spend == "":
		return usagef("--spend: want the name of a file")
	case c.Spend == "-" && slices.Contains(c.Files, "-"):
		return errStdinOnce
	case c.PerJourney && given["spend"]:
		return usagef("--spend does not apply to --per-journey")
	case c.PerJourney && given["interval"]:
		return usagef("--interval does not apply to --per-journey")
	case c.PerJourney && given["format"] && c.Format != "csv":
		return usagef("--per-journey prints csv, not %s", c.Format)
	case given["seed"] && c.Interval == 0 && !slices.Contains(names, shapleyRate) && !slices.Contains(names, shapleyMarkov):
		return usagef("--seed is for --interval, %s and %s, none of which is asked for", shapleyMarkov, shapleyRate)
	}
	return c.intervalFlags.check(given)
}

// setAgainst sets the results against what was spent, if that is known.
func (c *attributeCommand) setAgainst(env *environment, r *report, spend *attribution.Spend) error {
	if spend == nil {
		return nil
	}
	for i, result := range r.results {
		var doubt *attribution.Uncertainty
		if r.doubts != nil {
			doubt = r.doubts[i]
		}
		returns, err := attribution.Returns(result, spend, doubt)
		if err != nil {
			return err
		}
		r.returns = append(r.returns, returns)
	}
	printMismatches(env.stderr, r.returns[0])
	return nil
}

// print writes the results in the format asked for, all at once.
func (c *attributeCommand) print(env *environment, r *report) error {
	var out bytes.Buffer
	var err error
	switch c.Format {
	case "csv":
		err = writeCSV(&out, r)
	case "json":
		err = writeJSON(&out, c.Files, r)
	default:
		err = writeTable(&out, r)
	}
	if err != nil {
		return err
	}
	_, err = env.stdout.Write(out.Bytes())
	return outputError(err)
}

// newEventReader returns a reader of events as the flags say.
func newEventReader(read *readFlags, journeys *journeyFlags, columns columnNames) (*eventReader, error) {
	location := read.TimeZone.or(time.UTC)
	builder, err := journeys.builder(location)
	if err != nil {
		return nil, err
	}
	return &eventReader{
		columns: columns.events, comma: read.Comma, location: location, builder: builder,
		transforms: journeys.Transform, badRows: read.badRows(),
	}, nil
}

// explain puts what a user of the command can do about it behind an error.
func explain(err error, what kind) error {
	switch {
	case errors.Is(err, attribution.ErrNoJourneys), errors.Is(err, markov.ErrNoJourneys):
		return errors.New("no journeys: the input has no rows that can be used")
	case errors.Is(err, attribution.ErrNoConversions) && what == pathTable:
		return errors.New("no conversions: nothing to credit")
	case errors.Is(err, attribution.ErrNoConversions):
		return errors.New("no conversions: nothing to credit. Name the column that tells them by --columns conversion=COLUMN, or the event that is one by --convert-on NAME")
	}
	return err
}
