package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// intervalFlags say how the doubt about a result is found.
type intervalFlags struct {
	Interval   level    `placeholder:"95" help:"Give the intervals that cover with this many per cent: in closed form where the model has one, else by the bootstrap." group:"Intervals"`
	ByCustomer bool     `help:"Take customers for independent of each other, and not journeys, since the journeys of one customer are alike. Events only." group:"Intervals"`
	Bootstrap  positive `placeholder:"N" help:"Find all intervals by a bootstrap of N replicates." group:"Intervals"`
}

// check refuses flags that say nothing.
func (f *intervalFlags) check(given map[string]bool) error {
	if f.Interval > 0 {
		return nil
	}
	for _, flag := range []string{"by-customer", "bootstrap"} {
		if given[flag] {
			return usagef("--%s is for --interval, which is not given", flag)
		}
	}
	return nil
}

// checkKind refuses what an input cannot give.
func (f *intervalFlags) checkKind(what kind) error {
	if f.ByCustomer && what == pathTable {
		return usagef("--by-customer does not apply to a path table: it has no customers")
	}
	return nil
}

// with returns the models with intervals, if they are asked for.
func (f *intervalFlags) with(models []attribution.Model, seed uint64, parallel int) []attribution.Model {
	if f.Interval == 0 {
		return models
	}
	var all []attribution.Model
	for _, m := range models {
		with := attribution.WithUncertainty(m, f.ByCustomer, float64(f.Interval))
		if f.Bootstrap > 0 {
			with = attribution.Bootstrap{Model: m, Level: float64(f.Interval), Replicates: int(f.Bootstrap)}
		}
		if b, ok := with.(attribution.Bootstrap); ok {
			b.Seed, b.Parallelism = seed, parallel
			with = b
		}
		all = append(all, with)
	}
	return all
}

// printDoubts writes how the intervals of the models were found, and what to know
// before trusting them.
func printDoubts(w io.Writer, doubts []*attribution.Uncertainty, a *account) {
	by := make(map[string][]string)
	var ways []string
	for _, u := range doubts {
		way := wayOf(u)
		if by[way] == nil {
			ways = append(ways, way)
		}
		by[way] = append(by[way], printable(u.Model()))
	}
	for _, way := range ways {
		fmt.Fprintf(w, "cjm: intervals of %s: %s\n", strings.Join(by[way], ", "), way)
	}
	printSaid(w, doubts, func(u *attribution.Uncertainty) (string, []error) { return u.Model(), u.Warnings() })
	if few := fewConversions(doubts); len(few) > 0 {
		fmt.Fprintf(w, "cjm: warning: fewer than %d conversions touched, so intervals are too narrow: %s\n",
			attribution.FewConversions, listChannels(few))
	}
	if a.journeys == nil || a.journeys.Paths() <= a.journeys.Customers {
		return
	}
	for _, u := range doubts {
		if u.Customers() == 0 {
			fmt.Fprintf(w, "cjm: warning: %s have %s, which are taken for independent; see --by-customer\n",
				counted(a.journeys.Customers, "customer", "customers"), counted(a.journeys.Paths(), "journey", "journeys"))
			return
		}
	}
}

// wayOf says how intervals were found.
func wayOf(u *attribution.Uncertainty) string {
	units := counted(u.Units(), "journey", "journeys")
	if u.Customers() == u.Units() {
		units = counted(u.Units(), "customer", "customers")
	}
	text := fmt.Sprintf("%v over %s", u.Method(), units)
	if used, _ := u.Replicates(); u.Method() == attribution.ByBootstrap {
		text += fmt.Sprintf(", %s, seed %d", counted(int64(used), "replicate", "replicates"), u.Seed())
	}
	return text
}

// fewConversions returns the channels that few conversions touched.
func fewConversions(doubts []*attribution.Uncertainty) []touchpoint.Channel {
	var few []touchpoint.Channel
	for _, u := range doubts {
		for channel, c := range u.All() {
			if c.Few && channel != journey.None {
				few = append(few, channel)
			}
		}
	}
	slices.Sort(few)
	return slices.Compact(few)
}
