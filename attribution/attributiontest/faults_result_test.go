package attributiontest_test

import (
	"maps"
	"math"
	"slices"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// edited is the sound result with other credits.
func edited(a *faultyAccumulator, edit func(totals *attribution.Totals, credits map[touchpoint.Channel]attribution.Credit)) func() (*attribution.Result, error) {
	return func() (*attribution.Result, error) {
		r, err := a.Accumulator.Result()
		if err != nil {
			return nil, err
		}
		totals, credits := r.Totals(), maps.Collect(r.All())
		edit(&totals, credits)
		return attribution.NewResult(r.Model(), totals, credits)
	}
}

type credits = map[touchpoint.Channel]attribution.Credit

// moved gives part of what some channel has to another.
func moved(c credits, from, to touchpoint.Channel, part float64) {
	a, b := c[from], c[to]
	b.Conversions += a.Conversions * part
	a.Conversions -= a.Conversions * part
	c[from], c[to] = a, b
}

// resultFaults are mistakes in what a result says.
func resultFaults() map[string]faulty {
	return map[string]faulty{
		"loses some conversions": {fault: func(a *faultyAccumulator) {
			a.result = edited(a, func(_ *attribution.Totals, c credits) {
				for channel, credit := range c {
					credit.Conversions *= 1 - 1e-8
					c[channel] = credit
				}
			})
		}, check: "efficiency", says: "add up to"},
		"loses some value": {fault: func(a *faultyAccumulator) {
			a.result = edited(a, func(_ *attribution.Totals, c credits) {
				for channel, credit := range c {
					credit.Value *= 1 - 1e-8
					c[channel] = credit
				}
			})
		}, check: "efficiency", says: "values add up to"},
		"spreads empty paths": {fault: func(a *faultyAccumulator) {
			a.result = edited(a, func(_ *attribution.Totals, c credits) {
				if _, ok := c[journey.None]; ok && len(c) > 1 {
					moved(c, journey.None, slices.Sorted(maps.Keys(c))[1], 0.5)
				}
			})
		}, check: "efficiency", says: "(none)"},
		"leaves out channels without credit": {fault: func(a *faultyAccumulator) {
			a.result = edited(a, func(_ *attribution.Totals, c credits) {
				maps.DeleteFunc(c, func(channel touchpoint.Channel, c attribution.Credit) bool {
					return channel != journey.None && c.Conversions == 0
				})
			})
		}, check: "totals", says: "the channels of the result"},
		"leaks NaN": {fault: func(a *faultyAccumulator) {
			a.result = edited(a, func(_ *attribution.Totals, c credits) {
				for channel, credit := range c {
					credit.Removal = &attribution.Removal{Effect: credit.Conversions / 0, ValueEffect: math.NaN()}
					c[channel] = credit
				}
			})
		}, check: "efficiency", says: "NaN"},
		"leaks NaN into JSON": {fault: func(a *faultyAccumulator) {
			a.result = edited(a, func(_ *attribution.Totals, c credits) {
				for channel, credit := range c {
					credit.Removal = &attribution.Removal{TouchingShare: math.NaN()}
					c[channel] = credit
				}
			})
		}, check: "json", says: "NaN"},
		"rewards null journeys": {sound: attribution.Markov{}, fault: func(*faultyAccumulator) {}, check: "null player", says: "on no converting path"},
		"favours a name": {fault: func(a *faultyAccumulator) {
			a.result = edited(a, func(_ *attribution.Totals, c credits) {
				if _, ok := c["email"]; ok {
					for channel := range c {
						if channel != "email" && channel != journey.None {
							moved(c, channel, "email", 0.1)
						}
					}
				}
			})
		}, check: "symmetry", says: "names that keep their order"},
		"favours the first name": {fault: func(a *faultyAccumulator) {
			a.result = edited(a, favourFirst)
		}, check: "symmetry", says: "Options.NameOrder"},
		"does not scale": {fault: func(a *faultyAccumulator) {
			a.result = edited(a, func(totals *attribution.Totals, c credits) {
				if names := slices.Sorted(maps.Keys(c)); len(names) > 2 {
					moved(c, names[1], names[2], 1/float64(1+totals.Conversions))
				}
			})
		}, check: "scale", says: "many times"},
		"gives no result": {
			fault: func(a *faultyAccumulator) { a.result = func() (*attribution.Result, error) { return nil, nil } },
			check: "efficiency", says: "nil without an error",
		},
		"credits paths otherwise than channels": {fault: func(a *faultyAccumulator) {
			a.rule = func(p *journey.Counted, conversions, _ []float64) {
				for i := range conversions {
					conversions[i] = float64(p.Conversions) / float64(len(conversions))
				}
			}
		}, check: "credit per path", says: "add up to"},
		"credits the value of paths otherwise": {fault: func(a *faultyAccumulator) {
			a.rule = func(_ *journey.Counted, _, value []float64) { clear(value) }
		}, check: "credit per path", says: "add up to value 0"},
		"credits channels that it never counted": {
			fault: func(a *faultyAccumulator) { a.anyPath, a.rule = true, func(*journey.Counted, []float64, []float64) {} },
			check: "unknown channels", says: "want an *attribution.UnknownChannelError",
		},
		"results of another name": {name: "mine", fault: func(*faultyAccumulator) {}, check: "totals", says: `"mine"`},
	}
}

// favourFirst moves credit to the channel whose name comes first.
func favourFirst(_ *attribution.Totals, c credits) {
	var names []touchpoint.Channel
	for _, name := range slices.Sorted(maps.Keys(c)) {
		if name != journey.None && c[name].Conversions > 0 {
			names = append(names, name)
		}
	}
	if len(names) > 1 {
		moved(c, names[1], names[0], 0.5)
	}
}
