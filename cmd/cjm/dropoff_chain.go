package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/journey/markov"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// chainPathFlags say, together with customerFlags, how events become the journeys of
// a chain. They are those of journeyFlags of the same names.
type chainPathFlags struct {
	ConvertOn      []touchpoint.Kind   `placeholder:"NAME" help:"Events of this kind, or channel where there is no kind, are themselves the conversion." group:"Chain"`
	Lookback       duration            `placeholder:"30d" help:"Drop touches longer before the end of their journey." group:"Chain"`
	LookbackSteps  positive            `placeholder:"N" help:"Keep only the last N touches of a journey. Also for a path table." group:"Chain"`
	OnePerCustomer bool                `name:"one-path-per-customer" help:"Keep each customer's touches as one path, instead of beginning a new one after each conversion." group:"Chain"`
	Transform      []journey.Transform `placeholder:"NAME" help:"Rewrite each path as cjm attribute does. Also for a path table." group:"Chain"`
}

// chainPathFlagNames are the flags that only --chain has.
var chainPathFlagNames = []string{"convert-on", "lookback", "lookback-steps", "one-path-per-customer", "transform"}

// journeys returns the flags as they are for the paths of a chain.
func (f *chainPathFlags) journeys(c *customerFlags) journeyFlags {
	all := c.journeys()
	all.ConvertOn, all.Lookback, all.LookbackSteps = f.ConvertOn, f.Lookback, f.LookbackSteps
	all.OnePerCustomer, all.Transform = f.OnePerCustomer, f.Transform
	return all
}

// leakCounts count journeys for the leaks of their chain.
type leakCounts struct {
	chain *markov.Counts
	dwell *dropoff.DwellCounts
	// without are the touches left out since they have no value to be a state.
	without int64
}

func newLeakCounts() *leakCounts {
	chain, _ := markov.NewCounts(markov.Options{Closed: markov.CensorClosed}) // which are valid
	return &leakCounts{chain: chain, dwell: new(dropoff.DwellCounts)}
}

// Add counts a path.
func (l *leakCounts) Add(p *journey.Counted) error {
	if err := l.chain.Add(p); err != nil {
		return err
	}
	return l.dwell.Add(p)
}

// Merge adds what other counted.
func (l *leakCounts) Merge(other *leakCounts) error {
	if err := l.chain.Merge(other.chain); err != nil {
		return err
	}
	l.without += other.without
	return l.dwell.Merge(other.dwell)
}

// runChain prints the leaks of the chain of the journeys.
func (c *dropoffCommand) runChain(env *environment) error {
	if err := c.customerFlags.check(c.LostAfter != silence{}); err != nil {
		return err
	}
	in, err := c.open(env)
	if err != nil {
		return err
	}
	defer in.close()
	if in.kind == pathTable && env.given["on"] && c.On != "channel" {
		return usagef("--on %s does not apply to a path table: its paths are of channels", c.On)
	}
	if c.LostAfter.auto {
		if err := c.choose(env, in); err != nil {
			return err
		}
		in.reader.builder.LostAfter = c.LostAfter.after
	}
	leaks, a, err := countLeaks(env, in, c.chainOn(env.given), c.Level)
	if err != nil {
		return explain(err, in.kind)
	}
	for _, w := range leaks.Warnings() {
		if in.kind == pathTable || !errors.Is(w, dropoff.ErrNoConversions) { // which the hint says better
			printOdd(env.stderr, []error{w})
		}
	}
	return c.writeChain(env, &chainReport{account: a, leaks: leaks})
}

// chainOn returns what the states of the chain are: channels, unless --on says
// otherwise.
func (c *dropoffCommand) chainOn(given map[string]bool) string {
	if given["on"] {
		return c.On
	}
	return "channel"
}

// countLeaks counts the journeys, says what was read, and returns the leaks of their
// chain, whose states are what on says.
func countLeaks(env *environment, in *input, on string, l inside) (*dropoff.Leaks, *account, error) {
	counts, a, err := newLeakCounts(), (*account)(nil), error(nil)
	if on == "channel" {
		counts, a, err = countJourneys(env, in, newLeakCounts)
	} else {
		a, err = in.countOn(env, onKeys[on], counts)
	}
	if err != nil {
		return nil, nil, err
	}
	a.print(env.stderr)
	if counts.without > 0 {
		fmt.Fprintf(env.stderr, "cjm: left out %s without a %s\n", counted(counts.without, "touch", "touches"), on)
	}
	in.hint(env.stderr, on, counts.chain)
	o := dropoff.LeaksOptions{Level: l.orDefault()}
	if counts.dwell.Journeys() > counts.dwell.Untimed() {
		o.Dwell = counts.dwell
	}
	leaks, err := dropoff.NewLeaks(counts.chain, o)
	return leaks, a, err
}

// hint says what may be wrong on the command line if a chain of events has nothing to
// tell.
func (in *input) hint(w io.Writer, on string, chain *markov.Counts) {
	if in.kind != events || chain.Journeys() == 0 {
		return
	}
	if on == "channel" && !slices.ContainsFunc(chain.States(), func(s markov.State) bool {
		return s != markov.Start && s != markov.At(journey.UnknownChannel)
	}) {
		fmt.Fprintln(w, "cjm: warning: no event has a channel that is known; say --on event, and the states are the kinds of events")
	}
	if chain.Conversions() == 0 {
		fmt.Fprintln(w, "cjm: warning: no journey converted; name the column that tells conversions by --columns conversion=COLUMN, or the event that is one by --convert-on NAME")
	}
}

// countOn counts the journeys of events by the values of a key, not by channels.
// Touches without a value are left out.
func (in *input) countOn(env *environment, key journey.Key, counts *leakCounts) (*account, error) {
	defer showProgress(env.stderr, in.sources)()
	r := in.reader
	a := &account{kind: events, journeys: new(journey.Report)}
	var dict journey.Dictionary
	var path journey.Counted
	for p, err := range r.goodPaths(env.ctx, r.touchpoints(env.ctx, in.sources), a) {
		if err != nil {
			return a, err
		}
		without, err := countBy(&p, key, &dict, &path)
		if err != nil {
			return a, err
		}
		counts.without += int64(without)
		r.transforms.Apply(&path)
		if err := counts.Add(&path); err != nil {
			return a, err
		}
	}
	a.rows = a.journeys.Read + a.journeys.BadRows
	return a, nil
}

// countBy is [dropoff.StagePath] by the values of any key. The touches of p are
// changed.
func countBy(p *journey.Path, key journey.Key, dict *journey.Dictionary, dst *journey.Counted) (without int, err error) {
	for i := range p.Touchpoints {
		p.Touchpoints[i].Stage = stage.Stage(key(&p.Touchpoints[i]))
	}
	return dropoff.StagePath(p, dict, dst)
}
