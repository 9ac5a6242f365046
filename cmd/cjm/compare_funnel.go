package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/cjm-go/cjm/journey/dropoff"
)

// funnelChange is what cjm compare prints of a funnel.
type funnelChange struct {
	before, after *funnelReport
	change        *dropoff.Change
	// steps are the parts of the steps; nil if they have none.
	steps *dropoff.StepsExplanation
	// segments are those of the values of a key, of the group by; nil if none is
	// asked for.
	segments *dropoff.SegmentsExplanation
	by       dropoff.Group
	adjust   string
}

// compareFunnel counts the customers of both groups and prints how they differ.
func (c *compareCommand) compareFunnel(env *environment, before, after *compareSide) error {
	funnel, err := before.funnel()
	if err != nil {
		return err
	}
	if len(funnel.Steps) == 1 {
		return usagef("one step is nothing to compare: its rate is that of those who entered, who did it; want two or more")
	}
	groups, err := before.groups()
	if err != nil {
		return err
	}
	if err := before.customerFlags.check(before.asOfMatters(funnel)); err != nil {
		return err
	}
	done, err := openBoth(env, before, after)
	if err != nil {
		return err
	}
	defer done()
	for _, s := range []*compareSide{before, after} {
		if s.in.kind == pathTable {
			return usagef("a funnel needs events, and %s is a path table; --chain compares the chains of its journeys", s.in.sources[0].name)
		}
	}
	if err := chooseBoth(env, before, after); err != nil {
		return err
	}
	r := &funnelChange{adjust: c.Adjust}
	if len(groups) > 0 {
		r.by = groups[0]
	}
	if r.before, err = before.countFunnel(env, before.in, funnel, groups); err != nil {
		return before.named(err)
	}
	if r.after, err = after.countFunnel(env, after.in, funnel, groups); err != nil {
		return after.named(err)
	}
	r.say(env.stderr, before, after)
	if err := r.compute(c, before, after); err != nil {
		return err
	}
	if funnel.Entry == dropoff.EveryEntry {
		fmt.Fprintln(env.stderr, "cjm: warning: --entry every counts a customer as often as they try, and the tests take attempts to be independent: p-values are too small")
	}
	return c.writeFunnel(env, r)
}

// say tells what was read of each group, and what is odd about it. What holds for
// both is told once.
func (r *funnelChange) say(w io.Writer, before, after *compareSide) {
	odd := func(f *funnelReport) string {
		var text strings.Builder
		for _, warning := range f.warnings() {
			if !errors.Is(warning, dropoff.ErrNotEntered) { // the error says so
				printOdd(&text, []error{warning})
			}
		}
		return text.String()
	}
	first, second := odd(r.before), odd(r.after)
	var both string
	for line := range strings.Lines(first) {
		if strings.Contains(second, line) {
			both += line
			first, second = strings.Replace(first, line, "", 1), strings.Replace(second, line, "", 1)
		}
	}
	tell := func(s *compareSide, f *funnelReport, odd string) {
		s.say(w, func(w io.Writer) {
			f.account.print(w)
			s.printAsOf(w, f.asOf)
			io.WriteString(w, odd)
		})
	}
	tell(before, r.before, first)
	tell(after, r.after, second)
	io.WriteString(w, both)
}

// compute compares the reports.
func (r *funnelChange) compute(c *compareCommand, before, after *compareSide) (err error) {
	r.change, err = dropoff.Compare(r.before.report, r.after.report, dropoff.CompareOptions{
		Level: c.Level.orDefault(), Adjustment: c.adjustment(),
	})
	if errors.Is(err, dropoff.ErrEmptyGroup) {
		var empty []error
		for _, side := range []struct {
			of     *compareSide
			report *dropoff.Report
		}{{before, r.before.report}, {after, r.after.report}} {
			if side.report.Attempts() == 0 {
				empty = append(empty, side.of.named(errors.New("nobody entered the funnel, so there is nothing to compare")))
			}
		}
		return errors.Join(empty...)
	}
	if err != nil {
		return err
	}
	if r.steps, err = dropoff.ExplainSteps(r.before.report, r.after.report); err != nil && !errors.Is(err, dropoff.ErrNoChain) {
		return err
	}
	if r.by.Key == nil {
		return nil
	}
	r.segments, err = dropoff.ExplainSegments(r.before.report.Group(0), r.after.report.Group(0))
	return err
}

func (c *compareCommand) writeFunnel(env *environment, r *funnelChange) error {
	return writeResult(env, c.Output, func(w io.Writer) error {
		switch {
		case c.Format == "json":
			return writeChangeJSON(w, c, r)
		case c.Format == "csv" && c.What == "segments":
			return writeSegmentsCSV(w, r)
		case c.Format == "csv":
			return writeStepsCSV(w, r)
		}
		_, err := io.WriteString(w, changeText(r))
		return err
	})
}
