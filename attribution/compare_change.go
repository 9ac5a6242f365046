package attribution

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/cjm-go/cjm/touchpoint"
)

// Presence says in which of two periods a channel was seen.
type Presence uint8

const (
	// Stayed: the channel was seen before and after.
	Stayed Presence = iota
	// Appeared: it was seen only after.
	Appeared
	// Vanished: it was seen only before.
	Vanished
)

var presences = [...]string{Stayed: "stayed", Appeared: "appeared", Vanished: "vanished"}

// String returns "stayed", "appeared" or "vanished".
func (p Presence) String() string {
	if int(p) >= len(presences) {
		return fmt.Sprintf("Presence(%d)", uint8(p))
	}
	return presences[p]
}

// MarshalText returns the text of [Presence.String].
func (p Presence) MarshalText() ([]byte, error) {
	return marshalEnum(uint8(p), presences[:], "Presence")
}

// UnmarshalText is the inverse of [Presence.MarshalText].
func (p *Presence) UnmarshalText(text []byte) error {
	return unmarshalEnum((*uint8)(p), text, presences[:], "Presence")
}

// ChannelShift is what became of a channel from one period to the next.
type ChannelShift struct {
	// Presence says in which of the periods the channel was seen.
	Presence Presence
	// Before and After are its credits; zero where it was not seen.
	Before, After Credit
	// Conversions, Value and Share are by how much each of them rose; negative
	// where it fell.
	Conversions, Value, Share float64
}

// Shift is how the credits of a model changed from one period to the next. It does
// not change.
type Shift struct {
	model         string
	before, after Totals
	distance      float64
	channels      []touchpoint.Channel // sorted
	shifts        []ChannelShift       // of each channel
}

// Change compares the results of one model for two periods, or any other two sets
// of journeys. Credits differ with the number of conversions; shares do not. The
// error is [ErrModel] where the results are of different models.
//
// The differences are those of two estimates. Whether they are more than chance is
// for the intervals of the two results to say.
func Change(before, after *Result) (*Shift, error) {
	if before.model != after.model {
		return nil, fmt.Errorf("%w: %s before, %s after", ErrModel, before.model, after.model)
	}
	s := &Shift{
		model: before.model, before: before.totals, after: after.totals,
		channels: slices.Concat(before.channels, after.channels),
	}
	slices.Sort(s.channels)
	s.channels = slices.Compact(s.channels)
	s.distance = distance(s.channels, before, after)
	for _, channel := range s.channels {
		b, was := before.Credit(channel)
		a, is := after.Credit(channel)
		line := ChannelShift{
			Before: b, After: a,
			Conversions: a.Conversions - b.Conversions, Value: a.Value - b.Value, Share: a.Share - b.Share,
		}
		switch {
		case !was:
			line.Presence = Appeared
		case !is:
			line.Presence = Vanished
		}
		s.shifts = append(s.shifts, line)
	}
	return s, nil
}

// Model returns the name of the model.
func (s *Shift) Model() string { return s.model }

// Before returns what the first result was computed from.
func (s *Shift) Before() Totals { return s.before }

// After returns what the second result was computed from.
func (s *Shift) After() Totals { return s.after }

// Distance returns the total variation distance of the shares, see [Agreement]:
// the part of the conversions that went to other channels.
func (s *Shift) Distance() float64 { return s.distance }

// All yields the channels of both periods in the order of their names. The line of
// empty paths is among them if either has it.
func (s *Shift) All() iter.Seq2[touchpoint.Channel, ChannelShift] {
	return func(yield func(touchpoint.Channel, ChannelShift) bool) {
		for i, channel := range s.channels {
			if !yield(channel, s.shifts[i].clone()) {
				return
			}
		}
	}
}

// Channel returns the shift of a channel, and whether it was seen at all.
func (s *Shift) Channel(channel touchpoint.Channel) (ChannelShift, bool) {
	i, ok := slices.BinarySearch(s.channels, channel)
	if !ok {
		return ChannelShift{}, false
	}
	return s.shifts[i].clone(), true
}

func (c ChannelShift) clone() ChannelShift {
	c.Before, c.After = c.Before.clone(), c.After.clone()
	return c
}

// shiftVersion is the version of the JSON form.
const shiftVersion = 1

// MarshalJSON returns the shift as an object with a version field.
func (s *Shift) MarshalJSON() ([]byte, error) {
	out := jsonShift{
		Version: shiftVersion, Model: s.model, Before: jsonPeriod(s.before), After: jsonPeriod(s.after),
		Distance: s.distance, Channels: []jsonChannelShift{},
	}
	for i, c := range s.shifts {
		out.Channels = append(out.Channels, jsonChannelShift{
			Channel: s.channels[i], Presence: c.Presence,
			Before: newJSONAmounts(c.Before), After: newJSONAmounts(c.After),
			Change: jsonAmounts{Conversions: c.Conversions, Value: c.Value, Share: c.Share},
		})
	}
	return json.Marshal(out)
}

type jsonShift struct {
	Version  int                `json:"version"`
	Model    string             `json:"model"`
	Before   jsonPeriod         `json:"before"`
	After    jsonPeriod         `json:"after"`
	Distance float64            `json:"distance"`
	Channels []jsonChannelShift `json:"channels"`
}

// jsonPeriod is Totals with names for its fields.
type jsonPeriod struct {
	Journeys    int64   `json:"journeys"`
	Conversions int64   `json:"conversions"`
	Nulls       int64   `json:"nulls"`
	Opens       int64   `json:"opens"`
	Value       float64 `json:"value"`
	Empty       int64   `json:"empty"`
}

type jsonChannelShift struct {
	Channel  touchpoint.Channel `json:"channel"`
	Presence Presence           `json:"presence"`
	Before   jsonAmounts        `json:"before"`
	After    jsonAmounts        `json:"after"`
	Change   jsonAmounts        `json:"change"`
}

type jsonAmounts struct {
	Conversions float64 `json:"conversions"`
	Value       float64 `json:"value"`
	Share       float64 `json:"share"`
}

func newJSONAmounts(c Credit) jsonAmounts {
	return jsonAmounts{Conversions: c.Conversions, Value: c.Value, Share: c.Share}
}
