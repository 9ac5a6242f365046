package dropoff

import (
	"encoding/json"
	"time"

	"github.com/cjm-go/cjm/journey/markov"
)

// leaksVersion is the version of the JSON form.
const leaksVersion = 1

// MarshalJSON returns the leaks as an object with a version field. Times are in
// seconds. An exit rate that is not known is null; other things that are not known are
// left out.
func (l *Leaks) MarshalJSON() ([]byte, error) {
	out := jsonLeaks{
		Version: leaksVersion, Level: l.level,
		Journeys: l.journeys, Conversions: l.conversions, Losses: l.losses, Opens: l.opens,
		States:   make([]jsonLeak, 0, len(l.leaks)),
		Dropped:  newJSONStates(l.dropped),
		Warnings: newJSONWarnings(l.warnings),
	}
	for i := range l.leaks {
		leak := &l.leaks[i]
		line := jsonLeak{
			State:  newJSONState(leak.State),
			Visits: leak.Visits, Open: leak.Open, Conversions: leak.Conversions, Losses: leak.Losses,
			ExitRate: leak.ExitRate, LossShare: leak.LossShare,
			ExpectedVisits: leak.ExpectedVisits, ExpectedLosses: leak.ExpectedLosses,
			PConvert: leak.PConvert, PLost: leak.PLost,
			ToEnd: newJSONAhead(leak.ToEnd), StepsVariance: leak.StepsVariance,
			ToConversion: newJSONAhead(leak.ToConversion),
		}
		if leak.Timed {
			line.Dwell = newJSONSeconds(leak.Dwell)
		}
		if u := leak.Upside; u.Known {
			line.Upside = &jsonUpside{Conversions: u.Conversions, Value: u.Value, Kept: u.Kept, Few: u.Few}
		}
		out.States = append(out.States, line)
	}
	return json.Marshal(out)
}

type jsonLeaks struct {
	Version     int         `json:"version"`
	Level       float64     `json:"level"`
	Journeys    int64       `json:"journeys"`
	Conversions int64       `json:"conversions"`
	Losses      int64       `json:"losses"`
	Opens       int64       `json:"opens"`
	States      []jsonLeak  `json:"states"`
	Dropped     []jsonState `json:"dropped,omitempty"`
	Warnings    []string    `json:"warnings,omitempty"`
}

type jsonLeak struct {
	State          jsonState   `json:"state"`
	Visits         int64       `json:"visits"`
	Open           int64       `json:"open"`
	Conversions    int64       `json:"conversions"`
	Losses         int64       `json:"losses"`
	ExitRate       Rate        `json:"exit_rate"`
	LossShare      Rate        `json:"loss_share,omitzero"`
	ExpectedVisits float64     `json:"expected_visits"`
	ExpectedLosses float64     `json:"expected_losses"`
	PConvert       float64     `json:"p_convert"`
	PLost          float64     `json:"p_lost"`
	Dwell          *float64    `json:"dwell_seconds,omitempty"`
	ToEnd          *jsonAhead  `json:"to_end"`
	StepsVariance  float64     `json:"steps_variance"`
	ToConversion   *jsonAhead  `json:"to_conversion,omitempty"`
	Upside         *jsonUpside `json:"upside,omitempty"`
}

// jsonState tells a channel from what is none, whatever its name.
type jsonState struct {
	Kind    string  `json:"kind"`
	Channel *string `json:"channel,omitempty"`
}

func newJSONState(s markov.State) jsonState {
	if channel, ok := s.Channel(); ok {
		name := string(channel)
		return jsonState{Kind: "channel", Channel: &name}
	}
	switch s {
	case markov.Converted:
		return jsonState{Kind: "converted"}
	case markov.Lost:
		return jsonState{Kind: "lost"}
	default:
		return jsonState{Kind: "start"}
	}
}

func newJSONStates(states []markov.State) []jsonState {
	out := make([]jsonState, 0, len(states))
	for _, s := range states {
		out = append(out, newJSONState(s))
	}
	return out
}

func newJSONWarnings(warnings []error) []string {
	out := make([]string, 0, len(warnings))
	for _, w := range warnings {
		out = append(out, w.Error())
	}
	return out
}

type jsonAhead struct {
	Steps float64  `json:"steps"`
	Time  *float64 `json:"seconds,omitempty"`
}

func newJSONAhead(a Ahead) *jsonAhead {
	if !a.Known {
		return nil
	}
	out := &jsonAhead{Steps: a.Steps}
	if a.Timed {
		out.Time = newJSONSeconds(a.Time)
	}
	return out
}

func newJSONSeconds(d time.Duration) *float64 {
	s := d.Seconds()
	return &s
}

type jsonUpside struct {
	Conversions float64 `json:"conversions"`
	Value       float64 `json:"value"`
	Kept        int64   `json:"kept"`
	Few         bool    `json:"few,omitempty"`
}
