package main

import (
	"slices"
	"strings"
	"time"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/touchpoint"
)

// modelFlags say which models to compute, and how.
type modelFlags struct {
	Model    []string             `placeholder:"NAME" default:"first,last,linear,markov" help:"Models: first, last, last-non-direct, linear (per touch), linear-unique (per distinct channel), position (40/20/40), time-decay, markov; or all. If not given: first,last,linear,markov." group:"Models"`
	Nulls    string               `enum:"include,exclude" default:"include" placeholder:"include|exclude" help:"Whether lost journeys take part in the Markov chain: include (default) or exclude." group:"Models"`
	Direct   []touchpoint.Channel `placeholder:"NAME" help:"Channels that last-non-direct counts as direct; direct and (direct) if not given." group:"Models"`
	HalfLife duration             `placeholder:"7d" help:"Time in which a touch loses half of its weight, for time-decay; seven days if not given." group:"Models"`
}

const timeDecay = "time-decay"

// modelMakers are the models by name, in the order of "all".
var modelMakers = []struct {
	name string
	make func(*modelFlags) attribution.Model
}{
	{"first", func(*modelFlags) attribution.Model { return attribution.FirstTouch{} }},
	{"last", func(*modelFlags) attribution.Model { return attribution.LastTouch{} }},
	{"last-non-direct", func(f *modelFlags) attribution.Model { return attribution.LastNonDirect{Direct: f.Direct} }},
	{"linear", func(*modelFlags) attribution.Model { return attribution.Linear{} }},
	{"linear-unique", func(*modelFlags) attribution.Model { return attribution.Linear{Per: attribution.PerChannel} }},
	{"position", func(*modelFlags) attribution.Model { return attribution.PositionBased{} }},
	{timeDecay, func(f *modelFlags) attribution.Model {
		return attribution.TimeDecay{HalfLife: time.Duration(f.HalfLife)}
	}},
	{"markov", func(f *modelFlags) attribution.Model {
		if f.Nulls == "exclude" {
			return attribution.Markov{Nulls: attribution.ExcludeNulls}
		}
		return attribution.Markov{}
	}},
}

// names returns the names of the models asked for, each known and only once.
func (f *modelFlags) names(given map[string]bool) ([]string, error) {
	known := make([]string, len(modelMakers))
	for i, m := range modelMakers {
		known[i] = m.name
	}
	if slices.Equal(f.Model, []string{"all"}) {
		return known, nil
	}
	var names []string
	for _, name := range f.Model {
		name = strings.TrimSpace(name)
		switch {
		case name == "all":
			return nil, usagef("--model: all stands alone")
		case !slices.Contains(known, name):
			return nil, usagef("--model: no model %q, only %s, or all", name, strings.Join(known, ", "))
		case slices.Contains(names, name):
			return nil, usagef("--model: %s is named twice", name)
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return nil, usagef("--model: no model is named")
	}
	for _, needs := range []struct{ flag, model string }{
		{"nulls", "markov"}, {"direct", "last-non-direct"}, {"half-life", timeDecay},
	} {
		if given[needs.flag] && !slices.Contains(names, needs.model) {
			return nil, usagef("--%s is for the model %s, which is not asked for", needs.flag, needs.model)
		}
	}
	return names, nil
}

// set returns an empty set of the models of these names.
func (f *modelFlags) set(names []string) (*attribution.Set, error) {
	var models []attribution.Model
	for _, name := range names {
		for _, m := range modelMakers {
			if m.name == name {
				models = append(models, m.make(f))
			}
		}
	}
	return attribution.NewSet(models...)
}

// withoutTimes leaves out the model that needs times, for a path table. It is an
// error if that was asked for by name.
func (f *modelFlags) withoutTimes(names []string, given map[string]bool) (rest []string, left bool, err error) {
	if given["half-life"] || !slices.Contains(f.Model, "all") && slices.Contains(names, timeDecay) {
		return nil, false, usagef("the model %s needs times, and a path table has none", timeDecay)
	}
	rest = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == timeDecay })
	return rest, len(rest) < len(names), nil
}
