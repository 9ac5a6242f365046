package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey/markov"
	"github.com/cjm-go/cjm/touchpoint"
)

// modelFlags say which models to compute, and how.
type modelFlags struct {
	Model []string `placeholder:"NAME" default:"first,last,linear,markov" help:"Models: first, last, last-non-direct, linear (per touch), linear-unique (per distinct channel), position (40/20/40), time-decay, markov, shapley, shapley-ordered (with the credit of each position), shapley-markov (of the chain), shapley-rate (of conversion rates), and for comparison with other programs dp6-shapley and fractribution; or all, which is each of these that applies: not time-decay on a path table, and not shapley-markov, which with many channels takes long. If not given: first,last,linear,markov." group:"Models"`
	chainFlags
	Removal   markov.Variant       `placeholder:"NAME" help:"What becomes of journeys that come to a channel that is removed, for markov: redirect (default; they are lost), renormalise (they go elsewhere), never-touch (only journeys that never come there count). Effects can be negative but for redirect." group:"Models"`
	Tolerance part                 `placeholder:"X" help:"To which relative error removal effects are certified, for markov; 1e-12 if not given." group:"Models"`
	Direct    []touchpoint.Channel `placeholder:"NAME" help:"Channels that last-non-direct counts as direct; direct and (direct) if not given." group:"Models"`
	HalfLife  duration             `placeholder:"7d" help:"Time in which a touch loses half of its weight, for time-decay; seven days if not given." group:"Models"`
	Seed      uint64               `placeholder:"N" help:"Seed of what is drawn at random: the bootstrap, and shapley-rate and shapley-markov with many channels." group:"Models"`
}

// Names of models.
const (
	timeDecay     = "time-decay"
	markovChain   = "markov"
	shapleyMarkov = "shapley-markov"
	shapleyRate   = "shapley-rate"
)

// fitting is what the models need to know beside the flags.
type fitting struct {
	*modelFlags
	order    int // of the chain
	parallel int
}

// modelMakers are the models by name, in the order of "all".
var modelMakers = []struct {
	name string
	make func(fitting) attribution.Model
}{
	{"first", func(fitting) attribution.Model { return attribution.FirstTouch{} }},
	{"last", func(fitting) attribution.Model { return attribution.LastTouch{} }},
	{"last-non-direct", func(f fitting) attribution.Model { return attribution.LastNonDirect{Direct: f.Direct} }},
	{"linear", func(fitting) attribution.Model { return attribution.Linear{} }},
	{"linear-unique", func(fitting) attribution.Model { return attribution.Linear{Per: attribution.PerChannel} }},
	{"position", func(fitting) attribution.Model { return attribution.PositionBased{} }},
	{timeDecay, func(f fitting) attribution.Model {
		return attribution.TimeDecay{HalfLife: time.Duration(f.HalfLife)}
	}},
	{markovChain, func(f fitting) attribution.Model {
		m := f.markov(f.order)
		m.Variant, m.Tolerance, m.Parallelism = f.Removal, float64(f.Tolerance), f.parallel
		return m
	}},
	{"shapley", func(fitting) attribution.Model { return attribution.Shapley{} }},
	{"shapley-ordered", func(fitting) attribution.Model { return attribution.Shapley{Ordered: true} }},
	{shapleyMarkov, func(f fitting) attribution.Model {
		return attribution.MarkovShapley{Order: f.order, Nulls: f.nulls(), Seed: f.Seed, Parallelism: f.parallel}
	}},
	{shapleyRate, func(f fitting) attribution.Model {
		return attribution.RateShapley{Seed: f.Seed, Parallelism: f.parallel}
	}},
	{"dp6-shapley", func(fitting) attribution.Model { return attribution.DP6Shapley{} }},
	{"fractribution", func(fitting) attribution.Model { return attribution.Fractribution{} }},
}

// inAll reports whether a model is one of "all".
func inAll(name string) bool { return name != shapleyMarkov }

// names returns the names of the models asked for, each known and only once.
func (f *modelFlags) names(given map[string]bool) ([]string, error) {
	var known, all []string
	for _, m := range modelMakers {
		known = append(known, m.name)
		if inAll(m.name) {
			all = append(all, m.name)
		}
	}
	if slices.Equal(f.Model, []string{"all"}) {
		return all, nil
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
	return names, f.checkNeeds(given, names)
}

// checkNeeds refuses flags for models that are not asked for.
func (f *modelFlags) checkNeeds(given map[string]bool, names []string) error {
	for _, needs := range []struct {
		flag   string
		models []string
	}{
		{"nulls", []string{markovChain, shapleyMarkov}},
		{"order", []string{markovChain, shapleyMarkov}},
		{"removal", []string{markovChain}},
		{"tolerance", []string{markovChain}},
		{"direct", []string{"last-non-direct"}},
		{"half-life", []string{timeDecay}},
	} {
		asked := slices.ContainsFunc(needs.models, func(m string) bool { return slices.Contains(names, m) })
		if given[needs.flag] && !asked {
			verb := "which is not"
			if len(needs.models) > 1 {
				verb = "none of which is"
			}
			return usagef("--%s is for the model %s, %s asked for", needs.flag, strings.Join(needs.models, " or "), verb)
		}
	}
	return nil
}

// models returns the models of these names.
func (f fitting) models(names []string) []attribution.Model {
	var models []attribution.Model
	for _, name := range names {
		for _, m := range modelMakers {
			if m.name == name {
				models = append(models, m.make(f))
			}
		}
	}
	return models
}

// applicable returns the names without the model that needs times, for a path
// table, and says so. It is an error if that was asked for by name.
func (f *modelFlags) applicable(env *environment, names []string, what kind) ([]string, error) {
	if what == events || !slices.Contains(names, timeDecay) {
		return names, nil
	}
	if env.given["half-life"] || !slices.Contains(f.Model, "all") {
		return nil, usagef("the model %s needs times, and a path table has none", timeDecay)
	}
	fmt.Fprintf(env.stderr, "cjm: %s is left out: a path table has no times\n", timeDecay)
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == timeDecay }), nil
}
