package attributiontest_test

import (
	"errors"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

// byteFaults are mistakes in the byte form.
func byteFaults() map[string]faulty {
	return map[string]faulty{
		"cannot be sent": {fault: func(a *faultyAccumulator) {
			a.marshal = func() ([]byte, error) { return nil, errors.New("no byte form") }
		}, check: "set", says: "MarshalBinary of a set: model rate-weighted: no byte form"},
		"reads any bytes": {fault: func(a *faultyAccumulator) {
			a.unmarshal = func(b []byte) error {
				_ = a.Accumulator.UnmarshalBinary(b)
				return nil
			}
		}, check: "foreign bytes", says: "no bytes are not refused"},
		"reads bytes with a tail": {fault: func(a *faultyAccumulator) {
			a.unmarshal = func(b []byte) error {
				for len(b) > 0 && a.Accumulator.UnmarshalBinary(b) != nil {
					b = b[:len(b)-1]
				}
				if len(b) == 0 {
					return errors.New("foreign bytes")
				}
				return nil
			}
		}, check: "bytes", says: "one more byte"},
		"adds what it reads": {fault: func(a *faultyAccumulator) {
			a.unmarshal = func(b []byte) error {
				read := RateWeighted{}.NewAccumulator()
				if err := read.UnmarshalBinary(b); err != nil {
					return err
				}
				return a.Accumulator.Merge(read)
			}
		}, check: "bytes", says: "restored over another state"},
		"keeps the bytes": {fault: func(a *faultyAccumulator) {
			var kept []byte
			sound := a.Accumulator
			a.unmarshal = func(b []byte) error {
				kept = b
				return sound.UnmarshalBinary(b)
			}
			a.result = func() (*attribution.Result, error) {
				if kept != nil {
					if err := sound.UnmarshalBinary(kept); err != nil {
						return nil, err
					}
					kept = nil
				}
				return sound.Result()
			}
		}, check: "bytes", says: "foreign bytes"},
		"is emptied by bytes that it refuses": {fault: func(a *faultyAccumulator) {
			a.unmarshal = func(b []byte) error {
				a.Accumulator = RateWeighted{}.NewAccumulator()
				return a.Accumulator.UnmarshalBinary(b)
			}
		}, check: "bytes", says: "refused: "},
	}
}

// edgeFaults are mistakes with input at the edge of what is possible.
func edgeFaults() map[string]faulty {
	return map[string]faulty{
		"wants times": {sound: attribution.TimeDecay{}, fault: func(*faultyAccumulator) {}, check: "refused input", says: "Options.Times"},
		"wraps counts in a merge": {fault: func(a *faultyAccumulator) {
			a.merge = func(o *faultyAccumulator) error {
				err := a.Accumulator.Merge(o.Accumulator)
				if errors.Is(err, journey.ErrOverflow) {
					return nil
				}
				return err
			}
		}, check: "refused input", says: "Merge beyond 2^63-1"},
		"makes nothing of nothing": {fault: func(a *faultyAccumulator) {
			a.result = func() (*attribution.Result, error) {
				r, err := a.Accumulator.Result()
				if err != nil {
					return attribution.NewResult("rate-weighted", attribution.Totals{}, nil)
				}
				return r, nil
			}
		}, check: "degenerate input", says: "the result of nothing"},
		"has another error for no conversions": {fault: func(a *faultyAccumulator) {
			a.result = func() (*attribution.Result, error) {
				r, err := a.Accumulator.Result()
				if errors.Is(err, attribution.ErrNoConversions) {
					return nil, errors.New("division by zero")
				}
				return r, err
			}
		}, check: "degenerate input", says: "division by zero"},
		"refuses odd names": {fault: func(a *faultyAccumulator) {
			a.add = func(p *journey.Counted) error {
				if p.Dictionary != nil {
					if _, odd := p.Dictionary.Lookup(""); odd {
						return errors.New("a channel without a name")
					}
				}
				return a.Accumulator.Add(p)
			}
		}, check: "degenerate input", says: "nameless and odd channels: row 1 is refused"},
		"knows no reserved name": {fault: func(a *faultyAccumulator) {
			a.result = func() (*attribution.Result, error) {
				r, err := a.Accumulator.Result()
				if errors.Is(err, attribution.ErrReserved) {
					return attribution.NewResult("rate-weighted", attribution.Totals{Journeys: 2, Conversions: 2}, nil)
				}
				return r, err
			}
		}, check: "degenerate input", says: "a channel called (none)"},
		"counts before it checks": {fault: func(a *faultyAccumulator) {
			a.add = func(p *journey.Counted) error {
				err := a.Accumulator.Add(p)
				if errors.Is(err, journey.ErrNegative) {
					_ = a.Accumulator.Add(&journey.Counted{Nulls: 1})
				}
				return err
			}
		}, check: "refused input", says: "negative conversions, refused"},
		"checks nothing": {fault: func(a *faultyAccumulator) {
			a.add = func(p *journey.Counted) error {
				_ = a.Accumulator.Add(p)
				return nil
			}
		}, check: "refused input", says: `negative conversions: the error is "<nil>"`},
		"panics on an unknown code": {fault: func(a *faultyAccumulator) {
			a.add = func(p *journey.Counted) error {
				for _, code := range p.Channels {
					_ = p.Dictionary.Name(code)
				}
				return a.Accumulator.Add(p)
			}
		}, check: "refused input", says: "panic: runtime error: invalid memory address"},
	}
}
