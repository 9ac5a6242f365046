package attributiontest_test

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"math"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/attribution/attributiontest"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
	"github.com/cjm-go/cjm/touchpoint"
)

// RateWeighted shares a converting path among its touches in proportion to the
// conversion rate of each channel: the part that converted of all journeys that
// touched it. The weights depend on all journeys, so [attribution.Weighted], which
// sees one path at a time, cannot express it.
type RateWeighted struct{}

func (RateWeighted) Name() string    { return "rate-weighted" }
func (RateWeighted) Validate() error { return nil }

func (RateWeighted) NewAccumulator() attribution.Accumulator { return new(rateAccumulator) }

// rateAccumulator keeps each distinct path. [journey.Counts] is exact, checks
// what it is given, and lists the paths in the order of their names, so nothing
// depends on how they came.
type rateAccumulator struct{ paths journey.Counts }

func (a *rateAccumulator) Add(p *journey.Counted) error { return a.paths.Add(p) }

func (a *rateAccumulator) Merge(other attribution.Accumulator) error {
	o, ok := other.(*rateAccumulator)
	if !ok {
		return fmt.Errorf("%w: want one of rate-weighted", attribution.ErrModel)
	}
	return a.paths.Merge(&o.paths)
}

func (a *rateAccumulator) Result() (*attribution.Result, error) {
	var totals attribution.Totals
	credits := make(map[touchpoint.Channel]attribution.Credit)
	give := func(channel touchpoint.Channel, conversions, value float64) {
		c := credits[channel]
		c.Conversions += conversions
		c.Value += value
		credits[channel] = c
	}
	rates := a.rates()
	if _, ok := rates[journey.None]; ok {
		return nil, attribution.ErrReserved
	}
	for p := range a.paths.All() {
		n := p.Conversions + p.Nulls + p.Opens
		totals.Journeys += n
		totals.Conversions += p.Conversions
		totals.Nulls += p.Nulls
		totals.Opens += p.Opens
		totals.Value += p.Value
		if len(p.Channels) == 0 {
			totals.Empty += n
			give(journey.None, float64(p.Conversions), p.Value)
		}
		for i, w := range rateWeights(p, rates) {
			give(p.Dictionary.Name(p.Channels[i]), float64(p.Conversions)*w, p.Value*w)
		}
	}
	switch {
	case totals.Journeys == 0:
		return nil, attribution.ErrNoJourneys
	case totals.Conversions == 0:
		return nil, attribution.ErrNoConversions
	case math.IsInf(totals.Value, 0):
		return nil, attribution.ErrOverflow
	}
	return attribution.NewResult("rate-weighted", totals, credits)
}

// rates returns the conversion rate of each channel.
func (a *rateAccumulator) rates() map[touchpoint.Channel]float64 {
	converted, all := make(map[touchpoint.Channel]int64), make(map[touchpoint.Channel]int64)
	for p := range a.paths.All() {
		seen := make(map[journey.Code]bool)
		for _, code := range p.Channels {
			if !seen[code] {
				converted[p.Dictionary.Name(code)] += p.Conversions
				all[p.Dictionary.Name(code)] += p.Conversions + p.Nulls + p.Opens
			}
			seen[code] = true
		}
	}
	rates := make(map[touchpoint.Channel]float64)
	for channel, n := range all {
		rates[channel] = float64(converted[channel]) / float64(n)
	}
	return rates
}

// rateWeights returns the weight of each touch. Where nothing converted they are 0.
func rateWeights(p *journey.Counted, rates map[touchpoint.Channel]float64) []float64 {
	weights := make([]float64, len(p.Channels))
	sum := 0.0
	for i, code := range p.Channels {
		weights[i] = rates[p.Dictionary.Name(code)]
		sum += weights[i]
	}
	for i := range weights {
		if weights[i] > 0 {
			weights[i] /= sum
		}
	}
	return weights
}

// PathCredit implements [attribution.PathCrediter], which is optional.
func (a *rateAccumulator) PathCredit() (func(p *journey.Counted, conversions, value []float64) error, error) {
	if _, err := a.Result(); err != nil {
		return nil, err
	}
	rates := a.rates()
	return func(p *journey.Counted, conversions, value []float64) error {
		for i, code := range p.Channels {
			if _, ok := rates[p.Dictionary.Name(code)]; !ok {
				return &attribution.UnknownChannelError{Position: i, Channel: p.Dictionary.Name(code)}
			}
		}
		for i, w := range rateWeights(p, rates) {
			conversions[i], value[i] = float64(p.Conversions)*w, p.Value*w
		}
		return nil
	}, nil
}

// rateHeader begins the bytes of the accumulator, so that they are not taken for
// those of another.
const rateHeader = "example.com/rate-weighted 1\n"

func (a *rateAccumulator) MarshalBinary() ([]byte, error) {
	b, err := a.paths.MarshalBinary()
	return append([]byte(rateHeader), b...), err
}

func (a *rateAccumulator) UnmarshalBinary(b []byte) error {
	b, ok := bytes.CutPrefix(b, []byte(rateHeader))
	if !ok {
		return errors.New("rate-weighted: foreign bytes")
	}
	return a.paths.UnmarshalBinary(b)
}

// A model of one's own, used like any other, and checked. In a test of its own
// package the last lines would be
//
//	func TestRateWeighted(t *testing.T) {
//		attributiontest.Run(t, RateWeighted{}, attributiontest.Options{})
//	}
func Example() {
	paths := journeytest.Stream(journeytest.Counted(
		"email > search > buy:30 * 3", "search > buy:20 * 1", "email > lost * 1", "search > lost * 4",
	))
	results, err := attribution.Attribute(paths, attribution.Linear{}, RateWeighted{})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range results {
		for channel, c := range r.All() {
			fmt.Printf("%-14s %-7s %.2f conversions worth %.2f\n", r.Model(), channel, c.Conversions, c.Value)
		}
	}
	fmt.Println(attributiontest.Check(RateWeighted{}, attributiontest.Options{}))

	// Output:
	// linear         email   1.50 conversions worth 45.00
	// linear         search  2.50 conversions worth 65.00
	// rate-weighted  email   1.80 conversions worth 54.00
	// rate-weighted  search  2.20 conversions worth 56.00
	// <nil>
}
