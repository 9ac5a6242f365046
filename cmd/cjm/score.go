package main

import (
	"bufio"
	"encoding/csv"
	"maps"
	"slices"
	"strconv"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

type scoreCommand struct {
	inputFlags
	Paths string `required:"" placeholder:"NEW" help:"The paths to score, plain or .gz; - is standard input: CSV with a column path, or a path a line and no header." group:"Output"`
	chainFlags
}

// Help is the long help of the command.
func (scoreCommand) Help() string {
	return `Fits a Markov chain on the journeys in the files and says for each path in NEW how likely a
journey that has come so far is to convert, what it is expected to bring, and which next touch
would raise that probability most. A path may be one that no journey has taken, and need not
have ended.

Only the last touches count, as many as the order of the chain. Where no journey had these
touches one after the other, fewer of them are used; order_used says how many, and 0 that
nothing is known of the last touch. That a touch raises the probability describes journeys that
went on by themselves; whether one that you bring about does the same, only an experiment shows.

The columns printed: path, p_convert, expected_value (empty where conversions have no value),
order_used, next, p_next. --comma, --sep, --transform, --lookback-steps and --on-error are for the
paths in NEW as well, and so is --columns where the files are path tables.

` + examples(
		"cjm score paths.csv --paths open.csv >scores.csv",
		"cjm score --order 2 events.csv --paths - <open.txt\tThe last two touches count",
		"cjm paths --lost-after 30d events.csv | cjm score --order auto events.csv --lost-after 30d --paths -\tAll paths of the events themselves",
	)
}

// scoreHeader are the columns printed.
var scoreHeader = []string{"path", "p_convert", "expected_value", "order_used", "next", "p_next"}

// Run fits the chain and prints the scores.
func (c *scoreCommand) Run(env *environment) error {
	if c.Paths == "" {
		return usagef("--paths: want the name of a file")
	}
	if c.Paths == "-" && slices.Contains(c.Files, "-") {
		return errStdinOnce
	}
	if err := c.validate(env.given); err != nil {
		return err
	}
	reading := *env
	reading.given = maps.Clone(env.given)
	delete(reading.given, "sep") // which events do not refuse: it is for the new paths too
	in, err := c.open(&reading, c.Order.auto)
	if err != nil {
		return err
	}
	defer in.close()
	order, _, _, err := c.chosen(env, in)
	if err != nil {
		return explain(err, in.kind)
	}
	scorer, err := c.scorer(env, in, order)
	if err != nil {
		return explain(err, in.kind)
	}
	return c.score(env, scorer)
}

// scorer fits the chain on the journeys.
func (c *scoreCommand) scorer(env *environment, in *input, order int) (*pathScorer, error) {
	model := c.markov(order)
	if err := model.Validate(); err != nil {
		return nil, err
	}
	counted, a, err := countJourneys(env, in, func() *fitted { return &fitted{chain: model.NewAccumulator()} })
	if err != nil {
		return nil, err
	}
	if !c.Order.auto {
		a.print(env.stderr)
	}
	printLongest(env.stderr, order, counted.longest)
	switch {
	case counted.paths == 0:
		return nil, attribution.ErrNoJourneys
	case !counted.converted:
		return nil, attribution.ErrNoConversions
	}
	scorer, err := attribution.NewScorer(counted.chain)
	return &pathScorer{scorer, counted.valued}, err
}

// fitted is what cjm score counts of the journeys.
type fitted struct {
	chain     attribution.Accumulator
	extent    // of the input
	converted bool
	valued    bool // whether conversions are worth something
}

// Add counts a path.
func (f *fitted) Add(p *journey.Counted) error {
	if err := f.chain.Add(p); err != nil {
		return err
	}
	f.extent.add(p)
	f.converted = f.converted || p.Conversions > 0
	f.valued = f.valued || p.Value > 0
	return nil
}

// Merge adds what other counted.
func (f *fitted) Merge(other *fitted) error {
	if err := f.chain.Merge(other.chain); err != nil {
		return err
	}
	f.extent.merge(other.extent)
	f.converted = f.converted || other.converted
	f.valued = f.valued || other.valued
	return nil
}

// score prints the scores of the new paths, one after the other.
func (c *scoreCommand) score(env *environment, scorer *pathScorer) error {
	sources, err := newSources(env.ctx, []string{c.Paths}, env.stdin)
	if err != nil {
		return err
	}
	paths := newPaths{source: sources[0], column: parseColumns(c.Columns).table.Path, comma: c.Comma, separator: c.Sep}
	transforms := c.tableTransforms()
	out := csv.NewWriter(bufio.NewWriterSize(&resultWriter{ctx: env.ctx, w: env.stdout}, 1<<18))
	if err := out.Write(scoreHeader); err != nil {
		return outputError(err)
	}
	a := &account{kind: pathTable}
	for p, err := range paths.all(env.ctx, new(journey.Dictionary)) {
		a.rows++
		if err != nil {
			if c.badRows() == journey.SkipBadRows && isRowError(err) {
				a.skip(err)
				continue
			}
			return err
		}
		transforms.Apply(p.counted)
		row, err := scorer.row(p)
		if err != nil {
			return err
		}
		if err := out.Write(row); err != nil {
			return outputError(err)
		}
	}
	out.Flush()
	a.print(env.stderr)
	return outputError(out.Error())
}

// pathScorer scores paths by a chain.
type pathScorer struct {
	*attribution.Scorer
	valued bool
}

// row returns the cells of a path.
func (s *pathScorer) row(p newPath) ([]string, error) {
	score, err := s.Score(p.counted)
	if err != nil {
		return nil, err
	}
	next, err := s.Next(p.counted)
	if err != nil {
		return nil, err
	}
	row := []string{p.text, number(score.PConvert), "", strconv.Itoa(score.Used), "", ""}
	if s.valued {
		row[2] = number(score.ExpectedValue)
	}
	if len(next) > 0 {
		row[4], row[5] = string(next[0].Channel), number(next[0].PConvert)
	}
	return row, nil
}
