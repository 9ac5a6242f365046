package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/journey/markov"
)

type dropoffCommand struct {
	Files []string `arg:"" name:"file" help:"Event files, or with --chain path tables, plain or .gz; - is standard input. Several files are parts of one input."`
	funnelFlags
	By     string   `placeholder:"KEY" help:"Also by each value of channel, kind, setting, stage, source, medium, campaign, code, or property:NAME." group:"Output"`
	ByOf   string   `enum:"entry,first,last" default:"entry" placeholder:"NAME" help:"Which event of a customer has the value of --by: that of the entry (default), the first or the last with a value." group:"Output"`
	Lost   positive `placeholder:"K" help:"List the customers instead who came to step K and did not do it." group:"Output"`
	Next   positive `placeholder:"K" help:"Say instead what those did next who came to step K and did not do it, and those who did it." group:"Output"`
	Level  inside   `placeholder:"0.95" help:"The confidence level of intervals; 0.95 if not given." group:"Output"`
	Format string   `enum:"table,csv,json" default:"table" placeholder:"table|csv|json" help:"What to print: a table for people (default), csv or json." group:"Output"`
	Output string   `short:"o" placeholder:"FILE" help:"Where to write; standard output if not given. The file appears when it is complete." group:"Output"`
	Input  string   `enum:",paths,events" default:"" placeholder:"paths|events" help:"What the files hold. If not given, the header of the first one tells." group:"Reading"`
	readFlags
	customerFlags
	Chain bool `help:"Look at the Markov chain of the journeys instead of a funnel: no steps are needed. The states are channels, or what --on says." group:"Chain"`
	chainPathFlags
}

// Help is the long help of the command.
func (dropoffCommand) Help() string {
	return `Says where customers are lost on the way through named steps, or with --chain in which state
journeys end, and what there would be to gain.

A funnel needs events, a row each: customer, time, channel or kind; as CSV, or as JSON lines.
Who came to a step has done it, or was lost there, or is still open. Every order of the rows
gives the same result.

The columns of csv: step, name, entered, reached, lost, open, step_rate, overall_rate, lo, hi,
where lo and hi bound the step rate. What is not known is empty. With --by there is a first
column with the name of the key: rows of (all) come first, then those of each value, in
which a value that is not known is empty. A step that matches no event at all is named in a
warning: is it misspelt?

--lost K prints customer, step, reached, reason, last_step_time, and of the customer's last event and of
the one that came next after the last step done: time, kind, channel and id; json is a line a
customer. They come in the order of their names, with --grouped in that of the input. reason is
ended, inactive, window, step-window, interrupted or excluded. --next K prints next, lost,
lost_rate, went_on, went_on_rate: what is next for the lost and for those who went on.

--chain reads path tables too. Its columns: state, visits, exit_rate, loss_share, p_convert,
expected_steps, upside. upside is how many more journeys would convert if none were lost in the
state: those that are lost there would go on as the others do. It is empty where all are lost.

` + examples(
		"cjm dropoff events.csv --steps visit,cart,purchase",
		`cjm dropoff events.csv --steps "visit,cart|basket,details?,pay=card|invoice" --window 7d --step-window 1d`+"\tAlternatives, an optional step, a name for a step",
		"cjm dropoff events.csv --steps visit,cart,purchase --lost-after auto --by channel --format csv\tBy the channel of the entry",
		"cjm dropoff events.csv --steps visit,cart,purchase --lost 3 --format csv >lost.csv\tWho had a cart and did not buy",
		"cjm dropoff events.csv --stages buyer --lost-after 30d\tThe funnel of the stages of a model",
		"cjm dropoff events.csv --steps a,b,c --like posthog --window 14d\tAs a tool would count",
		"cjm dropoff paths.csv --chain\tWhere journeys are lost, and what that costs",
	)
}

// Run prints where customers are lost.
func (c *dropoffCommand) Run(env *environment) error {
	if err := c.checkFlags(env.given); err != nil {
		return err
	}
	if c.Chain {
		return c.runChain(env)
	}
	funnel, err := c.funnel()
	if err != nil {
		return err
	}
	groups, err := c.groups()
	if err != nil {
		return err
	}
	if err := c.customerFlags.check(c.asOfMatters(funnel)); err != nil {
		return err
	}
	if err := canBeLost(funnel, c.Lost, "lost"); err != nil {
		return err
	}
	if err := canBeLost(funnel, c.Next, "next"); err != nil {
		return err
	}
	in, err := c.open(env)
	if err != nil {
		return err
	}
	defer in.close()
	if in.kind == pathTable {
		return usagef("a funnel needs events, and this is a path table; --chain says where its journeys are lost")
	}
	if err := c.choose(env, in); err != nil {
		return err
	}
	switch {
	case c.Lost > 0:
		return c.runLost(env, in, funnel)
	case c.Next > 0:
		return c.runNext(env, in, funnel)
	}
	return c.runFunnel(env, in, funnel, groups)
}

// checkFlags refuses flags that do not go together.
func (c *dropoffCommand) checkFlags(given map[string]bool) error {
	if c.Chain {
		return refuse(given, slices.Concat(funnelFlagNames, []string{"by", "by-of", "lost", "next"}), "--chain")
	}
	if err := refuse(given, chainPathFlagNames, "a funnel, only to --chain"); err != nil {
		return err
	}
	switch {
	case c.Lost > 0 && c.Next > 0:
		return usagef("--lost and --next do not go together")
	case (c.Lost > 0 || c.Next > 0) && given["by"]:
		return usagef("--by does not apply to --lost and --next")
	case c.Lost > 0 && given["level"]:
		return usagef("--level does not apply to --lost")
	case given["by-of"] && c.By == "":
		return usagef("--by-of is for --by, which is not given")
	case given["by"] && c.By == "":
		return usagef("--by: want a key, such as channel")
	case given["constant"] && c.Constant == "":
		return usagef("--constant: want the name of a property")
	}
	return nil
}

// open opens the files.
func (c *dropoffCommand) open(env *environment) (*input, error) {
	f := inputFlags{Files: c.Files, Input: c.Input, readFlags: c.readFlags, journeyFlags: c.customerFlags.journeys()}
	if c.Chain {
		f.journeyFlags = c.chainPathFlags.journeys(&c.customerFlags)
	} else {
		f.LostAfter = 0 // the funnel's own business
	}
	return f.open(env, c.LostAfter.auto)
}

// byKeys are the keys of --by.
var byKeys = map[string]journey.Key{
	"channel": journey.ByChannel, "kind": journey.ByKind, "setting": journey.BySetting, "stage": journey.ByStage,
	"source": journey.BySource, "medium": journey.ByMedium, "campaign": journey.ByCampaign, "code": journey.ByCode,
}

// groups returns by what the customers are divided.
func (c *dropoffCommand) groups() ([]dropoff.Group, error) {
	if c.By == "" {
		return nil, nil
	}
	key, ok := byKeys[c.By]
	name := c.By
	if property, is := strings.CutPrefix(c.By, "property:"); is && property != "" {
		key, ok, name = journey.ByProperty(property), true, property
	}
	if !ok {
		return nil, usagef("--by: no key %q; want channel, kind, setting, stage, source, medium, campaign, code or property:NAME", c.By)
	}
	g := dropoff.Group{Name: name, Key: key}
	if err := g.Of.UnmarshalText([]byte(c.ByOf)); err != nil {
		return nil, usageError{err}
	}
	return []dropoff.Group{g}, nil
}

// canBeLost returns an error if nobody can be lost at the step that the flag names.
func canBeLost(funnel dropoff.Funnel, step positive, flag string) error {
	if step == 0 {
		return nil
	}
	for _, err := range funnel.LostAt(int(step), noPaths) {
		return usagef("--%s: %s", flag, strings.TrimPrefix(err.Error(), "dropoff: "))
	}
	return nil
}

// write hands on where to write the result: the file of --output, which appears
// when it is complete, or standard output.
func (c *dropoffCommand) write(env *environment, result func(w io.Writer) error) error {
	return writeResult(env, c.Output, result)
}

// writeResult writes a result to a file, which appears when it is complete, or to
// standard output.
func writeResult(env *environment, name string, result func(w io.Writer) error) error {
	flushed := func(w io.Writer) error {
		writer := &resultWriter{ctx: env.ctx, w: w}
		out := bufio.NewWriterSize(writer, 1<<18)
		err := result(out)
		if err == nil {
			err = out.Flush()
		}
		if writer.failed != nil {
			return outputError(writer.failed)
		}
		return err
	}
	if name == "" || name == "-" {
		return flushed(env.stdout)
	}
	file, err := createOutput(name)
	if err != nil {
		return err
	}
	if err := flushed(file); err != nil {
		file.abandon()
		return err
	}
	return file.commit()
}

// printOdd writes warnings.
func printOdd(w io.Writer, warnings []error) {
	for _, warning := range warnings {
		text := strings.TrimPrefix(strings.TrimPrefix(warning.Error(), "dropoff: "), "markov: ")
		if errors.As(warning, new(*markov.ClosedError)) {
			text += ", so that these visits count as open"
		}
		if errors.As(warning, new(*dropoff.UnmatchedStepError)) || errors.As(warning, new(*dropoff.UnmatchedExclusionError)) {
			text += ": is the name misspelt, or should --on say what it names?"
		}
		fmt.Fprintf(w, "cjm: warning: %s\n", text)
	}
}
