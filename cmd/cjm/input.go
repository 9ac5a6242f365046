package main

import (
	"github.com/cjm-go/cjm/journey"
)

// inputFlags say what to read journeys from.
type inputFlags struct {
	Files []string `arg:"" name:"file" help:"Path tables or event files, plain or .gz; - is standard input. Several files are parts of one input."`
	Input string   `enum:",paths,events" default:"" placeholder:"paths|events" help:"What the files hold. If not given, the header of the first one tells." group:"Reading"`
	readFlags
	journeyFlags
}

// input is what a command reads journeys from, perhaps more than once.
type input struct {
	kind       kind
	sources    []*source
	table      journey.PathTable // of path tables
	transforms journey.Transforms
	reader     *eventReader // of events
	badRows    journey.BadRows
	parallel   int
}

// open opens the files and finds out what they hold. To read them more than once,
// keep must be set.
func (f *inputFlags) open(env *environment, keep bool) (*input, error) {
	if err := f.validate(env.given); err != nil {
		return nil, err
	}
	columns := parseColumns(f.Columns)
	what, err := columns.kind()
	if err != nil {
		return nil, err
	}
	in := &input{badRows: f.badRows(), parallel: f.Parallel}
	if in.sources, err = newSources(env.ctx, f.Files, env.stdin); err != nil {
		return nil, err
	}
	if err := f.prepare(env, in, columns, what, keep); err != nil {
		in.close()
		return nil, err
	}
	return in, nil
}

// prepare sets up what reads the sources.
func (f *inputFlags) prepare(env *environment, in *input, columns columnNames, what kind, keep bool) (err error) {
	if keep {
		for _, s := range in.sources {
			if err := s.keep(); err != nil {
				return err
			}
		}
	}
	switch {
	case f.Input == pathTable.String():
		what = pathTable
	case f.Input == events.String():
		what = events
	case what == unknownKind:
		if what, err = columns.tell(in.sources[0], f.Sep, f.Comma); err != nil {
			return err
		}
	}
	in.kind = what
	if err := columns.check(what); err != nil {
		return err
	}
	if what == pathTable {
		in.table = journey.PathTable{Separator: f.Sep, Columns: columns.table, Comma: byte(f.Comma)}
		in.transforms = f.tableTransforms()
		return refuse(env.given, eventFlagNames, "a path table")
	}
	if err := refuse(env.given, tableFlagNames, "events"); err != nil {
		return err
	}
	if err := refuseComma(env.given, in.sources); err != nil {
		return err
	}
	in.reader, err = newEventReader(&f.readFlags, &f.journeyFlags, columns)
	return err
}

// refuseComma returns an error if --comma is given where every source holds JSON
// lines. One that cannot be read counts as one that does not: reading it will say
// why.
func refuseComma(given map[string]bool, sources []*source) error {
	if !given["comma"] {
		return nil
	}
	for _, s := range sources {
		head, err := s.peek(maxHeader)
		if err != nil || !looksLikeJSON(s.name, head) {
			return nil
		}
	}
	return usagef("--comma does not apply to JSON lines")
}

func (in *input) close() {
	for _, s := range in.sources {
		s.close()
	}
}

// countJourneys reads the whole input once and counts its journeys with the
// accumulators that fresh makes.
func countJourneys[A journey.Accumulator[A]](env *environment, in *input, fresh func() A) (A, *account, error) {
	defer showProgress(env.stderr, in.sources)()
	var none A
	if in.kind == pathTable {
		opts := journey.FoldOptions{Parallelism: in.parallel, BadRows: in.badRows, Transforms: in.transforms}
		counted, report, err := journey.Fold(env.ctx, in.table, inputs(in.sources), opts, fresh)
		if err != nil {
			return none, nil, err
		}
		return counted, tableAccount(report), nil
	}
	acc := fresh()
	a, err := in.reader.count(env.ctx, in.sources, acc)
	if err != nil {
		return none, nil, err
	}
	return acc, a, nil
}

// eachJourney reads the whole input once and hands on every journey in the order
// of the input, with its number: of the row in all path tables together, or of the
// journey. Bad rows are counted and passed over if the flags say so.
func (in *input) eachJourney(env *environment, f func(number int64, p *journey.Counted) error) error {
	defer showProgress(env.stderr, in.sources)()
	var number int64
	if in.kind == events {
		_, err := in.reader.count(env.ctx, in.sources, adder(func(p *journey.Counted) error {
			number++
			return f(number, p)
		}))
		return err
	}
	var dict journey.Dictionary
	for _, s := range in.sources {
		if err := in.eachRow(env, s, &dict, &number, f); err != nil {
			return err
		}
	}
	return nil
}

func (in *input) eachRow(env *environment, s *source, dict *journey.Dictionary, number *int64, f func(int64, *journey.Counted) error) error {
	r, err := s.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	table := in.table
	table.Source = s.name
	for p, err := range table.Paths(env.ctx, r, dict) {
		*number++
		if err != nil {
			if in.badRows == journey.SkipBadRows && isRowError(err) {
				continue
			}
			return err
		}
		in.transforms.Apply(p)
		if err := f(*number, p); err != nil {
			return err
		}
	}
	return nil
}

// adder is a function that counts paths.
type adder func(p *journey.Counted) error

// Add counts a path.
func (f adder) Add(p *journey.Counted) error { return f(p) }
