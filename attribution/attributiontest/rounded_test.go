package attributiontest_test

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

type channel = touchpoint.Channel

// roundedModel credits the last touch and adds up values in float64 as they come,
// as a first draft of a model might.
type roundedModel struct{}

func (roundedModel) Name() string    { return "rounded" }
func (roundedModel) Validate() error { return nil }

func (roundedModel) NewAccumulator() attribution.Accumulator {
	return &roundedAccumulator{Credits: make(map[string]attribution.Credit)}
}

type roundedAccumulator struct {
	Totals  attribution.Totals
	Credits map[string]attribution.Credit // by the quoted channel: a key in JSON is valid UTF-8
}

func (a *roundedAccumulator) Add(p *journey.Counted) error {
	if err := p.Validate(); err != nil {
		return err
	}
	n, err := p.Journeys()
	if err != nil || n > math.MaxInt64-a.Totals.Journeys {
		return journey.ErrOverflow
	}
	if n == 0 {
		return nil
	}
	for _, code := range p.Channels {
		if p.Dictionary == nil || int(code) >= p.Dictionary.Len() {
			return journey.ErrUnknownCode
		}
	}
	last := journey.None
	for _, code := range p.Channels {
		if last = p.Dictionary.Name(code); last == journey.None {
			return attribution.ErrReserved
		}
		a.give(last, 0, 0)
	}
	a.Totals.Journeys += n
	a.Totals.Conversions += p.Conversions
	a.Totals.Nulls += p.Nulls
	a.Totals.Opens += p.Opens
	a.Totals.Value += p.Value
	if len(p.Channels) == 0 {
		a.Totals.Empty += n
	}
	a.give(last, float64(p.Conversions), p.Value)
	return nil
}

func (a *roundedAccumulator) give(c channel, conversions, value float64) {
	credit := a.Credits[fmt.Sprintf("%+q", c)]
	credit.Conversions += conversions
	credit.Value += value
	a.Credits[fmt.Sprintf("%+q", c)] = credit
}

func (a *roundedAccumulator) Merge(other attribution.Accumulator) error {
	o, ok := other.(*roundedAccumulator)
	if !ok {
		return attribution.ErrModel
	}
	if o.Totals.Journeys > math.MaxInt64-a.Totals.Journeys {
		return journey.ErrOverflow
	}
	a.Totals.Journeys += o.Totals.Journeys
	a.Totals.Conversions += o.Totals.Conversions
	a.Totals.Nulls += o.Totals.Nulls
	a.Totals.Opens += o.Totals.Opens
	a.Totals.Value += o.Totals.Value
	a.Totals.Empty += o.Totals.Empty
	for c, credit := range o.Credits {
		sum := a.Credits[c]
		sum.Conversions += credit.Conversions
		sum.Value += credit.Value
		a.Credits[c] = sum
	}
	return nil
}

func (a *roundedAccumulator) Result() (*attribution.Result, error) {
	switch {
	case a.Totals.Journeys == 0:
		return nil, attribution.ErrNoJourneys
	case a.Totals.Conversions == 0:
		return nil, attribution.ErrNoConversions
	case math.IsInf(a.Totals.Value, 0):
		return nil, attribution.ErrOverflow
	}
	credits := make(map[channel]attribution.Credit)
	for quoted, credit := range a.Credits {
		var name string
		if _, err := fmt.Sscanf(quoted, "%q", &name); err != nil {
			return nil, err
		}
		credits[channel(name)] = credit
	}
	return attribution.NewResult("rounded", a.Totals, credits)
}

func (a *roundedAccumulator) MarshalBinary() ([]byte, error) { return json.Marshal(a) }

func (a *roundedAccumulator) UnmarshalBinary(b []byte) error {
	read := roundedAccumulator{Credits: make(map[string]attribution.Credit)}
	if len(b) > 0 && b[len(b)-1] == 0 {
		return fmt.Errorf("rounded: a tail")
	}
	if err := json.Unmarshal(b, &read); err != nil {
		return err
	}
	*a = read
	return nil
}
