package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/cjm-go/cjm/journey/dropoff"
)

type compareCommand struct {
	Before string   `arg:"" name:"before" help:"Events of the first group, such as the period before a change, or the control arm: a file, plain or .gz; - is standard input. With --chain it may be a path table."`
	After  string   `arg:"" name:"after" help:"Events of the second group, likewise."`
	Input  string   `enum:",paths,events" default:"" placeholder:"paths|events" help:"What the files hold. If not given, the header of each one tells." group:"Reading"`
	Format string   `enum:"table,csv,json" default:"table" placeholder:"table|csv|json" help:"What to print: a table for people (default), csv or json." group:"Output"`
	What   string   `enum:",steps,segments,states,transitions" default:"" placeholder:"NAME" help:"What csv holds: steps (default) or segments, which are the values of --by; with --chain states (default) or transitions. The other formats have them all." group:"Output"`
	Output string   `short:"o" placeholder:"FILE" help:"Where to write; standard output if not given. The file appears when it is complete." group:"Output"`
	Level  inside   `placeholder:"0.95" help:"The confidence level of intervals; 0.95 if not given." group:"Output"`
	Adjust string   `enum:"holm,bh,none" default:"holm" placeholder:"holm|bh|none" help:"How p-values are adjusted since several steps are tested: holm (default), bh, of Benjamini and Hochberg, or not at all." group:"Output"`
	By     string   `placeholder:"KEY" help:"Explain the change of the overall rate also by the values of channel, kind, setting, stage, source, medium, campaign, code, or property:NAME: by how many of each there are, and by how well they convert." group:"Output"`
	ByOf   string   `enum:"entry,first,last" default:"entry" placeholder:"NAME" help:"Which event of a customer has the value of --by: that of the entry (default), the first or the last with a value." group:"Output"`
	Chain  bool     `help:"Compare the Markov chains of the journeys instead of a funnel: no steps are needed. The states are channels, or what --on says." group:"Chain"`
	Top    positive `placeholder:"N" help:"How many transitions to print with --chain, those with the largest shift. If not given, 20 in a table, all of them in csv. json has them all." group:"Chain"`
	funnelFlags
	readFlags
	customerFlags
	chainPathFlags
}

// Help is the long help of the command.
func (compareCommand) Help() string {
	return `Says how two groups differ on their way, and what explains it: two periods, two segments, or the
arms of a test. Each is one file, and both are read in the same way. If a group is several files, hand
them on as standard input, with one header.

With --steps, the funnel of cjm dropoff: for each step the rate in both groups, the difference in
points with Newcombe's interval, a test (chi-square, or Fisher's exact one where counts are
small), and p, also adjusted for the number of steps. Then the parts that the steps have in the
change of the overall rate, in points and in conversions of the second group; they sum to the
change. With --by the same for segments: the mix is what comes of more or fewer of them, against the
mean, the rate what comes of how they convert. The log-rank test compares how soon customers
complete, and takes into account that some are still open.

With --chain, the Markov chain of journeys, of events or path tables: P(convert) of both groups,
and the parts that each state has in the change, by where journeys go on from it. The shift of a
transition is what those bring who take it now and did not before, beyond the mean of its state.

If --as-of is not given, each group is seen from the newest event of its file. --lost-after auto
asks the first group, and the answer holds for both.

The columns of csv. steps: step, name, rate (step or overall), before_n, before_k, before, after_n,
after_k, after, difference, lo, hi, test, p, p_adjusted, part, conversions; before is
before_k/before_n, the last two are in the rows of step rates. segments: the name of the key,
before_entered, before_share, before_rate, after_entered, after_share, after_rate, mix,
mix_conversions, rate, rate_conversions. states: state, before_visits, after_visits,
before_p_convert, after_p_convert, part, conversions. transitions: from, to, before, after, part,
conversions, shift, shift_conversions. What is not known is empty.

` + examples(
		"cjm compare march.csv april.csv --steps visit,cart,purchase",
		"cjm compare control.csv treatment.csv --steps visit,cart,purchase --window 7d --adjust bh --format csv\tThe arms of a test",
		"cjm compare march.csv april.csv --steps visit,cart,purchase --by channel\tIs it the traffic, or the shop?",
		"cjm compare march.csv april.csv --chain --top 10",
		"gzip -dc april-*.gz | cjm compare march.csv - --chain --input events",
	)
}

// compareSide is one of the groups.
type compareSide struct {
	file string
	// dropoffCommand has the flags as cjm dropoff would have them for the file.
	dropoffCommand
	in *input
}

// Run prints how the groups differ.
func (c *compareCommand) Run(env *environment) error {
	before, after := c.side(c.Before), c.side(c.After)
	if err := c.check(env.given, before); err != nil {
		return err
	}
	compare := c.compareFunnel
	if c.Chain {
		compare = c.compareChain
	}
	return compare(env, before, after)
}

func (c *compareCommand) side(file string) *compareSide {
	return &compareSide{file: file, dropoffCommand: dropoffCommand{
		Files: []string{file}, Input: c.Input, By: c.By, ByOf: c.ByOf, Level: c.Level, Chain: c.Chain,
		funnelFlags: c.funnelFlags, readFlags: c.readFlags, customerFlags: c.customerFlags, chainPathFlags: c.chainPathFlags,
	}}
}

// check refuses flags that do not go together.
func (c *compareCommand) check(given map[string]bool, side *compareSide) error {
	if c.Before == "-" && c.After == "-" {
		return errStdinOnce
	}
	if err := side.checkFlags(given); err != nil {
		return err
	}
	if given["what"] && c.Format != "csv" {
		return usagef("--what is for --format csv")
	}
	if !c.Chain {
		if given["top"] {
			return usagef("--top is for --chain, which is not given")
		}
		return c.checkFunnel()
	}
	if err := refuse(given, []string{"level", "adjust"}, "--chain"); err != nil {
		return err
	}
	switch {
	case c.What == "steps" || c.What == "segments":
		return usagef("--what %s does not go with --chain", c.What)
	case given["top"] && (c.Format == "json" || c.Format == "csv" && c.What != "transitions"):
		return usagef("--top is for the transitions of a table or csv")
	}
	return nil
}

func (c *compareCommand) checkFunnel() error {
	switch {
	case c.What == "states" || c.What == "transitions":
		return usagef("--what %s is for --chain, which is not given", c.What)
	case c.What == "segments" && c.By == "":
		return usagef("--what segments is for --by, which is not given")
	case c.Adjust == "none" && c.Format == "json":
		return usagef("--adjust none does not apply to json, which has p-values with and without")
	}
	return nil
}

// openBoth opens the files of both groups.
func openBoth(env *environment, before, after *compareSide) (done func(), err error) {
	if before.in, err = before.open(env); err != nil {
		return nil, err
	}
	if after.in, err = after.open(env); err != nil {
		before.in.close()
		return nil, err
	}
	return func() {
		before.in.close()
		after.in.close()
	}, nil
}

// chooseBoth sets LostAfter of both from the first group if it is up to the data.
func chooseBoth(env *environment, before, after *compareSide) error {
	if err := before.choose(env, before.in); err != nil {
		return before.named(err)
	}
	after.LostAfter = silence{after: before.LostAfter.after}
	return nil
}

// named puts the name of the file before an error that does not have it.
func (s *compareSide) named(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	name := s.in.sources[0].name
	if strings.HasPrefix(err.Error(), name+":") {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// say writes what f says about the group, if anything, under the name of the file.
func (s *compareSide) say(w io.Writer, f func(w io.Writer)) {
	var text strings.Builder
	f(&text)
	if text.Len() > 0 {
		fmt.Fprintf(w, "%s:\n%s", s.in.sources[0].name, text.String())
	}
}

// adjustment returns how p-values are adjusted.
func (c *compareCommand) adjustment() dropoff.Adjustment {
	if c.Adjust == "bh" {
		return dropoff.BenjaminiHochberg
	}
	return dropoff.Holm
}
