package attributiontest_test

import (
	"errors"

	"github.com/cjm-go/cjm/attribution"
)

// mergeFaults are mistakes in merging and in keeping accumulators apart.
func mergeFaults() map[string]faulty {
	return map[string]faulty{
		"keeps what it merges": {fault: func(a *faultyAccumulator) {
			a.merge = func(o *faultyAccumulator) error {
				if _, err := a.Accumulator.Result(); errors.Is(err, attribution.ErrNoJourneys) {
					a.Accumulator = o.Accumulator
					return nil
				}
				return a.Accumulator.Merge(o.Accumulator)
			}
		}, check: "merge copies", says: "changes one that was merged into it"},
		"empties what it merges": {fault: func(a *faultyAccumulator) {
			a.merge = func(o *faultyAccumulator) error {
				err := a.Accumulator.Merge(o.Accumulator)
				o.Accumulator = RateWeighted{}.NewAccumulator()
				return err
			}
		}, check: "merge", says: "the other accumulator of a merge"},
		"merges nothing with itself": {fault: func(a *faultyAccumulator) {
			a.merge = func(o *faultyAccumulator) error {
				if o == a {
					return nil
				}
				return a.Accumulator.Merge(o.Accumulator)
			}
		}, check: "merge with itself", says: "totals"},
		"takes the larger in a merge": {fault: func(a *faultyAccumulator) {
			a.merge = func(o *faultyAccumulator) error {
				x, _ := a.MarshalBinary()
				y, _ := o.MarshalBinary()
				if len(x) >= len(y) {
					return nil
				}
				return a.Accumulator.UnmarshalBinary(y)
			}
		}, check: "merge", says: "totals"},
		"forgets what it had in a merge of nothing": {fault: func(a *faultyAccumulator) {
			a.merge = func(o *faultyAccumulator) error {
				if _, err := o.Result(); errors.Is(err, attribution.ErrNoJourneys) && o != a {
					a.Accumulator = RateWeighted{}.NewAccumulator()
					return nil
				}
				return a.Accumulator.Merge(o.Accumulator)
			}
		}, check: "merge with an empty one", says: "no journeys"},
		"merges with anyone": {fault: func(a *faultyAccumulator) {
			a.mergeAny = func(other attribution.Accumulator) error {
				if o, ok := other.(*faultyAccumulator); ok {
					return a.Accumulator.Merge(o.Accumulator)
				}
				return nil
			}
		}, check: "merge with others", says: "Merge of nil"},
		"panics on a foreign merge": {fault: func(a *faultyAccumulator) {
			a.mergeAny = func(other attribution.Accumulator) error {
				return a.Accumulator.Merge(other.(*faultyAccumulator).Accumulator)
			}
		}, check: "merge with others", says: "panic: interface conversion"},
		"shares its state": {fault: sharedState(), check: "configuration", says: "after paths were added to another"},
	}
}
