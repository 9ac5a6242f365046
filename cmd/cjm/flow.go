package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/cjm-go/cjm/journey"
)

type flowCommand struct {
	Files  []string `arg:"" name:"events" help:"Event files, plain or .gz; - is standard input. Several files are parts of one input."`
	Format string   `enum:"table,csv,json" default:"table" placeholder:"table|csv|json" help:"What to print: a table for people (default), csv or json." group:"Output"`
	What   string   `enum:"variants,transitions,labels" default:"variants" placeholder:"NAME" help:"What csv holds: variants (default), transitions or labels. The other formats have them all." group:"Output"`
	Top    positive `placeholder:"N" help:"How many variants, transitions and labels to print, the most frequent ones. If not given, 20 in a table, all of them in csv. json has them all." group:"Output"`
	Output string   `short:"o" placeholder:"FILE" help:"Where to write; standard output if not given. The file appears when it is complete." group:"Output"`

	On      string      `enum:"event,kind,channel,stage" default:"event" placeholder:"NAME" help:"What touches are told apart by: the event (default), which is the kind, or the channel where there is no kind; or the kind, the channel or the stage. Touches without one take no part." group:"Flow"`
	Pattern patternText `placeholder:"'a -> .* -> b'" help:"Keep only the journeys in which this pattern occurs, see above." group:"Flow"`
	readFlags
	builderFlags
}

// Help is the long help of the command.
func (flowCommand) Help() string {
	return `Makes journeys of the events, as cjm paths does, and says which ways they go:

- variants: each distinct sequence of touches, with how many journeys took it;
- transitions: how often a touch came directly after another, or after the start, or was the last
  before the end, in how many journeys, and the median time between the two;
- labels: how often each touch occurs, with its self-loops (directly after another of its kind)
  and repetitions (after an earlier one, with others between);
- entropy and complexity: how varied a journey is, and how much the journeys differ.

A pattern is touches joined by arrows. a -> b is b directly after a, a -> .* -> b is b at any time
after a. [a|b] is either, [^a|b] any other, . any touch; [a|b]* and [^a|b]* are any number of such
touches. ^ is the start of the journey, as the first part, and $ its end, as the last. A name with
one of " [ ] | ^ $ * ? + ( ) { } \ > in it stands in double quotes.

The columns of csv. variants: path, count, share, cover, converted, lost, open, where cover is the
share of all variants down to this one. transitions: from, to, end, count, journeys,
median_seconds, mean_seconds; at the start of a journey from is empty, at its end to is empty and
end says how it ended. labels: label, touches, journeys, starts, ends, self_loops, repetitions,
reworked, where reworked journeys have more than one.

` + examples(
		"cjm flow events.csv",
		"cjm flow --on channel --lost-after 30d --top 5 events-*.csv.gz\tThe channels; a customer silent for 30 days is lost",
		"cjm flow --pattern '^ -> search -> [^store]* -> $' events.csv\tThose who came by search and never saw the store",
		"cjm flow --format csv --what transitions -o transitions.csv events.csv\tFor a program that draws graphs",
	)
}

// Run prints the flow.
func (c *flowCommand) Run(env *environment) error {
	if err := c.check(env.given); err != nil {
		return err
	}
	in, err := openEvents(env, c.Files, &c.readFlags, &journeyFlags{builderFlags: c.builderFlags})
	if err != nil {
		return err
	}
	defer in.close()
	r, err := c.count(env, in)
	if err != nil {
		return err
	}
	return writeResult(env, c.Output, func(w io.Writer) error {
		switch c.Format {
		case "csv":
			return writeFlowCSV(w, r, c.What, c.Sep, int(c.Top))
		case "json":
			return writeFlowJSON(w, c.Files, r)
		}
		_, err := io.WriteString(w, flowText(r, c.On, int(c.Top)))
		return err
	})
}

func (c *flowCommand) check(given map[string]bool) error {
	if err := c.validate(given); err != nil {
		return err
	}
	switch {
	case given["what"] && c.Format != "csv":
		return usagef("--what is for --format csv")
	case given["top"] && c.Format == "json":
		return usagef("--top does not apply to --format json, which has them all")
	case given["sep"] && (c.Format != "csv" || c.What != "variants"):
		return usagef("--sep is for the variants of --format csv")
	}
	return nil
}

// flowReport is what cjm flow prints.
type flowReport struct {
	account *account
	result  *journey.FlowResult
	pattern journey.Pattern
	kept    *journey.KeepReport // by the pattern; nil if there is none
}

// count reads the events and counts the ways of the journeys in them.
func (c *flowCommand) count(env *environment, in *input) (*flowReport, error) {
	r := &flowReport{account: &account{kind: events, journeys: new(journey.Report)}, pattern: c.Pattern.Pattern}
	if env.given["pattern"] {
		r.kept = new(journey.KeepReport)
	}
	if err := c.read(env, in, r); err != nil {
		return nil, err
	}
	r.account.print(env.stderr)
	if r.account.journeys.Paths() == 0 {
		return nil, errNoEvents
	}
	r.warn(env.stderr, c.On)
	return r, nil
}

func (c *flowCommand) read(env *environment, in *input, r *flowReport) error {
	defer showProgress(env.stderr, in.sources)()
	label := onKeys[c.On]
	flow := journey.NewFlow(journey.FlowOptions{Label: label, Name: c.On})
	touches := withoutValues(in.reader.touchpoints(env.ctx, in.sources))
	if c.On != "channel" {
		touches = in.reader.withConversions(touches)
	}
	paths := in.reader.goodPaths(env.ctx, touches, r.account)
	if r.kept != nil {
		paths = r.pattern.Keep(paths, label, r.kept)
	}
	for p, err := range paths {
		if err == nil {
			err = flow.Add(&p)
		}
		if err != nil {
			return err
		}
	}
	r.account.rows = r.account.journeys.Read + r.account.journeys.BadRows
	r.result = flow.Result()
	return nil
}

// warn says what is likely a mistake on the command line.
func (r *flowReport) warn(w io.Writer, on string) {
	if r.kept != nil {
		for _, name := range r.kept.Unseen {
			fmt.Fprintf(w, "cjm: warning: --pattern: no %s is named %q\n", on, name)
		}
	}
	kept := r.kept == nil || r.kept.Kept > 0
	switch {
	case !kept:
		fmt.Fprintln(w, "cjm: warning: --pattern: it occurs in no journey")
	case r.result.Touches() == 0:
		fmt.Fprintf(w, "cjm: warning: no touch has a %s; --on says what else to tell them apart by\n", on)
	}
}

// patternText is a pattern on the command line.
type patternText struct{ journey.Pattern }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (p *patternText) UnmarshalText(text []byte) error {
	pattern, err := journey.ParsePattern(string(text))
	if wrong := (*journey.PatternError)(nil); errors.As(err, &wrong) {
		place := "at the beginning"
		if before := strings.TrimSpace(string(text[:wrong.Offset])); before != "" {
			place = fmt.Sprintf("behind %q", before)
		}
		return fmt.Errorf("%s: %s", place, wrong.Reason)
	}
	p.Pattern = pattern
	return err
}
