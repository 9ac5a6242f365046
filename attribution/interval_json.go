package attribution

import (
	"encoding/json"

	"github.com/cjm-go/cjm/touchpoint"
)

// uncertaintyVersion is the version of the JSON form.
const uncertaintyVersion = 1

// MarshalJSON returns the uncertainty as an object with a version field.
func (u *Uncertainty) MarshalJSON() ([]byte, error) {
	out := jsonUncertainty{
		Version: uncertaintyVersion, Model: u.model, Method: u.method, Level: u.level,
		Journeys: u.journeys, Units: u.units, Customers: u.customers,
		Channels: []jsonChannelUncertainty{},
	}
	if u.method == ByBootstrap {
		out.Bootstrap = &jsonBootstrap{Replicates: u.replicates, Skipped: u.skipped, Seed: u.seed}
	}
	for i, channel := range u.channels {
		c := &u.lines[i]
		line := jsonChannelUncertainty{
			Channel: channel, Touching: c.Touching, Few: c.Few,
			Conversions: jsonEstimate(c.Conversions), Share: jsonEstimate(c.Share), Value: jsonEstimate(c.Value),
		}
		if c.Removal != nil {
			line.Removal = &jsonRemovalUncertainty{
				Effect:        jsonEstimate(c.Removal.Effect),
				ValueEffect:   jsonEstimate(c.Removal.ValueEffect),
				TouchingShare: jsonEstimate(c.Removal.TouchingShare),
			}
		}
		if u.ranks != nil {
			line.Ranks = u.ranks[i]
		}
		out.Channels = append(out.Channels, line)
	}
	for _, w := range u.warnings {
		out.Warnings = append(out.Warnings, w.Error())
	}
	return json.Marshal(out)
}

type jsonUncertainty struct {
	Version   int                      `json:"version"`
	Model     string                   `json:"model"`
	Method    Method                   `json:"method"`
	Level     float64                  `json:"level"`
	Journeys  int64                    `json:"journeys"`
	Units     int64                    `json:"units"`
	Customers int64                    `json:"customers"`
	Bootstrap *jsonBootstrap           `json:"bootstrap,omitempty"`
	Channels  []jsonChannelUncertainty `json:"channels"`
	Warnings  []string                 `json:"warnings,omitempty"`
}

type jsonBootstrap struct {
	Replicates int    `json:"replicates"`
	Skipped    int    `json:"skipped"`
	Seed       uint64 `json:"seed,string"`
}

type jsonChannelUncertainty struct {
	Channel     touchpoint.Channel      `json:"channel"`
	Touching    int64                   `json:"touching_conversions"`
	Few         bool                    `json:"few_conversions,omitempty"`
	Conversions jsonEstimate            `json:"conversions"`
	Share       jsonEstimate            `json:"share"`
	Value       jsonEstimate            `json:"value"`
	Removal     *jsonRemovalUncertainty `json:"removal,omitempty"`
	Ranks       []float64               `json:"ranks,omitempty"`
}

type jsonRemovalUncertainty struct {
	Effect        jsonEstimate `json:"effect"`
	ValueEffect   jsonEstimate `json:"value_effect"`
	TouchingShare jsonEstimate `json:"touching_share"`
}

type jsonEstimate struct {
	SE float64 `json:"se"`
	Lo float64 `json:"lo"`
	Hi float64 `json:"hi"`
}
