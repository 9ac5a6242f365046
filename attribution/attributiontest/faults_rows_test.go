package attributiontest_test

import (
	"bytes"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// rowFaults are mistakes in how paths are counted.
func rowFaults() map[string]faulty {
	return map[string]faulty{
		"drops every third row": {fault: func(a *faultyAccumulator) {
			n := 0
			a.add = func(p *journey.Counted) error {
				if n++; n%3 == 0 {
					return nil
				}
				return a.Accumulator.Add(p)
			}
		}, check: "totals", says: "the totals are"},
		"drops a row with an empty path": {fault: func(a *faultyAccumulator) {
			a.add = func(p *journey.Counted) error {
				if len(p.Channels) == 0 && p.Validate() == nil {
					return nil
				}
				return a.Accumulator.Add(p)
			}
		}, check: "totals", says: "no touch"},
		"favours the first to come": {fault: func(a *faultyAccumulator) {
			var first touchpoint.Channel
			a.add = func(p *journey.Counted) error {
				if err := a.Accumulator.Add(p); err != nil {
					return err
				}
				if first == "" && p.Conversions > 0 && len(p.Channels) > 0 {
					first = p.Dictionary.Name(p.Channels[0])
				}
				return nil
			}
			a.result = edited(a, func(_ *attribution.Totals, c credits) {
				for channel := range c {
					if channel != first && channel != journey.None && first != "" {
						moved(c, channel, first, 0.1)
					}
				}
			})
		}, check: "order of rows", says: "want"},
		"favours the first code": {fault: func(a *faultyAccumulator) {
			most := make(map[touchpoint.Channel]bool)
			a.add = func(p *journey.Counted) error {
				if err := a.Accumulator.Add(p); err != nil {
					return err
				}
				if p.Conversions > 0 && len(p.Channels) > 0 {
					most[p.Dictionary.Name(slices.Min(p.Channels))] = true
				}
				return nil
			}
			a.result = edited(a, func(_ *attribution.Totals, c credits) {
				for from := range c {
					if to := slices.Sorted(maps.Keys(most)); !most[from] && from != journey.None && len(to) > 0 {
						moved(c, from, to[0], 0.1)
					}
				}
			})
		}, check: "dictionary", says: "dictionary"},
		"counts rows": {fault: func(a *faultyAccumulator) {
			var rows, journeys int64
			a.add = func(p *journey.Counted) error {
				if err := a.Accumulator.Add(p); err != nil {
					return err
				}
				if n, _ := p.Journeys(); n > 0 && len(p.Channels) > 0 {
					rows++
					journeys += n
				}
				return nil
			}
			a.result = edited(a, func(_ *attribution.Totals, c credits) {
				if names := slices.Sorted(maps.Keys(c)); len(names) > 2 {
					moved(c, names[1], names[2], float64(rows)/float64(journeys+1))
				}
			})
		}, check: "split rows", says: "rows of fewer"},
		"looks at times": {sound: attribution.TimeDecay{}, fault: func(a *faultyAccumulator) {
			a.add = func(p *journey.Counted) error {
				if p.Ages == nil {
					p = p.Clone()
					p.Ages = make([]time.Duration, len(p.Channels))
				}
				return a.Accumulator.Add(p)
			}
		}, check: "ages", says: "Options.Times"},
		"keeps the path": {fault: func(a *faultyAccumulator) {
			var last *journey.Counted
			flush := func() {
				if last != nil {
					_ = a.Accumulator.Add(last)
					last = nil
				}
			}
			a.add = func(p *journey.Counted) error {
				flush()
				last = p
				return nil
			}
			a.result = func() (*attribution.Result, error) { flush(); return a.Accumulator.Result() }
		}, check: "totals", says: "row 1"},
		"sorts the path": {fault: func(a *faultyAccumulator) {
			a.add = func(p *journey.Counted) error {
				slices.Sort(p.Channels)
				return a.Accumulator.Add(p)
			}
		}, check: "totals", says: "changed by Add"},
		"shares its state among goroutines": {fault: sharedState(), check: "parallelism", says: "cut down to"},
		"caches the result": {fault: func(a *faultyAccumulator) {
			var cached *attribution.Result
			a.result = func() (*attribution.Result, error) {
				if cached != nil {
					return cached, nil
				}
				r, err := a.Accumulator.Result()
				cached = r
				return r, err
			}
		}, check: "snapshot", says: "asking in between"},
		"gives a live result": {fault: func(a *faultyAccumulator) {
			live := new(attribution.Result)
			a.result = func() (*attribution.Result, error) {
				r, err := a.Accumulator.Result()
				if err != nil {
					return nil, err
				}
				*live = *r
				return live, nil
			}
		}, check: "snapshot", says: "a result changes when paths are added"},
		"counts how often it is asked": {fault: func(a *faultyAccumulator) {
			a.result = func() (*attribution.Result, error) {
				r, err := a.Accumulator.Result()
				_ = a.Accumulator.Add(&journey.Counted{Nulls: 1})
				return r, err
			}
		}, check: "snapshot", says: "asking twice"},
		"writes bytes in random order": {fault: func(a *faultyAccumulator) {
			first := true
			a.add = func(p *journey.Counted) error {
				err := a.Accumulator.Add(p)
				if err == nil && first && p.Nulls > 0 {
					a.marshal = func() ([]byte, error) {
						b, err := a.Accumulator.MarshalBinary()
						return append(b, 0), err
					}
				}
				first = false
				return err
			}
			a.unmarshal = func(b []byte) error {
				sound := a.Accumulator
				if sound.UnmarshalBinary(b) == nil {
					return nil
				}
				return sound.UnmarshalBinary(bytes.TrimSuffix(b, []byte{0}))
			}
		}, check: "order of rows", says: "the bytes differ"},
	}
}

// sharedState makes accumulators that all are one.
func sharedState() func(*faultyAccumulator) {
	var (
		mu  sync.Mutex
		one = RateWeighted{}.NewAccumulator()
	)
	return func(a *faultyAccumulator) {
		a.Accumulator = one
		a.add = func(p *journey.Counted) error {
			mu.Lock()
			defer mu.Unlock()
			return one.Add(p)
		}
		a.result = func() (*attribution.Result, error) {
			mu.Lock()
			defer mu.Unlock()
			return one.Result()
		}
	}
}
