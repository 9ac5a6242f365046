package main

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

type attributeCommand struct {
	Files  []string `arg:"" name:"file" help:"Path tables or event files, plain or .gz; - is standard input. Several files are parts of one input."`
	Input  string   `enum:",paths,events" default:"" placeholder:"paths|events" help:"What the files hold. If not given, the header of the first one tells." group:"Reading"`
	Format string   `enum:"table,csv,json" default:"table" placeholder:"table|csv|json" help:"What to print: a table for people (default), csv or json." group:"Output"`
	readFlags
	modelFlags
	journeyFlags
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

` + examples(
		"cjm attribute paths.csv\tA path table: first, last and linear touch, and Markov",
		"cjm attribute --model all --lost-after 30d events.csv.gz\tEvents; a customer silent for 30 days is lost",
		"cjm attribute --columns customer=cid,time=ts,channel=utm_medium --convert-on purchase events.csv\tColumns with other names; the event called purchase is the conversion",
		"cjm attribute --model markov --format csv - <paths.csv >credit.csv\tFrom standard input, for a spreadsheet",
	)
}

// Run computes the credit and prints it.
func (c *attributeCommand) Run(env *environment) error {
	names, err := c.names(env.given)
	if err != nil {
		return err
	}
	if err := c.validate(env.given); err != nil {
		return err
	}
	columns := parseColumns(c.Columns)
	what, err := columns.kind()
	if err != nil {
		return err
	}
	sources, err := newSources(env.ctx, c.Files, env.stdin)
	if err != nil {
		return err
	}
	defer func() {
		for _, s := range sources {
			s.close()
		}
	}()
	switch {
	case c.Input == pathTable.String():
		what = pathTable
	case c.Input == events.String():
		what = events
	case what == unknownKind:
		if what, err = columns.tell(sources[0], c.Sep); err != nil {
			return err
		}
	}
	if err := columns.check(what); err != nil {
		return err
	}
	var results []*attribution.Result
	var a *account
	done := showProgress(env.stderr, sources)
	if what == pathTable {
		results, a, err = c.fromTable(env, sources, names, columns)
	} else {
		results, a, err = c.fromEvents(env, sources, names, columns)
	}
	done()
	if a != nil {
		a.print(env.stderr)
	}
	if err != nil {
		return explain(err, what)
	}
	printWarnings(env.stderr, results)
	var out bytes.Buffer
	switch c.Format {
	case "csv":
		err = writeCSV(&out, results)
	case "json":
		err = writeJSON(&out, c.Files, a, results)
	default:
		err = writeTable(&out, results)
	}
	if err != nil {
		return err
	}
	_, err = env.stdout.Write(out.Bytes())
	return outputError(err)
}

func (c *attributeCommand) fromTable(env *environment, sources []*source, names []string, columns columnNames) ([]*attribution.Result, *account, error) {
	if err := refuse(env.given, eventFlagNames, "a path table"); err != nil {
		return nil, nil, err
	}
	names, left, err := c.withoutTimes(names, env.given)
	if err != nil {
		return nil, nil, err
	}
	if left {
		fmt.Fprintf(env.stderr, "cjm: %s is left out: a path table has no times\n", timeDecay)
	}
	models, err := c.set(names)
	if err != nil {
		return nil, nil, err
	}
	table := journey.PathTable{Separator: c.Sep, Columns: columns.table}
	opts := journey.FoldOptions{Parallelism: c.Parallel, BadRows: c.badRows(), Transforms: c.tableTransforms()}
	counted, report, err := journey.Fold(env.ctx, table, inputs(sources), opts, models.New)
	if err != nil {
		return nil, nil, err
	}
	results, err := counted.Results()
	return results, tableAccount(report), err
}

func (c *attributeCommand) fromEvents(env *environment, sources []*source, names []string, columns columnNames) ([]*attribution.Result, *account, error) {
	if err := refuse(env.given, tableFlagNames, "events"); err != nil {
		return nil, nil, err
	}
	reader, err := newEventReader(&c.readFlags, &c.journeyFlags, columns)
	if err != nil {
		return nil, nil, err
	}
	models, err := c.set(names)
	if err != nil {
		return nil, nil, err
	}
	a, err := reader.count(env.ctx, sources, models)
	if err != nil {
		return nil, nil, err
	}
	results, err := models.Results()
	return results, a, err
}

// newEventReader returns a reader of events as the flags say.
func newEventReader(read *readFlags, journeys *journeyFlags, columns columnNames) (*eventReader, error) {
	location := read.TimeZone.or(time.UTC)
	builder, err := journeys.builder(location)
	if err != nil {
		return nil, err
	}
	return &eventReader{
		columns: columns.events, location: location, builder: builder,
		transforms: journeys.Transform, badRows: read.badRows(),
	}, nil
}

// explain puts what a user of the command can do about it behind an error.
func explain(err error, what kind) error {
	switch {
	case errors.Is(err, attribution.ErrNoJourneys):
		return errors.New("no journeys: the input has no rows that can be used")
	case errors.Is(err, attribution.ErrNoConversions) && what == pathTable:
		return errors.New("no conversions: nothing to credit")
	case errors.Is(err, attribution.ErrNoConversions):
		return errors.New("no conversions: nothing to credit. Name the column that tells them by --columns conversion=COLUMN, or the event that is one by --convert-on NAME")
	}
	return err
}
