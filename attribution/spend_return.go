package attribution

import (
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// Ratio is a quotient that need not exist.
type Ratio struct {
	// Value is the quotient; 0 where it is not defined.
	Value float64
	// Defined says that the divisor is positive, and the quotient finite.
	Defined bool
	// Lo and Hi are the ends of the interval, where Bounded is set.
	Lo, Hi float64
	// Bounded says that there is an interval.
	Bounded bool
	// OpenEnded says that the interval goes from Lo on without an end, since
	// the divisor may be 0. Hi is then 0 and means nothing.
	OpenEnded bool
}

// Return is what the money spent on a channel came to.
type Return struct {
	// Status says whether there are both a cost and touches.
	Status SpendStatus
	// Cost is what was spent; 0 where no cost is known.
	Cost float64
	// Conversions and Value are what the model credits to the channel.
	Conversions, Value float64
	// ROAS is the return on ad spend, Value/Cost. It is not defined where Cost is
	// 0.
	ROAS Ratio
	// CPA is the cost of a credited conversion, Cost/Conversions. It is not
	// defined where Conversions is 0 or negative, or no cost is known.
	CPA Ratio
	// Few says that the intervals rest on few conversions, see
	// [ChannelUncertainty].
	Few bool
}

// SpendResult is what the money spent on each channel came to by the credits of
// one model. It does not change.
type SpendResult struct {
	model    string
	channels []touchpoint.Channel // sorted
	returns  []Return             // of each channel
	total    Return
}

// Returns sets what a model credits against what was spent: a line for each
// channel of the result and each channel of the spend. A channel that is in one of
// them only is not dropped, its Status tells.
//
// The uncertainty of the result may be nil. Otherwise the intervals of its credits
// give those of the quotients; costs are taken to be known exactly. The error is
// [ErrModel] where it is that of another model.
func Returns(r *Result, spend *Spend, u *Uncertainty) (*SpendResult, error) {
	if u != nil && u.model != r.model {
		return nil, fmt.Errorf("%w: the credits are of %s, the uncertainty of %s", ErrModel, r.model, u.model)
	}
	out := &SpendResult{model: r.model}
	out.channels = append(out.channels, r.channels...)
	for channel := range spend.All() {
		out.channels = append(out.channels, channel)
	}
	slices.Sort(out.channels)
	out.channels = slices.Compact(out.channels)
	for _, channel := range out.channels {
		cost, paid := spend.Cost(channel)
		credit, touched := r.Credit(channel)
		line := Return{Cost: cost, Conversions: credit.Conversions, Value: credit.Value}
		switch {
		case channel == journey.None:
			line.Status = NoTouch
		case !touched:
			line.Status = Untouched
		case !paid:
			line.Status = Unpaid
		}
		line.divide(paid)
		if u != nil {
			line.bound(u.Channel(channel))
		}
		out.returns = append(out.returns, line)
	}
	out.total = Return{Cost: spend.Total(), Conversions: float64(r.totals.Conversions), Value: r.totals.Value}
	out.total.divide(spend.Len() > 0)
	return out, nil
}

// divide sets the quotients.
func (r *Return) divide(paid bool) {
	r.ROAS = quotient(r.Value, r.Cost)
	if paid {
		r.CPA = quotient(r.Cost, r.Conversions)
	}
}

func quotient(a, b float64) Ratio {
	q := a / b
	if b <= 0 || math.IsInf(q, 0) {
		return Ratio{}
	}
	return Ratio{Value: q, Defined: true}
}

// bound sets the intervals of the quotients that are defined.
func (r *Return) bound(u ChannelUncertainty, ok bool) {
	if !ok {
		return
	}
	r.Few = u.Few
	if r.ROAS.Defined {
		lo, hi := quotient(u.Value.Lo, r.Cost), quotient(u.Value.Hi, r.Cost)
		if lo.Defined && hi.Defined {
			r.ROAS.Lo, r.ROAS.Hi, r.ROAS.Bounded = lo.Value, hi.Value, true
		}
	}
	if r.CPA.Defined {
		// The more conversions, the cheaper one is.
		lo, hi := quotient(r.Cost, u.Conversions.Hi), quotient(r.Cost, u.Conversions.Lo)
		if lo.Defined {
			r.CPA.Lo, r.CPA.Hi, r.CPA.Bounded, r.CPA.OpenEnded = lo.Value, hi.Value, true, !hi.Defined
		}
	}
}

// Model returns the name of the model whose credits these are.
func (s *SpendResult) Model() string { return s.model }

// All yields the channels of the result and of the spend in the order of their
// names. The line of journeys without a touch, [journey.None], is among them if
// there are such journeys.
func (s *SpendResult) All() iter.Seq2[touchpoint.Channel, Return] {
	return func(yield func(touchpoint.Channel, Return) bool) {
		for i, channel := range s.channels {
			if !yield(channel, s.returns[i]) {
				return
			}
		}
	}
}

// Return returns the line of a channel, and whether there is one.
func (s *SpendResult) Return(channel touchpoint.Channel) (Return, bool) {
	i, ok := slices.BinarySearch(s.channels, channel)
	if !ok {
		return Return{}, false
	}
	return s.returns[i], true
}

// Total returns all costs against all conversions and their value, those of
// journeys without a touch and of channels without a cost among them.
func (s *SpendResult) Total() Return { return s.total }

// spendVersion is the version of the JSON form.
const spendVersion = 1

// MarshalJSON returns the result as an object with a version field. Quotients and
// ends of intervals that do not exist are left out.
func (s *SpendResult) MarshalJSON() ([]byte, error) {
	out := jsonSpend{Version: spendVersion, Model: s.model, Total: s.total.json(), Channels: []jsonReturn{}}
	out.Total.Status = nil
	for i, r := range s.returns {
		line := r.json()
		line.Channel = &s.channels[i]
		out.Channels = append(out.Channels, line)
	}
	return json.Marshal(out)
}

type jsonSpend struct {
	Version  int          `json:"version"`
	Model    string       `json:"model"`
	Total    jsonReturn   `json:"total"`
	Channels []jsonReturn `json:"channels"`
}

type jsonReturn struct {
	Channel     *touchpoint.Channel `json:"channel,omitempty"`
	Status      *SpendStatus        `json:"status,omitempty"`
	Cost        float64             `json:"cost"`
	Conversions float64             `json:"conversions"`
	Value       float64             `json:"value"`
	ROAS        *jsonRatio          `json:"roas,omitempty"`
	CPA         *jsonRatio          `json:"cpa,omitempty"`
	Few         bool                `json:"few,omitempty"`
}

type jsonRatio struct {
	Value float64  `json:"value"`
	Lo    *float64 `json:"lo,omitempty"`
	Hi    *float64 `json:"hi,omitempty"`
}

func (r Return) json() jsonReturn {
	return jsonReturn{
		Status: &r.Status, Cost: r.Cost, Conversions: r.Conversions, Value: r.Value,
		ROAS: r.ROAS.json(), CPA: r.CPA.json(), Few: r.Few,
	}
}

func (r Ratio) json() *jsonRatio {
	if !r.Defined {
		return nil
	}
	out := &jsonRatio{Value: r.Value}
	if r.Bounded {
		out.Lo = &r.Lo
		if !r.OpenEnded {
			out.Hi = &r.Hi
		}
	}
	return out
}
