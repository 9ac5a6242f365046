package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/touchpoint"
)

// silence is how long a customer is silent who counts as lost: a duration, or to be
// chosen by the data.
type silence struct {
	after time.Duration
	auto  bool
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *silence) UnmarshalText(text []byte) error {
	if string(text) == "auto" {
		*s = silence{auto: true}
		return nil
	}
	var d duration
	if err := d.UnmarshalText(text); err != nil {
		return fmt.Errorf("%w, or auto", err)
	}
	*s = silence{after: time.Duration(d)}
	return nil
}

// customerFlags say how events become what customers did. They stand for those of
// journeyFlags of the same names, of which LostAfter has no auto.
type customerFlags struct {
	AsOf        string               `placeholder:"TIME" help:"Do not look at what happened later. A date means its first moment. If not given, the latest time in the input, where it matters." group:"Journeys"`
	LostAfter   silence              `placeholder:"30d|auto" help:"Who has done nothing for so long is lost, and before still open. auto takes from the data the silence after which at most 1 in 20 return, and reads the input once more. If not given, windows decide, and without any everybody who did not complete, or convert, is lost." group:"Journeys"`
	Known       []touchpoint.Channel `placeholder:"NAME" help:"The channels that are known; if not given, all but the empty one." group:"Journeys"`
	Unknown     string               `enum:"keep,merge,drop,error" default:"keep" placeholder:"keep|merge|drop|error" help:"What to do with a touch over an unknown channel: keep it (default), merge it into (unknown), drop it, or treat the row as bad (error)." group:"Journeys"`
	Grouped     bool                 `help:"The events of each customer stand together, so that one customer at a time is enough in memory." group:"Journeys"`
	MaxBuffered positive             `placeholder:"N" help:"How many events to hold in memory before using temporary files." group:"Journeys"`
}

// journeys returns the flags as they are for one path a customer.
func (f *customerFlags) journeys() journeyFlags {
	return journeyFlags{builderFlags: builderFlags{
		AsOf: f.AsOf, LostAfter: duration(f.LostAfter.after), Known: f.Known, Unknown: f.Unknown,
		Grouped: f.Grouped, MaxBuffered: f.MaxBuffered, OnePerCustomer: true,
	}}
}

// check refuses to guess the latest time where it is not known in time.
func (f *customerFlags) check(needed bool) error {
	if f.Grouped && f.AsOf == "" && needed {
		return usagef("--grouped needs --as-of with --lost-after, --window or --step-window: the latest time is not known before the end of the input")
	}
	return nil
}

// timed returns the funnel as it looks from the latest time, where that matters.
func (f *customerFlags) timed(funnel dropoff.Funnel, latest time.Time) dropoff.Funnel {
	if f.asOfMatters(funnel) {
		funnel.AsOf, funnel.LostAfter = latest, f.LostAfter.after
	}
	return funnel
}

// asOfMatters tells whether the funnel must know from when it looks.
func (f *customerFlags) asOfMatters(funnel dropoff.Funnel) bool {
	return f.AsOf != "" || f.LostAfter != silence{} || funnel.Window > 0 || funnel.StepWindow > 0
}

// customers are the paths of an input, and from when they are looked at.
type customers struct {
	// asOf is the time of --as-of, or the latest in the input.
	asOf time.Time
	// paths yields the paths. An error is the last.
	paths iter.Seq2[journey.Path, error]
}

var errNoEvents = errors.New("no events: the input has no rows that can be used")

// eachCustomer reads the events once and hands on their paths, of which there is
// one at least, when the latest time is known.
func (in *input) eachCustomer(env *environment, use func(customers) error) (*account, error) {
	defer showProgress(env.stderr, in.sources)()
	a := &account{kind: events, journeys: new(journey.Report), whole: true}
	asOf := in.reader.builder.AsOf
	given := !asOf.IsZero()
	touches := func(yield func(touchpoint.Touchpoint, error) bool) {
		for t, err := range in.reader.withConversions(withoutValues(in.reader.touchpoints(env.ctx, in.sources))) {
			if err == nil && !given && t.Time.After(asOf) {
				asOf = t.Time
			}
			if !yield(t, err) {
				return
			}
		}
	}
	next, stop := iter.Pull2(in.reader.goodPaths(env.ctx, touches, a))
	defer stop()
	first, err, some := next() // has read all, unless it is grouped
	if err != nil {
		return a, err
	}
	if !some {
		if a.journeys.AfterAsOf > 0 {
			return a, fmt.Errorf("no events up to %s, the time of --as-of: all are later", instant(asOf))
		}
		return a, errNoEvents
	}
	err = use(customers{asOf: asOf, paths: func(yield func(journey.Path, error) bool) {
		for p, err := first, error(nil); some; p, err, some = next() {
			if !yield(p, err) || err != nil {
				return
			}
		}
	}})
	a.rows = a.journeys.Read + a.journeys.BadRows
	return a, err
}

// makeTouch makes a conversion without a channel a touch, over an unknown channel, as
// any other event without one is. To the credit of channels it is none, but it may
// be a step.
func (r *eventReader) makeTouch(t *touchpoint.Touchpoint) {
	if t.Conversion && t.Channel == "" && (r.builder.Unknown == journey.KeepUnknown || r.builder.Unknown == journey.MergeUnknown) {
		t.Channel = journey.UnknownChannel
	}
}

// withConversions yields the touchpoints, conversions made touches.
func (r *eventReader) withConversions(touches iter.Seq2[touchpoint.Touchpoint, error]) iter.Seq2[touchpoint.Touchpoint, error] {
	return func(yield func(touchpoint.Touchpoint, error) bool) {
		for t, err := range touches {
			if err == nil {
				r.makeTouch(&t)
			}
			if !yield(t, err) {
				return
			}
		}
	}
}

// withoutValues yields the touchpoints without what they are worth, of which a funnel
// and a flow have no use: values in several currencies, or too large to be added up,
// are no reason to fail there.
func withoutValues(touches iter.Seq2[touchpoint.Touchpoint, error]) iter.Seq2[touchpoint.Touchpoint, error] {
	return func(yield func(touchpoint.Touchpoint, error) bool) {
		for t, err := range touches {
			t.Value, t.Cost, t.Currency = 0, 0, ""
			if !yield(t, err) {
				return
			}
		}
	}
}

// goodPaths yields the paths, and passes over bad rows if the flags say so.
func (r *eventReader) goodPaths(ctx context.Context, touches iter.Seq2[touchpoint.Touchpoint, error], a *account) iter.Seq2[journey.Path, error] {
	return func(yield func(journey.Path, error) bool) {
		for p, err := range r.builder.Build(ctx, touches, a.journeys) {
			if err != nil && r.badRows == journey.SkipBadRows && isRowError(err) {
				a.skip(err)
				continue
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// instant writes a time for people.
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// printAsOf says from when the analysis looks, if it is the data's choice.
func (f *customerFlags) printAsOf(w io.Writer, asOf time.Time) {
	if f.AsOf == "" && !asOf.IsZero() {
		fmt.Fprintf(w, "cjm: as of %s, the time of the newest event\n", instant(asOf))
	}
}

// returnsAtMost is the probability of a return at which a customer counts as lost.
const returnsAtMost = .05

// choose sets LostAfter from the data if it is up to them: it reads the input once,
// and says on standard error what it found.
func (f *customerFlags) choose(env *environment, in *input) error {
	if !f.LostAfter.auto {
		return nil
	}
	builder := in.reader.builder
	defer func() { in.reader.builder = builder }()
	in.reader.builder.Lookback, in.reader.builder.LookbackSteps = 0, 0 // which would hide silences
	var gaps *dropoff.Gaps
	_, err := in.eachCustomer(env, func(c customers) (err error) {
		if gaps, err = dropoff.NewGaps(c.asOf); err != nil {
			return err
		}
		for p, err := range c.paths {
			if err != nil {
				return err
			}
			if err := gaps.Add(&p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	after, err := gaps.LostAfter(returnsAtMost)
	if errors.Is(err, dropoff.ErrUndecided) {
		printSilences(env.stderr, gaps)
		return fmt.Errorf("--lost-after auto: the data do not show after which silence at most %s return: they were watched for too short a time, or there are too few of them. Say --lost-after D", percent(returnsAtMost))
	}
	if err != nil {
		return err
	}
	f.LostAfter.after = max(after, 1)
	fmt.Fprintf(env.stderr, "cjm: --lost-after auto: %s, after which at most %s return\n", flagSpan(f.LostAfter.after), percent(returnsAtMost))
	printSilences(env.stderr, gaps)
	return nil
}

// shownReturns are the probabilities of a return of which the silence is shown.
var shownReturns = []float64{.5, .25, .1, .05, .01}

// printSilences summarizes the curve of silences.
func printSilences(w io.Writer, gaps *dropoff.Gaps) {
	fmt.Fprintf(w, "%s ended by a return, %s lasting\n", counted(gaps.Returns(), "silence", "silences"), grouped(gaps.Silent()))
	curve, err := gaps.Curve(dropoff.DefaultLevel)
	if err != nil {
		return // too few to say anything
	}
	rest := shownReturns
	for s := range curve {
		if !s.Decided {
			break
		}
		for len(rest) > 0 && s.Return.Value <= rest[0] {
			fmt.Fprintf(w, "  silent for %-9s %6s return (%s to %s), of %s\n",
				span(s.For), percent(s.Return.Value), percent(s.Return.Lo), percent(s.Return.Hi), grouped(s.Watched))
			for len(rest) > 0 && s.Return.Value <= rest[0] {
				rest = rest[1:]
			}
		}
	}
}
