package attributiontest_test

import (
	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

// faulty is a sound model with one method of its accumulator replaced. It stands
// for the mistakes that the checks are there to find.
type faulty struct {
	// sound is the model without the fault; nil stands for RateWeighted.
	sound attribution.Model
	name  string // "" for that of sound
	// fault replaces methods of a new accumulator.
	fault func(a *faultyAccumulator)
	// check is the name of the check that finds the fault.
	check string
	// says is a part of what it says.
	says string
}

func (m faulty) model() attribution.Model {
	if m.sound == nil {
		return RateWeighted{}
	}
	return m.sound
}

func (m faulty) Name() string {
	if m.name == "" {
		return m.model().Name()
	}
	return m.name
}

func (m faulty) Validate() error { return m.model().Validate() }

func (m faulty) NewAccumulator() attribution.Accumulator {
	a := &faultyAccumulator{Accumulator: m.model().NewAccumulator()}
	m.fault(a)
	return a
}

// faultyAccumulator calls the functions that are not nil in place of the methods
// of the sound accumulator.
type faultyAccumulator struct {
	attribution.Accumulator
	add       func(p *journey.Counted) error
	merge     func(o *faultyAccumulator) error
	mergeAny  func(other attribution.Accumulator) error
	result    func() (*attribution.Result, error)
	marshal   func() ([]byte, error)
	unmarshal func(b []byte) error
	rule      func(p *journey.Counted, conversions, value []float64)
	anyPath   bool // rule ignores the error of the sound one
	noRule    bool // the model does not credit paths
}

func (a *faultyAccumulator) Add(p *journey.Counted) error {
	if a.add != nil {
		return a.add(p)
	}
	return a.Accumulator.Add(p)
}

func (a *faultyAccumulator) Merge(other attribution.Accumulator) error {
	if a.mergeAny != nil {
		return a.mergeAny(other)
	}
	o, ok := other.(*faultyAccumulator)
	if !ok {
		return attribution.ErrModel
	}
	if a.merge != nil {
		return a.merge(o)
	}
	return a.Accumulator.Merge(o.Accumulator)
}

func (a *faultyAccumulator) Result() (*attribution.Result, error) {
	if a.result != nil {
		return a.result()
	}
	return a.Accumulator.Result()
}

func (a *faultyAccumulator) MarshalBinary() ([]byte, error) {
	if a.marshal != nil {
		return a.marshal()
	}
	return a.Accumulator.MarshalBinary()
}

func (a *faultyAccumulator) UnmarshalBinary(b []byte) error {
	if a.unmarshal != nil {
		return a.unmarshal(b)
	}
	return a.Accumulator.UnmarshalBinary(b)
}

func (a *faultyAccumulator) PathCredit() (func(p *journey.Counted, conversions, value []float64) error, error) {
	sound, ok := a.Accumulator.(attribution.PathCrediter)
	if !ok || a.noRule {
		return nil, attribution.ErrNoPathCredit
	}
	rule, err := sound.PathCredit()
	if err != nil || a.rule == nil {
		return rule, err
	}
	return func(p *journey.Counted, conversions, value []float64) error {
		if err := rule(p, conversions, value); err != nil && !a.anyPath {
			return err
		}
		a.rule(p, conversions, value)
		return nil
	}, nil
}
