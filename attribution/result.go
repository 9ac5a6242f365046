package attribution

import (
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/cjm-go/cjm/touchpoint"
)

// Credit is what a model gives to one channel.
type Credit struct {
	// Conversions is the number of conversions credited.
	Conversions float64
	// Value is the part of the conversions' value credited.
	Value float64
	// Share is Conversions as a part of all conversions: in [0, 1], but for games
	// in which a channel may be worth less than nothing.
	Share float64
	// Removal says what the channel is worth to the chain; nil for models that
	// are not built on one, and for the line of empty paths.
	Removal *Removal
}

// Removal is what is lost without a channel: probabilities in [0, 1].
type Removal struct {
	// Effect is the part of the conversions that would not happen if everyone
	// who comes to the channel were lost there.
	Effect float64
	// ValueEffect is the same part of the value; 0 where there is no value.
	ValueEffect float64
	// TouchingShare is the part of the conversions whose journeys touched the
	// channel: the removal effect that the journeys themselves show, without a
	// chain fitted to them.
	TouchingShare float64
}

// Totals says what a model was computed from.
type Totals struct {
	// Journeys is the number of journeys: Conversions + Nulls + Opens.
	Journeys int64
	// Conversions, Nulls and Opens count the journeys by outcome: converted,
	// lost, not ended yet.
	Conversions, Nulls, Opens int64
	// Value is what the conversions were worth together.
	Value float64
	// Empty is the number of journeys without a touch, whatever their outcome.
	Empty int64
}

// Result is what a model makes of the journeys. It does not change.
//
// Credits and values add up to the totals, up to the rounding of float64 sums.
type Result struct {
	model    string
	totals   Totals
	fit      *Fit
	channels []touchpoint.Channel // sorted
	credits  []Credit             // of each channel
	warnings []error
}

// NewResult returns the result of a model of your own. The line of empty paths
// has the name [journey.None]; shares are computed. A credit may be negative, as in
// some games. The error is [ErrConfig] where a credit is not finite, or a total is
// negative or not finite.
func NewResult(model string, totals Totals, credits map[touchpoint.Channel]Credit, warnings ...error) (*Result, error) {
	r := &Result{model: model, totals: totals, warnings: slices.Clone(warnings)}
	for channel := range credits {
		r.channels = append(r.channels, channel)
	}
	slices.Sort(r.channels)
	for _, channel := range r.channels {
		c := credits[channel]
		// The difference of a number that is not finite with itself is not 0.
		if c.Conversions-c.Conversions != 0 || c.Value-c.Value != 0 {
			return nil, fmt.Errorf("%w: the credit of a channel is not finite", ErrConfig)
		}
		r.credits = append(r.credits, r.share(c))
	}
	if totals.Conversions < 0 || totals.Nulls < 0 || totals.Opens < 0 || !(totals.Value >= 0) || math.IsInf(totals.Value, 0) {
		return nil, fmt.Errorf("%w: a total is negative or not finite", ErrConfig)
	}
	return r, nil
}

func (r *Result) share(c Credit) Credit {
	c.Share = 0
	if r.totals.Conversions > 0 {
		c.Share = c.Conversions / float64(r.totals.Conversions)
	}
	return c
}

// Model returns the name of the model.
func (r *Result) Model() string { return r.model }

// Totals returns what the model was computed from.
func (r *Result) Totals() Totals { return r.totals }

// ConversionRate returns the part of the journeys that converted. Where some
// journeys are still open it is a lower bound of the final rate.
func (r *Result) ConversionRate() float64 {
	if r.totals.Journeys == 0 {
		return 0
	}
	return float64(r.totals.Conversions) / float64(r.totals.Journeys)
}

// Fit says how the chain behind a result was fitted and solved.
type Fit struct {
	// Order is how many touches a state of the chain remembers.
	Order int `json:"order"`
	// Variant says what became of the transitions into a removed channel.
	Variant Variant `json:"variant"`
	// States and Transitions are the numbers of distinct ones.
	States      int `json:"states"`
	Transitions int `json:"transitions"`
	// Iterations is how many cycles the solver took; 0 where it eliminated
	// directly.
	Iterations int `json:"iterations"`
	// Certificate bounds the relative error of every removal effect. It is
	// proven, not estimated.
	Certificate float64 `json:"certificate"`
	// Sum is the sum of the removal effects, by which credits are normalised:
	// for Redirect, the expected number of channels on a converting journey.
	Sum float64 `json:"sum"`
}

// Fit returns how the chain behind the result was fitted; false for models that
// have none.
func (r *Result) Fit() (Fit, bool) {
	if r.fit == nil {
		return Fit{}, false
	}
	return *r.fit, true
}

// Warnings returns what to know before trusting the result.
func (r *Result) Warnings() []error { return slices.Clone(r.warnings) }

// All yields the channels with their credits in the order of their names. If
// there are journeys without a touch, the line [journey.None] is among them.
func (r *Result) All() iter.Seq2[touchpoint.Channel, Credit] {
	return func(yield func(touchpoint.Channel, Credit) bool) {
		for i, channel := range r.channels {
			if !yield(channel, r.credits[i].clone()) {
				return
			}
		}
	}
}

// Credit returns the credit of a channel and whether the channel was seen at all.
func (r *Result) Credit(channel touchpoint.Channel) (Credit, bool) {
	i, ok := slices.BinarySearch(r.channels, channel)
	if !ok {
		return Credit{}, false
	}
	return r.credits[i].clone(), true
}

func (c Credit) clone() Credit {
	if c.Removal != nil {
		removal := *c.Removal
		c.Removal = &removal
	}
	return c
}

// resultVersion is the version of the JSON form.
const resultVersion = 1

// MarshalJSON returns the result as an object with a version field.
func (r *Result) MarshalJSON() ([]byte, error) {
	out := jsonResult{
		Version: resultVersion, Model: r.model,
		Journeys: r.totals.Journeys, Conversions: r.totals.Conversions, Nulls: r.totals.Nulls, Opens: r.totals.Opens,
		Value: r.totals.Value, Empty: r.totals.Empty, ConversionRate: r.ConversionRate(),
		Channels: []jsonCredit{},
	}
	for channel, c := range r.All() {
		line := jsonCredit{Channel: channel, Conversions: c.Conversions, Value: c.Value, Share: c.Share}
		if c.Removal != nil {
			line.RemovalEffect = &c.Removal.Effect
			line.RemovalEffectValue = &c.Removal.ValueEffect
			line.TouchingShare = &c.Removal.TouchingShare
		}
		out.Channels = append(out.Channels, line)
	}
	out.Fit = r.fit
	for _, w := range r.warnings {
		out.Warnings = append(out.Warnings, w.Error())
	}
	return json.Marshal(out)
}

type jsonResult struct {
	Version        int          `json:"version"`
	Model          string       `json:"model"`
	Journeys       int64        `json:"journeys"`
	Conversions    int64        `json:"conversions"`
	Nulls          int64        `json:"nulls"`
	Opens          int64        `json:"opens"`
	Value          float64      `json:"value"`
	Empty          int64        `json:"empty"`
	ConversionRate float64      `json:"conversion_rate"`
	Fit            *Fit         `json:"fit,omitempty"`
	Channels       []jsonCredit `json:"channels"`
	Warnings       []string     `json:"warnings,omitempty"`
}

type jsonCredit struct {
	Channel            touchpoint.Channel `json:"channel"`
	Conversions        float64            `json:"conversions"`
	Value              float64            `json:"value"`
	Share              float64            `json:"share"`
	RemovalEffect      *float64           `json:"removal_effect,omitempty"`
	RemovalEffectValue *float64           `json:"removal_effect_value,omitempty"`
	TouchingShare      *float64           `json:"touching_share,omitempty"`
}
