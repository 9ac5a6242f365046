package main

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"github.com/cjm-go/cjm/journey"
)

type pathsCommand struct {
	Files    []string `arg:"" name:"events" help:"Event files, plain or .gz; - is standard input. Several files are parts of one input."`
	Output   string   `short:"o" placeholder:"FILE" help:"Where to write; standard output if not given. The file appears when it is complete." group:"Output"`
	MinCount positive `placeholder:"N" help:"Leave out paths of fewer than N journeys, which might tell whose they are, and say how many." group:"Output"`
	readFlags
	journeyFlags
}

// Help is the long help of the command.
func (pathsCommand) Help() string {
	return `Makes journeys of the events and writes how often each path converted, what that was worth,
and how often it was lost: a path table, which cjm attribute and many other tools read. It is
sorted, and the same for any order of the rows.

` + examples(
		"cjm paths events.csv >paths.csv",
		"cjm paths --min-count 10 events.csv >paths.csv\tFor others to see: no path that fewer than 10 journeys took",
		"cjm paths --lookback 30d --transform exposure -o paths.csv events-*.csv.gz\tTouches of the last 30 days only, repeated ones once",
	)
}

// Run writes the path table.
func (c *pathsCommand) Run(env *environment) error {
	if err := c.validate(env.given); err != nil {
		return err
	}
	columns := parseColumns(c.Columns)
	if err := columns.check(events); err != nil {
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
	if err := refuseComma(env.given, sources); err != nil {
		return err
	}
	reader, err := newEventReader(&c.readFlags, &c.journeyFlags, columns)
	if err != nil {
		return err
	}
	var all journey.Counts
	done := showProgress(env.stderr, sources)
	a, err := reader.count(env.ctx, sources, &all)
	done()
	if err != nil {
		return err
	}
	a.print(env.stderr)
	counts := c.suppress(env.stderr, &all)
	if c.Output == "" || c.Output == "-" {
		return c.write(env.ctx, env.stdout, counts)
	}
	file, err := createOutput(c.Output)
	if err != nil {
		return err
	}
	if err := c.write(env.ctx, file, counts); err != nil {
		file.abandon()
		return err
	}
	return file.commit()
}

// suppress leaves small paths out if the flag is given, and says how many.
func (c *pathsCommand) suppress(stderr io.Writer, counts *journey.Counts) *journey.Counts {
	if c.MinCount == 0 {
		return counts
	}
	kept, left := journey.SuppressSmall(counts, int64(c.MinCount))
	fmt.Fprintf(stderr, "cjm: left out the paths of fewer than %s journeys: %s paths, %s journeys\n",
		grouped(int64(c.MinCount)), grouped(left.Rows), grouped(left.Journeys))
	return kept
}

// write writes the path table, in large pieces, until the context is done.
func (c *pathsCommand) write(ctx context.Context, w io.Writer, counts *journey.Counts) error {
	out := &resultWriter{ctx: ctx, w: w}
	return journey.PathTable{Separator: c.Sep}.Write(bufio.NewWriterSize(out, 1<<18), counts)
}

// resultWriter writes the result until the context is done.
type resultWriter struct {
	ctx context.Context
	w   io.Writer
	// failed is why it could not be written.
	failed error
}

func (w *resultWriter) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := w.w.Write(p)
	if err != nil {
		err = bareError(err)
		w.failed = err
	}
	return n, err
}
